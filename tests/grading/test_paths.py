"""The same grade whatever the path: order, workers, resuming, force, box or kernel, command."""

import json

import pytest

from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging
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
CLASS = {
    "anna": right(),
    "ben": right(standardize=DIVIDES_BY_0),
    "cleo": right(one_hot=COUNTS),
    "dora": right(one_hot=CRASHES),
    "emil": work(),
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    made = classroom.make_course(tmp_path_factory.mktemp("paths") / "course")
    for student, notebook in CLASS.items():
        hand_in(made, student, notebook)
    return made


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    """The scores of the class, graded at once by one worker."""
    made = copy_of(handed_in, tmp_path_factory.mktemp("at-once") / "course")
    grade_class(made, jobs=1)
    return made, scores(made)


def test_the_class_is_no_simple_one(graded):
    found = {student: sum(cells.values()) for student, cells in graded[1].items()}
    assert found["anna"] == 16
    assert 0 < found["ben"] < 16
    assert 0 < found["cleo"] < 16
    assert found["dora"] < 16
    assert found["emil"] == 0


def test_two_workers_give_what_one_does(handed_in, graded, tmp_path):
    made = copy_of(handed_in, tmp_path / "course")
    grade_class(made, jobs=2)
    assert scores(made) == graded[1]


def test_one_after_another_from_the_last_gives_what_all_at_once_do(handed_in, graded, tmp_path):
    """Each run goes on where the one before it ended."""
    made = copy_of(handed_in, tmp_path / "course")
    for student in reversed(CLASS):
        grade_class(made, jobs=1, students=[student])
    assert scores(made) == graded[1]


def test_graded_again_by_force_nothing_changes(graded, tmp_path):
    made = copy_of(graded[0], tmp_path / "course")
    grade_class(made, jobs=1, force=True)
    assert scores(made) == graded[1]


def test_grader_check_gives_what_grader_grade_does(graded):
    made, expected = graded
    for student in CLASS:
        path = made.class_folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        done = classroom.command(made, "grader", "check", path, "--json", "--student", student)
        assert done.returncode == 0, done.stderr
        found = {e["id"]: e["score"] for e in json.loads(done.stdout)["exercises"]}
        for cell, score in expected[student].items():
            assert found[cell.removeprefix("test_")] == score, (student, cell)


@pytest.mark.parametrize("student", [s for s in CLASS if s != "dora"])
def test_the_kernel_gives_what_the_box_does(graded, student):
    """But for what ends its process: that would be this one."""
    made, expected = graded
    lesson, namespace = load(LESSON), {}
    path = made.class_folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    sources = read(path, lesson).sources
    exec("import numpy as np", namespace)  # noqa: S102
    for exercise in lesson.exercises.values():
        exec(sources[exercise.id], namespace)  # noqa: S102
        judging = Judging(lesson, KernelRunner(namespace), student=student, secret=made.secret())
        judging.exercise(exercise)
        assert judging.carry(exercise).score == expected[student][f"test_{exercise.id}"]
