"""A course of its own for tests that grade: lessons, a class, its gradebook."""

import atexit
import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader import sample
from grader.course.folders import Course
from grader.run.one import open_box
from grader.sandbox import availability
from tests import forked
from tests.conftest import ROOT, load

LESSON = "00_start_here"
CONFIG = "nbgrader_config.py"
PROGRAMS = Path(sys.executable).parent
_NO_SETTINGS = tempfile.TemporaryDirectory(prefix="no-settings-")
atexit.register(_NO_SETTINGS.cleanup)
# For a command on a busy machine; with ALL, of a class with everything in it.
_SECONDS = 3_600 if os.environ.get("ALL") else 600
_MADE_BY_USE = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
# All that a gradebook holds, without the ids that are drawn at random.
_QUERIES = {
    "lessons": """
        SELECT a.name, a.duedate, a.course_id, n.name, n.kernelspec
        FROM assignment a LEFT JOIN notebook n ON n.assignment_id = a.id""",
    "cells": """
        SELECT n.name, b.name, b.type, coalesce(g.max_score, t.max_score),
               coalesce(g.cell_type, t.cell_type)
        FROM base_cell b JOIN notebook n ON b.notebook_id = n.id
        LEFT JOIN grade_cells g ON g.id = b.id LEFT JOIN task_cells t ON t.id = b.id""",
    "sources": """
        SELECT n.name, s.name, s.cell_type, s.locked, s.source, s.checksum
        FROM source_cell s JOIN notebook n ON s.notebook_id = n.id""",
    "students": "SELECT id, first_name, last_name, email FROM student",
    "submissions": """
        SELECT a.name, sa.student_id, sa.timestamp, sa.extension, n.name, sn.flagged,
               sn.late_submission_penalty
        FROM submitted_assignment sa JOIN assignment a ON sa.assignment_id = a.id
        JOIN submitted_notebook sn ON sn.assignment_id = sa.id
        JOIN notebook n ON sn.notebook_id = n.id""",
    "grades": """
        SELECT sa.student_id, n.name, b.name, g.auto_score, g.manual_score, g.extra_credit,
               g.needs_manual_grade
        FROM grade g JOIN base_cell b ON g.cell_id = b.id
        JOIN submitted_notebook sn ON g.notebook_id = sn.id
        JOIN submitted_assignment sa ON sn.assignment_id = sa.id
        JOIN notebook n ON sn.notebook_id = n.id""",
    "comments": """
        SELECT sa.student_id, n.name, b.name, c.auto_comment, c.manual_comment
        FROM comment c JOIN base_cell b ON c.cell_id = b.id
        JOIN submitted_notebook sn ON c.notebook_id = sn.id
        JOIN submitted_assignment sa ON sn.assignment_id = sa.id
        JOIN notebook n ON sn.notebook_id = n.id""",
    "version": "SELECT version_num FROM alembic_version",
}


def make_course(root, lessons=(LESSON,)):
    """Make a course folder with these lessons, as they are built."""
    root.mkdir(parents=True, exist_ok=True)
    parts = [Path(room) / lesson for room in ("solutions", "notebooks") for lesson in lessons]
    for part in (*parts, "byhand", "data"):
        shutil.copytree(ROOT / part, root / part, ignore=_MADE_BY_USE)
    shutil.copy(ROOT / CONFIG, root)
    return Course(root=root)


def copy_of(course, folder):
    """Copy a course with all that it holds; return the copy."""
    # A link that a student handed in is a link in the copy, wherever it leads.
    shutil.copytree(course.root, folder, symlinks=True)
    return dataclasses.replace(course, root=folder)


@contextlib.contextmanager
def sandboxed(lesson=LESSON):
    """Open a box for a lesson's submissions; skip, saying why, where there is no sandbox."""
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    with open_box(Course(root=ROOT), [load(lesson)], sandboxed=True) as made:
        yield made


def make_stock(course, *lines):
    """Keep of the shipped configuration where things are; the rest is nbgrader's own, or given."""
    shipped = course.nbgrader_config().CourseDirectory
    (course.root / CONFIG).write_text("c = get_config()\n", encoding="utf-8")
    where = [f"c.CourseDirectory.{name} = {value!r}" for name, value in shipped.items()]
    configure(course, *where, *lines)
    course.class_folder.mkdir(exist_ok=True)


def configure(course, *lines):
    """Add lines to the course's nbgrader_config.py."""
    with (course.root / CONFIG).open("a", encoding="utf-8") as config:
        config.write("".join(f"{line}\n" for line in lines))


def work(lesson=LESSON, **solutions):
    """Return a released notebook's text with some solution cells filled in."""
    return sample.text(sample.notebook(Course(root=ROOT), load(lesson), solutions))


def right(lesson=LESSON, **changes):
    """Return the text of a notebook with the right solutions but for some changes."""
    return work(lesson, **{**sample.right(load(lesson)), **changes})


def hand_in(course, student, content, lesson=LESSON, *, timestamp=None, **others):
    """Put a submission into class/submitted; others are files beside the notebook."""
    folder = course.class_folder / "submitted" / student / lesson
    folder.mkdir(parents=True, exist_ok=True)
    content = content if isinstance(content, bytes) else content.encode()
    (folder / f"{lesson}.ipynb").write_bytes(content)
    if timestamp:
        (folder / "timestamp.txt").write_text(f"{timestamp}\n", encoding="utf-8")
    for name, text in others.items():
        (folder / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")
    return folder


def holdings(course):
    """Return all that the gradebook holds, in an order of its own."""
    path = course.class_folder / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        return {
            name: sorted(db.execute(query).fetchall(), key=repr) for name, query in _QUERIES.items()
        }


def scores(course):
    """Return the scores of tests by student, then by cell."""
    held, found = holdings(course), {}
    tasks = {name for _, name, kind, *_ in held["cells"] if kind == "TaskCell"}
    for student, _, cell, auto, *_ in held["grades"]:
        if auto is not None and cell not in tasks:
            found.setdefault(student, {})[cell] = auto
    return found


def gradebook(course):
    """Return the gradebook as nbgrader opens it."""
    return Gradebook(f"sqlite:///{course.class_folder}/gradebook.db", "backprop_by_hand")


def tree(folder):
    """Return every file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells_of(course, student, lesson=LESSON):
    """Return the cells of an autograded notebook by id."""
    path = course.class_folder / "autograded" / student / lesson / f"{lesson}.ipynb"
    return {cell["id"]: cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}


def environment(home=None, **more):
    """Return the environment of a command: nothing of the user's own settings.

    Args:
        home: a folder with settings of its own; without, a command has none at all.
        more: variables that are different.
    """
    settings = ("JUPYTER", "NBGRADER", "IPYTHON", "XDG_", "MPLCONFIG")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
    # nbgrader starts alembic by its name.
    path = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    found = {"PYTHONPATH": str(ROOT)} | kept | {"PATH": path}
    if home is None:
        found["JUPYTER_CONFIG_DIR"] = _NO_SETTINGS.name
    else:
        user = home.name
        found |= {"HOME": str(home), "USER": user, "LOGNAME": user}
    return found | more


def make_home(home, *lines):
    """Make a home whose owner has these lines in their own nbgrader_config.py."""
    config = home / ".jupyter" / CONFIG
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("".join(f"{line}\n" for line in ("c = get_config()", *lines)), "utf-8")


def program(course, *words, home=None, **more):
    """Start `grader ...` or `nbgrader ...` in the course's folder, as a terminal does."""
    start = [sys.executable, "-m", "grader.cli"] if words[0] == "grader" else [PROGRAMS / words[0]]
    return subprocess.run(
        [*start, *map(str, words[1:])],
        cwd=course.root,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def command(course, *words, home=None, without=(), **more):
    """Do what `program` does, without the seconds that a new process takes to import it all.

    Args:
        without: packages that are not installed for it.
    """
    with tempfile.TemporaryDirectory() as said:
        told = [str(word) for word in words]
        arguments = (told, course.root, environment(home, **more), said, without)
        process = forked.SERVER.Process(target=forked.run, args=arguments)
        process.start()
        process.join(_SECONDS)
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"{words} took more than {_SECONDS} s")
        printed = [Path(said, name).read_text(encoding="utf-8") for name in "12"]
    return subprocess.CompletedProcess(words, process.exitcode, *printed)


def in_a_child(deed):
    """Do something in a forked child; return its exit status, negative for a signal."""
    with warnings.catch_warnings():
        # pytest-xdist's threads have no part in what the child does.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            deed()
            status = 0
        except BaseException:  # noqa: BLE001 - told, and counted as a failure
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
