"""The numbers that lesson 04 states in its prose."""

import functools
import re

import numpy as np
import pytest

from byhand.datasets import breast_cancer, digits
from byhand.experiments import suspects as experiment
from byhand.figures import signal_sizes
from byhand.figures.guard import Functions
from tests.conftest import load
from tests.prose import Lesson

X = np.array([[1.0, 0.0], [2.0, 4.0]])
T = np.array([[0.0, 6.0]])
PARAMS = [
    (np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([[-1.0], [-2.0]])),
    (np.array([[1.0, 3.0]]), np.array([[-1.0]])),
]
SEEDS = range(10)


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define, and its suspects."""
    names = dict(load("04_full_backprop").reference)
    cells = {cell.name: cell.source for cell in Lesson("04_full_backprop").cells}
    exec(cells["the suspects"], names)  # noqa: S102 - our own cell
    return names


def test_the_network_with_a_pencil(lesson):
    P, caches = lesson["model_forward"](X, PARAMS, ["relu", "linear"])
    assert caches[0][2].tolist() == [[2, 3], [-1, 2]]
    assert P.tolist() == [[1, 8]]
    assert lesson["mse"](P, T) == 2.5

    dP = lesson["mse_grad"](P, T)
    (dW1, db1), (dW2, db2) = lesson["model_backward"](dP, caches)
    assert dP.tolist() == [[1, 2]]
    assert (PARAMS[1][0].T @ dP).tolist() == [[1, 2], [3, 6]]
    assert (dW2.tolist(), db2.tolist()) == ([[8, 4]], [[3]])
    assert (dW1.tolist(), db1.tolist()) == ([[1, 10], [0, 24]], [[3], [6]])

    turned = [(PARAMS[0][0] + [[0.01, 0], [0, 0]], PARAMS[0][1]), PARAMS[1]]
    P, _ = lesson["model_forward"](X, turned, ["relu", "linear"])
    assert P.ravel() == pytest.approx([1.01, 8])
    assert lesson["mse"](P, T) == pytest.approx(2.51005)


def test_spreads_factors_and_a_share():
    assert np.sqrt(2 / 200) == pytest.approx(0.1)
    assert np.sqrt(2 / 250) == pytest.approx(0.089, abs=5e-4)
    assert sum((a + 1) * b for a, b in [(64, 64), (64, 32), (32, 10)]) == 6570
    assert pytest.approx(0.00015, abs=5e-6) == 1 / 6570
    assert pytest.approx(0.2) == 0.001 / 0.005
    assert -np.log(0.1) == pytest.approx(2.3, abs=0.01)
    assert (1347 % 32, 1347 % 30, 427 % 30, 60000 % 50) == (3, 27, 7, 0)


def test_mse_is_two_nths_of_the_l2_loss(lesson):
    l2_loss = load("03_dense_layer").reference["l2_loss"]
    rng = np.random.default_rng(0)
    for n in (1, 2, 5):
        P, T = rng.normal(size=(2, n, 4))
        assert lesson["mse"](P, T) == pytest.approx(2 / n * l2_loss(P, T))


def test_equal_weights_give_equal_rows_and_zeros_move_the_last_bias_alone(lesson):
    rng = np.random.default_rng(1)
    X, T = rng.normal(size=(4, 6)), rng.normal(size=(3, 6))
    for value, moving in [(0.0, [False, False, False, True]), (0.5, [True] * 4)]:
        params = [
            (np.full((5, 4), value), np.zeros((5, 1))),
            (np.full((3, 5), value), np.zeros((3, 1))),
        ]
        P, caches = lesson["model_forward"](X, params, ["relu", "linear"])
        grads = lesson["model_backward"](lesson["mse_grad"](P, T), caches)
        assert [bool(g.any()) for pair in grads for g in pair] == moving
        assert (grads[0][0] == grads[0][0][0]).all()


def test_the_kink_gives_seven_tenths():
    w, h = 4e-6, 1e-5
    assert (max(w + h, 0) - max(w - h, 0)) / (2 * h) == pytest.approx(0.7)


def test_of_400_right_gradients_three_miss_a_millionth_and_none_ten_times_that(lesson):
    rng, errors = np.random.default_rng(0), []
    smooth = ["linear", "sigmoid", "tanh"]
    for _ in range(400):
        depth = rng.integers(1, 4)
        dims = [int(width) for width in rng.integers(2, 6, size=depth + 1)]
        kinds = [str(rng.choice(smooth)) for _ in range(depth - 1)]
        kinds.append(str(rng.choice([*smooth, "softmax"])))
        m = int(rng.choice([1, 5]))
        params = [
            (W, rng.normal(size=b.shape)) for W, b in lesson["init_params"](dims, rng, "xavier")
        ]
        X = rng.normal(size=(dims[0], m))
        P, caches = lesson["model_forward"](X, params, kinds)
        R = rng.normal(size=P.shape)
        errors.append(
            lesson["gradient_check"](
                lambda p, X=X, kinds=kinds, R=R: float(
                    np.sum(R * lesson["model_forward"](X, p, kinds)[0])
                ),
                params,
                lesson["model_backward"](R, caches),
            )
        )
    assert sum(error > 1e-6 for error in errors) == 3
    assert max(errors) < 1e-5


# ---- real data


@functools.cache
def digits_runs(batch_size):
    """Ten runs of the lesson's network: losses, accuracy, highest late test loss, first loss."""
    names, data, kinds = load("04_full_backprop").reference, digits(), ["relu", "relu", "softmax"]
    found = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        params = names["init_params"]([64, 64, 32, 10], rng, "he")
        params, history = names["train"](
            params, data.X_train, data.T_train, data.X_test, data.T_test,
            kinds, "cross_entropy", 0.1, 30, batch_size, rng,
        )  # fmt: skip
        P, _ = names["model_forward"](data.X_test, params, kinds)
        accuracy = np.mean(P.argmax(axis=0) == data.labels_test)
        late = max(history["test_loss"][5:])
        train, test = history["train_loss"], history["test_loss"]
        found.append((train[-1], test[-1], accuracy, late, train[0]))
    return np.array(found).T


def between(values, low, high, *, by):
    """The smallest and the largest value are these, as the text rounds them."""
    assert min(values) == pytest.approx(low, abs=by)
    assert max(values) == pytest.approx(high, abs=by)


def test_ten_runs_on_the_digits_end_where_the_text_says():
    train, test, accuracy, late, first = digits_runs(30)

    between(train, 0.023, 0.034, by=0.001)
    between(test, 0.06, 0.11, by=0.008)
    between(accuracy, 0.96, 0.98, by=0.005)
    between(late, 0.16, 0.24, by=0.01)
    assert max(first) < 2.3


def test_a_last_batch_of_three_makes_the_test_loss_jump():
    _, _, _, late, _ = digits_runs(32)

    assert min(late) == pytest.approx(0.27, abs=0.05)
    assert max(late) > 5


def test_ten_runs_on_the_breast_cancer_data_miss_two_to_four_tumours():
    names, data, kinds = load("04_full_backprop").reference, breast_cancer(), ["tanh", "sigmoid"]
    wrong, missed = [], []
    malignant = data.labels_test == 1
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        params, _ = names["train"](
            names["init_params"]([30, 16, 1], rng, "xavier"),
            data.X_train, data.T_train[1:], data.X_test, data.T_test[1:],
            kinds, "mse", 0.3, 60, 30, rng,
        )  # fmt: skip
        says = names["model_forward"](data.X_test, params, kinds)[0][0] > 0.5
        wrong.append(set(np.flatnonzero(says != malignant)))
        missed.append(int(np.sum(malignant & ~says)))

    assert {len(samples) for samples in wrong} == {4, 5, 6}
    assert (min(missed), max(missed)) == (2, 4)
    assert len(set.intersection(*wrong)) == 3


# ---- the line-up


@pytest.fixture(scope="module")
def rows(lesson):
    """The table of the line-up: letter -> loss, accuracy, angle, gradient check."""
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", said.append)
        experiment.line_up(lesson, lesson["suspects"], {})
    found = {}
    for line in said[-1 - len(lesson["suspects"]) :][1:]:
        loss, accuracy, _, angle, error = re.findall(r"(?<= )[-\d][\d.e+-]*|(?<= )-(?= )", line)[
            -5:
        ]
        found[line[0]] = (float(loss), float(accuracy), float(angle), float(error))
    return found


def test_nine_suspects_train_well_and_the_check_finds_eleven(rows):
    accuracy = {letter: row[1] for letter, row in rows.items()}
    errors = {letter: row[3] for letter, row in rows.items()}

    assert sorted(letter for letter, a in accuracy.items() if a >= 0.93) == list("ABCDEFGHL")
    assert accuracy["J"] == pytest.approx(0.8, abs=0.06)
    assert accuracy["K"] == pytest.approx(0.8, abs=0.06)
    assert accuracy["I"] == pytest.approx(0.1, abs=0.01)
    assert accuracy["L"] == pytest.approx(0.97, abs=0.01)
    assert errors.pop("L") < 1e-6
    assert set(errors.values()) == {0.7, 1.0}


def test_all_first_steps_go_downhill(rows):
    assert all(row[2] < 90 for row in rows.values())
    assert rows["J"][2] == rows["L"][2] == 0
    assert rows["G"][0] < rows["L"][0]


def test_the_elementwise_softmax_leaves_the_right_way_in_its_fifth_step(lesson):
    data, rng = digits(), np.random.default_rng(0)
    params, angles, sums = lesson["init_params"](experiment.DIMS, rng, "he"), [], []
    batches = lesson["minibatches"](data.X_train, data.T_train, experiment.BATCH, rng)
    for X, T in batches[:12]:
        P, caches = lesson["model_forward"](X, params, experiment.KINDS)
        dA = lesson["cross_entropy_grad"](P, T)
        grads = lesson["suspects"]["I  softmax elementwise"](dA, caches)
        angles.append(experiment.angle_between(grads, lesson["model_backward"](dA, caches)))
        sums.append(caches[-1][2].mean(axis=1))
        params = [
            (W - experiment.RATE * dW, b - experiment.RATE * db)
            for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]

    assert max(angles[:4]) < 90 < angles[4]
    assert sums[-1].min() > 30


@pytest.mark.parametrize("name", ["E  W for W.T where it fits", "F  random matrix for W.T"])
def test_the_layers_above_adapt_to_a_wrong_way_back(lesson, name):
    data, rng = digits(), np.random.default_rng(0)
    params, angles = lesson["init_params"](experiment.DIMS, rng, "he"), []
    for epoch in range(experiment.EPOCHS + 1):
        P, caches = lesson["model_forward"](data.X_train, params, experiment.KINDS)
        dA = lesson["cross_entropy_grad"](P, data.T_train)
        grads = lesson["suspects"][name](dA, caches)
        angles.append(experiment.angle_between(grads, lesson["model_backward"](dA, caches)))
        if epoch == experiment.EPOCHS:
            break
        batches = lesson["minibatches"](data.X_train, data.T_train, experiment.BATCH, rng)
        for X, T in batches:
            P, caches = lesson["model_forward"](X, params, experiment.KINDS)
            grads = lesson["suspects"][name](lesson["cross_entropy_grad"](P, T), caches)
            params = [
                (W - experiment.RATE * dW, b - experiment.RATE * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]

    assert angles[-1] < angles[0] - 5


def test_a_linear_rectangular_network_hides_four_suspects(lesson):
    def passes(backward, dims, kinds):
        return lesson["check_backward"](backward, dims, kinds, np.random.default_rng(1))

    hidden = [
        name[0]
        for name, backward in lesson["suspects"].items()
        if passes(backward, [4, 3, 2], ["linear", "linear"])
    ]
    assert hidden == list("CDEIL")
    square = [4, 5, 5, 3], ["tanh", "relu", "softmax"]
    assert [n[0] for n, b in lesson["suspects"].items() if passes(b, *square)] == ["L"]


# ---- sizes by depth


@pytest.fixture(scope="module")
def sizes(lesson):
    """Scheme -> activation -> the sizes of dW in ten layers of 50 units."""
    found = {}
    for scheme in ("he", "xavier"):
        ((shown, _),) = signal_sizes.compute(Functions(lesson), scheme=scheme, depth=10, width=50)
        found[scheme] = shown.sizes
    return found


def test_a_sigmoid_lets_the_gradient_fade_and_the_others_keep_it(sizes):
    he, xavier = ({k: s[-1] / s[0] for k, s in sizes[scheme].items()} for scheme in sizes)

    assert he["sigmoid"] == pytest.approx(20_000, rel=0.1)
    assert xavier["sigmoid"] > he["sigmoid"]
    for ratio in (he["tanh"], he["relu"], xavier["tanh"], xavier["relu"]):
        assert 0.5 < ratio < 2


def test_xavier_makes_the_gradients_of_a_relu_23_times_smaller_in_every_layer(sizes):
    ratio = sizes["he"]["relu"] / sizes["xavier"]["relu"]

    np.testing.assert_allclose(ratio, 23, rtol=0.03)
