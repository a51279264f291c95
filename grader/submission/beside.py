"""What lies beside a notebook that was handed in: a student's own modules, packages and data.

It is read as the notebook is, and nothing in it is run here.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from grader.box.wire import encodable
from grader.submission import handed_in, words
from grader.submission.cells import UnreadableError, read_bytes

MAX_FILES = 200
MAX_BYTES = 10 * 2**20  # of all of them together
_DEPTH = 4  # of folders that are looked into
_MOST_SEEN = 5_000


def own_files(folder: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files beside a notebook by their names there, and what there is to say of others.

    Other notebooks and hidden files stay behind, as what programs keep for themselves.
    """
    found: dict[str, bytes] = {}
    notes: list[str] = []
    room, count = MAX_BYTES, 0
    for path in files_beside(folder):
        if path.suffix == ".ipynb" or path.name == handed_in.NAME:
            continue
        count += 1
        name = path.relative_to(folder).as_posix()
        if count > MAX_FILES:
            continue
        try:
            # A name of bytes that are no text cannot be sent, nor written into a notebook.
            content = read_bytes(path, most=room) if encodable(name) == name else None
        except UnreadableError:
            content = None
        if content is None:
            notes.append(words.file_stays_behind(encodable(name), MAX_BYTES // 2**20))
        else:
            found[name] = content
            room -= len(content)
    if count > MAX_FILES:
        notes.append(words.too_many_beside(count, MAX_FILES))
    return found, tuple(notes)


def files_beside(folder: Path) -> Iterator[Path]:
    """Yield what is no folder beside a notebook, as far as it is looked at."""
    return itertools.islice(files_below(folder, depth=_DEPTH), _MOST_SEEN)


def files_below(folder: Path, *, depth: int, hidden: bool = False) -> Iterator[Path]:
    """Yield what is no folder, in a folder and those below it; no link to a folder is followed.

    Args:
        depth: of the folders that are looked into.
        hidden: whether hidden files count, and what Python keeps for itself.
    """
    for place, folders, names in os.walk(folder):
        deeper = len(Path(place).relative_to(folder).parts) < depth
        folders[:] = sorted(f for f in folders if deeper and (hidden or not _is_hidden(f)))
        yield from (Path(place, n) for n in sorted(names) if hidden or not _is_hidden(n))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"
