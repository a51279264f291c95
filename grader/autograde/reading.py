"""Read submitted notebooks without believing them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter

from grader.autograde import words
from grader.autograde.beforehand import expect_lessons, know_lessons, try_references
from grader.autograde.care import take_care
from grader.autograde.place import directory
from grader.autograde.restoring import AS_WRITTEN, CLAIM, UNREADABLE
from grader.errors import GraderError
from grader.report.harmless import harmless
from grader.submission.cells import UnreadableError, parse_notebook, read_bytes


class StrictExporter(NotebookExporter):  # type: ignore[misc]
    """Reads submitted notebooks without believing them; everything else as nbconvert does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Prepare what nbgrader is about to read and copy by itself.

        Raises:
            NbGraderException: grading makes no sense: the box stops the reference itself.
        """
        super().__init__(*arguments, **options)
        if getattr(self.parent, "assignments", None):
            expect_lessons(self)
            know_lessons(self)
            take_care(directory(self), self.parent.assignments)
            try_references(self)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Read a notebook; a submission that is not one becomes an empty notebook with a note."""
        # Not resolved: a link must not lead from one submission to another file.
        path = Path(os.path.abspath(filename))  # noqa: PTH100 - Path.resolve follows links
        coursedir = directory(self)
        submitted = Path(coursedir.root, coursedir.submitted_directory).resolve()
        if len(path.parents) > 2 and path.parents[2].resolve() == submitted:
            return self.from_notebook_node(read(path), resources=resources, **options)
        return super().from_filename(filename, resources=resources, **options)


def read(path: Path) -> Any:
    """Return a submitted notebook as a valid node that keeps cells and claims, nothing else."""
    for folder in path.parents[:2]:
        if folder.is_symlink():
            raise GraderError(words.folder_is_link(folder))
    notebook = nbformat.v4.new_notebook()
    try:
        cells = parse_notebook(path, read_bytes(path))
    except UnreadableError as error:
        notebook.metadata[UNREADABLE] = harmless(error.reason)
        cells = []
    for number, cell in enumerate(cells):
        make = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }[cell.type]
        # Code is shown as code; what is Markdown is opened in a browser.
        made = make(cell.source if cell.type == "code" else harmless(cell.source))
        made["id"] = f"handed-in-{number}"
        if cell.attachments:
            made["attachments"] = nbformat.from_dict(
                {k: dict(v) for k, v in cell.attachments.items()}
            )
        made.metadata[CLAIM] = cell.grade_id
        if made.source != cell.source:
            made.metadata[AS_WRITTEN] = cell.source
        notebook.cells.append(made)
    return notebook
