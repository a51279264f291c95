"""Which factors are told: those of a mistake, not those that one case shows by chance.

Where a case has one path or one sample, forgetting a number of the input leads to the
reference divided by that number.  It looks like a factor, names nothing that the function
does, and gives the number away.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from grader.judge.evidence import Evidence, OtherValues, Parts
from grader.judge.outcome import Observation

_SIMPLE = 4  # the largest number in a fraction that nobody hits by chance: 2, 3/2, 1/4
_CLOSE = 1e-6


def without_chance(observations: Sequence[Observation]) -> list[Observation]:
    """Return observations whose evidence tells of a factor only where it is one.

    It is if two cases show it, if it is a simple fraction, or if it is a size of its case,
    as a forgotten 1/m is.
    """
    shown = Counter(
        factor
        for seen in observations
        for factor in {_rounded(f) for f in _factors(seen.comparison.evidence)}
    )
    return [
        replace(seen, comparison=replace(seen.comparison, evidence=evidence))
        if (evidence := _kept(seen.comparison.evidence, shown, seen)) != seen.comparison.evidence
        else seen
        for seen in observations
    ]


def _factors(evidence: Evidence | None) -> Iterator[float]:
    if isinstance(evidence, Parts):
        for _, inner in evidence.wrong:
            yield from _factors(inner)
    elif isinstance(evidence, OtherValues) and evidence.factor is not None:
        yield evidence.factor


def _kept(evidence: Evidence | None, shown: Counter[str], seen: Observation) -> Evidence | None:
    """Return a piece of evidence without the factors that are chance."""
    if isinstance(evidence, Parts):
        wrong = ((label, _kept(inner, shown, seen) or inner) for label, inner in evidence.wrong)
        return replace(evidence, wrong=tuple(wrong))
    if not isinstance(evidence, OtherValues) or evidence.factor is None:
        return evidence
    factor = evidence.factor
    told = shown[_rounded(factor)] > 1 or _is_simple(factor) or _is_a_size(factor, seen)
    return evidence if told else replace(evidence, factor=None)


def _rounded(factor: float) -> str:
    return f"{factor:.4g}"


def _is_simple(factor: float) -> bool:
    near = Fraction(factor).limit_denominator(_SIMPLE)
    return 0 < abs(near.numerator) <= _SIMPLE and math.isclose(factor, near, rel_tol=_CLOSE)


def _is_a_size(factor: float, seen: Observation) -> bool:
    """Whether a factor is a size of the case, a product of two, or one over these."""
    sizes = [size for size in seen.case.shapes.values() if isinstance(size, int)]
    products = [*sizes, *(a * b for a, b in combinations(sizes, 2))]
    return any(
        math.isclose(abs(factor), whole, rel_tol=_CLOSE)
        or math.isclose(abs(factor) * whole, 1, rel_tol=_CLOSE)
        for whole in products
        if whole
    )
