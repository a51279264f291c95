"""Reports as people read them: lines for a cell or a page, tables for a terminal."""

from __future__ import annotations

import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.verdict import Outcome, Report, Verdict

if TYPE_CHECKING:
    from grader.course import Course
    from grader.doctor import Finding
    from grader.grading import Row

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
    failed = list(
        dict.fromkeys(c.group for c in outcome.cases if c.verdict is not Verdict.CORRECT)
    )
    right = [group for group in dict.fromkeys(c.group for c in outcome.cases) if group not in failed]
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
    lines = [
        f"{report.lesson}   {number(report.score)} of {number(report.max_score)} points"
        f"   (sandbox: {report.sandbox})"
    ]
    lines += [f"note: {note}" for note in report.notes]
    for outcome in report.exercises:
        lines += ["", *outcome_lines(outcome)]
    return lines


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
    with Progress(*columns, auto_refresh=False) as bar:
        task = bar.add_task(what, total=None, rate="")
        started = time.monotonic()

        def watch(done: int, total: int) -> None:
            seconds = time.monotonic() - started
            rate = f"{done / seconds:.1f}/s" if done else ""
            bar.update(task, completed=done, total=total, rate=rate, refresh=True)

        yield watch


def print_class(rows: Sequence[Row], course: Course) -> None:
    """Print a class's grades, and where the rest of it lies."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("student", "lesson", "score", "verdicts", "recognised")
    for row in rows:
        if row.report is None:
            table.add_row(row.student, row.lesson, "-", row.problem, "", style="red")
            continue
        report = row.report
        verdicts = Counter(e["verdict"] for e in report["exercises"])
        table.add_row(
            row.student,
            row.lesson,
            f"{number(report['score'])} / {number(report['max_score'])}",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
            ", ".join(f"{e['id']}: {e['mistake']}" for e in report["exercises"] if e["mistake"]),
        )
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
        console.print(f"{title}: {path}", highlight=False, soft_wrap=True)


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, one guarantee a line."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]holds[/]" if finding.holds else "[red]FAILS[/]"
        console.print(f"{mark}  {finding.guarantee}: {finding.seen}", markup=True)
