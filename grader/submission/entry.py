"""A submission's place in class/submitted, and the hash of all that its grade depends on."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.course.lesson import Lesson
from grader.submission import handed_in
from grader.submission.cells import UnreadableError, read_bytes

MAX_FILES = 200


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
    for path in _depended_on(entry.folder):
        content = b""
        with contextlib.suppress(UnreadableError):
            content = read_bytes(path)
        digest.update(path.name.encode("utf-8", "replace") + b"\0")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _depended_on(folder: Path) -> Iterator[Path]:
    """Yield what a grade depends on: notebooks of any name, modules, the time."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir())[:MAX_FILES]:
            if path.suffix in (".ipynb", ".py") or path.name == handed_in.NAME:
                yield path
