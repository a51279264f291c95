"""The experiments of lessons 04 and 05: they run on a learner's functions, and wait for stubs."""

import re

import numpy as np
import pytest

from byhand.datasets import breast_cancer, digits
from byhand.experiments.costs import cost_of_a_gradient
from byhand.experiments.gradients import gradient_sizes, zeros_by_cause
from byhand.experiments.race import race, run, wrong_adams
from byhand.experiments.rates import sweep_by_steps, sweep_speed, turned_valley, unequal_scales
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
    assert "stopped after 1 epoch\n" in capsys.readouterr().out


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


# ---- lesson 05


@pytest.fixture
def solved():
    """A notebook's namespace with every exercise of lesson 05 solved; its functions live in it."""
    return load("05_sgd_vs_adam").reference["fit"].__globals__


def test_the_causes_of_zeros_are_told_apart():
    """One blank input, one unit that never fires, one pair that is never on together."""
    A_prev = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    Z = np.array([[-1.0, -1.0], [-1.0, 2.0], [1.0, 1.0]])
    dZ = np.where(Z > 0, 1.0, 0.0)
    grads = [(dZ @ A_prev.T, np.zeros((3, 1)))]

    assert zeros_by_cause(grads, [(A_prev, None, Z, "relu")]) == (3, 2, 1)


def test_sizes_of_gradients_are_drawn_layer_by_layer(solved, capsys):
    shown = gradient_sizes(solved)

    said = capsys.readouterr().out
    assert [line[:7] for line in said.splitlines()[:3]] == ["layer 1", "layer 2", "layer 3"]
    shares = [int(share) for share in re.findall(r"(\d+)% (?:belong|to)", said)]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert len(shown.alt.splitlines()) == 4


def test_a_race_prints_an_interval_for_each_optimiser(solved, capsys):
    lrs = {"breast cancer": {"sgd": 0.3, "adam": 0.01}}
    shown = race(solved, lrs, seeds=2, epochs=2)

    runs = [run(solved, "breast cancer", "sgd", 0.3, seed=s, epochs=2) for s in (0, 1)]
    _, sgd, adam = capsys.readouterr().out.splitlines()
    losses = sorted(float(one.train[-1]) for one in runs)
    assert f"{losses[0]:.4f} to {losses[1]:.4f}" in sgd
    assert adam.split()[0] == "adam"
    median = np.median([one.test for one in runs], axis=0)
    drawn = [line.get_ydata() for line in shown.figure.axes[0].get_lines()]
    assert any(np.array_equal(line, median) for line in drawn)


def test_panels_of_a_race_share_the_axis_of_the_loss(solved):
    lrs = {"breast cancer": {"sgd": 0.3}, "digits": {"sgd": 0.2}}
    left, right = race(solved, lrs, seeds=1, epochs=1).figure.axes

    assert left.get_shared_y_axes().joined(left, right)


def test_an_interrupted_race_shows_what_is_finished(solved, monkeypatch, capsys):
    fit, calls = solved["fit"], []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return fit(*arguments)

    monkeypatch.setitem(solved, "fit", interrupted)
    shown = race(solved, {"breast cancer": {"sgd": 0.3}}, seeds=3, epochs=1)

    assert "Interrupted" in capsys.readouterr().out
    assert shown is not None


def test_a_wrong_adam_stands_in_for_the_learners_and_is_put_back(solved, capsys):
    mine, used = solved["adam_step"], []

    def counting(params, grads, state, lr):
        used.append(lr)
        return mine(params, grads, state, lr)

    wrong_adams(solved, {"counted": counting}, rates=[0.002], seeds=1, epochs=3)

    assert set(used) == {0.002}
    assert len(used) == 3 * 45  # 1347 samples in batches of 30
    assert solved["adam_step"] is mine
    assert "counted" in capsys.readouterr().out


def test_a_wrong_adam_that_fails_is_put_back_too(solved):
    def failing(*_arguments):
        raise ZeroDivisionError

    mine = solved["adam_step"]
    with pytest.raises(ZeroDivisionError):
        wrong_adams(solved, {"failing": failing}, seeds=1, epochs=1)

    assert solved["adam_step"] is mine


def test_the_sweep_is_timed_on_a_small_and_a_larger_problem(solved, capsys):
    sweep_speed(solved)

    lines = capsys.readouterr().out.splitlines()
    for line in lines:
        at_once, alone, ratio = (float(x) for x in re.findall(r"([\d.]+) (?:ms|times)", line))
        assert ratio == pytest.approx(alone / at_once, rel=0.1, abs=0.1)
    assert len(lines) == 2


def test_the_sweep_of_the_digits_marks_the_learners_best_rate(solved, monkeypatch):
    monkeypatch.setitem(solved, "best_rate", lambda lrs, _losses: lrs[7])
    shown = sweep_by_steps(solved)

    marked = [line.get_xdata()[0] for line in shown.figure.axes[0].get_lines()[1::2]]
    assert marked == [pytest.approx(np.geomspace(1e-3, 30, 32)[7])] * 3


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (gradient_sizes, "model_backward"),
        (race, "fit"),
        (sweep_speed, "learning_rate_sweep"),
        (sweep_by_steps, "best_rate"),
        (turned_valley, "adam_init"),
        (unequal_scales, "fit"),
    ],
)
def test_experiments_wait_for_what_is_not_written(solved, work, name, monkeypatch, capsys):
    monkeypatch.setitem(solved, name, stub)

    assert work(solved) is None
    assert "waits for stub" in capsys.readouterr().out
