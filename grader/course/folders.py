"""Where everything of a course is: its folders, its lessons by name, its secret."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import words
from grader.errors import InputError

_OF_STUDENTS = ("submitted", "autograded", "feedback")  # folders of class/
SOLO_SECRET = "no class"  # noqa: S105 - learners without a class all share these cases


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course folder; all paths absolute."""

    root: Path

    @property
    def solutions(self) -> Path:
        """The secret folder: a folder per lesson."""
        return self.root / "solutions"

    @property
    def notebooks(self) -> Path:
        """The edition that git tracks: built, never edited, never what is released."""
        return self.root / "notebooks"

    @property
    def work(self) -> Path:
        """A learner's own: a folder per lesson, made where it is missing."""
        return self.root / "work"

    @property
    def class_folder(self) -> Path:
        """Made by use: submitted, autograded, feedback, gradebook.db."""
        return self.root / "class"

    @property
    def release(self) -> Path:
        """What Release sends, made freshly each time: a folder per assignment."""
        return self.class_folder / "release"

    def nbgrader_config(self) -> Any:
        """Return what nbgrader_config.py sets, as a traitlets Config."""
        from traitlets.config.loader import ConfigError, PyFileConfigLoader  # noqa: PLC0415

        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        except (ConfigError, SyntaxError, NameError) as error:
            raise InputError(
                words.config_not_read(self.root / "nbgrader_config.py", error)
            ) from error

    def lesson_ids(self) -> list[str]:
        """Return the ids of all lessons that have a source, in order."""
        if not self.solutions.is_dir():
            raise InputError(words.no_solutions(self.solutions))
        return sorted(path.parent.name for path in self.solutions.glob("*/lesson.py"))

    def find_lesson(self, name: str) -> str:
        """Return the id of the lesson called name; raise InputError if there is none."""
        ids = self.lesson_ids()
        if name not in ids:
            raise InputError(words.no_lesson(name, ids))
        return name

    def secret(self) -> str:
        """Return the course's secret, from which hidden inputs are seeded.

        A class has its own, made at its first grading; without a class all share one.
        """
        path = self.class_folder / "secret"
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return SOLO_SECRET
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(words.secret_not_read(path, error)) from error

    def make_secret(self) -> str:
        """Return the course's secret, making one if the class has none yet."""
        path = self.class_folder / "secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return self.secret()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
        return self.secret()


def find_course(start: Path) -> Course:
    """Return the course that start lies in, else the one that holds this package.

    Raises:
        InputError: there is none.
    """
    try:
        return course_around(start)
    except InputError:
        installed = Path(__file__).resolve().parents[2]
        if not _is_course(installed):
            raise
        return Course(root=installed)


def course_around(start: Path) -> Course:
    """Return the course that start lies in: what concerns a class is done to no other one.

    What was handed in to a course is never a course: its files could be a student's.

    Raises:
        InputError: there is none.
    """
    here = start.resolve()
    found = [folder for folder in (here, *here.parents) if _is_course(folder)]
    for number, folder in enumerate(found):
        outer = [Course(root=root).class_folder for root in found[number + 1 :]]
        handed_in = [place / name for place in outer for name in _OF_STUDENTS]
        if not any(folder.is_relative_to(place) for place in handed_in):
            return Course(root=folder)
    raise InputError(words.no_course(start))


def _is_course(folder: Path) -> bool:
    return (folder / "nbgrader_config.py").is_file() and (folder / "solutions").is_dir()
