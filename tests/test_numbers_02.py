"""The numbers that lesson 02 states in its prose."""

import math

import numpy as np
import pytest

from byhand import shares
from byhand.figures import logits
from byhand.figures.guard import Functions
from tests.conftest import load

EXAMPLE = np.array([1.0, 2.0, 5.0]) / 8


@pytest.fixture(name="ours", scope="module")
def reference():
    """What the lesson's setup and solution cells define."""
    return load("02_sigmoid_softmax_jacobians").reference


def sigma(z):
    return 1 / (1 + np.exp(-z))


def test_six_of_the_nine_slopes_of_three_sigmoids_are_0(ours):
    z = np.array([-1.0, 0.0, np.log(3.0)])
    J = [ours["numerical_gradient"](lambda z, j=j: sigma(z)[j], z) for j in range(3)]
    assert np.count_nonzero(J) == 3


def test_the_three_formulas_of_section_3_fail_where_the_text_says():
    assert np.log(np.finfo(np.float64).max) < 710
    assert round(np.finfo(np.float64).max / 1e308, 1) == 1.8
    with np.errstate(over="ignore", invalid="ignore"):
        first, second, third = (
            lambda z: 1 / (1 + np.exp(-z)),
            lambda z: np.exp(z) / (1 + np.exp(z)),
            lambda z: (1 + np.tanh(z / 2)) / 2,
        )
        assert first(np.float64(-1000)) == 0
        assert np.isnan(second(np.float64(1000)))
        assert [third(np.float64(z)) for z in (-1000, 1000)] == [0, 1]
        off = abs(third(np.float64(-30)) / np.exp(-30.0) - 1)
    assert 1e-4 < off < 1e-3, "three digits are right"
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        first(np.float64(-1000))


def test_the_slopes_of_section_4_are_as_stated(ours):
    z = np.linspace(-6, 6, 1201)
    largest = {
        kind: float(ours["activation_prime"](z, kind).max())
        for kind in ("linear", "relu", "sigmoid", "tanh")
    }
    assert largest == {"linear": 1, "relu": 1, "sigmoid": 0.25, "tanh": 1}
    assert round(math.log(3) * (1 - math.log(3)), 3) == -0.108
    assert math.isclose(float(ours["activation_prime"](np.log(3.0), "sigmoid")), 3 / 16)


def test_the_squared_error_of_section_5_comes_out_as_in_its_four_steps(ours):
    P = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
    T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
    assert ((P - T) ** 2).sum(axis=0).tolist() == [5, 10]
    assert ours["l2_loss"](P, T) == 3.75
    assert ours["l2_grad"](P, T)[2].tolist() == [0, 1.5]


def test_the_bars_of_section_6_are_sigmoids_and_shares(ours):
    for which, top in enumerate((5.0, 10.0)):
        z = np.log(np.array([1.0, 2.0, top]))
        np.testing.assert_allclose(shares._SIGMOIDS[which], sigma(z))
        np.testing.assert_allclose(shares._SHARES[which], ours["softmax"](z[:, None])[:, 0])
    z = np.array([[0.3], [-1.1]])
    assert math.isclose(ours["softmax"](z)[0, 0], sigma(1.4))


def test_the_jacobian_of_section_7_has_the_signs_and_sums_of_the_text(ours):
    J = 64 * ours["softmax_jacobian"](EXAMPLE)
    assert J.tolist() == [[7, -2, -5], [-2, 12, -10], [-5, -10, 15]]
    assert not J.sum(axis=0).any()
    assert not J.sum(axis=1).any()


def test_the_way_back_of_section_8_gives_its_numbers(ours):
    ds = np.array([8.0, 0.0, -8.0])
    assert (ours["softmax_jacobian"](EXAMPLE).T @ ds).tolist() == [1.5, 1, -2.5]
    assert EXAMPLE @ ds == -4
    assert (ds + 4).tolist() == [12, 4, -4]
    assert 20_000**2 * 8 == 3.2e9
    assert 20_000 * 8 == 160e3
    printed = [3 * s * (1 - s) * d for s, d in zip(EXAMPLE, ds, strict=True)]
    assert printed[1] == 0, "as printed, n times the elementwise one"


def test_the_cross_entropy_of_section_9_gives_its_numbers(ours):
    P = np.array([[1 / 8, 1 / 4], [2 / 8, 1 / 2], [5 / 8, 1 / 4]])
    T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
    each = [round(ours["cross_entropy"](P[:, [c]], T[:, [c]]), 3) for c in range(2)]
    assert each == [0.470, 1.040]
    assert round(ours["cross_entropy"](P, T), 3) == 0.755
    assert round(-math.log(1e-12), 1) == 27.6
    assert ours["softmax"](np.array([[0.0], [-750.0]]))[1, 0] == 0


def test_the_worst_prediction_of_section_10_costs_1000_and_learns_nothing_through_a_clip(ours):
    Z, T = np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]])
    S = ours["softmax"](Z)
    assert round(ours["cross_entropy"](S, T), 1) == 27.6
    assert not ours["softmax_vjp"](S, ours["cross_entropy_grad"](S, T)).any()
    assert ours["step_3_loss"](Z, T) == 1000
    assert ours["softmax_cross_entropy_grad"](Z, T).tolist() == [[1], [-1]]


def seen(ours, *values):
    """Return what the figure shows with the cross-entropy on and target class 1."""
    named = {f"z{place}": value for place, value in enumerate(values)}
    work = logits.compute(Functions(ours), target=1, cross_entropy=True, **named)
    return list(work)[-1][0]


def test_the_figure_of_section_11_shows_what_the_text_says(ours):
    equal = seen(ours, 0.0, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(np.diag(equal.jacobian), 1 / 4 * (1 - 1 / 4))
    np.testing.assert_allclose(equal.jacobian[~np.eye(4, dtype=bool)], -1 / 16)
    saturated = seen(ours, 20.0, 0.0, 0.0, 0.0)
    assert np.abs(saturated.jacobian).max() < 1e-8
    np.testing.assert_allclose(saturated.at_once[:2], [1, -1], atol=1e-8)
    np.testing.assert_allclose(saturated.product, saturated.at_once, atol=1e-8)
    spoilt = seen(ours, 30.0, 0.0, 0.0, 0.0)
    assert np.abs(spoilt.product - spoilt.at_once).max() > 0.5
