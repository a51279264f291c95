"""Reports as people read them: lines for a cell or a page, tables for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grader.verdict import Outcome, Report, Verdict

if TYPE_CHECKING:
    from grader.doctor import Finding

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


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, one guarantee a line."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]holds[/]" if finding.holds else "[red]FAILS[/]"
        console.print(f"{mark}  {finding.guarantee}: {finding.seen}", markup=True)
