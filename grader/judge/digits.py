"""Whether wrong values are nearly right: digits are lost, and no formula is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from grader.judge.evidence import Evidence, OtherValues, Parts
from grader.judge.outcome import Observation

_DIGITS = 4  # fewer in common are no loss of digits, but other values


def loses_digits(observations: Sequence[Observation]) -> bool:
    """Whether all that is wrong is nearly right."""
    wrong = [seen.comparison.evidence for seen in observations if not seen.right]
    return bool(wrong) and all(map(_nearly_right, wrong))


def _nearly_right(evidence: Evidence | None) -> bool:
    if isinstance(evidence, Parts):
        return all(_nearly_right(part) for _, part in evidence.wrong)
    return isinstance(evidence, OtherValues) and (evidence.digits or 0) >= _DIGITS
