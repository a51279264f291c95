"""An ordinary notebook in a box: its cells run one after another, as a kernel runs them.

Nothing runs twice, unlike in a Session: what a cell did stands.  A cell whose time is
over is interrupted, and what it defined by then is there for the next one; where a cell
ends the process, those below it do not run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.box import stream, wire
from grader.box.limited import Bound
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words
from grader.sandbox.box import Box
from grader.sandbox.cells import Run
from grader.sandbox.child import opened
from grader.sandbox.limits import ExcessError, Limits
from grader.sandbox.outputs import is_number, read_outputs
from grader.sandbox.scratch import Given

_BOUNDS = frozenset(Bound)
_GRACE_SECONDS = 5.0  # for a cell that was interrupted
Answering = Callable[[dict[str, Any], stream.Deadline], dict[str, Any]]


class Kernel:
    """One process in a box, for one notebook.

    Attributes:
        end: of its time, on the monotonic clock.
    """

    def __init__(
        self,
        box: Box,
        limits: Limits,
        *,
        files: Mapping[str, Path],
        environment: Mapping[str, str],
        end: float | None = None,
    ) -> None:
        """Start it.

        Args:
            files: what lies beside the notebook, by its name there.
            environment: variables that the notebook finds.
            end: of its time, where it is not the first process for a notebook.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        self._box, self._limits = box, limits
        self._channel = opened(
            box, limits, {}, copied=files, environment=environment, own_first=True
        )
        self._stream = stream.Buffered(self._channel)
        self.end = time.monotonic() + limits.total_seconds if end is None else end
        self._count = 0
        self._ended: Answer | None = None

    @property
    def ended(self) -> Answer | None:
        """Why nothing runs here any more, if so."""
        if self._ended is None and time.monotonic() >= self.end:
            self._ended = self._out_of_time()
        return self._ended

    def run(
        self,
        source: str,
        seconds: float,
        *,
        strangers: Mapping[str, Any] | None = None,
        answer: Answering | None = None,
    ) -> Run:
        """Run a cell within a time; one below a cell that ended the process does not run.

        Args:
            strangers: names of another process, as `look` has found them there.
            answer: answers for their functions.
        """
        if self.ended is not None:
            return Run(failure=self.ended, bound=self._over())
        self._count += 1
        try:
            frame = {"cell": self._count, "source": source, "strangers": dict(strangers or {})}
            deadline = self._until(seconds)
            stream.send(self._stream, frame, deadline)
            return self._heard(deadline, answer)
        except TimeoutError:
            return self._interrupted()
        except wire.UnplainError as error:
            message = words.cell_not_sent(error)
            return Run(failure=Answer(failure=Verdict.CRASHED, message=message))
        except wire.WireError as error:
            return self._gone(error)

    def _interrupted(self) -> Run:
        """Interrupt the cell, and keep what it did by then; the process may end by that."""
        late = Answer(failure=Verdict.TIMED_OUT, message=words.CELL.too_slow)
        if time.monotonic() >= self.end:
            late = self._ended = self._out_of_time()
        self._box.interrupt()
        end = time.monotonic() + _GRACE_SECONDS
        try:
            run = self._heard(lambda: end - time.monotonic(), None)
        except (TimeoutError, wire.WireError):
            self._ended = self._ended or _stuck()
            run = Run()
        run.success, run.failure = False, late
        run.bound = self._over() or Bound.CELL_SECONDS
        return run

    def _heard(self, deadline: stream.Deadline, answer: Answering | None) -> Run:
        frame: Any = stream.receive(self._stream, deadline)
        while answer is not None and isinstance(frame, dict) and "ask" in frame:
            try:
                stream.send(self._stream, answer(frame, deadline), deadline)
            except wire.UnplainError as error:
                raise wire.WireError(words.not_passed_on(error)) from error
            frame = stream.receive(self._stream, deadline)
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), self._count):
            raise wire.WireError(words.OUT_OF_TURN)
        outputs = read_outputs(frame.get("outputs"))
        told = frame.get("bound")
        bound = Bound(told) if isinstance(told, str) and told in _BOUNDS else None
        return Run(outputs=outputs, success=frame.get("success") is True, bound=bound)

    def look(self, names: Sequence[str], made: Sequence[str], seconds: float) -> dict[str, Any]:
        """Return what names mean here, as `grader.box.names.look` says; nothing if it is gone."""
        request = {"look": None, "names": list(names), "made": list(made)}
        reply = None if self.ended else self._asked(request, self._until(seconds))
        if reply is None or not isinstance(found := reply.get("found"), dict):
            return {}
        return {
            "found": {
                name: found[name] if _is_found(found.get(name)) else {"kind": "missing"}
                for name in names
            },
            "reads": reply.get("reads") is not False,
            "chance": reply.get("chance"),
        }

    def use(self, request: dict[str, Any], deadline: stream.Deadline) -> dict[str, Any] | None:
        """Call what a name means here; return what `grader.box.names.use` does.

        Returns:
            None if that ended the process, or took too long.
        """
        if self.ended is not None:
            return None
        mine = self._until(self._limits.total_seconds)
        return self._asked({"use": None, **request}, lambda: min(deadline(), mine()))

    def _asked(self, request: dict[str, Any], deadline: stream.Deadline) -> dict[str, Any] | None:
        """Send a request under a number of its own; return the reply, None if there is none."""
        kind = next(iter(request))
        self._count += 1
        try:
            stream.send(self._stream, {**request, kind: self._count}, deadline)
            return self._reply(kind, deadline)
        except TimeoutError:
            self._box.interrupt()
        except wire.WireError as error:
            self._gone(error)
            return None
        end = time.monotonic() + _GRACE_SECONDS
        try:
            self._reply(kind, lambda: end - time.monotonic())
        except (TimeoutError, wire.WireError):
            self._ended = self._ended or _stuck()
        return None

    def _reply(self, kind: str, deadline: stream.Deadline) -> dict[str, Any]:
        reply: Any = stream.receive(self._stream, deadline)
        if not isinstance(reply, dict) or not is_number(reply.get(kind), self._count):
            raise wire.WireError(words.OUT_OF_TURN)
        return reply

    def _gone(self, error: wire.WireError) -> Run:
        """Return the run of the cell that ended the process."""
        closed = isinstance(error, stream.ClosedError)
        why = words.CELL.process_ended if closed else words.CELL.stopped_by(error)
        self._ended = Answer(failure=Verdict.CRASHED, message=words.ENDED_ABOVE)
        bound = error.bound if isinstance(error, ExcessError) else Bound.ENDED if closed else None
        return Run(failure=Answer(failure=Verdict.CRASHED, message=why), bound=bound)

    def _over(self) -> Bound | None:
        """Return the bound by which the notebook as a whole has ended, if it is its time."""
        late = self._ended is not None and self._ended.failure is Verdict.TIMED_OUT
        return Bound.TOTAL_SECONDS if late else None

    def _out_of_time(self) -> Answer:
        message = words.notebook_too_slow(self._limits.total_seconds)
        return Answer(failure=Verdict.TIMED_OUT, message=message)

    def _until(self, seconds: float) -> stream.Deadline:
        """Return the deadline of what begins now; asking it also looks at what is used."""
        end = min(time.monotonic() + seconds, self.end)

        def left() -> float:
            self._box.look(self._limits)
            return end - time.monotonic()

        return left

    def close(self, keep: Callable[[Path, Given], None] | None = None) -> None:
        """End it and all that it started, once; see `Box.end_child` for what may be kept."""
        # A box with nothing to end would be waited for, and replaced.
        if self._channel.fileno() != -1:
            self._box.end_child(self._channel, keep)


def _stuck() -> Answer:
    return Answer(failure=Verdict.CRASHED, message=words.NOT_INTERRUPTED)


def _is_found(entry: Any) -> bool:
    """Whether an entry of a reply to `look` has the form that it should have."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in _NEEDS:
        return False
    return all(name in entry and isinstance(entry[name], t) for name, t in _NEEDS[kind].items())


_NEEDS: Mapping[str, Mapping[str, type]] = {
    "function": {},
    "value": {"value": object},
    "module": {"module": str, "name": str},
    "imported": {"module": str, "name": str},
    "other": {"type": str, "known": bool},
    "missing": {},
}
