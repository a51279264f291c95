"""What somebody worked in is not written over: refuse, or keep a copy first."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from grader.course import words
from grader.course.lesson import released
from grader.course.notebook import cells_of, digest_of
from grader.course.touched import worked_in
from grader.errors import InputError


def refuse_work(paths: Mapping[Path, Collection[str]], *, forced: str = "") -> None:
    """Raise InputError if somebody worked in a notebook that is about to be written.

    Args:
        paths: the notebooks, with the digests of texts in them that are nobody's work.
        forced: the command that keeps a copy and writes over them, where there is one.
    """
    found = {path: worked_in(path, known) for path, known in paths.items()}
    if said := [words.worked_in(path, cells) for path, cells in found.items() if cells != []]:
        raise InputError("; ".join([*said, words.move_it(forced)]))


def released_texts(path: Path) -> set[str]:
    """Return digests of the texts of an instructor's notebook as students get them.

    There are none where it cannot be read.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        return {digest_of(released(cell)) for cell in cells_of(notebook)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def keep(path: Path, folder: Path) -> Path:
    """Copy a notebook into a folder, under a name that is free there; return the copy.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = free(folder, path.suffix, lambda number: words.kept(path.stem, number))
    shutil.copy2(path, kept)
    return kept


def free(folder: Path, suffix: str, name: Callable[[int], str]) -> Path:
    """Return the first path of a row of names, counted from 1, that is not taken."""
    paths = (folder / f"{name(number)}{suffix}" for number in itertools.count(1))
    return next(path for path in paths if not path.exists() and not path.is_symlink())
