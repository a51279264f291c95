"""What stands in the way of an exchange: where it lies, and who may do what there."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.course.folders import Course
from grader.errors import InputError
from grader.setup import words

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")  # as a folder's name, on every system


def make_exchange(folder: Path, course: Course, course_id: str) -> None:
    """Make the exchange's folder if there is none, and let everybody write there.

    Raises:
        InputError: it lies where it must not, or cannot be made or written.
    """
    if not _ID.fullmatch(course_id):
        raise InputError(words.no_id(course_id))
    if folder.is_relative_to(course.root):
        raise InputError(words.inside_course(folder, course.root))
    if folder.is_relative_to(Path(sys.prefix).resolve()):
        raise InputError(words.inside_environment(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != 0o777:
            folder.chmod(0o777)
    except OSError as error:
        raise InputError(words.exchange_refused(folder, error.strerror)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(words.exchange_refused(folder, words.NOT_YOURS))


def warnings(folder: Path, course: Course) -> Iterator[str]:
    """Yield what other accounts cannot reach and should, or can read and should not."""
    for parent in (folder, *folder.parents):
        if not parent.stat().st_mode & stat.S_IXOTH:
            yield words.not_reachable(folder, parent)
    reachable = all(p.stat().st_mode & stat.S_IXOTH for p in (course.root, *course.root.parents))
    for secret in (course.solutions, course.class_folder):
        if reachable and secret.is_dir() and secret.stat().st_mode & stat.S_IXOTH:
            yield words.readable(secret)
