"""An honest class, handed in and graded once; each test has a copy of its own."""

import datetime as dt
import shutil

import pytest

from grader.run.whole_class import grade_class
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in
from tests.grading.honest_class import DUE, HONEST, LATE


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A course with an honest class that has handed in, and a gradebook with a due date."""
    course = classroom.make_course(tmp_path_factory.mktemp("template") / "course")
    for student, content in HONEST.items():
        minutes = 5 if student == "late" else -5
        timestamp = f"{DUE + dt.timedelta(minutes=minutes)} UTC"
        hand_in(course, student, content, timestamp=timestamp)
    classroom.configure(course, LATE)
    course.make_secret()
    done = classroom.command(course, "nbgrader", "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr
    with classroom.gradebook(course) as book:
        book.update_or_create_assignment(LESSON, duedate=DUE)
    return course


@pytest.fixture
def course(template, tmp_path):
    """A copy of the template: each test has a class of its own."""
    return copy_of(template, tmp_path / "course")


@pytest.fixture(scope="session")
def graded(template, tmp_path_factory):
    """The honest class, graded once and for all; nobody changes it."""
    made = copy_of(template, tmp_path_factory.mktemp("graded") / "course")
    rows = grade_class(made)
    assert [row.problem for row in rows] == [""] * len(HONEST)
    return made


@pytest.fixture
def regraded(graded, tmp_path):
    """A copy of the graded class."""
    return copy_of(graded, tmp_path / "course")


@pytest.fixture
def few(course):
    """A class of two, for tests that are about something else."""
    for student in ("partly", "untouched", "late"):
        shutil.rmtree(course.class_folder / "submitted" / student)
    return course


@pytest.fixture
def run(typed):
    """Run `grader grade ...` in this process, with one worker unless told otherwise."""
    return lambda course, *words: typed(course.root, "grade", "--jobs=1", *words)
