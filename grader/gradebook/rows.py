"""The rows of one submission's scores, as nbgrader's own last steps of autograding leave them.

Rows are read and written as rows: as nbgrader's objects, with all that hangs on
them, a submission takes five times as long.  The statements are made once, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import Connection, Table, bindparam, insert, select, update

from grader.course.lesson import Lesson
from grader.gradebook import lateness, words
from grader.gradebook.cells import Known
from grader.judge.outcome import Report
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.submission.entry import Entry
from grader.submission.handed_in import handed_in

_STUDENTS: Table = Student.__table__
_SUBMISSIONS: Table = SubmittedAssignment.__table__
_NOTEBOOKS: Table = SubmittedNotebook.__table__
_GRADES: Table = Grade.__table__
_COMMENTS: Table = Comment.__table__
_SUBMISSION = select(_SUBMISSIONS).where(
    _SUBMISSIONS.c.assignment_id == bindparam("lesson"),
    _SUBMISSIONS.c.student_id == bindparam("student"),
)
_NOTEBOOK = select(_NOTEBOOKS).where(
    _NOTEBOOKS.c.assignment_id == bindparam("submission"),
    _NOTEBOOKS.c.notebook_id == bindparam("notebook"),
)
_STUDENT = select(_STUDENTS.c.id).where(_STUDENTS.c.id == bindparam("student"))
_ALL = (_STUDENTS, _SUBMISSIONS, _NOTEBOOKS, _GRADES, _COMMENTS)
_INSERT = {table: insert(table) for table in _ALL}
_UPDATE = {table: update(table).where(table.c.id == bindparam("this")) for table in _ALL}
# By cell too: the index begins with it, and without one the whole class's rows are read.
_BY_CELL = {
    table: select(table).where(
        table.c.notebook_id == bindparam("book"),
        table.c.cell_id.in_(bindparam("cells", expanding=True)),
    )
    for table in (_GRADES, _COMMENTS)
}
# What stands for a row that is not there yet.
_NO_SUBMISSION = SubmittedAssignment()
_NO_GRADE = Grade(needs_manual_grade=True)


def save(
    session: Any, entry: Entry, report: Report, lesson: Lesson, *, known: Known, config: Any
) -> None:
    """Write what SaveAutoGrades and AssignLatePenalties would; the caller commits.

    Args:
        known: what the gradebook knows of the lesson.
        config: nbgrader's configuration, for late penalties.
    """
    connection = session.connection()
    submission, notebook = _find(connection, entry.student, known)
    number = notebook.id if notebook else new_uuid()
    before = _by_cell(connection, _GRADES, notebook, known.graded)
    grades, total = _grades(report, known, number, before)
    time = handed_in(entry.folder)[0] or submission.timestamp
    late = lateness.seconds_late(time, known.due, submission.extension)
    made = {
        "id": submission.id or new_uuid(),
        "assignment_id": known.assignment,
        "student_id": entry.student,
        "timestamp": time,
    }
    of_notebook = {
        "id": number,
        "assignment_id": made["id"],
        "notebook_id": known.notebook,
        "late_submission_penalty": (
            lateness.penalty(config, entry.student, total, late) if late else None
        ),
    }
    if not submission.id:
        _add_student(connection, entry.student)
    _put(connection, _SUBMISSIONS, [made], [submission])
    _put(connection, _NOTEBOOKS, [of_notebook], [notebook] if notebook else [])
    _put(connection, _GRADES, grades, before.values())
    remarks = _by_cell(connection, _COMMENTS, notebook, known.commented)
    said = _comments(report, lesson, known, number, remarks)
    _put(connection, _COMMENTS, said, remarks.values())


def _find(connection: Connection, student: str, known: Known) -> tuple[Any, Any]:
    """Return the rows of a submission, empty if it is new, and of its notebook, if any."""
    submission = connection.execute(
        _SUBMISSION, {"lesson": known.assignment, "student": student}
    ).first()
    if submission is None:
        return _NO_SUBMISSION, None
    notebook = connection.execute(
        _NOTEBOOK, {"submission": submission.id, "notebook": known.notebook}
    ).first()
    return submission, notebook


def _by_cell(
    connection: Connection, table: Table, notebook: Any, cells: Iterable[str]
) -> dict[str, Any]:
    """Return the rows of a submitted notebook by their cells' numbers; none for a new one."""
    if notebook is None:
        return {}
    rows = connection.execute(_BY_CELL[table], {"book": notebook.id, "cells": list(cells)})
    return {row.cell_id: row for row in rows}


def _put(
    connection: Connection, table: Table, rows: list[dict[str, Any]], before: Iterable[Any]
) -> None:
    """Insert rows, or update those that were there before."""
    there = {row.id for row in before}
    new = [row for row in rows if row["id"] not in there]
    changed = [{"this": row["id"], **row} for row in rows if row["id"] in there]
    if new:
        connection.execute(_INSERT[table], new)
    if changed:
        connection.execute(_UPDATE[table], changed)


def _add_student(connection: Connection, student: str) -> None:
    if connection.execute(_STUDENT, {"student": student}).first() is None:
        connection.execute(_INSERT[_STUDENTS], [{"id": student}])


def _grades(
    report: Report, known: Known, notebook: str, before: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], float]:
    """Return the rows of grades, and the score that they add up to.

    Args:
        notebook: the submitted notebook's number.
        before: the rows that are there, by cell.
    """
    outcomes = {f"test_{outcome.id}": outcome for outcome in report.exercises}
    nothing = {outcome.id for outcome in report.exercises if outcome.verdict in NOTHING_THERE}
    rows: list[dict[str, Any]] = []
    total = 0.0
    for cell, name in known.graded.items():
        grade = before.get(cell, _NO_GRADE)
        auto, by_hand, again = grade.auto_score, grade.manual_score, grade.needs_manual_grade
        if name in outcomes:
            auto, again = outcomes[name].score, by_hand is not None
        elif by_hand is None:
            # A derivation waits for a person, unless there is nothing to read.
            auto, again = (0.0, False) if name in nothing else (None, True)
        total += _score(auto, by_hand, grade.extra_credit)
        rows.append(
            {
                "id": grade.id or new_uuid(),
                "cell_id": cell,
                "notebook_id": notebook,
                "auto_score": auto,
                "needs_manual_grade": again,
            }
        )
    return rows, total


def _score(auto: float | None, manual: float | None, extra: float | None) -> float:
    """Return a cell's score as nbgrader counts it: by hand if given, with what is added to it."""
    score = auto if manual is None else manual
    return 0.0 if score is None else score + (extra or 0.0)


def _comments(
    report: Report, lesson: Lesson, known: Known, notebook: str, before: Mapping[str, Any]
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
            "auto_comment": words.NO_RESPONSE if name in blank else None,
        }
        for cell, name in known.commented.items()
    ]
