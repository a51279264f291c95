"""Where nbgrader keeps what belongs to an assignment, and which ones are lessons of ours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from grader.course.folders import Course, find_course
from grader.course.lesson import Lesson
from grader.course.loading import files_of, load
from grader.errors import InputError


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


def submitted_folder(coursedir: Any, student: str, assignment: str) -> Path:
    """Return the folder that a student handed in."""
    return Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))


def lesson_of(coursedir: Any, assignment: str) -> tuple[Course, Lesson] | None:
    """Return an assignment as a lesson of the course it lies in; None for an ordinary one."""
    source = source_folder(coursedir, assignment).resolve()
    try:
        course = find_course(Path(coursedir.root))
    except InputError:
        return None
    folder = course.solutions / assignment
    # Of the same name is not enough: another course may be the one that is installed.
    if source != folder.resolve():
        return None
    made = tuple((str(file), file.stat().st_mtime_ns) for file in files_of(folder))
    return (course, _loaded(course, assignment, made)) if made else None


@lru_cache
def _loaded(course: Course, name: str, _made: tuple[tuple[str, int], ...]) -> Lesson:
    """Return a lesson, read anew when its files are: Formgrader's server lives for weeks."""
    return load(course, name)
