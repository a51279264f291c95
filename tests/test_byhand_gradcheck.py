"""The yardstick is measured before anything is measured with it."""

import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from byhand.gradcheck import (
    GradientMismatch,
    check_gradient,
    numerical_gradient,
    relative_error,
)

entries = st.floats(-10, 10)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)
vectors = hnp.arrays(np.float64, 5, elements=entries)


def cubes(x):
    """A function whose gradient, 3 x**2, differs from entry to entry."""
    return float((x**3).sum())


# numerical_gradient


@given(a=vectors, x=vectors)
def test_gradient_of_a_linear_function_is_its_coefficients(a, x):
    """A yardstick off by any constant factor fails here."""
    actual = numerical_gradient(lambda v: float(a @ v), x)

    np.testing.assert_allclose(actual, a, rtol=0, atol=1e-7)


@given(x=hnp.arrays(np.float64, shapes, elements=st.floats(-2, 2)))
def test_gradient_of_a_cubic_is_central_and_has_the_shape_of_x(x):
    """A forward difference is off by 3 x h, far more than this tolerance."""
    actual = numerical_gradient(cubes, x)

    assert actual.shape == x.shape
    assert actual.dtype == np.float64
    np.testing.assert_allclose(actual, 3 * x**2, rtol=1e-6, atol=1e-7)


def test_each_entry_is_moved_by_itself():
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    actual = numerical_gradient(lambda v: float(v[0, 1] * v[1, 2]), x)

    np.testing.assert_allclose(actual, [[0, 6, 0], [0, 0, 2]], rtol=1e-9, atol=1e-9)


@given(x=hnp.arrays(np.float64, shapes, elements=st.floats(allow_nan=False, width=64)))
def test_x_is_unchanged_bit_for_bit(x):
    """Even where x + h - h is another float than x."""
    before = x.tobytes()

    # Beside a large entry the step vanishes; x must be untouched all the same.
    with suppress(ValueError):
        numerical_gradient(lambda v: float(np.sign(v).sum()), x)

    assert x.tobytes() == before


def test_x_is_unchanged_when_f_raises():
    x = np.array([0.1, 0.2, 0.3])
    before = x.tobytes()
    calls = []

    def raises_at_the_fourth_call(v):
        calls.append(v)
        if len(calls) == 4:
            raise ArithmeticError
        return 0.0

    with pytest.raises(ArithmeticError):
        numerical_gradient(raises_at_the_fourth_call, x)

    assert x.tobytes() == before


def test_an_f_that_spoils_its_argument_spoils_neither_x_nor_the_gradient():
    x = np.array([1.0, 2.0])

    def spoils(v):
        value = cubes(v)
        v[:] = 99.0
        return value

    actual = numerical_gradient(spoils, x)

    np.testing.assert_allclose(actual, [3.0, 12.0], rtol=1e-8)
    assert x.tolist() == [1.0, 2.0]


def test_x_need_not_be_contiguous():
    x = np.arange(12.0).reshape(3, 4).T[::2]

    actual = numerical_gradient(cubes, x)

    np.testing.assert_allclose(actual, 3 * x**2, rtol=1e-6, atol=1e-8)


def test_a_plain_float_has_a_gradient_without_dimensions():
    actual = numerical_gradient(math.sin, 0.5)

    assert actual.shape == ()
    assert float(actual) == pytest.approx(math.cos(0.5), rel=1e-9)


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float16, np.int64, np.bool_, np.complex128, ">f8"]
)
def test_x_that_is_not_float64_is_refused(dtype):
    with pytest.raises(TypeError, match=r"x must be float64, found .*astype"):
        numerical_gradient(lambda _: 0.0, np.zeros(3, dtype=dtype))


@pytest.mark.parametrize("value", [np.zeros(1), np.zeros((1, 1)), None, "1", 1j, [1.0]], ids=repr)
def test_f_must_return_one_real_number(value):
    with pytest.raises(TypeError, match="one real number"):
        numerical_gradient(lambda _: value, np.zeros(2))


@pytest.mark.parametrize("step", [0.0, -1e-5, math.nan, math.inf])
def test_a_step_that_is_not_positive_is_refused(step):
    with pytest.raises(ValueError, match="step must be a positive number"):
        numerical_gradient(cubes, np.ones(2), step=step)


def test_a_step_that_vanishes_beside_x_is_refused_and_named():
    """x + h == x would give the gradient 0 / 0."""
    with pytest.raises(ValueError, match=r"vanishes beside the entry 1e\+20 at \[1\]"):
        numerical_gradient(cubes, np.array([1.0, 1e20]))


def test_the_width_is_the_one_really_taken():
    """At 1e9 a step of 1e-5 is rounded by up to half a percent: 2 h is not the width."""
    x = np.array([1e9 + 0.1])

    actual = numerical_gradient(lambda v: float(v[0]), x)

    assert float(actual[0]) == 1.0


def test_a_nan_in_f_becomes_a_nan_in_the_gradient():
    assert np.isnan(numerical_gradient(lambda _: math.nan, np.zeros(2))).all()


# relative_error


def test_relative_error_is_the_stated_formula():
    actual = relative_error([1.0, -2.0, 0.0, 3.0], [1.5, 2.0, 0.0, 3.0])

    np.testing.assert_allclose(actual, [0.2, 1.0, 0.0, 0.0], rtol=1e-15)


def test_relative_error_of_entries_near_zero_is_counted_against_the_floor():
    np.testing.assert_allclose(relative_error([1e-12], [-1e-12], floor=1e-8), [2e-4])


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(a=finite, n=finite)
def test_relative_error_lies_between_0_and_1_and_is_symmetric(a, n):
    """Also for floats whose sum overflows: inf in the denominator would report 0."""
    error = float(relative_error(a, n))

    assert 0 <= error <= 1
    assert error == float(relative_error(n, a))


def test_relative_error_of_huge_floats_does_not_overflow_to_zero():
    assert float(relative_error(1.7e308, 1.0e308)) == pytest.approx(0.7 / 2.7)


@pytest.mark.parametrize(
    "pair", [(np.nan, np.nan), (np.inf, np.inf), (1.0, np.nan), (-np.inf, 1.0)]
)
def test_relative_error_of_what_is_not_finite_is_nan(pair):
    assert np.isnan(relative_error(*pair))


def test_relative_error_does_not_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 1\) and \(3,\)"):
        relative_error(np.zeros((3, 1)), np.zeros(3))


# check_gradient

X = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])


def test_a_right_gradient_passes_and_its_error_is_returned():
    error = check_gradient(cubes, X, 3 * X**2)

    assert 0 <= error <= 1e-6


def test_one_sentence_says_where_the_worst_entry_is_and_both_values():
    wrong = 3 * X**2
    wrong[0, 1] *= 1.01
    wrong[1, 2] *= 0.5  # the worst

    with pytest.raises(GradientMismatch) as caught:
        check_gradient(cubes, X, wrong, name="dX")

    assert str(caught.value) == (
        "dX should be 3 at [1, 2] by central differences, but is 1.5; 2 of 6 entries differ."
    )


def test_a_factor_common_to_several_entries_is_said():
    """A doubled or missing factor, such as 1/m, is the commonest mistake of all."""
    with pytest.raises(AssertionError, match="all 6 entries that differ are 2 times what they"):
        check_gradient(cubes, X, 6 * X**2)


@pytest.mark.parametrize("factor", [1 + 1e-5, 0.5, 2.0, -1.0, 0.0, 1e9])
def test_a_wrong_factor_fails(factor):
    with pytest.raises(GradientMismatch):
        check_gradient(cubes, X, factor * 3 * X**2)


@given(index=st.tuples(st.integers(0, 1), st.integers(0, 2)))
def test_one_wrong_entry_fails_wherever_it_is(index):
    """A mean over the entries would hide it."""
    wrong = 3 * X**2
    wrong[index] *= 1.0001

    with pytest.raises(GradientMismatch) as caught:
        check_gradient(cubes, X, wrong)

    assert f" at {list(index)} by" in str(caught.value)
    assert "entries" not in str(caught.value)  # one entry has no company, and no factor


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_entry_that_is_not_finite_fails_and_is_the_worst(bad):
    """NaN compares false with everything: `error > tolerance` would let it pass."""
    wrong = 3 * X**2
    wrong[0, 0] *= 2
    wrong[1, 0] = bad

    with pytest.raises(GradientMismatch, match=r"at \[1, 0\] by"):
        check_gradient(cubes, X, wrong)


def test_a_nan_in_both_gradients_fails():
    def nan_off_the_point(x):
        return 0.0 if (x == X).all() else math.nan

    with pytest.raises(GradientMismatch, match="should be nan"):
        check_gradient(nan_off_the_point, X, np.full(X.shape, np.nan))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_at_x_cannot_be_checked(value):
    """An infinite loss would raise the floor to infinity, and everything would pass."""

    def bad_at_the_point(x):
        return value if (x == X).all() else 0.0

    with pytest.raises(GradientMismatch, match="cannot be checked"):
        check_gradient(bad_at_the_point, X, np.ones(X.shape))


@pytest.mark.parametrize("shape", [(3, 2), (6,), (1, 2, 3), (2, 1), (3,), ()])
def test_a_wrong_shape_fails_even_where_it_would_broadcast(shape):
    with pytest.raises(GradientMismatch) as caught:
        check_gradient(lambda _: 0.0, X, np.zeros(shape), name="dW")

    message = str(caught.value)
    assert message == (
        f"dW should have the shape (2, 3) of what it is the gradient of, but has {shape}."
    )


def test_a_missing_return_is_named():
    with pytest.raises(GradientMismatch, match=r"dW .* is None \(is a return missing"):
        check_gradient(cubes, X, None, name="dW")


@pytest.mark.parametrize("gradient", [np.full((2, 3), "1"), np.zeros((2, 3), complex), object()])
def test_a_gradient_that_holds_no_real_numbers_fails(gradient):
    with pytest.raises(GradientMismatch, match="real numbers"):
        check_gradient(cubes, X, gradient)


def test_an_empty_x_is_no_success():
    with pytest.raises(ValueError, match="nothing to check"):
        check_gradient(lambda _: 0.0, np.zeros((0, 3)), np.zeros((0, 3)))


def test_small_entries_beside_a_large_loss_pass_for_rounding_hides_them():
    """One unit in the last place of f, divided by 2 h, is 6e-9 here: 6e-6 of an entry."""
    a = 1e-3 * np.random.default_rng(0).normal(size=50)

    def loss(x):
        return 1e3 + float(a @ x)

    x = np.ones(50)
    plain = relative_error(a, numerical_gradient(loss, x))
    assert plain.max() > 1e-6  # without an allowance the right gradient would fail
    check_gradient(loss, x, a)


def test_a_flat_point_of_a_cubic_passes():
    """There the difference is h**2, all truncation."""
    check_gradient(cubes, np.zeros(3), np.zeros(3))


@given(seed=st.integers(0, 2**32 - 1), m=st.integers(1, 400))
def test_a_right_network_gradient_always_passes_and_a_missing_1_over_m_never(seed, m):
    """Softmax with cross-entropy: thousands of rounded terms, no false alarm."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(4, m))
    T = np.eye(3)[:, rng.integers(0, 3, m)]
    W = rng.normal(size=(3, 4))

    def softmax(V):
        exp = np.exp(V @ A - (V @ A).max(axis=0))
        return exp / exp.sum(axis=0)

    def loss(V):
        return float(-(T * np.log(softmax(V))).sum() / m)

    dW = (softmax(W) - T) @ A.T / m

    check_gradient(loss, W, dW)
    if m > 1:
        with pytest.raises(GradientMismatch):
            check_gradient(loss, W, dW * m)
