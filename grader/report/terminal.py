"""Reports, tables and progress in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from grader.judge.outcome import Report
from grader.judge.verdict import Verdict
from grader.report import words
from grader.report.harmless import one_line
from grader.report.words import report_lines
from grader.sandbox.doctor import Finding, conclusion
from grader.sandbox.words import found

_BETWEEN = 0.1  # seconds between two pictures of a bar; more of them nobody sees


def print_report(report: Report) -> None:
    """Print a report to the terminal, verdicts in colour where there is colour."""
    from rich.console import Console  # noqa: PLC0415 - a JSON report does not need it
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    right = words.NAMES[Verdict.CORRECT]
    verdicts = {words.NAMES[outcome.verdict] for outcome in report.exercises} - {right}
    for line in report_lines(report):
        text = Text(one_line(line))
        text.highlight_words([right], "bold green")
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
    shown = started - _BETWEEN

    def watch(done: int, total: int) -> None:
        nonlocal shown
        # Not earlier: where there is nothing to grade, an error is all there is to show.
        bar.start()
        now = time.monotonic()
        rate = f"{done / (now - started):.1f}/s" if done else ""
        due = done == total or now - shown >= _BETWEEN
        bar.update(task, completed=done, total=total, rate=rate, refresh=due)
        if due:
            shown = now

    try:
        yield watch
    finally:
        if bar.live.is_started:
            bar.stop()


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, one guarantee a line, and what follows from it."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = f"[green]{words.HOLDS}[/]" if finding.holds else f"[red]{words.FAILS}[/]"
        console.print(f"{mark}  {escape(found(finding.guarantee, finding.seen))}", markup=True)
    console.print(escape(conclusion(findings)))
