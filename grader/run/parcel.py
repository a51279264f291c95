"""Files for another machine: a submission's folder as it is, or what a course is graded by.

What lies in a student's folder is sent as it looks to a reader: a link arrives as a link that is
not followed, what is too large as a file of that size, and anything else as something that is
no file.  So whoever unpacks it finds the same reasons to refuse it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from grader.course.folders import Course
from grader.sandbox.policy import LENT
from grader.submission.beside import files_beside
from grader.submission.cells import MAX_BYTES, MAX_FILES, UnreadableError, files_in, read_bytes

_MOST_BYTES = 2 * MAX_BYTES  # of one submission that are sent
_LEFT_BEHIND = ("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Files by their names in a folder.

    Attributes:
        contents: of plain files.
        links: where links lead.
        sizes: of files that are too large to be read.
        others: what is neither.
        crowd: how many files there are besides, where there are too many.
    """

    contents: dict[str, bytes]
    links: dict[str, str]
    sizes: dict[str, int]
    others: tuple[str, ...] = ()
    crowd: int = 0

    def digest(self) -> str:
        """Return a hash of names and contents."""
        found = sha256()
        for name, content in sorted(self.contents.items()):
            found.update(f"{name}\0{len(content)}\0".encode() + content)
        return found.hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write the files into a folder, which is made.

        Raises:
            OSError: the disk refuses.
        """
        folder.mkdir(parents=True)
        for name in (*self.contents, *self.links, *self.sizes, *self.others):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        for name, content in self.contents.items():
            (folder / name).write_bytes(content)
        for name, target in self.links.items():
            (folder / name).symlink_to(target)
        for name, size in self.sizes.items():
            (folder / name).touch()
            os.truncate(folder / name, size)
        for name in self.others:
            os.mkfifo(folder / name)
        for number in range(self.crowd):
            (folder / f"{number}").touch()


def of_submission(folder: Path) -> Parcel:
    """Return a submission's folder."""
    contents: dict[str, bytes] = {}
    links: dict[str, str] = {}
    sizes: dict[str, int] = {}
    others: list[str] = []
    room = _MOST_BYTES
    for path in files_beside(folder):
        name = str(path.relative_to(folder))
        try:
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                links[name] = str(path.readlink())
            elif stat.S_ISREG(status.st_mode) and status.st_size > min(MAX_BYTES, room):
                sizes[name] = status.st_size
            else:
                contents[name] = read_bytes(path)
                room -= len(contents[name])
        except (UnreadableError, OSError):
            others.append(name)
    return Parcel(
        contents=contents,
        links=links,
        sizes=sizes,
        others=tuple(others),
        crowd=_crowd(folder),
    )


def _crowd(folder: Path) -> int:
    try:
        files_in(folder)
    except UnreadableError:
        return MAX_FILES + 1 if folder.is_dir() else 0
    return 0


def of_course(course: Course, lessons: Iterable[str]) -> Parcel:
    """Return what lessons are graded by: their sources with hidden cases, byhand/ and data/."""
    places = [course.solutions / lesson for lesson in lessons]
    places += [course.root / name for name in LENT]
    found = {
        str(path.relative_to(course.root)): path.read_bytes()
        for place in places
        for path in sorted(place.rglob("*"))
        if path.is_file() and not any(part in _LEFT_BEHIND for part in path.parts)
    }
    return Parcel(contents=found, links={}, sizes={})
