"""Mistakes that any gradient may have: a sign, a transpose, 1/m, a constant factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.judge import words
from grader.judge.assess import yardstick_of
from grader.judge.compare import Array, compare, ratio
from grader.judge.outcome import Diagnosis, Observation


def recognise(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    """Return the mistake that all wrong parts of all failing cases show."""
    if not failing or any(
        seen.answer.failure is not None or seen.case.check or seen.case.raises for seen in failing
    ):
        return None
    wrong = [_wrong_parts(exercise, seen) for seen in failing]
    if not all(wrong):
        # A case that shows something else is not explained by a factor in the others.
        return None
    pairs = [pair for parts in wrong for pair in parts]
    factors = [pair.factor for pair in pairs if pair.factor is not None]
    if len(factors) == len(pairs):
        return _factor(factors, [pair.m for pair in pairs])
    return words.TRANSPOSED if all(pair.transposed for pair in pairs) else None


def _factor(factors: Sequence[float], sizes: Sequence[int | None]) -> Diagnosis | None:
    m = np.array([float(size or np.nan) for size in sizes])
    found = np.array(factors)
    if np.all(found == -1):
        return words.OPPOSITE_SIGN
    if np.allclose(found, 1 / m) and np.nanmax(m) > 1:
        return words.EXTRA_MEAN
    if np.allclose(found, m) and np.nanmax(m) > 1:
        return words.NO_MEAN
    if np.allclose(found, found[0]) and len(found) > 1:
        return words.constant_factor(found[0])
    return None


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """A numeric part of a result that is wrong: what was found and what was expected."""

    found: Array
    expected: Array
    m: int | None
    single: bool

    @property
    def factor(self) -> float | None:
        return ratio(self.found, self.expected, single=self.single)

    @property
    def transposed(self) -> bool:
        return bool(
            self.found.ndim == 2
            and self.found.shape == self.expected.T.shape
            and np.allclose(self.found, self.expected.T, rtol=1e-4 if self.single else 1e-6)
        )


def _wrong_parts(exercise: Exercise, seen: Observation) -> list[_Pair]:
    """Return the wrong parts of a result; none if one of them is not an array of floats."""
    found, expected = seen.answer.value, seen.expected
    if not isinstance(expected, list | tuple):
        found, expected = [found], [expected]
    if not isinstance(found, list | tuple) or len(found) != len(expected):
        return []
    yardstick = yardstick_of(seen.case, exercise)
    pairs = []
    for actual, wanted in zip(found, expected, strict=True):
        if compare(actual, wanted, yardstick).right:
            continue
        if not _is_float(actual) or not _is_float(wanted):
            return []
        pairs.append(
            _Pair(
                found=np.asarray(actual),
                expected=np.asarray(wanted),
                m=seen.case.shapes.get("m"),
                single=yardstick.single,
            )
        )
    return pairs


def _is_float(value: Any) -> bool:
    return (
        isinstance(value, float | np.ndarray | np.generic) and np.asarray(value).dtype.kind == "f"
    )
