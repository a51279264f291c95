"""Load a lesson by its id, in whatever process needs it.

It is read from the instructor's notebook, with the standard library alone:
importing nbformat would cost more than grading.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from grader.course import words
from grader.course.authors import declared_exercises, run_reference
from grader.course.folders import Course
from grader.course.hidden import hidden_files, read_hidden
from grader.course.lesson import Lesson
from grader.course.notebook import cells_of
from grader.errors import InputError


def load(course: Course, lesson_id: str) -> Lesson:
    """Read a lesson for grading.

    Raises:
        InputError: there is no such lesson, or it was never built.
        AuthorError: its hidden files have author's mistakes.
        GraderError: its own cells fail.
    """
    folder = course.solutions / course.find_lesson(lesson_id)
    path = folder / f"{lesson_id}.ipynb"
    try:
        raw = path.read_bytes()
        notebook = json.loads(raw)
    except FileNotFoundError as error:
        raise InputError(words.not_built(path, lesson_id)) from error
    except (OSError, ValueError) as error:
        raise InputError(words.built_not_read(path, error, lesson_id)) from error
    cells = tuple(cells_of(notebook))
    earlier, editions = _text(folder / "earlier.py"), _text(folder / "editions.txt")
    reference = run_reference(path, cells, earlier)
    hidden = read_hidden(folder)
    exercises = declared_exercises(hidden, cells, reference)
    generated = raw + f"{earlier}{editions}".encode()
    return Lesson(
        id=lesson_id,
        cells=cells,
        notebook=notebook,
        reference=reference,
        exercises=exercises,
        earlier=earlier,
        digest=hashlib.sha256(generated + hidden.told).hexdigest(),
        editions=frozenset((editions or "").split()),
    )


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def files_of(folder: Path) -> tuple[Path, ...]:
    """Return the files that a lesson's grading depends on; none: no lesson of ours."""
    generated = [folder / name for name in (f"{folder.name}.ipynb", "earlier.py", "editions.txt")]
    hidden = [folder / path for path in hidden_files(folder)]
    return (*hidden, *filter(Path.is_file, generated)) if hidden else ()
