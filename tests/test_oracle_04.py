"""Lesson 04's references against oracles that share no code with them.

HIPS autograd and the complex step differentiate the forward pass as the text
states it; PyTorch does so too where it is installed.  All agree to 1e-9 of the
largest entry.  Training is compared with a transcription that uses autograd.
"""

from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from byhand import datasets
from tests.conftest import load

NETWORKS = [  # dims, kinds, m
    ([4, 5, 3, 4], ["tanh", "relu", "sigmoid"], 6),
    ([4, 4, 4, 4], ["relu", "sigmoid", "linear"], 4),
    ([3, 5, 2], ["sigmoid", "tanh"], 1),
    ([3, 6, 4], ["tanh", "softmax"], 5),
    ([4, 4, 4], ["relu", "softmax"], 4),
    ([5, 3], ["softmax"], 1),
    ([1, 1], ["linear"], 1),
]


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return load("04_full_backprop").reference


def phi(Z, kind, np_like=anp):
    """An activation as the text states it, for real and complex sums."""
    if kind == "softmax":
        E = np_like.exp(Z - np.max(np.real(np.array(getattr(Z, "_value", Z))), axis=0))
        return E / np_like.sum(E, axis=0)
    if kind == "relu":
        return np_like.where(np_like.real(Z) > 0, Z, 0.0 * Z)
    if kind == "sigmoid":
        return 1 / (1 + np_like.exp(-Z))
    return np_like.tanh(Z) if kind == "tanh" else Z


def predict(params, X, kinds, np_like=anp):
    """The forward pass, layer by layer."""
    A = X
    for (W, b), kind in zip(params, kinds, strict=True):
        A = phi(np_like.dot(W, A) + b, kind, np_like)
    return A


def draw(dims, kinds, m):
    """Draw a network and a batch; no sum of a relu is near its kink."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        params = [
            (rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1)))
            for n_in, n_out in pairwise(dims)
        ]
        X = A = rng.normal(size=(dims[0], m))
        clear = True
        for (W, b), kind in zip(params, kinds, strict=True):
            Z = W @ A + b
            clear = clear and (kind != "relu" or np.abs(Z).min() > 1e-3)
            A = phi(Z, kind)
        if clear:
            return params, X, rng.normal(size=A.shape), rng.dirichlet(np.ones(dims[-1]), size=m).T
    raise AssertionError("a hundred draws all came near a kink")


def flat(nested):
    """The numbers of [(W, b), ...] in one vector."""
    return np.concatenate([np.ravel(array) for pair in nested for array in pair])


def unflatten(vector, like):
    """The vector as [(W, b), ...] in the shapes of `like`."""
    parts, at = [], 0
    for pair in like:
        arrays = []
        for array in pair:
            arrays.append(anp.reshape(vector[at : at + array.size], array.shape))
            at += array.size
        parts.append(tuple(arrays))
    return parts


def agree(actual, expected):
    """Both have one shape and differ by at most 1e-9 of the largest expected entry."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    assert np.all(np.isfinite(actual))
    assert np.abs(actual - expected).max() <= 1e-9 * max(np.abs(expected).max(), 1e-12)


def same_shapes(grads, params):
    assert [tuple(g.shape for g in pair) for pair in grads] == [
        tuple(p.shape for p in pair) for pair in params
    ]


def cross_entropy_in_words(P, T):
    return -anp.sum(T * anp.log(P)) / P.shape[1]


def mse_in_words(P, T):
    return anp.sum((P - T) ** 2) / (P.shape[0] * P.shape[1])


@pytest.mark.parametrize(("dims", "kinds", "m"), NETWORKS)
def test_model_forward_follows_the_text(lesson, dims, kinds, m):
    """The output, and in each cache what came in and the sums."""
    params, X, _, _ = draw(dims, kinds, m)

    P, caches = lesson["model_forward"](X, params, kinds)

    agree(P, predict(params, X, kinds))
    A = X
    for (A_prev, W, Z, kind), (W_given, b), kind_given in zip(caches, params, kinds, strict=True):
        agree(A_prev, A)
        agree(W, W_given)
        agree(Z, W_given @ A + b)
        assert kind == kind_given
        A = phi(Z, kind)


@pytest.mark.parametrize(("dims", "kinds", "m"), NETWORKS)
def test_model_backward_is_autograds_gradient_for_any_loss(lesson, dims, kinds, m):
    """The loss is the sum of R * P with a random R: its gradient by P is R."""
    params, X, R, _ = draw(dims, kinds, m)

    _, caches = lesson["model_forward"](X, params, kinds)
    grads = lesson["model_backward"](R, caches)

    same_shapes(grads, params)
    oracle = grad(lambda v: anp.sum(R * predict(unflatten(v, params), X, kinds)))
    agree(flat(grads), oracle(flat(params)))


@pytest.mark.parametrize(("dims", "kinds", "m"), NETWORKS)
def test_model_backward_is_the_complex_steps_gradient(lesson, dims, kinds, m):
    """Im L(theta + i h) / h has no cancellation: a second oracle, without any derivative rule."""
    params, X, R, _ = draw(dims, kinds, m)
    theta = flat(params)

    _, caches = lesson["model_forward"](X, params, kinds)
    grads = lesson["model_backward"](R, caches)

    expected = np.empty_like(theta)
    for k in range(theta.size):
        moved = theta.astype(complex)
        moved[k] += 1e-30j
        output = predict(unflatten(moved, params), X, kinds, np)
        expected[k] = np.sum(R * output).imag / 1e-30
    agree(flat(grads), expected)


@pytest.mark.parametrize(
    ("dims", "kinds", "m"), [net for net in NETWORKS if net[1][-1] == "softmax"]
)
def test_a_softmax_under_cross_entropy_is_autograds_gradient(lesson, dims, kinds, m):
    """With soft targets; from the loss to the first layer's bias."""
    params, X, _, T = draw(dims, kinds, m)

    P, caches = lesson["model_forward"](X, params, kinds)
    grads = lesson["model_backward"](lesson["cross_entropy_grad"](P, T), caches)

    oracle = grad(lambda v: cross_entropy_in_words(predict(unflatten(v, params), X, kinds), T))
    agree(flat(grads), oracle(flat(params)))


@pytest.mark.parametrize("shape", [(3, 5), (4, 4), (3, 1), (1, 7), (2, 3)])
def test_mse_and_its_gradient(lesson, shape):
    """The mean over all entries, and autograd's gradient of it."""
    rng = np.random.default_rng(1)
    P, T = rng.normal(size=shape), rng.normal(size=shape)

    agree(lesson["mse"](P, T), mse_in_words(P, T))
    agree(lesson["mse_grad"](P, T), grad(mse_in_words)(P, T))


@pytest.mark.parametrize(("scheme", "variance"), [("he", 2 / 300), ("xavier", 2 / 500)])
def test_first_weights_have_the_published_variance(lesson, scheme, variance):
    """60000 weights: their variance is known to 3 per cent at five standard deviations."""
    ((W, b),) = lesson["init_params"]([300, 200], np.random.default_rng(0), scheme)

    assert W.shape == (200, 300)
    assert abs(W.var() / variance - 1) < 0.03
    assert not b.any()
    assert b.shape == (200, 1)


@pytest.mark.parametrize(("dims", "kinds", "m"), NETWORKS)
def test_gradient_check_passes_autograds_gradient_and_sees_one_wrong_entry(lesson, dims, kinds, m):
    """The yardstick is itself measured: right gradients, then one entry 1.5 times too large."""
    params, X, R, _ = draw(dims, kinds, m)

    def loss(moved):
        return float(np.sum(R * predict(moved, X, kinds, np)))

    vector = grad(lambda v: anp.sum(R * predict(unflatten(v, params), X, kinds)))(flat(params))
    right = unflatten(vector, params)
    assert lesson["gradient_check"](loss, params, right) < 1e-4

    largest = int(np.abs(vector).argmax())
    vector[largest] *= 1.5
    actual = lesson["gradient_check"](loss, params, unflatten(vector, params))
    assert actual == pytest.approx(0.2, rel=1e-4)


def train_by_autograd(params, epochs, kinds, loss, lr, test):  # noqa: PLR0917 - as train
    """Section 9 written once more: autograd's gradients, batches from a recorded list."""
    theta, history = flat(params), {"train_loss": [], "test_loss": []}
    measure = {"mse": mse_in_words, "cross_entropy": cross_entropy_in_words}[loss]

    def value(v, X, T):
        return measure(predict(unflatten(v, params), X, kinds), T)

    for batches in epochs:
        weighted = []
        for X_b, T_b in batches:
            weighted.append(X_b.shape[1] * value(theta, X_b, T_b))
            theta = theta - lr * grad(value)(theta, X_b, T_b)
        history["train_loss"].append(sum(weighted) / sum(X.shape[1] for X, _ in batches))
        history["test_loss"].append(value(theta, *test))
    return theta, history


@pytest.mark.parametrize(
    ("dims", "kinds", "loss"),
    [
        ([3, 5, 3], ["tanh", "linear"], "mse"),
        ([4, 3, 1], ["sigmoid", "sigmoid"], "mse"),
        ([3, 4, 4, 3], ["tanh", "sigmoid", "softmax"], "cross_entropy"),
    ],
)
def test_train_equals_a_transcription_with_autograd(lesson, dims, kinds, loss):
    """Eleven samples in batches of four, five epochs: the last batch is smaller."""
    params, X, R, T = draw(dims, kinds, 11)
    T = R if loss == "mse" else T
    X_test, T_test = X[:, :4] + 0.1, T[:, :4]
    before = flat(params).copy()
    rng = np.random.default_rng(3)
    epochs = [lesson["minibatches"](X, T, 4, rng) for _ in range(5)]

    final, history = lesson["train"](
        params, X, T, X_test, T_test, kinds, loss, 0.3, 5, 4, np.random.default_rng(3)
    )

    theta, expected = train_by_autograd(params, epochs, kinds, loss, 0.3, (X_test, T_test))
    agree(flat(final), theta)
    agree(history["train_loss"], expected["train_loss"])
    agree(history["test_loss"], expected["test_loss"])
    assert np.array_equal(flat(params), before)


@pytest.mark.parametrize("seed", range(3))
def test_the_reference_reaches_95_per_cent_on_digits(lesson, seed):
    """The network, rate and batch size that the lesson names."""
    data, rng = datasets.digits(), np.random.default_rng(seed)
    kinds = ["relu", "relu", "softmax"]
    params = lesson["init_params"]([64, 64, 32, 10], rng, "he")

    params, history = lesson["train"](
        params, data.X_train, data.T_train, data.X_test, data.T_test,
        kinds, "cross_entropy", 0.1, 30, 25, rng,
    )  # fmt: skip

    P, _ = lesson["model_forward"](data.X_test, params, kinds)
    assert (P.argmax(axis=0) == data.labels_test).mean() >= 0.95
    assert history["train_loss"][0] > 1.0
    assert history["train_loss"][-1] < 0.05
    assert history["test_loss"][-1] < 0.15


@pytest.mark.parametrize("seed", range(3))
def test_the_reference_reaches_95_per_cent_on_breast_cancer(lesson, seed):
    """One sigmoid output and the mean squared error, as in the lesson."""
    data, rng = datasets.breast_cancer(), np.random.default_rng(seed)
    params = lesson["init_params"]([30, 16, 1], rng, "xavier")

    params, _ = lesson["train"](
        params, data.X_train, data.T_train[1:], data.X_test, data.T_test[1:],
        ["tanh", "sigmoid"], "mse", 0.3, 60, 32, rng,
    )  # fmt: skip

    P, _ = lesson["model_forward"](data.X_test, params, ["tanh", "sigmoid"])
    assert ((P[0] > 0.5) == (data.labels_test == 1)).mean() >= 0.95


@pytest.mark.parametrize(("dims", "kinds", "m"), NETWORKS)
def test_model_backward_is_pytorchs_gradient(lesson, dims, kinds, m):
    """Where PyTorch is installed: the same network in float64."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    params, X, R, _ = draw(dims, kinds, m)
    leaves = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in params]
    functions = {
        "linear": lambda z: z,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda z: torch.softmax(z, dim=0),
    }
    A = torch.tensor(X)
    for (W, b), kind in zip(leaves, kinds, strict=True):
        A = functions[kind](W @ A + b)
    (A * torch.tensor(R)).sum().backward()

    _, caches = lesson["model_forward"](X, params, kinds)
    grads = lesson["model_backward"](R, caches)

    agree(flat(grads), flat([[p.grad.numpy() for p in pair] for pair in leaves]))
