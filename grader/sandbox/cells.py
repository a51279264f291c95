"""A submission's cells, and what became of each.

One that hung or killed its process is not run again: a fresh process runs the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.box import wire
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox.outputs import is_number, line, read_outputs
from grader.submission.code import Ask, Code

MAX_OUTPUT = 20 * 2**20  # characters of all cells' outputs together
_LEFT_OUT: dict[str, Any] = {
    "output_type": "stream",
    "name": "stdout",
    "text": f"[output left out: the notebook shows more than {MAX_OUTPUT // 2**20} MiB]\n",
}


@dataclass(kw_only=True)
class Run:
    """What a cell did; failure says why it did not end."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    success: bool = False
    failure: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class CellTask:
    """A cell to run: its place among the cells, and the frame that says so."""

    index: int
    frame: bytes
    seconds: float
    alone: bool = False


class Cells:
    """What is to be run of a submission, and what it did so far."""

    def __init__(self, cells: Sequence[Code | Ask], *, seconds: float) -> None:
        """Prepare; `seconds` is the limit of a cell that has none of its own."""
        self._codes = [cell for cell in cells if isinstance(cell, Code)]
        self._seconds = seconds
        self._room = MAX_OUTPUT
        self._runs: list[Run | None] = [None] * len(self._codes)
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
    def all_ran(self) -> bool:
        """Whether nothing is left to run."""
        return None not in self._runs

    @property
    def runs(self) -> list[Run]:
        """What each cell did; nothing, if it never ran."""
        return [run or Run() for run in self._runs]

    def tasks(self, start: int, end: int) -> list[CellTask]:
        """Return what there is to run from one place up to another.

        Raises:
            UnplainError: a cell is too large to be sent.
        """
        return [
            CellTask(
                index=i,
                frame=wire.encode({"cell": i, "source": self._codes[i].source}),
                seconds=self._codes[i].seconds or self._seconds,
            )
            for i in range(start, end)
            if (run := self._runs[i]) is None or run.failure is None
        ]

    def record(self, index: int, frame: Any) -> None:
        """Keep what a cell did; raise WireError if the frame does not say that."""
        if not isinstance(frame, dict) or not is_number(frame.get("cell"), index):
            raise wire.WireError("a frame came out of turn")
        outputs = self._within_total(read_outputs(frame.get("outputs")))
        self._runs[index] = Run(outputs=outputs, success=frame.get("success") is True)

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

    def lose(self, index: int, failure: Answer) -> None:
        """Keep why a cell did not end."""
        self._runs[index] = Run(failure=failure)

    def give_up(self, failure: Answer) -> None:
        """Keep why the cells that never ran do not run either."""
        for index, run in enumerate(self._runs):
            if run is None:
                self.lose(index, failure)

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
                message=line(f"the cell does not run: {told['ename']}: {told['evalue']}"[:200]),
            )
        return None
