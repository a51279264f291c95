"""Lesson 05's references against oracles that share no code with them.

The optimisers are compared, step by step, with a scalar transcription of the
published algorithms in 40-digit decimals, and with PyTorch and optax where
those are installed.  Training and the sweep are compared with HIPS autograd.
"""

from decimal import Decimal, localcontext
from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import value_and_grad

from byhand import datasets
from tests.conftest import load

STEPS = 12
SHAPES = [((3, 2), (3, 1)), ((2, 3), (2, 1)), ((1, 2), (1, 1))]
SETTINGS = [
    {"lr": 1e-3},
    {"lr": 0.05, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
    {"lr": 0.3, "beta1": 0.0, "beta2": 0.99, "eps": 1e-8},
]


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return load("05_sgd_vs_adam").reference


def run_of_gradients(seed):
    """Return first params and STEPS changing gradients: sizes from 1e-8 to 1e3, and exact zeros."""
    rng = np.random.default_rng(seed)
    params = [tuple(rng.normal(size=shape) for shape in pair) for pair in SHAPES]
    scales = [tuple(10.0 ** rng.uniform(-8, 3, size=shape) for shape in pair) for pair in SHAPES]
    for pair in scales:
        pair[0][0, 0] = 0.0  # this entry never has a gradient
    grads = [
        [tuple(scale * rng.normal(size=scale.shape) for scale in pair) for pair in scales]
        for _ in range(STEPS)
    ]
    grads[5] = [tuple(0.0 * g for g in pair) for pair in grads[5]]  # once, all are exactly 0
    return params, grads


def flat(nested):
    """Return the numbers of [(W, b), ...] in one vector."""
    return np.concatenate([np.asarray(array).ravel() for pair in nested for array in pair])


def agree(actual, expected, start=0.0):
    """Every entry lies within 1e-9 of the expected one, relative to its change from start."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    # A parameter is stored to 1e-16 of itself, whatever its change is.
    bound = 1e-9 * np.abs(expected - start) + 4e-16 * STEPS * np.abs(expected) * np.any(start)
    assert np.all(np.abs(actual - expected) <= bound)


def adam_in_decimals(theta, grads, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Kingma & Ba (2015), Algorithm 1, for one number; yield (theta, m, v) after each step."""
    alpha, beta1, beta2, eps = (Decimal(float(x)) for x in (lr, beta1, beta2, eps))
    theta, m, v = Decimal(float(theta)), Decimal(0), Decimal(0)
    for t, gradient in enumerate(grads, start=1):
        g = Decimal(float(gradient))
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - (beta1**t if beta1 else 0))
        v_hat = v / (1 - beta2**t)
        theta -= alpha * m_hat / (v_hat.sqrt() + eps)
        yield float(theta), float(m), float(v)


def momentum_in_decimals(theta, grads, *, lr, beta=0.9):
    """Polyak's momentum as lesson 05 states it, for one number; yield (theta, v)."""
    lr, beta = Decimal(float(lr)), Decimal(float(beta))
    theta, v = Decimal(float(theta)), Decimal(0)
    for gradient in grads:
        v = beta * v + Decimal(float(gradient))
        theta -= lr * v
        yield float(theta), float(v)


def in_decimals(transcription, params, grads, **settings):
    """Run a transcription for every entry: an array (STEPS, parts, entries)."""
    per_entry = np.stack([flat(step) for step in grads], axis=1)  # (entries, STEPS)
    with localcontext() as context:
        context.prec = 40
        runs = [
            list(transcription(theta, gradients, **settings))
            for theta, gradients in zip(flat(params), per_entry, strict=True)
        ]
    return np.array(runs).transpose(1, 2, 0)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("seed", range(4))
def test_adam_is_the_published_algorithm_at_every_step(lesson, seed, settings):
    params, grads = run_of_gradients(seed)
    start, state = flat(params), lesson["adam_init"](params)
    expected = in_decimals(adam_in_decimals, params, grads, **settings)
    for t in range(STEPS):
        params, state = lesson["adam_step"](params, grads[t], state, **settings)
        theta, m, v = expected[t]
        assert state["t"] == t + 1
        agree(flat(params), theta, start)
        agree(flat(state["m"]), m)
        agree(flat(state["v"]), v)


@pytest.mark.parametrize("seed", range(4))
def test_adam_has_the_published_defaults(lesson, seed):
    params, grads = run_of_gradients(seed)
    start, state = flat(params), lesson["adam_init"](params)
    expected = in_decimals(adam_in_decimals, params, grads)
    for t in range(STEPS):
        params, state = lesson["adam_step"](params, grads[t], state)
        agree(flat(params), expected[t][0], start)


@pytest.mark.parametrize("beta", [0.9, 0.5, 0.0])
@pytest.mark.parametrize("seed", range(4))
def test_momentum_is_the_stated_recursion_at_every_step(lesson, seed, beta):
    params, grads = run_of_gradients(seed)
    start, velocity = flat(params), lesson["zeros_like"](params)
    expected = in_decimals(momentum_in_decimals, params, grads, lr=0.01, beta=beta)
    for t in range(STEPS):
        params, velocity = lesson["momentum_step"](params, grads[t], velocity, 0.01, beta=beta)
        agree(flat(params), expected[t][0], start)
        # Velocities cancel, so their rounding is that of the gradients they are made of.
        largest = np.max([np.abs(flat(g)) for g in grads], axis=0)
        assert np.all(np.abs(flat(velocity) - expected[t][1]) <= 1e-14 * largest)


def test_sgd_is_momentum_without_memory(lesson):
    params, grads = run_of_gradients(0)
    start = flat(params)
    expected = in_decimals(momentum_in_decimals, params, grads, lr=0.01, beta=0.0)
    for t in range(STEPS):
        params = lesson["sgd_step"](params, grads[t], 0.01)
        agree(flat(params), expected[t][0], start)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("settings", SETTINGS)
def test_adam_agrees_with_pytorch(lesson, settings):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: a second oracle less")
    params, grads = run_of_gradients(7)
    start, state = flat(params), lesson["adam_init"](params)
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    betas = (settings.get("beta1", 0.9), settings.get("beta2", 0.999))
    optimizer = torch.optim.Adam(
        [theta], lr=settings["lr"], betas=betas, eps=settings.get("eps", 1e-8)
    )
    for t in range(STEPS):
        theta.grad = torch.tensor(flat(grads[t]), dtype=torch.float64)
        optimizer.step()
        params, state = lesson["adam_step"](params, grads[t], state, **settings)
        agree(flat(params), theta.detach().numpy(), start)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("beta", [0.9, 0.5])
def test_momentum_agrees_with_pytorch(lesson, beta):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: a second oracle less")
    params, grads = run_of_gradients(8)
    start, velocity = flat(params), lesson["zeros_like"](params)
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.01, momentum=beta)
    for t in range(STEPS):
        theta.grad = torch.tensor(flat(grads[t]), dtype=torch.float64)
        optimizer.step()
        params, velocity = lesson["momentum_step"](params, grads[t], velocity, 0.01, beta=beta)
        agree(flat(params), theta.detach().numpy(), start)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("settings", SETTINGS)
def test_adam_agrees_with_optax(lesson, settings):
    optax = pytest.importorskip("optax", reason="optax is not installed: a third oracle less")
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        params, grads = run_of_gradients(9)
        start, state = flat(params), lesson["adam_init"](params)
        names = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"}
        optimizer = optax.adam(**{names[name]: value for name, value in settings.items()})
        theta = jax.numpy.asarray(start)
        memory = optimizer.init(theta)
        for t in range(STEPS):
            change, memory = optimizer.update(jax.numpy.asarray(flat(grads[t])), memory, theta)
            theta = optax.apply_updates(theta, change)
            params, state = lesson["adam_step"](params, grads[t], state, **settings)
            agree(flat(params), np.asarray(theta), start)
    finally:
        jax.config.update("jax_enable_x64", before)


# ---- training and the sweep, against automatic differentiation

PHI = {
    "linear": lambda z: z,
    "relu": lambda z: anp.maximum(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=0, keepdims=True),
}
NETWORKS = [
    ([3, 4, 2], ["tanh", "softmax"], "cross_entropy"),
    ([4, 4, 4], ["sigmoid", "linear"], "mse"),
    ([2, 3, 3, 3], ["relu", "tanh", "softmax"], "cross_entropy"),
]


def network_loss(params, X, T, kinds, loss):
    """Return the loss as the lessons' text states it, differentiable by autograd."""
    A = X
    for (W, b), kind in zip(params, kinds, strict=True):
        A = PHI[kind](anp.dot(W, A) + b)
    if loss == "mse":
        return anp.mean((A - T) ** 2)
    return -anp.sum(T * anp.log(A)) / X.shape[1]


def draw(dims, loss, m=6):
    """Return params, X, T, X_test, T_test for a small network."""
    rng = np.random.default_rng(sum(dims) + m)
    params = [
        (rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1)))
        for n_in, n_out in pairwise(dims)
    ]
    X, X_test = rng.normal(size=(dims[0], m)), rng.normal(size=(dims[0], 3))
    T, T_test = rng.normal(size=(dims[-1], m)), rng.normal(size=(dims[-1], 3))
    if loss == "cross_entropy":
        T, T_test = (np.exp(t) / np.exp(t).sum(axis=0) for t in (T, T_test))
    return params, X, T, X_test, T_test


def nested(vector, params):
    """Return a vector's numbers nested like params."""
    pairs, start = [], 0
    for W, b in params:
        middle, end = start + W.size, start + W.size + b.size
        pairs.append((vector[start:middle].reshape(W.shape), vector[middle:end].reshape(b.shape)))
        start = end
    return pairs


def trained_by_autograd(data, kinds, loss, *, optimizer, lr, epochs):
    """Train with one batch an epoch; the optimisers written for one flat vector."""
    params, X, T, X_test, T_test = data
    value_and_gradient = value_and_grad(
        lambda vector: network_loss(nested(vector, params), X, T, kinds, loss)
    )
    theta = flat(params)
    first, second = 0 * theta, 0 * theta
    history = {"train_loss": [], "test_loss": []}
    for t in range(1, epochs + 1):
        value, g = value_and_gradient(theta)
        if optimizer == "adam":
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g**2
            step = first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        else:
            first = {"sgd": 0.0, "momentum": 0.9}[optimizer] * first + g
            step = first
        theta = theta - lr * step
        history["train_loss"].append(value)
        history["test_loss"].append(
            network_loss(nested(theta, params), X_test, T_test, kinds, loss)
        )
    return theta, history


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS)
def test_fit_with_one_batch_an_epoch_is_what_autograd_gives(lesson, dims, kinds, loss, optimizer):
    data = draw(dims, loss)
    final, history = lesson["fit"](
        *data, kinds, loss, optimizer, 0.05, 8, 6, np.random.default_rng(0)
    )
    theta, expected = trained_by_autograd(data, kinds, loss, optimizer=optimizer, lr=0.05, epochs=8)

    np.testing.assert_allclose(flat(final), theta, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(history["train_loss"], expected["train_loss"], rtol=1e-9)
    np.testing.assert_allclose(history["test_loss"], expected["test_loss"], rtol=1e-9)


@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS)
def test_fit_with_sgd_is_train(lesson, dims, kinds, loss):
    """Both draw their shuffles with minibatches, so one seed gives one run."""
    data = draw(dims, loss, m=7)
    trained = lesson["train"](*data, kinds, loss, 0.1, 5, 3, np.random.default_rng(1))
    fitted = lesson["fit"](*data, kinds, loss, "sgd", 0.1, 5, 3, np.random.default_rng(1))

    np.testing.assert_allclose(flat(fitted[0]), flat(trained[0]), rtol=1e-12)
    for name in ("train_loss", "test_loss"):
        np.testing.assert_allclose(fitted[1][name], trained[1][name], rtol=1e-12)


@pytest.mark.parametrize("steps", [0, 1, 7])
@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS)
def test_the_sweep_is_one_training_for_each_rate(lesson, dims, kinds, loss, steps):
    data = draw(dims, loss)
    lrs = np.array([0.2, 0.0, 0.01, 0.5])

    losses = lesson["learning_rate_sweep"](*data[:3], kinds, loss, lrs, steps)

    expected = []
    for lr in lrs:
        theta, _ = trained_by_autograd(data, kinds, loss, optimizer="sgd", lr=lr, epochs=steps)
        expected.append(network_loss(nested(theta, data[0]), *data[1:3], kinds, loss))
    np.testing.assert_allclose(losses, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("lr", "steps", "diverged"),
    [
        (1.4, 3, False),  # 4.6 squared, cubed: 1e4 times the first loss, reported
        (8.0, 3, True),  # 31 squared, cubed: 9e8 times
        (1e160, 1, True),  # the loss overflows
        (1e300, 2, True),  # the parameters overflow
    ],
)
def test_the_sweep_calls_a_rate_diverged_by_the_first_loss(lesson, lr, steps, diverged):
    """With one weight and X = 1 a step multiplies the output by 1 - 4 lr."""
    params = [(np.array([[0.01]]), np.array([[0.0]]))]

    losses = lesson["learning_rate_sweep"](
        params, np.array([[1.0]]), np.array([[0.0]]), ["linear"], "mse", [lr, 0.25], steps
    )

    assert np.isnan(losses[0]) == diverged
    assert losses[1] == pytest.approx(0.0, abs=1e-30)


@pytest.mark.parametrize("seed", range(50))
def test_the_best_rate_is_found_by_looking_at_all_of_them(lesson, seed):
    rng = np.random.default_rng(seed)
    lrs = rng.permutation(np.geomspace(1e-4, 10, 9))
    losses = rng.choice([0.1, 0.104, 0.106, 0.3, np.nan], size=9)
    losses[rng.integers(9)] = 0.1

    expected = max(lr for lr, loss in zip(lrs, losses, strict=True) if loss in (0.1, 0.104))

    assert lesson["best_rate"](lrs, losses) == expected


# ---- real data


@pytest.mark.parametrize(
    ("data", "dims", "kinds", "lr"),
    [
        (datasets.digits, [64, 64, 32, 10], ["relu", "relu", "softmax"], 0.003),
        (datasets.breast_cancer, [30, 16, 2], ["relu", "softmax"], 0.01),
    ],
)
def test_adam_reaches_095_on_real_data(lesson, data, dims, kinds, lr):
    data = data()
    rng = np.random.default_rng(0)
    params, history = lesson["fit"](
        lesson["init_params"](dims, rng, "he"),
        data.X_train,
        data.T_train,
        data.X_test,
        data.T_test,
        kinds,
        "cross_entropy",
        "adam",
        lr,
        20,
        32,
        rng,
    )

    answers = lesson["model_forward"](data.X_test, params, kinds)[0].argmax(axis=0)
    assert np.mean(answers == data.labels_test) >= 0.95
    assert history["train_loss"][-1] < 0.1 * history["train_loss"][0]
