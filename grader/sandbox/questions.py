"""A case as a question to the student's process: a frame that asks for one call."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from grader.box import wire
from grader.exercise import Case
from grader.judge.argument import more_than_data, outgoing
from grader.sandbox.oracle import Bounds


class Question:
    """A call to make: its number, and the frame that asks for it.

    Attributes:
        is_carried: whether references stand in for functions of the notebook.
    """

    def __init__(
        self,
        name: str,
        case: Case,
        stand_ins: Mapping[str, wire.Function | wire.Source],
        functions: list[Callable[..., Any]],
        withheld: Collection[int],
        *,
        seconds: float,
    ) -> None:
        """Prepare.

        Args:
            stand_ins: what answers for functions of the notebook.
            functions: all that the judge answers, by number; those of this case are added.
            withheld: the numbers of those that it does not answer for this question.
            seconds: the limit of a call whose case has none of its own.
        """
        self.withheld, self.is_carried = withheld, bool(stand_ins)
        self.seconds = seconds if case.seconds is None else case.seconds
        # No other question may be on its way at the same time when memory is counted.
        self.alone = case.megabytes is not None
        # Not to be guessed: an answer that was prepared before the question is told apart.
        self.number = secrets.randbits(48)
        arguments, keywords, steps = outgoing(case, functions)
        self._given = (arguments, keywords, steps)
        self._request = {
            "call": self.number,
            "name": name,
            "arguments": arguments,
            "keywords": keywords,
            "steps": steps,
            # Whether there is more than data in it, which has to come to life.
            "live": bool(more_than_data(case)),
            "megabytes": case.megabytes,
            "substitutes": stand_ins,
        }

    @cached_property
    def bounds(self) -> Bounds:
        """How large a call of a reference may be that this question leads to."""
        return Bounds.of(self._given)

    @cached_property
    def frame(self) -> bytes:
        """The encoded frame; made when it is needed, for arguments can be large."""
        return wire.encode(self._request)
