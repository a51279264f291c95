"""Tolerances from both sides: another order of sums is far inside, a mistake far outside."""

import os
import random
from contextlib import contextmanager

import numpy as np
import pytest

from grader.judge.assess import assess, run
from grader.judge.compare import Yardstick
from grader.judge.questions import Questions
from tests.conftest import LESSONS, load
from tests.kill_page import alternatives

ROOM = 10.0
EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
STYLES = [
    (lesson, name, key)
    for lesson, name in EXERCISES
    for key in alternatives(lesson)
    if key.partition("__")[0] == name
]
if "ALL" not in os.environ:
    # One of each exercise.
    random.Random(0).shuffle(STYLES)
    STYLES = list({each[:2]: each for each in STYLES}.values())


def questions(lesson, name, seed):
    exercise = load(lesson).exercises[name]
    return Questions.drawn(exercise, np.random.default_rng(seed)).cases


@contextmanager
def tolerances_times(factor):
    """Multiply what is allowed: by the judge, and by an author's check, which has np.allclose."""
    bound, allclose = Yardstick.bound, np.allclose

    def scaled(a, b, rtol=1e-5, atol=1e-8, **others):
        return allclose(a, b, rtol=rtol * factor, atol=atol * factor, **others)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Yardstick, "bound", lambda *given: bound(*given) * factor)
        patched.setattr(np, "allclose", scaled)
        yield


def judged(answer, lesson, name, factor):
    """Yield each case with how an answer to it is judged, tolerances multiplied."""
    exercise, reference = load(lesson).exercises[name], load(lesson).reference[name]
    for case in questions(lesson, name, 0):
        # A check may remember what it was shown: the reference is not asked there.
        wanted = None if case.check or case.raises else run(reference, case).value
        found = run(answer, case)
        with tolerances_times(factor):
            yield case, assess(found, wanted, case, exercise)


@pytest.mark.parametrize(("lesson", "name", "style"), STYLES)
def test_an_answer_computed_otherwise_stays_inside_by_a_factor_of_ten(lesson, name, style):
    for case, found in judged(alternatives(lesson)[style], lesson, name, 1 / ROOM):
        assert found.right, (case.title, found.evidence)


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_the_smallest_known_mistake_is_outside_by_a_factor_of_ten(lesson, name):
    """In the case that shows it most."""
    for known in load(lesson).exercises[name].mistakes:
        found = judged(known.answer, lesson, name, ROOM)
        assert any(not each.right for _, each in found), known.name
