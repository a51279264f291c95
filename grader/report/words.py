"""Reports in words: the lines that a student and an instructor read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.judge.verdict import Outcome, Report, Verdict

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
