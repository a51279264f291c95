"""A copy of class/ that holds together, taken while others work; and back again."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from grader.course.folders import Course
from grader.errors import InputError
from grader.gradebook import words
from grader.gradebook.disk import refusals_told

_LEFT_OUT = ("demo", ".grading")
_JOURNALS = ("-wal", "-shm", "-journal")


def back_up(course: Course, target: Path) -> list[str]:
    """Write class/ into an archive; return what was left out, in sentences.

    Folders come first, the gradebook last: what stands in autograded/ has its scores in it.

    Raises:
        InputError: there is nothing, the gradebook is no file, or the archive cannot be written.
    """
    folder = course.class_folder
    if not folder.is_dir():
        raise InputError(words.nothing_to_keep(folder))
    gradebook = _gradebook(course)
    beside = target.with_name(f".{target.name}.new")
    said: list[str] = []
    with refusals_told(target), tempfile.TemporaryDirectory() as place:
        try:
            with tarfile.open(beside, "w:gz") as archive:
                for path, name in _files(folder, gradebook, said):
                    archive.add(path, f"class/{name}", recursive=False)
                if gradebook and gradebook.is_file():
                    copy = Path(place, "gradebook.db")
                    _copy_database(gradebook, copy)
                    archive.add(copy, f"class/{gradebook.relative_to(folder)}")
            os.chmod(beside, 0o600)  # noqa: PTH101 - it holds the secret
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    return said


def restore(course: Course, source: Path, *, force: bool = False) -> Path | None:
    """Put an archive's class/ into a course.

    Args:
        force: move a class that is there aside.

    Returns:
        Where the class is now that was there; None if there was none.

    Raises:
        InputError: a class is there, or the archive is none of ours, or the disk refuses.
    """
    folder = course.class_folder
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise InputError(words.class_there(folder))
    with refusals_told(folder), tempfile.TemporaryDirectory(dir=course.root) as place:
        try:
            with tarfile.open(source) as archive:
                if not _is_ours(archive.getmembers()):
                    raise InputError(words.no_backup(source))
                # Python 3.11.3 and before have no filters; what is ours needs none.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                archive.extractall(place)  # noqa: S202 - see _is_ours
        except tarfile.TarError as error:
            raise InputError(words.no_backup(source)) from error
        aside = None
        if folder.exists():
            names = (folder.with_name(words.aside(n)) for n in itertools.count(1))
            aside = next(path for path in names if not path.exists())
            folder.rename(aside)
        shutil.move(Path(place, "class"), folder)
    return aside


def _is_ours(members: Sequence[tarfile.TarInfo]) -> bool:
    """Whether an archive holds what a backup does: files and folders, all of them in class/."""
    places = [PurePosixPath(member.name).parts for member in members]
    plain = all(member.isfile() or member.isdir() for member in members)
    return plain and bool(places) and all(p[:1] == ("class",) and ".." not in p for p in places)


def _gradebook(course: Course) -> Path | None:
    url = str(course.nbgrader_config().CourseDirectory.db_url)
    if not url.startswith("sqlite:///"):
        raise InputError(words.SERVER_KEEPS_IT)
    path = course.root / url.removeprefix("sqlite:///").partition("?")[0]
    return path if path.is_relative_to(course.class_folder) else None


def _files(folder: Path, gradebook: Path | None, said: list[str]) -> Iterator[tuple[Path, Path]]:
    journals = {Path(f"{gradebook}{end}") for end in ("", *_JOURNALS)} if gradebook else set()
    for place, folders, names in os.walk(folder):
        here = Path(place)
        if here == folder:
            folders[:] = [name for name in folders if name not in _LEFT_OUT]
        folders.sort()
        for name in sorted([*folders, *names]):
            path = here / name
            if path in journals or name in _LEFT_OUT or name.startswith(".gradebook.db"):
                continue
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                said.append(words.left_out(path))
                continue
            yield path, path.relative_to(folder)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is between two transactions, whoever writes meanwhile."""
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=60)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.commit()
    except sqlite3.Error as error:
        raise InputError(words.refused(str(source), error, words.CLOSE_OTHERS)) from error
