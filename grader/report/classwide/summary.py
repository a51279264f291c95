"""What a class's reports on one lesson say together, as values: `grader report`.

Counts students, never calls; of a student with several attempts, the last one counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.report.attempt import Attempt, Named
from grader.report.marks import Marks
from grader.report.standing import Standing, score_of, standing_of

_HARD = 0.25  # of those who tried: so few pass a group of cases that "almost nobody" does
_FEWEST = 3  # students who tried; of fewer, a share says nothing


@dataclass(frozen=True, kw_only=True)
class Work:
    """One student's work on the lesson.

    Attributes:
        marks: what the gradebook holds of it.
        attempts: every one that is known, the last of them last; never empty.
    """

    student: str
    report: Report
    marks: Marks
    attempts: Sequence[Attempt]

    @property
    def score(self) -> float:
        """The points that count."""
        return self.marks.score if self.marks.cells else self.report.score

    @property
    def points(self) -> float:
        """What could be earned."""
        return self.marks.points if self.marks.cells else self.report.max_score

    @cached_property
    def share(self) -> float:
        """The score as a part of what could be earned, from 0 to 1."""
        return min(max(self.score / self.points, 0.0), 1.0) if self.points else 0.0

    def standing(self, exercise: str) -> Standing:
        """Return how an exercise stands."""
        outcome = self.outcomes.get(exercise)
        return Standing.NOTHING if outcome is None else standing_of(outcome, self.marks)

    def earned(self, exercise: str) -> float:
        """Return the points of an exercise that count."""
        outcome = self.outcomes.get(exercise)
        return 0.0 if outcome is None else score_of(outcome, self.marks)

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """The report's exercises by name."""
        return {outcome.id: outcome for outcome in self.report.exercises}


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """How many students stand how at an exercise.

    Attributes:
        carried: students for whom the reference answered an earlier exercise that failed.
    """

    id: str
    points: float
    standings: Mapping[Standing, int]
    carried: int


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A misconception that somebody had.

    Attributes:
        made: students in any of whose attempts it was seen.
        still: those who have it in their last one.
        attempts: the median number of attempts that it took to leave it; None if nobody did.
        holders: who has it now, those with the fewest other mistakes first.
    """

    exercise: str
    name: str
    hint: str
    made: int
    still: int
    attempts: float | None
    holders: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of hidden cases that almost nobody passes, of those who tried the exercise."""

    exercise: str
    name: str
    passed: int
    tried: int


@dataclass(frozen=True, kw_only=True)
class Movement:
    """How those with several attempts moved.

    Attributes:
        shares: the median score of each attempt as a part of the points, and of how many.
        better, same, worse: students, from their first attempt to their last.
    """

    shares: Sequence[tuple[float, int]] = ()
    better: int = 0
    same: int = 0
    worse: int = 0


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """All of it; works stand with the highest score first."""

    id: str
    works: Sequence[Work]
    exercises: Sequence[Exercise]
    misconceptions: Sequence[Misconception]
    groups: Sequence[Group]
    movement: Movement = field(default_factory=Movement)

    @cached_property
    def median(self) -> float:
        """The median score as a part of the points."""
        return median(work.share for work in self.works)


def summed_up(lesson: str, works: Iterable[Work]) -> Lesson:
    """Return what a class's work on a lesson says; at least one student's."""
    ordered = sorted(works, key=lambda work: (-work.share, work.student))
    names = dict.fromkeys(outcome.id for work in ordered for outcome in work.report.exercises)
    return Lesson(
        id=lesson,
        works=ordered,
        exercises=[_exercise(name, ordered) for name in names],
        misconceptions=_misconceptions(ordered),
        groups=_hard_groups(ordered, list(names)),
        movement=_movement(ordered),
    )


def _exercise(name: str, works: Sequence[Work]) -> Exercise:
    outcomes = [found for work in works if (found := work.outcomes.get(name))]
    return Exercise(
        id=name,
        points=max(outcome.points for outcome in outcomes),
        standings=Counter(work.standing(name) for work in works),
        carried=sum(outcome.carried for outcome in outcomes),
    )


def _misconceptions(works: Sequence[Work]) -> list[Misconception]:
    """Return them, the most frequent first."""
    made: Counter[Named] = Counter()
    left: dict[Named, list[int]] = defaultdict(list)
    holders: dict[Named, list[tuple[int, str]]] = defaultdict(list)
    hints: dict[Named, str] = {}
    for work in works:
        for mistake in {each for attempt in work.attempts for each in attempt.mistakes}:
            made[mistake] += 1
            had = [mistake in attempt.mistakes for attempt in work.attempts]
            if not had[-1]:
                # From the first attempt that has it to the first after the last that has it.
                left[mistake].append(len(had) - had[::-1].index(True) - had.index(True))
        for outcome in work.report.exercises:
            for each in outcome.mistakes:
                hints[outcome.id, each.name] = each.hint
                holders[outcome.id, each.name].append((len(outcome.mistakes), work.student))
    order = {name: place for place, name in enumerate(dict.fromkeys(key[0] for key in made))}
    return [
        Misconception(
            exercise=mistake[0],
            name=mistake[1],
            hint=hints.get(mistake, ""),
            made=count,
            still=len(holders[mistake]),
            attempts=median(left[mistake]) if left[mistake] else None,
            holders=[student for _, student in sorted(holders[mistake])],
        )
        for mistake, count in sorted(
            made.items(), key=lambda item: (-item[1], order[item[0][0]], item[0][1])
        )
    ]


def _hard_groups(works: Sequence[Work], order: Sequence[str]) -> list[Group]:
    """Return the groups that almost nobody passes, exercise by exercise."""
    tried: Counter[Named] = Counter()
    passed: Counter[Named] = Counter()
    for work in works:
        for outcome in work.report.exercises:
            if outcome.verdict in NOTHING_THERE:
                continue
            right: dict[str, bool] = {}
            for case in outcome.cases:
                right[case.group] = right.get(case.group, True) and case.verdict is Verdict.CORRECT
            for group, all_right in right.items():
                tried[outcome.id, group] += 1
                passed[outcome.id, group] += all_right
    return [
        Group(exercise=exercise, name=name, passed=passed[exercise, name], tried=count)
        for (exercise, name), count in sorted(
            tried.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
        if count >= _FEWEST and passed[exercise, name] <= _HARD * count
    ]


def _movement(works: Sequence[Work]) -> Movement:
    several = [work.attempts for work in works if len(work.attempts) > 1]
    most = max(map(len, several), default=0)
    rises = [attempts[-1].share - attempts[0].share for attempts in several]
    return Movement(
        shares=[
            (median(shares), len(shares))
            for number in range(most)
            if (shares := [a[number].share for a in several if len(a) > number])
        ],
        better=sum(rise > 0 for rise in rises),
        same=sum(rise == 0 for rise in rises),
        worse=sum(rise < 0 for rise in rises),
    )
