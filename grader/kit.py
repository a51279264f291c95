"""What the hidden files of many lessons need: shapes by name, seeds, usual draws and checks.

Sizes differ in a rectangular case, so that a wrong product or axis does not fit;
they agree in a square one, where it fits and only values tell; and in a batch of
one, sums and means over the samples are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from grader import words
from grader.exercise import Check, Rng, Tolerance

Array = NDArray[np.float64]
# The last size counts the samples; where there are two, the one in the middle is left out.
_FAMILIES = (("rectangular", 4, 3, 5), ("square", 4, 4, 4), ("a batch of one", 3, 2, 1))

DERIVED = Tolerance(relative=1e-12, absolute=1e-14)
"""For a gradient that is to be derived, not measured.

Five layers of sums of at most eight terms are 40 operations, which round by 1.1e-16 each: terms
ten times as large as their sum leave 4e-14, and an exact 0 of one sum is off by 1e-15.  A central
difference errs by about eps f / h, and by h**2 / 6 times the third derivative: with the best h,
by eps**(2/3) = 2e-11.  Each tolerance is ten times the first at least; the relative one is a
twentieth of the second.
"""
LARGE = 2.0**30
BESIDE_LARGE = Tolerance(relative=1e-11, absolute=1e-14 / LARGE)
"""For what lies beside one large entry, where f is linear or quadratic and a wide step exact.

The loss is as large as that entry, and so is the rounding of its differences: with a step of 1
by 1.1e-16 * LARGE = 1e-7 of a slope of 1.  An entry that is derived does not depend on it: 1e-11
allows its sums to cancel to a hundredth, and the absolute part is that of DERIVED, in units of
an ordinary entry.
"""


def sizes(names: str, shape: Sequence[int]) -> dict[str, int]:
    """Return a shape with its axes by name: `shapes=sizes("n m", X.shape)`."""
    return dict(zip(names.split(), shape, strict=True))


def families(names: str, *more: tuple[Any, ...]) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the three families of shapes: the group's name, and its sizes by name.

    Args:
        names: of the sizes, the batch size last: "n m" or "n_out n_in m".
        more: further families at the end, each a group's name and its sizes.
    """
    count = len(names.split())
    for group, *numbers in (*_FAMILIES, *more):
        yield group, sizes(names, numbers if len(numbers) == count else numbers[::2])


def new_seed(rng: np.random.Generator) -> int:
    """Draw a seed for a generator that the student's function gets, as `Rng(seed)`."""
    return int(rng.integers(2**31))


def one_hot_targets(
    rng: np.random.Generator, n: int, m: int, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Draw targets (n, m): each column has a 1 in the row of its class, and 0 elsewhere."""
    return np.eye(n, dtype=dtype)[:, rng.integers(n, size=m)]


def with_one_large(array: Array) -> Array:
    """Return a copy with its largest entry `LARGE` times as large; see `BESIDE_LARGE`."""
    array = array.copy()
    array.flat[np.abs(array).argmax()] *= LARGE
    return array


def off_the_kink(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw weighted sums with sizes from 0.2 to 2, away from the kink of a relu."""
    Z: Array = rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    # Both signs in every batch: else a relu is the identity, or 0, and hides mistakes.
    Z.flat[0], Z.flat[-1] = abs(Z.flat[0]), -abs(Z.flat[-1])
    return Z


def float32(*arrays: NDArray[Any]) -> tuple[NDArray[np.float32], ...]:
    """Return the arrays in single precision."""
    return tuple(array.astype(np.float32) for array in arrays)


def same_again(seed: int, told: Callable[[Any], Array]) -> Iterator[tuple[Rng, Check]]:
    """Yield a generator and a check three times: equal state, equal result; other state, other.

    Args:
        seed: of the first generator.
        told: reduces a result of the student's function to an array.

    Yields:
        A state of rng, whose results are noted; the same state again, whose results
        must be among those noted; another state, whose results must not.
    """
    noted: list[Array] = []

    def known(result: object) -> bool:
        return any(np.array_equal(told(result), other) for other in noted)

    def note(result: object, *_arguments: object) -> None:
        noted.append(told(result))

    def as_noted(result: object, *_arguments: object) -> str | None:
        if noted and not known(result):
            return words.TWO_RESULTS
        return None

    def unlike_noted(result: object, *_arguments: object) -> str | None:
        if known(result):
            return words.RNG_NOT_USED
        return None

    yield Rng(seed), note
    yield Rng(seed), as_noted
    yield Rng(seed + 1), unlike_noted


def both(first: Check, second: Check) -> Check:
    """Return a check that is passed by what passes two; the first is asked first."""
    return lambda result, *arguments: first(result, *arguments) or second(result, *arguments)


def but_for(right: Callable[..., Sequence[Any]], *names: str) -> Callable[..., Any]:
    """Return a maker of mistakes that are right but for a part of their result.

        gradients_with = but_for(dense_backward, "dA", "dW", "db")
        gradients_with(db=lambda dZ, cache: dZ.mean(axis=1, keepdims=True))

    Args:
        right: returns a tuple with a part for each name.
        names: of the parts, in their order.

    Returns:
        A function that takes wrong parts by name, each a function of the exercise's
        arguments, and returns the exercise with these parts in place of the right ones.
    """

    def with_parts(**wrong: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
        if unknown := set(wrong) - set(names):
            raise TypeError(words.no_part(unknown, names))

        def answer(*arguments: Any, **keywords: Any) -> tuple[Any, ...]:
            parts = dict(zip(names, right(*arguments, **keywords), strict=True))
            parts |= {name: part(*arguments, **keywords) for name, part in wrong.items()}
            return tuple(parts.values())

        return answer

    return with_parts
