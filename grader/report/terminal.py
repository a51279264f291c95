"""Reports, tables and progress in a terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.course.folders import Course
from grader.judge.outcome import Report
from grader.judge.verdict import Verdict
from grader.report.harmless import one_line
from grader.report.row import Row
from grader.report.words import number, report_lines
from grader.sandbox.doctor import Finding, conclusion
from grader.sandbox.words import found

if TYPE_CHECKING:
    from rich.text import Text


def print_report(report: Report) -> None:
    """Print a report to the terminal, verdicts in colour where there is colour."""
    from rich.console import Console  # noqa: PLC0415 - a JSON report does not need it
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    verdicts = {outcome.verdict.value for outcome in report.exercises} - {"correct"}
    for line in report_lines(report):
        text = Text(one_line(line))
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

    table = Table("student", "lesson", "score", "verdicts", "recognised")
    for row in rows:
        if row.report is None:
            words = (row.student, row.lesson, "-", "not graded, see below", "")
            table.add_row(*_texts(words), style="red")
            continue
        report = row.report
        verdicts = Counter(outcome.verdict.value for outcome in report.exercises)
        words = (
            row.student,
            row.lesson,
            f"{number(report.score)} / {number(report.max_score)}",
            ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()),
            "; ".join(_remarks(report)),
        )
        table.add_row(*_texts(words))
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


def _remarks(report: Report) -> Iterator[str]:
    """Yield what a class's table says of a submission: why it was not read, what was recognised."""
    if any(outcome.verdict is Verdict.UNREADABLE for outcome in report.exercises):
        yield from report.notes
    for outcome in report.exercises:
        if outcome.mistakes:
            yield f"{outcome.id}: {' and '.join(mistake.name for mistake in outcome.mistakes)}"


def _texts(words: Sequence[str]) -> list[Text]:
    # As Text: brackets in a name or a message are no markup.
    from rich.text import Text  # noqa: PLC0415

    return [Text(one_line(word)) for word in words]


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, one guarantee a line, and what follows from it."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]holds[/]" if finding.holds else "[red]FAILS[/]"
        console.print(f"{mark}  {escape(found(finding.guarantee, finding.seen))}", markup=True)
    console.print(escape(conclusion(findings)))
