"""One submission inside a box: its cells, then calls to its functions.

The judge's end of the wire.  A crash, a hang or a lying frame costs the cell
or the call it happened in: a fresh child runs the rest.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.box import wire
from grader.exercise import Call, Case, Get, Rng, Set
from grader.sandbox import Box
from grader.verdict import Answer, Verdict

MAX_ASKS = 20_000  # calls of the judge's functions during one call of the student's
_FAILURES = {
    verdict.value: verdict
    for verdict in (
        Verdict.NOT_ATTEMPTED,
        Verdict.RAISED,
        Verdict.OUT_OF_MEMORY,
        Verdict.MISSING,
        Verdict.WRONG_TYPE,
    )
}


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
        self._dirty = False
        self._substituted: tuple[str, ...] = ()
        self._end = time.monotonic() + (total_seconds or box.limits.total_seconds)

    @property
    def sandbox(self) -> str:
        """What confines the student's code."""
        return self._box.name

    def run(self) -> list[CellRun]:
        """Run the cells; one that hangs or kills the process is skipped from then on."""
        while not self._start():
            pass
        return [run or CellRun() for run in self._runs]

    def _start(self) -> bool:
        """Run all cells that are not known to fail in a fresh child; False if one did not end."""
        self.close()
        self._channel = self._box.open()
        self._dirty = False
        self._substituted = ()
        todo = [i for i, run in enumerate(self._runs) if run is None or run.failure is None]
        index = todo[0] if todo else 0
        try:
            start = {
                "files": self._files,
                "limits": {
                    "memory": self._box.limits.memory,
                    "cpu": self._box.limits.cpu,
                    "file": self._box.limits.file,
                },
                "cells": [(i, self._cells[i].source) for i in todo],
            }
            wire.send(self._channel, start)
            for index in todo:
                self._runs[index] = self._cell_run(index)
        except (wire.WireError, TimeoutError) as error:
            self._runs[index] = CellRun(failure=self._failure(error, "cell"))
            self.close()
            return False
        return True

    def _cell_run(self, index: int) -> CellRun:
        frame = self._receive(self._cells[index].seconds or self._box.limits.cell_seconds)
        if not isinstance(frame, dict) or frame.get("cell") != index:
            raise wire.WireError("a frame came out of turn")
        outputs, success = frame.get("outputs"), frame.get("success")
        if not isinstance(outputs, list) or not all(_is_output(item) for item in outputs):
            raise wire.WireError("a frame with malformed outputs")
        return CellRun(outputs=outputs, success=success is True)

    def _receive(self, seconds: float) -> Any:
        end = min(time.monotonic() + seconds, self._end)

        def left() -> float:
            now = time.monotonic()
            # Looking at the folder takes time: only those who keep us waiting are looked at.
            if now > end - seconds + 0.15 and self._box.full():
                raise wire.WireError("the scratch folder was filled beyond its limit")
            return end - now

        return wire.receive(self._channel, left)

    def _failure(self, error: Exception, what: str) -> Answer:
        """Say what a broken connection means for the student."""
        if isinstance(error, TimeoutError):
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
        self, name: str, case: Case, substitutes: Mapping[str, Callable[..., Any]]
    ) -> Answer:
        """Call the student's `name` once; see `grader.judge.Runner`."""
        broken = self._broken_cell(name)
        if broken is not None and broken.failure in (Verdict.TIMED_OUT, Verdict.CRASHED):
            return broken
        wanted = tuple(sorted(substitutes))
        # With and without substitutes are different forks, so that no state is carried over.
        if self._channel is None or self._dirty or wanted != self._substituted:
            self.run()
            self._substituted = wanted
        try:
            answer = self._call(name, case, substitutes)
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
                message=f"the cell does not run: {told['ename']}: {told['evalue']}"[:200],
            )
        return None

    def _call(
        self, name: str, case: Case, substitutes: Mapping[str, Callable[..., Any]]
    ) -> Answer:
        functions: list[Callable[..., Any]] = []

        def number(function: Callable[..., Any]) -> wire.Function:
            functions.append(function)
            return wire.Function(len(functions) - 1)

        request = {
            "call": id(case) % 2**31,
            "name": name,
            "arguments": _outgoing(case.arguments, number),
            "keywords": {key: _outgoing(value, number) for key, value in case.keywords.items()},
            "steps": [plain_step(step) for step in case.then],
            "megabytes": case.megabytes,
            "substitutes": {key: number(function) for key, function in substitutes.items()},
        }
        end = time.monotonic() + case.seconds
        self._channel.settimeout(case.seconds)
        wire.send(self._channel, request)
        for _ in range(MAX_ASKS):
            frame = self._receive(max(end - time.monotonic(), 0.01))
            if not isinstance(frame, dict):
                raise wire.WireError("a frame came out of turn")
            if "ask" in frame:
                wire.send(self._channel, _reply(frame, functions))
                continue
            return read_answer(frame, request["call"])
        raise wire.WireError(f"it called a given function more than {MAX_ASKS} times")

    def close(self) -> None:
        """End the child and everything it started."""
        if self._channel is not None:
            self._box.end_child(self._channel)
            self._channel = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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


def _reply(frame: dict[str, Any], functions: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    """Answer a call of one of the judge's functions; its arguments are not to be trusted."""
    which = frame["ask"]
    arguments, keywords = frame.get("arguments"), frame.get("keywords")
    fits = (
        type(which) is int
        and 0 <= which < len(functions)
        and isinstance(arguments, tuple)
        and isinstance(keywords, dict)
        and all(isinstance(key, str) for key in keywords)
    )
    if not fits:
        raise wire.WireError("a call to a function that does not exist")
    try:
        value = functions[which](*arguments, **keywords)
        wire.encode(value)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the caller
        return {"error": type(error).__name__, "message": str(error)[:200]}
    return {"value": copy.deepcopy(value)}


def read_answer(frame: dict[str, Any], call: int) -> Answer:
    """Read a result frame, believing nothing."""
    if frame.get("call") != call:
        raise wire.WireError("an answer to another call")
    failure = frame.get("failure")
    exceptions = frame.get("exceptions", [])
    if failure is not None and (not isinstance(failure, str) or failure not in _FAILURES):
        raise wire.WireError("an answer with an unknown verdict")
    if not isinstance(exceptions, list) or not all(isinstance(e, str) for e in exceptions):
        raise wire.WireError("an answer with malformed exceptions")
    return Answer(
        value=frame.get("value"),
        failure=None if failure is None else _FAILURES[failure],
        message=_line(frame.get("message")),
        exceptions=tuple(exceptions[:10]),
        changed=frame.get("changed") is True,
        shares=frame.get("shares") is True,
        warned=_line(frame.get("warned")),
    )


def _line(text: Any) -> str:
    return "".join(c for c in text[:300] if c.isprintable()) if isinstance(text, str) else ""


# An instructor opens these outputs: nothing that carries HTML or JavaScript.
_SAFE_TYPES = ("text/plain", "image/png", "image/jpeg")
_FIELDS = {
    "stream": {"name": str, "text": str},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": type(None)},
}


def _is_output(item: Any) -> bool:
    """Whether item is an nbformat output of a kind and form that may be kept."""
    if not isinstance(item, dict) or item.get("output_type") not in _FIELDS:
        return False
    fields = _FIELDS[item["output_type"]]
    if set(item) != {"output_type", *fields}:
        return False
    if not set(item.get("data", {})) <= set(_SAFE_TYPES):
        return False
    return all(isinstance(item[name], kind) for name, kind in fields.items()) and all(
        isinstance(text, str)
        for text in [*item.get("data", {}).values(), *item.get("traceback", [])]
    )
