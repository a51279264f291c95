"""A submission's place in class/submitted, and the hash of all that its grade depends on."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.course.lesson import Lesson

MAX_FILE = 20 * 2**20


@dataclass(frozen=True, kw_only=True)
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
    for name in (entry.notebook.name, "timestamp.txt"):
        path = entry.folder / name
        content = b""
        if not path.is_symlink() and path.is_file():
            with contextlib.suppress(OSError), path.open("rb") as file:
                content = file.read(MAX_FILE)
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
