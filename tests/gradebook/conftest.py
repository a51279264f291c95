"""A class that has handed in, judged once; each test records into a course of its own."""

import os

import nbgrader.api
import pytest

from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from tests import classroom, forked
from tests.classroom import LESSON
from tests.conftest import load
from tests.gradebook.recording import CLASS, entry, recorder


@pytest.fixture(scope="session")
def lesson():
    return load(LESSON)


@pytest.fixture(scope="session")
def template(tmp_path_factory, lesson):
    """A course with a class that has handed in, and a gradebook that knows the lesson."""
    course = classroom.make_course(tmp_path_factory.mktemp("template") / "course")
    for student, content in CLASS.items():
        classroom.hand_in(course, student, content)
    with pytest.MonkeyPatch.context() as patch:
        # As where the environment is not activated: nbgrader starts alembic by its name.
        patch.setenv("PATH", "/usr/bin:/bin")
        patch.setattr(nbgrader.api, "get_alembic_version", forked.BY_PROGRAM)
        (course.class_folder / "gradebook.db").touch()
        with recorder(course) as book:
            book.register(lesson)
        assert os.environ["PATH"] == "/usr/bin:/bin"
    return course


@pytest.fixture(scope="session")
def graded(template, lesson):
    """The class, judged in a real box: what there is to record."""
    with open_box(template, [lesson], sandboxed=not availability.unavailable()) as box:
        return {
            student: grade_file(
                lesson,
                entry(template, student).notebook,
                box,
                student=student,
                secret="s",  # noqa: S106
            )
            for student in CLASS
        }


@pytest.fixture
def course(template, tmp_path):
    """A copy of the template: each test has a class of its own."""
    return classroom.copy_of(template, tmp_path / "course")
