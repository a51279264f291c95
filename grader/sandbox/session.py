"""One submission inside a box: its cells, then calls to its functions.

The judge's end of the wire.  A crash, a hang or a lying frame costs the cell
or the call it happened in: a fresh child runs the rest.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from grader.box import stream, wire
from grader.exercise import Case
from grader.judge.argument import outgoing
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox.box import Box, SandboxError
from grader.sandbox.oracle import Oracle
from grader.sandbox.outputs import is_number, line, read_answer, read_outputs
from grader.submission.code import Code

MAX_ASKS = 20_000  # calls of the judge's functions during one call of the student's
_READY_SECONDS = 20.0
# Bytes of questions on their way at one time: so much fits into a socket's buffer, so that
# judge and child never wait for each other to read.
_AHEAD = 2**16


@dataclass(kw_only=True)
class Run:
    """What a cell did; failure says why it did not end."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    success: bool = False
    failure: Answer | None = None


class Session:
    """Runs a submission's cells and calls its functions; a judge's Runner."""

    def __init__(
        self,
        box: Box,
        cells: Sequence[Code],
        files: Mapping[str, bytes],
        *,
        total_seconds: float | None = None,
    ) -> None:
        """Prepare a submission.

        Args:
            cells: what to run, in order.
            files: what lies in the working folder.
            total_seconds: overrides the box's limit for the whole submission.
        """
        self._box, self._cells, self._files = box, cells, dict(files)
        self._runs: list[Run | None] = [None] * len(cells)
        self._socket: Any = None
        self._channel: Any = None
        self._unsent: deque[_Question] = deque()
        self._sent: deque[_Question] = deque()
        self._overdue: list[_Question] = []
        self._stand_ins: dict[str, Callable[..., Any]] = {}
        self._oracle = Oracle()
        self._substituted = False
        self._refused: Answer | None = None
        self._total = total_seconds or box.limits.total_seconds
        self._end = time.monotonic() + self._total

    @property
    def sandbox(self) -> str:
        """What confines the student's code."""
        return self._box.name

    def run(self) -> list[Run]:
        """Run the cells; one that hangs or kills the process is skipped from then on.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        while not self._start():
            pass
        return [run or Run() for run in self._runs]

    def _start(self) -> bool:
        """Run all cells that are not known to fail in a fresh child; False if one did not end."""
        self.close()
        self._substituted = False
        todo = [i for i, run in enumerate(self._runs) if run is None or run.failure is None]
        if not self._is_over():
            try:
                self._socket = self._fresh_child(todo)
                self._channel = stream.Buffered(self._socket)
            except wire.UnplainError as error:
                message = f"the notebook or its files cannot be run: {error}"
                self._refused = Answer(failure=Verdict.CRASHED, message=message)
        if self._channel is None:
            for index in todo:
                self._runs[index] = Run(failure=self._why_not())
            return True
        index = todo[0] if todo else 0
        try:
            for index in todo:
                self._runs[index] = self._cell_run(index)
        except (wire.WireError, TimeoutError) as error:
            self._runs[index] = Run(failure=self._failure(error, "cell"))
            self.close()
            return False
        return True

    def _fresh_child(self, todo: Sequence[int]) -> Any:
        """Return the channel to a child that is about to run cells.

        What goes wrong until then is the box's own failure: no line of the
        submission has run.
        """
        limits = self._box.limits
        start = {
            "files": self._files,
            "limits": {
                "memory": limits.memory,
                "cpu": limits.cpu,
                "file": limits.file,
                "processes": limits.processes,
            },
            "cells": [(i, self._cells[i].source) for i in todo],
        }
        for _ in range(2):
            try:
                channel = self._box.open()
            except SandboxError:
                self._box.replace()
                continue
            end = time.monotonic() + _READY_SECONDS
            try:
                stream.send(channel, start, lambda end=end: end - time.monotonic())  # type: ignore[misc]
                stream.receive(channel, lambda end=end: end - time.monotonic())  # type: ignore[misc]
            except wire.UnplainError:
                self._box.end_child(channel)
                raise
            except (wire.WireError, TimeoutError):
                self._box.end_child(channel)
                self._box.replace()
            else:
                return channel
        raise SandboxError(
            "the box does not start a process for this submission; run 'grader doctor'"
        )

    def _cell_run(self, index: int) -> Run:
        seconds = self._cells[index].seconds or self._box.limits.cell_seconds
        frame = stream.receive(self._channel, self._until(seconds))
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), index):
            raise wire.WireError("a frame came out of turn")
        return Run(outputs=read_outputs(frame.get("outputs")), success=frame.get("success") is True)

    def _until(self, seconds: float) -> stream.Deadline:
        """Return the deadline of what begins now; asking it also looks for misuse of the box."""
        end = min(time.monotonic() + seconds, self._end)

        def left() -> float:
            misuse = self._box.misuse()
            if misuse:
                raise wire.WireError(misuse)
            return end - time.monotonic()

        return left

    def _is_over(self) -> bool:
        return time.monotonic() >= self._end

    def _why_not(self) -> Answer:
        """Say why the submission runs no further."""
        if self._refused is not None:
            return self._refused
        message = f"the notebook as a whole was stopped: it took longer than {self._total:.0f} s"
        return Answer(failure=Verdict.TIMED_OUT, message=message)

    def _failure(self, error: Exception, what: str) -> Answer:
        """Say what a broken connection means for the student."""
        if isinstance(error, TimeoutError):
            if self._is_over():
                return self._why_not()
            return Answer(
                failure=Verdict.TIMED_OUT, message=f"the {what} was stopped: it took too long"
            )
        if isinstance(error, stream.ClosedError):
            return Answer(
                failure=Verdict.CRASHED,
                message=f"the process ended while the {what} ran (exit, signal or memory)",
            )
        return Answer(failure=Verdict.CRASHED, message=f"the {what} was stopped: {error}")

    def ask(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> Iterator[Answer]:
        """Call the student's `name` for each case; see `grader.judge.judging.Runner`."""
        self._overdue += self._sent
        self._sent.clear()
        if not self._stand_ins.keys() >= substitutes.keys():
            self._stand_ins.update(substitutes)
            self._oracle.close()
            self._oracle = Oracle(list(self._stand_ins.values()))
        numbers = {other: wire.Function(i) for i, other in enumerate(self._stand_ins)}
        stand_ins = {other: numbers[other] for other in substitutes}
        withheld = {numbers[other].number for other in numbers.keys() - substitutes.keys()}
        functions = list(self._stand_ins.values())
        self._unsent = deque(
            _Question(name, case, stand_ins, functions, withheld) for case in cases
        )
        self._oracle.take(functions[len(self._stand_ins) :])
        # The first questions go out before anybody asks for an answer: both sides can work.
        substituted = bool(substitutes)
        return self._answers(name, substituted, self._send(name, substituted=substituted))

    def _answers(self, name: str, substituted: bool, refusal: Answer | None) -> Iterator[Answer]:
        while self._sent or self._unsent:
            if refusal is None:
                yield self._receive(name)
            else:
                self._unsent.popleft()
                yield refusal
            if self._unsent and self._on_their_way() < _AHEAD // 2:
                refusal = self._send(name, substituted=substituted)

    def _send(self, name: str, *, substituted: bool) -> Answer | None:
        """Send questions, as many as may be on their way; return why there is no use, if so."""
        broken = self._broken_cell(name)
        gave_up = broken is not None and broken.failure in (Verdict.TIMED_OUT, Verdict.CRASHED)
        # With and without substitutes are different forks, so that no state is carried over.
        if not gave_up and (self._channel is None or substituted != self._substituted):
            self.run()
            self._substituted = substituted
            broken = self._broken_cell(name)
        if broken is not None and broken.failure in (Verdict.TIMED_OUT, Verdict.CRASHED):
            return broken
        if self._channel is None:
            return self._why_not()
        size = self._on_their_way()
        frames = []
        while self._unsent:
            question = self._unsent[0]
            size += len(question.frame)
            # One at a time may be large: while the child has no other, it does nothing but read.
            if self._sent and (size > _AHEAD or question.alone or self._sent[-1].alone):
                break
            frames.append(question.frame)
            self._sent.append(self._unsent.popleft())
        try:
            left = self._until(self._sent[0].case.seconds)
            stream.send_frames(self._channel, b"".join(frames), left)
        except (wire.WireError, TimeoutError) as error:
            return self._lost(error)
        return None

    def _on_their_way(self) -> int:
        """Return the bytes of the questions that were sent and not answered yet."""
        return sum(len(question.frame) for question in self._sent)

    def _receive(self, name: str) -> Answer:
        """Return the answer to the first question that was sent."""
        question = self._sent[0]
        try:
            answer = self._answer(question)
        except (wire.WireError, TimeoutError) as error:
            self._sent.popleft()
            return self._lost(error)
        self._sent.popleft()
        if answer.failure is Verdict.OUT_OF_MEMORY:
            # What it allocated may still be there: the rest is asked in a fresh child.
            self.close()
        if answer.failure is Verdict.MISSING:
            return self._broken_cell(name) or answer
        return answer

    def _answer(self, question: _Question) -> Answer:
        left = self._until(question.case.seconds)
        while self._overdue:
            # Of an exercise that was given up: its answer is of no use any more.
            read_answer(stream.receive(self._channel, left), self._overdue.pop(0).number)
        for _ in range(MAX_ASKS):
            frame = stream.receive(self._channel, left)
            if not isinstance(frame, dict):
                raise wire.WireError("a frame came out of turn")
            if "ask" not in frame:
                return read_answer(frame, question.number)
            reply = self._oracle.answer(frame, left, withheld=question.withheld)
            stream.send_frames(self._channel, reply, left)
        raise wire.WireError(f"it called a given function more than {MAX_ASKS} times")

    def _lost(self, error: Exception) -> Answer:
        """End the child; return what became of the question that it worked on."""
        self.close()
        return self._failure(error, "call")

    def _broken_cell(self, name: str) -> Answer | None:
        """Return why the cell that should define name did not end well, if so."""
        for cell, run in zip(self._cells, self._runs, strict=True):
            if cell.name != name or run is None or run.success:
                continue
            if run.failure is not None:
                return run.failure
            errors = [item for item in run.outputs if item["output_type"] == "error"]
            told = errors[-1] if errors else {"ename": "Error", "evalue": ""}
            not_done = told["ename"] == "NotImplementedError"
            return Answer(
                failure=Verdict.NOT_ATTEMPTED if not_done else Verdict.RAISED,
                message=line(f"the cell does not run: {told['ename']}: {told['evalue']}"[:200]),
            )
        return None

    def close(self) -> None:
        """End the child and everything it started; questions without an answer are unsent again."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self._overdue.clear()
        self._oracle.close()
        if self._channel is not None:
            self._channel = None
            self._box.end_child(self._socket)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Question:
    """A call to make: its number, and the frame that asks for it."""

    def __init__(
        self,
        name: str,
        case: Case,
        stand_ins: Mapping[str, wire.Function],
        functions: list[Callable[..., Any]],
        withheld: Collection[int],
    ) -> None:
        """Prepare.

        Args:
            stand_ins: what answers for functions of the notebook.
            functions: all that the judge answers, by number; those of this case are added.
            withheld: the numbers of those that it does not answer for this question.
        """
        self.case, self.withheld = case, withheld
        # Not to be guessed: an answer that was prepared before the question is told apart.
        self.number = secrets.randbits(48)
        arguments, keywords, steps = outgoing(case, functions)
        self._request = {
            "call": self.number,
            "name": name,
            "arguments": arguments,
            "keywords": keywords,
            "steps": steps,
            "megabytes": case.megabytes,
            "substitutes": stand_ins,
        }

    @cached_property
    def frame(self) -> bytes:
        """The encoded frame; made when it is needed, for arguments can be large."""
        return wire.encode(self._request)

    @property
    def alone(self) -> bool:
        """Whether no other question may be on its way at the same time: memory is counted."""
        return self.case.megabytes is not None
