"""A new lesson from a template: one exercise with reference, hidden cases and a mistake."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from pathlib import Path

from grader.course import words
from grader.course.build import build_course
from grader.course.folders import Course
from grader.errors import InputError

_ID = re.compile(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*")


def new_lesson(course: Course, lesson: str, *, title: str, exercise: str) -> list[Path]:
    """Write a lesson's sources, and build it.

    Args:
        lesson: its id, "07_dropout".
        title: "" for one that is made of the id.
        exercise: the name of its function.

    Returns:
        What was written, seen from the course.

    Raises:
        InputError: a name cannot be used, or something is there already.
    """
    if not _ID.fullmatch(lesson):
        raise InputError(words.no_lesson_id(lesson))
    if not exercise.isidentifier() or keyword.iskeyword(exercise):
        raise InputError(words.no_exercise_name(exercise))
    known = course.lesson_ids()
    if same := [name for name in known if name[:2] == lesson[:2]]:
        raise InputError(words.number_taken(lesson, same[0]))
    before = [name for name in known if name < lesson]
    filled = {
        "NUMBER": lesson[:2],
        "TITLE": title or lesson[3:].replace("_", " ").capitalize(),
        "EXERCISE": exercise,
        "BEFORE": _link(before[-1]) if before else "",
    }
    folder = course.solutions / lesson
    files = {"lesson": folder / "lesson.py", "hidden": folder / "hidden" / f"{exercise}.py"}
    if (styles := course.root / "tests" / "alternatives").is_dir():
        files["alternatives"] = styles / f"{lesson}.py"
    if there := [path for path in (folder, *files.values()) if path.exists()]:
        raise InputError(words.there_already(there[0]))
    try:
        for name, path in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(name, filled), encoding="utf-8")
    except OSError as error:
        raise InputError(words.not_written(folder, error.strerror)) from error
    built = build_course(course, [lesson]).changed
    return [*(path.relative_to(course.root) for path in files.values()), *built]


def _filled(name: str, values: dict[str, str]) -> str:
    place = resources.files("grader.course") / "templates" / f"{name}.txt"
    text = place.read_text(encoding="utf-8")
    return re.sub("|".join(values), lambda found: values[found[0]], text)


def _link(lesson: str) -> str:
    name = f"{lesson[:2]} · {lesson[3:].replace('_', ' ').capitalize()}"
    return f"Before: [{name}](../{lesson}/{lesson}.ipynb) ·\n# "
