"""One submission inside a box: its cells, then calls to its functions.

The judge's end of the wire.  A crash, a hang or a lying frame costs the cell
or the call it happened in: a fresh child runs the rest.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from grader.box import wire
from grader.exercise import Call, Case, Get, Rng, Set
from grader.oracle import Oracle
from grader.outputs import is_number, line, read_outputs
from grader.outputs import read_answer as read_answer  # noqa: PLC0414 - for judges without a box
from grader.sandbox import Box, SandboxError
from grader.verdict import Answer, Verdict

MAX_ASKS = 20_000  # calls of the judge's functions during one call of the student's
_READY_SECONDS = 20.0
_AHEAD = 8  # questions on their way at one time
_SMALL_FRAME = 2**13  # bytes; so many frames of this size fit into a socket's buffer


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell to run; name is the exercise whose solution it is, else ""."""

    source: str
    name: str = ""
    seconds: float | None = None


@dataclass(kw_only=True)
class CellRun:
    """What a cell did; failure says why it did not end."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    success: bool = False
    failure: Answer | None = None


class Session:
    """Runs a submission's cells and calls its functions; a judge's Runner."""

    def __init__(
        self,
        box: Box,
        cells: Sequence[Cell],
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
        self._runs: list[CellRun | None] = [None] * len(cells)
        self._channel: Any = None
        self._questions: deque[_Question] = deque()
        self._dirty = False
        self._substituted: tuple[str, ...] = ()
        self._refused: Answer | None = None
        self._total = total_seconds or box.limits.total_seconds
        self._end = time.monotonic() + self._total

    @property
    def sandbox(self) -> str:
        """What confines the student's code."""
        return self._box.name

    def run(self) -> list[CellRun]:
        """Run the cells; one that hangs or kills the process is skipped from then on.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        while not self._start():
            pass
        return [run or CellRun() for run in self._runs]

    def _start(self) -> bool:
        """Run all cells that are not known to fail in a fresh child; False if one did not end."""
        self.close()
        self._dirty = False
        self._substituted = ()
        todo = [i for i, run in enumerate(self._runs) if run is None or run.failure is None]
        if not self._is_over():
            try:
                self._channel = self._fresh_child(todo)
            except wire.UnplainError as error:
                message = f"the notebook or its files cannot be run: {error}"
                self._refused = Answer(failure=Verdict.CRASHED, message=message)
        if self._channel is None:
            for index in todo:
                self._runs[index] = CellRun(failure=self._why_not())
            return True
        index = todo[0] if todo else 0
        try:
            for index in todo:
                self._runs[index] = self._cell_run(index)
        except (wire.WireError, TimeoutError) as error:
            self._runs[index] = CellRun(failure=self._failure(error, "cell"))
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
                wire.send(channel, start, lambda end=end: end - time.monotonic())  # type: ignore[misc]
                wire.receive(channel, lambda end=end: end - time.monotonic())  # type: ignore[misc]
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

    def _cell_run(self, index: int) -> CellRun:
        seconds = self._cells[index].seconds or self._box.limits.cell_seconds
        frame = wire.receive(self._channel, self._until(seconds))
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), index):
            raise wire.WireError("a frame came out of turn")
        return CellRun(
            outputs=read_outputs(frame.get("outputs")), success=frame.get("success") is True
        )

    def _until(self, seconds: float) -> wire.Deadline:
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
        if isinstance(error, wire.ClosedError):
            return Answer(
                failure=Verdict.CRASHED,
                message=f"the process ended while the {what} ran (exit, signal or memory)",
            )
        return Answer(failure=Verdict.CRASHED, message=f"the {what} was stopped: {error}")

    def ask(
        self,
        name: str,
        case: Case,
        substitutes: Mapping[str, Callable[..., Any]],
        ahead: Sequence[Case] = (),
    ) -> Answer:
        """Call the student's `name` once; see `grader.judge.Runner`."""
        wanted = tuple(sorted(substitutes))
        broken = self._broken_cell(name)
        gave_up = broken is not None and broken.failure in (Verdict.TIMED_OUT, Verdict.CRASHED)
        # With and without substitutes are different forks, so that no state is carried over.
        if not gave_up and (self._channel is None or self._dirty or wanted != self._substituted):
            self.run()
            self._substituted = wanted
            broken = self._broken_cell(name)
        if broken is not None and broken.failure in (Verdict.TIMED_OUT, Verdict.CRASHED):
            return broken
        if self._channel is None:
            return self._why_not()
        try:
            answer = self._call(name, case, substitutes, ahead)
        except (wire.WireError, TimeoutError) as error:
            self.close()
            return self._failure(error, "call")
        if answer.failure is Verdict.OUT_OF_MEMORY:
            self._dirty = True
        if answer.failure is Verdict.MISSING and broken is not None:
            return broken
        return answer

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

    def _call(
        self,
        name: str,
        case: Case,
        substitutes: Mapping[str, Callable[..., Any]],
        ahead: Sequence[Case],
    ) -> Answer:
        left = self._until(case.seconds)
        question = self._question(name, case, substitutes, left)
        # The next cases go out before this one is answered: the child need not wait for us.
        for following in ahead[: _AHEAD - len(self._questions)]:
            if not self._send_ahead(name, following, left):
                break
        self._questions.popleft()
        with Oracle(question.functions, own=question.own) as oracle:
            for _ in range(MAX_ASKS):
                frame = wire.receive(self._channel, left)
                if not isinstance(frame, dict):
                    raise wire.WireError("a frame came out of turn")
                if "ask" not in frame:
                    return read_answer(frame, question.number)
                wire.send(self._channel, oracle.answer(frame, left), left)
        raise wire.WireError(f"it called a given function more than {MAX_ASKS} times")

    def _question(
        self,
        name: str,
        case: Case,
        substitutes: Mapping[str, Callable[..., Any]],
        left: wire.Deadline,
    ) -> _Question:
        """Return the question of this case: sent ahead already, or sent now."""
        while self._questions and self._questions[0].case is not case:
            # Sent ahead for an exercise that was given up: its answer is of no use any more.
            read_answer(wire.receive(self._channel, left), self._questions.popleft().number)
        if not self._questions:
            question = _Question(name, case, substitutes)
            wire.send(self._channel, question.request, left)
            self._questions.append(question)
        return self._questions[0]

    def _send_ahead(self, name: str, case: Case, left: wire.Deadline) -> bool:
        """Send the question of a later case, if that can neither block nor confuse.

        A child that asks something back reads the answer from the same channel: no
        other question may stand before it.
        """
        if any(known.case is case for known in self._questions):
            return True
        question = _Question(name, case, {})
        alone = (
            bool(self._substituted or question.functions or self._questions[-1].functions)
            or case.megabytes is not None
            or self._questions[-1].case.megabytes is not None
        )
        if alone or len(wire.encode(question.request)) > _SMALL_FRAME:
            return False
        wire.send(self._channel, question.request, left)
        self._questions.append(question)
        return True

    def close(self) -> None:
        """End the child and everything it started."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            self._questions.clear()
            self._box.end_child(channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Question:
    """A call on its way: the request, its number, and the functions it was given."""

    def __init__(
        self, name: str, case: Case, substitutes: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.case = case
        self.functions: list[Callable[..., Any]] = []
        # Not to be guessed: an answer that was prepared before the question is told apart.
        self.number = secrets.randbits(48)
        self.request: dict[str, Any] = {
            "call": self.number,
            "name": name,
            "arguments": _outgoing(case.arguments, self._numbered),
            "keywords": {k: _outgoing(value, self._numbered) for k, value in case.keywords.items()},
            "steps": [plain_step(step) for step in case.then],
            "megabytes": case.megabytes,
        }
        self.own = len(self.functions)
        self.request["substitutes"] = {k: self._numbered(f) for k, f in substitutes.items()}

    def _numbered(self, function: Callable[..., Any]) -> wire.Function:
        self.functions.append(function)
        return wire.Function(len(self.functions) - 1)


def _outgoing(value: Any, number: Callable[[Callable[..., Any]], wire.Function]) -> Any:
    if isinstance(value, Rng):
        return wire.Generator(value.seed)
    if isinstance(value, list):
        return [_outgoing(item, number) for item in value]
    if isinstance(value, tuple):
        return tuple(_outgoing(item, number) for item in value)
    return number(value) if callable(value) else value


def plain_step(step: Any) -> tuple[Any, ...]:
    """Return a step as it crosses the wire: ("call", method, ...), ("get", name), ("set", ...)."""
    if isinstance(step, Call):
        return ("call", step.method, *step.arguments)
    if isinstance(step, Set):
        return ("set", step.attribute, step.value)
    assert isinstance(step, Get)  # noqa: S101 - for the type checker
    return ("get", step.attribute)
