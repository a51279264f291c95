"""How cases were drawn, so that another process can draw them again: with their functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from grader.exercise import Case, CaseMaker
from grader.judge.argument import more_than_data
from grader.shown import Shown


@dataclass(frozen=True, kw_only=True, eq=False)
class Draw:
    """One drawing of an exercise's cases.

    Attributes:
        make_cases: draws them.
        before: the state of the generator that it was given.
        after: the state that it left.
        functions: those that the cases give and the judge answers, in their order.
    """

    make_cases: CaseMaker
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    functions: Sequence[Callable[..., Any]]

    @property
    def names(self) -> list[str]:
        """What the functions are called: no proof, but another drawing has others."""
        return [getattr(each, "__qualname__", type(each).__name__) for each in self.functions]

    def is_like(self, after: Mapping[str, Any], names: Sequence[str]) -> bool:
        """Whether another process, which tells this of its own drawing, drew the same."""
        return self.after == after and self.names == list(names)


_DRAWN: WeakKeyDictionary[Case, Draw] = WeakKeyDictionary()


def drawn(make_cases: CaseMaker, rng: np.random.Generator) -> list[Case]:
    """Draw cases; of those that give functions, `draws_of` will say how."""
    before = rng.bit_generator.state
    cases = list(make_cases(rng))
    functions = [
        value
        for case in cases
        for value in more_than_data(case)
        if callable(value) and not isinstance(value, Shown)
    ]
    if functions:
        after = rng.bit_generator.state
        draw = Draw(make_cases=make_cases, before=before, after=after, functions=functions)
        _DRAWN.update(dict.fromkeys(cases, draw))
    return cases


def draws_of(cases: Iterable[Case]) -> list[Draw]:
    """Return how those cases were drawn that give functions; those written by hand are in none."""
    return list(dict.fromkeys(_DRAWN[case] for case in cases if case in _DRAWN))
