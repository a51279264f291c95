"""Put the instructor's cells, metadata and points where a submission claims to have them."""

from __future__ import annotations

from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.autograde.place import (
    directory,
    lesson_of,
    read_source,
    source_folder,
    submitted_folder,
)
from grader.autograde.reading import CLAIM, UNREADABLE
from grader.submission.handed_in import handed_in


class Sanitiser(NbGraderPreprocessor):  # type: ignore[misc]
    """First sanitising step: put the master's cells and metadata where the claims point."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as OverwriteCells would leave it, had nobody tampered with it."""
        names, coursedir = resources["nbgrader"], directory(self)
        if lesson_of(coursedir, names["assignment"]):
            # The engine reads the file itself; what it makes replaces this one.
            return nb, resources
        source = source_folder(coursedir, names["assignment"])
        restored = _restored(nb, read_source(source / f"{names['notebook']}.ipynb"))
        folder = submitted_folder(coursedir, names["student"], names["assignment"])
        _time, note = handed_in(folder)
        if note:
            told = nbformat.v4.new_markdown_cell(f"Note: {note}", id="grader-note")
            restored.cells.insert(0, told)
        return restored, resources


def _restored(nb: Any, master: Any) -> Any:
    """Return the submission's cells with the master's locked cells, metadata and points."""
    named = {
        cell.metadata.nbgrader["grade_id"]: cell
        for cell in master.cells
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.get("grade_id")
    }
    claims = [_claimed(cell, named) for cell in nb.cells]
    cells: list[Any] = []
    if UNREADABLE in nb.metadata:
        reason = f"The notebook could not be read: {nb.metadata[UNREADABLE]}"
        cells.append(nbformat.v4.new_markdown_cell(reason, id="grader-unreadable"))
    for place, (cell, claim) in enumerate(zip(nb.cells, claims, strict=True)):
        del cell.metadata[CLAIM]
        # As nbgrader does: of two cells with one id, the last one counts.
        if claim is not None and claim not in claims[place + 1 :]:
            cells.append(_with(named[claim], cell.source, cell.get("attachments")))
        else:
            cells.append(cell)
    # A test that was deleted is put back, where a deletion would keep an older score.
    # Not a solution: this is the instructor's notebook, and holds the answer.
    cells += [
        _with(cell, "")
        for name, cell in named.items()
        if name not in claims and (cell.metadata.nbgrader.get("grade") or not _is_solution(cell))
    ]
    restored = nbformat.from_dict(master)
    restored["cells"] = cells
    return restored


def _with(original: Any, source: str, attachments: Any = None) -> Any:
    """Return the master's cell, with the student's text where the student may write."""
    made = nbformat.from_dict(original)
    if _is_solution(original):
        made["source"] = source
        made.pop("attachments", None)
        if attachments:
            made["attachments"] = attachments
    return made


def _is_solution(cell: Any) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))


def _claimed(cell: Any, named: dict[str, Any]) -> str | None:
    claim: str = cell.metadata.get(CLAIM, "")
    return claim if claim in named else None
