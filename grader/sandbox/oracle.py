"""Answer the student's calls of the judge's functions: which may be called, and with how much.

Who calls them is `grader.sandbox.replier`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.box import stream, wire
from grader.judge.draw import Draw
from grader.sandbox import words
from grader.sandbox.replier import Function, Replier, Setting

# What an honest solution asks of a reference: arrays of its case's sizes, now and then.
MOST_REFERENCED = 2_000  # calls of references for one question
_ROOM, _LEAST_ROOM = 64, 10_000  # entries of all arrays: so many times the case's, at least
_SIDE_ROOM, _LEAST_SIDE = 8, 64  # the longest side of an array, likewise
_LEAF_ROOM, _LEAST_LEAVES = 8, 64  # arrays and numbers of one call, likewise
_MAX_GENERATORS = 8


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How large a call may be; without an entry, an array still has sides.

    Attributes:
        entries: of all arrays of the call together.
        side: the longest side of one of them.
        leaves: arrays, numbers and texts.
    """

    entries: int
    side: int
    leaves: int

    @classmethod
    def of(cls, given: Any) -> Bounds:
        """Return the bounds of calls that a case leads to, by what it gives."""
        entries, side, leaves = _measured(given)
        return cls(
            entries=max(_ROOM * entries, _LEAST_ROOM),
            side=max(_SIDE_ROOM * side, _LEAST_SIDE),
            leaves=max(_LEAF_ROOM * leaves, _LEAST_LEAVES),
        )

    def hold(self, frame: Any) -> bool:
        """Whether a call is no larger."""
        entries, side, leaves = _measured(frame)
        return entries <= self.entries and side <= self.side and leaves <= self.leaves


def _measured(value: Any) -> tuple[int, int, int]:
    """Return the entries, the longest side and the number of leaves of nested data.

    A side of 0 counts as 1: what is computed from an empty array may be large.
    """
    entries = side = leaves = 0
    for part in _parts(value):
        leaves += 1
        if isinstance(part, np.ndarray):
            entries += math.prod(max(n, 1) for n in part.shape)
            side = max(side, *part.shape, 0) if part.shape else side
        elif isinstance(part, str | bytes):
            entries += len(part)
        elif type(part) is int:
            # It may be a size.
            side = max(side, min(abs(part), 2**62))
    return entries, side, leaves


class Oracle:
    """Answers for the functions of one exercise by number: first references, then the cases' own.

    Attributes:
        functions: by number.
    """

    def __init__(
        self,
        replier: Replier,
        functions: Sequence[Function],
        *,
        references: int = 0,
        draws: Sequence[Draw] = (),
        submission: object = None,
    ) -> None:
        """Prepare.

        Args:
            replier: calls them.
            references: how many stand in for the student's functions.
            draws: of the cases that give the others.
            submission: the same object for all exercises of one submission.
        """
        self.functions = functions
        self._replier, self._references = replier, references
        self._setting = Setting(
            submission=self if submission is None else submission,
            functions=functions,
            draws=draws,
        )

    def renew(self) -> None:
        """Let what the functions remember be forgotten before the next call."""
        self._setting = replace(self._setting)

    def answer(
        self,
        frame: dict[str, Any],
        call: bytes,
        deadline: stream.Deadline,
        *,
        withheld: Collection[int] = (),
        bounds: Bounds | None = None,
    ) -> bytes:
        """Answer one call, with an encoded frame.

        Args:
            call: the bytes that the frame was decoded from.
            withheld: functions that do not answer now.
            bounds: of what a reference may be asked; it is no oracle for other cases.

        Raises:
            WireError: there is no such function, or no such way to call it.
            TimeoutError: the time is over.
        """
        if not _fits(frame, len(self.functions)) or frame["ask"] in withheld:
            raise wire.WireError(words.UNKNOWN_FUNCTION)
        if frame["ask"] >= self._references:
            bounds = None
        if bounds is not None and not bounds.hold([frame["arguments"], frame["keywords"]]):
            raise wire.WireError(words.MORE_THAN_ITS_CASE)
        return self._replier.reply(self._setting, call, deadline)


def _fits(frame: dict[str, Any], count: int) -> bool:
    which, keywords = frame["ask"], frame.get("keywords")
    generators = frame.get("generators", {})
    return (
        type(which) is int
        and 0 <= which < count
        and isinstance(frame.get("arguments"), tuple)
        and isinstance(keywords, dict)
        and all(isinstance(key, str) for key in keywords)
        and isinstance(generators, dict)
        and len(generators) <= _MAX_GENERATORS
    )


def _parts(value: Any) -> Iterator[Any]:
    """Yield all that nested data consists of."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    else:
        yield value
