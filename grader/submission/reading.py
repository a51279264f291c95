"""From an untrusted .ipynb to the student's cells.  Reads, never executes.

Bytes under a cap, no symbolic link, strict JSON.  Of the submission only the
solution and answer cells and the student's own extra cells are taken; locked,
test and setup cells come from the lesson, in the lesson's order.  Metadata is
used to find cells, and for nothing else.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.box.wire import readable
from grader.course.cells import Kind
from grader.course.lesson import Lesson
from grader.course.notebook import text_of
from grader.errors import InputError
from grader.submission.code import Code

MAX_BYTES = 20 * 2**20
MAX_CELLS = 2_000
MAX_PARTS = 500_000  # lists and objects in the file
MAX_SOURCE = 500_000  # characters of all cells together
_CELL_TYPES = ("code", "markdown", "raw")


class UnreadableError(InputError):
    """A submission that cannot be read: found, expected, what to do."""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is taken from a notebook.

    Attributes:
        sources: solution and answer cells by exercise.
        cells: what to run, in order; `places` says where each comes from, as a
            lesson cell's index and, for an extra cell, its number after it.
        notes: what was odd, for the report.
        raw: the bytes, for the content hash.
    """

    sources: Mapping[str, str]
    cells: tuple[Code, ...]
    places: tuple[tuple[int, int], ...]
    extras: Mapping[int, tuple[Mapping[str, Any], ...]]
    notes: tuple[str, ...]
    raw: bytes


def read_bytes(path: Path) -> bytes:
    """Read a submitted file: a regular file, no symbolic link, under the cap.

    Raises:
        UnreadableError: it is none of these, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise UnreadableError(
                f"{path}: is a symbolic link; hand in the notebook itself"
            ) from error
        if isinstance(error, FileNotFoundError):
            raise UnreadableError(
                f"{path}: not found; give the path of a notebook, NN_slug.ipynb"
            ) from error
        raise UnreadableError(
            f"{path}: cannot be opened ({error.strerror}); check the file's permissions"
        ) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableError(f"{path}: is not a file; expected a notebook, NN_slug.ipynb")
        # One byte more than the cap tells a file too large, whatever its status says.
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(
            f"{path}: cannot be read ({error.strerror}); check the disk"
        ) from error
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise UnreadableError(
            f"{path}: holds more than {MAX_BYTES // 2**20} MiB; clear the outputs "
            "(Edit, Clear Outputs of All Cells) and hand it in again"
        )
    return content


def parse_notebook(path: Path, content: bytes) -> list[Mapping[str, Any]]:
    """Return a notebook's cells, their sources as text; raise UnreadableError if it is none."""
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise UnreadableError(
            f"{path}: has more than {MAX_PARTS} parts; clear the outputs "
            "(Edit, Clear Outputs of All Cells) and hand it in again"
        )
    try:
        notebook = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(
            f"{path}: is not a notebook ({type(error).__name__}: {str(error)[:120]}); "
            "open it in JupyterLab, save it, and hand it in again"
        ) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UnreadableError(
            f"{path}: has no list of cells; expected a notebook in format 4, as JupyterLab saves it"
        )
    if notebook.get("nbformat") != 4:
        raise UnreadableError(
            f"{path}: has notebook format {notebook.get('nbformat')!r:.40}, expected 4; "
            "open it in JupyterLab and save it"
        )
    if len(notebook["cells"]) > MAX_CELLS:
        raise UnreadableError(
            f"{path}: has {len(notebook['cells'])} cells, at most {MAX_CELLS} are read"
        )
    cells: list[Mapping[str, Any]] = [
        # A half of a surrogate pair, which JSON can spell, could be written to no file.
        {**cell, "source": readable(text_of(cell))}
        for cell in notebook["cells"]
        if _is_cell(cell)
    ]
    if sum(len(cell["source"]) for cell in cells) > MAX_SOURCE:
        raise UnreadableError(
            f"{path}: has more than {MAX_SOURCE} characters in its cells; keep data out of them"
        )
    return cells


def _is_cell(cell: Any) -> bool:
    """Whether a cell has a known type and a source; others are passed over."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return False
    source = cell.get("source")
    if isinstance(source, list):
        return all(isinstance(line, str) for line in source)
    return isinstance(source, str)


def _claims(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names under which a cell may be a lesson's: nbgrader's id, then its own."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    for name in (nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None, cell.get("id")):
        if isinstance(name, str):
            yield name


def _index(lesson: Lesson) -> dict[str, int]:
    """Return where each lesson cell stands, by nbgrader's id and by cell id."""
    index: dict[str, int] = {}
    for i, (cell, raw) in enumerate(zip(lesson.cells, lesson.notebook["cells"], strict=True)):
        index[raw["id"]] = i
        if cell.kind in (Kind.SETUP, Kind.SOLUTION, Kind.TEST, Kind.MANUAL):
            index[cell.grade_id] = i
    return index


def known_cells(cells: list[Mapping[str, Any]], lesson: Lesson) -> int:
    """Return how many of a notebook's cells claim to be the lesson's."""
    index = _index(lesson)
    return sum(any(name in index for name in _claims(cell)) for cell in cells)


def read(path: Path, lesson: Lesson) -> Submission:
    """Read one submission of a lesson.

    Raises:
        UnreadableError: it cannot be read, or is a notebook of something else.
    """
    content = read_bytes(path)
    cells = parse_notebook(path, content)
    return match(path, content, cells, lesson)


def match(path: Path, content: bytes, cells: list[Mapping[str, Any]], lesson: Lesson) -> Submission:
    """Match a notebook's cells to the lesson's; see `read`."""
    index = _index(lesson)
    if not any(name in index for cell in cells for name in _claims(cell)):
        raise UnreadableError(
            f"{path}: none of its cells belong to lesson {lesson.id}; expected the notebook that "
            f"was released as {lesson.id}.ipynb"
        )
    taken: dict[int, str] = {}
    extras: dict[int, list[Mapping[str, Any]]] = {}
    notes: list[str] = []
    anchor = -1
    for cell in cells:
        place = next((index[name] for name in _claims(cell) if name in index), None)
        if place is None:
            if cell["cell_type"] != "raw":
                mine = {"cell_type": cell["cell_type"], "source": text_of(cell)}
                extras.setdefault(anchor, []).append(mine)
            continue
        anchor = place
        kind, name = lesson.cells[place].kind, lesson.cells[place].name
        if kind not in (Kind.SOLUTION, Kind.ANSWER):
            continue
        wanted = "markdown" if kind is Kind.ANSWER else "code"
        if cell["cell_type"] != wanted:
            notes.append(f"the cell of {name} was changed to {cell['cell_type']}; read as {wanted}")
        if place in taken:
            # As nbgrader does: of two cells with one id, the last one counts.
            notes.append(f"the cell of {name} stands twice; the last one counts")
            earlier = {"cell_type": "code", "source": taken[place]}
            extras.setdefault(place - 1, []).append(earlier)
        taken[place] = text_of(cell)
    notes += [
        f"the cell of {cell.name} is missing"
        for i, cell in enumerate(lesson.cells)
        if cell.kind in (Kind.SOLUTION, Kind.ANSWER) and i not in taken
    ]
    run, places = _order(lesson, taken, extras)
    return Submission(
        sources={lesson.cells[i].name: source for i, source in taken.items()},
        cells=run,
        places=places,
        extras={i: tuple(found) for i, found in extras.items()},
        notes=tuple(dict.fromkeys(notes)),
        raw=content,
    )


def _order(
    lesson: Lesson, taken: Mapping[int, str], extras: Mapping[int, list[Mapping[str, Any]]]
) -> tuple[tuple[Code, ...], tuple[tuple[int, int], ...]]:
    """Return the cells to run and where each belongs: the lesson's order, extras in between."""
    run: list[Code] = []
    places: list[tuple[int, int]] = []
    for i in range(-1, len(lesson.cells)):
        if i >= 0:
            cell = lesson.cells[i]
            source = {Kind.SETUP: cell.source, Kind.SOLUTION: taken.get(i)}.get(cell.kind)
            if source is not None:
                name = cell.name if cell.kind is Kind.SOLUTION else ""
                run.append(Code(source=source, name=name))
                places.append((i, 0))
        for number, extra in enumerate(extras.get(i, []), start=1):
            if extra["cell_type"] == "code":
                run.append(Code(source=extra["source"]))
                places.append((i, number))
    return tuple(run), tuple(places)
