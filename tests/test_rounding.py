"""Tolerances from both sides: another order of sums is far inside, a mistake far outside."""

import os
import random
from dataclasses import replace

import numpy as np
import pytest

from grader.judge.assess import assess, run, yardstick_of
from grader.judge.compare import leaves
from grader.judge.questions import Questions
from grader.judge.verdict import Verdict
from tests.conftest import LESSONS, load
from tests.kill_page import alternatives

ROOM = 10.0
STYLES = [
    (lesson, key.partition("__")[0], key)
    for lesson in LESSONS
    for key in alternatives(lesson)
    if key.partition("__")[0] in load(lesson).exercises
]
if "ALL" not in os.environ:
    STYLES = random.Random(0).sample(STYLES, min(60, len(STYLES)))
# What is compared is random, or rounds by itself; each says so where its tolerance is declared.
MEASURED = ("numerical_gradient", "gradient_check")


def tighter(exercise):
    """Return an exercise whose floats must agree ten times as closely."""
    tolerance = exercise.tolerance
    return replace(
        exercise,
        tolerance=replace(
            tolerance, relative=tolerance.relative / ROOM, absolute=tolerance.absolute / ROOM
        ),
    )


def questions(lesson, name, seed):
    exercise = load(lesson).exercises[name]
    return Questions.drawn(exercise, np.random.default_rng(seed)).cases


@pytest.mark.parametrize(("lesson", "name", "style"), STYLES)
def test_an_answer_computed_otherwise_stays_inside_by_a_factor_of_ten(lesson, name, style):
    """Float32 has a tolerance of its own, and a case's own one is its author's."""
    if name in MEASURED:
        pytest.skip("two right ways to measure differ by what measuring costs")
    exercise, reference = tighter(load(lesson).exercises[name]), load(lesson).reference[name]
    for case in questions(lesson, name, 0):
        if case.check or case.raises or case.tolerance or case.megabytes:
            continue
        found, wanted = run(alternatives(lesson)[style], case), run(reference, case)
        assert assess(found, wanted.value, case, exercise).right, case.title


EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]


def errors_in_tolerances(found, wanted, yardstick):
    """Yield by how many tolerances each float of a result is off; nothing where shapes differ."""
    pairs = list(zip(leaves(found), leaves(wanted), strict=False))
    for one, other in pairs:
        if np.shape(one) == np.shape(other) and np.asarray(other).dtype.kind == "f":
            with np.errstate(all="ignore"):
                off = np.abs(np.asarray(one, dtype=float) - other) / yardstick.bound(
                    np.asarray(other)
                )
            yield float(np.max(np.nan_to_num(off, nan=np.inf), initial=0.0))


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_the_smallest_known_mistake_is_outside_by_a_factor_of_ten(lesson, name):
    """In the case that shows it most."""
    exercise, reference = load(lesson).exercises[name], load(lesson).reference[name]
    for known in exercise.mistakes:
        most, plain = 0.0, False
        for case in questions(lesson, name, 0):
            # A check may remember what it was shown: the reference is not asked there.
            wanted = None if case.check else run(reference, case).value
            found = run(known.answer, case)
            judged = assess(found, wanted, case, exercise)
            yardstick = yardstick_of(case, exercise)
            off = [] if case.check else list(errors_in_tolerances(found.value, wanted, yardstick))
            most = max([most, *off])
            # A shape, a dtype, an exception, a count or a finding of a check has no size.
            sized = judged.verdict is Verdict.WRONG_VALUE and max(off, default=0.0) > 1.0
            plain = plain or not (judged.right or sized)
        assert most >= ROOM or plain, (known.name, most)
