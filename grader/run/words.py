"""What is told of a run: why it cannot be made, and what came in its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import text as _

WORKER_ENDED = _(
    "a worker process ended unexpectedly; run 'grader doctor', then run this "
    "again: what is graded so far is kept"
)


def checked_unconfined(reason: str) -> str:
    return _(
        "no sandbox here: {reason}; your notebook runs in a separate process with limits"
    ).format(reason=reason)


def class_refused(reason: str) -> str:
    return _(
        "no sandbox here: {reason}; grade on a machine that has one, or take the risk of "
        "running other people's code with --unsandboxed"
    ).format(reason=reason)


def of_no_lesson(lessons: Sequence[str], course: Path) -> str:
    return _(
        "belongs to no lesson of this course; the lessons are {lessons}; "
        "if it is of another course than {course}, name that one with --course"
    ).format(lessons=", ".join(lessons), course=course)


def unreadable(reason: str) -> str:
    return _("the notebook could not be read: {reason}").format(reason=reason)


def submission_changed(folder: Path) -> str:
    return _("{folder}: changed while it was graded; run this again").format(folder=folder)


def lesson_changed(lesson: str) -> str:
    return _("{lesson}: changed while the class was graded; run this again").format(lesson=lesson)
