"""What known mistakes lead to in the cases that were seen: each is run once, and looked at often.

Mistakes are known by their number.  Several at once can be run where they are classes that
each do another part otherwise: their common class does all of these parts so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader.exercise import Exercise
from grader.judge.assess import assess, passes, run, yardstick_of
from grader.judge.compare import alike
from grader.judge.outcome import Answer, Comparison, Observation
from grader.judge.verdict import Verdict

_OF_EVERY_CLASS = {"__module__", "__doc__", "__dict__", "__weakref__", "__qualname__"}


class Hypotheses:
    """The known mistakes of an exercise, held to what was seen of a student's function."""

    def __init__(self, exercise: Exercise, seen: Sequence[Observation]) -> None:
        self.exercise, self.seen = exercise, seen
        self._answers: dict[tuple[int, tuple[int, ...]], Answer] = {}
        self._explains: dict[tuple[int, tuple[int, ...]], bool] = {}
        self._right: dict[tuple[int, int], bool] = {}

    @property
    def every(self) -> range:
        """The numbers of all known mistakes."""
        return range(len(self.exercise.mistakes))

    def answer(self, case: int, *known: int) -> Answer:
        """Return what a mistake, or several of a class, answers in a case, by number."""
        if (case, known) not in self._answers:
            function = self.together(known) if len(known) > 1 else self._function(*known)
            self._answers[case, known] = run(function, self.seen[case].case)
        return self._answers[case, known]

    def explains(self, case: int, *known: int) -> bool:
        """Whether a mistake's answer, or that of several of a class, is what was seen."""
        if (case, known) not in self._explains:
            answer = self.answer(case, *known)
            self._explains[case, known] = explains_one(answer, self.seen[case], self.exercise)
        return self._explains[case, known]

    def is_right(self, case: int, known: int) -> bool:
        """Whether a mistake's answer is right in a case."""
        if (case, known) not in self._right:
            seen = self.seen[case]
            answer = self.answer(case, known)
            self._right[case, known] = passes(answer, seen.expected, seen.case, self.exercise)
        return self._right[case, known]

    def judged(self, case: int, known: int) -> Comparison:
        """Return what is made of a mistake's answer in a case."""
        seen = self.seen[case]
        return assess(self.answer(case, known), seen.expected, seen.case, self.exercise)

    @property
    def of_a_class(self) -> bool:
        """Whether the mistakes are classes, which can be made at once."""
        return all(isinstance(known.answer, type) for known in self.exercise.mistakes)

    def can_be_made_at_once(self, known: Sequence[int]) -> bool:
        """Whether each of several classes does another part otherwise."""
        parts = [set(vars(self._function(number))) - _OF_EVERY_CLASS for number in known]
        return len(set().union(*parts)) == sum(map(len, parts))

    def together(self, known: Sequence[int]) -> Callable[..., Any]:
        """Return the class that makes several mistakes at once."""
        classes = tuple(self._function(number) for number in known)
        return type(classes[0].__name__, classes, {})  # type: ignore[arg-type]

    def _function(self, known: int) -> Callable[..., Any]:
        return self.exercise.mistakes[known].answer


def explains_one(mistaken: Answer, seen: Observation, exercise: Exercise) -> bool:
    """Whether a mistake's answer is what was seen in one case."""
    if not seen.right and seen.answer.failure is not mistaken.failure:
        return False
    if seen.right:
        return passes(mistaken, seen.expected, seen.case, exercise)
    same = False
    if seen.answer.failure is None and not seen.case.check:
        same = alike(seen.answer.value, mistaken.value, yardstick_of(seen.case, exercise))
        by_value = seen.comparison.verdict in (Verdict.WRONG_VALUE, Verdict.WRONG_SHAPE)
        if by_value and not same:
            # Most are ruled out here, and nothing more need be known of them.
            return False
    made = assess(mistaken, seen.expected, seen.case, exercise)
    if made.right:
        return False
    if seen.answer.failure is not None:
        return seen.answer.exceptions[:1] == mistaken.exceptions[:1]
    same_evidence = made.evidence == seen.comparison.evidence
    if seen.case.check is not None:
        return same_evidence
    if made.verdict is not seen.comparison.verdict:
        return False
    if made.verdict is Verdict.CHANGED_INPUT and not same_evidence:
        # Writing into an argument and handing it back are two mistakes.
        return False
    if made.verdict in (Verdict.WRONG_TYPE, Verdict.NOT_FINITE):
        # compare() calls a wrong dtype wrong in a reference too: look at the evidence instead.
        return same or same_evidence
    return same
