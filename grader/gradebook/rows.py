"""The rows of submissions' scores, as nbgrader's own last steps of autograding leave them.

Rows are read and written as rows: as nbgrader's objects, with all that hangs on them, a
submission takes five times as long.  The statements are made once, and executed once for
all that is recorded together: that takes longer than what they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from grader.gradebook.finished import Finished
from grader.judge.outcome import Report
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.submission.handed_in import handed_in

_Row = Mapping[str, Any]

_STUDENTS: Table = Student.__table__
_SUBMISSIONS: Table = SubmittedAssignment.__table__
_NOTEBOOKS: Table = SubmittedNotebook.__table__
_GRADES: Table = Grade.__table__
_COMMENTS: Table = Comment.__table__
# What tells a row from all others of its table, in the order of the table's index: found by
# a part of it alone, a row would be looked for in those of the whole class.
_KEYS = {
    _STUDENTS: ("id",),
    _SUBMISSIONS: ("assignment_id", "student_id"),
    _NOTEBOOKS: ("notebook_id", "assignment_id"),
    _GRADES: ("cell_id", "notebook_id"),
    _COMMENTS: ("cell_id", "notebook_id"),
}
_SELECT = {
    table: select(table).where(*(table.c[k].in_(bindparam(k, expanding=True)) for k in keys))
    for table, keys in _KEYS.items()
}
_INSERT = {table: insert(table) for table in _KEYS}
_UPDATE = {table: update(table).where(table.c.id == bindparam("this")) for table in _KEYS}
# What stands for a row that is not there yet.
_NO_SUBMISSION: _Row = {"id": None, "timestamp": None, "extension": None}
_NO_GRADE: _Row = {
    "id": None,
    "auto_score": None,
    "manual_score": None,
    "extra_credit": None,
    "needs_manual_grade": True,
}


def save(
    session: Any, finished: Sequence[Finished], known: Mapping[str, Known], config: Any
) -> None:
    """Write what SaveAutoGrades and AssignLatePenalties would; the caller commits.

    Args:
        finished: no two of one student and lesson.
        known: what the gradebook knows of their lessons.
        config: nbgrader's configuration, for late penalties.
    """
    connection = session.connection()
    lessons = [known[name] for name in dict.fromkeys(one.lesson.id for one in finished)]
    names = dict.fromkeys(one.entry.student for one in finished)
    submissions = _found(connection, _SUBMISSIONS, (each.assignment for each in lessons), names)
    numbers = (row["id"] for row in submissions.values())
    notebooks = _found(connection, _NOTEBOOKS, (each.notebook for each in lessons), numbers)
    books = [row["id"] for row in notebooks.values()]
    grades = _found(connection, _GRADES, (c for each in lessons for c in each.graded), books)
    remarks = _found(connection, _COMMENTS, (c for each in lessons for c in each.commented), books)
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _KEYS}
    for one in finished:
        lesson, student, report = known[one.lesson.id], one.entry.student, one.graded.report
        submission = submissions.get((lesson.assignment, student), _NO_SUBMISSION)
        number = submission["id"] or new_uuid()
        notebook = notebooks.get((lesson.notebook, number))
        book = notebook["id"] if notebook else new_uuid()
        marked, total = _grades(report, lesson, book, grades)
        time = handed_in(one.entry.folder)[0] or submission["timestamp"]
        late = lateness.seconds_late(time, lesson.due, submission["extension"])
        made = {
            "id": number,
            "assignment_id": lesson.assignment,
            "student_id": student,
            "timestamp": time,
        }
        of_notebook = {
            "id": book,
            "assignment_id": number,
            "notebook_id": lesson.notebook,
            "late_submission_penalty": (
                lateness.penalty(config, student, total, late) if late else None
            ),
        }
        rows[_SUBMISSIONS].append(made)
        rows[_NOTEBOOKS].append(of_notebook)
        rows[_GRADES] += marked
        rows[_COMMENTS] += _comments(report, one.lesson, lesson, book, remarks)
    new = names.keys() - {student for _lesson, student in submissions}
    rows[_STUDENTS] = [{"id": name} for name in names if name in new]
    students = _found(connection, _STUDENTS, new)
    for table, before in zip(
        _KEYS, (students, submissions, notebooks, grades, remarks), strict=True
    ):
        _put(connection, table, rows[table], before.values())


def _found(
    connection: Connection, table: Table, *values: Iterable[str]
) -> dict[tuple[str, ...], _Row]:
    """Return rows by their keys, given what may stand in each column of these."""
    keys = _KEYS[table]
    chosen = dict(zip(keys, map(list, values), strict=True))
    if not all(chosen.values()):
        return {}
    rows = connection.execute(_SELECT[table], chosen).mappings()
    return {tuple(row[key] for key in keys): dict(row) for row in rows}


def _put(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], before: Iterable[_Row]
) -> None:
    """Insert rows, or update those that were there before and differ."""
    there = {row["id"]: row.items() for row in before}
    new = [row for row in rows if row["id"] not in there]
    changed = [
        {"this": row["id"], **row}
        for row in rows
        if row["id"] in there and not row.items() <= there[row["id"]]
    ]
    if new:
        connection.execute(_INSERT[table], new)
    if changed:
        connection.execute(_UPDATE[table], changed)


def _grades(
    report: Report, known: Known, notebook: str, before: Mapping[tuple[str, ...], _Row]
) -> tuple[list[dict[str, Any]], float]:
    """Return the rows of grades, and the score that they add up to.

    Args:
        notebook: the submitted notebook's number.
        before: the rows that are there.
    """
    outcomes = {f"test_{outcome.id}": outcome for outcome in report.exercises}
    nothing = {outcome.id for outcome in report.exercises if outcome.verdict in NOTHING_THERE}
    rows: list[dict[str, Any]] = []
    total = 0.0
    for cell, name in known.graded.items():
        grade = before.get((cell, notebook), _NO_GRADE)
        auto, by_hand = grade["auto_score"], grade["manual_score"]
        again = grade["needs_manual_grade"]
        if name in outcomes:
            auto, again = outcomes[name].score, by_hand is not None
        elif by_hand is None:
            # A derivation waits for a person, unless there is nothing to read.
            auto, again = (0.0, False) if name in nothing else (None, True)
        total += _score(auto, by_hand, grade["extra_credit"])
        rows.append(
            {
                "id": grade["id"] or new_uuid(),
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
    report: Report,
    lesson: Lesson,
    known: Known,
    notebook: str,
    before: Mapping[tuple[str, ...], _Row],
) -> list[dict[str, Any]]:
    """Return the rows of comments; an answer that was never written is told, as nbgrader does.

    Args:
        notebook: the submitted notebook's number.
        before: the rows that are there.
    """
    blank = {o.id for o in report.exercises if o.verdict is Verdict.NOT_ATTEMPTED}
    blank -= {cell.name for cell in lesson.manual}
    return [
        {
            "id": before[cell, notebook]["id"] if (cell, notebook) in before else new_uuid(),
            "cell_id": cell,
            "notebook_id": notebook,
            "auto_comment": words.NO_RESPONSE if name in blank else None,
        }
        for cell, name in known.commented.items()
    ]
