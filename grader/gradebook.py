"""From Reports to nbgrader's gradebook and autograded notebooks; one transaction each.

The order is: write the autograded folder beside its place, commit the scores,
rename the folder into place.  What is in place is done; killed anywhere before,
a rerun grades the submission again, to the same scores.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy.orm import joinedload, selectinload

from grader.course import Course, Lesson
from grader.database import lock, open_gradebook, readable_errors
from grader.engine import Graded
from grader.entry import SIDECAR, Entry
from grader.errors import InputError
from grader.feedback import autograded_notebook
from grader.submission import UnreadableError, read_bytes
from grader.verdict import Report, Verdict

_STAGING = ".new"
_MAX_FILES = 100
_MADE_HERE = (SIDECAR, "earlier.py")  # not taken from the submission


@dataclass(kw_only=True)
class Recorder:
    """Writes reports of one course into its gradebook; one at a time.

    Attributes:
        config: nbgrader's configuration, for late penalties.
    """

    course: Course
    db_url: str
    course_id: str
    config: Any
    _recorded: dict[tuple[str, str], dict[str, float]] | None = None

    def __post_init__(self) -> None:
        self.autograded = self.course.class_folder / "autograded"
        with contextlib.ExitStack() as stack, self.readable_errors():
            self.course.class_folder.mkdir(parents=True, exist_ok=True)
            self._lock = stack.enter_context(lock(self.course.class_folder / ".grading"))
            self._gradebook = open_gradebook(self.db_url, self.course_id)
            # What a lesson consists of is read once; a submission is read anew whenever it is met.
            self._gradebook.db().expire_on_commit = False
            stack.pop_all()
        shutil.rmtree(self.autograded / _STAGING, ignore_errors=True)

    def close(self) -> None:
        """Close the gradebook."""
        self._gradebook.close()
        with contextlib.suppress(OSError):
            (self.autograded / _STAGING).rmdir()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readable_errors(self) -> contextlib.AbstractContextManager[None]:
        """Turn what a database or a disk says into an InputError of one line."""
        return readable_errors(self.db_url, self.course.class_folder, self._rollback)

    def _rollback(self) -> None:
        with contextlib.suppress(Exception):
            self._gradebook.db.rollback()

    def register(self, lesson: Lesson) -> None:
        """Make the gradebook know the lesson as it stands, as generate_assignment does.

        Raises:
            InputError: cells were added or removed although there are submissions.
        """
        import nbformat  # noqa: PLC0415 - slow to import

        logging.getLogger("traitlets").setLevel(logging.ERROR)
        notebook = nbformat.reads(json.dumps(lesson.notebook), as_version=4)
        resources = {
            "nbgrader": {
                "notebook": lesson.id,
                "assignment": lesson.id,
                "student": ".",
                "db_url": self.db_url,
            }
        }
        with self.readable_errors():
            db = self._gradebook.db
            if db.query(Assignment).filter_by(name=lesson.id).first() is None:
                db.add(Assignment(name=lesson.id, course_id=self.course_id))
                db.commit()
            try:
                for step in _steps():
                    notebook, resources = step.preprocess(notebook, resources)
            except RuntimeError as error:
                raise InputError(
                    f"{lesson.id}: {error}; restore the lesson, or delete its submissions "
                    "from the gradebook"
                ) from error
            # SaveCells wrote through a connection of its own.
            db.expire_all()

    def is_done(self, entry: Entry, content_hash: str) -> dict[str, Any] | None:
        """Return the recorded report if this very submission was graded by this very grader."""
        path = self.autograded / entry.student / entry.lesson / SIDECAR
        try:
            sidecar = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(sidecar, dict) or sidecar.get("content_hash") != content_hash:
            return None
        try:
            report: dict[str, Any] = sidecar["report"]
            scores = {f"test_{e['id']}": e["score"] for e in report["exercises"]}
        except (KeyError, TypeError):
            return None
        # The gradebook may have been deleted, or restored from a backup, since then.
        recorded = self._auto_scores().get((entry.student, entry.lesson))
        if not recorded or any(scores.get(name) != score for name, score in recorded.items()):
            return None
        return report

    def _auto_scores(self) -> dict[tuple[str, str], dict[str, float]]:
        """Return the automatic scores by student and lesson, then by cell; read once."""
        if self._recorded is None:
            self._recorded = {}
            with self.readable_errors():
                rows = (
                    self._gradebook.db.query(
                        SubmittedAssignment.student_id,
                        Assignment.name,
                        GradeCell.name,
                        Grade.auto_score,
                    )
                    .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                    .join(
                        SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id
                    )
                    .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
                    .join(GradeCell, Grade.cell_id == GradeCell.id)
                    .all()
                )
            for student, lesson, cell, score in rows:
                self._recorded.setdefault((student, lesson), {})[cell] = score
        return self._recorded

    def record(self, entry: Entry, graded: Graded, lesson: Lesson, content_hash: str) -> None:
        """Write one report: folder beside, scores in one transaction, folder into place.

        Raises:
            InputError: the gradebook or the disk refuses; nothing of this report is kept.
        """
        staged = self.autograded / _STAGING / uuid.uuid4().hex
        place = self.autograded / entry.student / entry.lesson
        try:
            with self.readable_errors():
                self._stage(staged, entry, graded, lesson, content_hash)
                # Whatever the disk refuses, it refuses before the scores are written.
                place.parent.mkdir(parents=True, exist_ok=True)
                self._save(entry, graded.report, lesson)
                self._place(staged, place)
        finally:
            _remove(staged)
            with contextlib.suppress(OSError):
                # Refused, it is empty; else this does nothing.
                place.parent.rmdir()

    def _stage(
        self, staged: Path, entry: Entry, graded: Graded, lesson: Lesson, content_hash: str
    ) -> None:
        staged.mkdir(parents=True)
        for name, content in other_files(entry.folder):
            _write(staged / name, content)
        if lesson.earlier is not None:
            _write(staged / "earlier.py", lesson.earlier.encode())
        notebook = autograded_notebook(lesson, graded)
        _write(staged / entry.notebook.name, _json(notebook))
        sidecar = {"content_hash": content_hash, "report": graded.report.to_json()}
        _write(staged / SIDECAR, _json(sidecar))

    def _place(self, staged: Path, place: Path) -> None:
        """Rename a folder into place; an older one steps aside first."""
        if place.exists() or place.is_symlink():
            aside = staged.with_name(f"{staged.name}.old")
            os.replace(place, aside)  # noqa: PTH105 - an atomic rename
            os.replace(staged, place)  # noqa: PTH105
            _remove(aside)
        else:
            os.replace(staged, place)  # noqa: PTH105

    def _save(self, entry: Entry, report: Report, lesson: Lesson) -> None:
        """Write the scores, as nbgrader's SaveAutoGrades and AssignLatePenalties would."""
        db = self._gradebook.db
        submission = self._submission(entry)
        submission.timestamp = _timestamp(entry.folder) or submission.timestamp
        notebook = next(n for n in submission.notebooks if n.name == lesson.id)
        outcomes = {f"test_{outcome.id}": outcome for outcome in report.exercises}
        for grade in notebook.grades:
            outcome = outcomes.get(grade.cell.name)
            if outcome is None:
                # A task, which a person marks: what was given by hand stays.
                continue
            grade.auto_score = outcome.score
            grade.needs_manual_grade = grade.manual_score is not None
        blank = {o.id for o in report.exercises if o.verdict is Verdict.NOT_ATTEMPTED}
        tasks = {cell.name for cell in lesson.manual}
        for comment in notebook.comments:
            name = comment.cell.name
            comment.auto_comment = "No response." if name in blank - tasks else None
        notebook.late_submission_penalty = None
        db.flush()
        self._penalise(submission, notebook)
        db.commit()

    def _submission(self, entry: Entry) -> SubmittedAssignment:
        """Return the gradebook's submission with all it contains, made if it is new."""
        db = self._gradebook.db
        found = (
            db.query(SubmittedAssignment)
            .join(Assignment)
            .filter(Assignment.name == entry.lesson)
            .filter(SubmittedAssignment.student_id == entry.student)
            .options(
                joinedload(SubmittedAssignment.assignment),
                selectinload(SubmittedAssignment.notebooks).options(
                    joinedload(SubmittedNotebook.notebook),
                    selectinload(SubmittedNotebook.grades).joinedload(Grade.cell),
                    selectinload(SubmittedNotebook.comments).joinedload(Comment.cell),
                ),
            )
            .populate_existing()
            .first()
        )
        if found is not None:
            return found
        if db.get(Student, entry.student) is None:
            db.add(Student(id=entry.student))
        assignment = db.query(Assignment).filter_by(name=entry.lesson).one()
        with db.no_autoflush:
            made = SubmittedAssignment(assignment=assignment, student_id=entry.student)
            db.add(made)
            for notebook in assignment.notebooks:
                submitted = SubmittedNotebook(notebook=notebook, assignment=made)
                db.add(submitted)
                db.add_all(Grade(cell=c, notebook=submitted) for c in _graded_cells(notebook))
                db.add_all(Comment(cell=c, notebook=submitted) for c in _commented_cells(notebook))
        return made

    def _penalise(self, submission: SubmittedAssignment, notebook: SubmittedNotebook) -> None:
        """Apply the configured late penalty."""
        if not submission.total_seconds_late:
            return
        preprocessor = AssignLatePenalties(config=self.config)
        preprocessor.init_plugin()
        score = sum(map(_score, notebook.grades))
        penalty = preprocessor.plugin_inst.late_submission_penalty(
            submission.student_id, score, submission.total_seconds_late
        )
        if penalty is not None:
            notebook.late_submission_penalty = min(max(penalty, 0), score)


def _steps() -> Iterator[Any]:
    """Yield what generate_assignment does to a notebook until its cells are saved."""
    for step in GenerateAssignment.preprocessors.default_args[0]:
        made = step()
        made.enabled = True
        yield made
        if step is SaveCells:
            return


def _score(grade: Grade) -> float:
    """Return a cell's score as nbgrader counts it: by hand if given, with what is added to it."""
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if score is None else float(score + (grade.extra_credit or 0.0))


def _graded_cells(notebook: Notebook) -> list[Any]:
    return [*notebook.grade_cells, *notebook.task_cells]


def _commented_cells(notebook: Notebook) -> list[Any]:
    return [*notebook.solution_cells, *notebook.task_cells]


def _timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in; None where nbgrader left no readable note."""
    path = folder / "timestamp.txt"
    try:
        if path.is_symlink():
            return None
        found: datetime | None = parse_utc(path.read_text(encoding="utf-8").strip() or None)
    except (OSError, ValueError, OverflowError):
        return None
    return found


def other_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the plain files beside the notebook; no links, not too many, not too large."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in found[:_MAX_FILES]:
        if path.suffix != ".ipynb" and path.name not in _MADE_HERE and path.is_file():
            # It may be a link, or gone by now; the grade does not depend on it.
            with contextlib.suppress(UnreadableError):
                yield path.name, read_bytes(path)


def _json(value: Any) -> bytes:
    # Without indentation json writes in C, ten times faster; only programs read these files.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"{text}\n".encode("utf-8", "replace")


def _remove(path: Path) -> None:
    """Remove a folder, or a file that stands where a folder should be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # As nbgrader leaves them: nobody edits a graded notebook by accident.
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
