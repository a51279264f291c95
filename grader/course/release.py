"""From cells to the instructor's notebook and the students' notebook.

The students' notebook comes out of nbgrader's own preprocessors, so it is the
one that `nbgrader generate_assignment` would release.  The same source gives
the same bytes: no outputs, no run counts, cell ids derived from names.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import symtable
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from byhand.visible import passed
from grader.course import faults, words
from grader.course.cells import Cell, Kind
from grader.course.notebook import OUR_KEY
from grader.course.problems import Problem, refuse
from grader.course.regions import ANSWER_STUB, regions, unmarked
from grader.course.source import parse
from grader.errors import InputError

_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ASKS = "check "  # what the name of a cell that asks for a verdict begins with
_BEGIN, _END = "### BEGIN MARK SCHEME", "### END MARK SCHEME"


def hidden_call(lesson: str, exercise: str) -> str:
    """Return the hidden region of a test cell: one call that judges in the kernel.

    It comes first in the cell.  nbgrader takes the first number among a cell's
    outputs as its score, so a visible assertion that fails afterwards cannot
    turn partial credit into 0.
    """
    return (
        "### BEGIN HIDDEN TESTS\n"
        "from grader.in_kernel import judge\n"
        f'judge("{lesson}", "{exercise}", globals())\n'
        "### END HIDDEN TESTS"
    )


def asking(exercise: str) -> str:
    """Return the cell in which a learner asks for the verdict; it is not run for a grade."""
    return f'from byhand.check import check\n\ncheck("{exercise}")'


def instructor_notebook(lesson: str, cells: Sequence[Cell]) -> Any:
    """Return the instructor's notebook, as an nbformat node with nbgrader metadata."""
    # Imported here: nbformat takes a second to import, and grading does not need it.
    import nbformat.v4  # noqa: PLC0415

    notebook = nbformat.v4.new_notebook(metadata=_KERNEL)
    prose: Counter[str] = Counter()
    for cell in _expanded(cells):
        source = _captioned(cell)
        if cell.kind is Kind.TEST:
            caption, below = source.split("\n", 1)
            source = f"{caption}\n{hidden_call(lesson, cell.name)}\n{below}".rstrip()
            source += f"\n{passed(cell.name)}"
        if cell.kind in (Kind.PROSE, Kind.MANUAL, Kind.ANSWER):
            made = nbformat.v4.new_markdown_cell(source)
        else:
            made = nbformat.v4.new_code_cell(source)
        made["id"] = _cell_id(cell, prose)
        made["metadata"] = nbformat.from_dict(_metadata(cell, made["id"]))
        notebook.cells.append(made)
    return notebook


def _captioned(cell: Cell) -> str:
    """Return a code cell's text below a line that says what the cell is.

    A comment is seen in every editor and theme, read aloud by every screen reader, and needs
    nothing installed.  What a learner fills in has its heading above it.
    """
    if cell.kind is Kind.TEST:
        caption = words.test_caption(cell.points)
    elif cell.kind is Kind.SETUP:
        caption = words.GIVEN_CAPTION
    elif cell.kind is Kind.EXPLORE:
        asks = cell.source == asking(cell.name.removeprefix(_ASKS))
        caption = words.VERDICT_CAPTION if asks else words.TRY_CAPTION
    else:
        return cell.source
    # A magic of the whole cell must stand in its first line.
    return cell.source if cell.source.startswith("%%") else f"{caption}\n{cell.source}"


def _expanded(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Yield the cells, with those that the build adds.

    Below a test stands a cell that asks for the verdict.  A manual one becomes nbgrader's task
    and a place for the answer: Formgrader shows a task with its mark scheme above the answer;
    students see neither the scheme nor the example.
    """
    for cell in cells:
        if cell.kind is Kind.TEST:
            yield cell
            yield Cell(kind=Kind.EXPLORE, name=f"{_ASKS}{cell.name}", source=asking(cell.name))
            continue
        if cell.kind is not Kind.MANUAL:
            yield cell
            continue
        parts = regions(cell.source)
        scheme = words.mark_scheme(parts.get("MARK SCHEME", ""), parts.get("SOLUTION", ""))
        yield replace(cell, source=f"{parts['']}\n\n{_BEGIN}\n{scheme}\n{_END}")
        yield replace(cell, kind=Kind.ANSWER, source=ANSWER_STUB, points=0.0)


def _cell_id(cell: Cell, prose: Counter[str]) -> str:
    """Return an id that changes only if the cell's name or, in prose, its text does."""
    if cell.kind is not Kind.PROSE:
        return cell.notebook_id
    digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
    prose[digest] += 1
    return f"prose-{digest}" + (f"-{prose[digest]}" if prose[digest] > 1 else "")


def _metadata(cell: Cell, our_id: str) -> dict[str, Any]:
    """Return nbgrader's metadata for a cell, or ours where nbgrader has none."""
    ours = {OUR_KEY: {"cell": our_id}}
    if cell.kind in (Kind.PROSE, Kind.ANSWER):
        return ours
    if cell.kind is Kind.EXPLORE:
        # Run by learners; skipped by nbclient, and so by nbgrader, and by the engine.
        return {"tags": ["skip-execution"], **ours}
    manual = cell.kind is Kind.MANUAL
    nbgrader: dict[str, Any] = {
        "cell_type": "markdown" if manual else "code",
        "grade": cell.kind is Kind.TEST,
        "grade_id": cell.grade_id,
        "locked": cell.kind in (Kind.SETUP, Kind.TEST, Kind.MANUAL),
        "schema_version": 3,
        "solution": cell.kind is Kind.SOLUTION,
        "task": manual,
    }
    if cell.points:
        nbgrader["points"] = int(cell.points) if cell.points == int(cell.points) else cell.points
    return {"nbgrader": nbgrader}


def student_notebook(notebook: Any) -> Any:
    """Return what `nbgrader generate_assignment` releases for an instructor's notebook.

    Runs its preprocessors in its order, without the one that writes to a gradebook.
    """
    from nbgrader.converters.generate_assignment import GenerateAssignment  # noqa: PLC0415
    from nbgrader.preprocessors import SaveCells  # noqa: PLC0415

    released = _copy(notebook)
    resources: Mapping[str, Any] = {}
    for preprocessor in GenerateAssignment.preprocessors.default_args[0]:
        if preprocessor is SaveCells:
            continue
        step = preprocessor()
        step.enabled = True
        released, resources = step.preprocess(released, resources)
    return released


def _copy(notebook: Any) -> Any:
    import copy  # noqa: PLC0415

    return copy.deepcopy(notebook)


def to_text(notebook: Any) -> str:
    """Return a notebook's file content, as nbconvert writes it."""
    import nbformat  # noqa: PLC0415

    return str(nbformat.writes(notebook, version=4)) + "\n"


def earlier(lesson_path: Path, cells: Sequence[Cell], previous: Sequence[Path]) -> str | None:
    """Return earlier.py: the functions that a lesson imports from earlier lessons.

    Args:
        lesson_path: the lesson.py that imports, for messages.
        cells: its cells.
        previous: the lesson.py of every earlier lesson, in order.

    Returns:
        The module's text, holding exactly the imported names; None if there are none.

    Raises:
        AuthorError: a name that no earlier lesson defines, or one that needs
            another earlier name which is not imported.
    """
    wanted = dict(_imports(cells))
    if not wanted:
        return None
    found: dict[str, tuple[str, str]] = {}
    for path in previous:
        for cell in parse(path):
            if cell.kind is Kind.SOLUTION:
                for name, source in _definitions(cell.source):
                    found[name] = (path.parent.name, source)
    problems = [
        Problem(
            path=lesson_path,
            line=line,
            wrong=faults.in_no_earlier_lesson(name, found),
        )
        for name, line in wanted.items()
        if name not in found
    ]
    for name, line in wanted.items():
        used = _global_names(found[name][1]) if name in found else set()
        problems += [
            Problem(
                path=lesson_path,
                line=line,
                wrong=faults.needs_another(name, need)
                if need in found
                else faults.needs_a_module(name, need, found[name][0]),
            )
            for need in sorted(used - set(wanted))
        ]
    refuse(problems)
    parts = [f'"""{words.SPOILER}"""\n', "import numpy as np\n"]
    parts += [
        f"\n\n{words.taken_from(folder)}\n{source}\n"
        for name, (folder, source) in found.items()
        if name in wanted
    ]
    return "\n".join(parts[:2]) + "".join(parts[2:])


def _imports(cells: Sequence[Cell]) -> Iterator[tuple[str, int]]:
    for cell in cells:
        if cell.kind is Kind.SETUP:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.ImportFrom) and node.module == "earlier":
                    for alias in node.names:
                        yield alias.name, cell.line + alias.lineno


def _definitions(source: str) -> Iterator[tuple[str, str]]:
    """Yield each function or class of a solution cell, its region markers removed."""
    clean = unmarked(source)
    for node in ast.parse(clean).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            yield node.name, "\n".join(clean.splitlines()[first - 1 : node.end_lineno])


def _global_names(source: str) -> set[str]:
    """Return the global names that a definition uses, Python's own and NumPy's np aside."""
    found: set[str] = set()
    defined = {node.name for node in ast.parse(source).body if hasattr(node, "name")}
    todo = [symtable.symtable(source, "earlier.py", "exec")]
    while todo:
        table = todo.pop()
        todo += table.get_children()
        found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return found - defined - set(dir(builtins)) - {"np"}


def build(folder: Path, release_folder: Path, previous: Sequence[Path]) -> dict[Path, str | None]:
    """Return every generated file of a lesson and its content; writes nothing.

    A file with the content None must not be there: a lesson that imports nothing
    has no earlier.py, even if it had one before.

    Args:
        folder: solutions/NN_slug, which holds lesson.py.
        release_folder: notebooks/NN_slug.
        previous: lesson.py of every earlier lesson.

    Raises:
        InputError, AuthorError: see `grader.course.cells.parse` and `earlier`.
    """
    source = folder / "lesson.py"
    if not source.is_file():
        raise InputError(words.no_source(source))
    cells = parse(source)
    notebook = instructor_notebook(folder.name, cells)
    files: dict[Path, str | None] = {
        folder / f"{folder.name}.ipynb": to_text(notebook),
        release_folder / f"{folder.name}.ipynb": to_text(student_notebook(notebook)),
    }
    module = earlier(source, cells, previous)
    files[folder / "earlier.py"] = module
    files[release_folder / "earlier.py"] = module
    return files
