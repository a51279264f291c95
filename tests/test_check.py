"""What a learner is told in the notebook: by the hidden tests, and where there are none."""

import json
import shutil
import time

import pytest
from jupyter_client import KernelManager

from byhand.card import Card, Mark
from byhand.check import check
from byhand.progress import note, progress
from byhand.visible import passed
from grader.course.cells import Kind
from grader.course.loading import load
from tests.conftest import COURSE, ROOT

LESSON = "03_dense_layer"
WRONG = """
def dense_backward(dZ, cache):
    A, W = cache
    print("seen", dZ)
    return W.T @ dZ, dZ @ A.T, dZ.mean(axis=1, keepdims=True)
"""
ENDLESS = """
def dense_backward(dZ, cache):
    while True:
        pass
"""
SHOW = 'from byhand.check import check\nprint(repr(check("{}")))'


class Notebook:
    """A kernel in a lesson's folder, in which cells are run."""

    def __init__(self, folder, home):
        self.manager = KernelManager(kernel_name="python3")
        environment = {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(home), "HOME": str(home)}
        self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, source, *, interrupt_after=None):
        """Run a cell; return what it shows: text, results, errors."""
        asked = self.client.execute(source)
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            self.manager.interrupt_kernel()
        shown = []
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("execute_result", "display_data"):
                shown.append(content["data"].get("text/plain", ""))
            elif kind == "error":
                shown.append(f"{content['ename']}: {content['evalue']}")
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(shown)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def solve(notebook, lesson):
    """Run a lesson's setup and solution cells."""
    for cell in load(COURSE, lesson).cells:
        if cell.kind in (Kind.SETUP, Kind.SOLUTION):
            notebook.run(cell.source)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def solved(home):
    """A learner's notebook with the whole course, every exercise solved."""
    notebook = Notebook(ROOT / "notebooks" / LESSON, home)
    solve(notebook, LESSON)
    yield notebook
    notebook.end()


@pytest.fixture(scope="module")
def in_class(home, tmp_path_factory):
    """A student's notebook, where there is no grader."""
    folder = tmp_path_factory.mktemp("class") / LESSON
    shutil.copytree(ROOT / "notebooks" / LESSON, folder)
    notebook = Notebook(folder, home)
    notebook.run("import sys\nsys.modules['grader'] = None")
    solve(notebook, LESSON)
    yield notebook
    notebook.end()


# ------------------------------------------------------------------- in the notebook


def test_a_right_exercise_gets_its_points(solved):
    assert solved.run(SHOW.format("dense_forward")) == (
        "\N{CHECK MARK} dense_forward: correct, 2 of 2 points\n"
    )


def test_a_known_mistake_is_told_in_steps_and_no_hidden_input_is_shown(solved):
    solved.run(WRONG)

    first = solved.run(SHOW.format("dense_backward"))
    last = solved.run('print(repr(check("dense_backward", hints=3)))')

    assert "wrong value, " in first
    assert "dW" in first
    assert "seen" not in first
    assert "mean" not in first
    assert 'check("dense_backward", hints=1)' in first
    assert "Which one?: mean over the batch in db" in last


def test_an_error_in_what_an_exercise_builds_on_does_not_cost_it(solved):
    solved.run("def dense_forward(A, W, b):\n    return W @ A, (A, W)")

    assert "correct" in solved.run(SHOW.format("DenseLayer"))
    assert "answered for you" in solved.run(SHOW.format("DenseLayer"))


def test_an_endless_loop_ends_by_the_interrupt_button(solved):
    solved.run(ENDLESS)

    shown = solved.run(SHOW.format("dense_backward"), interrupt_after=3.0)

    assert "stopped before there was a verdict" in shown
    assert solved.run("print(6 * 7)") == "42\n"


def test_asking_draws_nothing_from_the_learner_s_own_generator(solved):
    solved.run("import numpy as np\nnp.random.seed(1)\nbefore = np.random.rand()")
    solved.run("np.random.seed(1)")
    solved.run(SHOW.format("to_columns"))

    assert solved.run("print(np.random.rand() == before)") == "True\n"


def test_a_function_that_is_not_there_is_missing(solved):
    solved.run("del output_delta")

    assert "missing" in solved.run(SHOW.format("output_delta"))


# ------------------------------------------------------------- where there is no grader


def test_without_the_grader_the_visible_tests_speak_and_say_that_they_are_not_all(in_class):
    shown = in_class.run(SHOW.format("dense_forward"))

    assert "the visible tests pass" in shown
    assert "hidden tests, which are not here" in shown


def test_without_the_grader_a_visible_test_that_fails_is_told_in_its_own_words(in_class):
    in_class.run(WRONG.replace("dZ.mean(axis=1, keepdims=True)", "dZ.sum(axis=1)"))

    shown = in_class.run(SHOW.format("dense_backward"))

    assert "a visible test fails" in shown
    assert "db should have the shape (2, 1)" in shown


def test_without_a_file_the_cell_that_was_run_is_found(in_class):
    in_class.run("import os\nos.chdir('/')")
    in_class.run(f"assert dense_forward\n{passed('dense_forward')}")

    assert "the visible tests pass" in in_class.run(SHOW.format("dense_forward"))


def test_a_name_that_no_lesson_has_is_said_to_be_unknown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "Is the name right" in repr(check("dense_bakward"))


# ------------------------------------------------------------------------- the card


def test_a_card_escapes_whatever_it_shows():
    card = Card(
        mark=Mark.WRONG, title="<i>", verdict="<b>", lines=("<u>",), hints=(("<s>", "<q>"),)
    )

    page = card._repr_html_()

    assert not any(f"<{tag}>" in page for tag in "ibusq")


# --------------------------------------------------------------------- how far one is


@pytest.fixture
def learner(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "backprop-by-hand" / "progress"


@pytest.mark.usefixtures("learner")
def test_the_way_adds_up_what_was_reached_and_says_what_is_next():
    note("00_start_here", "standardize", passed=True, score=10.0, points=10.0)

    way = progress(COURSE.notebooks)

    assert "00_start_here                 10 of 16, 4 more are marked by a person" in repr(way)
    assert repr(way).endswith("Next: one_hot, in 00_start_here.")
    assert "10 of 16, 4 more are marked by a person" in way._repr_html_()


@pytest.mark.usefixtures("learner")
def test_a_change_has_its_time_and_the_same_verdict_again_is_none():
    note("00_start_here", "one_hot", passed=False, score=2.0, points=6.0)
    first = progress(COURSE.notebooks).stages[0].when
    note("00_start_here", "one_hot", passed=False, score=2.0, points=6.0)

    assert first == progress(COURSE.notebooks).stages[0].when != ""


def test_a_record_that_is_no_record_counts_as_none(learner):
    learner.mkdir(parents=True)
    for content in ("", "[]", '{"one_hot": 3}', '{"one_hot": {"score": "x", "passed": "y"}}'):
        (learner / "00_start_here.json").write_text(content, encoding="utf-8")

        assert "0 of 16" in repr(progress(COURSE.notebooks))


def test_the_record_is_no_part_of_a_course(learner):
    note("00_start_here", "one_hot", passed=True, score=6.0, points=6.0)

    kept = json.loads((learner / "00_start_here.json").read_text(encoding="utf-8"))
    assert kept["one_hot"]["score"] == 6.0


def test_a_folder_without_lessons_is_said_to_be_one(tmp_path):
    assert "No lesson was found" in repr(progress(tmp_path))
