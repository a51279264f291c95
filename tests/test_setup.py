"""A class is set up with one command, by a user without any rights, and tried out."""

import json
import subprocess
import sys

import pytest

from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON, PROGRAMS, environment


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a course that was set up, its exchange, homes, and what was said."""
    root = tmp_path_factory.mktemp("setup")
    course = classroom.make_course(root / "course")
    for user in ("instructor", "own", "ready"):
        (root / user).mkdir()
    classroom.make_home(root / "own", "c.Exchange.root = '/elsewhere'")
    done = classroom.command(
        course,
        *("grader", "setup", "--exchange", root / "exchange", "--course-id", "my_class"),
        *("--home", root / "ready", "--home", root / "own", "--home", root / "nobody"),
        home=root / "instructor",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return course, root, done.stdout


def test_it_tries_one_submission_through_and_leaves_nothing_of_it(place):
    course, root, said = place

    assert f"{LESSON} was released, fetched" in said
    if not availability.unavailable():
        assert "graded, with 16 of 20 points" in said
    assert [path.name for path in (root / "exchange").iterdir()] == ["for_students"]
    assert [path.name for path in course.class_folder.iterdir()] == ["setup.json"]
    assert (root / "exchange").stat().st_mode & 0o777 == 0o777


def test_nbgrader_knows_the_exchange_and_the_course_from_then_on(place):
    course, root, _ = place

    done = classroom.command(course, "nbgrader", "release_assignment", LESSON)

    assert done.returncode == 0, done.stderr
    assert (root / "exchange/my_class/outbound" / LESSON / f"{LESSON}.ipynb").is_file()
    # What was chosen is what the next setup offers.
    done = classroom.command(course, "grader", "setup", "--no-trial")
    assert f"exchange: {root}/exchange, " in done.stdout
    assert "the course id my_class" in done.stdout


def test_homes_are_written_where_that_is_possible_and_others_are_left_as_they_are(place):
    _, root, said = place

    assert "my_class" in (root / "ready/.jupyter/nbgrader_config.py").read_text("utf-8")
    assert "/elsewhere" in (root / "own/.jupyter/nbgrader_config.py").read_text("utf-8")
    assert f"{root}/own/.jupyter/nbgrader_config.py: is there already" in said
    assert f"{root}/nobody: not found" in said


def test_a_student_types_what_was_sent_and_is_in_the_class(place):
    course, root, said = place
    classroom.command(course, "nbgrader", "release_assignment", LESSON, "--force")
    home = root / "student"
    home.mkdir()
    typed = said[said.index("mkdir -p ~/.jupyter") :]
    readme = (root / "exchange/for_students/my_class/README.md").read_text(encoding="utf-8")
    assert typed.strip() in readme

    done = subprocess.run(
        ["bash", "-euc", typed],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    page = json.loads((home / ".jupyter/labconfig/page_config.json").read_text("utf-8"))
    off = {f"@jupyter/nbgrader:{n}" for n in ("create-assignment", "formgrader", "course-list")}
    assert {name for name, disabled in page["disabledExtensions"].items() if disabled} == off
    listed = subprocess.run(
        [PROGRAMS / "nbgrader", "fetch_assignment", LESSON],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    assert (home / LESSON / f"{LESSON}.ipynb").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--exchange", "exchange"], "lies inside the course"),
        (["--exchange", f"{sys.prefix}/exchange"], "lies inside the Python environment"),
        (["--course-id", "../mine"], "cannot be used: expected letters"),
        (["--course-id", "-x"], "cannot be used: expected letters"),
        (["--exchange", "../a file/exchange"], "cannot be the exchange (Not a directory)"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(
    tmp_path, typed, options, said
):
    course = classroom.make_course(tmp_path / "course", lessons=())
    course.solutions.mkdir()
    (tmp_path / "a file").touch()

    code, _, err = typed(course.root, "setup", *options)

    assert code == 1
    assert said in err
    assert len(err.splitlines()) == 1
    assert not (course.class_folder / "setup.json").exists()


@pytest.mark.parametrize(
    "command",
    [
        *("grade", "feedback", "watch", "setup", "report", "dist", "backup"),
        *("alike 00_start_here", "appeal anna 00_start_here", "new-lesson 07_dropout"),
    ],
)
def test_a_command_for_a_class_does_nothing_outside_a_course(tmp_path, typed, command):
    """Not to the course that the program itself belongs to, either."""
    code, out, err = typed(tmp_path, *command.split())

    assert (code, out) == (1, "")
    assert err == (
        f"grader: {tmp_path}: not inside a course; expected a folder with nbgrader_config.py "
        "and solutions/ here or above\n"
    )
