"""Make sample submissions of a lesson: right, each kind of wrong, empty, broken, hostile.

For the demonstration and the benchmarks; what students would do in JupyterLab.
"""

from __future__ import annotations

import copy
import inspect
import json
import textwrap
from collections.abc import Mapping
from typing import Any

from grader.course import Course, Lesson, kind_of, text_of
from grader.lesson import Kind


def notebook(course: Course, lesson: Lesson, solutions: Mapping[str, str]) -> dict[str, Any]:
    """Return the released notebook with the given solution cells filled in."""
    path = course.notebooks / lesson.id / f"{lesson.id}.ipynb"
    released: dict[str, Any] = copy.deepcopy(json.loads(path.read_text(encoding="utf-8")))
    for cell in released["cells"]:
        kind, name = kind_of(cell)
        if kind is Kind.SOLUTION and name in solutions:
            cell["source"] = solutions[name]
        if kind is Kind.ANSWER and name in solutions:
            cell["source"] = solutions[name]
    return released


def right(lesson: Lesson) -> dict[str, str]:
    """Return the reference solution of every exercise."""
    return {cell.name: cell.source for cell in lesson.cells if cell.kind is Kind.SOLUTION}


def raising(name: str) -> str:
    """Return a solution that raises."""
    return f"def {name}(*arguments):\n    raise ValueError('not what I thought')"


def endless(name: str) -> str:
    """Return a solution that never ends."""
    return f"def {name}(*arguments):\n    while True:\n        pass"


def forged(name: str) -> str:
    """Return a solution that shows a score of its own, as a test cell would."""
    return textwrap.dedent(
        f"""\
        def {name}(*arguments):
            import sys
            sys.displayhook(100.0)
        """
    )


def mistaken(lesson: Lesson, name: str) -> dict[str, str]:
    """Return solutions with the first known mistake whose source is a plain lambda."""
    for known in lesson.exercises[name].mistakes:
        source = _lambda_source(known.answer)
        if source is not None:
            imports = "import numpy as np\n"
            return {**right(lesson), name: f"{imports}{name} = {source}\n"}
    return right(lesson)


def _lambda_source(answer: Any) -> str | None:
    try:
        source = inspect.getsource(answer)
    except (OSError, TypeError):
        return None
    start = source.find("lambda")
    return source[start:].rstrip().rstrip(",") if start >= 0 else None


def text(made: Mapping[str, Any]) -> str:
    """Return a notebook's file content."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


__all__ = ["endless", "forged", "mistaken", "notebook", "raising", "right", "text", "text_of"]
