"""What one submission may use.

A lesson or an assignment may ask for more than it gets by itself, within bounds:
one that asks for all the machine has would take it from the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from grader.box.limited import Bound
from grader.box.wire import WireError
from grader.errors import InputError
from grader.sandbox import words

MOST_SECONDS = 86_400.0
_MIB, _GIB = 2**20, 2**30


def _limit(value: float, *, least: float, most: float, unit: str = "") -> Any:
    """Declare a limit: what it is where nobody asks, and what may be asked for."""
    return field(default=value, metadata={"least": least, "most": most, "unit": unit})


class ExcessError(WireError):
    """A submission took more than it may; `bound` says of what."""

    def __init__(self, bound: Bound, told: str) -> None:
        super().__init__(told)
        self.bound = bound


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one submission may use; a value out of bounds is an InputError.

    Attributes:
        call_seconds: wall clock of one call, unless its case has a limit of its own.
        cell_seconds: wall clock of one cell, unless it has a limit of its own.
        total_seconds: wall clock of the whole submission.
        memory: bytes on top of the warm process's: address space of each process, and
            resident memory of all of them together.
        cpu: seconds of processor time of one process.
        file: bytes of one file.
        scratch: bytes of the scratch folder; files: how many entries it may hold.
        descriptors: open files of one process.
        processes: besides its own, at one time; 0 forbids to start any.
        threads: of all its processes together.
    """

    call_seconds: float = _limit(5.0, least=0.1, most=600.0, unit="s")
    cell_seconds: float = _limit(20.0, least=0.1, most=3_600.0, unit="s")
    total_seconds: float = _limit(180.0, least=0.1, most=MOST_SECONDS, unit="s")
    memory: int = _limit(_GIB, least=64 * _MIB, most=8 * _GIB, unit="bytes")
    cpu: int = _limit(120, least=1, most=86_400, unit="s")
    file: int = _limit(16 * _MIB, least=_MIB, most=2 * _GIB, unit="bytes")
    scratch: int = _limit(64 * _MIB, least=_MIB, most=16 * _GIB, unit="bytes")
    files: int = _limit(2_000, least=10, most=100_000)
    descriptors: int = _limit(128, least=32, most=4_096)
    processes: int = _limit(0, least=0, most=64)
    threads: int = _limit(256, least=16, most=4_096)

    def __post_init__(self) -> None:
        for limit in fields(self):
            value, of = getattr(self, limit.name), limit.metadata
            # A bool is an int, and NaN lies within no bounds.
            whole = isinstance(limit.default, int)
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                kind = words.WHOLE_NUMBER if whole else words.NUMBER
                raise InputError(words.limit_of_another_kind(limit.name, value, kind))
            if not of["least"] <= value <= of["most"]:
                found, least, most = (
                    _told(n, of["unit"]) for n in (value, of["least"], of["most"])
                )
                raise InputError(words.limit_out_of_bounds(limit.name, found, least, most))


def _told(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / _MIB:g} MiB" if value < _GIB else f"{value / _GIB:g} GiB"
    return f"{value:g} {unit}".rstrip()
