"""Load a lesson by its id, in whatever process needs it.

It is read from the instructor's notebook, with the standard library alone:
importing nbformat would cost more than grading.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from grader.course import words
from grader.course.authors import declared_exercises, run_reference
from grader.course.folders import Course
from grader.course.hidden import Hidden, read_hidden
from grader.course.lesson import Lesson
from grader.course.notebook import cells_of
from grader.errors import InputError

_kept: dict[tuple[Course, str], Lesson] = {}


def kept(course: Course, lesson_id: str, digest: str) -> Lesson:
    """Return a lesson, loaded once in a process, and anew where its digest was another.

    One whose files have changed again meanwhile has yet another digest.
    """
    found = _kept.get((course, lesson_id))
    if found is None or found.digest != digest:
        found = _kept[course, lesson_id] = load(course, lesson_id)
    return found


def digest_of(course: Course, lesson_id: str) -> str:
    """Return the digest that a lesson has as it lies there; raises as `load` does."""
    return _read(course.solutions / course.find_lesson(lesson_id)).digest


def load(course: Course, lesson_id: str) -> Lesson:
    """Read a lesson for grading.

    Raises:
        InputError: there is no such lesson, or it was never built.
        AuthorError: its hidden files have author's mistakes.
        GraderError: its own cells fail.
    """
    files = _read(course.solutions / course.find_lesson(lesson_id))
    try:
        notebook = json.loads(files.notebook)
    except ValueError as error:
        raise InputError(words.built_not_read(files.path, error, lesson_id)) from error
    cells = tuple(cells_of(notebook))
    reference = run_reference(files.path, cells, files.earlier)
    return Lesson(
        id=lesson_id,
        cells=cells,
        notebook=notebook,
        reference=reference,
        exercises=declared_exercises(files.hidden, cells, reference),
        earlier=files.earlier,
        digest=files.digest,
        editions=frozenset((files.editions or "").split()),
    )


@dataclass(frozen=True, kw_only=True)
class _Files:
    """All that a lesson's grading depends on, as it was read."""

    path: Path
    notebook: bytes
    earlier: str | None
    editions: str | None
    hidden: Hidden

    @property
    def digest(self) -> str:
        generated = self.notebook + f"{self.earlier}{self.editions}".encode()
        return hashlib.sha256(generated + self.hidden.told).hexdigest()


def _read(folder: Path) -> _Files:
    path = folder / f"{folder.name}.ipynb"
    try:
        notebook = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(words.not_built(path, folder.name)) from error
    except OSError as error:
        raise InputError(words.built_not_read(path, error, folder.name)) from error
    return _Files(
        path=path,
        notebook=notebook,
        earlier=_text(folder / "earlier.py"),
        editions=_text(folder / "editions.txt"),
        hidden=read_hidden(folder),
    )


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
