"""Two known mistakes in one function: what both together lead to, from what each leads to alone.

Where one of them is right, the other's answer stands: in another part of the result, in another
case.  Where both are wrong in one place, each does to the other's answer what it does to the
reference's: a slip slips from it, a factor multiplies it, a term that is too much is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.judge.assess import assess, yardstick_of
from grader.judge.compare import Yardstick, compare
from grader.judge.explained import parts_of
from grader.judge.outcome import Answer, Comparison, Observation
from grader.judge.slips import candidates, is_numeric, slipped
from grader.judge.verdict import Verdict

_MOST_PAIRS = 300  # of mistakes that may be tried on a case


class Together:
    """Looks for two known mistakes that explain every case, neither of them alone."""

    def __init__(
        self,
        exercise: Exercise,
        seen: Sequence[Observation],
        answer: Callable[[int, int], Answer],
        explains_case: Callable[[int, int], bool],
    ) -> None:
        """Prepare.

        Args:
            answer: of a known mistake in a case, both by number: answer(case, known).
            explains_case: whether a known mistake's answer is what was seen, likewise.
        """
        self._exercise, self._seen = exercise, seen
        self._answer, self._explains_case = answer, explains_case
        self._made: dict[tuple[int, int], Comparison] = {}

    def pair(self) -> dict[int, list[int]]:
        """Return two mistakes by number, and the failing cases that each has a share in.

        Returns:
            Nothing if no pair fits.
        """
        right = [case for case, seen in enumerate(self._seen) if seen.right]
        failing = [case for case, seen in enumerate(self._seen) if not seen.right]
        every = range(len(self._exercise.mistakes))
        for case in failing:
            if self._is_whole(case) and not any(self._explains_case(case, k) for k in every):
                return {}
        able = [
            known
            for known in every
            if all(self._is_right(case, known) for case in right)
            and not all(self._is_right(case, known) for case in failing)
        ]
        fitting = [
            pair
            for pair in list(combinations(able, 2))[:_MOST_PAIRS]
            if all(self._explain(case, *pair) for case in failing)
            and not any(all(self._explains_case(c, k) for c in failing) for k in pair)
        ]
        # Of pairs that fit alike the first declared: no case tells them apart.
        return {
            known: [case for case in failing if not self._is_right(case, known)]
            for pair in fitting[:1]
            for known in pair
        }

    def in_order(self, pair: Mapping[int, list[int]]) -> list[int]:
        """Return two mistakes in the order in which to mend them.

        What hides the other in most cases comes first: a value of another shape, or none at
        all, is compared with nothing.  Then what shows in more cases, an edge last; then the
        one that was declared first.

        Args:
            pair: the failing cases that each has a share in.
        """
        one, other = sorted(pair, key=lambda known: (-len(pair[known]), known))
        hidden = self._hidden(one, other, pair) > self._hidden(other, one, pair)
        return [other, one] if hidden else [one, other]

    def _hidden(self, known: int, by: int, pair: Mapping[int, list[int]]) -> bool:
        """Whether in most cases where a mistake is wrong another leaves nothing to compare."""
        hiding = 0
        for case in pair[known]:
            mine, theirs = self.judged(case, known), self.judged(case, by)
            parts = [set(parts_of([("", each)]).parts) for each in (mine, theirs)]
            apart = all(parts) and parts[0].isdisjoint(parts[1])
            nothing = theirs.verdict.rank < Verdict.WRONG_TYPE.rank
            hiding += nothing or (theirs.verdict is Verdict.WRONG_SHAPE and not apart)
        return 2 * hiding > len(pair[known])

    def judged(self, case: int, known: int) -> Comparison:
        """Return what is made of a known mistake's answer in a case."""
        if (case, known) not in self._made:
            seen = self._seen[case]
            answer = self._answer(case, known)
            self._made[case, known] = assess(answer, seen.expected, seen.case, self._exercise)
        return self._made[case, known]

    def _is_whole(self, case: int) -> bool:
        """Whether there is no value to take apart: what goes wrong first is seen alone."""
        seen = self._seen[case]
        return bool(seen.case.check or seen.case.raises or seen.answer.failure)

    def _is_right(self, case: int, known: int) -> bool:
        return self.judged(case, known).right

    def _explain(self, case: int, one: int, other: int) -> bool:
        """Whether two mistakes together lead to what was seen in a case that failed."""
        wrong = [known for known in (one, other) if not self._is_right(case, known)]
        if len(wrong) < 2:
            return any(self._explains_case(case, known) for known in wrong)
        if self._is_whole(case):
            return any(self._explains_case(case, known) for known in wrong)
        seen, answers = self._seen[case], [self._answer(case, known) for known in wrong]
        if any(answer.failure is not None for answer in answers):
            return False
        yardstick = yardstick_of(seen.case, self._exercise)
        values = (seen.expected, *(answer.value for answer in answers))
        return _led_to(seen.answer.value, values, _batch(seen), yardstick)


def _batch(seen: Observation) -> int | None:
    m = seen.case.shapes.get("m")
    return m if isinstance(m, int) else None


def _led_to(found: Any, values: tuple[Any, Any, Any], m: int | None, yardstick: Yardstick) -> bool:
    """Whether two mistakes together lead to a value, part by part where it has parts.

    Args:
        values: the reference's, and what each of the two leads to alone.
    """
    right, *_ = values
    every = (found, *values)
    if isinstance(right, Mapping):
        if all(isinstance(v, Mapping) and v.keys() == right.keys() for v in every):
            return all(
                _led_to(found[key], tuple(v[key] for v in values), m, yardstick) for key in right
            )
    elif isinstance(right, list | tuple) and all(
        isinstance(v, list | tuple) and len(v) == len(right) for v in every
    ):
        parts = zip(found, zip(*values, strict=True), strict=True)
        return all(_led_to(part, of_each, m, yardstick) for part, of_each in parts)
    targets = _joined(*values, m, yardstick)
    return any(compare(found, target, yardstick).right for target in targets)


def _joined(right: Any, one: Any, other: Any, m: int | None, yardstick: Yardstick) -> Iterator[Any]:
    """Yield what two mistakes may lead to in one place, from what each leads to alone there."""
    if compare(one, right, yardstick).right:
        yield other
        return
    if compare(other, right, yardstick).right or compare(other, one, yardstick).right:
        yield one
        return
    if not all(is_numeric(value) for value in (right, one, other)):
        return
    for wrong, target in ((one, other), (other, one)):
        slip = next(candidates(wrong, right, m, yardstick), None)
        made = None if slip is None else slipped(slip, target, m)
        if made is not None:
            yield made
    shapes = {np.shape(value) for value in (right, one, other)}
    if len(shapes) == 1:
        r, a, b = (np.asarray(value, dtype=float) for value in (right, one, other))
        with np.errstate(all="ignore"):
            yield np.where(r == 0, np.where(a == 0, b, a), a * b / np.where(r == 0, 1.0, r))
            yield a + b - r
