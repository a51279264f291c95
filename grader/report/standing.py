"""How an exercise stands: by the grader's report, and by what a person made of it since."""

from __future__ import annotations

from enum import Enum

from grader.judge.outcome import Outcome
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.report.marks import Mark, Marks


class Standing(Enum):
    """What a look at an exercise says; the value is what pages call it."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NOTHING = "nothing"
    WAITS = "waits"


def mark_of(outcome: Outcome, marks: Marks) -> Mark | None:
    """Return what the gradebook holds of an exercise; None if it does not know it."""
    return marks.cells.get(f"test_{outcome.id}") or marks.cells.get(outcome.id)


def score_of(outcome: Outcome, marks: Marks) -> float:
    """Return the points that count."""
    mark = mark_of(outcome, marks)
    return outcome.score if mark is None else mark.score


def by_hand(outcome: Outcome, marks: Marks) -> bool:
    """Whether a person gave the points."""
    mark = mark_of(outcome, marks)
    return mark is not None and mark.manual is not None


def standing_of(outcome: Outcome, marks: Marks) -> Standing:
    """Return how an exercise stands."""
    given = by_hand(outcome, marks)
    if outcome.verdict is Verdict.MANUAL and not given:
        return Standing.WAITS
    score = score_of(outcome, marks)
    if score >= outcome.points:
        return Standing.RIGHT
    if score > 0:
        return Standing.PARTLY
    return Standing.NOTHING if outcome.verdict in NOTHING_THERE and not given else Standing.WRONG
