"""Which cell of a submission is which of the lesson's, and what is taken of it.

Cells are known by nbgrader's metadata, then by ours, then by unchanged text, then by their
place; never by the notebook's cell ids, which some programs renumber or drop.  Only
solutions, answers and the student's own cells are taken: locked, test and setup cells come
from the lesson, in the lesson's order.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.cells import Kind
from grader.course.lesson import Lesson
from grader.course.notebook import digest_of
from grader.course.regions import is_as_released
from grader.submission import words
from grader.submission.cells import NotebookCell, UnreadableError, parse_notebook, read_bytes
from grader.submission.code import Ask, Code
from grader.submission.pictures import Text

_ALIKE = 0.6  # of 1: how many of a cell's words must be as released to be known at its place
_NAMED = (Kind.SETUP, Kind.SOLUTION, Kind.TEST, Kind.MANUAL)  # nbgrader has an id for these
OTHER_EDITION = -2
_CODE = (Kind.SETUP, Kind.EXPLORE, Kind.SOLUTION, Kind.TEST)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is taken from a notebook.

    Attributes:
        sources: the solution cells by exercise.
        answers: what stands in the cells made for answers, by the name of the question.
        below: answers that stand in the student's own cells below instead, likewise.
        cells: what to run, in order, and where each exercise is asked; `places` says where
            each piece of code comes from, as a lesson cell's index and, for an extra cell,
            its number after it.
        extras: the student's own cells, by the index of the lesson cell they stand behind.
        notes: what was odd, for the report.
    """

    sources: Mapping[str, str]
    answers: Mapping[str, Text]
    below: Mapping[str, str]
    cells: tuple[Code | Ask, ...]
    places: tuple[tuple[int, int], ...]
    extras: Mapping[int, tuple[NotebookCell, ...]]
    notes: tuple[str, ...]


def read(path: Path, lesson: Lesson) -> Submission:
    """Read one submission of a lesson.

    Raises:
        UnreadableError: it cannot be read, or is a notebook of something else.
    """
    return match(path, parse_notebook(path, read_bytes(path)), lesson)


def belongs(cells: Sequence[NotebookCell], lesson: Lesson) -> int:
    """Return how many of a notebook's cells are the lesson's: by what they claim, else by text."""
    known = _Known.of(lesson)
    claimed = sum(known.claimed(cell) is not None for cell in cells)
    return claimed or sum(place is not None for place in identify(cells, lesson))


def match(path: Path, cells: Sequence[NotebookCell], lesson: Lesson) -> Submission:
    """Match a notebook's cells to the lesson's; see `read`."""
    places = identify(cells, lesson)
    if all(place in (None, OTHER_EDITION) for place in places):
        raise UnreadableError(path, words.of_no_lesson(lesson.id))
    taken: dict[int, NotebookCell] = {}
    extras: dict[int, list[NotebookCell]] = {}
    notes: list[str] = []
    anchor = -1
    for cell, place in zip(cells, places, strict=True):
        if place is None:
            if cell.type != "raw" and cell.source.strip():
                extras.setdefault(anchor, []).append(cell)
            continue
        if place == OTHER_EDITION:
            continue
        anchor = place
        kind, name = lesson.cells[place].kind, lesson.cells[place].name
        if kind not in (Kind.SOLUTION, Kind.ANSWER):
            continue
        wanted = "markdown" if kind is Kind.ANSWER else "code"
        if cell.type != wanted:
            notes.append(words.type_changed(name, cell.type, wanted))
        if place in taken:
            # As nbgrader does: of two cells with one id, the last one counts.
            notes.append(words.stands_twice(name))
            extras.setdefault(place - 1, []).append(taken[place])
        taken[place] = cell
    below = dict(_below(lesson, taken, extras))
    notes += [
        words.cell_missing(cell.name)
        for i, cell in enumerate(lesson.cells)
        if cell.kind in (Kind.SOLUTION, Kind.ANSWER) and i not in taken and cell.name not in below
    ]
    run, run_places = _order(lesson, taken, extras)
    return Submission(
        sources={
            lesson.cells[i].name: cell.source
            for i, cell in taken.items()
            if lesson.cells[i].kind is Kind.SOLUTION
        },
        answers={
            lesson.cells[i].name: Text(source=cell.source, attachments=cell.attachments)
            for i, cell in taken.items()
            if lesson.cells[i].kind is Kind.ANSWER
        },
        below=below,
        cells=run,
        places=run_places,
        extras={i: tuple(found) for i, found in extras.items()},
        notes=tuple(dict.fromkeys(notes)),
    )


def _below(
    lesson: Lesson,
    taken: Mapping[int, NotebookCell],
    extras: Mapping[int, Sequence[NotebookCell]],
) -> Iterator[tuple[str, str]]:
    """Yield the derivations that were answered in own cells, with what stands there."""
    for i, cell in enumerate(lesson.cells):
        if cell.kind is not Kind.ANSWER:
            continue
        if i not in taken or is_as_released(taken[i].source, lesson.released[i]):
            # Behind the question, or behind the cell that was made for the answer.
            own = [*extras.get(i - 1, ()), *extras.get(i, ())]
            if own:
                yield cell.name, "\n\n".join(extra.source for extra in own)


def _order(
    lesson: Lesson,
    taken: Mapping[int, NotebookCell],
    extras: Mapping[int, Sequence[NotebookCell]],
) -> tuple[tuple[Code | Ask, ...], tuple[tuple[int, int], ...]]:
    """Return the cells to run and where each belongs: the lesson's order, extras in between.

    An exercise is asked where its test cell stands.
    """
    run: list[Code | Ask] = []
    places: list[tuple[int, int]] = []
    for i in range(-1, len(lesson.cells)):
        if i >= 0:
            cell = lesson.cells[i]
            solution = taken[i].source if i in taken else None
            source = {Kind.SETUP: cell.source, Kind.SOLUTION: solution}.get(cell.kind)
            if source is not None:
                name = cell.name if cell.kind is Kind.SOLUTION else ""
                run.append(Code(source=source, name=name, given=cell.kind is Kind.SETUP))
                places.append((i, 0))
            elif cell.kind is Kind.TEST:
                run.append(Ask(name=cell.name))
        for number, extra in enumerate(extras.get(i, ()), start=1):
            # As nbclient does: what is tagged not to be run is not run.
            if extra.type == "code" and not extra.skipped:
                run.append(Code(source=extra.source))
                places.append((i, number))
    return tuple(run), tuple(places)


# ----------------------------------------------------------------- identification


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The lesson's cells by the names under which a notebook may hold them."""

    by_grade_id: Mapping[str, int]
    by_our_id: Mapping[str, int]

    @classmethod
    def of(cls, lesson: Lesson) -> _Known:
        pairs = list(enumerate(lesson.cells))
        return cls(
            by_grade_id={cell.grade_id: i for i, cell in pairs if cell.kind in _NAMED},
            by_our_id={
                cell.notebook_id if cell.kind is Kind.ANSWER else cell.name: i
                for i, cell in pairs
                if cell.kind not in _NAMED
            },
        )

    def claimed(self, cell: NotebookCell) -> int | None:
        """Return which of the lesson's cells a cell claims to be."""
        place = self.by_grade_id.get(cell.grade_id)
        return self.by_our_id.get(cell.lesson_cell) if place is None else place


def identify(cells: Sequence[NotebookCell], lesson: Lesson) -> list[int | None]:
    """Return for each cell the index of the lesson's cell that it is.

    None stands for a cell of the student's own, `OTHER_EDITION` for one of the lesson as it was
    released before.
    """
    known = _Known.of(lesson)
    places = [known.claimed(cell) for cell in cells]
    _by_text(cells, lesson, places)
    for number, cell in enumerate(cells):
        if places[number] is None and digest_of(cell.source) in lesson.editions:
            places[number] = OTHER_EDITION
    for first, last in _gaps(places):
        _by_place(cells, lesson, places, first, last)
    return places


def _by_text(cells: Sequence[NotebookCell], lesson: Lesson, places: list[int | None]) -> None:
    """Find cells whose text is as released; a second copy of one is the lesson's, too."""
    if None not in places:
        return
    known: dict[tuple[bool, str], list[int]] = {}
    for i, cell in enumerate(lesson.cells):
        text = lesson.squeezed[i]
        # An untouched stub or answer that was copied is a place to work in: the student's own.
        if text and cell.kind is not Kind.ANSWER:
            known.setdefault((cell.kind in _CODE, text), []).append(i)
    claimed = {place for place in places if place is not None}
    for number, handed_in in enumerate(cells):
        if places[number] is not None:
            continue
        found = known.get((handed_in.type == "code", " ".join(handed_in.source.split())), [])
        free = [i for i in found if i not in claimed]
        if free or (found and lesson.cells[found[0]].kind is not Kind.SOLUTION):
            places[number] = (free or found)[0]
            claimed.add((free or found)[0])


def _gaps(places: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    """Yield where runs of cells begin and end that are not known."""
    start = None
    for number, place in enumerate([*places, OTHER_EDITION]):
        if number < len(places) and place is None:
            start = number if start is None else start
        elif start is not None:
            yield start, number
            start = None


def _by_place(
    cells: Sequence[NotebookCell],
    lesson: Lesson,
    places: list[int | None],
    first: int,
    last: int,
) -> None:
    """Find cells between two known ones: edited prose and code, solutions, answers."""
    before = [place for place in places[:first] if place is not None and place >= 0]
    after = [place for place in places[last:] if place is not None and place >= 0]
    claimed = {place for place in places if place is not None}
    start, end = before[-1] if before else -1, after[0] if after else len(lesson.cells)
    missing = [i for i in range(start + 1, end) if i not in claimed]
    for number in range(first, last):
        found = next((i for i in missing if _fits(cells[number], lesson, i)), None)
        if found is not None:
            places[number] = found
            # The lesson's order is kept: what comes later in the notebook comes later there.
            missing = [i for i in missing if i > found]


def _fits(cell: NotebookCell, lesson: Lesson, place: int) -> bool:
    """Whether an unknown cell may be the lesson's cell of this place."""
    kind, name = lesson.cells[place].kind, lesson.cells[place].name
    if (cell.type == "code") != (kind in _CODE):
        return False
    if kind is Kind.ANSWER:
        return bool(cell.source.strip())
    if kind is Kind.SOLUTION:
        return _defines(cell.source, name)
    return _likeness(cell.source, lesson.released[place]) >= _ALIKE


def _likeness(one: str, other: str) -> float:
    """Return how many of two texts' words are in both, from 0 to 1; linear in their length."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


def _defines(source: str, name: str) -> bool:
    """Whether a cell defines a function or class of this name at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.search(rf"^(def|class)\s+{re.escape(name)}\b", source, re.MULTILINE) is not None
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return any(isinstance(node, kinds) and node.name == name for node in body)
