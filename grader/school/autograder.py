"""The archive that Gradescope makes an autograder of.

Holds the grader and the lesson's references: it is for an instructor's own upload.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from grader.course.folders import Course
from grader.errors import InputError
from grader.school import words
from grader.school.gradescope import SETTINGS, Settings
from grader.school.sheet import write_bytes

_SCRIPTS = ("setup.sh", "run_autograder")
_TEMPLATES = (*_SCRIPTS, "Containerfile")
_FILES = (
    *("nbgrader_config.py", "pyproject.toml", "requirements.lock", "README.md"),
    *("LICENSE", "LICENSE-lessons"),
)
_NOT_PACKED = {"__pycache__", ".ipynb_checkpoints"}
_LONG_AGO = (2020, 1, 1, 0, 0, 0)  # the same course gives the same bytes


def pack(course: Course, settings: Settings, to: Path) -> None:
    """Write the autograder of one lesson.

    Raises:
        InputError: there is no such lesson, the course is not whole, or the disk refuses.
    """
    lesson = course.find_lesson(settings.lesson)
    course.make_secret()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _TEMPLATES:
            text = resources.files("grader.school").joinpath("templates", name).read_bytes()
            _add(archive, name, text, executable=name in _SCRIPTS)
        settings_text = json.dumps(settings.data(), indent=1)
        _add(archive, SETTINGS, f"{settings_text}\n".encode())
        for path in _parts(course, lesson):
            name = path.relative_to(course.root).as_posix()
            try:
                _add(archive, f"course/{name}", path.read_bytes())
            except OSError as error:
                raise InputError(words.not_opened(path, error.strerror)) from error
    write_bytes(to, made.getvalue())


def _parts(course: Course, lesson: str) -> Iterator[Path]:
    yield from (course.root / name for name in _FILES)
    # The hidden inputs of a class are drawn from it, wherever they are drawn.
    yield course.class_folder / "secret"
    # A lesson imports from those before it.
    needed = [name for name in course.lesson_ids() if name <= lesson]
    folders = ["grader", "byhand", "data", *(f"solutions/{name}" for name in needed)]
    for folder in folders:
        for path in sorted((course.root / folder).rglob("*")):
            if path.is_file() and not _NOT_PACKED & set(path.parts) and path.suffix != ".pyc":
                yield path


def _add(archive: zipfile.ZipFile, name: str, content: bytes, *, executable: bool = False) -> None:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(info, content)
