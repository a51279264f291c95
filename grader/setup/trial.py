"""One submission goes through: released, fetched, submitted, collected, graded.

In a course of its own, under another course id, and through the class's own exchange;
whatever it made there is removed again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.loading import load
from grader.course.notebook import kind_of
from grader.errors import InputError
from grader.run.exchange import Exchange
from grader.run.whole_class import grade_class
from grader.sandbox import availability
from grader.setup import words
from grader.setup.written import write_choice

_PARTS = ("byhand", "data")


def try_out(course: Course, exchange: Path, course_id: str) -> str:
    """Send the reference of the first lesson through the exchange and grade it.

    Returns:
        What was seen, in a sentence.

    Raises:
        InputError: something on the way refuses.
    """
    lesson, trial_id = course.lesson_ids()[0], f"{course_id}-trial"
    with tempfile.TemporaryDirectory(prefix="grader-trial-") as temporary:
        trial, desk = Course(root=Path(temporary, "course")), Path(temporary, "desk")
        desk.mkdir()
        _copy(course, trial, lesson)
        write_choice(trial, exchange, trial_id)
        try:
            _through(trial, lesson, desk)
        finally:
            shutil.rmtree(exchange / trial_id, ignore_errors=True)
        if reason := availability.unavailable():
            return words.not_graded(reason)
        (row,) = grade_class(trial, lessons=[lesson])
        if row.report is None:
            raise InputError(row.problem)
        return words.went_through(lesson, row.report.score, row.report.max_score)


def _copy(course: Course, trial: Course, lesson: str) -> None:
    for part in (*_PARTS, f"solutions/{lesson}"):
        shutil.copytree(course.root / part, trial.root / part)
    shutil.copy(course.root / "nbgrader_config.py", trial.root)


def _through(trial: Course, lesson: str, desk: Path) -> None:
    at = Exchange(trial)
    with _standing(trial.root):
        at.do("ReleaseAssignment", lesson)
    with _standing(desk):
        at.do("FetchAssignment", lesson)
        _solve(desk / lesson / f"{lesson}.ipynb", trial, lesson)
        at.do("Submit", lesson)
    with _standing(trial.root):
        at.collect([lesson])


def _solve(path: Path, trial: Course, lesson: str) -> None:
    right = {c.name: c.source for c in load(trial, lesson).cells if c.kind is Kind.SOLUTION}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        kind, name = kind_of(cell)
        if kind is Kind.SOLUTION:
            cell["source"] = right[name]
    path.write_text(json.dumps(notebook), encoding="utf-8")


@contextlib.contextmanager
def _standing(folder: Path) -> Iterator[None]:
    """Stand in a folder: the instructor in the course, a student at their own desk."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
