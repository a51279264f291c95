"""What a student puts beside the notebook is there when it is graded, and hides nothing."""

import os

import pytest

from grader.course.folders import Course
from grader.judge.verdict import Verdict
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.submission.beside import MAX_BYTES, MAX_FILES, own_files
from tests.classroom import hand_in, right, sandboxed
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
    with sandboxed(LESSON) as made:
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


def test_packages_and_data_beside_the_notebook_are_there_too(box, tmp_path):
    uses = (
        "from tools.hot import helper\n"
        "from bare.inner import scale\n"
        "eye = np.loadtxt('data/eye.txt') * scale\n"
        "def one_hot(labels, n_classes):\n"
        "    return helper(labels, n_classes) * eye[0, 0]"
    )
    folder = hand_in(Course(root=tmp_path), "ada", right(one_hot=uses))
    for name, text in {
        "tools/__init__.py": "",
        "tools/hot.py": "import numpy\ndef helper(labels, n):\n    return numpy.eye(n)[:, labels]",
        "bare/inner.py": "scale = 1.0",
        "data/eye.txt": "1 0\n0 1\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    path = folder / f"{LESSON}.ipynb"
    report = grade_file(load(LESSON), path, box, student="ada", secret="s").report  # noqa: S106

    assert score(report) == 6
    assert report.notes == ()


def test_nothing_stands_in_the_way_of_what_a_lesson_puts_there(tmp_path):
    """A folder called earlier.py, or a package called earlier."""
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    lesson = load("02_sigmoid_softmax_jacobians")
    assert lesson.earlier
    folder = hand_in(Course(root=tmp_path), "ada", right(lesson.id), lesson.id)
    for name in ("earlier.py/inside.txt", "earlier/__init__.py"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("raise RuntimeError", encoding="utf-8")

    with open_box(COURSE, [lesson], sandboxed=True) as box:
        path = folder / f"{lesson.id}.ipynb"
        report = grade_file(lesson, path, box, student="ada", secret="s").report  # noqa: S106

    assert all(outcome.verdict is Verdict.CORRECT for outcome in report.exercises if outcome.cases)


def test_a_withheld_package_is_not_found_as_where_it_is_not_installed(box, tmp_path):
    uses = (
        "try:\n    import scipy.sparse\nexcept ImportError as error:\n    said = str(error)\n"
        "def one_hot(labels, n_classes):\n"
        "    raise ValueError(said)"
    )
    folder = hand_in(Course(root=tmp_path), "ada", right(one_hot=uses))
    path = folder / f"{LESSON}.ipynb"

    report = grade_file(load(LESSON), path, box, student="ada", secret="s").report  # noqa: S106

    (outcome,) = [each for each in report.exercises if each.id == "one_hot"]
    told = " ".join(map(str, outcome.evidence))
    assert "No module named 'scipy' where notebooks are graded" in told
    assert "/" not in told


def test_only_plain_files_that_together_are_small_are_taken(tmp_path):
    (tmp_path / "good.py").write_bytes(b"x = 1")
    (tmp_path / "large.py").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "link.py").symlink_to(ROOT / "README.md")
    (tmp_path / "elsewhere").symlink_to(ROOT)
    (tmp_path / "no name.py").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    (tmp_path / os.fsdecode(b"no text \xff.csv")).write_bytes(b"")
    for own in (".hidden", "timestamp.txt", "other.ipynb"):
        (tmp_path / own).write_bytes(b"")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "good.pyc").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo.py")

    found, notes = own_files(tmp_path)

    assert found == {"good.py": b"x = 1", "no name.py": b"", "notes.txt": b""}
    assert [note.partition(" beside")[0] for note in notes] == [
        *("fifo.py", "large.py", "link.py", "no text ?.csv")
    ]
    assert all("is not there when it is graded" in note for note in notes)


def test_files_have_room_together_and_not_only_each(tmp_path):
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(MAX_BYTES // 2))

    found, notes = own_files(tmp_path)

    assert list(found) == ["a", "b"]
    assert len(notes) == 1


def test_so_many_files_are_taken_and_the_rest_is_told(tmp_path):
    for number in range(MAX_FILES + 10):
        (tmp_path / f"m{number:03}.py").write_bytes(b"")

    found, notes = own_files(tmp_path)

    assert list(found) == [f"m{number:03}.py" for number in range(MAX_FILES)]
    assert notes == (
        "there are 210 files beside the notebook; the first 200 are there when it is graded",
    )


def test_folders_are_followed_so_deep_and_no_deeper(tmp_path):
    deep = tmp_path
    for name in "abcdefgh":
        deep /= name
        deep.mkdir()
        (deep / "file").write_bytes(b"")

    assert sorted(own_files(tmp_path)[0]) == ["a/b/c/d/file", "a/b/c/file", "a/b/file", "a/file"]


def test_a_folder_that_cannot_be_looked_into_has_none(tmp_path):
    assert own_files(tmp_path / "nowhere") == ({}, ())
