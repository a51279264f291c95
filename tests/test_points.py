"""What wrong functions earn: those of the lists, and some that know nothing."""

import os
import random
from fractions import Fraction

import pytest

from grader.judge.judging import _earning
from tests.conftest import LESSONS, load
from tests.kill_matrix import limited, right_groups
from tests.trivial import trivial_functions

EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
# The right answer knows nothing of its argument's values, there.
AS_IT_SHOULD = {
    "adam_init": "a state of zeros is what is asked for",
    "to_columns": "two transposes are what is asked for",
    "step_4_largest": "that a derivative is 0 for every input is what is to be found out",
}
MOST = Fraction(1, 3)
STUDENTS = 2


def share(lesson, name, answer, seed):
    """Return the share of the points that a student's function earns."""
    exercise, reference = load(lesson).exercises[name], load(lesson).reference
    with limited(60):
        groups = right_groups(lesson, name, {**reference, name: answer}, seed)
    return Fraction(_earning(exercise, groups), len(groups))


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_known_mistake_earns_no_more_than_a_third_unless_its_author_says_why(lesson, name):
    """A mistake that is written in several ways has several declarations under one name."""
    shares, reasons = {}, {}
    for known in load(lesson).exercises[name].mistakes:
        found = [share(lesson, name, known.answer, seed) for seed in range(STUDENTS)]
        shares[known.name] = max(*found, shares.get(known.name, 0))
        reasons[known.name] = reasons.get(known.name) or known.earns
    for what, earned in shares.items():
        assert earned <= MOST or reasons[what], f"{what}: earns {earned}, and nobody says why"
        assert earned > MOST or not reasons[what], f"{what}: earns {earned}, and needs no reason"


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_function_that_knows_nothing_of_the_exercise_earns_nothing(lesson, name):
    if name in AS_IT_SHOULD:
        pytest.skip(AS_IT_SHOULD[name])
    known = list(trivial_functions(load(lesson).reference[name]))
    # All of them where TRIVIAL is set: several hundred for each exercise.
    some = known if "TRIVIAL" in os.environ else random.Random(name).sample(known[:-6], 30)
    for what, function in [*some, *known[-6:]]:
        assert share(lesson, name, function, 0) == 0, what


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_groups_that_earn_nothing_alone_are_groups_of_the_exercise(lesson, name):
    exercise, reference = load(lesson).exercises[name], load(lesson).reference
    assert set(exercise.not_alone) < set(right_groups(lesson, name, dict(reference), 0))
