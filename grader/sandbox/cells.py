"""A submission's cells, and what became of each.

One that hung or killed its process is not run again: a fresh process runs the others.

A cell that runs after an exercise was asked could print that exercise's hidden inputs.
So what it did there counts, and is never shown: for that, it runs where nobody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.box import wire
from grader.box.limited import Bound
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words
from grader.sandbox.outputs import is_number, line, read_outputs
from grader.sandbox.preload import code_of_cell
from grader.submission.code import Ask, Code

MAX_OUTPUT = 20 * 2**20  # characters of all cells' outputs together
_LEFT_OUT: dict[str, Any] = {
    "output_type": "stream",
    "name": "stdout",
    "text": words.output_left_out(MAX_OUTPUT // 2**20),
}


@dataclass(kw_only=True)
class Run:
    """What a cell did.

    Attributes:
        failure: why it did not end.
        bound: what stopped it, if that is known.
    """

    outputs: list[dict[str, Any]] = field(default_factory=list)
    success: bool = False
    failure: Answer | None = None
    bound: Bound | None = None


@dataclass(frozen=True, kw_only=True)
class CellTask:
    """A cell to run: its place among the cells, and the frame that says so.

    Attributes:
        shown: whether what it leaves may be shown: its process knows no hidden input.
    """

    index: int
    frame: bytes
    seconds: float
    shown: bool
    alone: bool = False


def _sent(code: Code) -> dict[str, Any]:
    """Return what is sent of a cell; a lesson's own is compiled once, and here."""
    made = code_of_cell(code.source) if code.given else None
    return {"source": code.source, **({"code": made} if made else {})}


class Cells:
    """What is to be run of a submission, and what it did so far."""

    def __init__(self, cells: Sequence[Code | Ask], *, seconds: float) -> None:
        """Prepare; `seconds` is the limit of a cell that has none of its own."""
        self._codes = [cell for cell in cells if isinstance(cell, Code)]
        self._seconds = seconds
        self._room = MAX_OUTPUT
        self._runs: list[Run | None] = [None] * len(self._codes)
        self._shown: list[Run | None] = [None] * len(self._codes)
        self._places: dict[str, int] = {}
        count = 0
        for cell in cells:
            if isinstance(cell, Code):
                count += 1
            else:
                self._places[cell.name] = count

    def __len__(self) -> int:
        return len(self._codes)

    def place_of(self, exercise: str) -> int:
        """Return how many cells have run where an exercise is asked: all, if it is nowhere."""
        return self._places.get(exercise, len(self))

    @property
    def first_place(self) -> int:
        """How many cells stand above everything that is asked; none, if nothing is."""
        return min(self._places.values(), default=0)

    @property
    def all_shown(self) -> bool:
        """Whether nothing is left to run for what is to be shown of it."""
        pairs = zip(self._shown, self._runs, strict=True)
        return all(shown or (run and not run.outputs) for shown, run in pairs)

    @property
    def runs(self) -> list[Run]:
        """What each cell did, to be shown; nothing, if it never ran."""
        pairs = zip(self._shown, self._runs, strict=True)
        return [shown or (run if run and not run.outputs else Run()) for shown, run in pairs]

    def tasks(self, start: int, end: int, *, shown: bool) -> list[CellTask]:
        """Return what there is to run from one place up to another.

        Args:
            shown: see `CellTask`.

        Raises:
            UnplainError: a cell is too large to be sent.
        """
        return [
            CellTask(
                index=i,
                frame=wire.encode({"cell": i, **_sent(self._codes[i])}),
                seconds=self._codes[i].seconds or self._seconds,
                shown=shown,
            )
            for i in range(start, end)
            if (run := self._runs[i]) is None or run.failure is None
        ]

    def record(self, task: CellTask, frame: Any) -> None:
        """Keep what a cell did; raise WireError if the frame does not say that."""
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), task.index):
            raise wire.WireError(words.OUT_OF_TURN)
        run = Run(outputs=read_outputs(frame.get("outputs")), success=frame.get("success") is True)
        self._runs[task.index] = run
        if task.shown and self._shown[task.index] is None:
            self._shown[task.index] = replace(run, outputs=self._within_total(run.outputs))

    def _within_total(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what may be kept of a cell's outputs: each is bounded, and all together."""
        kept: list[dict[str, Any]] = []
        for output in outputs:
            size = len(str(output))
            # What scores, or says why nothing does, is always kept.
            if size > self._room and output["output_type"] in ("stream", "display_data"):
                kept.append(_LEFT_OUT)
                break
            self._room -= size
            kept.append(output)
        return kept

    def lose(self, index: int, failure: Answer, bound: Bound | None = None) -> None:
        """Keep why a cell did not end, and what stopped it, if that is known."""
        self._runs[index] = self._shown[index] = Run(failure=failure, bound=bound)

    def give_up(self, failure: Answer) -> None:
        """Keep why the cells that never ran do not run either; of others, show what is known."""
        for index, run in enumerate(self._runs):
            if run is None:
                self.lose(index, failure)
            elif self._shown[index] is None:
                self._shown[index] = Run(success=run.success)

    def why_missing(self, name: str) -> Answer | None:
        """Return why the cell that should define a name did not end well, if so."""
        for code, run in zip(self._codes, self._runs, strict=True):
            if code.name != name or run is None or run.success:
                continue
            if run.failure is not None:
                return run.failure
            errors = [item for item in run.outputs if item["output_type"] == "error"]
            told = errors[-1] if errors else {"ename": "Error", "evalue": ""}
            # With a message it is somebody else's: a library's, not the stub's.
            not_done = told["ename"] == "NotImplementedError" and not told["evalue"]
            return Answer(
                failure=Verdict.NOT_ATTEMPTED if not_done else Verdict.RAISED,
                message=line(words.cell_raised(told["ename"], told["evalue"])[:200]),
            )
        return None
