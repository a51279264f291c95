"""What every attempt at a lesson came to, the earlier ones too: class/attempts.jsonl.

The gradebook and class/autograded know the last attempt alone.  Here is a line for each
grading that came to something new, only ever added: a line that a power cut tore is passed
over, and one that was graded again counts as it was graded last.  No grade depends on it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.judge.outcome import Report
from grader.report.attempt import Attempt, Named, attempt_of
from grader.submission.cells import UnreadableError, read_bytes
from grader.submission.entry import Entry
from grader.submission.handed_in import handed_in

NAME = "attempts.jsonl"


class Attempts:
    """The file of one class, to be added to; it is read once, by the first that is added."""

    def __init__(self, class_folder: Path) -> None:
        self._path = class_folder / NAME
        self._last: dict[str, bytes] | None = None

    def add(self, entry: Entry, report: Report) -> None:
        """Add what a submission came to, where that is not what is said of it last.

        Raises:
            OSError: the disk refuses.
        """
        found = attempt_of(report)
        said = {
            "student": entry.student,
            "lesson": entry.lesson,
            "attempt": _told_apart(entry),
            "score": found.score,
            "points": found.points,
            "mistakes": sorted(found.mistakes),
        }
        if self._last is None:
            self._last = dict(map(_brief, _lines(self._path)))
        line = json.dumps(said).encode()
        about, told = _brief(json.loads(line))
        if self._last.get(about) == told:
            return
        with self._path.open("ab", buffering=0) as file:
            # Not after half a line, which would take this one with it.
            torn = file.tell() and not _ends_a_line(self._path)
            file.write(b"\n" * bool(torn) + line + b"\n")
        self._last[about] = told


def _brief(said: dict[str, Any]) -> tuple[str, bytes]:
    """Return which attempt a line is about, and a hash of what it says."""
    about = f"{said['student']}\0{said['lesson']}\0{said['attempt']}"
    return about, sha256(json.dumps(said).encode()).digest()[:8]


def _told_apart(entry: Entry) -> str:
    """Return what tells one attempt of a student's from another: its time and its content."""
    content = b""
    with contextlib.suppress(UnreadableError, OSError):
        content = read_bytes(entry.notebook)
    return f"{handed_in(entry.folder)[0] or ''} {sha256(content).hexdigest()[:16]}"


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def read(class_folder: Path) -> dict[tuple[str, str], list[Attempt]]:
    """Return the attempts of each student at each lesson, in the order of their first grading.

    Raises:
        OSError: the file is there and cannot be read.
    """
    found: dict[tuple[str, str], dict[str, Attempt]] = {}
    for said in _lines(class_folder / NAME):
        attempts = found.setdefault((str(said["student"]), str(said["lesson"])), {})
        attempts[str(said["attempt"])] = _attempt(said)
    return {who: list(attempts.values()) for who, attempts in found.items()}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what the lines say, but for what is no such line: torn, or somebody else's."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                said = json.loads(line)
                _brief(said)
                _attempt(said)
            except (ValueError, KeyError, TypeError):
                continue
            yield said


def _attempt(said: dict[str, Any]) -> Attempt:
    return Attempt(
        score=float(said["score"]),
        points=float(said["points"]),
        mistakes=frozenset(_names(said["mistakes"])),
    )


def _names(said: Any) -> Iterator[Named]:
    for exercise, name in said:
        yield str(exercise), str(name)
