"""A report as Markdown, for places that show it: a job's summary on GitHub."""

from __future__ import annotations

from byhand.pushed import fenced
from grader.judge.outcome import Report
from grader.report import words


def summary(report: Report) -> str:
    """Return a report as Markdown; what a student or the evidence says stands in blocks of text."""
    lines = [
        f"## {words.lesson_head(report.lesson, words.points_of(report.score, report.max_score))}",
        "",
        f"| {words.EXERCISE_HEAD} | {words.POINTS_HEAD} | {words.VERDICT_HEAD} |",
        "|---|--:|---|",
    ]
    lines += [
        f"| `{outcome.id}` | {words.points_told(outcome.score, outcome.points)} "
        f"| {outcome.verdict.value} |"
        for outcome in report.exercises
    ]
    lines += ["", fenced("\n".join([words.sandbox_line(report.sandbox), *words.all_notes(report)]))]
    for outcome in report.exercises:
        told = words.outcome_lines(outcome)
        if len(told) > 1:
            lines += ["", fenced("\n".join(told))]
    return "\n".join(lines)
