"""Make sample submissions of a lesson: right, each kind of wrong, empty, broken, hostile.

For the demonstration and the benchmarks; what students would do in JupyterLab.
"""

from __future__ import annotations

import copy
import json
import textwrap
from collections.abc import Mapping
from typing import Any

from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.notebook import kind_of
from grader.course.regions import unmarked


def notebook(course: Course, lesson: Lesson, solutions: Mapping[str, str]) -> dict[str, Any]:
    """Return the released notebook with the given solution cells filled in."""
    path = course.notebooks / lesson.id / f"{lesson.id}.ipynb"
    released: dict[str, Any] = copy.deepcopy(json.loads(path.read_text(encoding="utf-8")))
    for cell in released["cells"]:
        kind, name = kind_of(cell)
        if kind in (Kind.SOLUTION, Kind.ANSWER) and name in solutions:
            cell["source"] = solutions[name]
    return released


def right(lesson: Lesson) -> dict[str, str]:
    """Return the reference solution of every exercise, as a student would write it."""
    return {cell.name: unmarked(cell.source) for cell in lesson.cells if cell.kind is Kind.SOLUTION}


def raising(name: str) -> str:
    """Return a solution that raises."""
    return f"def {name}(*arguments):\n    raise ValueError('not what I thought')"


def endless(name: str) -> str:
    """Return a solution that never ends."""
    return f"def {name}(*arguments):\n    while True:\n        pass"


def exiting(name: str) -> str:
    """Return a solution that ends its own process."""
    return f"def {name}(*arguments):\n    import os\n    os._exit(0)"


def forged(name: str) -> str:
    """Return a solution that shows a score of its own, as a test cell would."""
    return textwrap.dedent(
        f"""\
        def {name}(*arguments):
            import sys
            sys.displayhook(100.0)
        """
    )


def text(made: Mapping[str, Any]) -> str:
    """Return a notebook's file content."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
