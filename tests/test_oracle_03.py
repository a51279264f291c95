"""Lesson 03's references against an oracle that shares no code with them: HIPS autograd.

Each test writes the forward pass as the lesson's text states it, lets autograd
differentiate it, and compares with the reference to 1e-9 of the largest entry.
"""

from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from grader.course.folders import find_course
from grader.course.loading import load

KINDS = ["linear", "relu", "sigmoid", "tanh"]
LAYOUTS = [(4, 3, 5), (4, 4, 4), (3, 2, 1), (1, 1, 1)]  # (n_out, n_in, m)
PHI = {
    "linear": lambda z: z,
    "relu": lambda z: anp.maximum(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
}


@pytest.fixture(scope="module")
def reference():
    """What the lesson's solution cells define."""
    return load(find_course(Path(__file__).parent), "03_dense_layer").reference


def draw(*shapes):
    """Draw an array for each shape; no entry is near 0, where the relu has a kink."""
    rng = np.random.default_rng(len(shapes) + sum(map(sum, shapes)))
    return [
        rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, size=shape) for shape in shapes
    ]


def agree(actual, expected):
    """Both have one shape and differ by at most 1e-9 of the largest expected entry."""
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() <= 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize(("n_out", "n_in", "m"), LAYOUTS)
def test_dense_forward_collects_over_the_inputs(reference, n_out, n_in, m):
    """Its Z by index, term by term; its cache is what came in."""
    A, W, b = draw((n_in, m), (n_out, n_in), (n_out, 1))

    Z, cache = reference["dense_forward"](A, W, b)

    expected = [
        [sum(W[j, k] * A[k, i] for k in range(n_in)) + b[j, 0] for i in range(m)]
        for j in range(n_out)
    ]
    agree(Z, np.array(expected))
    assert cache[0] is A
    assert cache[1] is W


@pytest.mark.parametrize(("n_out", "n_in", "m"), LAYOUTS)
def test_dense_backward_is_the_gradient_of_dense_forward(reference, n_out, n_in, m):
    """By A, by W and by b, of a loss whose gradient by Z is dZ."""
    A, W, b, dZ = draw((n_in, m), (n_out, n_in), (n_out, 1), (n_out, m))

    def loss(A, W, b):
        return anp.sum(dZ * (anp.dot(W, A) + b))

    gradients = reference["dense_backward"](dZ, (A, W))

    for place, gradient in enumerate(gradients):
        agree(gradient, grad(loss, place)(A, W, b))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "_", "m"), LAYOUTS)
def test_activation_backward_is_the_gradient_of_the_activation(reference, n, _, m, kind):
    dA, Z = draw((n, m), (n, m))

    actual = reference["activation_backward"](dA, Z, kind)

    expected = grad(lambda z: anp.sum(dA * PHI[kind](z)))(Z)
    assert np.abs(actual - expected).max() <= 1e-9 * np.abs(dA).max()  # a closed relu: all 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "_", "m"), LAYOUTS)
def test_output_delta_is_the_gradient_of_the_l2_loss(reference, n, _, m, kind):
    """Half the squared error, summed over features, mean over samples."""
    Z, T = draw((n, m), (n, m))

    actual = reference["output_delta"](PHI[kind](Z), Z, T, kind)

    expected = grad(lambda z: anp.sum((PHI[kind](z) - T) ** 2) / (2 * m))(Z)
    assert np.abs(actual - expected).max() <= 1e-9 * np.abs(T).max()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n_next", "n", "m"), LAYOUTS)
def test_hidden_delta_is_the_gradient_through_the_layer_above(reference, n_next, n, m, kind):
    W, delta, Z = draw((n_next, n), (n_next, m), (n, m))

    actual = reference["hidden_delta"](W, delta, Z, kind)

    expected = grad(lambda z: anp.sum(delta * anp.dot(W, PHI[kind](z))))(Z)
    assert np.abs(actual - expected).max() <= 1e-9 * np.abs(delta).max()


@pytest.mark.parametrize(("n_out", "n_in", "_"), LAYOUTS)
def test_weights_gradient_by_index_is_the_gradient_of_one_sample(reference, n_out, n_in, _):
    delta, a, W = draw((n_out,), (n_in,), (n_out, n_in))

    actual = reference["weights_gradient_by_index"](delta, a)

    agree(actual, grad(lambda w: anp.sum(delta * anp.dot(w, a)))(W))


@pytest.mark.parametrize(("n_out", "n_in", "m"), LAYOUTS)
def test_to_columns_keeps_every_weighted_sum(reference, n_out, n_in, m):
    X_rows, W_ij = draw((m, n_in), (n_in, n_out))

    A, W = reference["to_columns"](X_rows, W_ij)

    assert A.shape == (n_in, m)
    assert W.shape == (n_out, n_in)
    agree((W @ A).T, X_rows @ W_ij)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n_out", "n_in", "m"), LAYOUTS)
def test_a_layer_computes_all_its_gradients_at_the_weights_of_its_forward_pass(
    reference, n_out, n_in, m, kind
):
    """And one step of update follows them downhill."""
    A, W, b, dA = draw((n_in, m), (n_out, n_in), (n_out, 1), (n_out, m))
    layer = reference["DenseLayer"](n_in, n_out, kind, np.random.default_rng(0))
    layer.W, layer.b = W.copy(), b.copy()

    def loss(A, W, b):
        return anp.sum(dA * PHI[kind](anp.dot(W, A) + b))

    A_out = layer.forward(A)
    dA_in = layer.backward(dA)
    layer.update(0.25)

    expected = [grad(loss, place)(A, W, b) for place in range(3)]
    largest = max(np.abs(array).max() for array in (A, W, dA)) ** 2
    for actual, wanted in zip([dA_in, layer.dW, layer.db], expected, strict=True):
        assert actual.shape == wanted.shape
        assert np.abs(actual - wanted).max() <= 1e-9 * largest
    agree(A_out + 10, PHI[kind](W @ A + b) + 10)
    np.testing.assert_allclose(layer.W, W - 0.25 * expected[1], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(layer.b, b - 0.25 * expected[2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("kind", "variance"), [("relu", 2 / 400), ("tanh", 1 / 400)])
def test_a_fresh_layer_keeps_the_spread_of_its_sums(reference, kind, variance):
    layer = reference["DenseLayer"](400, 200, kind, np.random.default_rng(1))

    assert layer.W.shape == (200, 400)
    assert layer.W.var() == pytest.approx(variance, rel=0.03)
    assert not layer.b.any()
    assert layer.b.shape == (200, 1)
