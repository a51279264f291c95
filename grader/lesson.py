"""From lesson.py, the source an author writes, to cells that know what they are.

Reads jupytext's percent format and the short cell tags; an author's mistake
becomes `file:line: problem` with a fix.  Executes nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from grader.errors import AuthorError, InputError

_MARKER = re.compile(r"^# %%(?P<rest>.*)$")
_REGION = re.compile(r"^\s*### (?P<edge>BEGIN|END) (?P<name>SOLUTION|MARK SCHEME|HIDDEN TESTS)\s*$")
# nbgrader finds a marker anywhere in a line; here it stands alone, so that no text is lost.
_LIKE_A_MARKER = re.compile(r"(?i)#\s*(BEGIN|END)\s+(SOLUTION|MARK SCHEME|HIDDEN TESTS)\b")
_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


class Kind(Enum):
    """What a cell is for; the value is its tag in lesson.py."""

    PROSE = "prose"
    SETUP = "setup"
    EXPLORE = "explore"
    SOLUTION = "solution"
    TEST = "test"
    MANUAL = "manual"
    ANSWER = "answer"  # made by the build: where the answer to a manual cell goes


_TAGS = tuple(kind for kind in Kind if kind not in (Kind.PROSE, Kind.ANSWER))
_REGIONS_IN = {
    "SOLUTION": (Kind.SOLUTION, Kind.MANUAL),
    "MARK SCHEME": (Kind.MANUAL,),
    "HIDDEN TESTS": (),  # the build adds the only one
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a lesson.

    Attributes:
        name: the exercise it belongs to, or the name of a setup or explore cell.
        points: what a test or manual cell is worth, else 0.
        line: where its marker stands in lesson.py, from 1; 0 if read elsewhere.
    """

    kind: Kind
    name: str
    source: str
    points: float = 0.0
    line: int = 0

    @property
    def grade_id(self) -> str:
        """The id by which nbgrader knows the cell: the solution's is the exercise's own."""
        if self.kind in (Kind.SOLUTION, Kind.MANUAL):
            return self.name
        return f"{self.kind.value}_{self.name}"

    @property
    def notebook_id(self) -> str:
        """The cell's id in the notebook file, which allows few characters."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", self.grade_id)[:64]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An author's mistake: where, what, and what to do."""

    path: Path
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}\n  fix: {self.fix}"


def report(problems: Sequence[Problem]) -> None:
    """Raise an AuthorError that lists the problems, if there are any."""
    if problems:
        raise AuthorError("\n".join(str(problem) for problem in problems))


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
        report(
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
    report(problems)
    report(list(_problems(cells, path)))
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


def _problems(cells: Sequence[Cell], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the cells taken together."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        if cell.kind is Kind.PROSE:
            continue
        first = seen.setdefault(cell.notebook_id, cell)
        if first is not cell:
            same = (first.kind, first.name) == (cell.kind, cell.name)
            yield Problem(
                path=path,
                line=cell.line,
                what=f"{cell.kind.value} {cell.name!r} is used twice, first in line {first.line}"
                if same
                else f"{cell.kind.value} {cell.name!r} has the cell id {cell.notebook_id!r} "
                f"of {first.kind.value} {first.name!r} in line {first.line}",
                fix="give each cell a name of its own",
            )
    solutions = {cell.name: cell for cell in cells if cell.kind is Kind.SOLUTION}
    tests = {cell.name: cell for cell in cells if cell.kind is Kind.TEST}
    for name, cell in tests.items():
        if name not in solutions:
            yield Problem(
                path=path,
                line=cell.line,
                what=f"test {name!r} has no exercise",
                fix=f"add a '# %% solution=\"{name}\"' cell before it",
            )
    for name, cell in solutions.items():
        if name not in tests:
            yield Problem(
                path=path,
                line=cell.line,
                what=f"exercise {name!r} has no test",
                fix=f"add a '# %% test=\"{name}\" points=4' cell after it",
            )
    for cell in cells:
        yield from _cell_problems(cell, path)


def _cell_problems(cell: Cell, path: Path) -> Iterator[Problem]:
    """Yield what is wrong inside one cell."""
    opened: tuple[str, int] | None = None
    regions = 0
    for offset, text in enumerate(cell.source.splitlines(), start=1):
        match = _REGION.match(text)
        line = cell.line + offset
        if match is None:
            if _LIKE_A_MARKER.search(text):
                yield Problem(
                    path=path,
                    line=line,
                    what=f"not quite a region marker: {text.strip()!r}",
                    fix="write '### BEGIN SOLUTION' alone on its line, and END likewise",
                )
            continue
        name = match["name"]
        if cell.kind not in _REGIONS_IN[name]:
            yield Problem(
                path=path,
                line=line,
                what=f"{name.lower()} region in a {cell.kind.value} cell",
                fix="solution regions stand in solution and manual cells, mark schemes in manual "
                "cells, and hidden tests in hidden.py",
            )
            return
        if match["edge"] == "BEGIN":
            if opened:
                yield _open_region(path, opened)
            opened = (name, line)
            regions += name == "SOLUTION"
        elif opened is None or opened[0] != name:
            yield Problem(
                path=path,
                line=line,
                what=f"'### END {name}' closes nothing",
                fix=f"add '### BEGIN {name}' before it, or remove it",
            )
        else:
            opened = None
    if opened:
        yield _open_region(path, opened)
        return
    if cell.kind not in (Kind.PROSE, Kind.MANUAL):
        yield from _code_problems(cell, path, regions)


def _open_region(path: Path, opened: tuple[str, int]) -> Problem:
    name, line = opened
    return Problem(
        path=path,
        line=line,
        what=f"{name.lower()} region is never closed",
        fix=f"add '### END {name}' before the next '# %%'",
    )


def _code_problems(cell: Cell, path: Path, regions: int) -> Iterator[Problem]:
    if cell.kind is Kind.EXPLORE and re.search(r"^\s*[%!]", cell.source, re.MULTILINE):
        return  # IPython's magics; setup, solution and test cells are read as plain Python
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        yield Problem(
            path=path,
            line=cell.line + (error.lineno or 0),
            what=f"not Python: {error.msg}",
            fix="make the cell run on its own",
        )
        return
    if cell.kind is not Kind.SOLUTION:
        return
    if regions == 0:
        yield Problem(
            path=path,
            line=cell.line,
            what=f"the stub of {cell.name!r} would not raise: it has no solution region",
            fix="put the body between '### BEGIN SOLUTION' and '### END SOLUTION'",
        )
    elif not _stub_raises(cell):
        yield Problem(
            path=path,
            line=cell.line,
            what=f"the stub of {cell.name!r} would not raise: "
            "code outside the region returns first",
            fix="move every return and every branch into the solution region",
        )
    if cell.name not in _defined(cell.source):
        yield Problem(
            path=path,
            line=cell.line,
            what=f"solution {cell.name!r} does not define {cell.name!r}",
            fix="name the tag after the function or class",
        )


def _defined(source: str) -> set[str]:
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


ANSWER_STUB = "YOUR ANSWER HERE"


def stub(source: str) -> str:
    """Return a solution cell as students see it: each region gives way to nbgrader's stub."""
    kept: list[str] = []
    for edge, text in _lines(source):
        if edge == "BEGIN":
            indent = text[: len(text) - len(text.lstrip())]
            kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
        elif edge == "":
            kept.append(text)
    return "\n".join(kept)


def is_marker(line: str) -> bool:
    """Whether a line begins or ends a region."""
    return _REGION.match(line) is not None


def regions(source: str) -> dict[str, str]:
    """Return a cell's text by region; what stands outside has the name ""."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in source.splitlines():
        match = _REGION.match(line)
        if match is None:
            found[name].append(line)
        else:
            name = match["name"] if match["edge"] == "BEGIN" else ""
            found.setdefault(name, [])
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _lines(source: str) -> Iterator[tuple[str, str]]:
    """Yield each line with "BEGIN", "END", "inside" a region, or "" outside."""
    inside = False
    for line in source.splitlines():
        match = _REGION.match(line)
        if match is None:
            yield "inside" if inside else "", line
        else:
            inside = match["edge"] == "BEGIN"
            yield match["edge"], line


def _stub_raises(cell: Cell) -> bool:
    """Whether each function with a region in the exercise raises before it returns anything."""
    tree = ast.parse(stub(cell.source))
    exercise = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == cell.name
    ]
    functions = [n for top in exercise for n in ast.walk(top) if isinstance(n, ast.FunctionDef)]
    raising = [function.body for function in functions if any(map(_is_stub_raise, function.body))]
    # Where the exercise is not defined at all, that is the one thing to say.
    return not exercise or (bool(raising) and not any(map(_ends_early, raising)))


def _is_stub_raise(node: ast.stmt) -> bool:
    return isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)


def _ends_early(body: Sequence[ast.stmt]) -> bool:
    """Whether a function returns before the stub's raise, or is a generator, which runs later."""
    position = next(i for i, node in enumerate(body) if _is_stub_raise(node))
    return any(isinstance(node, ast.Return) for node in _own_nodes(body[:position])) or any(
        isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(body)
    )


def _own_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, not those of functions inside it."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            yield from _own_nodes(list(ast.iter_child_nodes(node)))
