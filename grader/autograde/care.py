"""What nbgrader itself reads and copies of a submitted folder, made harmless beforehand.

It would open a time zone of the student's choice, wait for a FIFO, and copy what a
symbolic link leads to.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.submission.handed_in import handed_in

_MOST_ENTRIES = 20_000  # that are looked at in one folder
_MOST_NAMED = 20  # files of a folder; beyond, none of it is copied


def take_care(coursedir: Any, folders: Iterable[str]) -> None:
    """Let nbgrader read times strictly, and copy plain files alone.

    Args:
        coursedir: nbgrader's CourseDirectory, of which this one is changed and no other.
        folders: those that were handed in.
    """

    def strictly(folder: str) -> datetime | None:
        time, note = handed_in(Path(folder))
        if note:
            coursedir.log.warning("%s: %s", folder, note)
        return time

    coursedir.get_existing_timestamp = strictly
    # A pattern that is a whole path stands for that file alone; those of an earlier run go.
    kept = [pattern for pattern in coursedir.ignore if not os.path.isabs(pattern)]  # noqa: PTH117
    coursedir.ignore = [*kept, *(pattern for folder in folders for pattern in _unfit(folder))]


def _unfit(folder: str) -> Iterator[str]:
    """Yield patterns for what is no plain file that can be read."""
    room = _MOST_ENTRIES
    for place, _, names in os.walk(folder):
        room -= len(names)
        found = [os.path.join(place, name) for name in names]  # noqa: PTH118 - as nbgrader does
        unfit = [path for path in found if not _plain(path)]
        if room < 0 or len(unfit) > _MOST_NAMED:
            yield os.path.join(glob.escape(place), "*")  # noqa: PTH118
        else:
            yield from map(glob.escape, unfit)


def _plain(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode) and os.access(path, os.R_OK)
    except OSError:
        return False
