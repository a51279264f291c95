"""Answer the student's calls of the judge's functions.

The functions are trusted, their arguments are not: a size of a billion or a
million steps would starve the judge.  So a fork of the judge answers, with
limits on its memory and time, while the judge passes the frames on and keeps
the time.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from grader.box import seccomp, stream, wire
from grader.sandbox import words

Function = Callable[..., Any]

# What an honest solution asks of a reference: arrays of its case's sizes, now and then.
MOST_REFERENCED = 2_000  # calls of references for one question
_ROOM, _LEAST_ROOM = 64, 10_000  # entries of all arrays: so many times the case's, at least
_SIDE_ROOM, _LEAST_SIDE = 8, 64  # the longest side of an array, likewise
_LEAF_ROOM, _LEAST_LEAVES = 8, 64  # arrays and numbers of one call, likewise
_MEMORY = 2**30
_MAX_GENERATORS = 8
_PR_SET_PDEATHSIG = 1
_SECONDS = 120  # of processor time: as much as a submission has itself


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How large a call may be; without an entry, an array still has sides.

    Attributes:
        entries: of all arrays of the call together.
        side: the longest side of one of them.
        leaves: arrays, numbers and texts.
    """

    entries: int
    side: int
    leaves: int

    @classmethod
    def of(cls, given: Any) -> Bounds:
        """Return the bounds of calls that a case leads to, by what it gives."""
        entries, side, leaves = _measured(given)
        return cls(
            entries=max(_ROOM * entries, _LEAST_ROOM),
            side=max(_SIDE_ROOM * side, _LEAST_SIDE),
            leaves=max(_LEAF_ROOM * leaves, _LEAST_LEAVES),
        )

    def hold(self, frame: Any) -> bool:
        """Whether a call is no larger."""
        entries, side, leaves = _measured(frame)
        return entries <= self.entries and side <= self.side and leaves <= self.leaves


def _measured(value: Any) -> tuple[int, int, int]:
    """Return the entries, the longest side and the number of leaves of nested data.

    A side of 0 counts as 1: what is computed from an empty array may be large.
    """
    entries = side = leaves = 0
    for part in _parts(value):
        leaves += 1
        if isinstance(part, np.ndarray):
            entries += math.prod(max(n, 1) for n in part.shape)
            side = max(side, *part.shape, 0) if part.shape else side
        elif isinstance(part, str | bytes):
            entries += len(part)
        elif type(part) is int:
            # It may be a size.
            side = max(side, min(abs(part), 2**62))
    return entries, side, leaves


class Oracle:
    """Answers for functions by number: first references, then the cases' own functions."""

    def __init__(self, references: Sequence[Function] = (), own: Sequence[Function] = ()) -> None:
        """Prepare.

        Args:
            references: stand in for the student's functions.
            own: arguments of cases.
        """
        self._references, self._own = _Fork(references), _Fork(own)

    def beside(self, own: Sequence[Function]) -> Oracle:
        """Return one for other cases; the references answer for both, and end with this one."""
        other = Oracle(own=own)
        other._references = self._references
        return other

    def done(self) -> None:
        """End what answers for the cases' own functions."""
        self._own.close()

    def answer(
        self,
        frame: dict[str, Any],
        deadline: stream.Deadline,
        *,
        withheld: Collection[int] = (),
        bounds: Bounds | None = None,
    ) -> bytes:
        """Answer one call, with an encoded frame.

        Args:
            withheld: functions that do not answer now.
            bounds: of what a reference may be asked; it is no oracle for other cases.

        Raises:
            WireError: there is no such function, or no such way to call it.
            TimeoutError: the time is over.
        """
        count = len(self._references.functions)
        if not _fits(frame, count + len(self._own.functions)) or frame["ask"] in withheld:
            raise wire.WireError(words.UNKNOWN_FUNCTION)
        if frame["ask"] < count:
            if bounds is not None and not bounds.hold([frame["arguments"], frame["keywords"]]):
                raise wire.WireError(words.MORE_THAN_ITS_CASE)
            return self._references.answer(frame, deadline)
        return self._own.answer({**frame, "ask": frame["ask"] - count}, deadline)

    def close(self) -> None:
        """End the forks, if there are any."""
        self._references.close()
        self.done()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Fork:
    """Answers for some functions in a process of its own, which is made when it is needed."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self.functions = functions
        self._pid: int | None = None
        self._channel: socket.socket | None = None

    def answer(self, frame: dict[str, Any], deadline: stream.Deadline) -> bytes:
        try:
            if self._channel is None:
                self._fork()
            assert self._channel is not None  # noqa: S101 - for the type checker
            stream.send(self._channel, frame, deadline)
            # Encoded anew: the fork handled what a student sent, and is believed no more than that.
            return wire.encode(stream.receive(self._channel, deadline))
        except wire.UnplainError as error:
            raise wire.WireError(words.called_with(error)) from error
        except wire.WireError:
            # Killed by its limits; another call may do with less.
            self.close()
            return wire.encode({"error": "MemoryError", "message": words.ASKED_TOO_MUCH})

    def _fork(self) -> None:
        self._channel, theirs = socket.socketpair()
        with warnings.catch_warnings():
            # The other threads are sandlock's; the fork never calls it.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            try:
                _end_with_the_judge()
                self._channel.close()
                _serve(theirs, self.functions)
            finally:
                os._exit(0)
        theirs.close()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None


def _end_with_the_judge() -> None:
    """Let the kernel kill this process with the judge, whatever it is at."""
    if sys.platform == "linux":
        seccomp.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _fits(frame: dict[str, Any], count: int) -> bool:
    which, keywords = frame["ask"], frame.get("keywords")
    generators = frame.get("generators", {})
    return (
        type(which) is int
        and 0 <= which < count
        and isinstance(frame.get("arguments"), tuple)
        and isinstance(keywords, dict)
        and all(isinstance(key, str) for key in keywords)
        and isinstance(generators, dict)
        and len(generators) <= _MAX_GENERATORS
    )


def _serve(channel: socket.socket, functions: Sequence[Function]) -> None:
    """Answer until the judge hangs up."""
    from grader.box.calls import address_space  # noqa: PLC0415 - needed in the fork alone

    size = address_space()
    if size is not None:
        resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, size + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    while True:
        stream.send_frames(channel, reply(stream.receive(channel), functions))


def _parts(value: Any) -> Iterator[Any]:
    """Yield all that nested data consists of."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    else:
        yield value


def reply(frame: dict[str, Any], functions: Sequence[Function]) -> bytes:
    """Call one function; what it raises is told to the caller.  Returns an encoded frame."""
    try:
        arguments, keywords = list(frame["arguments"]), dict(frame["keywords"])
        generators = {key: _generator(state) for key, state in frame.get("generators", {}).items()}
        for key, rng in generators.items():
            (keywords if isinstance(key, str) else arguments)[key] = rng
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = functions[frame["ask"]](*arguments, **keywords)
        states = {key: rng.bit_generator.state for key, rng in generators.items()}
        return wire.encode({"value": value, "generators": states})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the caller
        return wire.encode({"error": type(error).__name__, "message": str(error)[:200]})


def _generator(state: Any) -> np.random.Generator:
    """Return a generator in a state that the box told; one that is no state is a ValueError."""
    bits = np.random.PCG64()
    bits.state = state
    return np.random.Generator(bits)
