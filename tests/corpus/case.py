"""What a case of the corpus is: a numbered threat, a submission, and what must come of it.

Every case is lesson 00 with `one_hot` solved and `standardize` attacked, unless it says
otherwise.  `standardize` has 10 points, `one_hot` 6.
"""

from __future__ import annotations

import copy
import json
import textwrap
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LESSON = "00_start_here"
ATTACKED, HONEST = "standardize", "one_hot"
POINTS = {ATTACKED: 10.0, HONEST: 6.0}
UNSOLVED = "def standardize(X):\n    raise NotImplementedError()"

Notebook = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to cheat, to break, or to be misjudged.

    Attributes:
        number: the line of THREATS that it belongs to; a letter is added where there are several.
        attack: the source of the cell for `standardize`; "@RIGHT@" is replaced by the right one,
            "@COURSE@" by the course's folder and "@BAIT@" by one that nobody may write to.
        before: a cell of the student's own in front of it, and `after`: at the end.
        tamper: changes the notebook; may return the file's bytes instead.
        lay_out: changes the folder that is handed in, after the notebook was written.
        verdict: of `standardize`; points: what it earns.
        other: the verdict of `one_hot`, and other_points.
        note: a word of the report's note on the whole notebook.
        also: looks at all that an instructor or a student is shown besides the code itself, the
            report, outputs and Markdown; returns what is wrong.
        refused: a word of the reason for which nothing is scored; "" where a report is made.
        name: the student's name, if it matters.
        files: more files that are handed in.
        stock: why this case is not run in a stock nbgrader, which has no sandbox; "" if it is.
    """

    number: str
    title: str
    attack: str = UNSOLVED
    before: str = ""
    after: str = ""
    tamper: Callable[[Notebook], bytes | None] | None = None
    lay_out: Callable[[Path, Path], None] | None = None
    verdict: str = "not attempted"
    points: float = 0.0
    other: str = "correct"
    other_points: float = POINTS[HONEST]
    note: str = ""
    also: Callable[[str], str] | None = None
    stock: str = ""
    name: str = ""
    refused: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def due(self) -> float:
        """The points that this work deserves: what it earns here."""
        return 0.0 if self.refused else self.points + self.other_points

    @property
    def student(self) -> str:
        """A name for whoever hands this in."""
        return self.name or f"case-{self.number}"


def grade_id(cell: Mapping[str, Any]) -> str:
    found: str = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return found


def cell_of(made: Notebook, name: str) -> dict[str, Any]:
    """Return the cell with this grade_id."""
    found: dict[str, Any] = next(cell for cell in made["cells"] if grade_id(cell) == name)
    return found


def tests_of(made: Notebook) -> list[dict[str, Any]]:
    """Return the test cells."""
    return [cell for cell in made["cells"] if grade_id(cell).startswith("test_")]


def code(source: str) -> dict[str, Any]:
    """Return a code cell of a student's own."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{zlib.crc32(source.encode())}",
        "metadata": {},
        "outputs": [],
        "source": textwrap.dedent(source).strip("\n"),
    }


def honest(released: Notebook, right: Mapping[str, str]) -> Notebook:
    """Return the released notebook with every exercise solved."""
    made = copy.deepcopy(released)
    for name, source in right.items():
        cell_of(made, name)["source"] = source
    return made


def content(
    case: Case, released: Notebook, right: Mapping[str, str], places: Mapping[str, Path]
) -> bytes:
    """Return the bytes that are handed in."""

    def filled(source: str) -> str:
        text = textwrap.dedent(source).strip("\n").replace("@RIGHT@", right[ATTACKED])
        for name, path in places.items():
            text = text.replace(f"@{name}@", str(path))
        return text

    made = honest(released, {**right, ATTACKED: filled(case.attack)})
    where = made["cells"].index(cell_of(made, ATTACKED))
    if case.before:
        made["cells"].insert(where, code(filled(case.before)))
    if case.after:
        made["cells"].append(code(filled(case.after)))
    if case.tamper is not None:
        spoilt = case.tamper(made)
        if spoilt is not None:
            return spoilt
    return json.dumps(made, indent=1).encode()


def hand_in(
    case: Case,
    folder: Path,
    released: Notebook,
    right: Mapping[str, str],
    places: Mapping[str, Path],
) -> Path:
    """Write a submission into a folder, as collected; return where its notebook should be."""
    folder.mkdir(parents=True)
    path = folder / f"{LESSON}.ipynb"
    path.write_bytes(content(case, released, right, places))
    for name, text in case.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    if case.lay_out is not None:
        case.lay_out(folder, places["COURSE"])
    return path
