"""Which bound of the box stopped something, by a name that is the same in every language.

A name is that of a field of `grader.sandbox.limits.Limits`, where it is one of those.
"""

from __future__ import annotations

import errno
from enum import StrEnum
from typing import Any


class Bound(StrEnum):
    """What stopped something in the box."""

    MEMORY = "memory"
    PROCESSES = "processes"
    THREADS = "threads"
    FILE = "file"
    SCRATCH = "scratch"
    CELL_SECONDS = "cell_seconds"
    TOTAL_SECONDS = "total_seconds"
    MODULES = "modules"  # which may be imported
    BESIDE = "beside"  # the files that are there
    READING = "reading"  # what may be read, or started
    CALLS = "calls"  # of the system, that are refused
    ENDED = "ended"  # the process itself did, which may be for want of memory


_NUMBERS = {
    errno.EFBIG: Bound.FILE,
    errno.ENOSPC: Bound.SCRATCH,
    errno.EDQUOT: Bound.SCRATCH,
    errno.ENOENT: Bound.BESIDE,
    errno.EACCES: Bound.READING,
    errno.EPERM: Bound.CALLS,
}
_NO_THREAD = ("can't start new thread",)  # Python gives this error no type of its own


def bound_of(error: BaseException | None) -> Bound | None:
    """Return the bound that an exception tells of, None if it tells of none.

    Its class may be the student's own: nothing of it is called.
    """
    kind = type(error)
    if issubclass(kind, MemoryError):
        return Bound.MEMORY
    if issubclass(kind, ModuleNotFoundError):
        return Bound.MODULES
    if issubclass(kind, OSError):
        number: Any = vars(OSError)["errno"].__get__(error)
        return _NUMBERS.get(number) if type(number) is int else None
    if kind is RuntimeError:
        told = error.args  # type: ignore[union-attr]
        if all(type(each) is str for each in told) and told == _NO_THREAD:
            return Bound.THREADS
    return None
