"""`grader check`, cold, beside nbgrader's own look at a notebook.

`bench(results)` is called by bench/run.py.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import run as stage  # noqa: E402 - bench/ is no package

from grader.course.loading import load  # noqa: E402


def bench(results: Any) -> None:
    """`grader check`, cold, against `nbgrader validate` of the same solved notebook."""
    name = "03_dense_layer"
    with stage.course_copy(stock=False) as course:
        lesson = load(course, name)
        stage.hand_in(course, lesson, 1)
        folder = course.class_folder / "submitted" / "student-00" / name
        notebook = folder / f"{name}.ipynb"
        if lesson.earlier:
            (folder / "earlier.py").write_text(lesson.earlier, encoding="utf-8")
        ours = statistics.median(
            stage.seconds(lambda: stage.run(course.root, "grader", "check", str(notebook)))
            for _ in range(3)
        )
        theirs = statistics.median(
            stage.seconds(lambda: stage.run(course.root, "nbgrader", "validate", str(notebook)))
            for _ in range(3)
        )
    results.add("grader check, cold", f"{ours:.2f} s", "at most 1 s", reached=ours <= 1)
    results.add(
        "grader check, against nbgrader validate",
        f"{ours / theirs:.2f} of its {theirs:.2f} s",
        "at most 0.5",
        reached=ours / theirs <= 0.5,
    )
