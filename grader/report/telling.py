"""How much of a report a student is told, as an instructor may choose before a deadline."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.judge.outcome import Outcome, Report


class Telling(Enum):
    """What a page says of each exercise; the value is the option's."""

    VERDICTS = "verdicts"
    HINTS = "hints"
    POINTS = "points"


def told_part(report: Report, telling: Telling) -> Report:
    """Return a report with what is told; points are left to whoever writes them."""
    if telling is not Telling.VERDICTS:
        return report
    return replace(report, exercises=tuple(map(_verdict_alone, report.exercises)))


def _verdict_alone(outcome: Outcome) -> Outcome:
    return replace(outcome, evidence=(), mistakes=(), unexplained=(), carried=False)
