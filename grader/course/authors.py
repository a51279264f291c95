"""Run what an author wrote: the reference solutions, and hidden.py; trusted code."""

from __future__ import annotations

import sys
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.course.cells import Cell, Kind
from grader.course.problems import Problem, refuse
from grader.errors import AuthorError, GraderError, InputError
from grader.exercise import Declarations, Exercise, collecting


@contextmanager
def _module(name: str, content: Mapping[str, Any]) -> Iterator[None]:
    """Make `import name` give content inside the with block."""
    module = types.ModuleType(name)
    module.__dict__.update(content)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before


def run_reference(path: Path, cells: tuple[Cell, ...], earlier: str | None) -> dict[str, Any]:
    """Run the lesson's own setup and solution cells; trusted code."""
    taken: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__name__": "solution"}
    try:
        if earlier is not None:
            exec(compile(earlier, str(path.with_name("earlier.py")), "exec"), taken)  # noqa: S102
        with _module("earlier", taken):
            for cell in cells:
                if cell.kind in (Kind.SETUP, Kind.SOLUTION):
                    exec(compile(cell.source, f"{path}:{cell.name}", "exec"), namespace)  # noqa: S102
    except Exception as error:
        raise GraderError(
            f"{path}: the lesson's own cells fail ({type(error).__name__}: {error}); "
            "fix lesson.py and run 'grader build'"
        ) from error
    return namespace


def declared_exercises(
    path: Path, cells: tuple[Cell, ...], reference: Mapping[str, Any]
) -> dict[str, Exercise]:
    """Run hidden.py and join its declarations with the notebook's cells."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); it declares the lesson's hidden cases"
        ) from error
    try:
        code = compile(source, str(path), "exec")
        with collecting() as declared, _module("solution", reference):
            exec(code, {"__name__": "hidden", "__file__": str(path)})  # noqa: S102
    except SyntaxError as error:
        raise AuthorError(
            f"{path}:{error.lineno}: not Python: {error.msg}\n  fix: correct the line"
        ) from error
    except Exception as error:
        lines = [
            f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)
        ]
        raise AuthorError(
            f"{path}:{lines[-1] if lines else 1}: raises {type(error).__name__}: {error}\n"
            "  fix: declare only what runs"
        ) from error
    return _join(path, cells, declared)


def _join(path: Path, cells: tuple[Cell, ...], declared: Declarations) -> dict[str, Exercise]:
    tests = {cell.name: cell for cell in cells if cell.kind is Kind.TEST}
    problems: list[Problem] = []

    def problem(line: int, what: str, fix: str) -> None:
        problems.append(Problem(path=path, line=line, what=what, fix=fix))

    found: dict[str, Exercise] = {}
    for name, maker, options in declared.makers:
        line = maker.__code__.co_firstlineno
        if name not in tests:
            problem(line, f"cases for unknown exercise {name!r}", f"use one of {', '.join(tests)}")
        elif name in found:
            problem(line, f"cases for {name!r} are declared twice", "join them in one generator")
        else:
            found[name] = Exercise(id=name, make_cases=maker, points=tests[name].points, **options)
        for need in options["builds_on"]:
            if need not in tests:
                problem(
                    line,
                    f"{name!r} builds on unknown exercise {need!r}",
                    f"use one of {', '.join(tests)}",
                )
            elif name in tests and list(tests).index(need) >= list(tests).index(name):
                problem(
                    line,
                    f"{name!r} builds on {need!r}, which does not come before it",
                    "name exercises that come earlier in the notebook",
                )
    for name in tests:
        mine = tuple(m for m in declared.mistakes if m.exercise == name)
        if name not in found:
            problem(1, f"exercise {name!r} has no hidden cases", f'add @cases("{name}")')
            continue
        if not mine:
            line = found[name].make_cases.__code__.co_firstlineno
            problem(line, f"exercise {name!r} has no mistake", f'add mistake("{name}", ...)')
        found[name] = replace(found[name], mistakes=mine)
    for known in declared.mistakes:
        if known.exercise not in tests:
            problem(
                known.line,
                f"mistake {known.name!r} names unknown exercise {known.exercise!r}",
                f"use one of {', '.join(tests)}",
            )
    refuse(problems)
    return {name: found[name] for name in tests}
