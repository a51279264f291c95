"""From lesson.py, the source an author writes, to cells.

Reads jupytext's percent format and the short cell tags; executes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.course.cells import Cell, Kind
from grader.course.checks import problems_of
from grader.course.problems import Problem, refuse
from grader.errors import InputError

_MARKER = re.compile(r"^# %%(?P<rest>.*)$")
_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_TAGS = tuple(kind for kind in Kind if kind not in (Kind.PROSE, Kind.ANSWER))


def parse(path: Path) -> list[Cell]:
    """Read a lesson's source.

    Args:
        path: a lesson.py in percent format.

    Returns:
        Its cells in order.

    Raises:
        InputError: the file cannot be read.
        AuthorError: the file is not a lesson; every problem is listed.
    """
    # Imported here: reading a lesson to grade it does not need jupytext, which costs a second.
    import jupytext  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); expected a lesson source in UTF-8"
        ) from error
    lines = [i for i, line in enumerate(text.splitlines(), start=1) if _MARKER.match(line)]
    raw = jupytext.reads(text, fmt="py:percent").cells
    if not lines or len(raw) != len(lines):
        refuse(
            [
                Problem(
                    path=path,
                    line=1,
                    what=f"found {len(lines)} cell markers but {len(raw)} cells",
                    fix="begin the file with a '# %%' marker and leave no text before it",
                )
            ]
        )
    cells: list[Cell] = []
    problems: list[Problem] = []
    for line, cell in zip(lines, raw, strict=True):
        made = _cell(cell.cell_type, dict(cell.metadata), cell.source, line, path)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            cells.append(made)
    refuse(problems)
    refuse(list(problems_of(cells, path)))
    return cells


def _cell(
    cell_type: str, tags: Mapping[str, Any], source: str, line: int, path: Path
) -> Cell | Problem:
    """Say what one cell is, or what is wrong with its tags."""

    def problem(what: str, fix: str) -> Problem:
        return Problem(path=path, line=line, what=what, fix=fix)

    for unreadable in ("incorrectly_encoded_metadata", "title"):
        if unreadable in tags:
            return problem(
                f"cannot read the cell's tags: {str(tags[unreadable])!r}",
                "write one tag with its name in double quotes, and points as a number: "
                'test="softmax" points=4',
            )
    kinds = [kind for kind in _TAGS if kind.value in tags]
    known = {kind.value for kind in _TAGS} | {"points", "lines_to_next_cell"}
    unknown = sorted(set(tags) - known)
    if unknown:
        return problem(
            f"unknown cell tag {unknown[0]!r}",
            "use setup, explore, solution, test, manual or points",
        )
    if len(kinds) > 1:
        return problem(
            f"cell is tagged {' and '.join(kind.value for kind in kinds)}", "give it one tag"
        )
    if not kinds:
        if cell_type == "markdown":
            return Cell(kind=Kind.PROSE, name="", source=source, line=line)
        return problem(
            "code cell without a tag",
            'write \'# %% setup="name"\' if it is graded with, or explore="name" if it is not',
        )
    kind = kinds[0]
    name = str(tags[kind.value])
    if (cell_type == "markdown") != (kind is Kind.MANUAL):
        wanted = "a [markdown] cell" if kind is Kind.MANUAL else "a code cell"
        return problem(
            f"{kind.value} cell {name!r} is a {cell_type} cell", f"{kind.value} tags {wanted}"
        )
    if kind in (Kind.SOLUTION, Kind.TEST, Kind.MANUAL) and not _IDENTIFIER.match(name):
        return problem(f"exercise id {name!r} is not a name", "use the function's name")
    points = tags.get("points")
    if kind in (Kind.TEST, Kind.MANUAL):
        if not isinstance(points, int | float) or isinstance(points, bool) or points <= 0:
            return problem(
                f"{kind.value} cell {name!r} has no points",
                f"write '# %% {kind.value}=\"{name}\" points=4'",
            )
    elif points is not None:
        return problem(
            f"{kind.value} cell {name!r} carries points", "points stand on test and manual cells"
        )
    return Cell(kind=kind, name=name, source=source, points=float(points or 0), line=line)
