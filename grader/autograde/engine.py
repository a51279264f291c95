"""Run and judge a notebook in the box, in the place of nbgrader's Execute."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution

from grader.autograde import words
from grader.autograde.answers import settle, take_zeros_back
from grader.autograde.beside import Harvest, files_beside
from grader.autograde.boxes import box_for_lesson, box_for_notebooks
from grader.autograde.options import BoxOptions
from grader.autograde.outputs import shown, with_score
from grader.autograde.outside import NOTHING, DoubtError, Doubts, Outside, needed_inside
from grader.autograde.place import directory, lesson_of, source_files, submitted_folder
from grader.autograde.reference import Reference, reference_of
from grader.autograde.restoring import leave_as_released
from grader.box.limited import Bound
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import GraderError, InputError
from grader.gradebook import sidecar
from grader.gradebook.attempts import Attempts
from grader.report.graded import Graded
from grader.report.notebook import autograded_notebook
from grader.run.one import grade_file
from grader.sandbox.kernel import Kernel
from grader.sandbox.limits import MOST_SECONDS, Limits
from grader.submission.entry import Entry, fingerprint

_NO_TIMEOUT = 600.0  # seconds; nbgrader's "no timeout" would let one loop stop the class
_TIMES_THE_REFERENCE = 10
_ALWAYS = {"JOBLIB_MULTIPROCESSING": "0"}  # what it needs is out of reach; it would warn
_TOLD = ("NBGRADER_EXECUTION",)  # nbgrader's word to a notebook on why it is run


class Engine(Execute, BoxOptions):  # type: ignore[misc]
    """Runs a notebook in the box; takes the place of nbgrader's Execute, with its options."""

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:  # noqa: ARG002 - nbconvert's signature
        """Return the notebook with outputs; a test cell's is the report and the score."""
        names, coursedir = resources["nbgrader"], directory(self)
        found = lesson_of(coursedir, names["assignment"])
        if found is not None:
            course, lesson = found
            folder = submitted_folder(coursedir, names["student"], lesson.id)
            place = Path(resources["metadata"]["path"])
            try:
                graded = _graded(course, lesson, folder, place, student=names["student"])
            except InputError:
                take_zeros_back(names)
                raise
            settle(names, graded.report)
            made = json.dumps(autograded_notebook(lesson, graded))
            return nbformat.reads(made, as_version=4), resources
        leave_as_released(nb)
        folder = Path(resources["metadata"]["path"])
        reference = reference_of(self, coursedir, names["assignment"], names["notebook"])

        def tell(text: str) -> None:
            self.log.warning("%s: %s", folder, text)

        source = source_files(coursedir, names["assignment"])
        files = files_beside(folder, source, tell)
        kept = Harvest(
            target=folder,
            most_bytes=self.limits().scratch,
            ignored=coursedir.ignore,
            tell=tell,
        )
        self.run(nb, files, reference=reference, source=source, keep=kept)
        return nb, resources

    def run(
        self,
        nb: Any,
        files: Mapping[str, Path],
        *,
        reference: Reference | None = None,
        source: Mapping[str, Path] | None = None,
        keep: Harvest | None = None,
        doubts: Doubts | None = None,
        bounds: dict[str, Bound] | None = None,
    ) -> Outside:
        """Run an ordinary notebook's cells in the box; outputs come to its cells.

        Args:
            files: what lies beside the notebook, by its name there.
            reference: what the instructor's own did, if that is known.
            source: what lies beside the instructor's.
            keep: takes what was written beside it.
            doubts: what is done about what cannot be judged outside its process; without, what
                the options say.
            bounds: gets what stopped a cell, by the cell's id.

        Returns:
            What was judged there.

        Raises:
            InputError: an option is out of bounds.
            GraderError: the notebook is not in Python, or there is no box.
            CellExecutionError: a cell failed, and nbgrader's options make that an end.
        """
        language = nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            raise GraderError(words.another_language(language))
        strictly = Doubts.IGNORE if self.judge_outside == "strictly" else Doubts.RAISE
        kernel = self._kernel("student", files, reference)
        end = kernel.end
        outside = Outside(
            plan=reference.plan if reference else NOTHING,
            student=kernel,
            open=lambda: self._kernel("instructor", source or {}, reference, end),
            doubts=doubts or strictly,
        )
        numbers = reference.numbers if reference else frozenset()
        try:
            self._run_cells(nb, kernel, outside, numbers, bounds)
        except DoubtError as doubt:
            self.log.info("%s", words.run_again(doubt))
            kernel.close()
            kernel = self._kernel("student", files, reference, end)
            again = replace(outside, plan=NOTHING, student=kernel)
            self._run_cells(nb, kernel, again, numbers, bounds)
        finally:
            outside.close()
            kernel.close(keep)
        return outside

    def _kernel(
        self,
        whose: str,
        files: Mapping[str, Path],
        reference: Reference | None,
        end: float | None = None,
    ) -> Kernel:
        """Start a process; the instructor's is in a box of its own."""
        box = box_for_notebooks(
            Course(root=Path(directory(self).root)),
            whose,
            processes=self.processes,
            withheld=tuple(self.withheld),
            lent=tuple(map(Path, self.readable)),
        )
        told = {name: os.environ[name] for name in _TOLD if name in os.environ}
        limits = self._limits(files, reference)
        return Kernel(box, limits, files=files, environment=_ALWAYS | told, end=end)

    def _limits(self, files: Mapping[str, Path], reference: Reference | None) -> Limits:
        limits = self.limits()
        slow = _TIMES_THE_REFERENCE * reference.seconds if reference else 0.0
        return self.limits(
            total_seconds=min(max(limits.total_seconds, slow), MOST_SECONDS),
            # What was there is no use of the notebook's.
            scratch=limits.scratch + sum(path.stat().st_size for path in files.values()),
            files=limits.files + 2 * len(files),
        )

    def _run_cells(
        self,
        nb: Any,
        kernel: Kernel,
        outside: Outside,
        numbers: Collection[str],
        bounds: dict[str, Bound] | None,
    ) -> None:
        cells = list(self.to_run(nb))
        for place, cell in enumerate(cells):
            seconds = self.seconds_of(cell)
            run = outside.run(cell, seconds)
            if run is None:
                run = kernel.run(cell.source, seconds)
            elif run.failure is None and needed_inside(
                cell.source, [each.source for each in cells[place + 1 :]]
            ):
                kernel.run(cell.source, seconds)
            if bounds is not None and run.bound:
                bounds[cell.id] = run.bound
            made = shown(run, self.error_on_timeout)
            if is_grade(cell) and not is_solution(cell):
                about = cell.metadata.nbgrader
                is_number = about["grade_id"] in numbers
                made = with_score(made, float(about["points"]), a_number=is_number)
            cell["outputs"] = [nbformat.from_dict(item) for item in made]
            errors = [item for item in made if item["output_type"] == "error"]
            forgiven = self.allow_errors or "raises-exception" in cell.metadata.get("tags", [])
            if errors and not forgiven:
                raise CellExecutionError(
                    "\n".join(errors[0]["traceback"]), errors[0]["ename"], errors[0]["evalue"]
                )

    def to_run(self, nb: Any) -> Iterator[Any]:
        """Yield the cells of a notebook that are run."""
        for cell in nb.cells:
            skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
            if cell.cell_type == "code" and cell.source.strip() and not skipped:
                yield cell

    def described(self) -> str:
        """Return all options that a notebook's run depends on."""
        names = [*BoxOptions.class_trait_names(config=True), "timeout", "timeout_func"]
        names += ["allow_errors", "skip_cells_with_tag"]
        return repr({name: getattr(self, name) for name in names})

    def seconds_of(self, cell: Any) -> float:
        """Return a cell's time limit; as for nbclient, none and a negative one mean no limit."""
        seconds = self.timeout_func(cell) if self.timeout_func else self.timeout
        return float(seconds) if seconds and seconds > 0 else _NO_TIMEOUT


def _graded(course: Course, lesson: Lesson, folder: Path, place: Path, *, student: str) -> Graded:
    """Return a submission of a lesson, graded; its report is kept where `grader grade` keeps it.

    Args:
        folder: what was handed in.
        place: where nbgrader keeps the graded one.
    """
    notebook = folder / f"{lesson.id}.ipynb"
    box = box_for_lesson(course, lesson)
    secret = course.make_secret()
    entry = Entry(student=student, lesson=lesson.id, folder=folder)
    content_hash = fingerprint(entry, lesson, secret, box.name)
    graded = grade_file(lesson, notebook, box, student=student, secret=secret)
    # The next one may be far: nothing of this one need lie there until then.
    box.bury()
    Attempts(course.class_folder).add(entry, graded.report)
    sidecar.write(place, content_hash, graded.report)
    return graded
