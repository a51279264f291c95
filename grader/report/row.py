"""A line of a class's table."""

from __future__ import annotations

from dataclasses import dataclass

from grader.box.wire import encodable
from grader.judge.outcome import Report
from grader.report.marks import Marks
from grader.submission.entry import Entry


@dataclass(frozen=True, kw_only=True)
class Row:
    """One submission after grading: its report, or what went wrong.

    Attributes:
        marks: what the gradebook holds of it now.
        fault: "input" or "grader" where there is no report, else "".
    """

    student: str
    lesson: str
    report: Report | None
    marks: Marks | None = None
    skipped: bool = False
    problem: str = ""
    fault: str = ""


def refused(entry: Entry, problem: str, fault: str) -> Row:
    """Return the row of a submission that has no report."""
    return Row(
        student=encodable(entry.student),
        lesson=encodable(entry.lesson),
        report=None,
        problem=problem,
        fault=fault,
    )
