"""Put the instructor's cells, metadata and points where a submission claims to have them."""

from __future__ import annotations

from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum

from grader.autograde import words
from grader.autograde.place import (
    directory,
    lesson_of,
    read_source,
    source_folder,
    submitted_folder,
)
from grader.submission.handed_in import handed_in

# Where a cell that was handed in says what it claims to be, and how it was written.
CLAIM, AS_WRITTEN, UNREADABLE = "grader_claim", "grader_as_written", "grader_unreadable"


class Sanitiser(NbGraderPreprocessor):  # type: ignore[misc]
    """First sanitising step: put the master's cells and metadata where the claims point."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as OverwriteCells would leave it, had nobody tampered with it."""
        names, coursedir = resources["nbgrader"], directory(self)
        folder = submitted_folder(coursedir, names["student"], names["assignment"])
        if lesson_of(coursedir, names["assignment"]):
            # The engine reads the file itself; what it makes replaces this one.
            return nb, resources
        source = source_folder(coursedir, names["assignment"])
        made = restored(nb, read_source(source / f"{names['notebook']}.ipynb"))
        _time, note = handed_in(folder)
        if note:
            told = nbformat.v4.new_markdown_cell(f"Note: {note}", id="grader-note")
            made.cells.insert(0, told)
        return made, resources


def restored(nb: Any, master: Any) -> Any:
    """Return the submission's cells with the master's locked cells, metadata and points."""
    named = {
        cell.metadata.nbgrader["grade_id"]: cell
        for cell in master.cells
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.get("grade_id")
    }
    claims = [_claimed(cell, named) for cell in nb.cells]
    cells: list[Any] = []
    if UNREADABLE in nb.metadata:
        reason = words.unreadable(nb.metadata[UNREADABLE])
        cells.append(nbformat.v4.new_markdown_cell(reason, id="grader-unreadable"))
    for place, (cell, claim) in enumerate(zip(nb.cells, claims, strict=True)):
        del cell.metadata[CLAIM]
        # As nbgrader does: of two cells with one id, the last one counts.
        if claim is not None and claim not in claims[place + 1 :]:
            cells.append(_with(named[claim], cell))
        else:
            cells.append(cell)
    # A test that was deleted is put back, where a deletion would keep an older score.
    # Not a solution: this is the instructor's notebook, and holds the answer.
    cells += [
        _with(cell, nbformat.v4.new_raw_cell())
        for name, cell in named.items()
        if name not in claims and (cell.metadata.nbgrader.get("grade") or not _is_solution(cell))
    ]
    made = nbformat.from_dict(master)
    made["cells"] = cells
    return made


def _with(original: Any, cell: Any) -> Any:
    """Return the master's cell, with the student's text where the student may write."""
    made = nbformat.from_dict(original)
    if _is_solution(original):
        made["source"] = cell.source
        made.pop("attachments", None)
        if cell.get("attachments"):
            made["attachments"] = cell.attachments
        if AS_WRITTEN in cell.metadata:
            made.metadata[AS_WRITTEN] = cell.metadata[AS_WRITTEN]
    return made


def leave_as_released(nb: Any) -> None:
    """Put back the text of cells that a student left as they were released.

    It is the instructor's, and need not be made harmless; and by it nbgrader knows that there
    is no answer.
    """
    for cell in nb.cells:
        written = cell.metadata.pop(AS_WRITTEN, None)
        checksum = cell.metadata.get("nbgrader", {}).get("checksum")
        if written is not None and checksum is not None:
            as_written = nbformat.from_dict({**cell, "source": written})
            if compute_checksum(as_written) == checksum:
                cell["source"] = written


def _is_solution(cell: Any) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))


def _claimed(cell: Any, named: dict[str, Any]) -> str | None:
    claim: str = cell.metadata.get(CLAIM, "")
    return claim if claim in named else None
