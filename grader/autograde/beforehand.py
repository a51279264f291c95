"""What is seen to before nbgrader takes the first submission: that grading makes sense at all."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException

from grader.autograde.engine import Engine
from grader.autograde.place import directory, lesson_of, names_of, source_folder
from grader.autograde.reference import reference_of
from grader.errors import GraderError, InputError
from grader.gradebook.cells import add_missing
from grader.gradebook.database import Database, absolute
from grader.gradebook.disk import refusals_told

_NAMED = f"{Engine.__module__}.{Engine.__name__}", "grader.nbgrader_plugin.Engine"


def try_references(exporter: Any) -> None:
    """Run the references of the ordinary assignments that are about to be graded.

    Raises:
        NbGraderException: one is stopped by the box, or there is none; it was logged.
    """
    converter = exporter.parent
    engines = getattr(converter, "autograde_preprocessors", ())
    engine = Engine(parent=exporter)
    if not engine.enabled or not any(each is Engine or each in _NAMED for each in engines):
        return
    coursedir = directory(exporter)
    for assignment in sorted(set(_assignments(converter, coursedir))):
        if lesson_of(coursedir, assignment) is not None:
            continue
        for path in sorted(source_folder(coursedir, assignment).glob("*.ipynb")):
            if fnmatch.fnmatch(path.stem, coursedir.notebook_id):
                refusal = _refusal(engine, coursedir, assignment, path.stem)
                if refusal:
                    converter.log.error(refusal)
                    raise NbGraderException(refusal)


def expect_lessons(exporter: Any) -> None:
    """Let nbgrader take up a lesson's submission whatever its notebook is called.

    It passes over names that it does not know, and folders without a notebook.  Which one
    counts, or why none does, is for the grader to say.
    """
    converter, coursedir = exporter.parent, directory(exporter)
    form = coursedir.format_path(
        coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id
    )
    expected = dict(converter.assignments)
    for folder in glob.glob(form):  # noqa: PTH207 - as nbgrader finds them
        names = names_of(folder, coursedir, coursedir.submitted_directory)
        try:
            found = lesson_of(coursedir, names["assignment"]) if names else None
        except (GraderError, InputError) as error:
            converter.log.error(str(error))  # noqa: TRY400 - one line is all that helps
            raise NbGraderException(str(error)) from error
        if found:
            _, lesson = found
            if fnmatch.fnmatch(lesson.id, coursedir.notebook_id) and Path(folder).is_dir():
                expected[folder] = [str(Path(folder, f"{lesson.id}.ipynb"))]
    converter.assignments = expected


def know_lessons(exporter: Any) -> None:
    """Put the lessons that are about to be graded into the gradebook, if they are not there.

    Raises:
        NbGraderException: the gradebook refuses; it was logged.
    """
    converter, coursedir = exporter.parent, directory(exporter)
    found = {name: lesson_of(coursedir, name) for name in set(_assignments(converter, coursedir))}
    try:
        with refusals_told(Path(coursedir.root)):
            database = Database(
                absolute(str(coursedir.db_url), Path(coursedir.root)), str(coursedir.course_id)
            )
            try:
                for known in filter(None, found.values()):
                    add_missing(database, known[1])
            finally:
                database.close()
    except InputError as error:
        converter.log.error(str(error))  # noqa: TRY400 - one line, no traceback
        raise NbGraderException(str(error)) from error


def _refusal(engine: Any, coursedir: Any, assignment: str, notebook: str) -> str:
    """Return why nobody can be scored, or ""."""
    try:
        reference_of(engine, coursedir, assignment, notebook)
    except (NbGraderException, GraderError, InputError) as error:
        return str(error)
    return ""


def _assignments(converter: Any, coursedir: Any) -> Iterator[str]:
    """Yield the assignments of the submissions that nbgrader is about to grade."""
    for folder in converter.assignments:
        found = names_of(folder, coursedir, coursedir.submitted_directory)
        if found is None:
            continue
        graded = coursedir.format_path(
            coursedir.autograded_directory, found["student"], found["assignment"]
        )
        if converter.force or not Path(graded).exists():
            yield found["assignment"]
