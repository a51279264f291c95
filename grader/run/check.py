"""Grade one notebook for the person who holds it: no class, no gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.judge.outcome import Report
from grader.run import words
from grader.run.one import grade, mentions_drawing
from grader.sandbox import availability
from grader.sandbox.box import PLOTS, Box
from grader.submission.cells import NotebookCell, UnreadableError, parse_notebook, read_bytes
from grader.submission.matching import Submission, belongs, match


def check_notebook(path: Path, *, student: str, course: Course) -> tuple[Report, str]:
    """Grade one notebook.

    Args:
        course: the user's own.  Its author's code is run; that of a course which came with the
            notebook never is.

    Returns:
        The report, and a one-line notice where there is no sandbox, else "".

    Raises:
        InputError: the notebook cannot be read or belongs to no lesson.
        GraderError: the grader's own fault.
    """
    cells = parse_notebook(path, read_bytes(path))
    reason = availability.unavailable()
    # The warm process starts loading while the lesson is read; what one notebook does not
    # need would only be waited for.
    run = [cell.source for cell in cells if cell.type == "code" and not cell.skipped]
    preload = PLOTS if mentions_drawing(run) else ()
    with Box(course, preload=preload, sandboxed=not reason) as box:
        lesson, submission = _matched(path, cells, course)
        graded = grade(
            lesson,
            submission,
            box,
            folder=path.parent,
            student=student,
            secret=course.secret(),
        )
    notice = words.checked_unconfined(reason) if reason else ""
    return graded.report, notice


def _matched(
    path: Path, cells: Sequence[NotebookCell], course: Course
) -> tuple[Lesson, Submission]:
    """Match a notebook to the lesson of its name, or else to the one whose cells it has."""
    ids = course.lesson_ids()
    named = [name for name in ids if name == path.stem]
    found: list[tuple[tuple[int, int], Lesson]] = []
    for name in [*named, *(name for name in ids if name not in named)]:
        lesson = load(course, name)
        # Cells such as the imports are in several lessons; an exercise is in one.
        exercises = sum(cell.grade_id in lesson.exercises for cell in cells)
        if name in named and exercises:
            return lesson, match(path, cells, lesson)
        found.append(((exercises, 0 if exercises else belongs(cells, lesson)), lesson))
    most, lesson = max(found, key=lambda pair: pair[0])
    if named and not any(most):
        # Whose name it has is told by the lesson itself, as when a class is graded.
        return found[0][1], match(path, cells, found[0][1])
    if not any(most):
        raise UnreadableError(path, words.of_no_lesson(ids, course.root))
    return lesson, match(path, cells, lesson)
