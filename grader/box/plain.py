"""Plain data in memory: copy it, tell whether it changed, whether it shares memory.

Used on both sides of the wire, for every call, so it is quicker than `copy.deepcopy`,
which keeps account of all that it has met.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes)
_MAX_DEPTH = 16


def copied(value: Any, depth: int = 0) -> Any:
    """Return a deep copy; functions and generators are returned as they are."""
    kind = type(value)
    if kind is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    if kind in _IMMUTABLE:
        return value
    if depth < _MAX_DEPTH:
        if kind is list:
            return [copied(item, depth + 1) for item in value]
        if kind is tuple:
            return tuple([copied(item, depth + 1) for item in value])
        if kind is dict:
            return {key: copied(item, depth + 1) for key, item in value.items()}
    if callable(value) or isinstance(value, np.random.Generator):
        return value
    return copy.deepcopy(value)


def mapped(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """Return nested lists, tuples and dicts with leaf(each of the values inside)."""
    kind = type(value)
    if kind is list:
        return [mapped(item, leaf) for item in value]
    if kind is tuple:
        return tuple([mapped(item, leaf) for item in value])
    if kind is dict:
        return {key: mapped(item, leaf) for key, item in value.items()}
    return leaf(value)


def same(one: Any, other: Any, depth: int = 0) -> bool:
    """Whether two values are bit for bit the same; functions and generators count as same.

    Never by their text: that of an array of many axes takes minutes, and that of a long
    integer is refused.
    """
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(
            same(mine, theirs, depth + 1) for mine, theirs in zip(one, other, strict=True)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same(one[key], other[key], depth + 1) for key in one
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        # NaN is the same as NaN here, and 0.0 is not -0.0.
        return one.hex() == float(other).hex()
    if isinstance(one, np.generic):
        return bool(one.tobytes() == other.tobytes())
    if type(one) in (*_IMMUTABLE, set, frozenset):
        return bool(one == other)
    return True


def share(one: Any, other: Any) -> bool:
    """Whether an array in one value may share memory with an array in the other."""
    ours, theirs = arrays(one), arrays(other)
    for mine in ours:
        for another in theirs:
            # Two arrays that are no views have memory of their own: most are of this kind.
            if mine is another or (
                not (mine.base is None and another.base is None)
                and np.may_share_memory(mine, another)
            ):
                return True
    return False


def twins(value: Any) -> bool:
    """Whether two arrays in nested data share memory with each other."""
    by_owner: dict[int, list[np.ndarray[Any, Any]]] = {}
    for array in arrays(value):
        by_owner.setdefault(id(_owner(array)), []).append(array)
    for found in by_owner.values():
        found.sort(key=lambda array: np.lib.array_utils.byte_bounds(array)[0])
        for one, other in pairwise(found):
            # Work enough to tell neighbouring entries from common ones; NumPy's stubs know less.
            if one is other or np.may_share_memory(one, other, max_work=10_000):  # type: ignore[arg-type]
                return True
    return False


def _owner(array: np.ndarray[Any, Any]) -> Any:
    """Return what holds an array's memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array if array.base is None else array.base


def arrays(value: Any, depth: int = 0) -> list[np.ndarray[Any, Any]]:
    """Return all arrays in nested data."""
    if isinstance(value, np.ndarray):
        return [value]
    found: list[np.ndarray[Any, Any]] = []
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            found += arrays(item, depth + 1)
    return found
