"""Notebook files as plain data: what a cell is, and its text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from grader.course.cells import Cell, Kind

# Where our own metadata of a cell stands: programs that renumber or drop a notebook's cell ids
# (nbstripout, VS Code) leave metadata alone.
OUR_KEY = "byhand"


def kind_of(cell: Mapping[str, Any]) -> tuple[Kind, str]:
    """Return a built notebook cell's kind and name, from the metadata that the build wrote."""
    ours = cell["metadata"].get(OUR_KEY, {}).get("cell", "")
    nbgrader = cell["metadata"].get("nbgrader", {})
    name = nbgrader.get("grade_id", "")
    if nbgrader.get("task"):
        return Kind.MANUAL, name
    if nbgrader.get("solution"):
        return Kind.SOLUTION, name
    if nbgrader.get("grade"):
        return Kind.TEST, name.removeprefix("test_")
    if nbgrader.get("locked"):
        return Kind.SETUP, name.removeprefix("setup_")
    if cell["cell_type"] == "code":
        return Kind.EXPLORE, ours
    if ours.startswith("answer_"):
        return Kind.ANSWER, ours.removeprefix("answer_")
    return Kind.PROSE, ours


def text_of(cell: Mapping[str, Any]) -> str:
    """Return a notebook cell's source; files hold it as a string or a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def as_json(value: Any) -> str:
    """Return JSON in one line, keys in order: indented it would not be written in C."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def cells_of(notebook: Mapping[str, Any]) -> Iterator[Cell]:
    """Yield a built notebook's cells as what they are."""
    for cell in notebook["cells"]:
        kind, name = kind_of(cell)
        points = float(cell["metadata"].get("nbgrader", {}).get("points", 0))
        yield Cell(kind=kind, name=name, source=text_of(cell), points=points)


def digest_of(text: str) -> str:
    """Return what a cell's text is known by, white space aside."""
    return sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:12]
