"""Lesson 02's references against oracles that share no code with them.

Values come from 50-digit decimals or from loops, derivatives from complex steps
or from HIPS autograd; all agree with the reference to 1e-9, entry by entry.
"""

import math
import tracemalloc
import warnings
from decimal import Decimal, localcontext

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian, make_vjp

from tests.conftest import load

SHAPES = [(4, 5), (4, 4), (3, 1), (1, 3)]
STEP = 1e-30  # a complex step subtracts nothing, so it may be as small as one likes


@pytest.fixture(scope="module")
def reference():
    """What the lesson's setup and solution cells define."""
    return load("02_sigmoid_softmax_jacobians").reference


@pytest.fixture(name="rng")
def seeded_generator():
    """The same numbers in every run."""
    return np.random.default_rng(2)


def agree(actual, expected, *, absolute=0.0):
    """Same shape, and each entry within 1e-9 of its own size."""
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=absolute)


def columns(rng, n, m):
    """Return m columns of positive numbers that sum to 1."""
    return rng.dirichlet(np.full(n, 2.0), size=m).T


def exact_exponentials(values):
    """Return exp of each value, to 50 digits."""
    with localcontext() as context:
        context.prec = 50
        return [Decimal(float(value)).exp() for value in values]


def complex_slope(f, z):
    """Return the derivative of an analytic f at each entry of z."""
    return np.imag(f(z + 1j * STEP)) / STEP


def plain_softmax(Z):
    """The formula as it stands, for autograd."""
    return anp.exp(Z) / anp.sum(anp.exp(Z), axis=0)


def test_sigmoid_equals_fifty_digit_arithmetic_in_both_tails(reference):
    z = np.linspace(-30, 30, 121)
    expected = [float(1 / (1 + e)) for e in exact_exponentials(-z)]
    agree(reference["sigmoid"](z), np.array(expected))


def test_sigmoid_is_silent_and_right_where_an_exponential_overflows(reference):
    z = np.array([-1000.0, -710.0, 710.0, 1000.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ends = reference["sigmoid"](z)
    np.testing.assert_allclose(ends, [0.0, 0.0, 1.0, 1.0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "phi"),
    [
        ("linear", lambda z: z),
        ("relu", lambda z: z * (np.real(z) > 0)),
        ("sigmoid", lambda z: np.exp(z) / (np.exp(z) + 1)),
        ("tanh", lambda z: np.sinh(z) / np.cosh(z)),
    ],
)
def test_activation_prime_equals_a_complex_step(reference, rng, kind, phi):
    z = rng.uniform(-4, 4, size=(5, 6))
    agree(reference["activation_prime"](z, kind), complex_slope(phi, z))


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_softmax_equals_fifty_digit_arithmetic(reference, rng, n, m):
    Z = rng.normal(size=(n, m)) * 5
    expected = np.empty((n, m))
    for c in range(m):
        powers = exact_exponentials(Z[:, c])
        expected[:, c] = [float(power / sum(powers)) for power in powers]
    agree(reference["softmax"](Z), expected)


def test_softmax_is_right_at_1000_where_the_formula_as_it_stands_is_nan(reference, rng):
    Z = rng.normal(size=(4, 3))
    apart = Z + np.array([1000.0, -1000.0, 0.0])
    # Adding 1000 rounds the logits to about 1e-13, which the shares feel.
    np.testing.assert_allclose(reference["softmax"](apart), plain_softmax(Z), rtol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_softmax_jacobian_equals_complex_steps_and_autograd(reference, rng, n):
    z = rng.normal(size=n)
    nudged = z[:, None] + 1j * STEP * np.eye(n)  # column j: logit j nudged
    by_steps = np.imag(np.exp(nudged) / np.exp(nudged).sum(axis=0)) / STEP
    J = reference["softmax_jacobian"](plain_softmax(z))

    # Of a single class the share is always 1: rounding is all that is left.
    agree(J, by_steps, absolute=1e-15)
    agree(J, jacobian(plain_softmax)(z), absolute=1e-15)


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_softmax_vjp_equals_autograd(reference, rng, n, m):
    Z, dS = rng.normal(size=(n, m)), rng.normal(size=(n, m))
    backward, S = make_vjp(plain_softmax)(Z)
    agree(reference["softmax_vjp"](S, dS), backward(dS), absolute=1e-15)


def test_softmax_vjp_takes_20000_classes_in_50_megabytes(reference, rng):
    """The Jacobian alone would take 3200 for each of the four samples."""
    S, dS = columns(rng, 20_000, 4), rng.normal(size=(20_000, 4))
    tracemalloc.start()
    dZ = reference["softmax_vjp"](S, dS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6
    backward, _ = make_vjp(plain_softmax)(anp.log(S))
    agree(dZ, backward(dS), absolute=1e-15)


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_l2_loss_and_its_gradient_equal_sums_and_autograd(reference, rng, n, m):
    P, T = rng.normal(size=(n, m)), rng.normal(size=(n, m))

    def loss(P):
        return anp.sum((P - T) ** 2) / (2.0 * m)

    terms = [(P[i, c] - T[i, c]) ** 2 for i in range(n) for c in range(m)]
    agree(reference["l2_loss"](P, T), math.fsum(terms) / 2 / m)
    agree(reference["l2_grad"](P, T), grad(loss)(P))


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_cross_entropy_and_its_gradient_equal_sums_and_autograd(reference, rng, n, m):
    P, T = columns(rng, n, m), columns(rng, n, m)

    def loss(P):
        return -anp.sum(T * anp.log(P)) / m

    terms = [-T[i, c] * math.log(P[i, c]) for i in range(n) for c in range(m)]
    agree(reference["cross_entropy"](P, T), math.fsum(terms) / m)
    agree(reference["cross_entropy_grad"](P, T), grad(loss)(P))


def test_cross_entropy_stays_finite_at_probability_0_and_clips_nothing_above(reference):
    P = np.array([[0.0, 0.0, 2e-12], [1.0, 1.0, 1.0]])
    T = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    worst = -math.log(1e-12)
    agree(reference["cross_entropy"](P, T), (worst + 0.0 - math.log(2e-12)) / 3)
    agree(
        reference["cross_entropy_grad"](P, T),
        np.array([[-1e12, 0.0, -0.5e12], [0.0, -1.0, 0.0]]) / 3,
    )


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_softmax_cross_entropy_grad_equals_autograd_and_a_complex_step(reference, rng, n, m):
    Z, T = rng.normal(size=(n, m)) * 3, columns(rng, n, m)

    def loss(Z):
        return anp.sum(anp.log(anp.sum(anp.exp(Z), axis=0)) - anp.sum(T * Z, axis=0)) / m

    by_steps = np.empty((n, m))
    for place in np.ndindex(n, m):
        nudged = Z.astype(complex)
        nudged[place] += 1j * STEP
        by_steps[place] = np.imag(loss(nudged)) / STEP
    actual = reference["softmax_cross_entropy_grad"](Z, T)

    agree(actual, grad(loss)(Z), absolute=1e-15)
    agree(actual, by_steps, absolute=1e-15)


def test_softmax_cross_entropy_grad_corrects_the_worst_prediction_in_full(reference):
    """Through a division by the clipped share it would be 0."""
    Z, T = np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]])
    agree(reference["softmax_cross_entropy_grad"](Z, T), np.array([[1.0], [-1.0]]))


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_the_steps_of_the_derivation_equal_fifty_digits_and_autograd(reference, rng, n, m):
    Z, T = rng.normal(size=(n, m)) * 5, columns(rng, n, m)
    powers = [exact_exponentials(Z[:, c]) for c in range(m)]
    logarithms = np.array([[float(sum(column).ln()) for column in powers]])

    def losses(Z):
        return anp.log(anp.sum(anp.exp(Z), axis=0)) - anp.sum(T * Z, axis=0)

    agree(reference["step_1_log_sum_exp"](Z), logarithms, absolute=1e-15)
    agree(reference["step_2_log_shares"](Z), Z - logarithms, absolute=1e-14)
    agree(reference["step_3_loss"](Z, T), float(losses(Z).mean()))
    slope = grad(lambda Z: anp.sum(anp.log(anp.sum(anp.exp(Z), axis=0))))
    agree(reference["step_4_slope_of_log_sum_exp"](Z), slope(Z))
    agree(
        reference["step_5_sample_slopes"](Z, T),
        grad(lambda Z: anp.sum(losses(Z)))(Z),
        absolute=1e-14,
    )


def test_the_loss_from_logits_is_right_where_the_clipped_one_stops_at_28(reference):
    Z, T = np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]])
    agree(reference["step_3_loss"](Z, T), 1000.0)
    agree(reference["cross_entropy"](reference["softmax"](Z), T), -math.log(1e-12))
