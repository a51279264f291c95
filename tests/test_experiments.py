"""The experiments of lessons 04 and 05: they run on a learner's functions, and wait for stubs."""

import re

import numpy as np
import pytest

from byhand.datasets import breast_cancer, digits
from byhand.experiments.costs import cost_of_a_gradient
from byhand.experiments.suspects import KINDS, Rules, angle_between, line_up
from byhand.experiments.training import train_and_watch, wrong_images
from tests.conftest import load

DIGITS = {
    "dims": [64, 32, 10],
    "kinds": ["relu", "softmax"],
    "loss": "cross_entropy",
    "scheme": "he",
    "lr": 0.2,
    "epochs": 3,
    "batch_size": 30,
}


def stub(*_arguments):
    """What a function is before it is written."""
    raise NotImplementedError


@pytest.fixture
def names():
    """A notebook's namespace with every exercise of lesson 04 solved."""
    return dict(load("04_full_backprop").reference)


@pytest.fixture
def rules(names):
    """The four rules, as they should be."""
    return Rules(
        dZ=lambda dA, Z, kind: (
            names["softmax_vjp"](names["softmax"](Z), dA)
            if kind == "softmax"
            else names["activation_backward"](dA, Z, kind)
        ),
        dW=lambda dZ, A_prev: dZ @ A_prev.T,
        db=lambda dZ: dZ.sum(axis=1, keepdims=True),
        dA=lambda dZ, W: W.T @ dZ,
    )


# ---- training


def test_training_is_that_of_the_learners_train_and_says_how_it_went(names, capsys):
    run = train_and_watch(names, digits(), seed=4, **DIGITS)

    rng, data = np.random.default_rng(4), digits()
    params = names["init_params"]([64, 32, 10], rng, "he")
    _, history = names["train"](
        params, data.X_train, data.T_train, data.X_test, data.T_test,
        ["relu", "softmax"], "cross_entropy", 0.2, 3, 30, rng,
    )  # fmt: skip
    assert run.history == history
    wrong = np.sum(run.P.argmax(axis=0) != data.labels_test)
    assert f"test accuracy {run.accuracy:.3f}: {wrong} of 450 are wrong" in capsys.readouterr().out
    assert "train loss" in run.picture.alt


def test_one_output_says_1_above_a_half(names):
    options = DIGITS | {"dims": [30, 1], "kinds": ["sigmoid"], "loss": "mse", "lr": 0.3}
    run = train_and_watch(names, breast_cancer(), targets=slice(1, 2), **options)

    assert run.P.shape == (1, 142)
    assert np.array_equal(run.answers, run.P[0] > 0.5)
    assert run.accuracy > 0.9


def test_an_interrupt_keeps_what_was_trained(names, capsys):
    train, calls = names["train"], []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return train(*arguments)

    run = train_and_watch(names | {"train": interrupted}, digits(), **DIGITS)

    assert len(run.history["train_loss"]) == 1
    assert "stopped after 1 epochs" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["init_params", "train", "model_forward"])
def test_training_waits_for_what_is_not_written(names, name, capsys):
    assert train_and_watch(names | {name: stub}, digits(), **DIGITS) is None
    assert "waits for stub" in capsys.readouterr().out


def test_the_images_that_are_wrong_are_said_one_by_one(names):
    run = train_and_watch(names, digits(), **DIGITS)
    shown = wrong_images(run)

    wrong = np.flatnonzero(run.answers != run.data.labels_test)
    first = wrong[0]
    lines = shown.alt.splitlines()
    assert lines[0] == f"{len(wrong)} of 450 test images are wrong; here are 8."
    label, answer = run.data.labels_test[first], run.answers[first]
    assert lines[1] == f"A {label} for which the network says {answer}."
    assert len(shown.figure.axes) == 8


# ---- the line-up


def test_rules_that_are_not_changed_make_the_learners_backward_pass(names, rules):
    rng = np.random.default_rng(0)
    params = names["init_params"]([4, 5, 5, 3], rng, "he")
    P, caches = names["model_forward"](rng.normal(size=(4, 6)), params, KINDS)
    dA = rng.normal(size=P.shape)

    found, right = rules.but()(dA, caches), names["model_backward"](dA, caches)

    for pair, expected in zip(found, right, strict=True):
        for actual, wanted in zip(pair, expected, strict=True):
            np.testing.assert_allclose(actual, wanted, rtol=1e-12)


def test_a_changed_rule_changes_its_gradient_and_no_other(names, rules):
    rng = np.random.default_rng(0)
    params = names["init_params"]([4, 5, 3], rng, "he")
    kinds = ["tanh", "softmax"]
    P, caches = names["model_forward"](rng.normal(size=(4, 6)), params, kinds)
    dA = rng.normal(size=P.shape)

    found = rules.but(db=lambda dZ: 0 * dZ[:, :1])(dA, caches)

    for (dW, db), (right, _) in zip(found, rules.but()(dA, caches), strict=True):
        assert not db.any()
        assert np.array_equal(dW, right)


def test_an_angle_is_that_of_all_entries_in_one_vector():
    east, north = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    nothing = np.zeros((1, 1))

    assert angle_between([(east, nothing)], [(north, nothing)]) == pytest.approx(90)
    assert angle_between([(east, nothing)], [(-2 * east, nothing)]) == pytest.approx(180)
    assert angle_between([(east, nothing)], [(east + north, nothing)]) == pytest.approx(45)


def test_the_line_up_tells_the_right_one_and_shows_the_guesses(names, rules, capsys):
    suspects = {"A  no biases": rules.but(db=lambda dZ: 0 * dZ[:, :1]), "L  right": rules.but()}

    line_up(names, suspects, {"A": 0.5, "L": None}, epochs=1)

    heading, first, right = capsys.readouterr().out.splitlines()
    assert heading.split() == ["loss", "acc.", "guess", "angle", "check"]
    assert re.fullmatch(r"A  no biases .* 0\.50 .* 1e\+00", first)
    assert right.split()[4:6] == ["-", "0"]
    assert float(right.split()[-1]) < 1e-6


@pytest.mark.parametrize("name", ["minibatches", "gradient_check"])
def test_the_line_up_waits_for_what_is_not_written(names, rules, name, capsys):
    line_up(names | {name: stub}, {"L  right": rules.but()}, {}, epochs=1)

    assert "waits for stub" in capsys.readouterr().out


# ---- costs


def test_central_differences_cost_two_forward_passes_a_parameter(names, capsys):
    cost_of_a_gradient(names)

    said = capsys.readouterr().out
    forward, backward = (float(ms) for ms in re.findall(r"pass .*?([\d.]+) ms", said))
    central, ratio = (float(x) for x in re.findall(r"each: (\d+) ms\nthat is (\d+)", said)[0])
    assert "6570 parameters" in said
    assert central == pytest.approx(2 * 6570 * forward, rel=0.05)
    assert ratio == pytest.approx(central / backward, rel=0.05)


def test_costs_wait_for_what_is_not_written(names, capsys):
    cost_of_a_gradient(names | {"model_backward": stub})

    assert "waits for stub" in capsys.readouterr().out
