"""A student's feedback as one page: no script, nothing from the network, nothing of theirs alive.

Made from the graded notebook, the grader's report on it, and what the gradebook says now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.course.cells import Kind
from grader.course.notebook import OUR_KEY, kind_of, text_of
from grader.course.regions import ANSWER_STUB, regions
from grader.judge.outcome import Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.language import text
from grader.report import words
from grader.report.code import highlighted
from grader.report.markdown import of_a_student, of_the_lesson, picture_of
from grader.report.marks import Marks
from grader.report.notebook import NOTES
from grader.report.standing import Standing, by_hand, score_of, standing_of
from grader.report.telling import Telling, told_part

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 20_000  # characters of one output; a page is for reading


@dataclass(frozen=True, kw_only=True)
class Row:
    """An exercise as the page tells of it.

    Attributes:
        tone: how it stands, by which it is coloured.
        seen: sentences, the clearest first.
        comment: what a person wrote about it, or "".
    """

    id: str
    verdict: str
    tone: str
    points: str
    seen: Sequence[str]
    mistakes: Sequence[Diagnosis]
    comment: Markup


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A cell of the student's: its text, and the outputs, each with whether it is an error."""

    code: bool
    html: Markup
    outputs: Sequence[tuple[bool, Markup]] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page: of the lesson's text, or an exercise, or cells of the student's own.

    Attributes:
        lesson: text of the lesson's; of an exercise, its question.
        scheme: how the question is marked, where the instructor shows it.
    """

    row: Row | None = None
    lesson: Sequence[Markup] = ()
    scheme: Markup | None = None
    cells: Sequence[Shown] = ()


def feedback_page(
    notebook: Mapping[str, Any],
    report: Report,
    marks: Marks,
    *,
    schemes: bool = False,
    telling: Telling = Telling.POINTS,
) -> str:
    """Return the page as HTML.

    Args:
        notebook: the graded one, as `grader.report.notebook` makes it.
        schemes: show how derivations are marked, and answers that earn all points.
        telling: how much is told of each exercise.
    """
    report = told_part(report, telling)
    rows = {outcome.id: _row(outcome, marks, telling) for outcome in report.exercises}
    waiting = sum(
        outcome.points - score_of(outcome, marks)
        for outcome in report.exercises
        if standing_of(outcome, marks) is Standing.WAITS
    )
    cells = notebook["cells"]
    return _template("feedback.html.j2").render(
        title=_title(cells) or report.lesson,
        lesson=report.lesson,
        student=report.student,
        points_told=telling is Telling.POINTS,
        name=marks.name,
        score=words.number(max(marks.score, 0.0)),
        points=words.number(marks.points),
        penalty=words.number(marks.penalty),
        waiting=words.number(waiting),
        notes=list(words.all_notes(report)),
        rows=list(rows.values()),
        sections=list(_sections(cells, rows, schemes=schemes)),
    )


def task_html(task: Mapping[str, Any], answer: Sequence[Mapping[str, Any]]) -> Markup:
    """Return a derivation as a person marks it: question, scheme, and the answer in a frame.

    Args:
        task: its cell, as the instructor's notebook has it.
        answer: the student's cells below it.
    """
    parts = regions(text_of(task))
    made = _template("task.html.j2").render(
        question=of_the_lesson(parts[""]),
        scheme=of_the_lesson(parts.get("MARK SCHEME", "")),
        cells=[shown for cell in answer for shown in _shown(cell)],
    )
    return Markup(made)  # noqa: S704 - by a template that escapes


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=text, called=words.mistake_name, hinted=words.with_hints)
    return environment.get_template(name)


def _title(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return the lesson's own title."""
    for cell in cells:
        if OUR_KEY in cell["metadata"] and cell["id"] != NOTES:
            found = re.match(r"\s*# (.+)", text_of(cell))
            return found[1].strip() if found else ""
    return ""


# -------------------------------------------------------------------------- rows


def _row(outcome: Outcome, marks: Marks, telling: Telling) -> Row:
    given = by_hand(outcome, marks)
    open_answer = outcome.verdict is Verdict.MANUAL
    told_of = [
        *words.seen_lines(outcome),
        *words.beyond_lines(outcome),
        *words.together_lines(outcome),
    ]
    points = words.points_told(score_of(outcome, marks), outcome.points)
    return Row(
        id=outcome.id,
        verdict=_verdict(outcome, given=given),
        tone=standing_of(outcome, marks).value,
        points=points if telling is Telling.POINTS else "",
        # Of a derivation there is only to say whether somebody has marked it.
        seen=()
        if open_answer or (given and not outcome.cases) or telling is Telling.VERDICTS
        else told_of,
        mistakes=outcome.mistakes,
        comment=of_a_student(marks.comments.get(outcome.id, "")),
    )


def _verdict(outcome: Outcome, *, given: bool) -> str:
    if not given:
        waits = outcome.verdict is Verdict.MANUAL
        return words.NOT_MARKED if waits else words.NAMES[outcome.verdict]
    if outcome.cases:
        return words.points_by_hand(outcome.verdict)
    return words.MARKED


# ---------------------------------------------------------------------- sections


def is_own(cell: Mapping[str, Any]) -> bool:
    """Whether a graded notebook's cell is one that the student added."""
    return not {OUR_KEY, "nbgrader"} & set(cell["metadata"])


def _sections(
    cells: Sequence[Mapping[str, Any]], rows: Mapping[str, Row], *, schemes: bool
) -> Iterator[Section]:
    """Yield the notebook's cells in order: exercises apart, the lesson's text between them."""
    prose: list[Markup] = []
    row: Row | None = None
    question: Sequence[Markup] = ()
    scheme: Markup | None = None
    own: list[Shown] = []
    for cell in cells:
        kind, name = kind_of(cell)
        mine = is_own(cell)
        if name == NOTES:
            continue
        if mine or kind is Kind.ANSWER:
            own += _shown(cell)
            continue
        if kind is Kind.TEST:
            continue
        if kind in (Kind.SOLUTION, Kind.MANUAL, Kind.PROSE) and (row or own):
            yield Section(row=row, lesson=question, scheme=scheme, cells=own)
            row, question, scheme, own = None, (), None, []
        if kind is Kind.PROSE:
            prose.append(of_the_lesson(text_of(cell)))
        elif kind in (Kind.SOLUTION, Kind.MANUAL):
            if prose:
                yield Section(lesson=prose)
                prose = []
            row = rows.get(name)
            if kind is Kind.SOLUTION:
                own += _shown(cell)
            else:
                parts = regions(text_of(cell))
                question = [of_the_lesson(parts[""])]
                scheme = of_the_lesson(parts.get("MARK SCHEME", "")) if schemes else None
    if row or own:
        yield Section(row=row, lesson=question, scheme=scheme, cells=own)
    if prose:
        yield Section(lesson=prose)


def _shown(cell: Mapping[str, Any]) -> Iterator[Shown]:
    """Yield a cell of the student's, unless nothing was written there."""
    source = text_of(cell)
    if not source.strip() or source.strip() == ANSWER_STUB:
        return
    if cell["cell_type"] != "code":
        yield Shown(code=False, html=of_a_student(source, cell.get("attachments")))
        return
    outputs = [
        (output["output_type"] == "error", html)
        for output in cell.get("outputs", ())
        for html in _output(output)
    ]
    yield Shown(code=True, html=highlighted(source), outputs=outputs)


def _output(output: Mapping[str, Any]) -> Iterator[Markup]:
    if output["output_type"] == "stream":
        yield _plain(output["text"])
    elif output["output_type"] == "error":
        yield _plain("\n".join(output["traceback"]))
    else:
        data = output["data"]
        pictures = [
            found
            for mime, content in data.items()
            if (found := picture_of(mime, content, words.DRAWN))
        ]
        if pictures:
            yield from pictures
        elif "text/markdown" in data or "text/latex" in data:
            yield of_a_student(data.get("text/markdown") or data["text/latex"])
        elif "text/plain" in data:
            yield _plain(data["text/plain"])


def _plain(text: Any) -> Markup:
    joined = text if isinstance(text, str) else "".join(text)
    shown = _COLOURS.sub("", joined)
    if len(shown) > _LONGEST:
        shown = shown[:_LONGEST] + "\n" + words.MORE
    return Markup("<pre>{}</pre>").format(shown)
