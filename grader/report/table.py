"""A class's grades in a terminal: who stands how, what it got wrong, and what to do next."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING

from grader.course.folders import Course
from grader.judge.outcome import Outcome
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.report import words
from grader.report.harmless import one_line
from grader.report.marks import Marks
from grader.report.row import Row
from grader.report.standing import Standing, standing_of

if TYPE_CHECKING:
    from rich.console import Console

_PIPED = 160  # columns where nobody looks at a terminal
_SIGNS = dict(zip(Standing, "\u2713\u25d0\u2717\u2013?", strict=True))
_PLAIN_SIGNS = dict(zip(Standing, "+~x-?", strict=True))
_STYLES = dict(zip(Standing, ("green", "yellow", "red", "dim", "blue"), strict=True))
_NARROWEST = 12  # columns of a student's name; a longer one goes on below
_GAP = 2  # columns between two
_MOST_TOLD = 12
_FEW = 2  # students, who are told by name
_AT_ONCE = 100  # lines of a table
_Piece = tuple[str, str]  # of a line: its text and its style


@dataclass(frozen=True, kw_only=True)
class _Form:
    """How exercises are shown: in columns of their own, headed by these; none: all in one."""

    heads: Sequence[str]
    signs: dict[Standing, str]


def print_class(rows: Sequence[Row], course: Course) -> None:
    """Print a class's grades lesson by lesson, and where the rest of it lies."""
    from rich.console import Console  # noqa: PLC0415

    fixed = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED
    console = Console(width=fixed, highlight=False)
    for lesson in dict.fromkeys(row.lesson for row in rows):
        _print_lesson(console, lesson, [row for row in rows if row.lesson == lesson])
    skipped = sum(row.skipped for row in rows)
    failed = sum(row.report is None for row in rows)
    _say(console, words.class_counts(len(rows) - skipped - failed, skipped, failed))
    _say(console, words.gradebook_at(_gradebook(course)))
    _say(console, words.autograded_at(course.class_folder / "autograded"))


def _gradebook(course: Course) -> str:
    """Return where the gradebook is, without a password."""
    url = str(course.nbgrader_config().CourseDirectory.db_url)
    if "://" in url and not url.startswith("sqlite"):
        return re.sub(r"(://[^/@]*):[^/@]*@", r"\1@", url)
    return str(course.class_folder / "gradebook.db")


def _print_lesson(console: Console, lesson: str, rows: Sequence[Row]) -> None:
    reports = [row.report for row in rows if row.report]
    names = list(dict.fromkeys(o.id for report in reports for o in report.exercises))
    signs = _SIGNS if console.encoding.startswith("utf") else _PLAIN_SIGNS
    form = _form(console.width, rows, names, signs)
    if names and list(form.heads) != names:
        numbered = "  ".join(f"{n} {name}" for n, name in enumerate(names, start=1))
        console.print(one_line(words.lesson_head(lesson, numbered)), markup=False)
    else:
        _say(console, lesson)
    _print_table(console, rows, names, form)
    if reports:
        _say(console, words.signs(**{each.value: sign for each, sign in signs.items()}))
    for row in rows:
        if row.report and any(o.verdict is Verdict.UNREADABLE for o in row.report.exercises):
            for note in row.report.notes:
                _say(console, f"{row.student}: {note}")
    for line in _summary(lesson, rows):
        _say(console, line)
    console.print()


def _form(
    width: int, rows: Sequence[Row], names: Sequence[str], signs: dict[Standing, str]
) -> _Form:
    """Return the widest form that leaves room for the students' names."""
    left = width - len(words.SCORE_HEAD) - 12
    longest = max((len(row.student) for row in rows), default=0)
    numbers = [str(number) for number in range(1, len(names) + 1)]
    for heads, least in ((names, longest), (numbers, min(longest, 2 * _NARROWEST))):
        if sum(len(head) + 2 for head in heads) + least <= left:
            return _Form(heads=heads, signs=signs)
    return _Form(heads=(), signs=signs)


def _print_table(console: Console, rows: Sequence[Row], names: Sequence[str], form: _Form) -> None:
    """Print a line for each student, some at a time: of a long table, little is held."""
    from rich.segment import Segment, Segments  # noqa: PLC0415

    # As segments, which rich does not wrap: as its Text, a line takes ten times as long.
    lines = (
        [*(Segment(text, console.get_style(look)) for text, look in line), Segment.line()]
        for line in _lines(console, rows, names, form)
    )
    while block := list(islice(lines, _AT_ONCE)):
        console.print(Segments(chain.from_iterable(block)), end="", crop=False)


def _lines(
    console: Console, rows: Sequence[Row], names: Sequence[str], form: _Form
) -> Iterator[list[_Piece]]:
    """Yield the lines of a lesson's table."""
    from rich.cells import cell_len, chop_cells, set_cell_size  # noqa: PLC0415

    heads = form.heads or (words.EXERCISES_HEAD,)
    score = max(map(cell_len, (words.SCORE_HEAD, *map(_score, rows))))
    longest = max(map(cell_len, (words.STUDENT_HEAD, *(one_line(row.student) for row in rows))))
    taken = score + _GAP + sum(cell_len(head) + _GAP for head in heads)
    student = min(longest, max(_NARROWEST, console.width - taken))
    room = max(1, console.width - student - score - 2 * _GAP)

    def line(name: str, points: str, rest: Iterable[_Piece], style: str = "") -> list[_Piece]:
        pieces = [
            (set_cell_size(name, student + _GAP), ""),
            (set_cell_size(points, score + _GAP), style),
        ]
        for look, run in groupby(rest, key=itemgetter(1)):
            pieces.append(("".join(text for text, _ in run), look))
        while not pieces[-1][0].strip():
            pieces.pop()
        text, look = pieces.pop()
        return [*pieces, (text.rstrip(), look)]

    yield line(words.STUDENT_HEAD, words.SCORE_HEAD, [((" " * _GAP).join(heads), "")])
    yield [("\u2500" * min(console.width, student + taken), "dim")]
    widths = [cell_len(head) + _GAP for head in form.heads]
    for row in rows:
        signs = _signs(row, names, form.signs)
        if form.heads:
            wide = zip(signs, widths, strict=False)
            parts = [[(sign.ljust(width), look) for (sign, look), width in wide]]
        else:
            parts = [signs[at : at + room] for at in range(0, len(signs), room)]
        style = "red" if row.report is None else ""
        pieces = chop_cells(one_line(row.student), student)
        for name, points, part in zip_longest(pieces, [_score(row)], parts):
            yield line(name or "", points or "", part or (), style)


def _score(row: Row) -> str:
    if row.report is None:
        return words.NOT_GRADED
    if row.marks:
        return words.score_of_points(row.marks.score, row.marks.points)
    return words.score_of_points(row.report.score, row.report.max_score)


def _signs(row: Row, names: Sequence[str], signs: dict[Standing, str]) -> list[_Piece]:
    """Return a sign for each exercise; none of a submission that was not graded."""
    if row.report is None:
        return []
    outcomes = {outcome.id: outcome for outcome in row.report.exercises}
    marks = row.marks or Marks()
    return [_sign(outcomes.get(name), marks, signs) for name in names]


def _sign(outcome: Outcome | None, marks: Marks, signs: dict[Standing, str]) -> _Piece:
    if outcome is None:
        return " ", ""
    standing = standing_of(outcome, marks)
    return signs[standing], _STYLES[standing]


def _summary(lesson: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what the class got wrong, what waits for a person, and what to do next."""
    who: dict[str, list[str]] = {}
    unnamed: set[str] = set()
    for row in rows:
        for outcome in row.report.exercises if row.report else ():
            for what in _wrong(outcome):
                who.setdefault(what, []).append(row.student)
                if not outcome.mistakes:
                    unnamed.add(what)
    # Of those that are as frequent, what has a name and a hint comes first.
    told = sorted(who, key=lambda what: (-len(who[what]), what in unnamed))
    for what in told[:_MOST_TOLD]:
        yield words.students_did(what, who[what] if len(who[what]) <= _FEW else len(who[what]))
    if len(told) > _MOST_TOLD:
        yield words.more_kinds(len(told) - _MOST_TOLD)
    waiting = Counter(
        "again" if mark.manual is not None else "first"
        for row in rows
        if row.report and row.marks
        for mark in row.marks.cells.values()
        if mark.waits
    )
    if waiting["first"]:
        yield words.to_mark(waiting["first"])
    if waiting["again"]:
        yield words.to_look_at(waiting["again"])
    if any(row.report for row in rows):
        yield words.next_step(lesson, marking=bool(waiting))


def _wrong(outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong with an exercise: each recognised mistake, or else its verdict."""
    for mistake in outcome.mistakes:
        yield words.mistake_in(words.mistake_name(mistake), outcome.id)
    fine = (Verdict.CORRECT, Verdict.MANUAL, *NOTHING_THERE)
    if not outcome.mistakes and outcome.verdict not in fine:
        yield words.mistake_in(words.NAMES[outcome.verdict], outcome.id)


def _say(console: Console, line: str) -> None:
    console.print(one_line(line), soft_wrap=True, markup=False)
