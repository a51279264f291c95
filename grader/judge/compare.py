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
from grader.judge.verdict import Verdict

Array = NDArray[Any]
_RIGHT = "right"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A verdict on one result, and the evidence in words without a hidden input."""

    verdict: Verdict
    evidence: str = ""

    @property
    def right(self) -> bool:
        """Whether the result equals the reference within its tolerance."""
        return self.verdict is Verdict.CORRECT


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """How strictly one case compares.

    Attributes:
        scale: the largest input entry, which the absolute tolerance is measured in.
        single: whether an input is float32, which allows float32 and 1e-5.
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
            relative, absolute = max(relative, 1e-5), max(absolute, 1e-6)
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


def describe(value: Any) -> str:
    """Name a value's kind without its content: "a float64 array of shape (3, 4)"."""
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return f"a {value.dtype} scalar"
        return f"a {value.dtype} array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    if value is None:
        return "None"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def _wrong(verdict: Verdict, evidence: str) -> Comparison:
    return Comparison(verdict=verdict, evidence=evidence)


def _compare_mapping(actual: Any, expected: Mapping[Any, Any], yardstick: Yardstick) -> Comparison:
    if not isinstance(actual, Mapping):
        return _wrong(Verdict.WRONG_TYPE, f"found {describe(actual)}, expected a dict")
    if set(actual) != set(expected):
        wanted = [str(key) for key in expected]
        missing = [str(key) for key in expected if key not in actual]
        other = sum(key not in expected for key in actual)
        # Not the names of the others: they are the student's own, and could carry an input out.
        return _wrong(
            Verdict.WRONG_TYPE,
            f"found a dict without {_and(missing)}, expected keys {wanted}"
            if missing
            else f"found a dict of {len(expected) + other}, expected the keys {wanted} alone",
        )
    keys = list(expected)
    return _join([compare(actual[key], expected[key], yardstick) for key in keys], keys)


def _compare_sequence(
    actual: Any, expected: Sequence[Any], yardstick: Yardstick, names: Sequence[str]
) -> Comparison:
    parts = f" ({', '.join(names)})" if names else ""
    if not isinstance(actual, list | tuple):
        return _wrong(
            Verdict.WRONG_TYPE,
            f"found {describe(actual)}, expected a tuple of {len(expected)}{parts}",
        )
    if len(actual) != len(expected):
        return _wrong(
            Verdict.WRONG_SHAPE, f"found {len(actual)} parts, expected {len(expected)}{parts}"
        )
    labels = list(names) or [f"[{i}]" for i in range(len(expected))]
    return _join([compare(a, e, yardstick) for a, e in zip(actual, expected, strict=True)], labels)


def _join(parts: Sequence[Comparison], labels: Sequence[Any]) -> Comparison:
    """Return one comparison for several labelled parts: the gravest, with all the evidence."""
    wrong = [(label, part) for label, part in zip(labels, parts, strict=True) if not part.right]
    if not wrong:
        return Comparison(verdict=Verdict.CORRECT)
    right = [str(label) for label, part in zip(labels, parts, strict=True) if part.right]
    sentences = [f"{_and(right)} {'is' if len(right) == 1 else 'are'} {_RIGHT}"] if right else []
    sentences += [_located(str(label), part.evidence) for label, part in wrong[:3]]
    verdict = min((part.verdict for _, part in wrong), key=lambda verdict: verdict.rank)
    return _wrong(verdict, "; ".join(sentences))


def _located(label: str, evidence: str) -> str:
    """Return evidence with its place: "dW: ...", and "[0][1]: ..." where parts are nested."""
    if not evidence.startswith("["):
        return f"{label}: {evidence}"
    # What is right inside a part would read as if it stood outside.
    told = [
        text
        for text in evidence.split("; ")
        if not text.endswith((f"is {_RIGHT}", f"are {_RIGHT}"))
    ]
    return "; ".join(f"{label}{text}" if text.startswith("[") else text for text in told)


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _compare_exactly(actual: Any, expected: Any) -> Comparison:
    value = actual.item() if isinstance(actual, np.ndarray) and actual.ndim == 0 else actual
    if type(value) is not type(expected):
        return _wrong(
            Verdict.WRONG_TYPE, f"found {describe(actual)}, expected {describe(expected)}"
        )
    if value != expected:
        return _wrong(Verdict.WRONG_VALUE, "found another value than expected")
    return Comparison(verdict=Verdict.CORRECT)


def _compare_numbers(actual: Any, expected: Any, yardstick: Yardstick) -> Comparison:
    if isinstance(expected, int):
        return _compare_integers(actual, expected)
    wanted = np.asarray(expected)
    if wanted.ndim == 0 and isinstance(actual, float):
        actual = np.asarray(actual)
    if not isinstance(actual, np.ndarray):
        return _wrong(Verdict.WRONG_TYPE, f"found {describe(actual)}, expected {describe(wanted)}")
    if actual.shape != wanted.shape:
        return _wrong(
            Verdict.WRONG_SHAPE,
            f"found shape {actual.shape}, expected {wanted.shape}"
            + ("; a scalar is a float, not an array" if wanted.ndim == 0 else ""),
        )
    if not _right_dtype(actual.dtype, wanted.dtype, yardstick):
        return _wrong(Verdict.WRONG_TYPE, f"found {describe(actual)}, expected {describe(wanted)}")
    if wanted.dtype.kind != "f":
        return _compare_values(actual == wanted, actual, wanted)
    return _compare_floats(actual, wanted, yardstick)


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
        return _wrong(Verdict.WRONG_TYPE, f"found {describe(actual)}, expected an int")
    if actual != expected:
        relation = "too large" if actual > expected else "too small"
        return _wrong(Verdict.WRONG_VALUE, f"the number is {relation}")
    return Comparison(verdict=Verdict.CORRECT)


def _compare_floats(actual: Array, wanted: Array, yardstick: Yardstick) -> Comparison:
    finite = np.isfinite(wanted)
    broken = finite & ~np.isfinite(actual)
    if broken.any():
        count = f"{int(broken.sum())} of {actual.size} entries are" if actual.ndim else "it is"
        return _wrong(Verdict.NOT_FINITE, f"{count} NaN or infinite where the reference is finite")
    with np.errstate(invalid="ignore", over="ignore"):
        # An infinite reference makes an infinite bound, which would allow everything.
        close = np.abs(actual - wanted) <= yardstick.bound(np.where(finite, wanted, 0))
    same = np.where(finite, close, (actual == wanted) | (np.isnan(actual) & np.isnan(wanted)))
    return _compare_values(same, actual, wanted)


def _compare_values(same: Any, actual: Array, wanted: Array) -> Comparison:
    same = np.asarray(same)
    if same.all():
        return Comparison(verdict=Verdict.CORRECT)
    shape = f"it has the right shape {actual.shape}, and " if actual.ndim else ""
    # Of a reference with one value, the ratio to a known number would give that value away.
    factor = ratio(actual, wanted) if np.unique(wanted[wanted != 0]).size > 1 else None
    if factor is not None:
        return _wrong(Verdict.WRONG_VALUE, f"{shape}{_times(factor)} the reference")
    if not actual.ndim:
        return _wrong(Verdict.WRONG_VALUE, "the value differs from the reference")
    wrong = int((~same).sum())
    return _wrong(
        Verdict.WRONG_VALUE, f"{shape}{wrong} of {actual.size} entries differ from the reference"
    )


def _times(factor: float) -> str:
    return "every entry is minus" if factor == -1 else f"every entry is {factor:.3f} times"


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
    ):
        return None
    return -1.0 if abs(factor + 1) < tolerance else factor
