"""A submission's place in class/submitted, and the hash of all that its grade depends on."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.course.lesson import Lesson
from grader.submission.beside import files_beside
from grader.submission.cells import UnreadableError, read_bytes

_MOST_BYTES = 200 * 2**20  # of a folder that are read for its hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A submission in class/submitted.

    Attributes:
        problem: why it cannot be graded at all, or "".
    """

    student: str
    lesson: str
    folder: Path
    problem: str = ""

    @property
    def notebook(self) -> Path:
        """The notebook that was handed in, if it was."""
        return self.folder / f"{self.lesson}.ipynb"


def fingerprint(entry: Entry, lesson: Lesson, secret: str, sandbox: str) -> str:
    """Return a hash of all that a grade depends on: submission, lesson, grader, time."""
    digest = hashlib.sha256(f"{__version__}\0{lesson.digest}\0{secret}\0{sandbox}".encode())
    room = _MOST_BYTES
    for path in files_beside(entry.folder):
        content = b""
        with contextlib.suppress(UnreadableError, OSError):
            status = path.lstat()
            room -= status.st_size
            # Of more than any honest folder holds, the size and the time must do.
            content = read_bytes(path) if room >= 0 else repr(status).encode()
        digest.update(str(path.relative_to(entry.folder)).encode("utf-8", "replace") + b"\0")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
