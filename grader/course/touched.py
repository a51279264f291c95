"""Which cells of a released notebook somebody has worked in; needs the notebook alone.

nbgrader leaves a checksum in each cell that it knows, our prose is called by its own digest,
and a learner's copy says of each cell what it was (see `grader.work.carrying`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.course.notebook import OUR_KEY, digest_of, text_of
from grader.course.regions import ANSWER_STUB

RELEASED = "released"  # in our metadata of a cell: the digest of its text as it was released
_PROSE, _ANSWER = "prose-", "answer_"
_NAMED = 40  # characters of a cell without a name that stand for it


def worked_in(path: Path, known: Collection[str]) -> list[str] | None:
    """Return the cells of a notebook file in which somebody has worked, by name.

    Args:
        known: digests of texts that are nobody's work.

    Returns:
        The names; none where there is no file; None where what is there cannot be read.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        return [name_of(cell) for cell in touched(notebook, known)]
    except (FileNotFoundError, IsADirectoryError):
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def touched(notebook: Mapping[str, Any], known: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the cells of a notebook that are not as they were released."""
    return (cell for cell in notebook["cells"] if is_touched(cell, known))


def is_touched(cell: Mapping[str, Any], known: Collection[str]) -> bool:
    """Whether a cell is not as it was released; where nothing tells, it counts as touched."""
    text, metadata = text_of(cell), cell["metadata"]
    ours, nbgrader = metadata.get(OUR_KEY, {}), metadata.get("nbgrader", {})
    name = str(ours.get("cell", ""))
    if digest_of(text) in known:
        return False
    if RELEASED in ours:
        return bool(digest_of(text) != ours[RELEASED])
    if "checksum" in nbgrader:
        return bool(_checksum(cell) != nbgrader["checksum"])
    if name.startswith(_ANSWER):
        return text.split() != ANSWER_STUB.split()
    if name.startswith(_PROSE):
        return hashlib.sha256(text.encode()).hexdigest()[:12] != name.split("-")[1]
    return bool(text.strip())


def name_of(cell: Mapping[str, Any]) -> str:
    """Return what a cell is called by: its name, or how it begins."""
    metadata = cell["metadata"]
    claimed = metadata.get("nbgrader", {}).get("grade_id") or metadata.get(OUR_KEY, {}).get("cell")
    first = next((line.strip() for line in text_of(cell).splitlines() if line.strip()), "")
    return str(claimed or first[:_NAMED])


def _checksum(cell: Mapping[str, Any]) -> str:
    """Return nbgrader's checksum of a cell; importing nbgrader for it would take a second."""
    about = cell["metadata"]["nbgrader"]
    grade, solution = about.get("grade", False), about.get("solution", False)
    locked = not solution and (True if grade else about.get("locked", False))
    parts = [text_of(cell), cell["cell_type"], str(grade), str(solution), str(locked)]
    parts.append(about["grade_id"])
    if grade:
        parts.append(str(float(about["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
