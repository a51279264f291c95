"""What is to be run of a notebook, and where it is asked for what it was to define."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code of one cell; name is the exercise whose solution it is, else "".

    Attributes:
        seconds: the cell's own time limit, where it has one.
        given: whether it is the lesson's, and none of a student's.
    """

    source: str
    name: str = ""
    seconds: float | None = None
    given: bool = False


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A place at which an exercise is asked: where its test cell stands."""

    name: str
