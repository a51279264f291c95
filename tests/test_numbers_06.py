"""The numbers that lesson 06 states in its prose."""

import math

import numpy as np
import pytest

from byhand.figures import diamonds
from tests.conftest import load

LESSON = "06_computational_graph"


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return load(LESSON).reference


def three_lines(x, w):
    u1 = x * w
    return u1 * (u1 + x)


def test_the_program_with_a_pencil_has_the_numbers_of_section_1(lesson):
    tape = [
        ("input", (), {}),
        ("input", (), {}),
        ("multiply", (0, 1), {}),
        ("add", (2, 0), {}),
        ("multiply", (2, 3), {}),
    ]
    values = lesson["run_tape"](tape, [np.array(2.0), np.array(3.0)])
    assert [float(value) for value in values] == [2, 3, 6, 8, 48]
    gradients = lesson["backward_tape"](tape, values)
    assert [float(gradient) for gradient in gradients] == [48, 28, 14, 6, 1]
    assert three_lines(2.01, 3) == pytest.approx(48.4812, abs=1e-12)
    assert (three_lines(2.01, 3) - 48) / 0.01 == pytest.approx(48.12)


def test_a_naive_sum_of_exponentials_overflows_at_710(lesson):
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(709.0))
        assert np.isinf(np.exp(710.0))
    assert lesson["log_sum_exp"](np.array([1000.0, 1000.0])) == pytest.approx(1000 + math.log(2))


def test_twenty_diamonds_have_a_million_paths_and_sixty_rules(lesson):
    tape, calls = diamonds.chain(2, 20), []

    def rule(*given):
        calls.append(given)
        return lesson["vjp"](*given)

    lesson["backward_tape"](tape, lesson["run_tape"](tape, [np.array(0.5)]), rule)

    assert len(calls) == 60
    assert 1_000_000 < 2**20 < 1_100_000


def test_one_value_four_times_gets_12_8_12_and_12():
    """x for u1 = x x, u2 = u1 x, u3 = u1 + u2, L = u3 x, at x = 2."""
    x = 2.0
    u1, u3 = x * x, x * x + x * x * x
    by_u2 = x
    by_u1 = x + by_u2 * x
    assert [u3, by_u2 * u1, by_u1 * x, by_u1 * x] == [12, 8, 12, 12]
    assert 2 * x * (x + x**2) + x**2 * (1 + 2 * x) == 44


def test_a_walk_depth_first_turned_round_is_no_order():
    inputs_of, seen = [[2, 1], [3], [3, 1], []], []

    def walk(node):
        if node not in seen:
            seen.append(node)
            for before in inputs_of[node]:
                walk(before)

    walk(0)
    order = seen[::-1]
    assert order.index(1) < order.index(3), "node 1 uses node 3, and stands before it"
    assert seen.index(3) < seen.index(1), "the walk came to 3 by way of 2, and to 1 afterwards"


def test_ten_epochs_with_the_engine_are_ten_epochs_with_the_code_by_hand(lesson):
    """To rounding, step for step; here, three steps on a small network."""
    rng = np.random.default_rng(0)
    kinds = ["relu", "softmax"]
    start = lesson["init_params"]([6, 5, 3], rng, "he")
    X, T = rng.normal(size=(6, 9)), np.eye(3)[:, rng.integers(3, size=9)]

    def trained(gradients):
        params, zeros = start, [(0 * W, 0 * b) for W, b in start]
        state = {"t": 0, "m": zeros, "v": zeros}
        for _ in range(3):
            params, state = lesson["adam_step"](params, gradients(params), state, lr=0.01)
        return params

    def by_hand(params):
        P, caches = lesson["model_forward"](X, params, kinds)
        return lesson["model_backward"](lesson["cross_entropy_grad"](P, T), caches)

    engine = trained(
        lambda params: lesson["gradients_of_a_network"](params, X, T, kinds, "cross_entropy")
    )
    for mine, right in zip(engine, trained(by_hand), strict=True):
        for a, b in zip(mine, right, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-9)
