"""A lesson's hidden files: where they lie, and what they declare; trusted code.

A folder hidden/ with a file for each exercise, or one hidden.py where a lesson is
small.  They are read once: what runs is what the lesson's digest tells of.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from os.path import lexists
from pathlib import Path
from types import ModuleType

from grader.course import words
from grader.course.problems import Problem, refuse
from grader.errors import AuthorError, InputError
from grader.exercise import Asked, collecting

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
        raise InputError(words.no_hidden(folder))
    single = Path("hidden.py")
    if single in found and len(found) > 1:
        refuse([Problem(path=folder / single, line=1, wrong=words.hidden_twice(_PACKAGE))])
    files = {}
    for path in found:
        try:
            files[path] = (folder / path).read_bytes()
        except OSError as error:
            raise InputError(words.hidden_not_read(folder / path, error.strerror)) from error
    return Hidden(place=folder / (single if single in found else _PACKAGE), files=files)


class _Importer(MetaPathFinder, Loader):
    """Imports a lesson's hidden files from what was read; Python's cache has no part in it."""

    def __init__(self, hidden: Hidden) -> None:
        folder = hidden.place.parent
        self.sources = {
            ".".join(path.with_suffix("").parts): (folder / path, content)
            for path, content in hidden.files.items()
            if path.suffix == ".py"
        }

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load one of the files, or the folder; None for any other module."""
        del path, target
        if fullname in self.sources:
            return spec_from_file_location(
                fullname, self.sources[fullname][0], loader=self, submodule_search_locations=None
            )
        return ModuleSpec(fullname, self, is_package=True) if fullname == _PACKAGE else None

    def exec_module(self, module: ModuleType) -> None:
        """Run a file; the folder itself has nothing to run."""
        if module.__name__ in self.sources:
            path, content = self.sources[module.__name__]
            exec(compile(content, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102


@contextmanager
def _importable(importer: _Importer) -> Iterator[None]:
    """Let a lesson's hidden files import each other inside the with block, and nobody later."""
    before = _take_away()
    sys.meta_path.insert(0, importer)
    try:
        yield
    finally:
        sys.meta_path.remove(importer)
        _take_away()
        sys.modules.update(before)


def _take_away() -> dict[str, ModuleType]:
    """Take what is imported under the package's name out of Python's table, and return it."""
    names = [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]
    return {name: sys.modules.pop(name) for name in names}


def declarations(hidden: Hidden) -> list[Asked]:
    """Run the hidden files; return what they declare.

    Raises:
        AuthorError: one of them is not Python, or raises.
    """
    importer = _Importer(hidden)
    with _importable(importer), collecting() as asked:
        for name, (path, _) in importer.sources.items():
            try:
                importlib.import_module(name)
            except Exception as error:
                raise _named(error, path, {str(p) for p, _ in importer.sources.values()}) from error
    return asked


def _named(error: Exception, path: Path, authored: set[str]) -> AuthorError:
    """Return the error with the author's line: that of a helper, where one raised."""
    if isinstance(error, SyntaxError) and error.filename in authored:
        wrong = words.hidden_not_python(error.msg)
        return _fault(Path(error.filename), error.lineno or 1, wrong)
    frames = traceback.extract_tb(error.__traceback__)
    places = [(Path(f.filename), f.lineno) for f in frames if f.filename in authored]
    file, line = places[-1] if places else (path, 1)
    return _fault(file, line or 1, words.hidden_raises(error))


def _fault(path: Path, line: int, wrong: words.Wrong) -> AuthorError:
    return AuthorError(str(Problem(path=path, line=line, wrong=wrong)))
