"""From Reports to nbgrader's gradebook and autograded notebooks; one transaction each.

The order is: write the autograded folder beside its place, commit the scores,
rename the folder into place.  What is in place is done; killed anywhere before,
a rerun grades the submission again, to the same scores.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, ComputeChecksums, LockCells, SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload

from grader import __version__
from grader.course import Course, Lesson
from grader.engine import Graded
from grader.errors import InputError
from grader.feedback import autograded_notebook
from grader.verdict import Report, Verdict

SIDECAR = "grader.json"
_STAGING = ".new"
_MAX_FILES, _MAX_FILE = 100, 20 * 2**20


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A submission in class/submitted."""

    student: str
    lesson: str
    folder: Path

    @property
    def notebook(self) -> Path:
        """The notebook that was handed in, if it was."""
        return self.folder / f"{self.lesson}.ipynb"


def fingerprint(entry: Entry, lesson: Lesson, secret: str, sandbox: str) -> str:
    """Return a hash of all that a grade depends on: submission, lesson, grader, time."""
    digest = hashlib.sha256(f"{__version__}\0{lesson.digest}\0{secret}\0{sandbox}".encode())
    for name in (entry.notebook.name, "timestamp.txt"):
        path = entry.folder / name
        content = b""
        if not path.is_symlink() and path.is_file():
            with contextlib.suppress(OSError), path.open("rb") as file:
                content = file.read(_MAX_FILE)
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


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
    _notebooks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.autograded = self.course.class_folder / "autograded"
        with self._readable_errors():
            self.course.class_folder.mkdir(parents=True, exist_ok=True)
            self._gradebook = Gradebook(self.db_url, self.course_id)
        shutil.rmtree(self.autograded / _STAGING, ignore_errors=True)

    def close(self) -> None:
        """Close the gradebook."""
        self._gradebook.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _readable_errors(self) -> Iterator[None]:
        """Turn what a database or a disk says into one line."""
        try:
            yield
        except DatabaseError as error:
            self._rollback()
            reason = str(error.orig)
            advice = "move it away and restore a backup, or delete it to begin anew"
            if "locked" in reason:
                advice = "close Formgrader and other nbgrader commands, then run this again"
            elif "full" in reason:
                advice = "free some space, then run this again; nothing graded so far is lost"
            elif "readonly" in reason or "unable to open" in reason:
                advice = "check the permissions of the file and its folder"
            raise InputError(f"{self.db_url}: cannot be used ({reason}); {advice}") from error
        except SQLAlchemyError as error:
            self._rollback()
            raise InputError(f"{self.db_url}: cannot be used ({error})") from error
        except OSError as error:
            self._rollback()
            raise InputError(
                f"{error.filename or self.course.class_folder}: cannot be written "
                f"({error.strerror}); free some space or check the permissions, then run this "
                "again; nothing graded so far is lost"
            ) from error

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
        with self._readable_errors():
            if self._gradebook.db.query(Assignment).filter_by(name=lesson.id).first() is None:
                self._gradebook.add_assignment(lesson.id)
            try:
                for step in (LockCells, ComputeChecksums, SaveCells):
                    notebook, resources = step().preprocess(notebook, resources)
            except RuntimeError as error:
                raise InputError(
                    f"{lesson.id}: {error}; restore the lesson, or delete its submissions "
                    "from the gradebook"
                ) from error
            # SaveCells wrote through a connection of its own.
            self._gradebook.db.expire_all()

    def is_done(self, entry: Entry, content_hash: str) -> dict[str, Any] | None:
        """Return the recorded report if this very submission was graded by this very grader."""
        path = self.autograded / entry.student / entry.lesson / SIDECAR
        try:
            sidecar = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(sidecar, dict) or sidecar.get("content_hash") != content_hash:
            return None
        report = sidecar.get("report")
        return report if isinstance(report, dict) else None

    def record(self, entry: Entry, graded: Graded, lesson: Lesson, content_hash: str) -> None:
        """Write one report: folder beside, scores in one transaction, folder into place.

        Raises:
            InputError: the gradebook or the disk refuses; nothing of this report is kept.
        """
        staged = self.autograded / _STAGING / uuid.uuid4().hex
        try:
            with self._readable_errors():
                self._stage(staged, entry, graded, lesson, content_hash)
                self._save(entry, graded.report, lesson)
                self._place(staged, self.autograded / entry.student / entry.lesson)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

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
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            aside = staged.with_name(f"{staged.name}.old")
            os.replace(place, aside)  # noqa: PTH105 - an atomic rename
            os.replace(staged, place)  # noqa: PTH105
            shutil.rmtree(aside, ignore_errors=True)
        else:
            os.replace(staged, place)  # noqa: PTH105

    def _save(self, entry: Entry, report: Report, lesson: Lesson) -> None:
        """Write the scores, as nbgrader's SaveAutoGrades and AssignLatePenalties would."""
        db = self._gradebook.db
        submission = self._submission(entry)
        submission.timestamp = _timestamp(entry.folder)
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
        score = sum(
            (grade.auto_score if grade.manual_score is None else grade.manual_score) or 0.0
            for grade in notebook.grades
        ) + sum(grade.extra_credit or 0.0 for grade in notebook.grades)
        penalty = preprocessor.plugin_inst.late_submission_penalty(
            submission.student_id, score, submission.total_seconds_late
        )
        if penalty is not None:
            notebook.late_submission_penalty = min(max(penalty, 0), score)


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
        if path.suffix == ".ipynb" or path.name == SIDECAR or path.is_symlink():
            continue
        if path.is_file() and path.stat().st_size <= _MAX_FILE:
            yield path.name, path.read_bytes()


def _json(value: Any) -> bytes:
    # Without indentation json writes in C, ten times faster; only programs read these files.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"{text}\n".encode("utf-8", "replace")


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # As nbgrader leaves them: nobody edits a graded notebook by accident.
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
