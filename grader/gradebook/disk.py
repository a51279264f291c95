"""The disk under a class: one grader at a time works on it, and what it refuses is told."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from grader.errors import InputError, StopError
from grader.gradebook import words

# What every other file would meet, too.
_FOR_ALL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def lock(path: Path, refusal: str) -> IO[Any]:
    """Lock a class; the lock ends with the file that is returned, or with the process.

    Args:
        path: the file that stands for what is done to the class.
        refusal: what is told where another process does it.

    Raises:
        InputError: that is so.
    """
    import fcntl  # noqa: PLC0415 - not on Windows, where nothing is graded

    file = path.open("a", encoding="ascii")
    try:
        # Not flock, which worker processes would inherit, and hold when this one is killed.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system that knows no locks lets two run at once; there is nothing to be done.
        if error.errno in (errno.EAGAIN, errno.EACCES):
            file.close()
            raise InputError(refusal) from error
    return file


@contextlib.contextmanager
def refusals_told(folder: Path) -> Iterator[None]:
    """Turn what a disk says into an InputError of one line; a StopError where it is full.

    Args:
        folder: what could not be written, where the disk does not say.
    """
    try:
        yield
    except OSError as error:
        kind = StopError if error.errno in _FOR_ALL else InputError
        raise kind(words.not_written(error.filename or folder, error.strerror)) from error
