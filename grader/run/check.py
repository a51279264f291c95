"""Grade one notebook for the person who holds it: no class, no gradebook."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.course.folders import Course, find_course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.judge.outcome import Report
from grader.run.one import grade
from grader.sandbox import availability
from grader.sandbox.box import PLOTS, Box
from grader.submission.reading import Submission, UnreadableError, match, parse_notebook, read_bytes

_DRAWING = ("matplotlib", "pylab", "byhand.plots", "byhand.figures")


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
    reason = availability.unavailable()
    # The warm process starts loading while the lesson is read; what one notebook does not
    # need would only be waited for.
    preload = PLOTS if _draws(cells) else ()
    with Box(course, preload=preload, sandboxed=not reason) as box:
        lesson, submission = _matched(path, content, cells, course)
        graded = grade(lesson, submission, box, student=student, secret=course.secret())
    notice = (
        f"no sandbox here: {reason}; your notebook runs in a separate process with limits"
        if reason
        else ""
    )
    return graded.report, notice


def _draws(cells: list[Mapping[str, Any]]) -> bool:
    """Whether a cell that will be run looks as if it needed Matplotlib; one may find it anyway."""
    code = [cell for cell in cells if cell.get("cell_type") == "code"]
    run = [cell for cell in code if "skip-execution" not in _tags(cell)]
    return any(word in str(cell.get("source")) for cell in run for word in _DRAWING)


def _tags(cell: Mapping[str, Any]) -> str:
    metadata = cell.get("metadata")
    return str(metadata.get("tags")) if isinstance(metadata, dict) else ""


def _matched(
    path: Path, content: bytes, cells: list[Mapping[str, Any]], course: Course
) -> tuple[Lesson, Submission]:
    """Match a notebook to the lesson of its name, or else to the one whose cells it has."""
    ids = course.lesson_ids()
    named = [name for name in ids if name == path.stem]
    found: list[tuple[Lesson, Submission]] = []
    for name in [*named, *(name for name in ids if name not in named)]:
        lesson = load(course, name)
        with contextlib.suppress(UnreadableError):
            found.append((lesson, match(path, content, cells, lesson)))
            # Cells such as the imports are in several lessons; an exercise is in one.
            if name in named and found[0][1].sources:
                return found[0]
    if not found:
        raise UnreadableError(
            f"{path}: belongs to no lesson of this course; the lessons are {', '.join(ids)}"
        )
    return max(found, key=lambda pair: len(pair[1].sources))
