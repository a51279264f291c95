"""The numbers that lesson 03 states in its prose."""

import numpy as np
import pytest

from byhand.figures import products
from byhand.figures.guard import Functions
from tests.conftest import load

W = np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])
A = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
B = np.array([[-1.0], [1.0]])
T = np.array([[1.0, 5.0], [4.0, 2.0]])
DZ = np.array([[1.0, -2.0], [0.0, 1.0]])


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return load("03_dense_layer").reference


def pencil_loss(W):
    """The loss of the worked example at other weights: l2, a mean over two samples."""
    return np.sum((np.maximum(W @ A + B, 0) - T) ** 2) / 4


def test_the_worked_example_has_a_loss_of_10_and_a_slope_of_about_minus_1():
    turned = W.copy()
    turned[0, 0] = 2.01

    assert pencil_loss(W) == 10
    assert pencil_loss(turned) == pytest.approx(9.99005, abs=1e-9)
    assert (turned @ A + B)[0] == pytest.approx([3.01, 1.01])
    assert (pencil_loss(turned) - 10) / 0.01 == pytest.approx(-1, abs=0.01)


def test_the_worked_example_runs_back_as_the_text_says(lesson):
    Z = W @ A + B
    dA_out = (np.maximum(Z, 0) - T) / 2

    assert dA_out.tolist() == [[1, -2], [-2, 1]]
    assert lesson["activation_backward"](dA_out, Z, "relu").tolist() == DZ.tolist()
    dA, dW, db = lesson["dense_backward"](DZ, (A, W))
    assert dW.tolist() == [[-1, 2, -4], [1, 0, 2]]
    assert dA.tolist() == [[2, -3], [1, -4], [0, 1]]
    assert db.tolist() == [[-1], [1]]


def test_a_flat_bias_is_silent_with_as_many_samples_as_units_and_with_one():
    for m in (1, 2, 3):
        if m == 3:
            with pytest.raises(ValueError, match="broadcast"):
                np.zeros((2, m)) + np.zeros(2)
        else:
            assert (np.zeros((2, m)) + np.zeros(2)).shape == (2, 2)


@pytest.mark.parametrize(("shape", "fitting"), [((4, 3, 5), 1), ((4, 4, 4), 8)])
def test_of_eight_products_one_or_all_fit_and_one_is_right(lesson, shape, fitting):
    choice = {"first": "dZ", "transpose_first": False, "transpose_second": True}
    sizes = dict(zip(("n_out", "n_in", "m"), shape, strict=True))
    ((found, _),) = products.compute(Functions(lesson), wanted="dW", **choice, **sizes)

    verdicts = {product.name: product.verdict for product in found.products}
    assert sum(v in (products.RIGHT, products.WRONG) for v in verdicts.values()) == fitting
    assert [name for name, v in verdicts.items() if v == products.RIGHT] == ["dZ @ A.T"]


def test_the_colleagues_bracket_gives_a_closed_unit_a_delta_of_2():
    W_next, delta, gain = np.array([[1, 2], [0, 1]]), np.ones((2, 1)), np.array([[1], [0]])

    assert ((W_next.T @ delta) * gain).ravel().tolist() == [1, 0]
    assert (W_next.T @ (delta * gain)).ravel().tolist() == [1, 2]


def test_a_thousand_inputs_spread_a_sum_by_32_and_fan_out_by_10(lesson):
    rng = np.random.default_rng(9)
    inputs = rng.normal(size=(1000, 500))

    assert np.sqrt(1000) == pytest.approx(32, abs=0.5)
    wide = np.sqrt(1000) * np.random.default_rng(0).normal(size=10_000)
    slopes = lesson["activation_prime"](wide, "sigmoid")
    assert np.mean(slopes < 0.01) == pytest.approx(0.9, abs=0.03)
    sums = rng.normal(size=(10, 1000)) / np.sqrt(10) @ inputs
    assert sums.std() == pytest.approx(10, rel=0.03)
    assert np.mean(lesson["activation_prime"](sums, "sigmoid") < 0.01) > 0.5


def sine(lesson, seed, *, hidden_learns=True):
    """The lesson's two layers on a sine: the losses, and the errors at the end."""
    rng = np.random.default_rng(seed)
    X = np.linspace(-2, 2, 60)[None, :]
    T = np.sin(np.pi * X / 2)
    hidden = lesson["DenseLayer"](1, 6, "tanh", rng)
    top = lesson["DenseLayer"](6, 1, "linear", rng)
    losses = []
    for _ in range(3000):
        P = top.forward(hidden.forward(X))
        losses.append(lesson["l2_loss"](P, T))
        hidden.backward(top.backward(lesson["l2_grad"](P, T)))
        if hidden_learns:
            hidden.update(0.1)
        top.update(0.1)
    return losses, np.abs(P - T)[0], np.abs(X[0]) <= 1.6


def test_the_sine_is_learnt_as_far_as_the_text_says(lesson):
    losses, errors, middle = sine(lesson, 0)

    assert losses[0] == pytest.approx(0.29, abs=0.005)
    assert losses[-1] == pytest.approx(0.004, abs=0.0005)
    assert errors.argmax() == 0
    assert errors.max() == pytest.approx(0.23, abs=0.005)
    assert errors[middle].max() == pytest.approx(0.12, abs=0.005)


def test_leaving_out_the_hidden_update_matters_much_with_one_seed_and_little_with_others(lesson):
    ratios = [
        sine(lesson, seed, hidden_learns=False)[0][-1] / sine(lesson, seed)[0][-1]
        for seed in range(8)
    ]

    assert ratios[0] == pytest.approx(13, abs=0.5)
    assert min(ratios[1:]) == pytest.approx(0.8, abs=0.05)
    assert max(ratios[1:]) == pytest.approx(2.8, abs=0.05)
