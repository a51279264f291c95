"""Make the gradebook know a lesson's cells; for it, a lesson is an assignment of one notebook."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import Assignment, Notebook

from grader.course.lesson import Lesson
from grader.course.notebook import text_of
from grader.errors import InputError
from grader.gradebook import words
from grader.gradebook.database import Database, one_at_a_time


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the gradebook knows of a lesson: its numbers for it and for each of its cells.

    Attributes:
        graded: the name of each cell that earns points, by number; commented: likewise of
            each that a comment may go with.
    """

    assignment: str
    notebook: str
    due: datetime | None
    graded: Mapping[str, str]
    commented: Mapping[str, str]


def register(database: Database, lesson: Lesson) -> Known:
    """Make the gradebook know the lesson as it stands, as generate_assignment does.

    Raises:
        InputError: cells were added or removed although there are submissions, or the
            database refuses.
    """
    with one_at_a_time(database.url), database.transaction() as session:
        notebook = _notebook(session, lesson)
        if notebook is None or not _stands(notebook, lesson):
            _save(database, lesson)
            notebook = _notebook(session, lesson)
        graded = [*notebook.grade_cells, *notebook.task_cells]
        commented = [*notebook.solution_cells, *notebook.task_cells]
        return Known(
            assignment=notebook.assignment_id,
            notebook=notebook.id,
            due=notebook.assignment.duedate,
            graded={cell.id: cell.name for cell in graded},
            commented={cell.id: cell.name for cell in commented},
        )


def add_missing(database: Database, lesson: Lesson) -> None:
    """Make the gradebook know a lesson that it does not know; one that it knows stays as it is.

    Raises:
        InputError: the database refuses.
    """
    with database.transaction() as session:
        known = _notebook(session, lesson) is not None
    if not known:
        _save(database, lesson)


def _notebook(session: Any, lesson: Lesson) -> Any:
    return (
        session.query(Notebook)
        .join(Assignment)
        .filter(Assignment.name == lesson.id, Notebook.name == lesson.id)
        .first()
    )


def _stands(notebook: Any, lesson: Lesson) -> bool:
    """Whether the gradebook knows the lesson as it is now."""
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


def _released(cell: Mapping[str, Any], lesson: Lesson) -> str:
    """Return a cell's text as the gradebook keeps it: with hidden tests, without solutions."""
    about = cell["metadata"]["nbgrader"]
    return lesson.stubs[about["grade_id"]] if about["solution"] else text_of(cell)


def _save(database: Database, lesson: Lesson) -> None:
    """Let nbgrader save the lesson's cells: a matter of 0.2 s."""
    import nbformat  # noqa: PLC0415 - slow to import

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    notebook = nbformat.reads(json.dumps(lesson.notebook), as_version=4)
    resources = {
        "nbgrader": {
            "notebook": lesson.id,
            "assignment": lesson.id,
            "student": ".",
            "db_url": database.url,
        }
    }
    session = database.session
    if session.query(Assignment).filter_by(name=lesson.id).first() is None:
        session.add(Assignment(name=lesson.id, course_id=database.course_id))
    session.commit()
    try:
        for step in _steps():
            notebook, resources = step.preprocess(notebook, resources)
    except RuntimeError as error:
        raise InputError(words.not_registered(lesson.id, error)) from error
    # SaveCells wrote through a connection of its own.
    session.expire_all()


def _steps() -> Iterator[Any]:
    """Yield what generate_assignment does to a notebook until its cells are saved."""
    # They load all of nbgrader, for lessons that are new or were changed.
    from nbgrader.converters.generate_assignment import GenerateAssignment  # noqa: PLC0415
    from nbgrader.preprocessors import SaveCells  # noqa: PLC0415

    for step in GenerateAssignment.preprocessors.default_args[0]:
        made = step()
        made.enabled = True
        yield made
        if step is SaveCells:
            return
