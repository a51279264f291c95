"""A submission's process, as the judge sees it: told ahead what to do, it replies in turn.

What was told and not replied to yet is the window: so much of it is on its way
that judge and child can work at the same time, and so little that neither ever
waits for the other to read.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from grader.box import stream, wire
from grader.sandbox import preload, words
from grader.sandbox.box import Box
from grader.sandbox.limits import Limits
from grader.sandbox.warm import SandboxError

READY_SECONDS = 20.0
_AHEAD = 2**16  # bytes on their way at one time: what fits into a socket's buffer


class Task(Protocol):
    """One thing to do, with one reply."""

    @property
    def frame(self) -> bytes:
        """What is sent."""

    @property
    def alone(self) -> bool:
        """Whether nothing else may be on its way at the same time."""

    @property
    def seconds(self) -> float:
        """How long the reply may take, once all before it have come."""


class Child:
    """One fresh process in a box, from its start to its end.

    What it is to do is sent right behind what it starts with: it need not wait for that once
    it is ready.  That it was ready tells whose fault a failure is: until then no line of the
    submission has run, and another process, in another box, is told the same.
    """

    def __init__(
        self,
        box: Box,
        files: Mapping[str, bytes],
        limits: Limits,
        *,
        modules: Mapping[str, bytes],
        withheld: Collection[str] = (),
        followed: bool = False,
    ) -> None:
        """Start it.

        Args:
            files: what lies in its working folder.
            modules: what the lesson puts there besides, to be imported.
            withheld: modules that it may not import.
            followed: whether the next one is forked while this one is at work.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
            UnplainError: the files are too large.
        """
        self._followed = followed
        self._box, self._limits, self._end = box, limits, 0.0
        self._start = _start(limits, files, modules=modules, withheld=withheld)
        self._socket = _started(box, limits, self._start, waits=False)
        self._channel = stream.Buffered(self._socket)
        self._is_ready, self._ready_by = False, time.monotonic() + READY_SECONDS
        self._told: deque[Task] = deque()
        self._on_their_way = 0  # bytes of the tasks that were told and not replied to yet
        self._untold: deque[Task] = deque()
        self._left: stream.Deadline | None = None
        self._deaf = False
        self._parts = (b"", b"", b"")

    @property
    def first(self) -> Task | None:
        """The task whose reply comes next."""
        return self._told[0] if self._told else self._untold[0] if self._untold else None

    def tell(self, tasks: Iterable[Task], *, end: float) -> None:
        """Give it more to do, after all that it has, until a time on the monotonic clock."""
        self._end = end
        self._untold += tasks
        self._send()

    def forget(self, tasks: Collection[Task]) -> None:
        """Take back what nobody waits for any more, as far as it was not sent."""
        if self._untold:
            self._untold = deque(task for task in self._untold if task not in tasks)

    def receive(self) -> Any:
        """Return the next frame of the reply to the first task.

        Raises:
            WireError: the frame lies, the process is gone, or uses what it may not.
            TimeoutError: the task's time is over.
            SandboxError: the box fails, and so does the one that replaces it.
        """
        if not self._is_ready:
            self._see_it_ready()
        found, self._parts = stream.receive_frame(self._channel, self.deadline)
        return found

    @property
    def received(self) -> bytes:
        """The bytes of the frame that `receive` returned last: they hold what it holds."""
        return b"".join(self._parts)

    def reply(self, frames: bytes) -> None:
        """Answer what it asked back while it works on the first task; raises as `receive` does."""
        stream.send_frames(self._channel, frames, self.deadline)

    def deadline(self) -> float:
        """Return the seconds that are left for the first task; see also `receive`."""
        if self._left is None and self.first is not None:
            self._left = self._until(self.first.seconds)
        return self._left() if self._left is not None else 0.0

    def done(self) -> None:
        """Note that the reply to the first task has come, and send more."""
        self._left = None
        if self._told:
            self._on_their_way -= len(self._told.popleft().frame)
        else:
            self._untold.popleft()
        if self._on_their_way < _AHEAD // 2:
            self._send()

    def close(self) -> None:
        """End it, and everything it started."""
        # A box with nothing to end would be waited for, and replaced.
        if self._socket.fileno() != -1:
            self._box.end_child(self._socket)

    def succeed(self) -> None:
        """End it when the next one is on its way; see `Box.succeed`."""
        if self._socket.fileno() != -1:
            self._box.succeed(self._socket)

    def _see_it_ready(self) -> None:
        """Wait until it is ready; if it never is, tell another all that it was told."""
        if self._followed:
            # There is nothing else to do now, and a second processor may be at rest.
            self._box.fork_ahead()
        try:
            _hear_ready(self._channel, self._ready_by)
        except (wire.WireError, TimeoutError):
            self._box.end_child(self._socket)
            self._box.replace()
            self._socket = _started(self._box, self._limits, self._start, attempts=1)
            self._channel = stream.Buffered(self._socket)
            self._untold.extendleft(reversed(self._told))
            self._told.clear()
            self._on_their_way, self._deaf = 0, False
            self._send()
        self._is_ready = True

    def _send(self) -> None:
        """Send tasks, as many as may be on their way."""
        frames = []
        while self._untold and not self._deaf:
            task = self._untold[0]
            size = self._on_their_way + len(task.frame)
            # One at a time may be large: while the child has no other, it does nothing but read.
            if self._told and (size > _AHEAD or task.alone or self._told[-1].alone):
                break
            frames.append(task.frame)
            self._on_their_way = size
            self._told.append(self._untold.popleft())
        if not frames:
            return
        try:
            stream.send_frames(self._channel, b"".join(frames), self._until(self._told[0].seconds))
        except (wire.WireError, TimeoutError):
            # What it has replied by now still counts; who waits for more will learn why not.
            self._deaf = True

    def _until(self, seconds: float) -> stream.Deadline:
        """Return the deadline of what begins now; asking it also looks at what is used."""
        end = min(time.monotonic() + seconds, self._end)

        def left() -> float:
            self._box.look(self._limits)
            return end - time.monotonic()

        return left


def opened(
    box: Box,
    limits: Limits,
    files: Mapping[str, bytes],
    *,
    modules: Mapping[str, bytes] | None = None,
    copied: Mapping[str, Path] | None = None,
    environment: Mapping[str, str] | None = None,
    own_first: bool = False,
    withheld: Collection[str] = (),
) -> socket.socket:
    """Return the channel to a fresh process that is ready.

    What goes wrong until then is the box's own failure: no line of the submission has run.

    Args:
        files: small files of its working folder, by name.
        modules: what the lesson puts there besides, to be imported.
        copied: others, by where they lie now.
        environment: what it finds there besides.
        own_first: whether modules in the working folder come before those that are installed.
        withheld: modules that it may not import.

    Raises:
        SandboxError: the box fails, and so does the one that replaces it.
        UnplainError: the small files are too large.
    """
    start = _start(
        limits,
        files,
        modules=modules,
        environment=environment,
        own_first=own_first,
        withheld=withheld,
    )
    return _started(box, limits, start, copied=copied)


def _start(
    limits: Limits,
    files: Mapping[str, bytes],
    *,
    modules: Mapping[str, bytes] | None = None,
    environment: Mapping[str, str] | None = None,
    own_first: bool = False,
    withheld: Collection[str] = (),
) -> bytes:
    """Return the frame with which a process starts; see `opened`."""
    lent = dict(modules or {})
    codes = {name: preload.code_of(text) for name, text in lent.items()}
    return wire.encode(
        {
            "files": _as_arrays({**files, **lent}),
            "codes": _as_arrays({name: code for name, code in codes.items() if code}),
            "environment": dict(environment or {}),
            "own_first": own_first,
            "withheld": {name: words.withheld(name) for name in withheld},
            "limits": {
                "memory": limits.memory,
                "cpu": limits.cpu,
                "file": limits.file,
                "processes": limits.processes,
                "descriptors": limits.descriptors,
            },
        }
    )


def _started(
    box: Box,
    limits: Limits,
    start: bytes,
    *,
    copied: Mapping[str, Path] | None = None,
    attempts: int = 2,
    waits: bool = True,
) -> socket.socket:
    """Return the channel to a fresh process that was told how to start.

    Args:
        attempts: each in another box.
        waits: whether to wait until it is ready.
    """
    for _ in range(attempts):
        try:
            channel = box.open(limits, copied)
        except SandboxError:
            box.replace()
            continue
        end = time.monotonic() + READY_SECONDS
        try:
            stream.send_frames(channel, start, lambda end=end: end - time.monotonic())  # type: ignore[misc]
            if waits:
                _hear_ready(channel, end)
        except (wire.WireError, TimeoutError):
            box.end_child(channel)
            box.replace()
        else:
            return channel
    raise SandboxError(words.NO_PROCESS)


def _hear_ready(channel: stream.Channel, end: float) -> None:
    stream.receive(channel, lambda: end - time.monotonic())


def _as_arrays(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return files as arrays: their bytes have a limit of their own."""
    return {name: np.frombuffer(content, np.uint8) for name, content in files.items()}
