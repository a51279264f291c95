"""Filters of system calls, in the kernel's own small language.

A filter holds for the process that puts it up and all that it starts, for good; of
several, the strictest decides.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Iterable
from functools import cache

# Classic BPF: an instruction is (operation, jump if true, jump if false, value); a jump
# counts the instructions that it passes over.  Offsets are those of struct seccomp_data.
Instruction = tuple[int, int, int, int]
LOAD, IF_EQUAL, IF_AT_LEAST, IF_SET = 0x20, 0x15, 0x35, 0x45
_RETURN, _NUMBER, _ARCHITECTURE, _ARGUMENTS = 0x06, 0, 4, 16
ALLOW: Instruction = (_RETURN, 0, 0, 0x7FFF0000)
_X32 = 0x40000000  # on x86_64, numbers from here on are a second way to the same calls

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_PR_SET_NO_NEW_PRIVS = 38


def refuse(error: int) -> Instruction:
    """Return the instruction that ends a call with an error; 0 lets it seem to succeed."""
    return (_RETURN, 0, 0, 0x00050000 | error)


NOT_PERMITTED, TRY_AGAIN, INVALID, NOT_A_TERMINAL = map(refuse, (1, 11, 22, 25))
NO_SUCH_CALL, NOT_SUPPORTED, IGNORED = map(refuse, (38, 95, 0))


def load(argument: int, *, upper: bool = False) -> Instruction:
    """Return the instruction that looks at an argument of the call: half of its 64 bits."""
    return (LOAD, 0, 0, _ARGUMENTS + 8 * argument + (4 if upper else 0))


def when(number: int, then: Iterable[Instruction]) -> list[Instruction]:
    """Return what to do about one call; it must end in an answer, whatever the arguments."""
    lines = list(then)
    return [(IF_EQUAL, 0, len(lines), number), *lines]


def among(values: Iterable[int], answer: Instruction) -> list[Instruction]:
    """Return an answer where the argument that was looked at is one of these values."""
    return [line for value in values for line in ((IF_EQUAL, 0, 1, value), answer)]


def below(value: int, answer: Instruction) -> list[Instruction]:
    """Return an answer where the argument that was looked at is less than this value."""
    return [(IF_AT_LEAST, 1, 0, value), answer]


def with_any(bits: int, answer: Instruction) -> list[Instruction]:
    """Return an answer where the argument that was looked at has any of these bits."""
    return [(IF_SET, 0, 1, bits), answer]


def any_of(numbers: Iterable[int], answer: Instruction) -> list[Instruction]:
    """Return an answer for all calls with these numbers; neighbours are looked at together."""
    lines: list[Instruction] = []
    for first, last in _runs(numbers):
        lines += [(IF_AT_LEAST, 0, 2, first), (IF_AT_LEAST, 1, 0, last + 1), answer]
    return lines


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of numbers that follow one another."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


_PACKED = struct.Struct("<HBBI")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def opening(architecture: int) -> list[Instruction]:
    """Return what a filter begins with: it refuses calls of another ABI, and loads the number."""
    return [
        (LOAD, 0, 0, _ARCHITECTURE),
        (IF_EQUAL, 1, 0, architecture),
        NOT_PERMITTED,
        (LOAD, 0, 0, _NUMBER),
        (IF_AT_LEAST, 0, 1, _X32),
        NOT_PERMITTED,
    ]


def packed(lines: Iterable[Instruction]) -> bytes:
    """Return instructions as the kernel reads them."""
    return b"".join(_PACKED.pack(*line) for line in lines)


def number_packed(number: int) -> bytes:
    """Return a number as it stands in an instruction."""
    return number.to_bytes(4, "little")


def install(filter_: bytes) -> None:
    """Put up a filter, which is packed; it has an opening, and ends in an answer."""
    told = _Program(len(filter_) // _PACKED.size, filter_)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(told))


def prctl(option: int, *values: int) -> None:
    """Make the call of this name; raise OSError where it fails."""
    check(_prctl()(option, *(*values, 0, 0, 0, 0)[:4]), f"prctl {option}")


@cache
def _prctl() -> Callable[..., int]:
    """Return the C library's function; a process inherits what was looked up before the fork."""
    found = ctypes.CDLL(None, use_errno=True).prctl
    found.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    return found


def check(result: int, what: str) -> None:
    """Raise OSError where a call did not return 0."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
