"""Where nbgrader keeps what belongs to an assignment, and which ones are lessons of ours."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from grader.autograde import words
from grader.course.folders import Course, find_course
from grader.course.hidden import hidden_files
from grader.course.lesson import Lesson
from grader.course.loading import digest_of, kept
from grader.errors import GraderError, InputError

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def directory(part: Any) -> Any:
    """Return nbgrader's CourseDirectory, as the converter that a part works for has it."""
    above = part
    while above is not None:
        found = getattr(above, "coursedir", None)
        if found is not None:
            return found
        above = above.parent
    return CourseDirectory(config=part.config)


def source_folder(coursedir: Any, assignment: str) -> Path:
    """Return the folder with the instructor's version of an assignment."""
    return Path(coursedir.format_path(coursedir.source_directory, ".", assignment))


def source_files(coursedir: Any, assignment: str) -> dict[str, Path]:
    """Return the instructor's files that nbgrader puts beside each student's notebook."""
    folder = source_folder(coursedir, assignment)
    found = find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"])
    return {str(Path(path).relative_to(folder)): Path(path) for path in sorted(found)}


def submitted_folder(coursedir: Any, student: str, assignment: str) -> Path:
    """Return the folder that a student handed in."""
    return Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))


def read_source(path: Path) -> Any:
    """Return an instructor's notebook, whatever format it is in, as one of today's.

    Raises:
        GraderError: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            # Of formats and of cells without an id, which are seen to below.
            warnings.simplefilter("ignore")
            notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise GraderError(words.source_not_read(path, error)) from error
    notebook["nbformat_minor"] = 5
    used: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        found = str(cell.get("id", ""))
        cell["id"] = found if _ID.fullmatch(found) and found not in used else f"source-{number}"
        used.add(cell["id"])
    return notebook


def names_of(folder: str, coursedir: Any, directory: str) -> re.Match[str] | None:
    """Return whose folder it is, and of which assignment, as the groups of a match.

    Args:
        directory: the one among nbgrader's that it lies in.
    """
    form = coursedir.format_path(directory, "(?P<student>.*)", "(?P<assignment>.*)", escape=True)
    return re.match(form, folder)


def is_lesson(coursedir: Any, assignment: str) -> bool:
    """Whether an assignment is a lesson of the course it lies in, and no ordinary one."""
    return _course_of(coursedir, assignment) is not None


def lesson_of(coursedir: Any, assignment: str) -> tuple[Course, Lesson] | None:
    """Return an assignment as a lesson of the course it lies in; None for an ordinary one."""
    course = _course_of(coursedir, assignment)
    if course is None:
        return None
    # By what they hold: Formgrader's server lives for weeks, and reads what was edited.
    return course, kept(course, assignment, digest_of(course, assignment))


def _course_of(coursedir: Any, assignment: str) -> Course | None:
    """Return the course that an assignment is a lesson of, if it is one."""
    try:
        course = find_course(Path(coursedir.root))
    except InputError:
        return None
    folder = course.solutions / assignment
    # Of the same name is not enough: another course may be the one that is installed.
    same = source_folder(coursedir, assignment).resolve() == folder.resolve()
    return course if same and hidden_files(folder) else None
