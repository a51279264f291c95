"""A returned value that was made to hurt whoever looks at it gets a verdict all the same."""

import numpy as np
import pytest

from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging
from grader.judge.verdict import Verdict
from grader.report.words import outcome_lines
from tests.conftest import load

LESSON = load("00_start_here")


class Raising:
    def __getattr__(self, name):
        raise ZeroDivisionError(name)

    __eq__ = __repr__ = __len__ = __iter__ = __hash__ = __float__ = __array__ = __getattr__


class NoClass:
    @property
    def __class__(self):
        raise ZeroDivisionError


class Meta(type):
    def __getattribute__(cls, name):
        raise ZeroDivisionError(name)

    @property
    def __name__(cls):
        raise ZeroDivisionError


class OfMeta(metaclass=Meta):
    pass


class NoLength(list):
    def __len__(self):
        raise ZeroDivisionError

    __iter__ = __len__


class Leaving(list):
    def __iter__(self):
        raise SystemExit


class NoKeys(dict):
    def __iter__(self):
        raise ZeroDivisionError

    keys = items = __iter__


def nested(depth):
    value = [0]
    for _ in range(depth):
        value = [value]
    return value


def within_itself():
    value = []
    value.append(value)
    return value


BIG = 10**5000
VALUES = {
    "an object that raises": (Raising(), Verdict.WRONG_TYPE),
    "one in a list": ([Raising()], Verdict.WRONG_TYPE),
    "an object whose class raises": (NoClass(), Verdict.RAISED),
    "an object of a class that raises": (OfMeta(), Verdict.WRONG_TYPE),
    "a list without a length": (NoLength([1]), Verdict.RAISED),
    "a list that exits": (Leaving([1]), Verdict.RAISED),
    "a dict without keys": (NoKeys(a=1), Verdict.WRONG_TYPE),
    "a long integer": (BIG, Verdict.WRONG_TYPE),
    "one in a dict": ({BIG: [(BIG,)]}, Verdict.WRONG_TYPE),
    "one in an array": (np.array([BIG, None], object), Verdict.WRONG_TYPE),
    "an integer too long to cross": (10**200_000, Verdict.WRONG_TYPE),
    "64 axes": (np.zeros((1,) * 64), Verdict.WRONG_TYPE),
    "32 axes": (np.zeros((1,) * 32), Verdict.WRONG_SHAPE),
    "a long axis of nothing": (np.zeros((0, 10**9)), Verdict.WRONG_TYPE),
    "one number in many places": (np.broadcast_to(0.0, (10**6, 10**6)), Verdict.WRONG_TYPE),
    "NaN as a key, twice": ({float("nan"): 1, float(np.nan): 2}, Verdict.WRONG_TYPE),
    "half of a surrogate pair": ({"\ud800": "\ud800\0\x1b[31m"}, Verdict.WRONG_TYPE),
    "a list in itself": (within_itself(), Verdict.WRONG_TYPE),
    "a deep list": (nested(5_000), Verdict.WRONG_TYPE),
    "an iterator without end": (iter(int, 1), Verdict.WRONG_TYPE),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_hurts_gets_a_verdict(name):
    value, expected = VALUES[name]
    runner = KernelRunner({"one_hot": lambda *_: value})
    outcome = Judging(LESSON, runner, student="s", secret="t").exercise(  # noqa: S106
        LESSON.exercises["one_hot"]
    )

    assert outcome.verdict is expected
    assert outcome.score == 0
    assert all(len(line) < 200 for line in outcome_lines(outcome))
    "\n".join(outcome_lines(outcome)).encode()
