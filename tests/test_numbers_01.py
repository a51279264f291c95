"""The numbers that lesson 01 states in its prose."""

import math

import numpy as np
import pytest

from byhand import neuron
from tests.conftest import load


@pytest.fixture(name="ours", scope="module")
def reference():
    """What the lesson's setup and solution cells define."""
    return load("01_chain_rule").reference


def sigma(z):
    return 1 / (1 + np.exp(-z))


def test_the_measured_neuron_learns_as_section_1_says():
    ways, losses = neuron.learn(neuron.squared_error, neuron.measured)
    assert losses[[0, -1]].round(3).tolist() == [0.159, 0.024]
    assert neuron.STEPS == 200
    assert neuron.share_right(ways[0]) < 0.5
    assert neuron.share_right(ways[-1]) > 0.9


def test_the_two_chords_have_the_slopes_of_section_2():
    assert (2.5**3 - 2**3) / 0.5 == 15.25
    assert (2.5**3 - 1.5**3) / 1 == 12.25


def test_the_error_of_a_difference_behaves_as_section_2_says(ours):
    def error(h):
        return abs(float(ours["numerical_gradient"](np.exp, np.array(1.0), h=h)) - np.e)

    assert min([1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13], key=error) == 1e-5
    assert error(1e-1) / error(1e-3) == pytest.approx(1e4, rel=0.01)
    assert error(1e-5) < 1e-10


def test_the_gradient_check_tells_noise_from_bugs_as_section_2_says():
    """Noise of 1e-10 passes on an entry of 1e-4, and fails on one of 1e-5."""

    def error(g, measured):
        return abs(g - measured) / max(1e-8, abs(g) + abs(measured))

    assert error(1e-4, 1e-4 + 1e-10) < 1e-6 < error(1e-5, 1e-5 + 1e-10)
    assert error(2.0, 1.0) == pytest.approx(1 / 3)
    assert error(-1.0, 1.0) == 1


def test_the_chain_and_the_fork_give_36(ours):
    assert math.isclose((3 * 2.01) ** 2, 36.3609)
    for f in (lambda x: (3 * x) ** 2, lambda x: x**2 * (3 * x)):
        assert ours["numerical_gradient"](f, np.array(2.0)) == pytest.approx(36)


def test_the_worked_example_of_section_4_gives_20_and_15(ours):
    found = ours["numerical_gradient"](
        lambda x: (x[0] * x[1]) * (3 * x[0] + x[1] ** 2), np.array([1.0, 2.0])
    )
    np.testing.assert_allclose(found, [20, 15], rtol=1e-8)


def test_the_neuron_bends_and_saturates_as_section_5_says():
    assert abs(0.3 * 2 - 0.2 * 5 + 0.4) < 1e-15
    assert sigma(np.array([0, 4, -4])).round(2).tolist() == [0.5, 0.98, 0.02]
    assert round(float(sigma(2)), 4) == 0.8808
    gain = {z: sigma(z) * (1 - sigma(z)) for z in (0, 2, 10, -10)}
    assert gain[0] == 0.25
    assert max(sigma(z) * (1 - sigma(z)) for z in np.linspace(-5, 5, 1001)) == 0.25
    assert round(gain[2], 3) == 0.105
    assert gain[10] == pytest.approx(gain[-10]) == pytest.approx(4.5e-5, rel=0.02)
    assert math.isclose(gain[0] * (2 * 0.3 - 1 * 0.2), 0.1)
    assert math.isclose(gain[0] ** 10, 1e-6, rel_tol=0.05)


def test_the_network_for_the_pencil_has_the_slopes_that_are_stated(ours):
    def loss(parameters):
        w, b_1, w_21, b_2, w_31, b_3 = parameters
        a_1 = sigma(w * 4.0 + b_1)
        return 0.5 * sigma(w_21 * a_1 + b_2) ** 2 + 0.5 * (sigma(w_31 * a_1 + b_3) - 1) ** 2

    slopes = ours["numerical_gradient"](loss, np.array([0.5, -2.0, 2.0, -1.0, -1.0, 0.5]))
    assert slopes[[0, 1, 4]].round(5).tolist() == [0.375, 0.09375, -0.0625]
    assert slopes[[3, 5]].round(6).tolist() == [0.125, -0.125]
    assert ours["neuron_delta"](0.0, np.array([2.0, -1.0]), np.array([0.125, -0.125])) == 0.09375


def test_deltas_without_notes_double_with_each_layer():
    def anew(layers_left):
        return 1 + 2 * anew(layers_left - 1) if layers_left else 1

    assert anew(2) == 1 + 2 + 4


def test_paths_and_weights_are_counted_as_in_sections_6_and_10(ours):
    counted = ours["count_paths_and_weights"]
    assert counted([2, 3, 4]) == (24, 18)
    assert counted([10] * 10) == (10**10, 900)
    assert counted([10] * 11) == (10**11, 1000)
    paths, weights = counted([4] * 6)
    assert (paths, weights) == (4096, 80)
    assert paths * 5 == 20_480


def test_the_table_of_losses_in_section_7_is_right():
    rows = {0: (0.5, 0.693, 0.693), 2: (0.881, 0.127, 2.127), -2: (0.119, 2.127, 0.127)}
    for z, row in rows.items():
        a = sigma(z)
        assert tuple(np.round([a, -np.log(a), -np.log(1 - a)], 3).tolist()) == row
    assert round(-np.log(1e-12), 1) == 27.6
    with np.errstate(over="ignore", divide="ignore"):
        assert -np.log(sigma(np.float64(-1000.0))) == np.inf


def test_a_learner_s_neuron_learns_as_section_8_says(ours):
    ways, losses = neuron.learn(ours["logistic_loss"], ours["logistic_gradient"])
    assert losses[[0, -1]].round(3).tolist() == [0.884, 0.133]
    assert round(neuron.share_right(ways[-1]) * 100) == 98


def test_the_check_of_section_8_agrees_in_about_ten_digits(ours):
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=(1, 3)), 0.4
    X, T = rng.normal(size=(3, 5)), np.array([[1, 0, 0, 1, 1]])
    dw, _ = ours["logistic_gradient"](w, b, X, T)
    found = ours["numerical_gradient"](lambda w: ours["logistic_loss"](w, b, X, T), w)
    assert 1e-12 < np.abs(dw - found).max() / np.abs(dw).max() < 1e-9


def test_the_suspects_train_and_fail_as_section_9_says(ours):
    suspects = neuron.suspects(ours["logistic_gradient"])
    ends = {name: neuron.learn(ours["logistic_loss"], g) for name, g in suspects.items()}
    shares = [round(100 * neuron.share_right(ways[-1])) for ways, _ in ends.values()]
    assert shares == [94, 98, 95]
    X, T = neuron.two_classes()
    at = (np.array([[0.3, -0.2]]), 0.1, X, T)
    (dw, db), (dw_1, db_1), (dw_3, db_3) = (
        suspects[name](*at) for name in ("second", "first", "third")
    )
    assert not np.allclose(dw_1, dw)
    assert not np.isclose(db_1, db)
    np.testing.assert_allclose(dw_3, dw)
    assert not np.isclose(db_3, db)
