"""What the kernel tells of a tree of processes, and what lies in a folder nobody trusts.

Looks from outside: nothing here asks a process of the box anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
import tempfile
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


def claim(folder: Path) -> int:
    """Mark a folder as in use for as long as the returned descriptor is open."""
    descriptor = os.open(folder / _CLAIM, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def sweep(pattern: str) -> None:
    """Remove folders that were claimed once, and by nobody now: their owner was killed."""
    for folder in Path(tempfile.gettempdir()).glob(pattern):
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid != os.geteuid():
                continue
            descriptor = os.open(folder / _CLAIM, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                empty(folder)
                folder.rmdir()
            finally:
                os.close(descriptor)


_CLAIM = "in-use"


def holds(folder: Path, *, most: int) -> tuple[int, int]:
    """Return bytes on disk and entries below a folder; stops counting beyond `most` entries.

    A folder that cannot be looked into counts as too many: nobody makes one by accident.
    """
    size = count = 0
    todo = [str(folder)]
    while todo and count <= most:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    size += status.st_blocks * 512
                    count += 1
                    if stat.S_ISDIR(status.st_mode):
                        todo.append(entry.path)
                    if count > most:
                        break
        except FileNotFoundError:
            continue
        except OSError:
            count = most + 1
    return size, count


def empty(folder: Path) -> None:
    """Remove all that lies in a folder, however deep; nobody may be writing there any more.

    Goes down and up by one open folder at a time: no path grows, nothing recurses,
    and no link is followed.

    Raises:
        OSError: something cannot be removed.
    """
    here = os.open(folder, _FOLDER)
    trail: list[tuple[str, list[str]]] = []
    try:
        inner = _remove_files(here)
        while inner or trail:
            if inner:
                name = inner.pop()
                os.chmod(name, stat.S_IRWXU, dir_fd=here)
                trail.append((name, inner))
                here = _move(here, name)
                inner = _remove_files(here)
            else:
                name, inner = trail.pop()
                here = _move(here, "..")
                os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def _move(here: int, name: str) -> int:
    """Return the open folder called name; here is closed."""
    there = os.open(name, _FOLDER, dir_fd=here)
    os.close(here)
    return there


def _remove_files(here: int) -> list[str]:
    """Remove all files of an open folder; return its folders."""
    folders = []
    with os.scandir(here) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=here)
    return folders
