"""An ordinary nbgrader assignment, asserts in its test cells, goes through the same engine."""

import nbformat
import nbformat.v4
import pytest

from grader.sandbox import availability
from tests import classroom

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())
SQUARE = "def square(x):\n    return x * x"
STUDENTS = {
    "right": SQUARE,
    "wrong": "def square(x):\n    return x + x",
    "endless": "def square(x):\n    while True:\n        pass",
    "thief": f"{SQUARE}\nprint(open('../../../../solutions/ps1/ps1.ipynb').read())",
    "forger": "import sys\ndef square(x):\n    return 0\n__builtins__.AssertionError = ValueError",
}


def cell(source, name, **metadata):
    """Make a code cell with nbgrader's metadata."""
    made = nbformat.v4.new_code_cell(source, id=name)
    made.metadata["nbgrader"] = {
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
        **metadata,
    }
    return made


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The scores of a class by student and cell, and the course they were graded in."""
    course = classroom.make_course(tmp_path_factory.mktemp("ordinary") / "course", lessons=())
    root = course.root
    (course.solutions / "ps1").mkdir(parents=True)
    classroom.configure(course, "c.Engine.timeout = 2")
    hidden = "### BEGIN HIDDEN TESTS\nassert square(3) == 9\n### END HIDDEN TESTS"
    skipped = cell("raise RuntimeError('not to be run')", "skipped", locked=True)
    skipped.metadata["tags"] = ["skip-execution"]
    test = {"grade": True, "locked": True}
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell(f"### BEGIN SOLUTION\n{SQUARE}\n### END SOLUTION", "square", solution=True),
            skipped,
            cell(f"assert square(2) == 4\n{hidden}", "whole", points=3, **test),
            cell("square(3) / 3", "part", points=5, **test),
        ],
        metadata={"kernelspec": {"display_name": "P", "language": "python", "name": "python3"}},
    )
    nbformat.write(notebook, course.solutions / "ps1" / "ps1.ipynb")
    made = classroom.command(course, "nbgrader", "generate_assignment", "ps1")
    assert made.returncode == 0, made.stderr
    released = nbformat.read(course.release / "ps1" / "ps1.ipynb", as_version=4)
    for student, source in STUDENTS.items():
        released.cells[0]["source"] = source
        classroom.hand_in(course, student, nbformat.writes(released), "ps1")
    classroom.hand_in(course, "broken", "{", "ps1")
    done = classroom.command(course, "nbgrader", "autograde", "ps1")
    assert done.returncode == 0, done.stderr
    return classroom.scores(course), root


def test_nbgrader_s_own_rules_score_it(graded):
    """No error is full points; a number is partial credit."""
    scores, _ = graded
    assert scores["right"] == {"whole": 3, "part": 3}
    assert scores["wrong"] == {"whole": 0, "part": 2}


def test_its_timeout_is_kept_and_named_as_nbgrader_does(graded):
    scores, root = graded
    text = (root / "class/autograded/endless/ps1/ps1.ipynb").read_text(encoding="utf-8")
    assert scores["endless"] == {"whole": 0, "part": 0}
    assert "CellTimeoutError" in text


def test_a_cell_with_the_excluded_tag_is_not_run(graded):
    _, root = graded
    text = (root / "class/autograded/right/ps1/ps1.ipynb").read_text(encoding="utf-8")
    assert "RuntimeError: not to be run" not in text


def test_its_cells_run_in_the_box(graded):
    scores, root = graded
    text = (root / "class/autograded/thief/ps1/ps1.ipynb").read_text(encoding="utf-8")
    assert "Error" in text
    assert "BEGIN SOLUTION" not in text
    assert scores["thief"] == {"whole": 3, "part": 3}  # it defined its function first


def test_a_broken_notebook_gets_nothing_and_stops_nobody(graded):
    scores, _ = graded
    assert scores["broken"] == {"whole": 0, "part": 0}
    assert scores["forger"]["whole"] == 0
