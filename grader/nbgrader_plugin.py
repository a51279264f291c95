"""The engine, as nbgrader's own autograde and Formgrader see it.

Two classes for nbgrader_config.py.  `Sanitiser` takes the place of nbgrader's
sanitising steps: it reads the submission as `submission.py` does, so that a
broken or hostile notebook cannot stop the class.  `Engine` takes the place of
Execute: a lesson of this course is run and judged in the box, any other
nbgrader notebook has its cells run in the box, and nbgrader's own rules score it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from grader.course.folders import Course, find_course
from grader.course.lesson import Lesson
from grader.course.loading import files_of, load
from grader.errors import GraderError, InputError
from grader.judge.verdict import Verdict
from grader.report.notebook import autograded_notebook, outputs_of
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.sandbox.box import Box
from grader.sandbox.limits import MOST_SECONDS
from grader.sandbox.session import Session
from grader.submission.cells import UnreadableError, parse_notebook, read_bytes
from grader.submission.code import Code

_MOST_FILES, _MOST_BYTES = 1_000, 24 * 2**20  # what lies beside a notebook, in the box
_NO_TIMEOUT = 600.0  # seconds; nbgrader's "no timeout" would let one loop stop the class


@cache
def _course(folder: Path) -> Course:
    return find_course(folder)


def _lesson(folder: Path, name: str) -> Lesson | None:
    """Return the lesson of this name, or None for an ordinary nbgrader assignment."""
    made = tuple(
        (str(file), file.stat().st_mtime_ns) for file in files_of(_course(folder).solutions / name)
    )
    return _loaded(folder, name, made) if made else None


@lru_cache
def _loaded(folder: Path, name: str, _made: tuple[tuple[str, int], ...]) -> Lesson:
    """Return a lesson, read anew when its files are: Formgrader's server lives for weeks."""
    return load(_course(folder), name)


@cache
def _box(folder: Path, name: str) -> Box:
    reason = availability.unavailable()
    if reason:
        raise GraderError(
            f"no sandbox here: {reason}; grade where there is one, or take the two classes of "
            "grader.nbgrader_plugin out of nbgrader_config.py and run without it"
        )
    lesson = _lesson(folder, name)
    box = open_box(_course(folder), [lesson] if lesson else [], sandboxed=True)
    atexit.register(box.close)
    return box


class StrictExporter(NotebookExporter):  # type: ignore[misc]
    """Reads submitted notebooks without believing them; everything else as nbconvert does."""

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Read a notebook; a submission that is not one becomes an empty notebook with a note."""
        # Not resolved: a link must not lead from one submission to another file.
        path = Path(os.path.abspath(filename))  # noqa: PTH100 - Path.resolve follows links
        with contextlib.suppress(InputError):
            submitted = _course(Path.cwd()).class_folder / "submitted"
            if len(path.parents) > 2 and path.parents[2].resolve() == submitted.resolve():
                return self.from_notebook_node(_read(path), resources=resources, **options)
        return super().from_filename(filename, resources=resources, **options)


def _read(path: Path) -> Any:
    """Return a submitted notebook as a valid node that keeps cells and claims, nothing else."""
    for folder in path.parents[:2]:
        if folder.is_symlink():
            raise GraderError(f"{folder}: is a symbolic link; put the submission itself there")
    notebook = nbformat.v4.new_notebook()
    try:
        cells = parse_notebook(path, read_bytes(path))
    except UnreadableError as error:
        notebook.metadata["grader_unreadable"] = str(error).removeprefix(f"{path}: ")
        cells = []
    for number, cell in enumerate(cells):
        make = {
            "code": nbformat.v4.new_code_cell,
            "markdown": nbformat.v4.new_markdown_cell,
            "raw": nbformat.v4.new_raw_cell,
        }[cell.type]
        made = make(cell.source)
        made["id"] = f"cell-{number}"
        if cell.attachments:
            made["attachments"] = nbformat.from_dict(
                {k: dict(v) for k, v in cell.attachments.items()}
            )
        made.metadata["grader_claim"] = cell.grade_id
        notebook.cells.append(made)
    return notebook


class Sanitiser(NbGraderPreprocessor):  # type: ignore[misc]
    """First sanitising step: put the master's cells and metadata where the claims point."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as OverwriteCells would leave it, had nobody tampered with it."""
        names = resources["nbgrader"]
        folder = Path.cwd()
        lesson = _lesson(folder, names["assignment"])
        if lesson is not None:
            # The engine reads the file itself; what it makes replaces this one.
            return nb, resources
        master = _master(folder, names["assignment"], names["notebook"])
        return _restored(nb, master), resources


def _master(folder: Path, assignment: str, notebook: str) -> Any:
    """Return the instructor's version of an ordinary assignment's notebook."""
    path = _course(folder).solutions / assignment / f"{notebook}.ipynb"
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise GraderError(
            f"{path}: cannot be read ({error}); the source is needed to grade"
        ) from error


def _restored(nb: Any, master: Any) -> Any:
    """Return the submission's cells with the master's locked cells, metadata and points."""
    named = {
        cell.metadata.nbgrader["grade_id"]: cell
        for cell in master.cells
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.get("grade_id")
    }
    claims = [_claimed(cell, named) for cell in nb.cells]
    cells: list[Any] = []
    if "grader_unreadable" in nb.metadata:
        reason = f"The notebook could not be read: {nb.metadata['grader_unreadable']}"
        cells.append(nbformat.v4.new_markdown_cell(reason, id="grader-unreadable"))
    for place, (cell, claim) in enumerate(zip(nb.cells, claims, strict=True)):
        del cell.metadata["grader_claim"]
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
    claim: str = cell.metadata.get("grader_claim", "")
    return claim if claim in named else None


class Engine(Execute):  # type: ignore[misc]
    """Runs a notebook in the box; takes the place of nbgrader's Execute, with its options."""

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:  # noqa: ARG002 - nbconvert's signature
        """Return the notebook with outputs; a test cell's is the report and the score."""
        names = resources["nbgrader"]
        folder = Path.cwd()
        course = _course(folder)
        lesson = _lesson(folder, names["assignment"])
        box = _box(folder, names["assignment"])
        if lesson is None:
            place = course.class_folder / "autograded" / names["student"] / names["assignment"]
            self._run_cells(nb, box, self._files_beside(place))
            return nb, resources
        path = course.class_folder / "submitted" / names["student"] / lesson.id
        graded = grade_file(
            lesson,
            path / f"{lesson.id}.ipynb",
            box,
            student=names["student"],
            secret=course.make_secret(),
        )
        made = nbformat.reads(json.dumps(autograded_notebook(lesson, graded)), as_version=4)
        return made, resources

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
