"""When each lesson is due, as the gradebook has it."""

from __future__ import annotations

from datetime import UTC, datetime

from nbgrader.api import Assignment
from sqlalchemy import select

from grader.gradebook.database import Database


def deadlines_in(url: str, course_id: str) -> dict[str, datetime]:
    """Return the lessons' due times, with their time zone; a lesson without one is left out.

    Raises:
        InputError: the database refuses.
    """
    columns = Assignment.__table__.c
    database = Database(url, course_id)
    try:
        with database.transaction() as session:
            found = session.execute(select(columns.name, columns.duedate)).all()
    finally:
        database.close()
    # nbgrader keeps UTC without saying so.
    return {name: due.replace(tzinfo=UTC) for name, due in found if due is not None}
