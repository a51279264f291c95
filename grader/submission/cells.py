"""From an untrusted .ipynb to its cells.  Reads, never executes.

Bytes under a cap, no symbolic link, strict JSON.  What a cell says of itself, in its
metadata, is a claim; what may be done with claims is said in `grader.submission.matching`.
"""

from __future__ import annotations

import codecs
import itertools
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.box.wire import encodable
from grader.course.notebook import OUR_KEY, text_of
from grader.errors import InputError
from grader.submission import words
from grader.submission.pictures import Attachments, Room, illustrated

MAX_BYTES = 100 * 2**20  # as much as nbgrader collects
MAX_CELLS = 2_000
MAX_FILES = 5_000  # beside it
MAX_PARTS = 500_000  # lists and objects in the file
MAX_SOURCE = 500_000  # characters of all cells together, pictures aside
_CELL_TYPES = ("code", "markdown", "raw")


class UnreadableError(InputError):
    """A submission that cannot be read.

    Attributes:
        reason: what was found, what was expected, what to do.
    """

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(path, reason)  # both, so that it can be pickled
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return words.unreadable(self.path, self.reason)


@dataclass(frozen=True, kw_only=True)
class NotebookCell:
    """A cell as it was handed in.

    Attributes:
        type: "code", "markdown" or "raw".
        source: its text; pictures in Markdown are attachments, see `pictures`.
        grade_id: the id that nbgrader's metadata claims, or "".
        lesson_cell: the id that our own metadata claims, or "".
        skipped: whether it is tagged not to be run when graded.
    """

    type: str
    source: str
    attachments: Attachments = field(default_factory=dict)
    grade_id: str = ""
    lesson_cell: str = ""
    skipped: bool = False


def files_in(folder: Path) -> list[Path]:
    """Return what lies in a folder that was handed in, in order.

    Raises:
        UnreadableError: it cannot be looked into, or holds too much.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in itertools.islice(entries, MAX_FILES + 1))
    except OSError as error:
        raise UnreadableError(folder, words.not_opened(error.strerror)) from error
    if len(names) > MAX_FILES:
        raise UnreadableError(folder, words.too_many_files(MAX_FILES))
    return [folder / name for name in names]


def read_bytes(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """Read a submitted file: a regular file, no symbolic link, under the cap.

    Raises:
        UnreadableError: it is none of these, or cannot be read.
    """
    try:
        # Without waiting: a FIFO would be waited for until somebody writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise UnreadableError(*_why_not(path, error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(path, words.NO_FILE)
        # A link as a symbolic one is: whoever has the folder did not write this.
        if status.st_nlink > 1 and status.st_uid != path.parent.stat().st_uid:
            raise UnreadableError(path, words.ANOTHERS)
        # One byte more than the cap tells a file too large, whatever its status says.  But room
        # for so much takes longer to get than most files take to read: first what it does say.
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(min(status.st_size, most) + 1)
            if len(content) > status.st_size:
                content += file.read(most + 1 - len(content))
    except OSError as error:
        raise UnreadableError(path, words.not_read(error.strerror)) from error
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise UnreadableError(path, words.too_large(most // 2**20))
    return content


def _why_not(path: Path, error: Exception) -> tuple[object, str]:
    """Return how a file that cannot be opened is called, and why it cannot."""
    if isinstance(error, ValueError):
        return repr(path), words.NO_PATH
    if path.is_symlink():
        return path, words.LINK
    if isinstance(error, FileNotFoundError):
        return path, words.NOT_FOUND
    reason = error.strerror if isinstance(error, OSError) else ""
    return path, words.not_opened(reason)


def parse_notebook(path: Path, content: bytes) -> list[NotebookCell]:
    """Return a notebook's cells; raise UnreadableError if it is none."""
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise UnreadableError(path, words.too_many_parts(MAX_PARTS))
    try:
        # Windows' editors write a byte order mark; it is no part of the notebook.
        notebook = json.loads(content.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(path, words.no_notebook(error)) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UnreadableError(path, words.NO_CELLS)
    if type(notebook.get("nbformat")) is not int or notebook["nbformat"] != 4:
        raise UnreadableError(path, words.another_format(notebook.get("nbformat")))
    if len(notebook["cells"]) > MAX_CELLS:
        raise UnreadableError(path, words.too_many_cells(len(notebook["cells"]), MAX_CELLS))
    room = Room()
    cells = [_cell(raw, room) for raw in notebook["cells"] if is_cell(raw)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise UnreadableError(path, words.too_much_text(MAX_SOURCE))
    return cells


def is_cell(cell: Any) -> bool:
    """Whether something is a cell of a known type with a source; others are passed over."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return False
    source = cell.get("source")
    if isinstance(source, list):
        return all(isinstance(line, str) for line in source)
    return isinstance(source, str)


def _cell(raw: Mapping[str, Any], room: Room) -> NotebookCell:
    """Return a cell, made anew from what is known of it."""
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    # A half of a surrogate pair, which JSON can spell, could be written to no file.
    source, attachments = encodable(text_of(raw)), raw.get("attachments")
    if raw["cell_type"] == "markdown":
        text = illustrated(source, attachments, room)
        source, attachments = text.source, text.attachments
    else:
        attachments = {}
    return NotebookCell(
        type=raw["cell_type"],
        source=source,
        attachments=attachments,
        grade_id=_claim(metadata.get("nbgrader"), "grade_id"),
        lesson_cell=_claim(metadata.get(OUR_KEY), "cell"),
        skipped=isinstance(tags, list) and "skip-execution" in tags,
    )


def _claim(metadata: Any, name: str) -> str:
    found = metadata.get(name) if isinstance(metadata, dict) else None
    return encodable(found) if isinstance(found, str) else ""
