"""Whether wrong values are nearly right: digits are lost, and no formula is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.exercise import Tolerance
from grader.judge.compare import Yardstick, compare
from grader.judge.evidence import Evidence, OtherValues, Parts
from grader.judge.leaves import Misfit
from grader.judge.outcome import Observation

_DIGITS = 4  # fewer in common are no loss of digits, but other values
_LOOSE = Yardstick(tolerance=Tolerance(relative=10.0**-_DIGITS, absolute=0.0), single=True)


def loses_digits(observations: Sequence[Observation]) -> bool:
    """Whether all that is wrong is nearly right."""
    wrong = [seen.comparison.evidence for seen in observations if not seen.right]
    return bool(wrong) and all(map(_is_near, wrong))


def nearly_right(found: Any, wanted: Any) -> bool:
    """Whether a leaf of a result has the first digits of the reference's, in any float dtype."""
    return not isinstance(wanted, Misfit) and compare(found, wanted, _LOOSE).right


def _is_near(evidence: Evidence | None) -> bool:
    if isinstance(evidence, Parts):
        return all(_is_near(part) for _, part in evidence.wrong)
    return isinstance(evidence, OtherValues) and (evidence.digits or 0) >= _DIGITS
