"""What the judge makes of a submission: answers, cases, exercises, a report.

Plain frozen values, without a sentence; `grader.report.data` writes them as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.exercise import Case
from grader.judge.evidence import Evidence, InCase
from grader.judge.verdict import Verdict

# What a report says of the sandbox where there was none; part of the contract.
SEPARATE_PROCESS = "none: a separate process with limits"
IN_KERNEL = "none: judged in the kernel, not isolated"
UNCONFINED = (SEPARATE_PROCESS, IN_KERNEL)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back when a student's function was called once: plain data, or a failure.

    Attributes:
        failure: why there is no value, else None.
        message: for a failure, one line for the student.
        exceptions: names of the raised exception's class and its bases.
        changed: whether an argument was changed in place.
        undrawn: whether a generator that was given is where it was.
        shares: whether the result shares memory with an argument.
        twins: whether two arrays of the result share memory with each other.
        warned: the first warning that the call gave, else "".
    """

    value: Any = None
    failure: Verdict | None = None
    message: str = ""
    exceptions: tuple[str, ...] = ()
    changed: bool = False
    undrawn: bool = False
    shares: bool = False
    twins: bool = False
    warned: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A verdict on one result, and what was seen; no evidence where it is right."""

    verdict: Verdict
    evidence: Evidence | None = None

    @property
    def right(self) -> bool:
        """Whether the result is what the contract asks for."""
        return self.verdict is Verdict.CORRECT


RIGHT = Comparison(verdict=Verdict.CORRECT)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One case, what the student's function answered, and what was made of it."""

    case: Case
    answer: Answer
    expected: Any
    comparison: Comparison

    @property
    def right(self) -> bool:
        """Whether the case is right."""
        return self.comparison.right

    @property
    def evidence(self) -> InCase | None:
        """What was seen, with the case that it was seen in."""
        if self.comparison.evidence is None:
            return None
        return InCase(
            group=self.case.group,
            shapes=tuple(self.case.shapes.items()),
            evidence=self.comparison.evidence,
        )


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A misconception.

    Attributes:
        name: the same in every language; people read what `report.words` makes of it.
        hint: where to look, for the student.
        explains: what is wrong by it, for whoever helps.
        factor: what the name tells of, where it tells of a number.
    """

    name: str
    hint: str
    explains: Evidence | None = None
    factor: float | None = None


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One hidden case: its group's name, its verdict, and what was seen."""

    group: str
    verdict: Verdict
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One exercise: points, verdict, and, where recognised, the misconceptions.

    Attributes:
        id: the exercise's name.
        score: points earned, 0 to points.
        points: the exercise's maximum.
        evidence: what was seen, without a hidden input; the first is told first.
        mistakes: the misconceptions that were recognised; the first to be mended first.
        unexplained: groups of cases in which something else is wrong besides.
        carried: true where an earlier failed exercise was answered by the reference.
    """

    id: str
    score: float
    points: float
    verdict: Verdict
    mistakes: tuple[Diagnosis, ...] = ()
    unexplained: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    cases: Sequence[CaseResult] = ()
    carried: bool = False

    @property
    def mistake(self) -> str | None:
        """The name of the misconception that must be mended first."""
        return self.mistakes[0].name if self.mistakes else None

    @property
    def hint(self) -> str | None:
        """The hint that goes with it."""
        return self.mistakes[0].hint if self.mistakes else None


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
