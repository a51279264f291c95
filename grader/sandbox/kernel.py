"""An ordinary notebook in a box: its cells run one after another, as a kernel runs them.

Nothing runs twice, unlike in a Session: what a cell did stands.  A cell whose time is
over is interrupted, and what it defined by then is there for the next one; where a cell
ends the process, those below it do not run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.box import stream, wire
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words
from grader.sandbox.box import Box
from grader.sandbox.cells import Run
from grader.sandbox.child import opened
from grader.sandbox.limits import Limits
from grader.sandbox.outputs import is_number, read_outputs
from grader.sandbox.scratch import Given

_GRACE_SECONDS = 5.0  # for a cell that was interrupted


class Kernel:
    """One process in a box, for one notebook."""

    def __init__(
        self,
        box: Box,
        limits: Limits,
        *,
        files: Mapping[str, Path],
        environment: Mapping[str, str],
    ) -> None:
        """Start it.

        Args:
            files: what lies beside the notebook, by its name there.
            environment: variables that the notebook finds.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        self._box, self._limits = box, limits
        self._channel = opened(
            box, limits, {}, copied=files, environment=environment, own_first=True
        )
        self._stream = stream.Buffered(self._channel)
        self._end = time.monotonic() + limits.total_seconds
        self._count = 0
        self._ended: Answer | None = None

    def run(self, source: str, seconds: float) -> Run:
        """Run a cell within a time; one below a cell that ended the process does not run."""
        if self._ended is None and time.monotonic() >= self._end:
            self._ended = self._out_of_time()
        if self._ended is not None:
            return Run(failure=self._ended)
        self._count += 1
        try:
            frame = {"cell": self._count, "source": source}
            stream.send(self._stream, frame, self._until(seconds))
            return self._heard(self._until(seconds))
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
        if time.monotonic() >= self._end:
            late = self._ended = self._out_of_time()
        self._box.interrupt()
        end = time.monotonic() + _GRACE_SECONDS
        try:
            run = self._heard(lambda: end - time.monotonic())
        except (TimeoutError, wire.WireError):
            self._ended = self._ended or Answer(
                failure=Verdict.CRASHED, message=words.NOT_INTERRUPTED
            )
            return Run(failure=late)
        run.success, run.failure = False, late
        return run

    def _heard(self, deadline: stream.Deadline) -> Run:
        frame: Any = stream.receive(self._stream, deadline)
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), self._count):
            raise wire.WireError(words.OUT_OF_TURN)
        outputs = read_outputs(frame.get("outputs"))
        return Run(outputs=outputs, success=frame.get("success") is True)

    def _gone(self, error: wire.WireError) -> Run:
        """Return the run of the cell that ended the process."""
        closed = isinstance(error, stream.ClosedError)
        why = words.CELL.process_ended if closed else words.CELL.stopped_by(error)
        self._ended = Answer(failure=Verdict.CRASHED, message=words.ENDED_ABOVE)
        return Run(failure=Answer(failure=Verdict.CRASHED, message=why))

    def _out_of_time(self) -> Answer:
        message = words.notebook_too_slow(self._limits.total_seconds)
        return Answer(failure=Verdict.TIMED_OUT, message=message)

    def _until(self, seconds: float) -> stream.Deadline:
        """Return the deadline of what begins now; asking it also looks for misuse of the box."""
        end = min(time.monotonic() + seconds, self._end)

        def left() -> float:
            misuse = self._box.misuse(self._limits)
            if misuse:
                raise wire.WireError(misuse)
            return end - time.monotonic()

        return left

    def close(self, keep: Callable[[Path, Given], None] | None = None) -> None:
        """End it and all that it started, once; see `Box.end_child` for what may be kept."""
        # A box with nothing to end would be waited for, and replaced.
        if self._channel.fileno() != -1:
            self._box.end_child(self._channel, keep)
