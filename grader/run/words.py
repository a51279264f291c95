"""What is told of a run: why it cannot be made, and what came in its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import text as _

WORKER_ENDED = _(
    "the process that graded this ended unexpectedly; run 'grader doctor', then run this again: "
    "what is graded so far is kept"
)


def held_too_long(seconds: float) -> str:
    return _(
        "grading this was stopped after {seconds:g} s, and nothing is scored; look at the notebook "
        "by hand"
    ).format(seconds=seconds)


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


def page_stays(page: Path) -> str:
    return _(
        "{page}: cannot be released: its submission did not come through the exchange; "
        "send it yourself"
    ).format(page=page)


def exchange_refuses(reason: object) -> str:
    return _(
        "{reason}; check Exchange.root in nbgrader_config.py, and whether you may write there"
    ).format(reason=reason)


def nothing_graded(lessons: Sequence[str]) -> str:
    return _("nothing of {lessons} is graded yet; grade first: grader grade").format(
        lessons=", ".join(lessons)
    )


def page_without_marks(folder: Path, lesson: str) -> str:
    return _("{folder}: the gradebook does not know it; {again}").format(
        folder=folder, again=_again(lesson)
    )


def page_without_notebook(path: Path, reason: object, lesson: str) -> str:
    return _("{path}: cannot be read ({reason}); {again}").format(
        path=path, reason=reason, again=_again(lesson)
    )


def page_without_report(path: Path, lesson: str) -> str:
    return _("{path}: no report that can be read; {again}").format(path=path, again=_again(lesson))


def _again(lesson: str) -> str:
    return _("grade it again: grader grade {lesson} --force").format(lesson=lesson)


def submission_changed(folder: Path) -> str:
    return _("{folder}: changed while it was graded; run this again").format(folder=folder)


def lesson_changed(lesson: str) -> str:
    return _("{lesson}: changed while the class was graded; run this again").format(lesson=lesson)
