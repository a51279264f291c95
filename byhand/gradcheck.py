"""Is a gradient right?  Compare it, entry by entry, with central differences.

The yardstick knows nothing of backpropagation: it only calls the function.
Every array here is float64, and no two shapes are ever broadcast.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand import words
from byhand.expect import Unexpected, told_apart

Array = NDArray[np.float64]

FLOOR = 1e-8
"""Gradient entries smaller than this are compared on an absolute scale."""

# A mean over a thousand samples was seen to carry one eps of its value; eight leave room.
_ROUNDING = 8 * float(np.finfo(np.float64).eps)


class GradientMismatch(Unexpected):
    """A gradient differs from central differences; one sentence says where."""


def numerical_gradient(f: Callable[[Array], float], x: Array, *, step: float = 1e-5) -> Array:
    """Return the central-difference gradient of a scalar function.

    Args:
        f: maps an array shaped like x to one float.  It is called twice per
            entry, each time with a fresh copy, and may depend on nothing else.
        x: evaluation point, any shape, float64; left unchanged bit for bit.
        step: half-width h, in the units of x.

    Returns:
        Array shaped like x, in units of f per unit of x.
        Truncation error O(h**2), rounding error O(eps * |f| / h).

    Raises:
        TypeError: x is not float64 (float32 rounding would swamp h), or f
            returns something other than one real number.
        ValueError: step is not a positive number, or it vanishes beside an
            entry of x (x + h equals x).

    Source: Nocedal & Wright, Numerical Optimization (2006), sec. 8.1.
    """
    point = np.asarray(x)
    if point.dtype != np.float64:
        raise TypeError(words.not_float64(point.dtype))
    if not (math.isfinite(step) and step > 0):
        raise ValueError(words.step_not_positive(step))
    gradient = np.empty(point.shape, dtype=np.float64)
    for index in np.ndindex(point.shape):
        right, left = point.copy(), point.copy()
        right[index] += step
        left[index] -= step
        # The width that was really taken: x + h is itself a rounded number.
        width = float(right[index]) - float(left[index])
        if width == 0:
            raise ValueError(words.step_vanishes(step, float(point[index]), _place(index)))
        gradient[index] = (_scalar(f(right)) - _scalar(f(left))) / width
    return gradient


def relative_error(a: ArrayLike, n: ArrayLike, *, floor: float = FLOOR) -> Array:
    """Return |a - n| / max(floor, |a| + |n|), entry by entry.

    Args:
        a: analytic gradient, any shape.
        n: numerical gradient, the same shape.
        floor: sums |a| + |n| below this count as this, in the units of a;
            without it, two entries that are both nearly 0 would never agree.

    Returns:
        Array of that shape, dimensionless, from 0 (equal) to 1 (opposite signs,
        or one of them 0).  NaN where an entry is not finite, even if both are.

    Raises:
        ValueError: the shapes differ; nothing is broadcast.
    """
    analytic, numerical = np.asarray(a, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if analytic.shape != numerical.shape:
        raise ValueError(words.shapes_differ(analytic.shape, numerical.shape))
    # Halves, because the sum of two large floats may overflow to inf: error 0.
    half_a, half_n = analytic / 2, numerical / 2
    with np.errstate(invalid="ignore"):
        scale = np.maximum(floor / 2, np.abs(half_a) + np.abs(half_n))
        # An infinite entry gives inf / inf, which is NaN: no agreement either.
        return np.asarray(np.abs(half_a - half_n) / scale)


def check_gradient(
    f: Callable[[Array], float],
    x: Array,
    gradient: ArrayLike,
    *,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    name: str = "gradient",
) -> float:
    """Compare a gradient with central differences; raise where they differ.

    An entry is judged by `relative_error`.  Its floor is set so that a
    difference within the reach of the differences themselves always passes:
    step**2 (truncation) + 8 * eps * |f(x)| / step (rounding), about 3e-10 for
    a loss near 1.  No check by differences can see less than that.

    Args:
        f: maps an array shaped like x to one float; smooth within a step of x.
        x: evaluation point, any shape, float64; left unchanged bit for bit.
        gradient: the gradient of f at x to be checked, shaped like x.
        step: half-width of the differences, in the units of x.
        tolerance: largest relative error that passes, dimensionless.
        name: what the message calls the gradient, "dW".

    Returns:
        The largest relative error, dimensionless, at most tolerance.

    Raises:
        GradientMismatch: the shapes differ, an entry differs or is not finite.
            The sentence gives the worst entry's index and both values, rounded,
            and the ratio where several entries differ and all by one factor.
        TypeError: as `numerical_gradient`.
        ValueError: as `numerical_gradient`; or x is empty, so nothing is checked.

    Source: Nocedal & Wright, Numerical Optimization (2006), sec. 8.1.
    """
    shape = np.shape(x)
    if 0 in shape:
        raise ValueError(words.nothing_to_check(shape))
    analytic = _as_gradient(gradient, shape, name)
    value = _scalar(f(np.array(x)))
    if not math.isfinite(value):
        raise GradientMismatch(words.cannot_be_checked(name, value))
    numerical = numerical_gradient(f, x, step=step)
    unseen = step**2 + _ROUNDING * abs(value) / step
    floor = max(FLOOR, unseen / tolerance)
    error = relative_error(analytic, numerical, floor=floor)
    # NaN compares false with everything: `error > tolerance` would let it pass.
    failing = ~(error <= tolerance)
    if failing.any():
        raise GradientMismatch(_worst(name, analytic, numerical, error, failing))
    return float(error.max())


def _as_gradient(gradient: ArrayLike, shape: tuple[int, ...], name: str) -> Array:
    """Return the gradient as float64 of the expected shape, or say what it is."""
    if gradient is None:
        raise GradientMismatch(words.gradient_missing(name, shape))
    found = np.asarray(gradient)
    if found.dtype.kind not in "fiu":
        raise GradientMismatch(words.gradient_not_real(name, found.dtype))
    if found.shape != shape:
        raise GradientMismatch(words.gradient_of_another_shape(name, shape, found.shape))
    return found.astype(np.float64)


def _worst(
    name: str, analytic: Array, numerical: Array, error: Array, failing: NDArray[np.bool_]
) -> str:
    """Return what the worst entry should be and is, and what the others have in common with it."""
    ranked = np.where(np.isnan(error), np.inf, error)
    index = tuple(int(i) for i in np.unravel_index(int(ranked.argmax()), ranked.shape))
    should, found = told_apart(float(numerical[index]), float(analytic[index]))
    entry = words.entry_differs(name, should, list(index), found)
    several = int(failing.sum())
    if several > 1 and _same_ratio(analytic[failing], numerical[failing]):
        ratio = float(analytic[index] / numerical[index])
        return words.one_of_a_ratio(entry, several, ratio)
    if several > 1:
        return words.one_of_several(entry, several, failing.size)
    return words.alone(entry)


def _same_ratio(analytic: Array, numerical: Array) -> bool:
    if not (np.isfinite(analytic).all() and np.isfinite(numerical).all() and numerical.all()):
        return False
    with np.errstate(over="ignore"):
        ratios = analytic / numerical
    return bool(np.ptp(ratios) <= 1e-4 * np.abs(ratios).max())


def _place(index: tuple[int, ...]) -> str:
    return str(list(index)) if index else words.A_SINGLE_NUMBER


def _scalar(value: object) -> float:
    """Return f's result as a float; an array of one entry is not one number."""
    number = np.asarray(value)
    if number.shape != () or number.dtype.kind not in "fiub":
        raise TypeError(words.not_one_number(value, number.shape, number.dtype))
    return float(number)
