"""Plain data in memory: copy it, tell whether it changed, whether it shares memory.

Used on both sides of the wire, for every call, so it is quicker than `copy.deepcopy`,
which keeps account of all that it has met.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from operator import is_
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_IMMUTABLE = frozenset((type(None), bool, int, float, complex, str, bytes))
_NO_LEAVES = _IMMUTABLE | {np.ndarray}
_MAX_DEPTH = 16


def copied(value: Any, depth: int = 0) -> Any:
    """Return a deep copy; functions and generators are returned as they are."""
    kind = type(value)
    if kind is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    if kind in _IMMUTABLE:
        return value
    if depth < _MAX_DEPTH:
        depth += 1
        if kind is list or kind is tuple:
            # Many hold leaves alone that nobody can change: no step of Python for each of them.
            if _IMMUTABLE.issuperset(map(type, value)):
                return value[:]
            items = [item if type(item) in _IMMUTABLE else copied(item, depth) for item in value]
            return items if kind is list else tuple(items)
        if kind is dict:
            return {key: copied(item, depth) for key, item in value.items()}
    if callable(value) or isinstance(value, np.random.Generator):
        return value
    return copy.deepcopy(value)


def mapped(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """Return nested lists, tuples and dicts with leaf(each of the values inside).

    Numbers, texts, bytes, None and arrays stay what they are: nobody makes anything else of them.
    """
    kind = type(value)
    if kind in _NO_LEAVES:
        return value
    if kind is list or kind is tuple:
        if _NO_LEAVES.issuperset(map(type, value)):
            return value[:]
        items = [item if type(item) in _NO_LEAVES else mapped(item, leaf) for item in value]
        return items if kind is list else tuple(items)
    if kind is dict:
        return {key: mapped(item, leaf) for key, item in value.items()}
    return leaf(value)


def same(one: Any, other: Any, depth: int = 0) -> bool:
    """Whether two values are bit for bit the same; functions and generators count as same.

    Never by their text: that of an array of many axes takes minutes, and that of a long
    integer is refused.
    """
    if one is other:
        return True
    kind = type(one)
    if kind is type(other) and kind in _IMMUTABLE:
        if kind is float:
            # NaN is the same as NaN here, and 0.0 is not -0.0.
            return bool(one.hex() == other.hex())
        return bool(one == other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, _SEQUENCES) and isinstance(other, _SEQUENCES):
        return len(one) == len(other) and _same_items(one, other, depth + 1)
    if isinstance(one, dict) and isinstance(other, dict):
        # In the order of one: dicts that are equal may have been filled in another.
        return one.keys() == other.keys() and _same_items(
            one.values(), [other[key] for key in one], depth + 1
        )
    if kind is not type(other):
        return False
    if isinstance(one, float):
        return one.hex() == float(other).hex()
    if isinstance(one, np.generic):
        return bool(one.tobytes() == other.tobytes())
    return True


def _same_items(one: Collection[Any], other: Collection[Any], depth: int) -> bool:
    if all(map(is_, one, other)):
        return True
    for mine, theirs in zip(one, other, strict=True):
        # What was copied before a call shares the leaves that nobody can change.
        if mine is not theirs and not same(mine, theirs, depth):
            return False
    return True


# A tuple of types is looked through faster than "list | tuple", which is made anew each time.
_SEQUENCES = (list, tuple)
_NESTED = (list, tuple, dict)


def share(ours: Sequence[Array], theirs: Sequence[Array]) -> bool:
    """Whether one of our arrays may share memory with one of theirs."""
    for mine in ours:
        for another in theirs:
            # Two arrays that are no views have memory of their own: most are of this kind.
            if mine is another or (
                not (mine.base is None and another.base is None)
                and np.may_share_memory(mine, another)
            ):
                return True
    return False


def twins(found: Sequence[Array]) -> bool:
    """Whether two arrays share memory with each other."""
    owners = [id(_owner(array)) for array in found]
    if len(set(owners)) == len(owners):
        return False
    by_owner: dict[int, list[Array]] = {}
    for owner, array in zip(owners, found, strict=True):
        by_owner.setdefault(owner, []).append(array)
    for neighbours in by_owner.values():
        if len(neighbours) > 1:
            neighbours.sort(key=lambda array: np.lib.array_utils.byte_bounds(array)[0])
        for one, other in pairwise(neighbours):
            # Work enough to tell neighbouring entries from common ones; NumPy's stubs know less.
            if one is other or np.may_share_memory(one, other, max_work=10_000):  # type: ignore[arg-type]
                return True
    return False


def _owner(array: Array) -> Any:
    """Return what holds an array's memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array if array.base is None else array.base


def arrays(value: Any, depth: int = 0) -> list[Array]:
    """Return all arrays in nested data."""
    if isinstance(value, np.ndarray):
        return [value]
    found: list[Array] = []
    _collect(value, depth, found)
    return found


def _collect(value: Any, depth: int, found: list[Array]) -> None:
    """Add the arrays inside lists, tuples and dicts to those found."""
    if depth < _MAX_DEPTH and isinstance(value, _NESTED):
        items = value.values() if isinstance(value, dict) else value
        if _IMMUTABLE.issuperset(map(type, items)):
            return
        for item in items:
            if isinstance(item, np.ndarray):
                found.append(item)
            elif type(item) not in _IMMUTABLE:
                _collect(item, depth + 1, found)
