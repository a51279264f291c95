"""The judge's vocabulary: what happened to a case, an exercise, a submission.

Plain frozen values; their JSON is the report format that other programs read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What happened to one case or one exercise; of several, the first listed is told."""

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
        return list(Verdict).index(self)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back when a student's function was called once: plain data, or a failure.

    Attributes:
        failure: why there is no value, else None.
        message: for a failure, one line for the student.
        exceptions: names of the raised exception's class and its bases.
        changed: whether an argument was changed in place.
        shares: whether the result shares memory with an argument.
        warned: the first warning that the call gave, else "".
    """

    value: Any = None
    failure: Verdict | None = None
    message: str = ""
    exceptions: tuple[str, ...] = ()
    changed: bool = False
    shares: bool = False
    warned: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One hidden case: its group's name, its verdict, and a sentence of evidence."""

    group: str
    verdict: Verdict
    evidence: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the contract's form; the evidence stays in the feedback page."""
        return {"group": self.group, "verdict": self.verdict.value}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One exercise: points, verdict, and, where recognised, the misconception's name.

    Attributes:
        id: the exercise's name.
        score: points earned, 0 to points.
        points: the exercise's maximum.
        evidence: what was seen, without a hidden input.
        carried: true where an earlier failed exercise was answered by the reference.
    """

    id: str
    score: float
    points: float
    verdict: Verdict
    mistake: str | None = None
    hint: str | None = None
    evidence: str = ""
    cases: Sequence[CaseResult] = ()
    carried: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the contract's form of one exercise."""
        return {
            "id": self.id,
            "score": self.score,
            "points": self.points,
            "verdict": self.verdict.value,
            "mistake": self.mistake,
            "hint": self.hint,
            "cases": [case.to_json() for case in self.cases],
            "carried": self.carried,
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """One submission of one lesson, judged.

    Attributes:
        sandbox: what confined the student's code, as `grader doctor` names it.
        notes: sentences about the submission as a whole, for student and instructor.
    """

    lesson: str
    student: str
    exercises: Sequence[Outcome]
    version: str
    sandbox: str
    notes: Sequence[str] = field(default=())

    @property
    def score(self) -> float:
        """Points earned, rounded to hundredths as each exercise is."""
        return round(sum(outcome.score for outcome in self.exercises), 2)

    @property
    def max_score(self) -> float:
        """Points that could be earned."""
        return sum(outcome.points for outcome in self.exercises)

    def to_json(self) -> dict[str, Any]:
        """Return the contract's JSON report as plain data."""
        return {
            "lesson": self.lesson,
            "student": self.student,
            "score": self.score,
            "max_score": self.max_score,
            "grader": {"version": self.version, "sandbox": self.sandbox},
            "exercises": [outcome.to_json() for outcome in self.exercises],
        }
