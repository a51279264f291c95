"""Load a lesson by its id, in whatever process needs it.

It is read from the instructor's notebook, with the standard library alone:
importing nbformat would cost more than grading.
"""

from __future__ import annotations

import hashlib
import json

from grader.course.authors import declared_exercises, run_reference
from grader.course.folders import Course
from grader.course.hidden import read_hidden
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
        raise InputError(f"{path}: not found; run 'grader build {lesson_id}'") from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); run 'grader build {lesson_id}' to make it anew"
        ) from error
    cells = tuple(cells_of(notebook))
    earlier_path = folder / "earlier.py"
    earlier = earlier_path.read_text(encoding="utf-8") if earlier_path.is_file() else None
    reference = run_reference(path, cells, earlier)
    hidden = read_hidden(folder)
    exercises = declared_exercises(hidden, cells, reference)
    editions = folder / "editions.txt"
    return Lesson(
        id=lesson_id,
        cells=cells,
        notebook=notebook,
        reference=reference,
        exercises=exercises,
        earlier=earlier,
        digest=hashlib.sha256(raw + (earlier or "").encode() + hidden.told).hexdigest(),
        editions=frozenset(editions.read_text("ascii").split())
        if editions.is_file()
        else frozenset(),
    )
