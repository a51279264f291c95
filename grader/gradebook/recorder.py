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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    new_uuid,
)
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy import Table, bindparam, insert, select, update

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import InputError
from grader.gradebook.database import lock, open_gradebook, readable_errors
from grader.judge.outcome import Report
from grader.judge.verdict import Verdict
from grader.report.data import report_data
from grader.report.graded import Graded
from grader.report.notebook import autograded_notebook
from grader.submission.entry import SIDECAR, Entry
from grader.submission.reading import UnreadableError, read_bytes

_STUDENTS: Table = Student.__table__
_SUBMISSIONS: Table = SubmittedAssignment.__table__
_NOTEBOOKS: Table = SubmittedNotebook.__table__
_GRADES: Table = Grade.__table__
_COMMENTS: Table = Comment.__table__
# What stands for a row that is not there yet.
_NO_SUBMISSION = SubmittedAssignment()
_NO_GRADE = Grade(needs_manual_grade=True)

_STAGING = ".new"
_MAX_FILES = 100
_MADE_HERE = (SIDECAR, "earlier.py")  # not taken from the submission


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the gradebook knows of a lesson, which is an assignment of one notebook.

    It has numbers of its own for the lesson and for each cell.

    Attributes:
        graded: the name of each cell that earns points, by number; commented: likewise of
            each that a comment may go with.
    """

    assignment: str
    notebook: str
    due: datetime | None
    graded: Mapping[str, str]
    commented: Mapping[str, str]


@dataclass(kw_only=True)
class Recorder:
    """Writes reports of one course into its gradebook; one at a time.

    Rows are read and written as rows: as nbgrader's objects, with all that hangs on them, a
    submission takes five times as long.

    Attributes:
        config: nbgrader's configuration, for late penalties.
    """

    course: Course
    db_url: str
    course_id: str
    config: Any
    _recorded: dict[tuple[str, str], dict[str, float]] | None = None
    _known: dict[str, _Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.autograded = self.course.class_folder / "autograded"
        with contextlib.ExitStack() as stack, self.readable_errors():
            self.course.class_folder.mkdir(parents=True, exist_ok=True)
            self._lock = stack.enter_context(lock(self.course.class_folder / ".grading"))
            self._gradebook = open_gradebook(self.db_url, self.course_id)
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
        with self.readable_errors():
            if not self._has(lesson):
                self._known.pop(lesson.id, None)
                self._save_cells(lesson)

    def _knows(self, lesson: Lesson) -> _Known:
        """Return what the gradebook knows of a lesson that is registered; read once."""
        if lesson.id not in self._known:
            notebook = self._notebook(lesson)
            if notebook is None:
                raise InputError(
                    f"{self.db_url}: does not know {lesson.id}; run 'nbgrader generate_assignment "
                    f"{lesson.id} --force', then run this again"
                )
            graded = [*notebook.grade_cells, *notebook.task_cells]
            commented = [*notebook.solution_cells, *notebook.task_cells]
            self._known[lesson.id] = _Known(
                assignment=notebook.assignment_id,
                notebook=notebook.id,
                due=notebook.assignment.duedate,
                graded={cell.id: cell.name for cell in graded},
                commented={cell.id: cell.name for cell in commented},
            )
        return self._known[lesson.id]

    def _notebook(self, lesson: Lesson) -> Notebook | None:
        return (
            self._gradebook.db.query(Notebook)
            .join(Assignment)
            .filter(Assignment.name == lesson.id, Notebook.name == lesson.id)
            .first()
        )

    def _has(self, lesson: Lesson) -> bool:
        """Whether the gradebook knows the lesson as it stands."""
        notebook = self._notebook(lesson)
        if notebook is None:
            return False
        marked = [c for c in lesson.notebook["cells"] if "nbgrader" in c["metadata"]]
        cells = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in marked}
        about = {name: cell["metadata"]["nbgrader"] for name, cell in cells.items()}
        return (
            {c.name: (c.cell_type, c.locked, c.source) for c in notebook.source_cells}
            == {
                name: (cell["cell_type"], about[name]["locked"], _released(cell, lesson))
                for name, cell in cells.items()
            }
            and {c.name: (c.cell_type, c.max_score) for c in notebook.grade_cells}
            == {n: ("code", float(i["points"])) for n, i in about.items() if i["grade"]}
            and {c.name: (c.cell_type, c.max_score) for c in notebook.task_cells}
            == {n: ("markdown", float(i["points"])) for n, i in about.items() if i["task"]}
            and {c.name for c in notebook.solution_cells}
            == {n for n, i in about.items() if i["solution"]}
        )

    def _save_cells(self, lesson: Lesson) -> None:
        """Let nbgrader save the lesson's cells: a matter of 0.2 s."""
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
        sidecar = {"content_hash": content_hash, "report": report_data(graded.report)}
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
        known = self._knows(lesson)
        submission, notebook = self._find(entry.student, known)
        number = notebook.id if notebook else new_uuid()
        outcomes = {f"test_{outcome.id}": outcome for outcome in report.exercises}
        grades, total = [], 0.0
        before = self._by_cell(_GRADES, notebook)
        for cell, name in known.graded.items():
            grade = before.get(cell, _NO_GRADE)
            auto, by_hand, again = grade.auto_score, grade.manual_score, grade.needs_manual_grade
            # A task is marked by a person: what was given by hand stays.
            if name in outcomes:
                auto, again = outcomes[name].score, by_hand is not None
            total += _score(auto, by_hand, grade.extra_credit)
            grades.append(
                {
                    "id": grade.id or new_uuid(),
                    "cell_id": cell,
                    "notebook_id": number,
                    "auto_score": auto,
                    "needs_manual_grade": again,
                }
            )
        handed_in = _timestamp(entry.folder) or submission.timestamp
        late = _seconds_late(handed_in, known.due, submission.extension)
        made = {
            "id": submission.id or new_uuid(),
            "assignment_id": known.assignment,
            "student_id": entry.student,
            "timestamp": handed_in,
        }
        of_notebook = {
            "id": number,
            "assignment_id": made["id"],
            "notebook_id": known.notebook,
            "late_submission_penalty": self._penalty(entry.student, total, late) if late else None,
        }
        if not submission.id:
            self._add_student(entry.student)
        self._put(_SUBMISSIONS, [made], [submission])
        self._put(_NOTEBOOKS, [of_notebook], [notebook] if notebook else [])
        self._put(_GRADES, grades, before.values())
        comments = self._by_cell(_COMMENTS, notebook)
        self._put(_COMMENTS, _remarks(report, lesson, known, number, comments), comments.values())
        self._gradebook.db.commit()

    def _find(self, student: str, known: _Known) -> tuple[Any, Any]:
        """Return the rows of a submission, empty if it is new, and of its notebook, if any."""
        db = self._gradebook.db
        submission = db.execute(
            select(_SUBMISSIONS).where(
                _SUBMISSIONS.c.assignment_id == known.assignment,
                _SUBMISSIONS.c.student_id == student,
            )
        ).first()
        if submission is None:
            return _NO_SUBMISSION, None
        notebook = db.execute(
            select(_NOTEBOOKS).where(
                _NOTEBOOKS.c.assignment_id == submission.id,
                _NOTEBOOKS.c.notebook_id == known.notebook,
            )
        ).first()
        return submission, notebook

    def _by_cell(self, table: Table, notebook: Any) -> dict[str, Any]:
        """Return the rows of a submitted notebook by their cells' numbers; none for a new one."""
        if notebook is None:
            return {}
        rows = self._gradebook.db.execute(select(table).where(table.c.notebook_id == notebook.id))
        return {row.cell_id: row for row in rows}

    def _put(self, table: Table, rows: list[dict[str, Any]], before: Iterable[Any]) -> None:
        """Insert rows, or update those that were there before."""
        there = {row.id for row in before}
        new = [row for row in rows if row["id"] not in there]
        changed = [{"this": row["id"], **row} for row in rows if row["id"] in there]
        if new:
            self._gradebook.db.execute(insert(table), new)
        if changed:
            self._gradebook.db.execute(
                update(table).where(table.c.id == bindparam("this")), changed
            )

    def _add_student(self, student: str) -> None:
        db = self._gradebook.db
        if db.execute(select(_STUDENTS.c.id).where(_STUDENTS.c.id == student)).first() is None:
            db.execute(insert(_STUDENTS), [{"id": student}])

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        """Return the configured late penalty."""
        preprocessor = AssignLatePenalties(config=self.config)
        preprocessor.init_plugin()
        penalty = preprocessor.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(penalty, 0), score)


def _steps() -> Iterator[Any]:
    """Yield what generate_assignment does to a notebook until its cells are saved."""
    for step in GenerateAssignment.preprocessors.default_args[0]:
        made = step()
        made.enabled = True
        yield made
        if step is SaveCells:
            return


def _remarks(
    report: Report, lesson: Lesson, known: _Known, notebook: str, before: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of comments; an answer that was never written is told, as nbgrader does.

    Args:
        notebook: the submitted notebook's number.
        before: the rows that are there, by cell.
    """
    blank = {o.id for o in report.exercises if o.verdict is Verdict.NOT_ATTEMPTED}
    blank -= {cell.name for cell in lesson.manual}
    return [
        {
            "id": before[cell].id if cell in before else new_uuid(),
            "cell_id": cell,
            "notebook_id": notebook,
            "auto_comment": "No response." if name in blank else None,
        }
        for cell, name in known.commented.items()
    ]


def _released(cell: Mapping[str, Any], lesson: Lesson) -> str:
    """Return a cell's text as the gradebook keeps it: with hidden tests, without solutions."""
    about = cell["metadata"]["nbgrader"]
    return lesson.stubs[about["grade_id"]] if about["solution"] else "".join(cell["source"])


def _score(auto: float | None, manual: float | None, extra: float | None) -> float:
    """Return a cell's score as nbgrader counts it: by hand if given, with what is added to it."""
    score = auto if manual is None else manual
    return 0.0 if score is None else score + (extra or 0.0)


def _seconds_late(
    handed_in: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    """Return by how much a submission is late, as nbgrader counts it."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())


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
