"""What several mistakes lead to in one place, from what each of them leads to alone there.

A slip slips from the others' value, a factor multiplies it, a term that is too much is added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import numpy as np

from grader.judge.assess import yardstick_of
from grader.judge.compare import Yardstick, alike
from grader.judge.hypotheses import Hypotheses
from grader.judge.leaves import Misfit, leaves_of
from grader.judge.outcome import Observation
from grader.judge.slips import Numbers, candidates, is_numeric, slipped

_ROUGH = 1e-3  # of a number that is looked at first; whole leaves are compared strictly


def batch_of(seen: Observation) -> int | None:
    """Return a case's batch size, where it has one."""
    m = seen.case.shapes.get("m")
    return m if isinstance(m, int) else None


def led_to(found: Any, values: tuple[Any, ...], m: int | None, yardstick: Yardstick) -> bool:
    """Whether mistakes together lead to a value, part by part where it has parts.

    Args:
        values: the reference's, and what each of the mistakes leads to alone.
    """
    right, *_ = values
    every = (found, *values)
    if isinstance(right, Mapping):
        if all(isinstance(v, Mapping) and v.keys() == right.keys() for v in every):
            return all(
                led_to(found[key], tuple(v[key] for v in values), m, yardstick) for key in right
            )
    elif isinstance(right, list | tuple) and all(
        isinstance(v, list | tuple) and len(v) == len(right) for v in every
    ):
        parts = zip(found, zip(*values, strict=True), strict=True)
        return all(led_to(part, of_each, m, yardstick) for part, of_each in parts)
    return any(_is(found, target, yardstick) for target in _joined(values, m, yardstick))


def _is(found: Any, target: Any, yardstick: Yardstick) -> bool:
    """Whether a value is the one that mistakes lead to, in a dtype that is wrong in both, too."""
    kinds = [v.dtype for v in (found, target) if isinstance(v, np.ndarray)]
    if len(kinds) == 2 and kinds[0] == kinds[1] != np.float64 and kinds[0].kind == "f":
        rough = replace(yardstick, single=True)
        return alike(np.asarray(found, dtype=float), np.asarray(target, dtype=float), rough)
    return alike(found, target, yardstick)


def _joined(values: tuple[Any, ...], m: int | None, yardstick: Yardstick) -> Iterator[Any]:
    """Yield what mistakes may lead to in one place, from what each leads to alone there."""
    right, *each = values
    wrong: list[Any] = []
    for value in each:
        if not any(alike(value, other, yardstick) for other in (right, *wrong)):
            wrong.append(value)
    if len(wrong) < 2:
        yield from wrong or [right]
    elif all(is_numeric(value) for value in (right, *wrong)):
        yield from _of_numbers(right, wrong, m, yardstick)


def _of_numbers(
    right: Any, wrong: Sequence[Any], m: int | None, yardstick: Yardstick
) -> Iterator[Any]:
    if len(wrong) == 1:
        yield from wrong
        return
    for place, one in enumerate(wrong):
        rest = [*wrong[:place], *wrong[place + 1 :]]
        slip = next(candidates(one, right, m, yardstick), None)
        for target in _of_numbers(right, rest, m, yardstick):
            made = None if slip is None else slipped(slip, target, m)
            if slip is not None and made is not None:
                other = slip.numbers is Numbers.OTHER
                yield made.astype(np.asarray(one).dtype) if other else made
            if np.shape(one) == np.shape(target) == np.shape(right):
                yield from _of_arrays(right, one, target)


def _of_arrays(right: Any, one: Any, other: Any) -> Iterator[Any]:
    """Yield a product and a sum of what two did to the reference's array."""
    r, a, b = (np.asarray(value, dtype=float) for value in (right, one, other))
    with np.errstate(all="ignore"):
        yield np.where(r == 0, np.where(a == 0, b, a), a * b / np.where(r == 0, 1.0, r))
        yield a + b - r


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A leaf of a failing case, and what mistakes have there; each is a bit, by its number.

    Attributes:
        right: whether the student's is.
        wrong: the mistakes that are not.
        fits: of these, those that have what the student has.
        shaped: of these, those that have the reference's shape, where the student has it.
        reshaped: whether the student's shape is not the reference's.
        numbers: one entry of the student's, the reference's and the wrong mistakes' by number,
            where it tells whether these may join; None where it does not.
    """

    right: bool
    wrong: int
    fits: int
    shaped: int
    reshaped: bool
    numbers: tuple[float, float, Mapping[int, float]] | None
    _known: dict[int, bool] = field(default_factory=dict, compare=False)

    def may_be_by(self, found: int) -> bool:
        """Whether mistakes may together lead to this leaf; if not, they do not."""
        wrong = found & self.wrong
        if not wrong:
            return self.right
        if wrong & (wrong - 1) == 0:
            return bool(wrong & self.fits)
        if not self.reshaped and wrong & ~self.shaped:
            return False
        if self.numbers is None:
            return True
        if wrong not in self._known:
            student, reference, of = self.numbers
            each = [value for known, value in of.items() if wrong >> known & 1]
            self._known[wrong] = may_join(student, reference, each)
        return self._known[wrong]


def leaf_table(of: Hypotheses, case: int, able: Sequence[int]) -> list[Leaf]:
    """Return the leaves of a case whose structure is as asked for, each with who is wrong there."""
    seen = of.seen[case]
    yardstick = yardstick_of(seen.case, of.exercise)
    answers = {known: of.answer(case, known) for known in able}
    if any(answer.failure is not None for answer in answers.values()):
        return []
    student, right = (leaves_of(v, seen.expected) for v in (seen.answer.value, seen.expected))
    each = {known: leaves_of(answer.value, seen.expected) for known, answer in answers.items()}
    if any(made.keys() != right.keys() for made in (student, *each.values())):
        return []
    if any(isinstance(v, Misfit) for made in (student, *each.values()) for v in made.values()):
        return []
    return [
        _leaf(student[at], right[at], {known: made[at] for known, made in each.items()}, yardstick)
        for at in right
    ]


def _leaf(found: Any, right: Any, each: Mapping[int, Any], yardstick: Yardstick) -> Leaf:
    wrong = {known: v for known, v in each.items() if not alike(v, right, yardstick)}
    fits = [known for known, value in wrong.items() if alike(found, value, yardstick)]
    # A list for an array may be of any form, and has no shape.
    numeric = is_numeric(found) and is_numeric(right)
    reshaped = not numeric or np.shape(found) != np.shape(right)
    shaped = {
        known: value
        for known, value in wrong.items()
        if not reshaped and is_numeric(value) and np.shape(value) == np.shape(right)
    }
    return Leaf(
        right=alike(found, right, yardstick),
        wrong=sum(1 << known for known in wrong),
        fits=sum(1 << known for known in fits),
        shaped=sum(1 << known for known in shaped),
        reshaped=reshaped,
        numbers=None if len(shaped) < 2 else _numbers(found, right, shaped),
    )


def _numbers(
    found: Any, right: Any, wrong: Mapping[int, Any]
) -> tuple[float, float, Mapping[int, float]] | None:
    """Return one entry of each, at a place that a transpose leaves where it is."""
    values = [np.asarray(value) for value in (found, right, *wrong.values())]
    shape = values[1].shape
    if any(v.dtype.kind != "f" or v.shape != shape or not v.size for v in values):
        return None
    square = len(shape) == 2 and shape[0] == shape[1]
    flat = [np.diagonal(v) if square else np.ravel(v) for v in values]
    if not all(np.isfinite(v).all() for v in flat):
        return None
    # Where most differ, most is told; beside a 0 no factor is seen.
    differ = sum((np.abs(v - flat[1]) > 1e-6 * np.abs(flat[1])).astype(int) for v in flat[2:])
    place = int(np.argmax(np.where(flat[1] == 0, -1, differ)))
    student, reference, *rest = (float(v[place]) for v in flat)
    if reference == 0:
        return None
    return student, reference, dict(zip(wrong, rest, strict=True))


def may_join(found: float, right: float, wrong: Sequence[float]) -> bool:
    """Whether numbers may join to one that was found, roughly: see `_of_numbers`."""
    each: list[float] = []
    for value in wrong:
        if not any(_near(value, other) for other in (right, *each)):
            each.append(value)
    return any(_near(found, made) for made in _joined_numbers(right, each))


def _joined_numbers(right: float, each: Sequence[float]) -> Iterator[float]:
    if len(each) < 2:
        yield each[0] if each else right
    elif len(each) == 2:
        one, other = each
        yield from (one * other / right, one + other - right)
    else:
        yield each[0] * each[1] * each[2] / right**2
        yield sum(each) - 2 * right
        for one, other, third in permutations(each):
            if other < third:
                yield one / right * (other + third - right)
                yield one + other * third / right - right


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_ROUGH, abs_tol=1e-9)
