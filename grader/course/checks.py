"""What is wrong with a lesson's cells, taken one by one and together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course import faults
from grader.course.cells import Cell, Kind
from grader.course.problems import Problem
from grader.course.regions import REGION, stub

# nbgrader finds a marker anywhere in a line; here it stands alone, so that no text is lost.
_LIKE_A_MARKER = re.compile(r"(?i)#\s*(BEGIN|END)\s+(SOLUTION|MARK SCHEME|HIDDEN TESTS)\b")
_REGIONS_IN = {
    "SOLUTION": (Kind.SOLUTION, Kind.MANUAL),
    "MARK SCHEME": (Kind.MANUAL,),
    "HIDDEN TESTS": (),  # the build adds the only one
}


def problems_of(cells: Sequence[Cell], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the cells taken together."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        if cell.kind is Kind.PROSE:
            continue
        first = seen.setdefault(cell.notebook_id, cell)
        if first is not cell:
            same = (first.kind, first.name) == (cell.kind, cell.name)
            kind, other = cell.kind.value, f"{first.kind.value} {first.name!r}"
            wrong = (
                faults.used_twice(kind, cell.name, first.line)
                if same
                else faults.same_cell_id(kind, cell.name, cell.notebook_id, other, first.line)
            )
            yield Problem(path=path, line=cell.line, wrong=wrong)
    solutions = {cell.name: cell for cell in cells if cell.kind is Kind.SOLUTION}
    tests = {cell.name: cell for cell in cells if cell.kind is Kind.TEST}
    for name, cell in tests.items():
        if name not in solutions:
            yield Problem(path=path, line=cell.line, wrong=faults.test_alone(name))
    for name, cell in solutions.items():
        if name not in tests:
            yield Problem(path=path, line=cell.line, wrong=faults.exercise_alone(name))
    for cell in cells:
        yield from _cell_problems(cell, path)


def _cell_problems(cell: Cell, path: Path) -> Iterator[Problem]:
    """Yield what is wrong inside one cell."""
    opened: tuple[str, int] | None = None
    regions = 0
    for offset, text in enumerate(cell.source.splitlines(), start=1):
        match = REGION.match(text)
        line = cell.line + offset
        if match is None:
            if _LIKE_A_MARKER.search(text):
                yield Problem(path=path, line=line, wrong=faults.no_marker(text.strip()))
            continue
        name = match["name"]
        if cell.kind not in _REGIONS_IN[name]:
            wrong = faults.region_elsewhere(name, cell.kind.value)
            yield Problem(path=path, line=line, wrong=wrong)
            return
        if match["edge"] == "BEGIN":
            if opened:
                yield _open_region(path, opened)
            opened = (name, line)
            regions += name == "SOLUTION"
        elif opened is None or opened[0] != name:
            yield Problem(path=path, line=line, wrong=faults.closes_nothing(name))
        else:
            opened = None
    if opened:
        yield _open_region(path, opened)
        return
    if cell.kind not in (Kind.PROSE, Kind.MANUAL):
        yield from _code_problems(cell, path, regions)


def _open_region(path: Path, opened: tuple[str, int]) -> Problem:
    name, line = opened
    return Problem(path=path, line=line, wrong=faults.never_closed(name))


def _code_problems(cell: Cell, path: Path, regions: int) -> Iterator[Problem]:
    if cell.kind is Kind.EXPLORE and re.search(r"^\s*[%!]", cell.source, re.MULTILINE):
        return  # IPython's magics; setup, solution and test cells are read as plain Python
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        line = cell.line + (error.lineno or 0)
        yield Problem(path=path, line=line, wrong=faults.cell_not_python(error.msg))
        return
    if cell.kind is not Kind.SOLUTION:
        return
    if regions == 0:
        yield Problem(path=path, line=cell.line, wrong=faults.no_region(cell.name))
    elif not _stub_raises(cell):
        yield Problem(path=path, line=cell.line, wrong=faults.returns_first(cell.name))
    if cell.name not in _defined(cell.source):
        yield Problem(path=path, line=cell.line, wrong=faults.not_defined(cell.name))


def _defined(source: str) -> set[str]:
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


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
