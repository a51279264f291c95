"""A process that stays, and replies to the calls of the judge's functions.

Theory of operation.  The functions are trusted, their arguments are not: a size of a
billion or a million steps would starve the judge.  So a fork of the judge calls them, with
limits on its memory and its processor time, while the judge passes on what the student's
process sent and keeps the time.  One fork serves submission after submission.  It was made
when the first was in need of it, and knows by number what the judge knew then: references,
and what draws the cases.  What a case gives is made for one submission and one exercise: the
fork draws it for itself, from the state of the generator that the judge drew it from, and
forgets it when the next is asked.

Where a call does not end in time, or ends the process, and where anything new has to be known,
the fork is killed, and the next call makes another.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import resource
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from grader.box import seccomp, stream, wire
from grader.box.calls import address_space
from grader.judge.draw import Draw, drawn, draws_of
from grader.sandbox import processes, words
from grader.sandbox.limits import ExcessError
from grader.sandbox.warm import START_SECONDS, SandboxError

Function = Callable[..., Any]

_MEMORY = 2**30
_LEFT_OVER = 2**27  # bytes that submissions may leave behind before the next has a new process
_SECONDS = 120  # of processor time: as much as a submission has itself
_DYING_SECONDS, _DYING_GLANCE = 1.0, 0.005  # from when it hangs up until it is dead
_MOST_KNOWN = 5_000  # functions: a lesson has some fifty, and may change again and again
_PR_SET_PDEATHSIG = 1
_READY = b"r"
_SETTING, _CALL = b"s", b"c"  # what follows


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What the numbers of calls mean while one exercise of one submission is asked.

    Attributes:
        submission: what is the same object for one submission, and for no other.
        functions: by number.
        draws: where some of them come from; the others are known, and keep no state.
    """

    submission: object
    functions: Sequence[Function]
    draws: Sequence[Draw] = ()


class Replier:
    """The judge's end of the process; serves one submission at a time."""

    def __init__(self) -> None:
        """Prepare; the process is made when it is needed."""
        self._known: dict[int, tuple[int, Function]] = {}
        self._pid: int | None = None
        self._channel: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._setting: Setting | None = None
        # How much the process knows, and the bytes it held when it was made.
        self._knows, self._held = 0, 0

    def know(self, functions: Iterable[Function]) -> None:
        """Take note of functions, so that a process that is made later knows them all."""
        if len(self._known) > _MOST_KNOWN:
            self.close()
            self._known.clear()
        for function in functions:
            self._number(function)

    def _number(self, function: Function) -> int:
        # With the function itself, lest another comes to lie where it lay.
        return self._known.setdefault(id(function), (len(self._known), function))[0]

    def reply(self, setting: Setting, call: bytes, deadline: stream.Deadline) -> bytes:
        """Return the encoded reply to an encoded call.

        Args:
            setting: the same object for as long as its functions keep what they remember.
            call: a frame as `wire.decode_frame` accepts it from the box, and with the fields
                of a call.

        Raises:
            SandboxError: the cases are drawn otherwise there, or somebody else killed it.
            TimeoutError: the time is over; and whatever else the deadline raises.
        """
        try:
            told = self._told(setting)
            assert self._channel is not None  # noqa: S101 - for the type checker
            stream.send_frames(self._channel, b"".join([*told, _CALL, call]), deadline)
            said, parts = stream.receive_frame(self._channel, deadline)
        except BaseException as error:
            killed = isinstance(error, stream.ClosedError) and self._was_killed()
            # The reply to a call that was given up must never be taken for that to the next.
            self.close()
            if killed:
                raise SandboxError(words.REPLIER_KILLED) from error
            if isinstance(error, wire.WireError) and not isinstance(error, ExcessError):
                # Killed by its limits; another call may do with less.
                return wire.encode({"error": "MemoryError", "message": words.ASKED_TOO_MUCH})
            raise
        if said is None:
            raise SandboxError(words.DRAWN_OTHERWISE)
        # It handled what a student sent: that it can be read as a frame from the box means that
        # nothing is in it that may not come from there.
        return b"".join(parts)

    def _told(self, setting: Setting) -> list[bytes]:
        """See that there is a process that knows all functions; return what to tell it first."""
        if setting is self._setting:
            return []
        places = {
            id(function): (number, place)
            for number, draw in enumerate(setting.draws)
            for place, function in enumerate(draw.functions)
        }
        draws = [
            (self._number(draw.make_cases), draw.before, draw.after, draw.names)
            for draw in setting.draws
        ]
        functions = [
            places.get(id(each)) or (None, self._number(each)) for each in setting.functions
        ]
        before = self._setting
        anew = before is None or before.submission is not setting.submission
        if not self._will_do(anew=anew):
            self.close()
        if self._channel is None:
            self._fork()
            anew = True
        self._setting = setting
        frame = wire.encode({"draws": draws, "functions": functions, "anew": anew})
        return [_SETTING, frame]

    def _will_do(self, *, anew: bool) -> bool:
        """Whether the process, if there is one, can go on with what is known now.

        Args:
            anew: for another submission, to which nothing may be left by those before.
        """
        if self._pid is None or self._knows < len(self._known):
            return False
        # The kernel ends it with the thread that forked it, which may not outlive this one's call.
        if self._thread is not threading.current_thread():
            return False
        if not anew:
            return True
        found = processes.process(self._pid)
        # Where the system does not say, it is taken to live.
        return found is None or (found.state != "Z" and found.resident < self._held + _LEFT_OVER)

    def _fork(self) -> None:
        """Make the process.

        Raises:
            SandboxError: there is none: its end would be taken for that of a call.
        """
        self._channel, theirs = socket.socketpair()
        judge = os.getpid()
        with theirs, warnings.catch_warnings():
            # The other threads are sandlock's; the fork never calls it.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                self._pid = os.fork()
            except OSError as error:
                raise SandboxError(words.not_started(error)) from error
            if self._pid == 0:
                try:
                    _stand_alone(theirs, judge)
                    _serve(theirs, [function for _, function in self._known.values()])
                finally:
                    os._exit(0)
        self._knows, self._thread = len(self._known), threading.current_thread()
        self._channel.settimeout(START_SECONDS)
        said = b""
        with contextlib.suppress(OSError):
            said = self._channel.recv(1)
        if said != _READY:
            raise SandboxError(words.NO_REPLIER)
        found = processes.process(self._pid)
        self._held = found.resident if found else 0

    def _was_killed(self) -> bool:
        """Whether the process that has hung up was killed by somebody else; its limits do not kill.

        What a call asks for ends it otherwise: by an exception, or by the signal for too much
        processor time.
        """
        end = time.monotonic() + _DYING_SECONDS
        while self._pid is not None and time.monotonic() < end:
            try:
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                # Who started the judge has told the kernel to forget how children end.
                return False
            if pid:
                self._pid = None
                return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            time.sleep(_DYING_GLANCE)
        return False

    def close(self) -> None:
        """End the process, if there is one."""
        self._setting = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _stand_alone(channel: socket.socket, judge: int) -> None:
    """Let the kernel kill this process with the judge, and hold nothing of the judge's.

    Somebody waits for the end of each: the box for that of its socket, a reader for that of what
    the judge prints, the parent for that of a worker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        seccomp.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != judge:
        os._exit(0)
    kept = channel.fileno()
    try:
        last = max(int(each.name) for each in Path("/dev/fd").iterdir())
    except OSError:
        last = 2**16
    os.closerange(3, kept)
    os.closerange(kept + 1, last + 1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    # What was there already is not garbage of this process: to look at it would copy its pages.
    gc.freeze()


def _serve(socket_: socket.socket, known: Sequence[Function]) -> None:
    """Reply until the judge hangs up."""
    size = address_space()
    if size is not None:
        resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, size + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    socket_.sendall(_READY)
    channel = stream.Buffered(socket_)
    functions: Sequence[Function] | None = None
    while kind := channel.recv(1):
        frame = stream.receive(channel)
        if kind == _CALL:
            answer = wire.encode(None) if functions is None else reply(frame, functions)
            stream.send_frames(channel, answer)
            continue
        if frame["anew"]:
            _begin()
        # Those of the last exercise are let go first: they may be large.
        functions = None
        functions = _drawn_again(frame, known)


def _begin() -> None:
    """Give another submission as much processor time as every one has."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = math.ceil(time.process_time()) + _SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _drawn_again(frame: dict[str, Any], known: Sequence[Function]) -> list[Function] | None:
    """Return the functions that a setting tells of, by number.

    None if what is drawn here is not what was drawn there: no number would be certain then.
    """
    draws: list[Sequence[Function]] = []
    for maker, before, after, names in frame["draws"]:
        try:
            found = draws_of(drawn(known[maker], generator(before)))
        except MemoryError:
            # What was asked before may have left too little: a new process has enough.
            raise
        except Exception:  # noqa: BLE001 - it did not raise there
            return None
        if len(found) != 1 or not found[0].is_like(after, names):
            return None
        draws.append(found[0].functions)
    return [
        known[place] if draw is None else draws[draw][place] for draw, place in frame["functions"]
    ]


def reply(frame: dict[str, Any], functions: Sequence[Function]) -> bytes:
    """Call one function; what it raises is told to the caller.  Returns an encoded frame."""
    try:
        arguments, keywords = list(frame["arguments"]), dict(frame["keywords"])
        generators = {key: generator(state) for key, state in frame.get("generators", {}).items()}
        for key, rng in generators.items():
            (keywords if isinstance(key, str) else arguments)[key] = rng
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = functions[frame["ask"]](*arguments, **keywords)
        states = {key: rng.bit_generator.state for key, rng in generators.items()}
        return wire.encode({"value": value, "generators": states})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the caller
        return wire.encode({"error": type(error).__name__, "message": str(error)[:200]})


def generator(state: Any) -> np.random.Generator:
    """Return a generator in a state that was told; one that is no state is a ValueError."""
    bits = np.random.PCG64()
    bits.state = state
    return np.random.Generator(bits)
