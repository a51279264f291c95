"""Reports as people read them: lines, the graded notebook, tables for a terminal."""

from __future__ import annotations

import re
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from grader.lesson import Kind
from grader.verdict import Outcome, Report, Verdict

if TYPE_CHECKING:
    from grader.course import Course, Lesson
    from grader.doctor import Finding
    from grader.engine import Graded
    from grader.grading import Row
    from grader.session import CellRun

_WIDTH = 88


def number(value: float) -> str:
    """Return points without trailing zeros: 4, 2.5, 1.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def outcome_lines(outcome: Outcome) -> list[str]:
    """Return what a student reads about one exercise: verdict, evidence, one hint."""
    head = f"{outcome.id}   {number(outcome.score)} of {number(outcome.points)}"
    lines = [f"{head}   {outcome.verdict.value}"]
    lines += [line for text in _body(outcome) for line in _wrap(text)]
    return lines


def _body(outcome: Outcome) -> Iterator[str]:
    if outcome.carried:
        yield (
            "An exercise that this one builds on is not right yet. It was answered for you here, "
            "so that its error does not cost you twice."
        )
    if outcome.verdict in (Verdict.CORRECT, Verdict.MANUAL):
        return
    if outcome.evidence:
        yield outcome.evidence
    failed = list(dict.fromkeys(c.group for c in outcome.cases if c.verdict is not Verdict.CORRECT))
    groups = dict.fromkeys(case.group for case in outcome.cases)
    right = [group for group in groups if group not in failed]
    if right:
        yield f"Right: {', '.join(right)}. Not yet: {', '.join(failed)}."
    if outcome.mistake:
        yield f"Recognised: {outcome.mistake}."
    if outcome.hint:
        yield f"Hint: {outcome.hint}"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def report_lines(report: Report) -> list[str]:
    """Return a whole report as plain lines."""
    points = f"{number(report.score)} of {number(report.max_score)} points"
    lines = [f"{report.lesson}   {points}   (sandbox: {report.sandbox})"]
    lines += [f"note: {note}" for note in report.notes]
    for outcome in report.exercises:
        lines += ["", *outcome_lines(outcome)]
    return lines


def autograded_notebook(lesson: Lesson, graded: Graded) -> dict[str, Any]:
    """Return the notebook that Formgrader and the feedback show.

    The lesson's cells with the student's solutions, answers and extra cells; a
    test cell's output is the report and, as nbgrader expects, the score.
    """
    outcomes = {outcome.id: outcome for outcome in graded.report.exercises}
    submission = graded.submission
    places = submission.places if submission else ()
    runs = dict(zip(places, graded.runs, strict=True)) if submission else {}
    cells: list[dict[str, Any]] = [_summary(graded.report)]
    cells += _extra_cells(graded, -1, runs)
    for i, (cell, raw) in enumerate(zip(lesson.cells, lesson.notebook["cells"], strict=True)):
        made = dict(raw)
        if cell.kind in (Kind.SOLUTION, Kind.ANSWER):
            taken = submission.sources.get(cell.name) if submission else None
            made["source"] = taken if taken is not None else ""
        if cell.kind is Kind.ANSWER:
            made["source"] = _harmless(made["source"])
        if cell.kind is Kind.TEST:
            made["outputs"] = test_outputs(outcomes[cell.name])
        elif (i, 0) in runs:
            made["outputs"] = outputs_of(runs[i, 0])
        cells += [made, *_extra_cells(graded, i, runs)]
    return {**lesson.notebook, "cells": cells}


def _summary(report: Report) -> dict[str, Any]:
    """Return a first cell: every exercise with its verdict, and what there is to say."""
    notes = list(report.notes)
    if report.sandbox.startswith("none"):
        notes.append(f"graded without a sandbox ({report.sandbox})")
    lines = [*map(_summary_line, report.exercises), "", *(f"Note: {note}\n" for note in notes)]
    return {
        "cell_type": "markdown",
        "id": "grader-report",
        "metadata": {},
        "source": "\n".join(["## Your report", "", *map(_harmless, lines)]).rstrip(),
    }


def _summary_line(outcome: Outcome) -> str:
    manual = outcome.verdict in (Verdict.MANUAL, Verdict.NOT_ATTEMPTED) and not outcome.cases
    place = outcome.id if manual else f"test_{outcome.id}"
    points = f"{number(outcome.score)} of {number(outcome.points)}, {outcome.verdict.value}"
    parts = [f"- [{outcome.id}](#{place}): {points}."]
    if outcome.carried:
        parts.append("An earlier error was carried forward.")
    if outcome.mistake:
        parts.append(f"Recognised: **{outcome.mistake}**.")
    if outcome.hint:
        parts.append(f"Hint: {outcome.hint}")
    return " ".join(parts)


def _extra_cells(
    graded: Graded, place: int, runs: Mapping[tuple[int, int], CellRun]
) -> list[dict[str, Any]]:
    """Return the student's own cells that stand after a lesson cell."""
    cells = []
    extras = graded.submission.extras.get(place, ()) if graded.submission else ()
    for number, extra in enumerate(extras, start=1):
        made: dict[str, Any] = {
            "cell_type": extra["cell_type"],
            "id": f"extra-{place + 1}-{number}",
            "metadata": {},
            "source": extra["source"],
        }
        if extra["cell_type"] == "code":
            run = runs.get((place, number))
            made |= {"execution_count": None, "outputs": outputs_of(run) if run else []}
        else:
            made["source"] = _harmless(extra["source"])
        cells.append(made)
    return cells


def _harmless(markdown: str) -> str:
    """Return a student's Markdown without HTML: an instructor opens it in a browser."""
    # A space shows the same in text and in a formula; "&lt;" would show as such in a formula.
    spaced = re.sub(r"([<&])(?=[A-Za-z/!?#])", r"\1 ", markdown)
    return re.sub(r"(?i)(script|data)(?=[\s\\]*:)", r"\1 ", spaced)


def outputs_of(run: CellRun) -> list[dict[str, Any]]:
    """Return a cell's outputs; what stopped it stands last."""
    if run.failure is None or run.failure.failure is None:
        return list(run.outputs)
    told = {
        "output_type": "error",
        "ename": run.failure.failure.value,
        "evalue": run.failure.message,
        "traceback": [run.failure.message],
    }
    return [*run.outputs, told]


def test_outputs(outcome: Outcome) -> list[dict[str, Any]]:
    """Return a test cell's outputs: the report as text, then the score as the cell's result."""
    text = "\n".join(outcome_lines(outcome)) + "\n"
    # Clamped: nbgrader takes a negative score for full points, and refuses more than the maximum.
    score = min(max(outcome.score, 0.0), outcome.points)
    return [
        {"output_type": "stream", "name": "stdout", "text": text},
        {
            "output_type": "execute_result",
            "execution_count": None,
            "data": {"text/plain": repr(score)},
            "metadata": {},
        },
    ]


def print_report(report: Report) -> None:
    """Print a report to the terminal, verdicts in colour where there is colour."""
    from rich.console import Console  # noqa: PLC0415 - a JSON report does not need it
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    verdicts = {outcome.verdict.value for outcome in report.exercises} - {"correct"}
    for line in report_lines(report):
        text = Text(line)
        text.highlight_words(["correct"], "bold green")
        text.highlight_words(sorted(verdicts), "bold red")
        console.print(text, soft_wrap=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar with rate and remaining time while the with block runs."""
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    # No refresh thread: worker processes are forked while the bar is shown.
    bar = Progress(*columns, auto_refresh=False)
    task = bar.add_task(what, total=None, rate="")
    started = time.monotonic()

    def watch(done: int, total: int) -> None:
        # Not earlier: where there is nothing to grade, an error is all there is to show.
        bar.start()
        seconds = time.monotonic() - started
        rate = f"{done / seconds:.1f}/s" if done else ""
        bar.update(task, completed=done, total=total, rate=rate, refresh=True)

    try:
        yield watch
    finally:
        if bar.live.is_started:
            bar.stop()


def print_class(rows: Sequence[Row], course: Course) -> None:
    """Print a class's grades, and where the rest of it lies."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("student", "lesson", "score", "verdicts", "recognised")
    for row in rows:
        if row.report is None:
            # As Text: brackets in a name or a message are no markup.
            words = (row.student, row.lesson, "-", "not graded, see below", "")
            table.add_row(*map(Text, words), style="red")
            continue
        report = row.report
        verdicts = Counter(e["verdict"] for e in report["exercises"])
        words = (
            row.student,
            row.lesson,
            f"{number(report['score'])} / {number(report['max_score'])}",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
            ", ".join(f"{e['id']}: {e['mistake']}" for e in report["exercises"] if e["mistake"]),
        )
        table.add_row(*map(Text, words))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    skipped = sum(row.skipped for row in rows)
    failed = sum(row.report is None for row in rows)
    console.print(
        f"{len(rows) - skipped - failed} graded, {skipped} unchanged, {failed} not graded",
        highlight=False,
    )
    for title, path in (
        ("gradebook", course.class_folder / "gradebook.db"),
        ("autograded notebooks", course.class_folder / "autograded"),
    ):
        console.print(f"{title}: {path}", highlight=False, soft_wrap=True, markup=False)


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, one guarantee a line."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]holds[/]" if finding.holds else "[red]FAILS[/]"
        console.print(f"{mark}  {escape(f'{finding.guarantee}: {finding.seen}')}", markup=True)
