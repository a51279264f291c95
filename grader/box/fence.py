"""Fences of the box's own, beside sandlock's: no privileges, no sockets, no new processes.

Landlock does not look at data that a socket sends while it connects (TCP Fast
Open), at limits set on other processes of the same user, nor at the mode and
times of files that may not be opened.  So the warm process gives up what root
would have and then, for itself and all that it forks, forbids `socket`
altogether and `prlimit` on any process but the caller.  `chmod` and `utime`
report success and do nothing, so that copying a file still works.  Packages that
do an exercise's work cannot be read.  A child that runs a submission may have
threads, but no process besides itself.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_THREAD = 0x10000


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """The kernel's numbers on one architecture.

    Attributes:
        ignored: chmod, utime and their kin.
        forks: fork and vfork, where there are such calls.
    """

    architecture: int
    socket: int
    prlimit: int
    clone: int
    ignored: tuple[int, ...]
    forks: tuple[int, ...] = ()
    clone3: int = 435


_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        socket=41,
        prlimit=302,
        clone=56,
        ignored=(90, 91, 132, 235, 261, 268, 280, 452),
        forks=(57, 58),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7, socket=198, prlimit=261, clone=220, ignored=(52, 53, 88, 452)
    ),
}
MACHINES = tuple(_MACHINES)

# Classic BPF: an instruction is (operation, jump if true, jump if false, value); a jump
# counts the instructions that it passes over.  Offsets are those of struct seccomp_data.
Instruction = tuple[int, int, int, int]
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW: Instruction = (_RETURN, 0, 0, 0x7FFF0000)
_X32 = 0x40000000  # on x86_64, numbers from here on are a second way to the same calls


def _refuse(error: int) -> Instruction:
    """Return the instruction that ends a call with an error; 0 lets it seem to succeed."""
    return (_RETURN, 0, 0, 0x00050000 | error)


_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # Landlock, everywhere the same
_PATH_BENEATH, _READ_FILE = 1, 1 << 2

_NOT_PERMITTED, _NO_SUCH_CALL, _IGNORED = _refuse(1), _refuse(38), _refuse(0)


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
    """Give up all capabilities; forbid sockets and limits on others: for good, and for all."""
    machine = _MACHINES[platform.machine()]
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    _check(ctypes.CDLL(None, use_errno=True).capset(header, bytes(24)), "capset")
    lines: list[Instruction] = [(_IF_EQUAL, 0, 1, machine.socket), _NOT_PERMITTED]
    for number in machine.ignored:
        lines += [(_IF_EQUAL, 0, 1, number), _IGNORED]
    lines += [
        (_IF_EQUAL, 0, 3, machine.prlimit),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_IF_EQUAL, 1, 0, 0),
        _NOT_PERMITTED,
    ]
    _install(machine, lines)


def forbid_processes() -> None:
    """Forbid this process, for good, to start others; threads may be started."""
    machine = _MACHINES[platform.machine()]
    lines: list[Instruction] = []
    for number in machine.forks:
        lines += [(_IF_EQUAL, 0, 1, number), _NOT_PERMITTED]
    lines += [
        # Its flags are out of a filter's sight; the C library then falls back to clone.
        (_IF_EQUAL, 0, 1, machine.clone3),
        _NO_SUCH_CALL,
        (_IF_EQUAL, 0, 3, machine.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_IF_SET, 1, 0, _CLONE_THREAD),
        _NOT_PERMITTED,
    ]
    _install(machine, lines)


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
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
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
    _check(min(result, 0), "Landlock")
    return result


def _install(machine: _Machine, lines: list[Instruction]) -> None:
    """Put up a filter; it looks at the call's number, and calls of another ABI are refused."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, machine.architecture),
        _NOT_PERMITTED,
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 0, 1, _X32),
        _NOT_PERMITTED,
        *lines,
        _ALLOW,
    ]
    code = b"".join(struct.pack("<HBBI", *line) for line in lines)
    program = _Program(len(lines), code)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(ctypes.CDLL(None, use_errno=True).prctl(option, *padded), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
