"""class/autograded: a folder for each graded submission, written beside and renamed into place."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.gradebook import sidecar
from grader.report.graded import Graded
from grader.report.notebook import autograded_text
from grader.submission.cells import UnreadableError, files_in, read_bytes
from grader.submission.entry import Entry

_EARLIER = "earlier.py"
_STAGING = ".new"
_MAX_FILES, _MAX_BYTES = 100, 100 * 2**20  # beside a notebook, all together


class Autograded:
    """The folder class/autograded; whatever the disk refuses is an OSError."""

    def __init__(self, course: Course) -> None:
        self._root = course.class_folder / "autograded"
        self._staging = self._root / _STAGING

    def place(self, entry: Entry) -> Path:
        """Return where a submission's graded folder stands, or will."""
        return self._root / entry.student / entry.lesson

    def holds(self, entry: Entry) -> bool:
        """Whether some version of a submission was graded."""
        return (self.place(entry) / sidecar.NAME).is_file()

    def clear_staging(self) -> None:
        """Remove what is half written: a killed one leaves it."""
        shutil.rmtree(self._staging, ignore_errors=True)

    @contextlib.contextmanager
    def staged(self, entry: Entry, files: Iterable[tuple[str, bytes]]) -> Iterator[Path]:
        """Write files into a folder beside the submission's place, to be `put` there.

        Without that, nothing is left of it.
        """
        folder = self._staging / uuid.uuid4().hex
        above = self.place(entry).parent
        try:
            folder.mkdir(parents=True)
            for name, content in files:
                _write(folder / name, content)
            above.mkdir(parents=True, exist_ok=True)
            yield folder
        finally:
            _remove(folder)
            with contextlib.suppress(OSError):
                # Refused, it is empty; else this does nothing.
                above.rmdir()

    def put(self, folder: Path, entry: Entry) -> None:
        """Rename a staged folder into place; an older one steps aside first."""
        place = self.place(entry)
        if place.exists() or place.is_symlink():
            aside = folder.with_name(f"{folder.name}.old")
            os.replace(place, aside)  # noqa: PTH105 - an atomic rename
            os.replace(folder, place)  # noqa: PTH105
            _remove(aside)
        else:
            os.replace(folder, place)  # noqa: PTH105


def contents(
    entry: Entry, graded: Graded, lesson: Lesson, content_hash: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a graded submission's folder."""
    yield from _other_files(entry.folder)
    if lesson.earlier is not None:
        yield _EARLIER, lesson.earlier.encode()
    yield entry.notebook.name, f"{autograded_text(lesson, graded)}\n".encode("utf-8", "replace")
    yield sidecar.NAME, sidecar.content(content_hash, graded.report)


def _other_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the plain files beside the notebook; no links, not too many, not too large."""
    found: list[Path] = []
    with contextlib.suppress(UnreadableError):
        found = files_in(folder)
    made_here = (sidecar.NAME, _EARLIER)
    room = _MAX_BYTES
    for path in found[:_MAX_FILES]:
        if path.suffix != ".ipynb" and path.name not in made_here:
            # It may be no file, a link, or too much; the grade does not depend on it.
            with contextlib.suppress(UnreadableError):
                content = read_bytes(path, most=room)
                room -= len(content)
                yield path.name, content


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # As nbgrader leaves them: nobody edits a graded notebook by accident.
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)


def _remove(path: Path) -> None:
    """Remove a folder, or a file that stands where a folder should be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
