"""What the kernel tells of a tree of processes.

Looks from outside: nothing here asks a process of the box anything.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process as /proc/PID/stat describes it; started in ticks, resident in bytes."""

    pid: int
    state: str
    threads: int
    started: int
    resident: int


def process(pid: int) -> Process | None:
    """Return a process; None if it is gone, or the system has no /proc."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, in brackets, may hold brackets and spaces: what counts follows the last one.
    fields = text.rpartition(")")[2].split()
    return Process(
        pid=pid,
        state=fields[0],
        threads=int(fields[17]),
        started=int(fields[19]),
        resident=int(fields[21]) * _PAGE,
    )


def descendants(root: int) -> Iterator[Process]:
    """Yield the processes below root, parents first."""
    todo = [root]
    while todo:
        for pid in _children(todo.pop()):
            found = process(pid)
            if found is not None:
                yield found
                todo.append(pid)


def _children(parent: int) -> list[int]:
    """Return a process's children; the kernel lists them thread by thread."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def held_open(pid: int) -> int:
    """Return the bytes on disk of the files that a process holds open, unlinked ones too."""
    size = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                status = entry.stat()
                if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                    size += status.st_blocks * 512
    return size


def interrupt_children(root: int) -> None:
    """Send the children of a process what Ctrl-C sends."""
    for pid in _children(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)


def end_tree(root: int, seconds: float) -> None:
    """Kill a process and all below it, although they may fork and change parents meanwhile.

    Stopped, the root still adopts orphans, so none is lost from sight; it dies last.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(root, signal.SIGSTOP)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            alive = [found for found in descendants(root) if found.state not in "ZX"]
            if not alive:
                break
            for found in alive:
                _kill(found)
            time.sleep(0.002)
        os.kill(root, signal.SIGKILL)


def _kill(victim: Process) -> None:
    """Kill a process, unless its number has passed to another one meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(victim.pid)
        try:
            now = process(victim.pid)
            if now is not None and now.started == victim.started:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
