"""A line of a class's table."""

from __future__ import annotations

from dataclasses import dataclass

from grader.judge.outcome import Report


@dataclass(frozen=True, kw_only=True)
class Row:
    """One submission after grading: its report, or what went wrong.

    Attributes:
        fault: "input" or "grader" where there is no report, else "".
    """

    student: str
    lesson: str
    report: Report | None
    skipped: bool = False
    problem: str = ""
    fault: str = ""
