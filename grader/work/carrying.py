"""A newer edition of a lesson, with a learner's work from the older one carried over.

Solutions and answers go into the cells of the same name.  Of what else the learner changed,
a cell that is the same in both editions is taken as they have it; any other one stands behind
the new one as a cell of their own, as do the cells that they added.  Nothing is dropped.
"""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.course.cells import Kind
from grader.course.lesson import Lesson
from grader.course.notebook import OUR_KEY, digest_of, text_of
from grader.course.touched import RELEASED, is_touched
from grader.submission.cells import is_cell, parse_notebook
from grader.submission.matching import identify

Notebook = dict[str, Any]
_EDITION = "edition"
_THEIRS = (Kind.SOLUTION, Kind.ANSWER)
_ALIKE = (Kind.EXPLORE, Kind.PROSE)


def as_edition(built: bytes, module: str | None) -> Notebook:
    """Return a built notebook as a learner's copy, whose cells say what they were."""
    notebook: Notebook = json.loads(built)
    name = sha256(built + (module or "").encode()).hexdigest()[:12]
    notebook["metadata"][OUR_KEY] = {_EDITION: name}
    for cell in notebook["cells"]:
        cell["metadata"].setdefault(OUR_KEY, {})[RELEASED] = digest_of(text_of(cell))
    return notebook


def edition_of(notebook: Mapping[str, Any]) -> str:
    """Return which edition a notebook is of; "" if it does not say."""
    metadata = notebook.get("metadata")
    ours = metadata.get(OUR_KEY) if isinstance(metadata, dict) else None
    return str(ours.get(_EDITION, "")) if isinstance(ours, dict) else ""


def carried(path: Path, content: bytes, fresh: Notebook, lesson: Lesson) -> Notebook:
    """Return the edition `fresh` of a lesson with the work from a learner's notebook.

    Raises:
        UnreadableError: the learner's is no notebook.
    """
    cells = parse_notebook(path, content)
    places = identify(cells, lesson)
    raw = [cell for cell in json.loads(content.decode("utf-8-sig"))["cells"] if is_cell(cell)]
    known = {digest_of(text) for text in lesson.released} | lesson.editions
    made = copy.deepcopy(fresh)
    # As when it is graded: of two cells with one name, the last one counts.
    last = {place: number for number, place in enumerate(places)}
    behind: dict[int, list[Any]] = {}
    anchor = -1
    for number, (cell, found) in enumerate(zip(raw, places, strict=True)):
        place = found if found is not None and found >= 0 else None
        anchor = anchor if place is None else place
        cell.setdefault("metadata", {})
        if not is_touched(cell, known):
            continue
        new = made["cells"][place] if place is not None and last[place] == number else None
        if new is not None and _goes_into(cell, new, lesson.cells[anchor].kind):
            _put(cell, new)
        else:
            behind.setdefault(anchor, []).append(_own(cell))
    made["cells"] = [
        cell
        for place in range(-1, len(made["cells"]))
        for cell in [*([made["cells"][place]] if place >= 0 else []), *behind.get(place, [])]
    ]
    _distinct(made["cells"])
    return made


def same_work(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two notebooks have the same cells, whatever their outputs and metadata."""
    return [(c["cell_type"], text_of(c)) for c in one["cells"]] == [
        (c["cell_type"], text_of(c)) for c in other["cells"] if is_cell(c)
    ]


def _goes_into(cell: Mapping[str, Any], new: Mapping[str, Any], kind: Kind) -> bool:
    """Whether what the learner wrote takes the place of the new edition's text."""
    if cell["cell_type"] != new["cell_type"]:
        return False
    was = cell["metadata"].get(OUR_KEY, {}).get(RELEASED)
    return kind in _THEIRS or (kind in _ALIKE and was == digest_of(text_of(new)))


def _put(cell: Mapping[str, Any], new: Notebook) -> None:
    new["source"] = cell["source"]
    if cell.get("attachments"):
        new["attachments"] = cell["attachments"]


def _own(cell: Mapping[str, Any]) -> Notebook:
    """Return a cell as one of the learner's own: it claims to be none of the lesson's."""
    ours = ("nbgrader", OUR_KEY, "deletable", "editable")
    made = {**cell, "metadata": {k: v for k, v in cell["metadata"].items() if k not in ours}}
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    return made


def _distinct(cells: Sequence[Notebook]) -> None:
    """Give a new id to each cell whose id is taken, or which has none."""
    taken: set[str] = set()
    for cell in sorted(cells, key=lambda cell: OUR_KEY not in cell["metadata"]):
        if not isinstance(cell.get("id"), str) or cell["id"] in taken:
            cell["id"] = secrets.token_hex(4)
        taken.add(cell["id"])
