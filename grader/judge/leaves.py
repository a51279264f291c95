"""A result taken apart: its leaves, and the slots that leaves of all cases share.

A leaf of one case is known by its path; its slot is the path with every place in a list
left open, for the layers of a network are many and their gradients have the same parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.judge.evidence import Label

Path = tuple[Label, ...]
Slot = tuple[Label | None, ...]
WHOLE: Path = ()


@dataclass(frozen=True)
class Misfit:
    """A result whose structure is not the reference's; it is compared as a whole."""

    value: Any


def leaves_of(value: Any, expected: Any) -> dict[tuple[Path, Slot], Any]:
    """Return a result's leaves, by path and slot, as the reference's structure has them.

    A result of another structure is one leaf, a `Misfit`, at the path of the whole.
    """
    found = dict(_walk(value, expected, (), ()))
    if any(isinstance(leaf, Misfit) for leaf in found.values()):
        return {(WHOLE, WHOLE): Misfit(value)}
    return found


def _walk(
    value: Any, expected: Any, path: Path, slot: Slot
) -> Iterator[tuple[tuple[Path, Slot], Any]]:
    if isinstance(expected, Mapping):
        if not isinstance(value, Mapping) or value.keys() != expected.keys():
            yield (path, slot), Misfit(value)
            return
        for key in expected:
            yield from _walk(value[key], expected[key], (*path, str(key)), (*slot, str(key)))
    elif isinstance(expected, list | tuple):
        if not isinstance(value, list | tuple) or len(value) != len(expected):
            yield (path, slot), Misfit(value)
            return
        for place, (inner, wanted) in enumerate(zip(value, expected, strict=True)):
            open_place = None if isinstance(expected, list) else place
            yield from _walk(inner, wanted, (*path, place), (*slot, open_place))
    else:
        yield (path, slot), value
