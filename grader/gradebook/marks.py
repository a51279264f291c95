"""What the gradebook holds of submissions at the moment, for all who are asked for at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import func, select

from grader.gradebook.database import Database
from grader.gradebook.disk import refusals_told
from grader.report.marks import Mark, Marks

_CELL = BaseCell.__table__


def read_marks(database: Database, lessons: Iterable[str]) -> dict[tuple[str, str], Marks]:
    """Return the marks of all submissions of some lessons, by student and lesson.

    Raises:
        InputError: the database refuses.
    """
    names = list(lessons)
    cells: dict[tuple[str, str], dict[str, Mark]] = {}
    comments: dict[tuple[str, str], dict[str, str]] = {}
    with database.transaction() as session:
        submissions = session.execute(_submissions(names)).all()
        # The largest table: taken by place, its columns take half as long as by name.
        for student, lesson, cell, *mark in session.execute(_grades(names)):
            cells.setdefault((student, lesson), {})[intern(cell)] = _mark(*mark)
        for row in session.execute(_comments(names)):
            comments.setdefault((row.student, row.lesson), {})[row.cell] = row.comment
    return {
        (row.student, row.lesson): Marks(
            name=" ".join(filter(None, (row.first_name, row.last_name))),
            cells=cells.get((row.student, row.lesson), {}),
            comments=comments.get((row.student, row.lesson), {}),
            penalty=row.late_submission_penalty or 0.0,
        )
        for row in submissions
    }


@lru_cache(maxsize=10_000)
def _mark(
    auto: float | None, manual: float | None, extra: float | None, waits: bool | None, points: float
) -> Mark:
    """Return a mark; equal ones are one object, for a class has many of few kinds."""
    return Mark(auto=auto, manual=manual, extra=extra or 0.0, points=points, waits=bool(waits))


def marks_in(url: str, course_id: str, lessons: Iterable[str]) -> dict[tuple[str, str], Marks]:
    """Return what `read_marks` does, of the gradebook at an address.

    Raises:
        InputError: the database refuses, or its disk does.
    """
    path = Path(url.rpartition("///")[2]).parent
    with refusals_told(path):
        database = Database(url, course_id)
        try:
            return read_marks(database, lessons)
        finally:
            database.close()


def _submissions(lessons: list[str]) -> Any:
    return _of(
        lessons,
        Student.__table__.c.first_name,
        Student.__table__.c.last_name,
        SubmittedNotebook.__table__.c.late_submission_penalty,
    ).join(Student.__table__, Student.__table__.c.id == SubmittedAssignment.__table__.c.student_id)


def _grades(lessons: list[str]) -> Any:
    grade, tests, tasks = Grade.__table__, GradeCell.__table__, TaskCell.__table__
    points = func.coalesce(tests.c.max_score, tasks.c.max_score, 0.0).label("points")
    return (
        _of(
            lessons,
            _CELL.c.name.label("cell"),
            grade.c.auto_score,
            grade.c.manual_score,
            grade.c.extra_credit,
            grade.c.needs_manual_grade,
            points,
        )
        .join(grade, grade.c.notebook_id == SubmittedNotebook.__table__.c.id)
        .join(_CELL, _CELL.c.id == grade.c.cell_id)
        .outerjoin(tests, tests.c.id == grade.c.cell_id)
        .outerjoin(tasks, tasks.c.id == grade.c.cell_id)
    )


def _comments(lessons: list[str]) -> Any:
    comment = Comment.__table__
    return (
        _of(lessons, _CELL.c.name.label("cell"), comment.c.manual_comment.label("comment"))
        .join(comment, comment.c.notebook_id == SubmittedNotebook.__table__.c.id)
        .join(_CELL, _CELL.c.id == comment.c.cell_id)
        .where(comment.c.manual_comment.is_not(None), comment.c.manual_comment != "")
    )


def _of(lessons: list[str], *columns: Any) -> Any:
    """Return a query of columns by student and lesson; more tables can be joined to it."""
    handed_in, book, lesson = (
        kind.__table__ for kind in (SubmittedAssignment, SubmittedNotebook, Assignment)
    )
    notebook = Notebook.__table__
    return (
        select(handed_in.c.student_id.label("student"), lesson.c.name.label("lesson"), *columns)
        .select_from(handed_in)
        .join(lesson, lesson.c.id == handed_in.c.assignment_id)
        .join(book, book.c.assignment_id == handed_in.c.id)
        .join(notebook, notebook.c.id == book.c.notebook_id)
        .where(lesson.c.name.in_(lessons), notebook.c.name == lesson.c.name)
    )
