"""The same grade and the same words whatever the path.

Order, workers, resuming, force; box or kernel; the three commands, and a stock nbgrader.
"""

import contextlib
import json
import shutil
import sqlite3

import pytest

from grader.gradebook import sidecar
from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging
from grader.report.data import report_data
from grader.report.words import outcome_lines
from grader.run.whole_class import grade_class
from grader.submission.matching import read
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, right, scores, work
from tests.conftest import load
from tests.grading.honest_class import DIVIDES_BY_0, needs_sandbox

pytestmark = needs_sandbox

# The second is wrong in some groups, the third depends on what was asked before it, and the
# fourth ends its process in one group.
COUNTS = """\
asked = []
def one_hot(labels, n_classes):
    asked.append(n_classes)
    T = np.zeros((n_classes, labels.size))
    T[labels, np.arange(labels.size)] = 1.0 + (len(asked) == 3)
    return T
"""
CRASHES = """\
def one_hot(labels, n_classes):
    if labels.size == 1:
        import os
        os._exit(1)
    T = np.zeros((n_classes, labels.size))
    T[labels, np.arange(labels.size)] = 1.0
    return T
"""
TWICE_WRONG = {
    "standardize": """\
def standardize(X):
    centred = X - X.mean(axis=1, keepdims=True)
    constant = X.max(axis=1, keepdims=True) == X.min(axis=1, keepdims=True)
    deviation = np.where(constant, 1.0, X.std(axis=1, keepdims=True) ** 2)
    return np.where(constant, 0.0, -centred / deviation)
""",
    "one_hot": """\
def one_hot(labels, n_classes):
    T = np.zeros((labels.size, n_classes))
    T[np.arange(labels.size), labels.astype(int) - 1] = 1.0
    return T
""",
}
CLASS = {
    "anna": right(),
    "ben": right(standardize=DIVIDES_BY_0),
    "cleo": right(one_hot=COUNTS),
    "dora": right(one_hot=CRASHES),
    "emil": work(),
    "finn": right(**TWICE_WRONG),
    "gina": right(one_hot="def one_hot(labels, n_classes)\n    return labels"),
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    made = classroom.make_course(tmp_path_factory.mktemp("paths") / "course")
    made.make_secret()  # one for all paths: it seeds the hidden inputs
    for student, notebook in CLASS.items():
        hand_in(made, student, notebook)
    return made


def reports(course):
    """Return what is told of each exercise, by student: scores, verdicts, names, evidence."""
    folder = course.class_folder / "autograded"
    return {
        student: report_data(sidecar.read(folder / student / LESSON))["exercises"]
        for student in CLASS
    }


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    """The class, graded at once by one worker, with its scores and its reports."""
    made = copy_of(handed_in, tmp_path_factory.mktemp("at-once") / "course")
    grade_class(made, jobs=1)
    return made, scores(made), reports(made)


def test_the_class_is_no_simple_one(graded):
    found = {student: sum(cells.values()) for student, cells in graded[1].items()}
    assert found["anna"] == 16
    assert 0 < found["ben"] < 16
    assert 0 < found["cleo"] < 16
    assert found["dora"] < 16
    assert found["emil"] == 0
    assert [len(exercise["mistakes"]) for exercise in graded[2]["finn"][:2]] == [2, 2]
    assert graded[2]["gina"][1]["verdict"] == "raised an exception"


def test_two_workers_give_what_one_does(handed_in, graded, tmp_path):
    made = copy_of(handed_in, tmp_path / "course")
    grade_class(made, jobs=2)
    assert (scores(made), reports(made)) == graded[1:]


def test_a_few_after_others_from_the_last_gives_what_all_at_once_do(handed_in, graded, tmp_path):
    """Each run goes on where the one before it ended."""
    made = copy_of(handed_in, tmp_path / "course")
    for students in (["gina", "finn"], ["emil", "dora"], ["cleo", "ben", "anna"]):
        grade_class(made, jobs=1, students=students)
    assert (scores(made), reports(made)) == graded[1:]


def test_graded_again_by_force_nothing_changes(graded, tmp_path):
    made = copy_of(graded[0], tmp_path / "course")
    grade_class(made, jobs=1, force=True)
    assert (scores(made), reports(made)) == graded[1:]


def test_nbgrader_with_our_engine_gives_what_grader_grade_does(handed_in, graded, tmp_path):
    made = copy_of(handed_in, tmp_path / "course")
    done = classroom.command(made, "nbgrader", "autograde", LESSON)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (scores(made), reports(made)) == graded[1:]


def test_a_stock_nbgrader_gives_what_grader_grade_does(graded, tmp_path):
    """It judges in the kernel; what is right or simply wrong is compared in test_class.

    Of a cell that did not run, the judge there sees only that a function is missing.
    """
    made, students = copy_of(graded[0], tmp_path / "course"), {"cleo", "finn", "gina"}
    for other in CLASS.keys() - students:
        shutil.rmtree(made.class_folder / "submitted" / other)
    shutil.rmtree(made.class_folder / "autograded")
    with contextlib.closing(sqlite3.connect(made.class_folder / "gradebook.db")) as book:
        book.execute("UPDATE grade SET auto_score = NULL")
        book.commit()
    classroom.make_stock(made)
    done = classroom.command(made, "nbgrader", "autograde", LESSON)
    assert done.returncode == 0, done.stdout + done.stderr

    assert scores(made) == {student: graded[1][student] for student in students}
    for student in ("cleo", "finn"):
        report = sidecar.read(graded[0].class_folder / "autograded" / student / LESSON)
        cells = classroom.cells_of(made, student)
        for outcome in report.exercises:
            if outcome.id in load(LESSON).exercises:
                # A kernel that is slow sends what is printed in pieces.
                pieces = cells[f"test_{outcome.id}"]["outputs"]
                said = "".join("".join(piece.get("text", "")) for piece in pieces)
                assert words("\n".join(outcome_lines(outcome))) in words(said)


def words(text):
    """Return what is said without how it is set: a report that was kept has its evidence in one."""
    return " ".join(text.replace(";", "").split())


def test_grader_check_gives_what_grader_grade_does(graded):
    made, _, expected = graded
    for student in CLASS:
        path = made.class_folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        done = classroom.command(made, "grader", "check", path, "--json", "--student", student)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["exercises"] == expected[student], student


@pytest.mark.parametrize("student", [s for s in CLASS if s not in ("dora", "gina")])
def test_the_kernel_gives_what_the_box_does(graded, student):
    """But for what ends its process: that would be this one."""
    made, _, expected = graded
    lesson, namespace = load(LESSON), {}
    path = made.class_folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    sources = read(path, lesson).sources
    exec("import numpy as np", namespace)  # noqa: S102
    for exercise in lesson.exercises.values():
        exec(sources[exercise.id], namespace)  # noqa: S102
        judging = Judging(lesson, KernelRunner(namespace), student=student, secret=made.secret())
        judging.exercise(exercise)
        found = judging.carry(exercise)
        told = next(each for each in expected[student] if each["id"] == exercise.id)
        assert (found.score, found.verdict.value) == (told["score"], told["verdict"])
        assert [each.name for each in found.mistakes] == [each["name"] for each in told["mistakes"]]
