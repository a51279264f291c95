"""The commands as a user meets them: exit codes, JSON, and one line for every bad input."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from grader.errors import InputError
from grader.run import check as checking
from grader.run import whole_class as grading
from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON

KEYS = {"lesson", "student", "score", "max_score", "grader", "exercises", "notes"}
EXERCISE_KEYS = {
    *("id", "score", "points", "verdict", "mistake", "hint", "mistakes", "unexplained", "evidence"),
    *("cases", "carried"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of our own with one lesson."""
    return classroom.make_course(tmp_path_factory.mktemp("commands") / "a course")


def grader(course, *arguments):
    return classroom.command(course, "grader", *arguments)


def is_one_helpful_line(done):
    """Whether a command ended with 1 and one line, without a traceback."""
    lines = done.stderr.strip().split("\n")
    return (done.returncode, len(lines)) == (1, 1) and "Traceback" not in done.stderr


def test_check_prints_the_contract_s_json_and_ends_with_0_whatever_the_score(course):
    notebook = course.notebooks / LESSON / f"{LESSON}.ipynb"
    done = classroom.program(course, "grader", "check", notebook, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(report) == KEYS
    assert all(set(exercise) == EXERCISE_KEYS for exercise in report["exercises"])
    assert (report["score"], report["lesson"], report["student"]) == (0, LESSON, "learner")
    assert {exercise["verdict"] for exercise in report["exercises"]} == {"not attempted"}


def test_check_knows_a_lesson_under_another_file_name(course, tmp_path):
    other = tmp_path / "my copy.ipynb"
    shutil.copy(course.solutions / LESSON / f"{LESSON}.ipynb", other)
    copied = classroom.copy_of(course, tmp_path / "course")
    placed = copied.root / other.name
    shutil.copy(other, placed)
    done = grader(copied, "check", placed, "--json")
    report = json.loads(done.stdout)
    assert (report["lesson"], report["score"]) == (LESSON, 16)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "not found"),
        (b"{", "is not a notebook"),
        (b"\xff\xfe", "is not a notebook"),
        (b'{"cells": [], "nbformat": 4}', "belong"),
        (b'{"cells": [], "nbformat": 3}', "format"),
    ],
)
def test_check_answers_a_notebook_that_is_none_with_one_line(course, content, told):
    path = course.root / "handed in.ipynb"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    done = grader(course, "check", path)
    assert is_one_helpful_line(done), done.stderr
    assert told in done.stderr


def test_grade_answers_an_empty_class_and_an_unknown_lesson_with_one_line(course):
    empty = grader(course, "grade")
    unknown = grader(course, "grade", "07_convolutions")
    assert is_one_helpful_line(empty), empty.stderr
    assert "nbgrader collect" in empty.stderr
    assert is_one_helpful_line(unknown), unknown.stderr
    assert LESSON in unknown.stderr


def test_build_answers_an_unknown_lesson_with_one_line(course):
    done = grader(course, "build", "07_convolutions")
    assert is_one_helpful_line(done), done.stderr
    assert LESSON in done.stderr


def test_without_a_sandbox_a_learner_s_check_goes_on_with_a_notice(course, monkeypatch):
    """No machine without Landlock is at hand: the reason is given instead of found."""
    monkeypatch.setattr(availability, "unavailable", lambda: "it needs Linux; this is a test")
    notebook = course.solutions / LESSON / f"{LESSON}.ipynb"
    report, notice = checking.check_notebook(notebook, student="learner", course=course)
    assert (report.score, "\n" in notice, "this is a test" in notice) == (16, False, True)
    assert report.sandbox.startswith("none")


def test_without_a_sandbox_a_class_is_refused_until_the_instructor_says_otherwise(
    course, monkeypatch
):
    monkeypatch.setattr(availability, "unavailable", lambda: "it needs Linux; this is a test")
    folder = course.class_folder / "submitted" / "somebody" / LESSON
    folder.mkdir(parents=True)
    shutil.copy(course.solutions / LESSON / f"{LESSON}.ipynb", folder)
    with pytest.raises(InputError, match="--unsandboxed"):
        grading.grade_class(course)
    done = grader(course, "grade", "--unsandboxed")
    assert done.returncode == 0, done.stderr
    written = (course.class_folder / "autograded" / "somebody" / LESSON / "grader.json").read_text()
    assert json.loads(written)["report"]["grader"]["sandbox"].startswith("none")


def test_before_a_command_runs_no_more_is_loaded_than_the_command_line():
    """A check in a second begins with what it does not import."""
    code = (
        "import sys; there = set(sys.modules); import grader.cli.main\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - there}\n"
        "print(*sorted(new - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["byhand", "click", "grader"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_a_command_multiplies_matrices_in_one_thread():
    """Two that spin while they wait took a fortieth of a class's processor time."""
    script = (
        "import os, sys\n"
        "sys.argv = ['grader', '--help']\n"
        "from grader.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "import numpy as np\n"
        "np.ones((600, 600)) @ np.ones((600, 600))\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    environment = {k: v for k, v in os.environ.items() if "NUM_THREADS" not in k}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "1"
