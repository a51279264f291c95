"""Run and judge a notebook in the box, in the place of nbgrader's Execute."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError
from nbgrader.preprocessors import Execute

from grader.autograde.boxes import box_for_lesson, box_for_notebooks
from grader.autograde.place import directory, lesson_of, submitted_folder
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import GraderError
from grader.judge.verdict import Verdict
from grader.report.notebook import autograded_notebook, outputs_of
from grader.run.one import grade_file
from grader.sandbox.box import Box
from grader.sandbox.limits import MOST_SECONDS
from grader.sandbox.session import Session
from grader.submission.cells import UnreadableError, read_bytes
from grader.submission.code import Code

_MOST_FILES, _MOST_BYTES = 1_000, 24 * 2**20  # what lies beside a notebook, in the box
_NO_TIMEOUT = 600.0  # seconds; nbgrader's "no timeout" would let one loop stop the class


class Engine(Execute):  # type: ignore[misc]
    """Runs a notebook in the box; takes the place of nbgrader's Execute, with its options."""

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:  # noqa: ARG002 - nbconvert's signature
        """Return the notebook with outputs; a test cell's is the report and the score."""
        names, coursedir = resources["nbgrader"], directory(self)
        found = lesson_of(coursedir, names["assignment"])
        if found is not None:
            course, lesson = found
            folder = submitted_folder(coursedir, names["student"], lesson.id)
            return _graded(course, lesson, folder, student=names["student"]), resources
        box = box_for_notebooks(Course(root=Path(coursedir.root)))
        self._run_cells(nb, box, self._files_beside(Path(resources["metadata"]["path"])))
        return nb, resources

    def _files_beside(self, folder: Path) -> dict[str, bytes]:
        """Return the files that a notebook may read, as nbgrader put them beside it."""
        files: dict[str, bytes] = {}
        room = _MOST_BYTES
        for path in sorted(folder.rglob("*"))[:_MOST_FILES]:
            if path.suffix == ".ipynb" or path.is_symlink() or not path.is_file():
                continue
            name, size = str(path.relative_to(folder)), path.stat().st_size
            if size > room:
                self.log.warning("%s is too large for the box; it is left out", path)
                continue
            with contextlib.suppress(UnreadableError):
                files[name] = read_bytes(path)
                room -= len(files[name])
        return files

    def _run_cells(self, nb: Any, box: Box, files: dict[str, bytes]) -> None:
        """Run an ordinary notebook's cells in the box."""
        language = nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            raise GraderError(
                f"the notebook is in {language}, and the box runs Python alone; take the classes "
                "of grader.nbgrader_plugin out of nbgrader_config.py to grade it without a box"
            )
        chosen = [
            cell
            for cell in nb.cells
            if cell.cell_type == "code"
            and cell.source.strip()
            and self.skip_cells_with_tag not in cell.metadata.get("tags", [])
        ]
        cells = [Code(source=cell.source, seconds=self._seconds(cell)) for cell in chosen]
        total = min(sum(cell.seconds or 0.0 for cell in cells) + 1.0, MOST_SECONDS)
        limits = replace(box.limits, total_seconds=total)
        with Session(box, cells, files, limits=limits) as session:
            runs = session.run()
        for cell, run in zip(chosen, runs, strict=True):
            made = outputs_of(run)
            if run.failure is not None and run.failure.failure is Verdict.TIMED_OUT:
                made[-1] = {"output_type": "error", **self.error_on_timeout}
            cell["outputs"] = [nbformat.from_dict(item) for item in made]
            errors = [item for item in made if item["output_type"] == "error"]
            forgiven = self.allow_errors or "raises-exception" in cell.metadata.get("tags", [])
            if errors and not forgiven:
                raise CellExecutionError(
                    "\n".join(errors[0]["traceback"]), errors[0]["ename"], errors[0]["evalue"]
                )

    def _seconds(self, cell: Any) -> float:
        """Return a cell's time limit; as for nbclient, none and a negative one mean no limit."""
        seconds = self.timeout_func(cell) if self.timeout_func else self.timeout
        return float(seconds) if seconds and seconds > 0 else _NO_TIMEOUT


def _graded(course: Course, lesson: Lesson, folder: Path, *, student: str) -> Any:
    """Return a submission of a lesson as a notebook with the report in it."""
    notebook = folder / f"{lesson.id}.ipynb"
    box = box_for_lesson(course, lesson)
    graded = grade_file(lesson, notebook, box, student=student, secret=course.make_secret())
    return nbformat.reads(json.dumps(autograded_notebook(lesson, graded)), as_version=4)
