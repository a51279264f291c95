"""Semaphores between the processes of one submission, made of a pipe: a token is a byte.

The C library keeps them in a folder that all programs of a machine share, and a box
does not reach that.  They go from a process to those that it forks, and no further.
"""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import threading
import time
from importlib import import_module

_RECURSIVE = 0
_MOST = 2**15  # tokens that surely fit into a pipe


class SemLock:
    """What multiprocessing's locks and semaphores are made of; as in _multiprocessing."""

    SEM_VALUE_MAX = _MOST

    def __init__(self, kind: int, value: int, maxvalue: int, _name: str, _unlink: bool) -> None:
        self.kind, self.maxvalue, self.name = kind, maxvalue, None
        self._tokens, self._free = os.pipe()
        self.handle = self._tokens
        os.set_blocking(self._tokens, False)
        os.write(self._free, b"." * value)
        self._held, self._owner = 0, 0

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Take a token; return whether there was one in time."""
        if self.kind == _RECURSIVE and self._is_mine():
            self._held += 1
            return True
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                os.read(self._tokens, 1)
            except BlockingIOError:
                left = None if end is None else max(0.0, end - time.monotonic())
                if not block or not select.select([self._tokens], [], [], left)[0]:
                    return False
            else:
                self._held, self._owner = self._held + 1, threading.get_ident()
                return True

    def release(self) -> None:
        """Give a token back."""
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        self._held -= 1
        os.write(self._free, b".")

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == threading.get_ident()

    def _count(self) -> int:
        return self._held

    def _get_value(self) -> int:
        waiting = array.array("i", [0])
        fcntl.ioctl(self._tokens, termios.FIONREAD, waiting)
        return waiting[0]

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._held = 0

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        os.close(self._tokens)
        os.close(self._free)


def install() -> None:
    """Let multiprocessing use these, where a notebook may have processes."""
    made = import_module("_multiprocessing")
    made.SemLock = SemLock  # type: ignore[attr-defined]
    # Loaded after its ground has changed; or before, and then it has kept this number.
    users = import_module("multiprocessing.synchronize")
    users.SEM_VALUE_MAX = _MOST  # type: ignore[attr-defined]
