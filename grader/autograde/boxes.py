"""The boxes that this process keeps: one command grades a class, and a server lives for weeks."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Hashable
from pathlib import Path

from grader.autograde import words
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import GraderError
from grader.run.one import open_box
from grader.sandbox import availability
from grader.sandbox.box import Box
from grader.sandbox.limits import Limits

_MOST = 2
_kept: dict[Hashable, Box] = {}


def box_for_lesson(course: Course, lesson: Lesson) -> Box:
    """Return a box with what a lesson imports."""
    return _box((course, lesson.id), lambda: open_box(course, [lesson], sandboxed=True))


def box_for_notebooks(
    course: Course,
    whose: str,
    *,
    processes: int,
    withheld: tuple[str, ...],
    lent: tuple[Path, ...],
) -> Box:
    """Return a box for ordinary assignments.

    Args:
        whose: of students' code, or of the instructor's beside it: each has a box.
        processes: the most that one may have besides its own.
        withheld: packages that cannot be imported.
        lent: files and folders that can be read.
    """
    limits = Limits(processes=processes)
    return _box(
        (course, whose, processes, withheld, lent),
        lambda: Box(course, limits=limits, withheld=withheld, lent=lent),
    )


def _box(kind: Hashable, opened: Callable[[], Box]) -> Box:
    reason = availability.unavailable()
    if reason:
        raise GraderError(words.no_sandbox(reason))
    box = _kept.pop(kind, None) or opened()
    # Last is what was used last: the first one goes.
    _kept[kind] = box
    if len(_kept) > _MOST:
        _kept.pop(next(iter(_kept))).close()
    return box


@atexit.register
def _close_all() -> None:
    while _kept:
        _kept.popitem()[1].close()
