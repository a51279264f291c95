"""Grade one notebook for the person who holds it: no class, no gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import sandbox
from grader.course import Course, Lesson, find_course
from grader.engine import grade, open_box
from grader.submission import UnreadableError, known_cells, match, parse_notebook, read_bytes
from grader.verdict import Report


def check_notebook(path: Path, *, student: str) -> tuple[Report, str]:
    """Grade one notebook.

    Returns:
        The report, and a one-line notice where there is no sandbox, else "".

    Raises:
        InputError: the notebook cannot be read or belongs to no lesson.
        GraderError: the grader's own fault.
    """
    content = read_bytes(path)
    cells = parse_notebook(path, content)
    course = find_course(path.parent)
    reason = sandbox.unavailable()
    # The warm process starts loading while the lesson is read.
    with open_box(course, (), sandboxed=not reason) as box:
        lesson = _lesson_of(path, cells, course)
        submission = match(path, content, cells, lesson)
        graded = grade(lesson, submission, box, student=student, secret=course.secret())
    notice = (
        f"no sandbox here: {reason}; your notebook runs in a separate process with limits"
        if reason
        else ""
    )
    return graded.report, notice


def _lesson_of(path: Path, cells: list[Mapping[str, Any]], course: Course) -> Lesson:
    """Return the lesson a notebook belongs to: by its name, else by its cells."""
    ids = course.lesson_ids()
    if path.stem in ids:
        return course.load(path.stem)
    lessons = [course.load(name) for name in ids]
    best = max(lessons, key=lambda lesson: known_cells(cells, lesson), default=None)
    if best is None or not known_cells(cells, best):
        raise UnreadableError(
            f"{path}: belongs to no lesson of this course; the lessons are {', '.join(ids)}"
        )
    return best
