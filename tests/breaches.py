"""How one promise of a contract is broken while all others are kept.

Each maker returns a breach: it takes the right function and returns one that is wrong only
where the promise applies.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.box.plain import copied

Function = Callable[..., Any]
Breach = Callable[[Function], Function]


def fails(where: Callable[..., Any]) -> Breach:
    """Raise an exception for some arguments, and be right for all others."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise ArithmeticError

    return instead(where, refuse)


def instead(where: Callable[..., Any], other: Function) -> Breach:
    """Answer some arguments by another function; it is not asked of the others."""

    def breach(right: Function) -> Function:
        def function(*arguments: Any, **keywords: Any) -> Any:
            asked = other if where(*arguments, **keywords) else right
            return asked(*arguments, **keywords)

        return function

    return breach


def gives(change: Callable[[Any], Any], *, part: int | None = None) -> Breach:
    """Change what the right function returns, or one part of the tuple."""

    def breach(right: Function) -> Function:
        def function(*arguments: Any, **keywords: Any) -> Any:
            result = right(*arguments, **keywords)
            if part is None:
                return change(result)
            return *result[:part], change(result[part]), *result[part + 1 :]

        return function

    return breach


def gives_where(where: Callable[..., Any], change: Callable[[Any], Any]) -> Breach:
    """Change what the right function returns for some arguments."""
    return lambda right: instead(where, gives(change)(right))(right)


def takes(change: Callable[..., tuple[Any, ...]]) -> Breach:
    """Call the right function with other arguments, as change(*arguments) returns them."""
    return lambda right: lambda *a, **k: right(*change(*a, **k))


def writes(*places: int) -> Breach:
    """Return what is right, and leave the arrays at some places changed."""

    def breach(right: Function) -> Function:
        def function(*arguments: Any, **keywords: Any) -> Any:
            result = copied(right(*arguments, **keywords))
            for place in places:
                _spoil(arguments[place])
            return result

        return function

    return breach


def _spoil(thing: Any) -> None:
    if isinstance(thing, list):
        thing.reverse()
        thing.append(thing[0])
    elif isinstance(thing, tuple):
        for part in thing:
            _spoil(part)
    else:
        thing[...] = thing * 2 + 1


def warns(where: Callable[..., Any] = lambda *_: True) -> Breach:
    """Return what is right, with a warning for some arguments."""

    def breach(right: Function) -> Function:
        def function(*arguments: Any, **keywords: Any) -> Any:
            if where(*arguments):
                warnings.warn("overflow", RuntimeWarning, stacklevel=2)
            return right(*arguments, **keywords)

        return function

    return breach


def single(value: Any) -> Any:
    """Return an array, or a number, in single precision."""
    return np.asarray(value, dtype=np.float32)


def whole(value: Any) -> Any:
    """Return an array, or a number, cut to integers."""
    return np.trunc(value).astype(int) if isinstance(value, np.ndarray) else int(value)
