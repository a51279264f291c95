"""Fences of the box's own, beside sandlock's: no privileges, nothing read in some folders.

The warm process gives up what root would have.  Packages that do an exercise's work
cannot be read.  Which system calls a submission may make is told in `admitted`.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from .seccomp import check, prctl

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # Landlock, everywhere the same
_PATH_BENEATH, _READ_FILE = 1, 1 << 2


def adopt() -> None:
    """Become the parent of every orphan among the descendants, and outlive the judge.

    sandlock asks the kernel to kill this process with the judge.  It would leave
    the student's processes behind: better it notices, kills them, and ends itself.
    """
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    prctl(_PR_SET_PDEATHSIG, 0)


def give_up_privileges() -> None:
    """Give up all capabilities, for good."""
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    check(ctypes.CDLL(None, use_errno=True).capset(header, bytes(24)), "capset")


def withhold(roots: Sequence[str], holes: Sequence[str]) -> None:
    """Forbid, for good, to read files that lie in a hole or under no root; all are real paths.

    Landlock only ever allows.  So all that lies around a hole is allowed, piece by piece.
    """
    if not holes:
        return
    rules = _landlock(_CREATE_RULESET, struct.pack("<Q", _READ_FILE), 8, 0)
    for path in (piece for root in roots for piece in _around(root, holes)):
        place = os.open(path, os.O_PATH)
        _landlock(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("<Qi", _READ_FILE, place), 0)
        os.close(place)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _landlock(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _around(path: str, holes: Sequence[str]) -> Iterator[str]:
    """Yield what lies at or below path, in as few pieces as leave the holes out."""
    inside = [hole for hole in holes if hole == path or hole.startswith(f"{path}/")]
    if not inside:
        yield path
    elif path not in holes:
        for inner in Path(path).iterdir():
            yield from _around(str(inner), inside)


def _landlock(number: int, *arguments: int | bytes) -> int:
    long = [a if isinstance(a, bytes) else ctypes.c_long(a) for a in arguments]
    result: int = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *long)
    check(min(result, 0), "Landlock")
    return result
