"""A student's own modules: the Python files that lie beside the notebook.

They are read as the notebook is, and nothing in them is run here.
"""

from __future__ import annotations

from pathlib import Path

from grader.submission import words
from grader.submission.cells import UnreadableError, files_in, read_bytes

MAX_MODULES = 20
MAX_BYTES = 200_000  # of one
_ENDING = ".py"


def own_modules(folder: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the modules in a folder by their names, and what there is to say of others."""
    try:
        names = [path.name for path in files_in(folder) if path.suffix == _ENDING]
    except UnreadableError:
        return {}, ()
    found: dict[str, bytes] = {}
    notes: list[str] = []
    for name in names[:MAX_MODULES]:
        # A name that nobody can import: a space, a leading dash, half a surrogate pair.
        if not name.removesuffix(_ENDING).isidentifier():
            continue
        try:
            found[name] = read_bytes(folder / name, most=MAX_BYTES)
        except UnreadableError:
            notes.append(words.module_unreadable(name, MAX_BYTES // 1000))
    if len(names) > MAX_MODULES:
        notes.append(words.too_many_modules(len(names), MAX_MODULES))
    return found, tuple(notes)
