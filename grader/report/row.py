"""A line of a class's table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

from grader.box.wire import encodable
from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.data import outcome_of, report_of
from grader.report.marks import Marks
from grader.submission.entry import Entry

_KINDS = 10_000  # outcomes that differ in what a table shows; a class has some hundred
_TOLD = ("id", "score", "points", "verdict", "carried")  # and the mistakes
_UNTOLD = {"evidence": "", "unexplained": (), "cases": ()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One submission after grading: its report, or what went wrong.

    Attributes:
        report: without what is only shown to the student, see `brief`.
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


def brief(report: Report) -> Report:
    """Return a report without evidence and cases, and equal outcomes as one object.

    All rows of a class are held at once: whole, ten thousand reports take a gigabyte.
    """
    return _brief(report, map(_told_of, report.exercises))


def brief_of(data: Mapping[str, Any]) -> Report:
    """Return what `brief` leaves of a report that was written as data; raises as `report_of`.

    Where nothing has changed, a class is read so: equal outcomes are made once.
    """
    told = (
        _outcome_in(*itemgetter(*_TOLD)(item), *map(json.dumps, item["mistakes"]))
        for item in data["exercises"]
    )
    return _brief(report_of({**data, "exercises": ()}), told)


def _brief(report: Report, outcomes: Iterable[Outcome]) -> Report:
    told = tuple(outcomes)
    unread = any(outcome.verdict is Verdict.UNREADABLE for outcome in told)
    return replace(report, exercises=told, notes=tuple(report.notes) if unread else ())


def _told_of(outcome: Outcome) -> Outcome:
    return _one_of(replace(outcome, evidence=(), unexplained=(), cases=()))


@lru_cache(maxsize=_KINDS)
def _one_of(outcome: Outcome) -> Outcome:
    return outcome


@lru_cache(maxsize=_KINDS)
def _outcome_in(*told: Any) -> Outcome:
    mistakes = list(map(json.loads, told[len(_TOLD) :]))
    return _one_of(
        outcome_of({**dict(zip(_TOLD, told, strict=False)), "mistakes": mistakes, **_UNTOLD})
    )


def refused(entry: Entry, problem: str, fault: str) -> Row:
    """Return the row of a submission that has no report."""
    return Row(
        student=encodable(entry.student),
        lesson=encodable(entry.lesson),
        report=None,
        problem=problem,
        fault=fault,
    )
