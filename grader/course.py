"""Where everything is: the course's folders, its lessons, and a lesson ready to grade.

A lesson to grade is read from the instructor's notebook, with the standard
library alone: importing nbformat would cost more than grading.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import AuthorError, GraderError, InputError
from grader.exercise import Declarations, Exercise, collecting
from grader.lesson import Cell, Kind, Problem, report, stub

SOLO_SECRET = "no class"  # noqa: S105 - learners without a class all share these cases


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson ready to grade; trusted, never sent into the box as a whole.

    Attributes:
        id: the folder's name, "03_dense_layer".
        cells: the instructor's cells in order, hidden regions included.
        notebook: the instructor's notebook as plain data.
        reference: what the setup and solution cells define.
        exercises: by id, in the notebook's order.
        earlier: the text of earlier.py, or None.
        digest: changes whenever anything that a grade depends on does.
    """

    id: str
    cells: tuple[Cell, ...]
    notebook: Mapping[str, Any]
    reference: Mapping[str, Any]
    exercises: Mapping[str, Exercise]
    earlier: str | None
    digest: str

    @cached_property
    def stubs(self) -> dict[str, str]:
        """Each solution and answer cell by name, as it was released."""
        answers = {c.name: c.source for c in self.cells if c.kind is Kind.ANSWER}
        return answers | {c.name: stub(c.source) for c in self.cells if c.kind is Kind.SOLUTION}

    @cached_property
    def manual(self) -> tuple[Cell, ...]:
        """The cells that are marked by hand."""
        return tuple(cell for cell in self.cells if cell.kind is Kind.MANUAL)


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course folder; all paths absolute."""

    root: Path

    @property
    def solutions(self) -> Path:
        """The secret folder: a folder per lesson."""
        return self.root / "solutions"

    @property
    def notebooks(self) -> Path:
        """What students get: a folder per lesson."""
        return self.root / "notebooks"

    @property
    def class_folder(self) -> Path:
        """Made by use: submitted, autograded, feedback, gradebook.db."""
        return self.root / "class"

    def nbgrader_config(self) -> Any:
        """Return what nbgrader_config.py sets, as a traitlets Config."""
        from traitlets.config.loader import ConfigError, PyFileConfigLoader  # noqa: PLC0415

        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        except (ConfigError, SyntaxError, NameError) as error:
            raise InputError(
                f"{self.root / 'nbgrader_config.py'}: cannot be read ({error}); correct it"
            ) from error

    def lesson_ids(self) -> list[str]:
        """Return the ids of all lessons that have a source, in order."""
        if not self.solutions.is_dir():
            raise InputError(
                f"{self.solutions}: not found; run this inside the course folder, "
                "the one with nbgrader_config.py and solutions/"
            )
        return sorted(path.parent.name for path in self.solutions.glob("*/lesson.py"))

    def find_lesson(self, name: str) -> str:
        """Return the id of the lesson called name; raise InputError if there is none."""
        ids = self.lesson_ids()
        if name not in ids:
            raise InputError(f"no lesson is called {name!r}; the lessons are {', '.join(ids)}")
        return name

    def secret(self) -> str:
        """Return the course's secret, from which hidden inputs are seeded.

        A class has its own, made at its first grading; without a class all share one.
        """
        path = self.class_folder / "secret"
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return SOLO_SECRET
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{path}: cannot be read ({error}); make it readable, or restore it from a "
                "backup: without it a regrade would use other hidden inputs"
            ) from error

    def make_secret(self) -> str:
        """Return the course's secret, making one if the class has none yet."""
        path = self.class_folder / "secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return self.secret()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
        return self.secret()

    def load(self, lesson_id: str) -> Lesson:
        """Read a lesson for grading.

        Raises:
            InputError: there is no such lesson, or it was never built.
            AuthorError: its hidden.py has author's mistakes.
            GraderError: its own cells or its hidden.py fail.
        """
        folder = self.solutions / self.find_lesson(lesson_id)
        path = folder / f"{lesson_id}.ipynb"
        try:
            raw = path.read_bytes()
            notebook = json.loads(raw)
        except FileNotFoundError as error:
            raise InputError(f"{path}: not found; run 'grader build {lesson_id}'") from error
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: cannot be read ({error}); run 'grader build {lesson_id}' to make it anew"
            ) from error
        cells = tuple(_cells(notebook))
        earlier_path = folder / "earlier.py"
        earlier = earlier_path.read_text(encoding="utf-8") if earlier_path.is_file() else None
        reference = _run_reference(path, cells, earlier)
        hidden = folder / "hidden.py"
        exercises = _exercises(hidden, cells, reference)
        digest = hashlib.sha256(raw + hidden.read_bytes() + (earlier or "").encode()).hexdigest()
        return Lesson(
            id=lesson_id,
            cells=cells,
            notebook=notebook,
            reference=reference,
            exercises=exercises,
            earlier=earlier,
            digest=digest,
        )


def find_course(start: Path) -> Course:
    """Return the course that start lies in, else the one that holds this package.

    Raises:
        InputError: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "nbgrader_config.py").is_file() and (folder / "solutions").is_dir():
            return Course(root=folder)
    raise InputError(
        f"{start}: not inside a course; expected a folder with nbgrader_config.py and "
        "solutions/ here or above"
    )


def kind_of(cell: Mapping[str, Any]) -> tuple[Kind, str]:
    """Return a built notebook cell's kind and name, from the metadata that the build wrote."""
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
        return Kind.EXPLORE, cell["id"]
    if cell["id"].startswith("answer_"):
        return Kind.ANSWER, cell["id"].removeprefix("answer_")
    return Kind.PROSE, cell["id"]


def text_of(cell: Mapping[str, Any]) -> str:
    """Return a notebook cell's source; files hold it as a string or a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _cells(notebook: Mapping[str, Any]) -> Iterator[Cell]:
    for cell in notebook["cells"]:
        kind, name = kind_of(cell)
        points = float(cell["metadata"].get("nbgrader", {}).get("points", 0))
        yield Cell(kind=kind, name=name, source=text_of(cell), points=points)


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


def _run_reference(path: Path, cells: tuple[Cell, ...], earlier: str | None) -> dict[str, Any]:
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


def _exercises(
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
    report(problems)
    return {name: found[name] for name in tests}
