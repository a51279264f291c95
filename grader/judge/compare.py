"""Compare a result with the reference: structure, shape, dtype kind, finiteness, values.

Pure, and knows nothing of notebooks: plain data in, a Comparison out.
Nothing broadcasts, and NaN is never close to anything but an expected NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.exercise import Tolerance
from grader.judge.evidence import (
    Evidence,
    Label,
    NotFinite,
    OtherExact,
    OtherKeys,
    OtherLength,
    OtherNumber,
    OtherShape,
    OtherSort,
    OtherValues,
    Parts,
    Sort,
)
from grader.judge.outcome import RIGHT, Comparison
from grader.judge.verdict import Verdict

Array = NDArray[Any]
_TELLING = (-1.0, 2.0, 0.5, -2.0, -0.5)
# An operation in float32 rounds by 6e-8, two sums of six terms one after another by 7e-7 at most:
# an entry is allowed ten times that of its size, and an exact 0 as much of the largest input.
_SINGLE = Tolerance(relative=1e-5, absolute=1e-6)


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """How strictly one case compares.

    Attributes:
        scale: the largest input entry, which the absolute tolerance is measured in.
        single: whether an input is float32, which allows float32 and its rounding.
    """

    tolerance: Tolerance
    scale: float = 1.0
    single: bool = False

    @classmethod
    def of(cls, tolerance: Tolerance, arguments: Any) -> Yardstick:
        """Return the yardstick for a call with these arguments."""
        arrays = [np.asarray(leaf) for leaf in leaves(arguments)]
        numeric = [a for a in arrays if a.dtype.kind in "fiu" and a.size]
        largest = [float(np.abs(a[np.isfinite(a)], dtype=float).max(initial=0)) for a in numeric]
        single = any(a.dtype == np.float32 for a in numeric)
        return cls(tolerance=tolerance, scale=max(largest, default=0.0) or 1.0, single=single)

    def bound(self, expected: Array) -> Array:
        """Return the allowed absolute error of each entry."""
        relative, absolute = self.tolerance.relative, self.tolerance.absolute
        if self.single:
            relative = max(relative, _SINGLE.relative)
            absolute = max(absolute, _SINGLE.absolute)
        bound: Array = relative * np.abs(expected) + absolute * self.scale
        return bound


def leaves(value: Any) -> Iterator[Any]:
    """Yield the numbers and arrays inside nested lists, tuples and dicts."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, int | float | np.ndarray | np.generic) and not _huge(value):
        yield value


def _huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > 2**63


def compare(
    actual: Any, expected: Any, yardstick: Yardstick, *, names: Sequence[str] = ()
) -> Comparison:
    """Compare a result with the reference's.

    Args:
        actual: plain data from a student's function.
        expected: what the reference returned for the same arguments.
        names: names of the parts, where expected is a tuple.

    Returns:
        CORRECT, or the first of wrong type, wrong shape, not finite, wrong value.
    """
    actual = np.asarray(actual) if isinstance(actual, np.generic) else actual
    if isinstance(expected, Mapping):
        return _compare_mapping(actual, expected, yardstick)
    if isinstance(expected, list | tuple):
        return _compare_sequence(actual, expected, yardstick, names)
    if isinstance(expected, np.ndarray | np.generic) and not expected.ndim:
        # A reference that counts or decides with NumPy asks for the same as one without.
        expected = expected.item() if expected.dtype.kind in "biuU" else expected
    if isinstance(expected, bool | str) or expected is None:
        return _compare_exactly(actual, expected)
    return _compare_numbers(actual, expected, yardstick)


def alike(actual: Any, expected: Any, yardstick: Yardstick) -> bool:
    """Whether `compare` calls a result right; of arrays it is known without the evidence."""
    if isinstance(expected, Mapping):
        keys = isinstance(actual, Mapping) and set(actual) == set(expected)
        return keys and all(alike(actual[key], expected[key], yardstick) for key in expected)
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        pairs = zip(actual, expected, strict=False)
        return len(actual) == len(expected) and all(alike(a, e, yardstick) for a, e in pairs)
    if isinstance(actual, float):
        # A number is the same number in an array without axes.
        actual = np.asarray(actual)
    expected = np.asarray(expected) if isinstance(expected, float) else expected
    if isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray):
        if actual.shape != expected.shape:
            return False
        if actual.dtype == expected.dtype == np.float64:
            return bool(_close(actual, expected, yardstick).all())
    return compare(actual, expected, yardstick).right


def _wrong(verdict: Verdict, evidence: Evidence) -> Comparison:
    return Comparison(verdict=verdict, evidence=evidence)


def _other_sort(actual: Any, expected: Any, parts: Sequence[str] = ()) -> Comparison:
    evidence = OtherSort(found=Sort.of(actual), expected=Sort.of(expected), parts=tuple(parts))
    return _wrong(Verdict.WRONG_TYPE, evidence)


def _compare_mapping(actual: Any, expected: Mapping[Any, Any], yardstick: Yardstick) -> Comparison:
    if not isinstance(actual, Mapping):
        return _other_sort(actual, expected)
    if set(actual) != set(expected):
        # Not the names of the others: they are the student's own, and could carry an input out.
        evidence = OtherKeys(
            expected=tuple(str(key) for key in expected),
            missing=tuple(str(key) for key in expected if key not in actual),
            extra=sum(key not in expected for key in actual),
        )
        return _wrong(Verdict.WRONG_TYPE, evidence)
    keys = list(expected)
    return _join([compare(actual[key], expected[key], yardstick) for key in keys], keys)


def _compare_sequence(
    actual: Any, expected: Sequence[Any], yardstick: Yardstick, names: Sequence[str]
) -> Comparison:
    if isinstance(actual, np.ndarray) and actual.ndim == 1 and _are_numbers(expected):
        # Numbers in a row are the same numbers, however they are held.
        actual = actual.tolist()
    if not isinstance(actual, list | tuple):
        return _other_sort(actual, expected, names)
    if len(actual) != len(expected):
        evidence = OtherLength(found=len(actual), expected=len(expected), parts=tuple(names))
        return _wrong(Verdict.WRONG_SHAPE, evidence)
    labels: Sequence[Label] = [*names] or [*range(len(expected))]
    return _join([compare(a, e, yardstick) for a, e in zip(actual, expected, strict=True)], labels)


def _are_numbers(items: Sequence[Any]) -> bool:
    return all(isinstance(item, int | float) and not isinstance(item, bool) for item in items)


def _join(parts: Sequence[Comparison], labels: Sequence[Any]) -> Comparison:
    """Return one comparison for several labelled parts: the gravest, with all the evidence."""
    wrong = [
        (label, part)
        for label, part in zip(labels, parts, strict=True)
        if part.evidence is not None
    ]
    if not wrong:
        return RIGHT
    evidence = Parts(
        right=tuple(label for label, part in zip(labels, parts, strict=True) if part.right),
        wrong=tuple((label, part.evidence) for label, part in wrong if part.evidence is not None),
    )
    return _wrong(min((p.verdict for _, p in wrong), key=lambda v: v.rank), evidence)


def _compare_exactly(actual: Any, expected: Any) -> Comparison:
    value = actual.item() if isinstance(actual, np.ndarray) and actual.ndim == 0 else actual
    if type(value) is not type(expected):
        return _other_sort(actual, expected)
    if value != expected:
        return _wrong(Verdict.WRONG_VALUE, OtherExact())
    return RIGHT


def _compare_numbers(actual: Any, expected: Any, yardstick: Yardstick) -> Comparison:
    if isinstance(expected, int):
        return _compare_integers(actual, expected)
    wanted = np.asarray(expected)
    if wanted.ndim == 0 and (isinstance(actual, float) or _is_exact_as_float(actual)):
        # `return 0` is as right as `return 0.0`.
        actual = np.asarray(actual, dtype=float)
    if not isinstance(actual, np.ndarray):
        return _other_sort(actual, wanted)
    if actual.shape != wanted.shape:
        evidence = OtherShape(found=actual.shape, expected=wanted.shape)
        return _wrong(Verdict.WRONG_SHAPE, evidence)
    if not _right_dtype(actual.dtype, wanted.dtype, yardstick):
        return _other_sort(actual, wanted)
    if wanted.dtype.kind != "f":
        return _compare_values(actual == wanted, actual, wanted)
    return _compare_floats(actual, wanted, yardstick)


def _is_exact_as_float(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53


def _right_dtype(found: np.dtype[Any], wanted: np.dtype[Any], yardstick: Yardstick) -> bool:
    if wanted.kind == "f":
        # float64 in, float64 out; only a float32 input allows a float32 result.
        return found == np.float64 or (found == np.float32 and yardstick.single)
    if wanted.kind in "iu":
        return found.kind in "iu"
    return found.kind == wanted.kind


def _compare_integers(actual: Any, expected: int) -> Comparison:
    if isinstance(actual, np.ndarray) and actual.ndim == 0 and actual.dtype.kind in "iu":
        actual = int(actual)
    if isinstance(actual, bool) or not isinstance(actual, int):
        return _other_sort(actual, 0)
    if actual != expected:
        return _wrong(Verdict.WRONG_VALUE, OtherNumber(too_large=actual > expected))
    return RIGHT


def _compare_floats(actual: Array, wanted: Array, yardstick: Yardstick) -> Comparison:
    finite = np.isfinite(wanted)
    broken = finite & ~np.isfinite(actual)
    if broken.any():
        return _wrong(Verdict.NOT_FINITE, NotFinite(shape=actual.shape, count=int(broken.sum())))
    return _compare_values(_close(actual, wanted, yardstick), actual, wanted)


def _close(actual: Array, wanted: Array, yardstick: Yardstick) -> Array:
    """Return which entries are right: within the bound, or not finite in the same way."""
    finite = np.isfinite(wanted)
    with np.errstate(invalid="ignore", over="ignore"):
        # An infinite reference makes an infinite bound, which would allow everything.
        close = np.abs(actual - wanted) <= yardstick.bound(np.where(finite, wanted, 0))
    if finite.all():
        return np.asarray(close)
    both: Array = np.where(
        finite, close, (actual == wanted) | (np.isnan(actual) & np.isnan(wanted))
    )
    return both


def _compare_values(same: Any, actual: Array, wanted: Array) -> Comparison:
    same = np.asarray(same)
    if same.all():
        return RIGHT
    digits = _digits(actual, wanted)
    # Of a reference with one value, the ratio to a known number would give that value away,
    # unless it is one that nobody hits by chance.
    factor = None if digits else ratio(actual, wanted)
    if factor is not None and np.unique(wanted[wanted != 0]).size < 2:
        factor = factor if wanted.dtype.kind == "f" and factor in _TELLING else None
    evidence = OtherValues(
        shape=actual.shape, count=int((~same).sum()), factor=factor, digits=digits
    )
    return _wrong(Verdict.WRONG_VALUE, evidence)


def _digits(actual: Array, wanted: Array) -> int | None:
    """Return to how many digits values agree that nearly do, the worst entry decides.

    An entry far smaller than most counts as one of their size.
    """
    if wanted.dtype.kind != "f" or not (np.isfinite(actual) & np.isfinite(wanted)).all():
        return None
    sizes = np.abs(wanted)
    with np.errstate(all="ignore"):
        usual = float(np.median(sizes)) if sizes.size else 0.0
        sizes = np.maximum(sizes, usual or sizes.max(initial=0))
        error = float(np.max(np.abs(actual - wanted) / sizes, initial=0))
    return int(-np.log10(error)) if 0 < error < 1e-3 else None


def ratio(actual: Any, wanted: Any, *, single: bool = False) -> float | None:
    """Return the one factor by which all entries differ from the reference, if there is one.

    Entries that are 0 in both, up to rounding, carry no evidence; a single number
    carries little, but its ratio is still true.

    Args:
        single: allow for the rounding of float32.
    """
    found, reference = np.asarray(actual, dtype=float), np.asarray(wanted, dtype=float)
    if found.shape != reference.shape or not (np.isfinite(found) & np.isfinite(reference)).all():
        return None
    tolerance, rounding = (1e-4, 1e-6) if single else (1e-6, 1e-12)
    tiny = rounding * max(np.abs(found).max(initial=0), np.abs(reference).max(initial=0))
    used = (np.abs(reference) > tiny) | (np.abs(found) > tiny)
    if not used.any() or (np.abs(reference[used]) <= tiny).any():
        return None
    with np.errstate(over="ignore"):
        factors = found[used] / reference[used]
    factor = float(np.median(factors))
    if (
        not np.isfinite(factor)
        or not np.allclose(factors, factor, rtol=tolerance, atol=0)
        or abs(factor) < 1e-3
        # Rounding, as of float32, is no factor.
        or abs(factor - 1) < tolerance
    ):
        return None
    return -1.0 if abs(factor + 1) < tolerance else factor
