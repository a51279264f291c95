"""What can happen to one case or one exercise, and all that is known about each verdict.

A new verdict is a line here, a sentence in `grader.report.words`, and its test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is known about a verdict.

    Attributes:
        told_by_box: the box may report it of a call; see `grader.box.failures`.
        ends_asking: further questions would only cost the same time again.
        explainable: a known mistake, run here, may show whether it leads to the same.
    """

    told_by_box: bool = False
    ends_asking: bool = False
    explainable: bool = True


class Verdict(Enum):
    """What happened; of several, the first listed is told."""

    UNREADABLE = "unreadable"
    NOT_ATTEMPTED = "not attempted"
    MISSING = "missing"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out of memory"
    TIMED_OUT = "timed out"
    RAISED = "raised an exception"
    WRONG_TYPE = "wrong type"
    WRONG_SHAPE = "wrong shape"
    NOT_FINITE = "not finite"
    WRONG_VALUE = "wrong value"
    CHANGED_INPUT = "changed its input"
    MANUAL = "needs manual grading"
    CORRECT = "correct"

    @property
    def rank(self) -> int:
        """Position in the order in which verdicts are told; smaller comes first."""
        return _RANKS[self]

    @property
    def told_by_box(self) -> bool:
        """Whether the box may report it."""
        return _FACTS[self].told_by_box

    @property
    def ends_asking(self) -> bool:
        """Whether an exercise that got it is asked no further."""
        return _FACTS[self].ends_asking

    @property
    def explainable(self) -> bool:
        """Whether a mistake that leads to it may be run by the judge."""
        return _FACTS[self].explainable


_STARVED = _Facts(ends_asking=True, explainable=False)
_FACTS = dict.fromkeys(Verdict, _Facts()) | {
    Verdict.NOT_ATTEMPTED: _Facts(told_by_box=True),
    Verdict.MISSING: _Facts(told_by_box=True, ends_asking=True),
    Verdict.CRASHED: _STARVED,
    Verdict.OUT_OF_MEMORY: _Facts(told_by_box=True, ends_asking=True, explainable=False),
    Verdict.TIMED_OUT: _STARVED,
    Verdict.RAISED: _Facts(told_by_box=True),
    Verdict.WRONG_TYPE: _Facts(told_by_box=True),
}
_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


# Of a derivation: there is nothing that a person could mark.
NOTHING_THERE = (Verdict.NOT_ATTEMPTED, Verdict.MISSING, Verdict.UNREADABLE)
