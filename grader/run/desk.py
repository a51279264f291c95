"""What a Dask worker has of this grader: a course that was sent to it, and posts that grade.

Runs in Dask's own process, and starts one process for each of its threads: a post
(`grader.run.post`).  Nothing that a student wrote is run here, nor in a process of Dask's.
Imports no Dask: what is asked of its worker is asked of the object that it hands over.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

from platformdirs import user_cache_path

import grader
from grader.errors import GraderError, InputError
from grader.run import words
from grader.run.crew import Result
from grader.run.parcel import Parcel
from grader.run.plan import Task
from grader.run.post import About
from grader.sandbox import scratch
from grader.sandbox.limits import Limits

IDLE_SECONDS = 600.0  # after which a desk is closed; a watch comes back before
_TOLD = 3  # guarantees that fail and are named


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a coordinator brings to a machine.

    Attributes:
        key: tells one course, as it is now, from another.
    """

    key: str
    course: Parcel
    preload: Sequence[str]
    sandboxed: bool


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A machine cannot grade, and why, if it is not new there; the work is for another one."""

    reason: str


class _Post:
    """A post, started anew when it has ended."""

    def __init__(self, about: About) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "grader.run.post", str(theirs.fileno())]
            # A process of its own kind: Dask's worker may be a daemon, which has no children.
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Where a worker of this machine alone would keep it, too.
                env={"MPLCONFIGDIR": str(user_cache_path("backprop-by-hand")), **os.environ},
            )
        self._connection = Connection(ours.detach())
        # One that has ended at once is noticed where its answer is waited for.
        with contextlib.suppress(OSError):
            self._connection.send(about)

    def failing(self) -> list[str]:
        """Wait until it can serve; return what the sandbox does not hold here."""
        try:
            found: list[str] = self._connection.recv()
        except (EOFError, OSError):
            return [words.WORKER_ENDED]
        return found

    def grade(self, task: Task) -> Result | None:
        """Grade; None if it has ended over it."""
        try:
            self._connection.send(task)
            result: Result = self._connection.recv()
        except (EOFError, OSError):
            return None
        return result

    def close(self) -> None:
        """Hang up; it ends after what it is at."""
        self._connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()


class _Desk:
    """One course on this machine, with a folder of its own and posts that are free."""

    def __init__(self, brought: Brought, posts: int) -> None:
        """Open it; raises OSError where the disk refuses."""
        scratch.sweep("grader-desk-*")
        self.used = time.monotonic()
        self._place = Path(tempfile.mkdtemp(prefix="grader-desk-"))
        self._claim = scratch.claim(self._place)
        self._posts = posts
        self._free: SimpleQueue[_Post] = SimpleQueue()
        # Not Dask's own, which are as many as it was told: what waits for a post waits here, and
        # as many as there are posts with their files unpacked, so that no post waits for a disk.
        self.threads = ThreadPoolExecutor(2 * posts)
        try:
            self._look_for_room()
            brought.course.unpack(self._place / "course")
        except OSError:
            shutil.rmtree(self._place, ignore_errors=True)
            raise
        self._about = About(
            root=self._place / "course",
            preload=brought.preload,
            sandboxed=brought.sandboxed,
            tried=False,
        )

    def try_out(self) -> list[str]:
        """Start the posts; return what the sandbox does not hold, and then there are none."""
        first = _Post(self._about)
        failing = first.failing()
        if failing:
            first.close()
            return failing
        self._about = replace(self._about, tried=True)
        self._free.put(first)
        for _ in range(self._posts - 1):
            self._free.put(self._post())
        return []

    def _post(self) -> _Post:
        post = _Post(self._about)
        post.failing()
        return post

    def grade(self, task: Task, parcel: Parcel) -> Result:
        """Grade a submission that was sent.

        Raises:
            OSError: the disk refuses its files.
        """
        self.used = time.monotonic()
        with self._unpacked(parcel, task.entry.lesson) as folder, self._taken() as posts:
            there = replace(task, entry=replace(task.entry, folder=folder))
            result = posts[0].grade(there)
            if result is None:
                posts[0].close()
                posts[0] = self._post()
                return GraderError(words.WORKER_ENDED)
        if isinstance(result, InputError):
            # Where it lies here is of no use to who reads it.
            return InputError(str(result).replace(str(folder), str(task.entry.folder)))
        return result

    def _look_for_room(self) -> None:
        """Raise OSError where a submission could not write what it may.

        Without it, one after another would fail here as by a fault of the grader's.
        """
        if shutil.disk_usage(self._place).free < Limits().scratch:
            full = errno.ENOSPC
            raise OSError(full, os.strerror(full), str(self._place))

    @contextmanager
    def _unpacked(self, parcel: Parcel, lesson: str) -> Iterator[Path]:
        folder = self._place / uuid.uuid4().hex
        self._look_for_room()
        try:
            # It is told from the folder's name which notebook was meant.
            parcel.unpack(folder / lesson)
            yield folder / lesson
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _taken(self) -> Iterator[list[_Post]]:
        posts = [self._free.get()]
        try:
            yield posts
        finally:
            self.used = time.monotonic()
            self._free.put(posts[0])

    def close(self) -> None:
        """End its posts and remove its folder; nobody may be grading."""
        self.threads.shutdown()
        while not self._free.empty():
            self._free.get().close()
        shutil.rmtree(self._place, ignore_errors=True)


@functools.cache
def own_code() -> str:
    """Return a hash of this package's code, as it is where this is called."""
    place, found = Path(grader.__file__).parent, sha256()
    for path in sorted(place.rglob("*.py")):
        found.update(f"{path.relative_to(place)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


_desks: dict[str, _Desk] = {}
_opening = Lock()


def _open(brought: Brought, posts: int) -> str:
    """Open a desk if there is none; return why there cannot be one, or ""."""
    with _opening:
        if brought.key in _desks:
            return ""
        try:
            desk = _Desk(brought, posts)
            failing = desk.try_out()
        except OSError as error:
            return words.disk_of_worker(error)
        if failing:
            desk.close()
            return words.sandbox_fails(failing[:_TOLD], len(failing))
        _desks[brought.key] = desk
        return ""


async def hire(key: str, brought: Brought | None, dask_worker: Any) -> str | None:
    """Have a Dask worker take submissions of a course; awaited on its own event loop.

    Args:
        brought: None only asks whether it has been here before.

    Returns:
        Why it takes none, "" where it does; None if it does not know the course.
    """
    if brought is None and key not in _desks:
        return None
    if brought is not None:
        reason = await asyncio.to_thread(_open, brought, dask_worker.state.nthreads)
        if reason:
            return reason
        dask_worker.loop.call_later(IDLE_SECONDS, _close_if_idle, key, dask_worker)
    _desks[key].used = time.monotonic()
    return ""


async def dismiss(key: str) -> None:
    """Close the desk of a course, if there is one."""
    desk = _desks.pop(key, None)
    if desk is not None:
        await asyncio.to_thread(desk.close)


async def _close_if_idle(key: str, dask_worker: Any) -> None:
    desk = _desks.get(key)
    if desk is None:
        return
    left = desk.used + IDLE_SECONDS - time.monotonic()
    if left > 0:
        dask_worker.loop.call_later(left, _close_if_idle, key, dask_worker)
    else:
        await dismiss(key)


async def grade_there(key: str, task: Task, parcel: Parcel) -> Result | Refusal:
    """Grade a submission on the Dask worker that this is awaited on."""
    desk = _desks.get(key)
    try:
        if desk is not None:
            return await asyncio.get_running_loop().run_in_executor(
                desk.threads, desk.grade, task, parcel
            )
    except OSError as error:
        return Refusal(reason=words.disk_of_worker(error))
    return Refusal(reason="")
