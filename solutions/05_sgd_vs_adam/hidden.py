"""Hidden cases and known mistakes of lesson 05: optimisers, training with them, learning rates.

An optimiser is judged by one call at a time, from states that the reference
reached over several steps with changing gradients: right at the first step and
right from there on is right for ever.
"""
# ruff: noqa: ARG001, PLR0917 - mistakes have the exercises' signatures, needed or not

import itertools

import numpy as np
from solution import (
    LOSSES,
    adam_init,
    adam_step,
    init_params,
    minibatches,
    model_backward,
    model_forward,
    momentum_step,
    sgd_step,
    zeros_like,
)

from grader.exercise import Case, Rng, Tolerance, cases, mistake


def nested(rng, dims):
    """Return normal numbers nested like the params of a network with these widths."""
    return [
        (rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1)))
        for n_in, n_out in itertools.pairwise(dims)
    ]


def each(function, *nests):
    """Apply function to the arrays that stand at the same place of several nests."""
    return [
        tuple(function(*arrays) for arrays in zip(*pairs, strict=True))
        for pairs in zip(*nests, strict=True)
    ]


# ---- sgd_step


@cases("sgd_step")
def sgd_steps(rng):
    """Several layers, a square one, a single unit, integer parameters."""
    for group, dims in [
        ("several layers", [3, 4, 2]),
        ("square layers", [4, 4, 4]),
        ("a single unit", [1, 1]),
    ]:
        lr = rng.uniform(0.05, 0.5)
        yield Case(nested(rng, dims), nested(rng, dims), lr, group=group, fresh=True)
    whole = [(rng.integers(-3, 4, size=(2, 3)), rng.integers(-3, 4, size=(2, 1)))]
    yield Case(whole, nested(rng, [3, 2]), 0.25, group="integer parameters", fresh=True)


def sgd_in_place(params, grads, lr):
    for pair, gradients in zip(params, grads, strict=True):
        for p, g in zip(pair, gradients, strict=True):
            np.subtract(p, lr * g, out=p)
    return params


mistake(
    "sgd_step",
    name="uphill",
    answer=lambda params, grads, lr: sgd_step(params, grads, -lr),
    hint="The gradient points to where the loss grows. Which way does your step go?",
)
mistake(
    "sgd_step",
    name="changes its arguments in place",
    answer=sgd_in_place,
    hint="Whoever gave you these arrays still uses them. What do `-=` and `+=` write into?",
)
mistake(
    "sgd_step",
    name="the bias stays where it was",
    answer=lambda params, grads, lr: [
        (W - lr * dW, b) for (W, b), (dW, _) in zip(params, grads, strict=True)
    ],
    hint="Each layer has two arrays that learn. Follow both through your code.",
)
mistake(
    "sgd_step",
    name="no learning rate",
    answer=lambda params, grads, lr: sgd_step(params, grads, 1.0),
    hint="Is the step as long as the gradient, or is there a factor?",
)
mistake(
    "sgd_step",
    name="only the first layer",
    answer=lambda params, grads, lr: sgd_step(params, grads, lr)[:1],
    hint="How many layers go in, and how many come out? Look where your return stands.",
)


# ---- momentum_step


@cases("momentum_step", returns=("params", "velocity"), builds_on=("sgd_step",))
def momentum_steps(rng):
    """The first step, later ones with changing gradients, other settings."""
    dims = [3, 4, 2]
    params, grads = nested(rng, dims), nested(rng, dims)
    yield Case(params, grads, zeros_like(params), 0.1, group="the first step", fresh=True)
    for group, dims, steps, settings in [
        ("the fourth step", [2, 3, 1], 3, {}),
        ("square layers", [3, 3, 3], 2, {}),
        ("another beta", [3, 2], 2, {"beta": 0.5}),
        ("a single unit", [1, 1], 4, {}),
    ]:
        params, lr = nested(rng, dims), rng.uniform(0.05, 0.3)
        velocity = zeros_like(params)
        for _ in range(steps):
            params, velocity = momentum_step(params, nested(rng, dims), velocity, lr, **settings)
        yield Case(
            params, nested(rng, dims), velocity, lr, keywords=settings, group=group, fresh=True
        )


def momentum_variant(new_velocity, move):
    """Return a momentum step from v_new(v, g, lr, beta) and p_new(p, v, v_new, g, lr, beta)."""

    def step(params, grads, velocity, lr, beta=0.9):
        new = each(lambda v, g: new_velocity(v, g, lr, beta), velocity, grads)
        moved = each(lambda p, v, w, g: move(p, v, w, g, lr, beta), params, velocity, new, grads)
        return moved, new

    return step


def heavy_ball(v, g, lr, beta):
    return beta * v + g


def downhill(p, v, w, g, lr, beta):
    return p - lr * w


def momentum_in_place(params, grads, velocity, lr, beta=0.9):
    moved, new = momentum_step(params, grads, velocity, lr, beta)
    each(np.copyto, params, moved)
    each(np.copyto, velocity, new)
    return params, velocity


mistake(
    "momentum_step",
    name="(1 - beta) times the gradient",
    answer=momentum_variant(lambda v, g, lr, beta: beta * v + (1 - beta) * g, downhill),
    hint="That is a running mean, another form of momentum. Compare with the table of section 3: "
    "what is the velocity after the first step?",
)
mistake(
    "momentum_step",
    name="the step uses the old velocity",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p - lr * v),
    hint="The velocity is right. Which velocity moves the parameters: the one you were given, or "
    "the one you have just made?",
)
mistake(
    "momentum_step",
    name="Nesterov's step",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p - lr * (beta * w + g)),
    hint="The velocity is right, and the step looks ahead. The formula of section 3 does not.",
)
mistake(
    "momentum_step",
    name="uphill",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p + lr * w),
    hint="The velocity collects gradients, which point to where the loss grows. "
    "Which way does your step go?",
)
mistake(
    "momentum_step",
    name="the rate inside the velocity",
    answer=momentum_variant(
        lambda v, g, lr, beta: beta * v + lr * g, lambda p, v, w, g, lr, beta: p - w
    ),
    hint="The parameters may look right at a constant rate. Look at the velocity itself: "
    "where does the learning rate stand in the formula?",
)
mistake(
    "momentum_step",
    name="a velocity that points downhill",
    answer=momentum_variant(
        lambda v, g, lr, beta: beta * v - lr * g, lambda p, v, w, g, lr, beta: p + w
    ),
    hint="This is the convention of some courses. In section 3 the velocity collects the "
    "gradients themselves, with their sign and without the rate.",
)
mistake(
    "momentum_step",
    name="the velocity is not kept",
    answer=lambda params, grads, velocity, lr, beta=0.9: (
        momentum_step(params, grads, velocity, lr, beta)[0],
        velocity,
    ),
    hint="The parameters are right. What will the next step need that it does not get?",
)
mistake(
    "momentum_step",
    name="beta is always 0.9",
    answer=lambda params, grads, velocity, lr, beta=0.9: momentum_step(params, grads, velocity, lr),
    hint="Right at the default. What happens when somebody passes another beta?",
)
mistake(
    "momentum_step",
    name="no memory",
    answer=momentum_variant(lambda v, g, lr, beta: g + 0.0, downhill),
    hint="Right at the first step only. What became of the velocity that you were given?",
)
mistake(
    "momentum_step",
    name="changes its arguments in place",
    answer=momentum_in_place,
    hint="Whoever gave you these arrays still uses them. What do `-=`, `+=` and `*=` write into?",
)


# ---- adam_init


@cases("adam_init")
def adam_states(rng):
    """Several layers, square ones, a single unit."""
    for group, dims in [
        ("several layers", [3, 4, 2]),
        ("square layers", [3, 3, 3]),
        ("a single unit", [1, 1]),
    ]:
        yield Case(nested(rng, dims), group=group, fresh=True)


def copied(params):
    return [(W.copy(), b.copy()) for W, b in params]


mistake(
    "adam_init",
    name="copies of the parameters",
    answer=lambda params: {"t": 0, "m": copied(params), "v": copied(params)},
    hint="m and v are running means of gradients. How many gradients have been seen so far?",
)
mistake(
    "adam_init",
    name="t starts at 1",
    answer=lambda params: {"t": 1, "m": zeros_like(params), "v": zeros_like(params)},
    hint="t is the number of steps taken so far, and this is before the first.",
)
mistake(
    "adam_init",
    name="flat lists",
    answer=lambda params: {
        "t": 0,
        "m": [array for pair in zeros_like(params) for array in pair],
        "v": [array for pair in zeros_like(params) for array in pair],
    },
    hint="m and v are nested like params. What is m[0]: an array or a pair?",
)
mistake(
    "adam_init",
    name="weights only",
    answer=lambda params: {
        "t": 0,
        "m": [W for W, _ in zeros_like(params)],
        "v": [W for W, _ in zeros_like(params)],
    },
    hint="The biases learn too. Where are their running means?",
)
mistake(
    "adam_init",
    name="a counter for each layer",
    answer=lambda params: {
        "t": [0 for _ in params],
        "m": zeros_like(params),
        "v": zeros_like(params),
    },
    hint="How many steps has the whole network taken? One number says it.",
)


# ---- adam_step


def ordinary(rng, dims):
    """Return numbers between 0.5 and 2 in size; as gradients, epsilon plays no part there."""
    return each(
        lambda p: rng.choice([-1.0, 1.0], size=p.shape) * rng.uniform(0.5, 2.0, size=p.shape),
        nested(rng, dims),
    )


def with_odd_entries(rng, dims):
    """Return gradients with one entry of 1e-8 and one of exactly 0 in each layer."""
    grads = ordinary(rng, dims)
    for dW, _ in grads:
        dW.flat[0] *= 1e-8 / abs(dW.flat[0])
        dW.flat[-1] = 0.0
    return grads


@cases("adam_step", returns=("params", "state"), tolerance=Tolerance(absolute=1e-14))
def adam_steps(rng):
    """From zero and from states in the middle of a run; tiny and zero gradients; settings."""
    usual = {"lr": 0.01}
    other = {"lr": 0.05, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3}
    for group, dims, steps, settings, gradients in [
        ("the first step", [3, 4, 2], 0, usual, ordinary),
        ("the fourth step", [3, 4, 2], 3, usual, ordinary),
        ("the fourth step", [2, 3, 1], 3, {}, ordinary),
        ("square layers", [3, 3, 3], 4, usual, ordinary),
        ("a single unit", [1, 1], 5, usual, ordinary),
        ("tiny and zero gradients", [3, 4, 2], 0, usual, with_odd_entries),
        ("tiny and zero gradients", [2, 3, 2], 3, usual, with_odd_entries),
        ("other settings", [2, 3, 2], 2, other, with_odd_entries),
    ]:
        params = ordinary(rng, dims)
        state = adam_init(params)
        for _ in range(steps):
            params, state = adam_step(params, gradients(rng, dims), state, **settings)
        yield Case(params, gradients(rng, dims), state, keywords=settings, group=group, fresh=True)
    # An entry that had gradients and has none now goes on moving.
    dims = [3, 2]
    params = nested(rng, dims)
    scales = each(lambda p: 10.0 ** rng.uniform(-6, 1, size=p.shape), params)
    state = adam_init(params)
    for _ in range(3):
        grads = each(np.multiply, scales, ordinary(rng, dims))
        params, state = adam_step(params, grads, state, **usual)
    quiet = each(lambda s: s * (rng.uniform(size=s.shape) < 0.5), scales)
    yield Case(params, quiet, state, keywords=usual, group="gradients of many sizes", fresh=True)
    late = {
        "t": 20_000,
        "m": each(lambda g: 0.2 * g, ordinary(rng, dims)),
        "v": each(lambda g: 0.4 * g * g, ordinary(rng, dims)),
    }
    yield Case(params, ordinary(rng, dims), late, keywords=usual, group="late in a run", fresh=True)


def adam_variant(
    *,
    new_m=lambda m, g, beta: beta * m + (1 - beta) * g,
    new_v=lambda v, g, beta: beta * v + (1 - beta) * g * g,
    m_share=lambda beta, t: 1 - beta**t,
    v_share=lambda beta, t: 1 - beta**t,
    below=lambda v, share, eps: np.sqrt(v / share) + eps,
    count=lambda t, layer, place: t + 1,
    last_count=lambda t, layers: t + 1,
    keep_m=lambda m, share: m,
    keep_v=lambda v, share: v,
):
    """Return an Adam step of which one or two parts are not as published.

    Args:
        new_m: the new running mean of g, from the old one, g and beta1.
        new_v: that of the square of g, from the old one, g and beta2.
        m_share: what m is divided by, from beta1 and t.
        v_share: what v is divided by, from beta2 and t.
        below: the denominator of the step, from v and its share.
        count: the t that an array uses, from the state's t and where the array stands.
        last_count: the t that the new state holds.
        keep_m: what the new state holds, from m and its share.
        keep_v: what the new state holds, from v and its share.
    """

    def step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        t = state["t"]
        counts = [(count(t, layer, 0), count(t, layer, 1)) for layer in range(len(params))]
        m = each(lambda m, g: new_m(m, g, beta1), state["m"], grads)
        v = each(lambda v, g: new_v(v, g, beta2), state["v"], grads)
        share1 = each(lambda n: m_share(beta1, n), counts)
        share2 = each(lambda n: v_share(beta2, n), counts)
        with np.errstate(all="ignore"):
            denominator = each(lambda v, share: below(v, share, eps), v, share2)
            moved = each(lambda p, m, s, d: p - lr * (m / s) / d, params, m, share1, denominator)
            kept = {"m": each(keep_m, m, share1), "v": each(keep_v, v, share2)}
        return moved, {"t": last_count(t, len(params)), **kept}

    return step


def corrected(array, share):
    return array / share


def uncorrected(beta, t):
    return 1.0


def with_settings(change):
    """Return adam_step called with change(lr, beta1, beta2, eps) for its settings."""

    def step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        return adam_step(params, grads, state, *change(lr, beta1, beta2, eps))

    return step


def adam_in_place(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    moved, after = adam_step(params, grads, state, lr, beta1, beta2, eps)
    state.update(after)
    return moved, state


mistake(
    "adam_step",
    name="v forgets its past",
    answer=adam_variant(new_v=lambda v, g, beta: (1 - beta) * g * g),
    hint="Right at the first step only. Your new v knows this gradient; where is what the old v "
    "knew?",
)
mistake(
    "adam_step",
    name="m forgets its past",
    answer=adam_variant(new_m=lambda m, g, beta: (1 - beta) * g),
    hint="Right at the first step only. Your new m knows this gradient; where is what the old m "
    "knew?",
)
mistake(
    "adam_step",
    name="the same v on both sides",
    answer=adam_variant(new_v=lambda v, g, beta: g * g),
    hint="Your v is the last squared gradient and nothing else. In the formula two different v's "
    "appear: look at their indices.",
)
mistake(
    "adam_step",
    name="epsilon inside the root",
    answer=adam_variant(below=lambda v, share, eps: np.sqrt(v / share + eps)),
    hint="Ordinary gradients are right, tiny ones are not. Where does epsilon stand in 4.3?",
)
mistake(
    "adam_step",
    name="epsilon added before the correction",
    answer=adam_variant(below=lambda v, share, eps: (np.sqrt(v) + eps) / np.sqrt(share)),
    hint="Ordinary gradients are right, tiny ones are not. To which root is epsilon added in 4.3: "
    "that of v, or that of v-hat?",
)
mistake(
    "adam_step",
    name="no epsilon",
    answer=adam_variant(below=lambda v, share, eps: np.sqrt(v / share)),
    hint="What does your formula give for an entry whose gradient was always 0?",
)
mistake(
    "adam_step",
    name="t counts from 0",
    answer=adam_variant(count=lambda t, layer, place: t),
    hint="What is t in the formulas at the very first step, and what is 1 - beta**t there?",
)
mistake(
    "adam_step",
    name="t is not kept",
    answer=adam_variant(last_count=lambda t, layers: t),
    hint="The parameters are right. What does the state that you return say about the number of "
    "steps?",
)
mistake(
    "adam_step",
    name="t is raised for every array",
    answer=adam_variant(
        count=lambda t, layer, place: t + 1 + 2 * layer + place,
        last_count=lambda t, layers: t + 2 * layers,
    ),
    hint="The first array is right. How often is t raised in one step of your function?",
)
mistake(
    "adam_step",
    name="t is raised for every layer",
    answer=adam_variant(
        count=lambda t, layer, place: t + 1 + layer, last_count=lambda t, layers: t + layers
    ),
    hint="The first layer is right. How often is t raised in one step of your function?",
)
mistake(
    "adam_step",
    name="corrected m and v stored back",
    answer=adam_variant(keep_m=corrected, keep_v=corrected),
    hint="The parameters are right, the state is not. Are the hats part of what the next step "
    "starts from?",
)
mistake(
    "adam_step",
    name="corrected m stored back",
    answer=adam_variant(keep_m=corrected),
    hint="The parameters and v are right. Is the hat part of what the next step starts from?",
)
mistake(
    "adam_step",
    name="the betas exchanged",
    answer=with_settings(lambda lr, beta1, beta2, eps: (lr, beta2, beta1, eps)),
    hint="Which of the two running means has the longer memory?",
)
mistake(
    "adam_step",
    name="no bias correction",
    answer=adam_variant(m_share=uncorrected, v_share=uncorrected),
    hint="The state is right, the step is too long early in a run. What happens to m and v "
    "between the state and the step?",
)
mistake(
    "adam_step",
    name="only m is corrected",
    answer=adam_variant(v_share=uncorrected),
    hint="The state is right. Which of the two running means starts from 0?",
)
mistake(
    "adam_step",
    name="only v is corrected",
    answer=adam_variant(m_share=uncorrected),
    hint="The state is right. Which of the two running means starts from 0?",
)
mistake(
    "adam_step",
    name="beta times t instead of its power",
    answer=adam_variant(m_share=lambda beta, t: 1 - beta * t, v_share=lambda beta, t: 1 - beta * t),
    hint="The first step is right. What became of beta, step after step, when you unrolled m in "
    "4.4?",
)
mistake(
    "adam_step",
    name="the size of g for its square",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + (1 - beta) * np.abs(g)),
    hint="m is right, v is not. Of what is v a running mean?",
)
mistake(
    "adam_step",
    name="g for its square",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + (1 - beta) * g),
    hint="Can your v become negative? Of what is it a running mean?",
)
mistake(
    "adam_step",
    name="v without its factor 1 - beta2",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + g * g),
    hint="m is right, v is too large. Do the weights of the old v and of the new square add up "
    "to 1?",
)
mistake(
    "adam_step",
    name="no square root",
    answer=adam_variant(below=lambda v, share, eps: v / share + eps),
    hint="The state is right. The step should not depend on the unit of the gradient: what is the "
    "unit of your denominator?",
)
mistake(
    "adam_step",
    name="the defaults whatever is passed",
    answer=with_settings(lambda lr, beta1, beta2, eps: (lr,)),
    hint="Right at the defaults. Which of the arguments does your code never read?",
)
mistake(
    "adam_step",
    name="uphill",
    answer=with_settings(lambda lr, beta1, beta2, eps: (-lr, beta1, beta2, eps)),
    hint="m points to where the loss grows. Which way does your step go?",
)
mistake(
    "adam_step",
    name="changes its arguments in place",
    answer=adam_in_place,
    hint="The caller may want the old state again. Is what you return a new dictionary, and are "
    "its arrays new?",
)


# ---- fit


def problem(rng, dims, m, loss):
    """Return params, X, T, X_test, T_test for a small network."""
    params = init_params(dims, rng, "xavier")
    X, X_test = rng.normal(size=(dims[0], m)), rng.normal(size=(dims[0], 3))
    if loss == "mse":
        T, T_test = rng.normal(size=(dims[-1], m)), rng.normal(size=(dims[-1], 3))
    else:
        classes = np.eye(dims[-1])
        T = classes[:, rng.integers(dims[-1], size=m)]
        T_test = classes[:, rng.integers(dims[-1], size=3)]
    return params, X, T, X_test, T_test


RATES = {"sgd": 0.3, "momentum": 0.1, "adam": 0.05}


@cases(
    "fit",
    returns=("params", "history"),
    builds_on=("sgd_step", "momentum_step", "adam_init", "adam_step"),
)
def fits(rng):
    """Arranged so that the shuffle cannot matter, and once so that it must."""
    smooth, plain = ["tanh", "softmax"], ["tanh", "linear"]

    def seed():
        return Rng(int(rng.integers(2**31)))

    for optimizer, dims, kinds, loss in [
        ("sgd", [3, 4, 3], smooth, "cross_entropy"),
        ("adam", [2, 3, 3], plain, "mse"),
    ]:
        yield Case(
            *problem(rng, dims, 7, loss), kinds, loss, optimizer, 0.0, 2, 3, seed(),
            group="a learning rate of 0", shapes={"m": 7, "batch_size": 3}, fresh=True,
        )  # fmt: skip
    for optimizer, dims, kinds, loss in [
        ("sgd", [4, 4, 4], smooth, "cross_entropy"),
        ("momentum", [3, 4, 3], plain, "mse"),
        ("adam", [2, 4, 3], smooth, "cross_entropy"),
    ]:
        yield Case(
            *problem(rng, dims, 5, loss), kinds, loss, optimizer, RATES[optimizer], 4, 5, seed(),
            group="one batch an epoch", shapes={"m": 5, "batch_size": 5}, fresh=True,
        )  # fmt: skip
    for optimizer, dims, kinds, loss in [
        ("sgd", [3, 4, 3], plain, "mse"),
        ("momentum", [3, 3, 3], smooth, "cross_entropy"),
        ("adam", [2, 4, 3], plain, "mse"),
    ]:
        params, X, T, X_test, T_test = problem(rng, dims, 5, loss)
        # Five times the same sample: every shuffle gives the same batches, of 2, 2 and 1.
        X, T = np.repeat(X[:, :1], 5, axis=1), np.repeat(T[:, :1], 5, axis=1)
        yield Case(
            params, X, T, X_test, T_test, kinds, loss, optimizer, RATES[optimizer], 3, 2, seed(),
            group="uneven batches", shapes={"m": 5, "batch_size": 2}, fresh=True,
        )  # fmt: skip
    yield Case(
        *problem(rng, [3, 2, 3], 1, "mse"), plain, "mse", "adam", 0.05, 3, 4, seed(),
        group="a single sample", shapes={"m": 1, "batch_size": 4}, fresh=True,
    )  # fmt: skip
    # One input with two targets: the loss never ends, and the order always matters.
    params, X, _, X_test, T_test = problem(rng, [2, 3, 1], 2, "mse")
    X = np.repeat(X[:, :1] / np.abs(X[:, :1]), 2, axis=1)
    T = np.array([[1.0, -2.0]]) * rng.uniform(0.8, 1.2)
    yield Case(
        params, X, T, X_test, T_test, plain, "mse", "sgd", 0.08, 24, 1, seed(),
        group="a new shuffle each epoch", shapes={"m": 2, "batch_size": 1}, check=follows_shuffles,
    )  # fmt: skip


def follows_shuffles(
    result, params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    """Find the order of the two samples in each epoch that explains the history."""
    final, history = result
    losses = np.array([history["train_loss"], history["test_loss"]], dtype=float)  # (2, epochs)
    if losses.shape != (2, epochs):
        return f"expected {epochs} training and {epochs} test losses, one an epoch"
    used = set()
    for epoch in range(epochs):
        outcomes, allowed = [], 1e-9 * max(1.0, losses[:, epoch].max())
        for order in ([0, 1], [1, 0]):
            moved, before = params, []
            for j in order:
                value, grads = loss_and_grads(moved, X[:, [j]], T[:, [j]], kinds, loss)
                before.append(value)
                moved = sgd_step(moved, grads, lr)
            after = loss_at(moved, X_test, T_test, kinds, loss)
            outcomes.append((np.array([np.mean(before), after]), moved))
            # Both orders have been seen: the one that fits is enough.
            if len(used) == 2 and np.abs(outcomes[-1][0] - losses[:, epoch]).max() <= allowed:
                break
        errors = [np.abs(seen - losses[:, epoch]).max() for seen, _ in outcomes]
        best = int(np.argmin(errors))
        if not errors[best] <= allowed:
            return "no order of the two samples explains the history of an epoch"
        if len(used) < 2 and np.abs(outcomes[0][0] - outcomes[1][0]).max() > 1e-7:
            used.add(best)
        params = outcomes[best][1]
    right = each(lambda p, q: np.allclose(p, q, rtol=1e-7, atol=1e-9), params, final)
    if not all(W and b for W, b in right):
        return "the history is right, but the returned parameters are not those after the last step"
    if len(used) < 2:
        return "every epoch went through the samples in the same order"
    return None


def loss_at(params, X, T, kinds, loss):
    return LOSSES[loss][0](model_forward(X, params, kinds)[0], T)


def loss_and_grads(params, X, T, kinds, loss):
    loss_of, gradient_of = LOSSES[loss]
    P, caches = model_forward(X, params, kinds)
    return loss_of(P, T), model_backward(gradient_of(P, T), caches)


def nothing_yet(params):
    return zeros_like(params), adam_init(params)


def moved_by(optimizer, params, grads, memory, lr):
    """Return the params after one step, and the (velocity, state) after it."""
    velocity, state = memory
    if optimizer == "momentum":
        params, velocity = momentum_step(params, grads, velocity, lr)
    elif optimizer == "adam":
        params, state = adam_step(params, grads, state, lr)
    else:
        params = sgd_step(params, grads, lr)
    return params, (velocity, state)


def fit_variant(flaw):
    """Return a fit with one flaw."""

    def fit(params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng):
        if (flaw, optimizer) == ("default rate", "adam"):
            lr = 1e-3
        optimizer = "sgd" if flaw == "always sgd" else optimizer
        memory = nothing_yet(params)
        history = {"train_loss": [], "test_loss": []}
        batches = minibatches(X, T, batch_size, rng)
        for epoch in range(epochs):
            if epoch and flaw != "one shuffle":
                batches = minibatches(X, T, batch_size, rng)
            if flaw == "anew each epoch":
                memory = nothing_yet(params)
            losses = []
            for X_batch, T_batch in batches:
                if flaw == "anew each batch":
                    memory = nothing_yet(params)
                before = params
                _, grads = loss_and_grads(params, X_batch, T_batch, kinds, loss)
                params, memory = moved_by(optimizer, params, grads, memory, lr)
                counted = params if flaw == "loss after the update" else before
                losses.append(loss_at(counted, X_batch, T_batch, kinds, loss))
            sizes = [X_batch.shape[1] for X_batch, _ in batches]
            told = {
                "last batch": losses[-1],
                "unweighted": np.mean(losses),
                "sum": np.sum(losses),
                "end of the epoch": loss_at(params, X, T, kinds, loss),
            }.get(flaw, np.average(losses, weights=sizes))
            history["train_loss"].append(float(told))
            told = {
                "test on training": (params, X, T),
                "before the last update": (before, X_test, T_test),
            }.get(flaw, (params, X_test, T_test))
            history["test_loss"].append(loss_at(*told, kinds, loss))
        return params, history

    return fit


mistake(
    "fit",
    name="the state is made anew for each batch",
    answer=fit_variant("anew each batch"),
    hint="SGD is right. What does momentum remember when the next batch begins?",
)
mistake(
    "fit",
    name="the state is made anew for each epoch",
    answer=fit_variant("anew each epoch"),
    hint="SGD is right, and so is the first epoch. What does momentum remember when the second "
    "epoch begins?",
)
mistake(
    "fit",
    name="the optimizer's name is ignored",
    answer=fit_variant("always sgd"),
    hint="SGD is right. Follow the argument `optimizer` through your code: what does it change?",
)
mistake(
    "fit",
    name="the rate does not reach adam_step",
    answer=fit_variant("default rate"),
    hint="SGD and momentum are right. With which learning rate does adam_step run?",
)
mistake(
    "fit",
    name="the last batch's loss for the epoch's",
    answer=fit_variant("last batch"),
    hint="The parameters are right. Does the training loss of an epoch tell of all its batches?",
)
mistake(
    "fit",
    name="an unweighted mean over the batches",
    answer=fit_variant("unweighted"),
    hint="The parameters are right. Does a batch of one count as much as a batch of two?",
)
mistake(
    "fit",
    name="a sum over the batches",
    answer=fit_variant("sum"),
    hint="The parameters are right. If nothing is learned, should the training loss depend on "
    "the number of batches?",
)
mistake(
    "fit",
    name="the loss after the update",
    answer=fit_variant("loss after the update"),
    hint="The parameters are right. Is a batch's loss taken before or after the network has "
    "learned from it?",
)
mistake(
    "fit",
    name="the training loss at the end of the epoch",
    answer=fit_variant("end of the epoch"),
    hint="The parameters are right. When is the training loss measured: during the epoch, or "
    "after it?",
)
mistake(
    "fit",
    name="the test loss on the training set",
    answer=fit_variant("test on training"),
    hint="The parameters and the training loss are right. On which samples is the test loss taken?",
)
mistake(
    "fit",
    name="the test loss before the last update",
    answer=fit_variant("before the last update"),
    hint="The parameters and the training loss are right. With which parameters is the test loss"
    " taken?",
)
mistake(
    "fit",
    name="one shuffle for all epochs",
    answer=fit_variant("one shuffle"),
    hint="Everything else is right. How often are the minibatches drawn?",
)


# ---- learning_rate_sweep


def steepest(X, n_out):
    """Return the largest curvature of the mse of one linear layer with inputs X."""
    inputs = np.vstack([X, np.ones((1, X.shape[1]))])
    return 2 * np.linalg.eigvalsh(inputs @ inputs.T).max() / (n_out * X.shape[1])


@cases("learning_rate_sweep", builds_on=("sgd_step",))
def sweeps(rng):
    """Each activation, both losses; rates that certainly converge or certainly diverge."""
    # One linear layer: a rate of c / curvature multiplies the steepest error by 1 - c.
    params, X, T, _, _ = problem(rng, [3, 4], 6, "mse")
    lrs = np.array([0.3, 40.0, 0.9, 2.2, 0.1]) / steepest(X, 4)
    yield Case(params, X, T, ["linear"], "mse", lrs, 8, group="some rates diverge", silent=True)
    # Here the outputs stay finite and their squares overflow: the loss is infinite, not nan.
    params, X, T, _, _ = problem(rng, [2, 3], 6, "mse")
    lrs = np.array([0.2, 40.0, 0.5]) / steepest(X, 3)
    yield Case(params, X, T, ["linear"], "mse", lrs, 110, group="some rates overflow", silent=True)
    # Two linear layers: everything overflows within a few steps.
    params, X, T, _, _ = problem(rng, [3, 4, 3], 5, "mse")
    yield Case(
        params, X, T, ["linear", "linear"], "mse", np.array([80.0, 0.02, 0.05]), 14,
        group="some rates overflow", silent=True,
    )  # fmt: skip
    # A small first loss: growing 1e9 times it is still below a million.
    start = [(np.array([[rng.uniform(0.008, 0.012)]]), np.zeros((1, 1)))]
    yield Case(
        start, np.array([[1.0]]), np.array([[0.0]]), ["linear"], "mse", [8.0, 0.1, 1.4], 3,
        group="a million times the first loss", silent=True,
    )  # fmt: skip
    for group, dims, m, kinds, loss, lrs, steps in [
        ("a network", [3, 4, 3], 5, ["tanh", "softmax"], "cross_entropy", [0.05, 0.4, 0.2], 6),
        ("a network", [2, 4, 3, 3], 6, ["relu", "sigmoid", "linear"], "mse", [0.3, 0.1], 5),
        ("square layers", [4, 4, 4], 4, ["tanh", "linear"], "mse", [0.02, 0.2, 0.1, 0.05], 5),
        ("a single sample", [3, 2, 3], 1, ["sigmoid", "softmax"], "cross_entropy", [0.2, 0.5], 4),
        ("no step at all", [2, 3, 3], 5, ["relu", "softmax"], "cross_entropy", [0.1], 0),
    ]:
        params, X, T, _, _ = problem(rng, dims, m, loss)
        yield Case(
            params, X, T, kinds, loss, np.array(lrs), steps,
            group=group, shapes={"rates": len(lrs), "m": m, "steps": steps}, silent=True,
        )  # fmt: skip


def sweep_variant(flaw):
    """Return a sweep by a loop, with one flaw."""

    def sweep(params, X, T, kinds, loss, lrs, steps):
        quiet = {"all": "warn"} if flaw == "warns" else {"all": "ignore"}
        results, current, stopped = [], params, False
        with np.errstate(**quiet):
            first = loss_at(params, X, T, kinds, loss)
            for lr in lrs:
                if flaw != "goes on":
                    current = params
                path = [first] if flaw != "goes on" else []
                for _ in range(steps + (flaw == "one step too many")):
                    value, grads = loss_and_grads(current, X, T, kinds, loss)
                    current = sgd_step(current, grads, lr)
                    path.append(value)
                last = loss_at(current, X, T, kinds, loss)
                if flaw == "before the last step":
                    last = path[-1]
                if flaw == "lowest on the way":
                    last = np.nanmin([*path, last])
                limit = {"first": first, "absolute": 1e6, "finite": np.inf}.get(flaw, 1e6 * first)
                diverged = not (np.isfinite(last) and last <= limit)
                stopped = stopped or (diverged and flaw == "stops")
                bad = diverged or stopped
                results.append(last if flaw == "left" else (np.nan if bad else last))
                if flaw == "inf" and bad:
                    results[-1] = np.inf
        if flaw == "left out":
            return np.array([r for r in results if np.isfinite(r)])
        return np.array(results)

    return sweep


mistake(
    "learning_rate_sweep",
    name="goes on from the last rate's parameters",
    answer=sweep_variant("goes on"),
    hint="The first rate is right. From where does the second one start?",
)
mistake(
    "learning_rate_sweep",
    name="stops at the first divergence",
    answer=sweep_variant("stops"),
    hint="The rates before the first diverging one are right. May a large rate, early in the "
    "list, decide about a small one after it?",
)
mistake(
    "learning_rate_sweep",
    name="the loss before the last step",
    answer=sweep_variant("before the last step"),
    hint="Count for one step: how many losses does your loop compute, and before or after which "
    "update is the one that you return?",
)
mistake(
    "learning_rate_sweep",
    name="one step too many",
    answer=sweep_variant("one step too many"),
    hint="What does your function return for steps=0?",
)
mistake(
    "learning_rate_sweep",
    name="the lowest loss on the way",
    answer=sweep_variant("lowest on the way"),
    hint="Rates that converge are right. Which loss is asked for: the lowest, or the last?",
)
mistake(
    "learning_rate_sweep",
    name="nan as soon as the loss has grown",
    answer=sweep_variant("first"),
    hint="Some of your nans are too strict. How much may the loss grow before it counts as "
    "diverged? See 7.2.",
)
mistake(
    "learning_rate_sweep",
    name="a limit that ignores the first loss",
    answer=sweep_variant("absolute"),
    hint="Diverged means: compared with what? See 7.2.",
)
mistake(
    "learning_rate_sweep",
    name="huge losses are left as they are",
    answer=sweep_variant("finite"),
    hint="What overflows is nan. And a loss that is finite but a million times the first?",
)
mistake(
    "learning_rate_sweep",
    name="diverged rates are not marked",
    answer=sweep_variant("left"),
    hint="The rates that converge are right. What should stand where a rate diverged? See 7.2.",
)
mistake(
    "learning_rate_sweep",
    name="infinity for nan",
    answer=sweep_variant("inf"),
    hint="The rates that converge are right. Which of the two, infinity or nan, is asked for?",
)
mistake(
    "learning_rate_sweep",
    name="diverged rates are left out",
    answer=sweep_variant("left out"),
    hint="How many rates go in, and how many losses come out? Which loss then belongs to which "
    "rate?",
)
mistake(
    "learning_rate_sweep",
    name="warns about overflow",
    answer=sweep_variant("warns"),
    hint="The losses are right. In a sweep divergence is expected: around which lines may NumPy "
    "be silent?",
)


# ---- best_rate


@cases("best_rate")
def rates_and_losses(rng):
    """A clear winner, near ties, nan first and last, any order, all nan."""
    rates = np.geomspace(1e-3, 10.0, 6) * rng.uniform(0.8, 1.2, size=6)
    clear = np.array([2.0, 1.3, 0.9, 0.5, 0.8, 1.7]) * rng.uniform(0.95, 1.0)
    near = np.array([0.3, 0.1039, 0.1, 0.103, 0.1062, 0.12]) * rng.uniform(1.0, 2.0)
    yield Case(rates, clear, group="a clear winner")
    yield Case(rates, near, group="nearly equal losses")
    yield Case(rates, 1000 * near, group="nearly equal losses")
    late, early = near.copy(), near.copy()
    late[-2:], early[:2] = np.nan, np.nan
    yield Case(rates, late, group="nan among the losses")
    yield Case(rates, early, group="nan among the losses")
    order = np.array([3, 5, 0, 2, 4, 1])
    yield Case(rates[order], late[order], group="rates in any order")
    yield Case([0.5, 0.1], [0.0, 0.0], group="two perfect rates")
    nothing = np.full(4, np.nan)
    yield Case(rates[:4], nothing, group="every rate diverged", raises=ValueError)


def chosen(rule):
    """Return a best_rate that picks by rule(lrs, losses, lrs of the good ones)."""

    def best_rate(lrs, losses):
        lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)
        if np.isnan(losses).all():
            raise ValueError("every rate diverged")
        return rule(lrs, losses, lrs[losses <= 1.05 * np.nanmin(losses)])

    return best_rate


def without_error(lrs, losses):
    lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)
    if np.isnan(losses).all():
        return float("nan")
    return float(lrs[losses <= 1.05 * np.nanmin(losses)].max())


mistake(
    "best_rate",
    name="argmin takes nan",
    answer=lambda lrs, losses: float(np.asarray(lrs)[np.argmin(losses)]),
    hint="What does np.argmin do when it meets nan? The cell above this exercise shows it.",
)
mistake(
    "best_rate",
    name="min takes nan",
    answer=lambda lrs, losses: float(
        np.max(np.asarray(lrs)[np.asarray(losses) <= 1.05 * np.min(losses)])
    ),
    hint="What is the minimum of numbers of which one is nan, and what is then at most 1.05 times "
    "that?",
)
mistake(
    "best_rate",
    name="the smallest of the good rates",
    answer=chosen(lambda lrs, losses, good: float(good.min())),
    hint="Your choice is among the good rates. Which of them does 7.4 ask for?",
)
mistake(
    "best_rate",
    name="the rate of the lowest loss",
    answer=chosen(lambda lrs, losses, good: float(lrs[np.nanargmin(losses)])),
    hint="Losses within five percent count as equal. Does your choice use that?",
)
mistake(
    "best_rate",
    name="the last of the good rates",
    answer=chosen(lambda lrs, losses, good: float(good[-1])),
    hint="Right when the rates are sorted. Are they always?",
)
mistake(
    "best_rate",
    name="the largest rate that did not diverge",
    answer=chosen(lambda lrs, losses, good: float(lrs[~np.isnan(losses)].max())),
    hint="Not every rate with a finite loss is a good one. Compare with the best loss.",
)
mistake(
    "best_rate",
    name="0.05 added instead of a factor",
    answer=chosen(lambda lrs, losses, good: float(lrs[losses <= np.nanmin(losses) + 0.05].max())),
    hint="Five percent of what? Try losses that are a thousand times as large.",
)
mistake(
    "best_rate",
    name="its place instead of the rate",
    answer=chosen(lambda lrs, losses, good: float(np.flatnonzero(lrs == good.max())[0])),
    hint="You return where the rate stands. What is asked for?",
)
mistake(
    "best_rate",
    name="no error when every rate diverged",
    answer=without_error,
    hint="If there is no best rate, the caller must hear of it. What does the docstring promise?",
)
