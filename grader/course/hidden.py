"""A lesson's hidden files: where they lie, and what they declare; trusted code.

A folder hidden/ with a file for each exercise, or one hidden.py where a lesson is
small.  They are read once: what runs is what the lesson's digest tells of.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any

import numpy as np

from grader.course import faults
from grader.course.modules import Modules
from grader.course.problems import Problem, refuse
from grader.errors import AuthorError, InputError
from grader.exercise import Asked, Case, Exercise, collecting

_PACKAGE = "hidden"  # what the files import each other from


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """A lesson's hidden files.

    Attributes:
        place: hidden.py, or the folder hidden/.
        files: their content, by path relative to the lesson's folder, in order.
    """

    place: Path
    files: Mapping[Path, bytes]

    @property
    def is_folder(self) -> bool:
        """Whether each exercise has a file of its own."""
        return self.place.name == _PACKAGE

    @property
    def told(self) -> bytes:
        """The files' names and contents: a change of either is a change of the lesson."""
        return b"".join(path.as_posix().encode() + text for path, text in self.files.items())

    def file_of(self, exercise: str) -> Path:
        """Return the file that an exercise is declared in, or should be."""
        return self.place / f"{exercise}.py" if self.is_folder else self.place


def hidden_files(folder: Path) -> tuple[Path, ...]:
    """Return the hidden files of a lesson, relative to its folder; none: no lesson of ours.

    A folder hidden/ with data alone is that of an ordinary nbgrader assignment.
    """
    found = [folder / "hidden.py", *sorted((folder / _PACKAGE).rglob("*"))]
    # A link that leads nowhere is there, too: reading it says what is wrong.
    there = [path.relative_to(folder) for path in found if lexists(path) and not path.is_dir()]
    kept = tuple(path for path in there if not any(map(_left_behind, path.parts)))
    return kept if any(path.suffix == ".py" for path in kept) else ()


def _left_behind(name: str) -> bool:
    """Whether a file or folder is an editor's or Python's, not the author's."""
    return name.startswith(".") or name == "__pycache__"


def read_hidden(folder: Path) -> Hidden:
    """Read the hidden files of a lesson.

    Raises:
        InputError: there are none, or one cannot be read.
        AuthorError: there is a hidden.py, and a folder hidden/ as well.
    """
    found = hidden_files(folder)
    if not found:
        raise InputError(faults.no_hidden(folder))
    single = Path("hidden.py")
    if single in found and len(found) > 1:
        refuse([Problem(path=folder / single, line=1, wrong=faults.hidden_twice(_PACKAGE))])
    files = {}
    for path in found:
        try:
            files[path] = (folder / path).read_bytes()
        except OSError as error:
            raise InputError(faults.hidden_not_read(folder / path, error.strerror)) from error
    return Hidden(place=folder / (single if single in found else _PACKAGE), files=files)


def declarations(hidden: Hidden, solution: Mapping[str, Any]) -> list[Asked]:
    """Run the hidden files; return what they declare.

    Args:
        solution: what they may import from the lesson's own cells.

    Raises:
        AuthorError: one of them is not Python, or raises.
    """
    folder = hidden.place.parent
    sources = {
        ".".join(path.with_suffix("").parts): (folder / path, content)
        for path, content in hidden.files.items()
        if path.suffix == ".py"
    }
    modules = Modules(sources, solution=solution)
    with collecting() as asked:
        for name, (path, _) in sources.items():
            try:
                modules.load(name)
            except Exception as error:
                raise _named(error, path, {str(p) for p, _ in sources.values()}) from error
    return asked


def draw_cases(folder: Path, exercises: Mapping[str, Exercise]) -> None:
    """Draw the hidden cases of each exercise once, so that an author hears of what stops it.

    Raises:
        AuthorError: a generator raises, or yields what is no case, or nothing.
    """
    authored = {str(folder / path) for path in hidden_files(folder)}
    for name, exercise in exercises.items():
        code = exercise.make_cases.__code__
        path, line = Path(code.co_filename), code.co_firstlineno
        try:
            drawn = list(exercise.make_cases(np.random.default_rng(0)))
        except Exception as error:
            raise _named(error, path, authored) from error
        strange = [repr(case) for case in drawn if not isinstance(case, Case)]
        if strange or not drawn:
            wrong = faults.no_case(name, strange[0] if strange else "")
            refuse([Problem(path=path, line=line, wrong=wrong)])


def _named(error: Exception, path: Path, authored: set[str]) -> AuthorError:
    """Return the error with the author's line: that of a helper, where one raised."""
    if isinstance(error, SyntaxError) and error.filename in authored:
        wrong = faults.hidden_not_python(error.msg)
        return _fault(Path(error.filename), error.lineno or 1, wrong)
    frames = traceback.extract_tb(error.__traceback__)
    places = [(Path(f.filename), f.lineno) for f in frames if f.filename in authored]
    file, line = places[-1] if places else (path, 1)
    return _fault(file, line or 1, faults.hidden_raises(error))


def _fault(path: Path, line: int, wrong: faults.Wrong) -> AuthorError:
    return AuthorError(str(Problem(path=path, line=line, wrong=wrong)))
