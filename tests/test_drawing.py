"""What draws finds Matplotlib loaded; what does not draw inherits none of it."""

import json

import nbformat
import pytest

from grader.course.folders import Course
from grader.judge.verdict import Verdict
from grader.run.one import grade_file
from grader.sandbox.processes import process
from tests.classroom import hand_in, right, sandboxed
from tests.conftest import load

LESSON = "00_start_here"
# Two words, so that these cells do not mention it.
LOADED = "import sys\nprint('mat' 'plotlib' in sys.modules)"
DRAWS = "import matplotlib.pyplot as plt\nplt.plot([1, 4]);"
UNSEEN = "import importlib\nplt = importlib.import_module('mat' 'plotlib.pyplot')\nplt.plot([1]);"


@pytest.fixture
def box():
    with sandboxed(LESSON) as made:
        yield made


@pytest.fixture
def left(box, tmp_path):
    """Return what cells leave that a student has added below a right notebook."""

    def run(*sources, **files):
        notebook = json.loads(right())
        notebook["cells"] += [nbformat.v4.new_code_cell(source) for source in sources]
        folder = hand_in(Course(root=tmp_path), "ada", json.dumps(notebook), **files)
        path = folder / f"{LESSON}.ipynb"
        graded = grade_file(load(LESSON), path, box, student="ada", secret="s")  # noqa: S106
        assert {outcome.verdict for outcome in graded.report.exercises[:2]} == {Verdict.CORRECT}
        return [run.outputs for run in graded.runs][-len(sources) :]

    return run


def pictures(outputs):
    return [output for output in outputs if "image/png" in output.get("data", {})]


def test_what_draws_nothing_inherits_nothing_for_it(left):
    assert left(LOADED)[0][0]["text"] == "False\n"


@pytest.mark.parametrize("files", [{}, {"mine_dot_py": "from matplotlib import pyplot\n"}])
def test_what_draws_finds_it_loaded(left, files):
    loaded, drawn = left(
        LOADED, "from mine import pyplot\npyplot.plot([1]);" if files else DRAWS, **files
    )

    assert loaded[0]["text"] == "True\n"
    assert len(pictures(drawn)) == 1


def test_what_draws_unseen_draws_too(left):
    loaded, drawn = left(LOADED, UNSEEN)

    assert loaded[0]["text"] == "False\n"
    assert len(pictures(drawn)) == 1


def test_both_processes_end_with_the_box(box, left):
    left(DRAWS)
    left(LOADED)
    numbers = box.pid, box.drawing().pid
    assert len(set(numbers)) == 2
    assert all(map(process, numbers))

    box.close()

    assert not any(map(process, numbers))
