"""The files beside a notebook: into the box, and what was written there back out.

What comes out is a student's: plain files alone, so many and so large, and none that
nbgrader or the grader would take for its own.
"""

from __future__ import annotations

import fnmatch
import shutil
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from grader.autograde import words
from grader.sandbox import policy
from grader.sandbox.scratch import Given
from grader.submission.beside import files_below

_MOST_FILES = 5_000
_PACKAGE = "__init__.py"
_DEPTH = 8  # of folders that are looked into


def files_beside(
    folder: Path, instructor_s: Container[str], tell: Callable[[str], None]
) -> dict[str, Path]:
    """Return what a notebook may read beside itself, as nbgrader put it there; no notebooks.

    Args:
        instructor_s: names of files that come from the source folder.
        tell: is told which modules stay away, because they would hide an installed one.
    """
    found = {name: path for path, name in _plain_files(folder) if path.suffix != ".ipynb"}
    own = [name for name in found if name not in instructor_s]
    hiding = [name for name in own if (module := _module(name)) and _is_installed(module)]
    for name in hiding:
        tell(words.hides_a_module(name))
    packages = tuple(f"{Path(name).parent}/" for name in hiding if Path(name).name == _PACKAGE)
    return {
        name: path
        for name, path in found.items()
        if name not in hiding and (name in instructor_s or not name.startswith(packages))
    }


def _module(name: str) -> str:
    """Return the module that a file would be imported as, or "" if it would not be."""
    parts = Path(name).parts
    if len(parts) == 1 and Path(name).suffix in (".py", ".pyc", ".so"):
        return parts[0].partition(".")[0]
    return parts[0] if len(parts) == 2 and parts[1] == _PACKAGE else ""


def _is_installed(module: str) -> bool:
    return (
        module in sys.stdlib_module_names
        or module in (*policy.LENT, "gradebox")
        or PathFinder.find_spec(module, [path for path in sys.path if path]) is not None
    )


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """Copies what a notebook wrote into the folder that nbgrader keeps for it.

    Attributes:
        target: that folder.
        most_bytes: of all files together.
        ignored: patterns of names that stay behind.
        tell: is told what stays behind although it is none of these.
    """

    target: Path
    most_bytes: int
    ignored: Sequence[str]
    tell: Callable[[str], None]

    def __call__(self, folder: Path, given: Given) -> None:
        """Copy what is new or changed; `given` is what had been put there."""
        room = self.most_bytes
        for path, name in _plain_files(folder):
            about = path.lstat()
            unchanged = given.get(name) == (about.st_size, about.st_mtime_ns)
            if unchanged or self._stays(name):
                continue
            if about.st_size > room:
                self.tell(words.too_large_to_keep(name, self.most_bytes // 2**20))
                continue
            room -= about.st_size
            try:
                self._put(path, name)
            except OSError as error:
                self.tell(words.not_kept(name, error.strerror))

    def _stays(self, name: str) -> bool:
        parts = Path(name).parts
        patterns = ["*.ipynb", "timestamp.txt", *self.ignored]
        # The folder is the box's home: programs keep settings there.
        return parts[0].startswith(".") or any(
            fnmatch.fnmatch(part, pattern) for part in parts for pattern in patterns
        )

    def _put(self, path: Path, name: str) -> None:
        place = self.target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # What nbgrader put there may be read-only, and is replaced as it would be there.
        place.unlink(missing_ok=True)
        with path.open("rb") as source, place.open("xb") as kept:
            shutil.copyfileobj(source, kept, 2**20)


def _plain_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the plain files below a folder that nobody writes to now, and their names there."""
    plain = filter(_is_plain, files_below(folder, depth=_DEPTH, hidden=True))
    return ((path, str(path.relative_to(folder))) for path in islice(plain, _MOST_FILES))


def _is_plain(path: Path) -> bool:
    try:
        return S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
