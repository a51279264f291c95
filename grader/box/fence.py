"""Fences of the box's own, beside sandlock's: no privileges, no sockets, no changed modes.

Landlock does not look at data that a socket sends while it connects (TCP Fast
Open), at limits set on other processes of the same user, nor at the mode and
times of files that may not be opened.  So the warm process gives up what root
would have and then, for itself and all that it forks, forbids `socket`
altogether and `prlimit` on any process but the caller.  `chmod` and `utime`
report success and do nothing, so that copying a file still works.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from dataclasses import dataclass



@dataclass(frozen=True, kw_only=True)
class _Machine:
    """The kernel's numbers on one architecture; `ignored` are chmod, utime and their kin."""

    architecture: int
    socket: int
    prlimit: int
    ignored: tuple[int, ...]


_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        socket=41,
        prlimit=302,
        ignored=(90, 91, 132, 235, 261, 268, 280, 452),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7, socket=198, prlimit=261, ignored=(52, 53, 88, 452)
    ),
}
MACHINES = tuple(_MACHINES)
_X32 = 0x40000000  # on x86_64, calls from here on are a second way to the same calls

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

# Offsets in struct seccomp_data, and the few instructions of classic BPF that are needed.
_NR, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _IGNORE, _REFUSE = 0x7FFF0000, 0x00050000, 0x00050000 | 1  # errno 0, errno EPERM


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def adopt() -> None:
    """Become the parent of every orphan among the descendants, and outlive the judge.

    sandlock asks the kernel to kill this process with the judge.  It would leave
    the student's processes behind: better it notices, kills them, and ends itself.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_PDEATHSIG, 0)


def raise_fences() -> None:
    """Give up all capabilities and put up the filter: both for good, and for all descendants."""
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    _check(ctypes.CDLL(None, use_errno=True).capset(header, bytes(24)), "capset")
    code = _filter(_MACHINES[platform.machine()])
    program = _Program(len(code) // 8, code)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))


def _filter(machine: _Machine) -> bytes:
    """Return the filter; each jump counts the instructions that it passes over."""
    allow, ignore, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _IGNORE), (_RETURN, 0, 0, _REFUSE)
    lines = [
        (_LOAD, 0, 0, _ARCH),
        (_IF_EQUAL, 1, 0, machine.architecture),
        refuse,
        (_LOAD, 0, 0, _NR),
        (_IF_AT_LEAST, 0, 1, _X32),
        refuse,
        (_IF_EQUAL, 0, 1, machine.socket),
        refuse,
    ]
    for number in machine.ignored:
        lines += [(_IF_EQUAL, 0, 1, number), ignore]
    lines += [
        (_IF_EQUAL, 0, 3, machine.prlimit),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_IF_EQUAL, 1, 0, 0),
        refuse,
        allow,
    ]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(ctypes.CDLL(None, use_errno=True).prctl(option, *padded), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
