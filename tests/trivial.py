"""Functions that know nothing of their exercise: constants, arguments, zeros of the right shape."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.box.plain import copied

_CONSTANTS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 0.0, 1.0, -1.0, 0.5, float("nan"), float("inf"), "", "relu"),
    *([], (), {}, [0], [0.0], (0, 0), (0.0, 0.0), ([], []), ([], {}), [[]], {"t": 0}),
    *(np.zeros(()), np.ones(()), np.zeros(0), np.zeros((0, 0))),
    *(
        make(shape)
        for make in (np.zeros, np.ones)
        for shape in (1, 2, 3, 4, (1, 1), (2, 2), (3, 3))
    ),
    *(make(shape) for make in (np.zeros, np.ones) for shape in ((3, 1), (4, 1), (4, 3), (4, 4))),
    *(np.eye(n) for n in (1, 2, 3, 4)),
)
_REDUCED: dict[str, Callable[[Any], Any]] = {
    "itself": lambda x: x,
    "a copy": copied,
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "its sum": np.sum,
    "its mean": np.mean,
    "its largest": np.max,
    "its smallest": np.min,
    "its shape": np.shape,
    "its length": len,
    "its size": np.size,
    "its first": lambda x: x[0],
    "its last": lambda x: x[-1],
    "minus it": lambda x: -x,
    "its double": lambda x: 2 * x,
    "its transpose": lambda x: np.asarray(x).T,
    "its square": lambda x: x**2,
    "its absolute value": np.abs,
    "its sign": np.sign,
    "whether positive": lambda x: x > 0,
    "its floats": lambda x: np.asarray(x, dtype=float),
    "a float": float,
    "one for each row": lambda x: np.sum(x, axis=1),
    "one for each column": lambda x: np.sum(x, axis=0),
}
_COMBINED = ("itself", "zeros", "its transpose", "its sum", "its shape")
_FILLED: dict[str, Callable[[Any], Any]] = {
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "minus ones": lambda x: -np.ones_like(x),
    "halves": lambda x: np.full_like(x, 0.5, dtype=float),
    "nan": lambda x: np.full_like(x, np.nan, dtype=float),
    "numbers": lambda x: np.random.default_rng(3).normal(size=np.shape(x)),
}
_EXCEPTIONS = (ValueError, TypeError, IndexError, ZeroDivisionError, KeyError, RuntimeError)


def trivial_functions(reference: Callable[..., Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield functions and what they do; the last give the reference's structure, and no value."""
    for constant in _CONSTANTS:
        yield f"returns {constant!r}", lambda *_, constant=constant, **__: copied(constant)
    for place in range(10):
        for what, reduce in _REDUCED.items():
            yield f"argument {place}, {what}", _of_argument(place, reduce)
    for one in range(3):
        for other in range(3):
            yield f"arguments {one} and {other}", lambda *a, i=one, j=other, **_: (a[i], a[j])
    for (what, one), (other_what, other) in itertools.product(_parts(), repeat=2):
        yield f"{what} and {other_what}", lambda *a, f=one, g=other, **_: (f(a), g(a))
    for error in _EXCEPTIONS:
        yield f"raises {error.__name__}", _raising(error)
    if not isinstance(reference, type):
        for what, fill in _FILLED.items():
            yield f"{what} of the right shape", _filled(reference, fill)


def _parts() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield parts of a pair, each of one of the first three arguments."""
    for place, what in itertools.product(range(3), _COMBINED):
        yield f"{what} of {place}", lambda a, i=place, r=_REDUCED[what]: r(a[i])


def _of_argument(place: int, reduce: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments, **_: reduce(arguments[place])


def _raising(error: type[Exception]) -> Callable[..., Any]:
    def function(*_: Any, **__: Any) -> Any:
        raise error

    return function


def _filled(reference: Callable[..., Any], fill: Callable[[Any], Any]) -> Callable[..., Any]:
    def leaf(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(leaf, value))
        if isinstance(value, dict):
            return {key: leaf(item) for key, item in value.items()}
        if isinstance(value, np.ndarray | np.generic):
            return fill(value)
        if isinstance(value, str):
            return ""
        # A number of no fraction, too: a reference may count, or say yes or no.
        return float(fill(value)) if isinstance(value, int | float) else value

    return lambda *arguments, **keywords: leaf(reference(*arguments, **keywords))
