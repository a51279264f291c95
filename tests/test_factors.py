"""A factor is told where it is one, and not where one case shows a number of its input."""

import numpy as np
import pytest

from grader.exercise import Case
from grader.judge.evidence import OtherValues, Parts
from grader.judge.factors import without_chance
from grader.judge.outcome import Answer, Comparison, Observation
from grader.judge.verdict import Verdict
from grader.report.evidence import told
from tests.conftest import LESSONS, load
from tests.pairs import judged

lesson_01 = pytest.mark.skipif("01_chain_rule" not in LESSONS, reason="lesson 01 is not asked for")
NO_FACTOR = "every entry is"


def seen(factor, group="a group", **shapes):
    evidence = OtherValues(shape=(3,), count=3, factor=factor)
    return Observation(
        case=Case(group=group, shapes=shapes),
        answer=Answer(),
        expected=None,
        comparison=Comparison(verdict=Verdict.WRONG_VALUE, evidence=evidence),
    )


def factors(*observations):
    return [one.comparison.evidence.factor for one in without_chance(observations)]


@pytest.mark.parametrize("factor", [-1.0, 2.0, 0.5, -0.5, 3.0, 1 / 3, 1.5, 0.75, -4.0])
def test_a_simple_fraction_is_told_from_one_case(factor):
    assert factors(seen(factor)) == [factor]


@pytest.mark.parametrize("factor", [0.962, -0.544, 1.343, 7.0, 0.2, 1e-3])
def test_what_only_one_case_shows_is_a_number_of_its_input(factor):
    assert factors(seen(factor), seen(factor + 0.1), seen(None)) == [None, None, None]


def test_what_two_cases_show_is_a_factor():
    assert factors(seen(1.04), seen(0.962), seen(1.04)) == [1.04, None, 1.04]


@pytest.mark.parametrize("factor", [5.0, 1 / 5, -5.0, 15.0, 1 / 15])
def test_a_size_of_the_case_is_told_as_a_forgotten_mean_shows_it(factor):
    assert factors(seen(factor, n=3, m=5, kind="relu")) == [factor]


def test_parts_of_one_case_do_not_confirm_each_other():
    """Both are off by the same forgotten number."""
    inner = OtherValues(shape=(3,), count=3, factor=0.962)
    two = Parts(right=(), wrong=(("dW", inner), ("db", inner)))
    alone = Observation(
        case=Case(group="a group"),
        answer=Answer(),
        expected=None,
        comparison=Comparison(verdict=Verdict.WRONG_VALUE, evidence=two),
    )

    (found,) = without_chance([alone])

    assert NO_FACTOR in told(two)
    assert NO_FACTOR not in told(found.comparison.evidence)


@lesson_01
def test_a_forgotten_number_of_one_path_is_not_given_away():
    for student in range(5):
        outcome = judged(
            "01_chain_rule",
            "total_derivative",
            lambda _, du_dx: np.sum(du_dx, axis=0),
            f"student {student}",
        )

        assert [NO_FACTOR in told(one) for one in outcome.evidence] == [False]
        assert not any(NO_FACTOR in told(one.evidence) for one in outcome.cases if one.evidence)


@lesson_01
def test_a_factor_of_the_function_itself_is_told_and_named():
    right = load("01_chain_rule").reference["total_derivative"]

    outcome = judged("01_chain_rule", "total_derivative", lambda *a: 1.04 * right(*a), "ada")

    assert "every entry is 1.040 times the reference" in told(outcome.evidence[0])
    assert outcome.mistake == "a constant factor of 1.04"
