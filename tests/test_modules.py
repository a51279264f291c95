"""A student's own module beside the notebook can be imported, and hides nothing."""

import os

import pytest

from grader.course.folders import Course
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.submission.modules import MAX_BYTES, own_modules
from tests.classroom import hand_in, right
from tests.conftest import COURSE, ROOT, load

LESSON = "00_start_here"
HELPER = "def eye(n, labels):\n    import numpy\n    return numpy.eye(n)[:, labels]\n"
USES_IT = (
    "import helpers\n"
    "def one_hot(labels, n_classes):\n"
    "    return helpers.eye(n_classes, labels)"
)  # fmt: skip


@pytest.fixture(scope="module")
def box():
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    with open_box(COURSE, [load(LESSON)], sandboxed=True) as made:
        yield made


@pytest.fixture
def graded(box, tmp_path):
    """Return a function that grades a notebook with files beside it."""

    def grading(**files):
        course = Course(root=tmp_path)
        folder = hand_in(course, "ada", right(one_hot=USES_IT), **files)
        path = folder / f"{LESSON}.ipynb"
        return grade_file(load(LESSON), path, box, student="ada", secret="s").report  # noqa: S106

    return grading


def score(report):
    return {outcome.id: outcome.score for outcome in report.exercises}["one_hot"]


def test_a_module_beside_the_notebook_can_be_imported(graded):
    report = graded(helpers_dot_py=HELPER)

    assert score(report) == 6
    assert report.notes == ()


def test_without_it_the_cell_that_needs_it_fails(graded):
    assert score(graded()) == 0


def test_a_module_hides_no_installed_one_nor_what_the_lesson_puts_there(graded):
    """Of these, some are loaded before the notebook runs, and some are not."""
    bad = "raise RuntimeError('this is not the module that was meant')"
    files = {
        f"{name}_dot_py": bad
        for name in ("numpy", "byhand", "gradebox", "statistics", "pandas", "earlier", "IPython")
    }
    helper = HELPER.replace("import numpy", "import numpy, statistics, byhand.gradcheck")

    assert score(graded(helpers_dot_py=helper, **files)) == 6


def test_only_small_plain_python_files_are_modules(tmp_path):
    (tmp_path / "good.py").write_bytes(b"x = 1")
    (tmp_path / "large.py").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "link.py").symlink_to(ROOT / "README.md")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "no name.py").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo.py")

    found, notes = own_modules(tmp_path)

    assert found == {"good.py": b"x = 1"}
    assert [note.split()[0] for note in notes] == ["fifo.py", "folder.py", "large.py", "link.py"]
    assert all("it is not there when the notebook is graded" in note for note in notes)


def test_so_many_modules_are_taken_and_the_rest_is_told(tmp_path):
    for number in range(30):
        (tmp_path / f"m{number:02}.py").write_bytes(b"")

    found, notes = own_modules(tmp_path)

    assert list(found) == [f"m{number:02}.py" for number in range(20)]
    assert notes == (
        "there are 30 Python files beside the notebook; the first 20 are there when it is graded",
    )


def test_a_folder_that_cannot_be_looked_into_has_none(tmp_path):
    assert own_modules(tmp_path / "nowhere") == ({}, ())
