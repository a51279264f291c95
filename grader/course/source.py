"""From lesson.py, the source an author writes, to cells.

Reads jupytext's percent format and the short cell tags; executes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.course import faults, words
from grader.course.cells import Cell, Kind
from grader.course.checks import problems_of
from grader.course.problems import Problem, refuse
from grader.errors import InputError

_MARKER = re.compile(r"^# %%(?P<rest>.*)$")
_EXERCISE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$"), faults.no_name
# By kind: what a name looks like, and what is said of one that does not.
_NAMES = {
    **dict.fromkeys((Kind.SOLUTION, Kind.TEST, Kind.MANUAL), _EXERCISE),
    Kind.SETUP: (re.compile(r"^[A-Za-z0-9_-]+$"), faults.no_id),  # as nbgrader takes it
    Kind.EXPLORE: (re.compile(""), faults.no_id),  # any name will do
}
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
        raise InputError(words.source_not_read(path, error)) from error
    lines = [i for i, line in enumerate(text.splitlines(), start=1) if _MARKER.match(line)]
    raw = jupytext.reads(text, fmt="py:percent").cells
    if not lines or len(raw) != len(lines):
        wrong = faults.cells_not_marked(len(lines), len(raw))
        refuse([Problem(path=path, line=1, wrong=wrong)])
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

    def problem(wrong: faults.Wrong) -> Problem:
        return Problem(path=path, line=line, wrong=wrong)

    for unreadable in ("incorrectly_encoded_metadata", "title"):
        if unreadable in tags:
            return problem(faults.tags_unreadable(str(tags[unreadable])))
    kinds = [kind for kind in _TAGS if kind.value in tags]
    known = {kind.value for kind in _TAGS} | {"points", "lines_to_next_cell"}
    unknown = sorted(set(tags) - known)
    if unknown:
        return problem(faults.unknown_tag(unknown[0]))
    if len(kinds) > 1:
        return problem(faults.several_tags(kind.value for kind in kinds))
    if not kinds:
        if cell_type == "markdown":
            return Cell(kind=Kind.PROSE, name="", source=source, line=line)
        return problem(faults.NO_TAG)
    kind = kinds[0]
    name = tags[kind.value]
    if not isinstance(name, str) or not name.strip():
        return problem(faults.tags_unreadable(f"{kind.value}={name!r}"))
    markdown = kind is Kind.MANUAL
    if (cell_type == "markdown") != markdown:
        return problem(faults.another_cell_type(kind.value, name, cell_type, markdown=markdown))
    pattern, misnamed = _NAMES[kind]
    if not pattern.match(name):
        return problem(misnamed(name))
    points = tags.get("points")
    if kind in (Kind.TEST, Kind.MANUAL):
        if not _is_worth(points):
            return problem(faults.no_points(kind.value, name))
    elif points is not None:
        return problem(faults.points_elsewhere(kind.value, name))
    return Cell(kind=kind, name=name, source=source, points=float(points or 0), line=line)


def _is_worth(points: Any) -> bool:
    """Whether a tag says how many points a cell is worth."""
    return (
        isinstance(points, int | float)
        and not isinstance(points, bool)
        and 0 < points < float("inf")
    )
