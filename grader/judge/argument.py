"""What a declared argument means, the same to everybody who gets one.

An author declares data, `Rng`, `Shown` and functions, also inside lists, tuples and dicts.
The student's process, the reference, the known mistakes and the checks each get what is
made of them here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from grader.box import wire
from grader.box.plain import copied, mapped
from grader.exercise import Case, Rng
from grader.shown import Shown, source_of

_MORE: WeakKeyDictionary[Case, tuple[Any, ...]] = WeakKeyDictionary()
Prepared = tuple[tuple[Any, ...], dict[str, Any], list[tuple[Any, ...]]]


def prepared(case: Case) -> Prepared:
    """Return a case's arguments, keywords and steps as a function of this process gets them.

    Data is copied, an `Rng` is a fresh generator, functions are themselves.
    """
    given = copied(declared(case))
    arguments, keywords, steps = mapped(given, _realised) if more_than_data(case) else given
    return arguments, keywords, steps


def outgoing(case: Case, functions: list[Callable[..., Any]]) -> Prepared:
    """Return a case's arguments, keywords and steps as they cross the wire.

    Args:
        functions: those that the judge answers, by number; this case's are added.
    """
    given = declared(case)
    if not more_than_data(case):
        return given

    def leaf(value: Any) -> Any:
        if isinstance(value, Rng):
            return wire.Generator(value.seed)
        if isinstance(value, Shown):
            return sent(value)
        if callable(value):
            functions.append(value)
            return wire.Function(len(functions) - 1)
        return value

    arguments, keywords, steps = mapped(given, leaf)
    return arguments, keywords, steps


def sent(shown: Shown) -> wire.Source:
    """Return a function that may be shown as it crosses the wire."""
    function = shown.function
    return wire.Source(function.__name__, source_of(function), dict(shown.constants))


def declared(case: Case) -> Prepared:
    """Return all that a case gives to the function, as its author wrote it."""
    return case.arguments, dict(case.keywords), [step.plain for step in case.then]


def more_than_data(case: Case) -> tuple[Any, ...]:
    """Return what a case gives besides numbers, texts and arrays; it is looked for once."""
    more = _MORE.get(case)
    if more is None:
        found: list[Any] = []
        mapped(declared(case), found.append)
        more = _MORE[case] = tuple(found)
    return more


def _realised(value: Any) -> Any:
    return np.random.default_rng(value.seed) if isinstance(value, Rng) else value
