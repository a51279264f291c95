"""What a watch has done with each submission; kept in a file, so that a restart goes on."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.course.folders import Course
from grader.files import put
from grader.report.telling import Telling
from grader.submission.entry import Entry


@dataclass(kw_only=True)
class Handled:
    """One submission, as the watch left it.

    Attributes:
        seen: what told its content when it was looked at last.
        attempts: how often it was graded.
        graded: when it was graded last, in ISO format and UTC; "" before.
        told: what its released page tells, a Telling's value; "" where none is out.
    """

    seen: str = ""
    attempts: int = 0
    graded: str = ""
    told: str = ""

    def since_graded(self, now: datetime) -> float:
        """Return the seconds since it was graded; infinite if it never was."""
        if not self.graded:
            return float("inf")
        return (now - datetime.fromisoformat(self.graded)).total_seconds()

    def tells(self, telling: Telling) -> bool:
        """Whether its page is out and tells just that."""
        return self.told == telling.value


@dataclass(kw_only=True)
class Watched:
    """All submissions that a watch has met, by "student/lesson"."""

    path: Path
    submissions: dict[str, Handled] = field(default_factory=dict)

    def of(self, entry: Entry) -> Handled:
        """Return the record of a submission, a new one if there is none."""
        return self.submissions.setdefault(f"{entry.student}/{entry.lesson}", Handled())

    def save(self) -> None:
        """Write the file."""
        content = {name: asdict(handled) for name, handled in self.submissions.items()}
        put(self.path, json.dumps(content, indent=1).encode())


def read_watched(course: Course) -> Watched:
    """Return what is kept; a file that cannot be read counts as none.

    Nothing is lost by that: grading skips what has not changed, and pages are made again.
    """
    path = course.class_folder / "watch.json"
    found: Any = {}
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
    submissions: dict[str, Handled] = {}
    with contextlib.suppress(TypeError, AttributeError):
        submissions = {name: Handled(**record) for name, record in found.items()}
    return Watched(path=path, submissions=submissions)


def content_told(entry: Entry) -> str:
    """Return what changes when a submission does: names, sizes and times of its files."""
    return " ".join(sorted(_files(entry.folder)))


def _files(folder: Path) -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for file in found:
            with contextlib.suppress(OSError):
                status = file.stat(follow_symlinks=False)
                yield f"{file.name!a}:{status.st_size}:{status.st_mtime_ns}"
