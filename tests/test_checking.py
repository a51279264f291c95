"""`grader check`: a learner's own notebook, its report, and what goes wrong before there is one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import sample
from grader.errors import InputError
from grader.judge.verdict import Verdict
from grader.run import check as checking
from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON, right, work
from tests.conftest import load

EXERCISE_KEYS = [
    *("id", "score", "points", "verdict", "mistake", "hint", "mistakes", "unexplained", "evidence"),
    *("cases", "carried"),
]
TRANSPOSED = "def one_hot(labels, n_classes):\n    return np.eye(n_classes)[labels]"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return classroom.make_course(
        tmp_path_factory.mktemp("template") / "course", (LESSON, "01_chain_rule")
    )


@pytest.fixture
def course(template, tmp_path, monkeypatch):
    """A course of one's own, in which one stands."""
    made = classroom.copy_of(template, tmp_path / "course")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def check(typed):
    """Run `grader check ...` where one stands, in this process: (exit code, out, err)."""
    return lambda *words: typed(Path.cwd(), "check", *words)


def lend_data_sets(course):
    """Take back that the lesson withholds them: its data are read where something is asked."""
    path = course.solutions / LESSON / "hidden" / "one_hot.py"
    text = path.read_text(encoding="utf-8")
    lent = text.replace(', withholds=("byhand.datasets",)', "")
    assert lent != text
    path.write_text(lent, encoding="utf-8")


def save(course, content, name=f"{LESSON}.ipynb"):
    """Save a notebook where a learner does; return its path."""
    path = course.notebooks / LESSON / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def report(check, path, *words):
    """Return the JSON report on a notebook, which must be all that was printed."""
    code, out, said = check("--json", *words, path)
    assert (code, said) == (0, "")
    return json.loads(out)


needs_sandbox = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)


# -------------------------------------------------------------------- the report


@needs_sandbox
def test_the_command_prints_the_contract_s_json_and_nothing_else(course):
    """The real command, from another folder, on work that is partly right."""
    path = save(course, right(one_hot=TRANSPOSED))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "grader.cli", "check", path, "--json"),
            *("--student", "anna", "--course", course.root),
        ],
        cwd="/",
        env=classroom.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)

    assert list(made) == [
        *("lesson", "student", "score", "max_score", "grader", "exercises", "notes"),
    ]
    assert (made["lesson"], made["student"], made["max_score"]) == (LESSON, "anna", 20)
    assert list(made["grader"]) == ["version", "sandbox"]
    assert made["grader"]["sandbox"].startswith("sandlock ")
    assert [list(exercise) for exercise in made["exercises"]] == [EXERCISE_KEYS] * 3
    standardize, one_hot, derivation = made["exercises"]
    assert (standardize["id"], standardize["verdict"]) == ("standardize", "correct")
    assert standardize["score"] == standardize["points"] == 10
    assert (one_hot["verdict"], one_hot["mistake"]) == ("wrong shape", "transposed")
    assert one_hot["hint"] == "Samples are columns. What does one row of your result stand for?"
    assert one_hot["carried"] is False
    assert {"group": "square", "verdict": "wrong value"} in one_hot["cases"]
    assert (derivation["verdict"], derivation["cases"]) == ("not attempted", [])
    assert made["score"] == standardize["score"] + one_hot["score"]


@needs_sandbox
@pytest.mark.parametrize("name", ["'matplotlib.pyplot'", "'matplot' + 'lib.pyplot'"])
def test_a_function_may_draw_whether_or_not_that_was_foreseen(check, course, name):
    solution = sample.right(load(LESSON))["standardize"]
    drawing = f"plt = __import__({name}, fromlist=['plot'])\nplt.plot([1, 2])\n{solution}"

    (standardize, *_) = report(check, save(course, right(standardize=drawing)))["exercises"]

    assert standardize["verdict"] == "correct"


@needs_sandbox
def test_the_plain_report_names_verdicts_evidence_and_one_hint(check, course):
    code, out, said = check(save(course, right(one_hot=TRANSPOSED)))

    assert (code, said) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(f"{LESSON}   10 of 20 points   (sandbox: sandlock ")
    assert "standardize   10 of 10   correct" in lines
    assert "one_hot   0 of 6   wrong shape" in lines
    assert "  Recognised: transposed." in lines
    assert out.count("Hint: ") == 1
    assert "derive_broadcast_shape   0 of 4   not attempted" in lines


@needs_sandbox
def test_whatever_the_score_the_exit_code_is_0(check, course):
    assert report(check, save(course, work()))["score"] == 0
    assert report(check, save(course, right()))["score"] == 16


def test_the_student_and_the_class_s_secret_choose_the_hidden_inputs(check, course, monkeypatch):
    """So an instructor sees what a student's grade was made from; learners without a class share.

    A fake takes the engine's place: what it is given is what is looked at.
    """
    seen = []

    def grade(*_, **who):
        seen.append({name: who[name] for name in ("student", "secret")})
        raise InputError("enough")

    monkeypatch.setattr(checking, "grade", grade)
    path = save(course, work())
    check(path)
    secret = course.make_secret()
    check(path, "--student", "Zoë")

    assert seen == [
        {"student": "learner", "secret": "no class"},
        {"student": "Zoë", "secret": secret},
    ]


# --------------------------------------------------------------- which lesson it is


@needs_sandbox
@pytest.mark.parametrize("name", ["my solution (2).ipynb", "01_chain_rule.ipynb", "-x Ω"])
def test_a_lesson_s_notebook_may_have_another_name(check, course, name):
    """Even another lesson's: the cells say what it is, and lessons share only some."""
    made = report(check, save(course, right(), name))

    assert (made["lesson"], made["score"]) == (LESSON, 16)


@needs_sandbox
def test_a_notebook_outside_of_every_course_is_checked_by_the_course_of_the_grader(check, tmp_path):
    path = tmp_path / f"{LESSON}.ipynb"
    path.write_text(right(), encoding="utf-8")

    assert report(check, path)["score"] == 16


@needs_sandbox
def test_a_notebook_whose_exercises_were_all_deleted_keeps_its_name(check, course):
    notebook = json.loads(work())
    notebook["cells"] = [c for c in notebook["cells"] if c["id"] == "setup_imports"]

    made = report(check, save(course, json.dumps(notebook)))

    assert made["lesson"] == LESSON
    assert {e["verdict"] for e in made["exercises"]} == {"missing"}


# -------------------------------------------------------------------- bad input


def notebook(**changes):
    return json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes})


FOREIGN = notebook(
    cells=[{"cell_type": "code", "id": "a1", "metadata": {}, "source": "1 + 1", "outputs": []}]
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is not a notebook (JSONDecodeError: Expecting value"),
        (right()[:5000], "is not a notebook (JSONDecodeError: "),
        (b"\xff\xfe\x00{}", "is not a notebook (UnicodeDecodeError: "),
        ("[" * 100_000, "is not a notebook (RecursionError: "),
        ("[]", "has no list of cells; expected a notebook in format 4, as JupyterLab saves it"),
        (notebook(nbformat=3), "has notebook format 3, expected 4; open it in JupyterLab"),
        (
            FOREIGN,
            "belongs to no lesson of this course; the lessons are 00_start_here, 01_chain_rule",
        ),
        (notebook(), "belongs to no lesson of this course; the lessons are"),
    ],
)
def test_a_file_that_is_no_lesson_s_notebook_is_told_in_one_line(check, course, content, told):
    path = save(course, content, "mine.ipynb")
    code, out, said = check(path, "--json")

    assert (code, out) == (1, "")
    assert said.startswith(f"grader: {path}: {told}")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda _: None, "not found; give the path of a notebook, NN_slug.ipynb"),
        (Path.mkdir, "is not a file; expected a notebook, NN_slug.ipynb"),
        (os.mkfifo, "is not a file; expected a notebook, NN_slug.ipynb"),
        (
            lambda path: path.symlink_to("/etc/passwd"),
            "is a symbolic link; hand in the notebook itself",
        ),
        (
            lambda path: path.write_bytes(b" " * (100 * 2**20 + 1)),
            (
                "holds more than 100 MiB; clear the outputs (Edit, Clear Outputs of All Cells) "
                "and hand it in again"
            ),
        ),
    ],
)
def test_a_path_that_leads_to_no_file_is_told_with_what_to_do(check, course, make, told):
    path = course.notebooks / LESSON / "mine.ipynb"
    make(path)

    assert check(path) == (1, "", f"grader: {path}: {told}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Missing argument"),
        (["a.ipynb", "b.ipynb"], "unexpected extra argument"),
        (["a.ipynb", "--jason"], "No such option '--jason'"),
    ],
)
def test_a_command_line_that_is_wrong_is_bad_input_and_no_fault_of_the_grader(check, words, told):
    code, out, said = check(*words)

    assert (code, out) == (1, "")
    assert told.lower() in said.lower()


def test_a_lesson_that_was_never_built_is_told_with_the_command_that_builds_it(check, course):
    (course.solutions / LESSON / f"{LESSON}.ipynb").unlink()
    code, _, said = check(save(course, work()))

    assert code == 1
    assert said.endswith(f"{LESSON}.ipynb: not found; run 'grader build {LESSON}'\n")


# ------------------------------------------------------------ the grader's own fault


def test_a_lesson_that_fails_by_itself_is_the_grader_s_fault(check, course):
    path = course.solutions / LESSON / f"{LESSON}.ipynb"
    path.write_text(path.read_text().replace("import numpy as np", "import numpyy as np"))
    code, out, said = check(save(course, work()))

    assert (code, out) == (2, "")
    assert said == (
        f"grader: the grader's own fault: {path}: the lesson's own cells fail "
        "(ModuleNotFoundError: No module named 'numpyy'); fix lesson.py and run 'grader build'\n"
    )


def test_an_exception_that_nobody_foresaw_is_one_line_and_a_file_with_the_details(
    check, course, monkeypatch, tmp_path
):
    """A fake raises it: no known input does."""

    def surprise(*_args, **_options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(checking, "grade", surprise)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, out, said = check(save(course, work()))

    (log,) = tmp_path.glob("grader-fault-*.log")
    assert (code, out) == (2, "")
    assert said == (
        "grader: the grader's own fault: ZeroDivisionError: division by zero; "
        f"the details are in {log}\n"
    )
    assert "in surprise" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_where_the_details_cannot_be_written_the_fault_is_told_all_the_same(
    check, course, monkeypatch
):
    """The fault may be a full disk, and a fake has one."""

    def surprise(*_args, **_options):
        raise ZeroDivisionError("division by zero")

    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checking, "grade", surprise)
    monkeypatch.setattr("grader.cli.guard.tempfile.mkstemp", full)
    code, _, said = check(save(course, work()))

    assert code == 2
    assert said.endswith("the details could not be written (No space left on device)\n")


# --------------------------------------------------------------- what a learner sees


@needs_sandbox
def test_a_data_file_that_was_changed_is_told_where_it_is_read(check, course):
    """The exercise that reads it shows the reason; the others are graded."""
    lend_data_sets(course)
    data = course.root / "data" / "digits.csv"
    data.write_bytes(data.read_bytes().replace(b"0", b"1", 1))
    path = save(
        course,
        right(
            one_hot=(
                "from byhand.datasets import digits\n"
                "loaded = digits()\n"
                "def one_hot(labels, n_classes):\n    return loaded"
            )
        ),
    )
    made = report(check, path)
    _, out, _ = check(path)

    assert [e["verdict"] for e in made["exercises"]][:2] == ["correct", "raised an exception"]
    told = " ".join(out.split())
    assert "the cell does not run: DataError: " in told
    assert "digits.csv: found" in told
    # What a report quotes ends after some hundred letters, and the file's path is among them.
    assert "it is damaged" in told


@needs_sandbox
def test_a_missing_data_folder_is_told_too(check, course):
    lend_data_sets(course)
    shutil.rmtree(course.root / "data")
    path = save(
        course,
        right(
            one_hot=(
                "from byhand.datasets import digits\n"
                "def one_hot(labels, n_classes):\n    return digits()"
            )
        ),
    )
    _, out, _ = check(path)

    assert "DataError: no data folder: looked for" in " ".join(out.split())


# --------------------------------------------------------------- without a sandbox


def test_without_a_sandbox_a_learner_goes_on_with_a_notice_and_the_report_says_so(
    check, course, monkeypatch
):
    """A fake takes the sandbox away: this machine has one."""
    monkeypatch.setattr(availability, "unavailable", lambda: "it needs Linux; this is Darwin")
    path = save(course, right(one_hot=TRANSPOSED))
    code, out, said = check(path, "--json")

    assert code == 0
    assert said == (
        "no sandbox here: it needs Linux; this is Darwin; your notebook runs in a separate "
        "process with limits\n"
    )
    made = json.loads(out)
    assert made["grader"]["sandbox"] == "none: a separate process with limits"
    assert [e["verdict"] for e in made["exercises"]][:2] == ["correct", "wrong shape"]

    _, plain, _ = check(path)
    assert "(sandbox: none: a separate process with limits)" in plain.splitlines()[0]


def test_every_verdict_of_the_contract_is_known():
    assert {verdict.value for verdict in Verdict} == {
        *("correct", "wrong value", "wrong shape", "wrong type", "not finite"),
        *("changed its input", "raised an exception", "timed out", "out of memory", "crashed"),
        *("not attempted", "missing", "needs manual grading", "unreadable"),
    }


PLANTED = "import pathlib\npathlib.Path({mark!r}).touch()\n"


@needs_sandbox
@pytest.mark.parametrize("where", ["beside", "handed in"])
def test_a_course_that_came_with_a_notebook_is_not_run(check, course, tmp_path, monkeypatch, where):
    """Its hidden.py would be run outside any box."""
    mark = tmp_path / "executed"
    home = {
        "beside": tmp_path / "downloads",
        "handed in": course.class_folder / "submitted/eve" / LESSON,
    }[where]
    planted = home / "solutions" / LESSON
    shutil.copytree(course.solutions / LESSON, planted)
    shutil.copy(course.root / "nbgrader_config.py", home)
    (planted / "hidden.py").write_text(PLANTED.format(mark=str(mark)))
    path = home / f"{LESSON}.ipynb"
    path.write_text(right())
    if where == "handed in":
        # Who looks at a submission where it lies stands in it.
        monkeypatch.chdir(home)

    made = report(check, path)

    assert made["score"] == 16
    assert not mark.exists()
