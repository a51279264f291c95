"""What nbgrader_config.py reads of a class: its exchange and its course id."""

from __future__ import annotations

import json
from pathlib import Path

from grader.course.folders import Course
from grader.errors import InputError
from grader.setup import words

NAME = "setup.json"


def write_choice(course: Course, exchange: Path, course_id: str) -> Path:
    """Write down where the exchange of a class is, and its course id; return the file.

    Raises:
        InputError: it cannot be written.
    """
    path = course.class_folder / NAME
    text = json.dumps({"exchange": str(exchange), "course_id": course_id}, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(words.choice_refused(path, error.strerror)) from error
    return path


def choice(course: Course) -> tuple[str, str]:
    """Return the exchange and the course id as they are, or as we would choose them."""
    config = course.nbgrader_config()
    course_id = str(config.CourseDirectory.course_id)
    chosen = config.Exchange.get("root", "") if "Exchange" in config else ""
    return str(chosen or course.root.parent / "exchange"), course_id
