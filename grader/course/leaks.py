"""What must never reach a student: looked for in a folder that is about to be handed out.

The one check before every release: of nbgrader's command, of Formgrader's button, of the
archive for students.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.course import words
from grader.course.notebook import OUR_KEY, text_of
from grader.course.regions import ANSWER_STUB, regions
from grader.course.touched import is_touched, name_of
from grader.errors import InputError

STUBS = ("raise NotImplementedError()", ANSWER_STUB)
SECRET_NAMES = ("lesson.py", "hidden", "hidden.py", "editions.txt", "grader.json", "gradebook.db")
_MARKER = re.compile(
    r"(?im)^.*\b(?:BEGIN|END) (SOLUTION|MARK SCHEME|HIDDEN TESTS?|ASSIGNMENT TESTS)\b.*$"
)
_CALL = re.compile(r"(?m)^[^#\n]*(?:\bjudge\s*\(|\b(?:from|import)\s+grader\b)")
_SCHEME = f"**{words.SCHEME}**"
_SHORT = 40  # characters without white space; less can stand in a stub or in prose by chance
_CODE = (".py", ".pyx", ".r", ".jl", ".sh")


def refuse_leaks(
    folder: Path, *, source: Path | None = None, stubs: Collection[str] = STUBS
) -> None:
    """Raise InputError if a folder holds what students must not get; every place is named.

    Args:
        folder: what is about to be handed out, all of it.
        source: the instructor's folder that it was made from; text of its solution regions and
            mark schemes is looked for, too.
        stubs: what stands where a student is to write; one of them is enough.
    """
    secret = frozenset(secrets_in(source)) if source else frozenset()
    if found := [said for path in _files(folder) for said in _leaks(path, folder, secret, stubs)]:
        raise InputError("; ".join([*found, words.NOT_HANDED_OUT]))


def _files(folder: Path) -> Iterator[Path]:
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return (path for path in paths if ".ipynb_checkpoints" not in path.parts)


def _leaks(
    path: Path, folder: Path, secret: Collection[str], stubs: Collection[str]
) -> Iterator[str]:
    """Yield a sentence for each thing in a file that must not be handed out."""
    if path.is_symlink():
        yield words.leak(path, "", words.A_LINK)
        return
    if set(path.relative_to(folder).parts) & set(SECRET_NAMES):
        yield words.leak(path, "", words.SECRET_FILE)
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
            for cell in cells:
                for what in leaks_in(cell, secret, stubs):
                    yield words.leak(path, name_of(cell), what)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            yield words.leak(path, "", words.NO_NOTEBOOK)
    elif path.suffix.lower() in _CODE:
        text = path.read_text(encoding="utf-8", errors="replace")
        for what in _in_text(text, frozenset()):
            yield words.leak(path, "", what)


def leaks_in(
    cell: Mapping[str, Any], secret: Collection[str] = (), stubs: Collection[str] = STUBS
) -> Iterator[str]:
    """Yield what stands in a cell of a notebook that must not be handed out."""
    yield from _in_text(text_of(cell), secret)
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield words.AN_OUTPUT
    if _is_filled(cell, stubs):
        yield words.A_FILLED_STUB


def _in_text(text: str, secret: Collection[str]) -> Iterator[str]:
    if marker := _MARKER.search(text):
        yield words.a_region(marker[1].upper())
    if _CALL.search(text):
        yield words.A_HIDDEN_CALL
    if _SCHEME in text:
        yield words.A_MARK_SCHEME
    squeezed = "".join(text.split())
    if any(part in squeezed for part in secret):
        yield words.TEXT_OF_A_REGION


def _is_filled(cell: Mapping[str, Any], stubs: Collection[str]) -> bool:
    """Whether a place where students write holds something else than a stub."""
    about = cell["metadata"].get("nbgrader", {})
    answer = str(cell["metadata"].get(OUR_KEY, {}).get("cell", "")).startswith("answer_")
    if not about.get("solution") and not answer:
        return False
    text = text_of(cell)
    return not any(stub in text for stub in stubs) or is_touched(cell, ())


def secrets_in(source: Path) -> Iterator[str]:
    """Yield the texts of the regions that students must not get, without white space."""
    for path in sorted(source.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8-sig"))["cells"]:
            for name, text in regions(text_of(cell)).items():
                squeezed = "".join(text.split())
                if name and len(squeezed) >= _SHORT:
                    yield squeezed
