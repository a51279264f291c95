"""What the tests of grading a class share: an honest class."""
# ruff: noqa: DTZ001 - nbgrader's times are in UTC and carry no zone

import datetime as dt

import pytest

from grader.run.whole_class import grade_class
from grader.sandbox import availability
from tests.classroom import right, tree, work

needs_sandbox = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)

DUE = dt.datetime(2026, 3, 1, 12)
TASK = "derive_broadcast_shape"
DIVIDES_BY_0 = """\
def standardize(X):
    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
"""
LATE = 'c.LateSubmissionPlugin.penalty_method = "zero"'
HONEST = {
    "right": right(**{TASK: "It is so."}),
    "wrong": work(one_hot="def one_hot(labels, n_classes):\n    return labels"),
    "partly": right(standardize=DIVIDES_BY_0),
    "untouched": work(),
    "late": right(),
}


def grade(course, **options):
    """Grade with one worker: for so few, a second box takes longer to start than it saves."""
    return grade_class(course, jobs=1, **options)


def autograded(course):
    return tree(course.class_folder / "autograded")
