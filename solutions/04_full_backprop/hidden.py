"""Hidden cases and known mistakes of lesson 04.

Planted backward passes for `check_backward` stand here and nowhere else: none
of them is among the suspects that the lesson shows.
"""

from itertools import combinations, pairwise

import numpy as np
from solution import (
    activation,
    activation_backward,
    activation_prime,
    cross_entropy,
    cross_entropy_grad,
    dense_backward,
    dense_forward,
    init_params,
    minibatches,
    model_backward,
    model_forward,
    mse,
    mse_grad,
    softmax,
    softmax_vjp,
)

from grader.exercise import Case, Rng, Shown, Tolerance, cases, mistake

LOSSES = {"mse": (mse, mse_grad), "cross_entropy": (cross_entropy, cross_entropy_grad)}


def seed_from(rng):
    """Return a seed for a generator that the student's function gets."""
    return int(rng.integers(2**31))


def network(rng, dims, kinds, m, *, scale=1.0):
    """Draw params and X (n_0, m) such that no relu stands within 1e-3 of its kink."""
    while True:
        params = [
            (scale * rng.normal(size=(n_out, n_in)), scale * rng.normal(size=(n_out, 1)))
            for n_in, n_out in pairwise(dims)
        ]
        X = rng.normal(size=(dims[0], m))
        _, caches = model_forward(X, params, kinds)
        if all(kind != "relu" or np.abs(Z).min() > 1e-3 for _, _, Z, kind in caches):
            return params, X


def one_hot_targets(rng, classes, m):
    """Draw T (classes, m), one-hot."""
    return np.eye(classes)[:, rng.integers(classes, size=m)]


def sizes(dims, m=None):
    """Return the sizes that feedback may show: the widths, and the batch where there is one."""
    widths = {f"n_{layer}": width for layer, width in enumerate(dims)}
    return widths if m is None else widths | {"m": m}


def same_again(told):
    """Return two checks for functions of a generator: equal state, equal result; or other state.

    `told(result)` reduces a result to an array. The first check notes every result; the second
    asks that a result equals one noted; the third that it equals none.
    """
    noted = []

    def note(result, *_arguments):
        noted.append(told(result))

    def as_noted(result, *_arguments):
        if noted and not any(np.array_equal(told(result), other) for other in noted):
            return "the same state of rng gave two different results: draw from rng alone"
        return None

    def unlike_noted(result, *_arguments):
        if any(np.array_equal(told(result), other) for other in noted):
            return "another state of rng gave the same result: rng is not used"
        return None

    return note, as_noted, unlike_noted


# ---------------------------------------------------------------- init_params


def variance_of(n_in, n_out, scheme):
    """Return the variance that a scheme asks for."""
    return 2 / n_in if scheme == "he" else 2 / (n_in + n_out)


def judge_start(result, dims, _rng, scheme):
    """Judge first parameters: structure always, statistics where a layer is large enough."""
    if len(result) != len(dims) - 1:
        return f"found {len(result)} layers, expected {len(dims) - 1}"
    for layer, (W, b) in enumerate(result, start=1):
        n_in, n_out = dims[layer - 1], dims[layer]
        if np.shape(W) != (n_out, n_in):
            return f"W{layer} has shape {np.shape(W)}, expected (n_out, n_in) = {(n_out, n_in)}"
        if np.shape(b) != (n_out, 1):
            return f"b{layer} has shape {np.shape(b)}, expected (n_out, 1) = {(n_out, 1)}"
        if W.dtype != np.float64 or b.dtype != np.float64:
            return f"layer {layer} holds {W.dtype} and {b.dtype}, expected float64"
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            return f"layer {layer} has entries that are not finite"
        if b.any():
            return f"b{layer} is not zero"
        if not W.any():
            return f"W{layer} is zero"
        if W.size >= 4000:
            problem = judge_weights(W, variance_of(n_in, n_out, scheme))
            if problem:
                return f"layer {layer}: {problem}"
    return None


def judge_weights(W, variance):
    """Say what is wrong with normal weights; right ones fail once in a hundred million times."""
    if np.unique(W).size < 0.99 * W.size:
        return "many weights are equal to each other"
    ratio = np.mean(W**2) / variance
    if abs(ratio - 0.5) < 0.06:
        return "the variance of the weights is half of what it should be"
    for bound, words in [(0.1, "far too small"), (1 - 6 * np.sqrt(2 / W.size), "too small")]:
        if ratio < bound:
            return f"the spread of the weights is {words}"
    for bound, words in [(10.0, "far too large"), (1 + 6 * np.sqrt(2 / W.size), "too large")]:
        if ratio > bound:
            return f"the spread of the weights is {words}"
    if abs(W.mean()) > 6 * np.sqrt(variance / W.size):
        return "the mean of the weights is not 0"
    within = np.mean(np.abs(W) < np.sqrt(variance))
    if abs(within - 0.6827) > 6 * np.sqrt(0.2166 / W.size):
        return "the weights have the right variance and are not normally distributed"
    return None


@cases("init_params")
def starts(rng):
    """Large layers, whose spread can be measured, both schemes; small ones for the structure."""
    for scheme in ["he", "xavier"]:
        for group, dims in [
            ("from many to few", [180, 40]),
            ("from few to many", [40, 150]),
            ("several layers", [70, 70, 90]),
        ]:
            yield Case(
                dims, Rng(seed_from(rng)), scheme, group=f"{scheme}, {group}",
                shapes=sizes(dims), check=judge_start,
            )  # fmt: skip
    for dims in [[3, 4, 2], [1, 1]]:
        yield Case(dims, Rng(seed_from(rng)), "he", group="small networks", check=judge_start)
    note, as_noted, unlike_noted = same_again(lambda result: np.asarray(result[0][0]))
    seed = seed_from(rng)
    for check, used in [(note, seed), (as_noted, seed), (unlike_noted, seed + 1)]:
        yield Case([3, 2], Rng(used), "xavier", group="draws from rng", check=check)


def start_with(draw, bias=lambda rng, n_out: np.zeros((n_out, 1))):
    """Return an init_params that draws W by draw(rng, n_in, n_out, scheme)."""

    def answer(dims, rng, scheme):
        return [
            (draw(rng, n_in, n_out, scheme), bias(rng, n_out)) for n_in, n_out in pairwise(dims)
        ]

    return answer


def spread(formula):
    """Return a draw with the standard deviation formula(n_in, n_out, scheme)."""
    return lambda rng, n_in, n_out, scheme: (
        rng.normal(size=(n_out, n_in)) * formula(n_in, n_out, scheme)
    )


def right_spread(n_in, n_out, scheme):
    """Return the standard deviation that the exercise asks for."""
    return np.sqrt(variance_of(n_in, n_out, scheme))


mistake(
    "init_params",
    name="fan-out for fan-in",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / (o if s == "he" else i + o)))),
    hint="A weighted sum adds up as many terms as the layer has what? Count them for one unit.",
)
mistake(
    "init_params",
    name="divided by the root of the number of units",
    answer=start_with(spread(lambda i, o, s: 1 / np.sqrt(o))),
    hint="Your spread depends on the units of the layer alone. On what should it depend in each "
    "of the two schemes?",
)
mistake(
    "init_params",
    name="no square root",
    answer=start_with(spread(variance_of)),
    hint="The table gives a variance. What is the standard deviation, the factor in front of "
    "standard normal numbers?",
)
mistake(
    "init_params",
    name="he for both schemes",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / i))),
    hint='Does your function look at scheme? Compare the spreads for "he" and for "xavier".',
)
mistake(
    "init_params",
    name="xavier for both schemes",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / (i + o)))),
    hint='Does your function look at scheme? Compare the spreads for "he" and for "xavier".',
)
mistake(
    "init_params",
    name="variance 1/n_in for he",
    answer=start_with(spread(lambda i, o, s: np.sqrt(1 / i if s == "he" else 2 / (i + o)))),
    hint='What does a relu do to half of its inputs, and how does "he" make up for it?',
)
mistake(
    "init_params",
    name="all weights zero",
    answer=start_with(lambda rng, n_in, n_out, scheme: np.zeros((n_out, n_in))),
    hint="If all units of a layer begin equal, what will ever make them differ?",
)
mistake(
    "init_params",
    name="random biases",
    answer=start_with(spread(right_spread), lambda rng, n_out: rng.normal(size=(n_out, 1))),
    hint="Only one of W and b must be random to tell the units apart. What does the docstring say "
    "of the other?",
)
mistake(
    "init_params",
    name="flat biases",
    answer=start_with(spread(right_spread), lambda rng, n_out: np.zeros(n_out)),
    hint="Lesson 03: along which axis does a bias of one dimension broadcast?",
)
mistake(
    "init_params",
    name="W transposed",
    answer=start_with(
        lambda rng, n_in, n_out, s: rng.normal(size=(n_in, n_out)) * right_spread(n_in, n_out, s)
    ),
    hint="Which index of W counts the units that the weights lead to? Look at Z = W A + b.",
)
mistake(
    "init_params",
    name="uniform instead of normal",
    answer=start_with(
        lambda rng, n_in, n_out, s: (
            rng.uniform(-1, 1, size=(n_out, n_in)) * np.sqrt(3) * right_spread(n_in, n_out, s)
        )
    ),
    hint="The variance is right. Which distribution does the docstring ask for?",
)
mistake(
    "init_params",
    name="a generator of its own",
    answer=lambda dims, rng, scheme: init_params(dims, np.random.default_rng(), scheme),
    hint="Where do your random numbers come from? With the same rng the network must be the same.",
)


# -------------------------------------------------------------- model_forward


def judge_forward(result, X, params, kinds):
    """Judge a forward pass whose X may have kept its own dtype in the caches."""
    A_L, caches = result
    A_right, caches_right = model_forward(X, params, kinds)
    if np.shape(A_L) != A_right.shape:
        return f"A_L has shape {np.shape(A_L)}, expected {A_right.shape}"
    if not np.allclose(A_L, A_right, rtol=1e-5, atol=1e-6 * max(1.0, np.abs(X).max())):
        return "A_L differs from the reference"
    if len(caches) != len(caches_right):
        return f"found {len(caches)} caches, expected {len(caches_right)}"
    for found, right in zip(caches, caches_right, strict=True):
        for part, name in enumerate(["A_prev", "W", "Z"]):
            wanted = np.asarray(right[part], dtype=float)
            if np.shape(found[part]) != wanted.shape:
                return f"{name} in a cache has another shape than expected"
            if not np.allclose(np.asarray(found[part], dtype=float), wanted, rtol=1e-5, atol=1e-4):
                return f"{name} in a cache differs from the reference"
        if found[3] != right[3]:
            return "kind in a cache is not that of its layer"
    return None


@cases("model_forward", returns=("A_L", "caches"))
def forwards(rng):
    """Rectangular, square, a batch of one, one layer, a softmax on top, other kinds of input."""
    for group, dims, kinds, m in [
        ("rectangular layers", [4, 5, 3, 2], ["relu", "tanh", "sigmoid"], 6),
        ("square layers", [4, 4, 4], ["tanh", "relu"], 4),
        ("a batch of one", [3, 4, 2], ["sigmoid", "tanh"], 1),
        ("one layer", [3, 5], ["sigmoid"], 4),
        ("one layer", [3, 2], ["linear"], 4),
        ("a softmax on top", [3, 5, 4], ["relu", "softmax"], 6),
    ]:
        params, X = network(rng, dims, kinds, m)
        yield Case(X, params, kinds, group=group, shapes=sizes(dims, m))
    params, X = network(rng, [3, 4], ["softmax"], 5)
    params = [(params[0][0], params[0][1] + 1000)]
    yield Case(X, params, ["softmax"], group="a softmax on top", shapes=sizes([3, 4], 5))
    params, X = network(rng, [4, 3, 2], ["tanh", "linear"], 5)
    for other in [rng.integers(-4, 5, size=(4, 5)), X.astype(np.float32)]:
        yield Case(
            other, params, ["tanh", "linear"], group="whole numbers and float32",
            shapes=sizes([4, 3, 2], 5), check=judge_forward,
        )  # fmt: skip


def forward_with(
    *,
    kind_of=lambda kinds, layer: kinds[layer],
    shift=lambda Z, b: Z,
    cache=lambda A_prev, W, Z, A, kind: (A_prev, W, Z, kind),
    hand_on=lambda Z, A: A,
    finish=list,
):
    """Return a model_forward in which one step is changed."""

    def answer(X, params, kinds):
        A, caches = X, []
        for layer, (W, b) in enumerate(params):
            kind = kind_of(kinds, layer)
            Z = shift(dense_forward(A, W, b)[0], b)
            A_out = activation(Z, kind)
            caches.append(cache(A, W, Z, A_out, kinds[layer]))
            A = hand_on(Z, A_out)
        return (A if hand_on(0, 1) else A_out), finish(caches)

    return answer


mistake(
    "model_forward",
    name="no activation on the last layer",
    answer=forward_with(kind_of=lambda kinds, layer: [*kinds[:-1], "linear"][layer]),
    hint="Every layer has two steps, Z and A. Does the last one take the second?",
)
mistake(
    "model_forward",
    name="caches hold what comes out",
    answer=forward_with(cache=lambda A_prev, W, Z, A, kind: (A, W, Z, kind)),
    hint="Backward, dW of a layer is dZ times what came into it. What is first in your cache?",
)
mistake(
    "model_forward",
    name="A in the place of Z",
    answer=forward_with(cache=lambda A_prev, W, Z, A, kind: (A_prev, W, A, kind)),
    hint="The slope of an activation is taken where the forward pass stood before it. "
    "What is third in your cache?",
)
mistake(
    "model_forward",
    name="Z handed on",
    answer=forward_with(hand_on=lambda Z, A: Z),
    hint="What enters layer 2: the weighted sums of layer 1, or what its activation makes of them?",
)
mistake(
    "model_forward",
    name="the first kind for all layers",
    answer=forward_with(kind_of=lambda kinds, layer: kinds[0]),
    hint="Each layer has its own kind. Which one do you use in the second layer?",
)
mistake(
    "model_forward",
    name="no bias",
    answer=forward_with(shift=lambda Z, b: Z - b),
    hint="Feed zeros into one layer. What should come out before the activation?",
)
mistake(
    "model_forward",
    name="caches in backward order",
    answer=forward_with(finish=lambda caches: caches[::-1]),
    hint="caches[0] belongs to the layer that X enters. Which layer's is yours?",
)


# -------------------------------------------------------------- mse, mse_grad


def errors(rng):
    """Yield group, P and T: three families of shapes, and the edges. Never two outputs."""
    for group, n, m in [
        ("several outputs", 3, 5),
        ("as many outputs as samples", 4, 4),
        ("a batch of one", 3, 1),
        ("one output", 1, 6),
    ]:
        yield group, rng.normal(size=(n, m)), rng.normal(size=(n, m))
    P, T = 1e6 * rng.normal(size=(3, 4)), 1e6 * rng.normal(size=(3, 4))
    yield "very large errors, and none", P, T
    yield "whole numbers", rng.integers(-5, 6, size=(3, 4)), rng.integers(6, 9, size=(3, 4))
    P = rng.normal(size=(3, 7))
    yield "very large errors, and none", P, P.copy()
    yield "float32", rng.normal(size=(4, 3)).astype("f4"), rng.normal(size=(4, 3)).astype("f4")


@cases("mse")
def losses(rng):
    """Every family of shapes; the loss is one float."""
    for group, P, T in errors(rng):
        yield Case(P, T, group=group, shapes={"n_out": P.shape[0], "m": P.shape[1]})


mistake(
    "mse",
    name="divided by the outputs only",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / P.shape[0]),
    hint="Count the squares that you add up for three outputs and five samples.",
)
mistake(
    "mse",
    name="divided by the samples only",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / P.shape[1]),
    hint="This is a mean over samples of a sum over outputs. Over what is the mse a mean?",
)
mistake(
    "mse",
    name="the L2 loss of lesson 02",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / (2 * P.shape[1])),
    hint="Section 5 compares the two losses. Which factor stands in front of each?",
)
mistake(
    "mse",
    name="a half too much",
    answer=lambda P, T: float(np.mean((P - T) ** 2) / 2),
    hint="One error of 1, one output, one sample: what is the mean of the squares?",
)
mistake(
    "mse",
    name="a sum",
    answer=lambda P, T: float(np.sum((P - T) ** 2)),
    hint="Twice as many samples with the same errors: should the loss double?",
)
mistake(
    "mse",
    name="errors not squared",
    answer=lambda P, T: float(np.mean(np.abs(P - T))),
    hint="What does the s in mse stand for?",
)
mistake(
    "mse",
    name="the root of the mean",
    answer=lambda P, T: float(np.sqrt(np.mean((P - T) ** 2))),
    hint="All errors are 2. Is the loss 2 or 4?",
)


@cases("mse_grad", builds_on=("mse",))
def loss_gradients(rng):
    """Every family of shapes; the gradient has the shape of P."""
    for group, P, T in errors(rng):
        yield Case(P, T, group=group, shapes={"n_out": P.shape[0], "m": P.shape[1]})


mistake(
    "mse_grad",
    name="divided by the outputs only",
    answer=lambda P, T: 2 * (P - T) / P.shape[0],
    hint="The gradient inherits the factor of the loss. By how many entries does your mse divide?",
)
mistake(
    "mse_grad",
    name="divided by the samples only",
    answer=lambda P, T: 2 * (P - T) / P.shape[1],
    hint="The gradient inherits the factor of the loss. By how many entries does your mse divide?",
)
mistake(
    "mse_grad",
    name="the L2 gradient of lesson 02",
    answer=lambda P, T: (P - T) / P.shape[1],
    hint="This is the gradient of another loss. Section 5 says how the two are related.",
)
mistake(
    "mse_grad",
    name="no factor 2",
    answer=lambda P, T: (P - T) / P.size,
    hint="What is the derivative of a square?",
)
mistake(
    "mse_grad",
    name="no mean",
    answer=lambda P, T: 2.0 * (P - T),
    hint="Your loss is a mean. Is this the gradient of a mean or of a sum?",
)
mistake(
    "mse_grad",
    name="opposite sign",
    answer=lambda P, T: 2 * (T - P) / P.size,
    hint="P above T: does the loss grow or fall when P grows?",
)


# ------------------------------------------------------------- model_backward


@cases("model_backward")
def backwards(rng):
    """Rectangular, square, a batch of one, a softmax, a relu at 0, saturated sums."""
    for group, dims, kinds, m in [
        ("rectangular layers", [4, 5, 3, 4], ["tanh", "relu", "sigmoid"], 6),
        ("rectangular layers", [2, 5, 3], ["sigmoid", "linear"], 4),
        ("square layers", [4, 4, 4, 4], ["relu", "tanh", "linear"], 4),
        ("a batch of one", [3, 4, 3], ["tanh", "sigmoid"], 1),
        ("a batch of one", [3, 3], ["softmax"], 1),
        ("one layer", [3, 4], ["tanh"], 5),
        ("a softmax on top", [3, 5, 4], ["tanh", "softmax"], 6),
        ("a softmax on top", [4, 4, 4], ["relu", "softmax"], 4),
    ]:
        params, X = network(rng, dims, kinds, m)
        P, caches = model_forward(X, params, kinds)
        yield Case(rng.normal(size=P.shape), caches, group=group, shapes=sizes(dims, m))
    # A unit whose sum is exactly 0, in a layer with other sums.
    params, X = network(rng, [3, 4, 3], ["relu", "linear"], 5)
    params[0][0][1], params[0][1][1] = 0.0, 0.0
    P, caches = model_forward(X, params, ["relu", "linear"])
    dA = rng.normal(size=P.shape)
    yield Case(dA, caches, group="a relu at exactly 0", shapes=sizes([3, 4, 3], 5))
    params, X = network(rng, [3, 4, 3], ["sigmoid", "softmax"], 5)
    params[0][1][:2] = [[1000.0], [-1000.0]]
    params[1][1][:] += 1000
    P, caches = model_forward(X, params, ["sigmoid", "softmax"])
    dA = rng.normal(size=P.shape)
    yield Case(dA, caches, group="very large sums", shapes=sizes([3, 4, 3], 5))


def through(dA, Z, kind):
    """Return dZ, as it should be."""
    if kind == "softmax":
        return softmax_vjp(softmax(Z), dA)
    return activation_backward(dA, Z, kind)


def backward_with(
    *,
    dZ=lambda dA, Z, kind, A_prev: through(dA, Z, kind),
    dW=lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T,
    db=lambda dZ, dA, layer, last: dZ.sum(axis=1, keepdims=True),
    down=lambda W, dZ: W.T @ dZ,
    finish=lambda grads: grads[::-1],
):
    """Return a backward pass in which some rules are changed; layers count from 0."""

    def backward(dA, caches):
        grads = []
        for layer, (A_prev, W, Z, kind) in reversed(list(enumerate(caches))):
            delta, last = dZ(dA, Z, kind, A_prev), layer == len(caches) - 1
            grads.append((dW(delta, A_prev, W, layer, last), db(delta, dA, layer, last)))
            dA = down(W, delta)
        return finish(grads)

    return backward


def elementwise_only(rule):
    """Return a dZ rule that changes elementwise activations and leaves the softmax right."""
    return lambda dA, Z, kind, A_prev: (
        through(dA, Z, kind) if kind == "softmax" else rule(dA, Z, kind, A_prev)
    )


def softmax_only(rule):
    """Return a dZ rule that changes the softmax, rule(S, dA), and nothing else."""
    return lambda dA, Z, kind, A_prev: (
        rule(softmax(Z), dA) if kind == "softmax" else through(dA, Z, kind)
    )


def with_the_wrong_cache(dA, caches):
    """Hand the signal down through the weights of the layer below."""
    grads = []
    for layer, (A_prev, _, Z, kind) in reversed(list(enumerate(caches))):
        delta = through(dA, Z, kind)
        grads.append((delta @ A_prev.T, delta.sum(axis=1, keepdims=True)))
        if layer:
            dA = caches[layer - 1][1].T @ delta
    return grads[::-1]


def all_three(dA, caches):
    """Keep what dense_backward returns, dA included."""
    grads = []
    for A_prev, W, Z, kind in reversed(caches):
        grads.append(dense_backward(through(dA, Z, kind), (A_prev, W)))
        dA = grads[-1][0]
    return grads[::-1]


mistake(
    "model_backward",
    name="gradients last layer first",
    answer=backward_with(finish=list),
    hint="The loop meets the last layer first. In which order does params list the layers?",
)
mistake(
    "model_backward",
    name="weights of the wrong layer",
    answer=with_the_wrong_cache,
    hint="Step (3) leads from dZ of a layer to what came into that layer. Through whose weights?",
)
mistake(
    "model_backward",
    name="softmax treated elementwise",
    answer=backward_with(dZ=softmax_only(lambda S, dA: dA * S * (1 - S))),
    hint="Each output of a softmax depends on how many of its sums? Look at (1').",
)
mistake(
    "model_backward",
    name="softmax passed over",
    answer=backward_with(dZ=softmax_only(lambda S, dA: dA)),
    hint="You get the gradient by the output of the softmax, whatever the loss was. "
    "Which step leads from there to its sums?",
)
mistake(
    "model_backward",
    name="phi' taken at A",
    answer=backward_with(
        dZ=elementwise_only(
            lambda dA, Z, kind, A_prev: dA * activation_prime(activation(Z, kind), kind)
        )
    ),
    hint="At which point is the slope of the activation taken: before it or after it?",
)
mistake(
    "model_backward",
    name="no phi'",
    answer=backward_with(dZ=elementwise_only(lambda dA, Z, kind, A_prev: dA)),
    hint="Between dA and dZ stands the activation. Where is step (1)?",
)
mistake(
    "model_backward",
    name="W not transposed",
    answer=backward_with(down=lambda W, dZ: W @ dZ),
    hint="Backward, an input collects over the units that used it. Along which index of W?",
)
mistake(
    "model_backward",
    name="a mean in db",
    answer=backward_with(db=lambda dZ, dA, layer, last: dZ.mean(axis=1, keepdims=True)),
    hint="The 1/m stands in the loss already. Is it in db a second time?",
)
mistake(
    "model_backward",
    name="an extra 1/m",
    answer=backward_with(
        dW=lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T / dZ.shape[1],
        db=lambda dZ, dA, layer, last: dZ.mean(axis=1, keepdims=True),
    ),
    hint="The 1/m stands in the loss already. Is it in your layers a second time?",
)
mistake(
    "model_backward",
    name="flat db",
    answer=backward_with(db=lambda dZ, dA, layer, last: dZ.sum(axis=1)),
    hint="A gradient has the shape of what it is the gradient of. Which shape has b?",
)
mistake(
    "model_backward",
    name="dA returned as well",
    answer=all_three,
    hint="Which two of the three results of dense_backward belong to parameters?",
)


# ------------------------------------------------------------- gradient_check


def loss(params, *, weights, phases, scale):
    """Return scale * (s + s**2 / 20), with s the sum of c * sin(p + phase).

    Every entry's slope depends on all the others, and its curvature is large enough for a
    large step to show.
    """
    s = sum(
        float(np.sum(c * np.sin(np.asarray(p) + phase)))
        for pair, cs, ps in zip(params, weights, phases, strict=True)
        for p, c, phase in zip(pair, cs, ps, strict=True)
    )
    return float(scale * (s + s**2 / 20))


def landscape(rng, shapes, *, scale=1.0, silent=()):
    """Return a smooth loss, params and exact gradients, none of which is near 0.

    Entries in `silent`, (layer, part, index), have the weight c = 0: they do not move the loss.
    """
    arrays = [[rng.normal(size=shape), rng.normal(size=(shape[0], 1))] for shape in shapes]
    weights = [[rng.uniform(0.5, 1.5, size=p.shape) for p in pair] for pair in arrays]
    phases = [[rng.uniform(0.2, 0.8, size=p.shape) - p for p in pair] for pair in arrays]
    for layer, part, index in silent:
        weights[layer][part][index] = 0.0

    s = sum(
        np.sum(c * np.sin(p + phase))
        for pair, cs, ps in zip(arrays, weights, phases, strict=True)
        for p, c, phase in zip(pair, cs, ps, strict=True)
    )
    factor = scale * (1 + s / 10)
    grads = [
        [factor * c * np.cos(p + phase) for p, c, phase in zip(*each, strict=True)]
        for each in zip(arrays, weights, phases, strict=True)
    ]
    shown = Shown(loss, weights=weights, phases=phases, scale=scale)
    return shown, [tuple(pair) for pair in arrays], [tuple(pair) for pair in grads]


def spoiled(grads, layer, part, index, change):
    """Return grads with one entry changed."""
    copies = [tuple(np.array(g) for g in pair) for pair in grads]
    copies[layer][part][index] = change(copies[layer][part][index])
    return copies


@cases("gradient_check", tolerance=Tolerance(relative=1e-4, absolute=1e-6))
def landscapes(rng):
    """Right gradients; one wrong entry in each place; small, zero; a step of the caller's."""
    for group, layer, part, index in [
        ("one wrong weight", 0, 0, (0, 1)),
        ("one wrong weight", 1, 0, (0, 0)),
        ("one wrong bias", 0, 1, (0, 0)),
        ("one wrong bias", 1, 1, (0, 0)),
    ]:
        loss, params, grads = landscape(rng, [(1, 2), (1, 1)])
        wrong = spoiled(grads, layer, part, index, lambda g: 1.5 * g)
        yield Case(loss, params, wrong, group=group)
    loss, params, grads = landscape(rng, [(2, 1)], scale=1e-5)
    wrong = spoiled(grads, 0, 0, (1, 0), lambda g: -2 * g)
    yield Case(loss, params, wrong, group="small gradients")
    silent = [(0, 0, (0, 0)), (0, 0, (1, 1)), (0, 1, (1, 0))]
    loss, params, grads = landscape(rng, [(2, 2)], silent=silent)
    yield Case(loss, params, grads, group="gradients of zero")
    wrong = spoiled(grads, 0, 0, (1, 1), lambda g: 3e-9)
    yield Case(loss, params, wrong, group="gradients of zero")
    loss, params, grads = landscape(rng, [(1, 2)])
    yield Case(loss, params, grads, group="a large step", keywords={"h": 0.3})
    loss, params, grads = landscape(rng, [(2, 2)])
    turned = [(grads[0][0].T.copy(), grads[0][1])]
    yield Case(loss, params, turned, group="right gradients, and transposed ones")
    loss, params, grads = landscape(rng, [(2, 1), (1, 2)])
    yield Case(loss, params, grads, group="right gradients, and transposed ones")


def relative(a, n):
    """Return the error of the exercise."""
    return abs(a - n) / max(1e-8, abs(a) + abs(n))


def check_with(
    *,
    difference=lambda above, below, here, h: (above() - below()) / (2 * h),
    error=relative,
    whole=np.max,
    layers=slice(None),
    parts=(0, 1),
    step=lambda h: h,
):
    """Return a gradient_check in which one choice is changed; params are moved in place."""

    def answer(loss, params, grads, h=1e-5):
        found = []
        chosen = list(zip(params, grads, strict=True))[layers]
        for pair, gradients in chosen:
            for part in parts:
                p = pair[part]
                for index in np.ndindex(p.shape):
                    n = difference(*probes(loss, params, p, index, step(h)), step(h))
                    found.append(error(gradients[part][index], n))
        return float(whole(found))

    return answer


def probes(loss, params, p, index, h):
    """Return three functions: the loss with entry p[index] up by h, down by h, and as it is."""
    kept = p[index]

    def at(value):
        p[index] = value
        result = loss(params)
        p[index] = kept
        return result

    return lambda: at(kept + h), lambda: at(kept - h), lambda: at(kept)


def leaves_params_changed(loss, params, grads, h=1e-5):
    """Step up, two steps down, one step up: rounding leaves a trace."""
    found = []
    for pair, gradients in zip(params, grads, strict=True):
        for p, gradient in zip(pair, gradients, strict=True):
            for index in np.ndindex(p.shape):
                p[index] += h
                above = loss(params)
                p[index] -= 2 * h
                below = loss(params)
                p[index] += h
                found.append(relative(gradient[index], (above - below) / (2 * h)))
    return float(np.max(found))


def no_floor(a, n):
    """Divide without a floor."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.float64(abs(a - n)) / np.float64(abs(a) + abs(n))


mistake(
    "gradient_check",
    name="absolute error",
    answer=check_with(error=lambda a, n: abs(a - n)),
    hint="All gradients a thousand times smaller, and just as wrong. Does your number shrink?",
)
mistake(
    "gradient_check",
    name="mean instead of largest",
    answer=check_with(whole=np.mean),
    hint="One wrong entry among thousands of right ones: what does your number say?",
)
mistake(
    "gradient_check",
    name="first layer only",
    answer=check_with(layers=slice(0, 1)),
    hint="Spoil an entry in the last layer. Does your check see it?",
)
mistake(
    "gradient_check",
    name="last layer only",
    answer=check_with(layers=slice(-1, None)),
    hint="Spoil an entry in the first layer. Does your check see it?",
)
mistake(
    "gradient_check",
    name="weights only",
    answer=check_with(parts=(0,)),
    hint="Spoil an entry of a db. Does your check see it?",
)
mistake(
    "gradient_check",
    name="params left changed",
    answer=leaves_params_changed,
    hint="Up by h, down by 2h, up by h: with floats, is that where you started? "
    "What could you remember instead?",
)
mistake(
    "gradient_check",
    name="forward difference",
    answer=check_with(difference=lambda above, below, here, h: (above() - here()) / h),
    hint="Is the point in the middle of your two losses? See the formula for n_k.",
)
mistake(
    "gradient_check",
    name="divided by h instead of 2h",
    answer=check_with(difference=lambda above, below, here, h: (above() - below()) / h),
    hint="How far apart are the two points at which you measured the loss?",
)
mistake(
    "gradient_check",
    name="h ignored",
    answer=check_with(step=lambda h: 1e-5),
    hint="The caller may choose the step. Where does your code use the argument h?",
)
mistake(
    "gradient_check",
    name="no floor",
    answer=check_with(error=no_floor),
    hint="What happens where both gradients are exactly 0?",
)
mistake(
    "gradient_check",
    name="floor added",
    answer=check_with(error=lambda a, n: abs(a - n) / (abs(a) + abs(n) + 1e-8)),
    hint="The formula takes the larger of two numbers. What does yours do with them?",
)
mistake(
    "gradient_check",
    name="divided by the larger of the two",
    answer=check_with(error=lambda a, n: abs(a - n) / max(1e-8, abs(a), abs(n))),
    hint="a = 0.003 and n = 0.002 make 0.2 in the text. What do they make in your code?",
)
mistake(
    "gradient_check",
    name="sign of the error kept",
    answer=check_with(error=lambda a, n: (a - n) / max(1e-8, abs(a) + abs(n))),
    hint="A gradient that is too small is as wrong as one that is too large.",
)


# ---------------------------------------------------------------- minibatches


def places(part, whole):
    """Return for each column of part where it stands in whole, or -1."""
    equal = (part[:, :, None] == whole[:, None, :]).all(axis=0)
    return np.where(equal.any(axis=1), equal.argmax(axis=1), -1)


def judge_batches(result, X, T, batch_size, _rng):
    """Judge batches: sizes, columns, pairs, each sample once, and a real shuffle."""
    m = X.shape[1]
    wanted = [min(batch_size, m - start) for start in range(0, m, batch_size)]
    found = []
    for X_b, T_b in result:
        if np.ndim(X_b) != 2 or np.ndim(T_b) != 2:
            return "a batch is not a pair of two-dimensional arrays"
        if X_b.shape[0] != X.shape[0] or T_b.shape[0] != T.shape[0]:
            return "a batch has another number of rows than X or T: which axis holds the samples?"
        if X_b.shape[1] != T_b.shape[1]:
            return "X_b and T_b of one batch have different numbers of samples"
        found.append(X_b.shape[1])
    if sum(found) < m:
        return "some samples are in no batch"
    if found != wanted:
        return "the batches do not have the sizes asked for"
    order = np.concatenate([places(np.asarray(X_b), X) for X_b, _ in result])
    targets = np.concatenate([places(np.asarray(T_b), T) for _, T_b in result])
    if (order < 0).any():
        return "a column of a batch is no sample of X"
    if (targets < 0).any():
        return "a column of a batch's targets is no column of T"
    if (order != targets).any():
        if (targets == np.arange(m)).all():
            return "samples have lost their own targets, which come in their old order"
        return "samples have lost their own targets"
    if np.unique(order).size < m:
        return "some samples come twice and others never"
    return judge_order(order, wanted) if m >= 12 else None


def judge_order(order, counts):
    """Say what is not random about an order of at least twelve samples."""
    # A random order keeps about one pair of neighbours: less than once in a million times as
    # many as here.
    if np.mean(np.diff(order) == 1) > (0.5 if order.size >= 20 else 0.8):
        return "samples that were neighbours in X still are"
    ends = np.cumsum(counts)
    blocks = [order[end - count : end] for end, count in zip(ends, counts, strict=True)]
    apart = order.size >= 16 and len(counts) > 1 and min(counts[:-1]) > 1
    if apart and all(np.ptp(block) == block.size - 1 for block in blocks):
        return "samples change places only within their batch"
    return None


@cases("minibatches")
def piles(rng):
    """A smaller last batch, even batches, one batch, batches of one; drawn from rng."""
    for group, n, k, m, batch_size in [
        ("a smaller last batch", 3, 2, 23, 5),
        ("a smaller last batch", 2, 4, 13, 6),
        ("even batches", 4, 3, 24, 6),
        ("one batch", 3, 2, 14, 40),
        ("as many targets as samples", 5, 16, 16, 16),
        ("as many targets as samples", 16, 16, 16, 5),
        ("batches of one", 2, 3, 14, 1),
        ("batches of one", 3, 2, 1, 4),
    ]:
        X, T = rng.normal(size=(n, m)), rng.normal(size=(k, m))
        yield Case(
            X, T, batch_size, Rng(seed_from(rng)), group=group,
            shapes={"n": n, "k": k, "m": m, "batch_size": batch_size}, check=judge_batches,
        )  # fmt: skip
    note, as_noted, unlike_noted = same_again(
        lambda result: np.concatenate([np.ravel(X_b) for X_b, _ in result])
    )
    X, T, seed = rng.normal(size=(2, 25)), rng.normal(size=(1, 25)), seed_from(rng)
    for check, used in [(note, seed), (as_noted, seed), (unlike_noted, seed + 1)]:
        yield Case(X, T, 10, Rng(used), group="draws from rng", check=check)


def batches_with(
    *,
    order=lambda rng, m, size: rng.permutation(m),
    order_of_targets=lambda rng, order: order,
    keep=lambda size, batch_size: True,
    take=lambda T, pick: T[:, pick],
):
    """Return a minibatches in which one choice is changed."""

    def answer(X, T, batch_size, rng):
        m = X.shape[1]
        samples = order(rng, m, batch_size)
        targets = order_of_targets(rng, samples)
        picks = [
            (samples[start : start + batch_size], targets[start : start + batch_size])
            for start in range(0, m, batch_size)
        ]
        return [(X[:, s], take(T, t)) for s, t in picks if keep(len(s), batch_size)]

    return answer


def batches_in_random_order(X, T, batch_size, rng):
    """Cut first and shuffle the batches: neighbours stay together."""
    cut = batches_with(order=lambda rng, m, size: np.arange(m))(X, T, batch_size, rng)
    full, rest = (cut[:-1], cut[-1:]) if cut[-1][0].shape[1] < batch_size else (cut, [])
    return [full[i] for i in rng.permutation(len(full))] + rest


def shuffled_inside(rng, m, size):
    """Return an order in which samples change places only within their batch."""
    blocks = [np.arange(start, min(start + size, m)) for start in range(0, m, size)]
    return np.concatenate([rng.permutation(block) for block in blocks])


mistake(
    "minibatches",
    name="T indexed on the wrong axis",
    answer=batches_with(take=lambda T, pick: T[pick]),
    hint="Samples are columns in T too. Which axis does T[pick] index?",
)
mistake(
    "minibatches",
    name="X and T shuffled apart",
    answer=batches_with(order_of_targets=lambda rng, order: rng.permutation(len(order))),
    hint="How many random orders do you draw? How many may there be?",
)
mistake(
    "minibatches",
    name="T not shuffled",
    answer=batches_with(order_of_targets=lambda rng, order: np.arange(len(order))),
    hint="Follow one sample through the shuffle. Does its target come along?",
)
mistake(
    "minibatches",
    name="last batch dropped",
    answer=batches_with(keep=lambda size, batch_size: size == batch_size),
    hint="With 23 samples in batches of 5, how many samples are in your batches?",
)
mistake(
    "minibatches",
    name="not shuffled",
    answer=batches_with(order=lambda rng, m, size: np.arange(m)),
    hint="Look at the first batch of two epochs. Where does rng come in?",
)
mistake(
    "minibatches",
    name="drawn with replacement",
    answer=batches_with(order=lambda rng, m, size: rng.integers(m, size=m)),
    hint="In an epoch every sample comes exactly once. How often does each come in yours?",
)
mistake(
    "minibatches",
    name="only the batches shuffled",
    answer=batches_in_random_order,
    hint="Two samples that are neighbours in X: can they ever be in different batches?",
)
mistake(
    "minibatches",
    name="shuffled within batches",
    answer=batches_with(order=shuffled_inside),
    hint="Cut first or shuffle first? Can the first sample ever reach the last batch?",
)
mistake(
    "minibatches",
    name="a generator of its own",
    answer=lambda X, T, batch_size, rng: minibatches(X, T, batch_size, np.random.default_rng()),
    hint="Where does your random order come from? With the same rng it must be the same.",
)


# ---------------------------------------------------------------------- train


# All epochs are cut into the same batches by chance once in 1.6 million runs of so many.
_ENOUGH_EPOCHS = 14


def one_epoch(params, batches, kinds, loss, lr):
    """Return the params after one epoch over given batches, and its training loss."""
    loss_of, loss_grad = LOSSES[loss]
    total, count = 0.0, 0
    for X_b, T_b in batches:
        P, caches = model_forward(X_b, params, kinds)
        total, count = total + loss_of(P, T_b) * X_b.shape[1], count + X_b.shape[1]
        grads = model_backward(loss_grad(P, T_b), caches)
        params = [
            (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]
    return params, total / count


def judge_run(result, params, *others):
    """Judge a run in two batches an epoch by finding the batches that explain it.

    Three samples in batches of two make three ways to cut an epoch. Each epoch's losses tell
    which one was taken, so weights, losses and shuffles are judged exactly, whatever the
    random numbers were.
    """
    X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, _ = others
    final, history = result
    losses = [history["train_loss"], history["test_loss"]]
    if [len(part) for part in losses] != [epochs, epochs]:
        return f"history has {len(losses[0])} and {len(losses[1])} entries, expected {epochs} each"
    m, chosen = X.shape[1], []
    for found_train, found_test in zip(*losses, strict=True):
        fitting = []
        for first in combinations(range(m), batch_size):
            rest = [j for j in range(m) if j not in first]
            batches = [(X[:, pick], T[:, pick]) for pick in (list(first), rest)]
            after, train_loss = one_epoch(params, batches, kinds, loss, lr)
            if abs(found_train - train_loss) < 1e-7 * abs(train_loss):
                fitting.append((after, first))
        if not fitting:
            return "no order of the batches explains an epoch's training loss"
        tests = [LOSSES[loss][0](model_forward(X_test, p, kinds)[0], T_test) for p, _ in fitting]
        best = int(np.argmin(np.abs(np.subtract(tests, found_test))))
        if not abs(found_test - tests[best]) < 1e-6 * abs(tests[best]):
            return "the training losses are right, and an epoch's test loss is not"
        params = fitting[best][0]
        chosen.append(fitting[best][1])
    # In a few epochs, all may be cut alike by chance.
    if len(set(chosen)) == 1 and epochs >= _ENOUGH_EPOCHS:
        return "every epoch had the same batches: shuffle anew"
    if len(final) != len(params):
        return f"found {len(final)} layers, expected {len(params)}"
    for pair, right in zip(final, params, strict=True):
        for found, wanted in zip(pair, right, strict=True):
            if np.shape(found) != wanted.shape:
                return "a returned parameter has another shape than the one given"
            if not np.allclose(found, wanted, rtol=1e-6, atol=1e-9):
                return "the returned params are not those after the last step"
    return None


def task(rng, dims, kinds, counts):
    """Draw params, X, T, X_test and T_test for a small run; counts is (m, m_test)."""
    m, m_test = counts
    params, X = network(rng, dims, kinds, m, scale=0.7)
    X_test = rng.normal(size=(dims[0], m_test))
    if kinds[-1] == "softmax":
        T, T_test = (one_hot_targets(rng, dims[-1], count) for count in counts)
    else:
        T, T_test = (rng.normal(size=(dims[-1], count)) for count in counts)
    return params, X, T, X_test, T_test


@cases(
    "train",
    returns=("params", "history"),
    builds_on=("minibatches", "model_forward", "mse", "mse_grad", "model_backward"),
)
def runs(rng):
    """A rate of 0, the whole set as one batch, several batches, a set of one sample."""
    for group, dims, kinds, loss, lr, epochs, m, batch_size, m_test in [
        ("a rate of 0", [3, 4, 3], ["tanh", "linear"], "mse", 0.0, 2, 7, 3, 4),
        ("a rate of 0", [3, 4], ["softmax"], "cross_entropy", 0.0, 3, 8, 5, 3),
        ("one batch an epoch", [2, 5, 3], ["sigmoid", "linear"], "mse", 0.3, 3, 6, 6, 4),
        ("one batch an epoch", [4, 3, 5, 3], ["tanh", "sigmoid", "softmax"], "cross_entropy", 0.5,
         3, 5, 9, 6),
        ("square layers", [4, 4, 4], ["tanh", "softmax"], "cross_entropy", 0.4, 2, 4, 4, 4),
        ("a single sample", [3, 4, 1], ["sigmoid", "tanh"], "mse", 0.2, 3, 1, 1, 2),
    ]:  # fmt: skip
        yield Case(
            *task(rng, dims, kinds, (m, m_test)), kinds, loss, lr, epochs, batch_size,
            Rng(seed_from(rng)), group=group, shapes=sizes(dims, m) | {"batch_size": batch_size},
        )  # fmt: skip
    for dims, kinds, loss, lr, epochs in [
        ([2, 3, 3], ["tanh", "linear"], "mse", 0.1, _ENOUGH_EPOCHS),
        ([3, 4, 3], ["sigmoid", "softmax"], "cross_entropy", 0.2, 3),
    ]:
        yield Case(
            *task(rng, dims, kinds, (3, 2)), kinds, loss, lr, epochs, 2, Rng(seed_from(rng)),
            group="several batches", shapes=sizes(dims, 3) | {"batch_size": 2}, check=judge_run,
        )  # fmt: skip


def train_with(
    *,
    epoch_loss=lambda losses, counts: float(np.dot(losses, counts) / np.sum(counts)),
    after_step=False,
    test_before=False,
    test_on_training=False,
    one_shuffle=False,
    in_place=False,
    sign=-1,
    loss_used=lambda loss: loss,
    stale=False,
):
    """Return a train in which one step is changed."""

    def answer(params, *others):
        X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, rng = others
        loss_of, loss_grad = LOSSES[loss_used(loss)]
        given = params
        history = {"train_loss": [], "test_loss": []}
        test = (X, T) if test_on_training else (X_test, T_test)
        batches = minibatches(X, T, batch_size, rng)
        for epoch in range(epochs):
            if epoch and not one_shuffle:
                batches = minibatches(X, T, batch_size, rng)
            losses, counts = [], []
            if test_before:
                P, _ = model_forward(test[0], params, kinds)
                history["test_loss"].append(loss_of(P, test[1]))
            for X_b, T_b in batches:
                P, caches = model_forward(X_b, given if stale else params, kinds)
                losses.append(loss_of(P, T_b))
                counts.append(X_b.shape[1])
                grads = model_backward(loss_grad(P, T_b), caches)
                pairs = list(zip(params, grads, strict=True))
                if in_place:
                    for (W, b), (dW, db) in pairs:
                        np.add(W, sign * lr * dW, out=W)
                        np.add(b, sign * lr * db, out=b)
                else:
                    params = [
                        (W + sign * lr * dW, b + sign * lr * db) for (W, b), (dW, db) in pairs
                    ]
                if after_step:
                    losses[-1] = loss_of(model_forward(X_b, params, kinds)[0], T_b)
            history["train_loss"].append(epoch_loss(losses, counts))
            if not test_before:
                P, _ = model_forward(test[0], params, kinds)
                history["test_loss"].append(loss_of(P, test[1]))
        return params, history

    return answer


mistake(
    "train",
    name="the last batch's loss for the epoch's",
    answer=train_with(epoch_loss=lambda losses, counts: losses[-1]),
    hint="The epoch had several batches. Whose loss do you report?",
)
mistake(
    "train",
    name="unweighted mean of the batch losses",
    answer=train_with(epoch_loss=lambda losses, counts: float(np.mean(losses))),
    hint="The last batch may be smaller. Does each sample count the same in your mean?",
)
mistake(
    "train",
    name="batch losses added up",
    answer=train_with(epoch_loss=lambda losses, counts: float(np.sum(losses))),
    hint="Half the batch size, twice as many batches: should the training loss double?",
)
mistake(
    "train",
    name="test loss on the training set",
    answer=train_with(test_on_training=True),
    hint="On which samples do you measure the test loss?",
)
mistake(
    "train",
    name="one shuffle for all epochs",
    answer=train_with(one_shuffle=True),
    hint="How often do you call minibatches? Where does that line stand: inside which loop?",
)
mistake(
    "train",
    name="training loss after the step",
    answer=train_with(after_step=True),
    hint="When do you measure a batch's loss: with the params before its step, or after it?",
)
mistake(
    "train",
    name="test loss before the epoch",
    answer=train_with(test_before=True),
    hint="The test loss belongs to the params at the end of the epoch. When do you measure it?",
)
mistake(
    "train",
    name="given params changed",
    answer=train_with(in_place=True),
    hint="Look at `W -= ...`: does it make a new array, or change the caller's?",
)
mistake(
    "train",
    name="uphill",
    answer=train_with(sign=1),
    hint="The gradient points to where the loss grows. Which way is the step?",
)
mistake(
    "train",
    name="always the squared error",
    answer=train_with(loss_used=lambda loss: "mse"),
    hint="loss is an argument. Where does your code look at it?",
)
mistake(
    "train",
    name="always the cross-entropy",
    answer=train_with(loss_used=lambda loss: "cross_entropy"),
    hint="loss is an argument. Where does your code look at it?",
)
mistake(
    "train",
    name="forward pass with the first params",
    answer=train_with(stale=True),
    hint="After the first step there are new params. Which ones does the next forward pass use?",
)


# ------------------------------------------------------------- check_backward
#
# Right implementations that look different, and planted bugs.  Every group holds
# both, so that a constant answer earns nothing.


def by_einsum(dA, caches):
    """Sum over named indices."""
    grads = []
    for A_prev, W, Z, kind in caches[::-1]:
        delta = through(dA, Z, kind)
        grads.insert(0, (np.einsum("ji,ki->jk", delta, A_prev), np.einsum("ji->j", delta)[:, None]))
        dA = np.einsum("jk,ji->ki", W, delta)
    return grads


def by_sample(dA, caches):
    """Add up the gradients of single samples."""
    total = None
    for i in range(dA.shape[1]):
        column = slice(i, i + 1)
        one = [(A[:, column], W, Z[:, column], kind) for A, W, Z, kind in caches]
        grads = model_backward(dA[:, column], one)
        total = grads if total is None else [
            (dW + eW, db + eb) for (dW, db), (eW, eb) in zip(total, grads, strict=True)
        ]  # fmt: skip
    return total


def by_rows(dA, caches):
    """Work in the convention of samples as rows, and turn the results."""
    grads, dA_rows = [], dA.T
    for A_prev, W, Z, kind in reversed(caches):
        dZ_rows = through(dA_rows.T, Z, kind).T
        grads.append(((A_prev @ dZ_rows).T, dZ_rows.sum(axis=0)[:, None]))
        dA_rows = dZ_rows @ W
    return grads[::-1]


def by_jacobians(dA, caches):
    """Build every activation's full Jacobian, sample by sample."""
    grads = []
    for A_prev, W, Z, kind in reversed(caches):
        delta = np.empty_like(Z)
        for i in range(Z.shape[1]):
            if kind == "softmax":
                s = softmax(Z[:, i : i + 1])[:, 0]
                J = np.diag(s) - np.outer(s, s)
            else:
                J = np.diag(activation_prime(Z[:, i], kind))
            delta[:, i] = J.T @ dA[:, i]
        grads.append((delta @ A_prev.T, delta @ np.ones((Z.shape[1], 1))))
        dA = W.T @ delta
    return grads[::-1]


def by_recursion(dA, caches):
    """Call itself for the layers below; lists instead of tuples, columns first in memory."""
    if not caches:
        return []
    *below, (A_prev, W, Z, kind) = caches
    delta = through(dA, Z, kind)
    mine = [np.asfortranarray(delta @ A_prev.T), np.add.reduce(delta, axis=1).reshape(-1, 1)]
    return [*by_recursion(W.T @ delta, below), mine]


def by_outer_products(dA, caches):
    """Go through the samples in reverse and add outer products."""
    grads = []
    for A_prev, W, Z, kind in reversed(caches):
        delta = through(dA, Z, kind)
        dW, db = np.zeros_like(W), np.zeros((len(W), 1))
        for i in reversed(range(Z.shape[1])):
            dW, db = dW + np.outer(delta[:, i], A_prev[:, i]), db + delta[:, [i]]
        grads.append((dW, db))
        dA = (delta.T @ W).T
    return grads[::-1]


def square(W):
    """Whether a layer is square, so that a wrong transpose fits."""
    return W.shape[0] == W.shape[1]


def for_one_kind(wanted, rule):
    """Return a dZ rule that is wrong for one kind of activation only."""
    return lambda dA, Z, kind, A_prev: (
        rule(dA, Z, A_prev) if kind == wanted else through(dA, Z, kind)
    )


def no_batch_of_one(dA, caches):
    """Raise where squeezing has eaten the only sample."""
    np.squeeze(dA, axis=None).shape[1]  # an IndexError for a batch of one
    return model_backward(dA, caches)


def always_raises(_dA, _caches):
    """Raise an exception whatever comes."""
    raise ZeroDivisionError("planted")


def one_nan(dA, caches):
    """Return NaN in a single entry."""
    grads = [(np.array(dW), np.array(db)) for dW, db in model_backward(dA, caches)]
    grads[-1][0][0, 0] = np.nan
    return grads


def scaled(factor):
    """Return a dW rule with a factor(layer, last)."""
    return lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T * factor(layer, last)


FIRST_ONLY = backward_with(dW=scaled(lambda layer, last: 1.0 if layer else 1.2))
MIDDLE_ONLY = backward_with(dW=scaled(lambda layer, last: 1.1 if layer and not last else 1.0))
LAST_ONLY = backward_with(dW=scaled(lambda layer, last: 0.5 if last else 1.0))

FIRST_BIAS_FROZEN = backward_with(
    db=lambda dZ, dA, layer, last: dZ.sum(axis=1, keepdims=True) * bool(layer)
)
BIAS_BEFORE_ACTIVATION = backward_with(db=lambda dZ, dA, layer, last: dA.sum(axis=1, keepdims=True))
BIAS_SHARED = backward_with(db=lambda dZ, dA, layer, last: np.full((len(dZ), 1), dZ.sum()))
# At the first column of each row these are the right numbers, and they broadcast.
BIAS_REPEATED = backward_with(
    db=lambda dZ, dA, layer, last: np.repeat(dZ.sum(axis=1, keepdims=True), dZ.shape[1], axis=1)
)
BIAS_AS_A_ROW = backward_with(db=lambda dZ, dA, layer, last: dZ.sum(axis=1)[None, :])

SQUARE_DW_TURNED = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: A_prev @ dZ.T if square(W) else dZ @ A_prev.T
)
SQUARE_W_NOT_TURNED = backward_with(down=lambda W, dZ: (W if square(W) else W.T) @ dZ)

# A reshape gives the shape of a transpose, with the entries in another order.
DW_RESHAPED = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: (
        dZ @ A_prev.T if square(W) else (A_prev @ dZ.T).reshape(W.shape)
    )
)
W_RESHAPED = backward_with(down=lambda W, dZ: (W.T if square(W) else W.reshape(W.shape[::-1])) @ dZ)

MEAN_TWICE = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T / dZ.shape[1],
    db=lambda dZ, dA, layer, last: dZ.mean(axis=1, keepdims=True),
)
FIRST_SAMPLE_FOR_ALL = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: dZ.shape[1] * dZ[:, :1] @ A_prev[:, :1].T
)
ONE_SAMPLE_SUMMED_OVER_UNITS = backward_with(
    db=lambda dZ, dA, layer, last: (
        np.full((len(dZ), 1), dZ.sum()) if dZ.shape[1] == 1 else dZ.sum(axis=1, keepdims=True)
    )
)

TANH_FROM_Z = backward_with(dZ=for_one_kind("tanh", lambda dA, Z, A_prev: dA * (1 - Z**2)))
SIGMOID_FOR_ITS_SLOPE = backward_with(
    dZ=for_one_kind("sigmoid", lambda dA, Z, A_prev: dA * activation(Z, "sigmoid"))
)
RELU_OPENED_BY_INPUT = backward_with(
    dZ=for_one_kind(
        "relu",
        lambda dA, Z, A_prev: dA * ((A_prev if A_prev.shape == Z.shape else Z) > 0),
    )
)
RELU_LEAKS = backward_with(
    dZ=for_one_kind("relu", lambda dA, Z, A_prev: dA * np.where(Z > 0, 1.0, 0.1))
)

SOFTMAX_OVER_SAMPLES = backward_with(
    dZ=softmax_only(lambda S, dA: S * (dA - (S * dA).sum(axis=1, keepdims=True)))
)
SOFTMAX_PLAIN_MEAN = backward_with(
    dZ=softmax_only(lambda S, dA: S * (dA - dA.mean(axis=0, keepdims=True)))
)
SOFTMAX_DIAGONAL_WITHOUT_SQUARE = backward_with(dZ=softmax_only(lambda S, dA: S * dA))

# Every entry of every parameter is probed twice: the networks are as small as their bugs allow.
ZOO = [
    # group: right implementations and planted bugs, each with the network it is tried on
    (
        "every layer",
        [(by_einsum, [1, 2, 2, 2], ["tanh", "sigmoid", "linear"])],
        [
            (FIRST_ONLY, [1, 2, 2, 2], ["tanh", "sigmoid", "linear"]),
            (MIDDLE_ONLY, [1, 2, 2, 2], ["tanh", "sigmoid", "linear"]),
            (LAST_ONLY, [1, 2, 2], ["sigmoid", "tanh"]),
        ],
    ),
    (
        "biases",
        [(by_sample, [1, 3, 2], ["sigmoid", "tanh"])],
        [
            (FIRST_BIAS_FROZEN, [1, 3, 2], ["sigmoid", "tanh"]),
            (BIAS_BEFORE_ACTIVATION, [1, 2, 2], ["tanh", "sigmoid"]),
            (BIAS_SHARED, [1, 2, 2], ["sigmoid", "linear"]),
            (BIAS_AS_A_ROW, [1, 2, 2], ["tanh", "tanh"]),
            (BIAS_REPEATED, [1, 2, 2], ["sigmoid", "tanh"]),
        ],
    ),
    (
        "square layers",
        [(by_rows, [2, 2, 2], ["tanh", "sigmoid"])],
        [
            (SQUARE_DW_TURNED, [2, 2, 2], ["tanh", "sigmoid"]),
            (SQUARE_W_NOT_TURNED, [3, 3, 3], ["sigmoid", "linear"]),
        ],
    ),
    (
        "rectangular layers",
        [(model_backward, [2, 3, 2], ["sigmoid", "tanh"])],
        [
            (DW_RESHAPED, [2, 3, 2], ["sigmoid", "tanh"]),
            (W_RESHAPED, [2, 3, 2], ["tanh", "linear"]),
        ],
    ),
    (
        "batch sizes",
        [(by_outer_products, [2, 2, 1], ["tanh", "linear"])],
        [
            (MEAN_TWICE, [2, 2, 1], ["tanh", "linear"]),
            (FIRST_SAMPLE_FOR_ALL, [2, 2, 1], ["sigmoid", "linear"]),
            (ONE_SAMPLE_SUMMED_OVER_UNITS, [2, 3, 1], ["tanh", "sigmoid"]),
            (no_batch_of_one, [2, 3, 2], ["tanh", "linear"]),
        ],
    ),
    (
        "kinds of activation",
        [(by_jacobians, [1, 2, 2, 2], ["relu", "sigmoid", "tanh"])],
        [
            (TANH_FROM_Z, [1, 2, 2], ["tanh", "tanh"]),
            (SIGMOID_FOR_ITS_SLOPE, [1, 2, 2], ["sigmoid", "tanh"]),
            (RELU_OPENED_BY_INPUT, [3, 3, 3, 1], ["relu", "relu", "linear"]),
            (RELU_LEAKS, [2, 4, 2], ["relu", "linear"]),
        ],
    ),
    (
        "softmax",
        [(by_recursion, [1, 2, 3], ["tanh", "softmax"])],
        [
            (SOFTMAX_OVER_SAMPLES, [1, 2, 3], ["tanh", "softmax"]),
            (SOFTMAX_PLAIN_MEAN, [1, 2, 4], ["sigmoid", "softmax"]),
            (SOFTMAX_DIAGONAL_WITHOUT_SQUARE, [2, 3], ["softmax"]),
        ],
    ),
    (
        "no usable answer",
        [(by_einsum, [2, 2, 2], ["sigmoid", "linear"])],
        [
            (always_raises, [3, 2], ["linear"]),
            (one_nan, [1, 2, 2], ["tanh", "linear"]),
            (backward_with(finish=list), [2, 2, 2], ["sigmoid", "linear"]),
            (lambda dA, caches: model_backward(dA, caches)[1:], [3, 3, 3], ["tanh", "linear"]),
            (lambda dA, caches: None, [3, 2], ["tanh"]),
        ],
    ),
]


def expects(wanted):
    """Return a check that a checker's answer is the wanted one."""

    def judge(result, *_arguments):
        answer = np.asarray(result)
        if answer.shape != () or answer.dtype != bool:
            return "the answer is neither True nor False"
        if bool(answer) == wanted:
            return None
        if wanted:
            return "a right backward pass is rejected"
        return "a wrong backward pass is accepted"

    return judge


@cases(
    "check_backward",
    builds_on=("init_params", "model_forward", "mse", "mse_grad", "model_backward"),
)
def suspects(rng):
    """Right backward passes and planted bugs, at least one of each in a group."""
    for group, right, wrong in ZOO:
        for wanted, passes in [(True, right), (False, wrong)]:
            for backward, dims, kinds in passes:
                yield Case(
                    backward, dims, kinds, Rng(seed_from(rng)), group=group,
                    shapes=sizes(dims), check=expects(wanted),
                )  # fmt: skip


def checker_with(
    *,
    batches=(1, 5),
    chosen=slice(None),
    parts=(0, 1),
    network_used=lambda dims, kinds: (dims, kinds),
    close=lambda found, right: np.allclose(found, right, rtol=1e-6, atol=1e-9),
    probe=lambda rng, shape: rng.normal(size=shape),
    shapes=True,
    catch=True,
):
    """Return a check_backward that overlooks something; it compares with a right answer."""

    def answer(backward, dims, kinds, rng):
        dims, kinds = network_used(dims, kinds)
        verdicts = []
        for m in batches:
            params = init_params(dims, rng, "xavier")
            P, caches = model_forward(rng.normal(size=(dims[0], m)), params, kinds)
            R = probe(rng, P.shape)
            try:
                grads = backward(R, caches)
                pairs = list(zip(grads, model_backward(R, caches), strict=shapes))[chosen]
                verdicts += [
                    (np.shape(found[part]) == right[part].shape or not shapes)
                    and bool(close(found[part], right[part]))
                    for found, right in pairs
                    for part in parts
                ]
            except Exception:
                if not catch:
                    raise
                return False
        return all(verdicts)

    return answer


def trusts_the_loss(backward, dims, kinds, rng):
    """Train a little and look whether the loss has fallen."""
    params = init_params(dims, rng, "xavier")
    X, T = rng.normal(size=(dims[0], 8)), rng.uniform(size=(dims[-1], 8))
    seen = []
    try:
        for _ in range(15):
            P, caches = model_forward(X, params, kinds)
            seen.append(mse(P, T))
            grads = backward(mse_grad(P, T), caches)
            params = [
                (W - 0.1 * dW, b - 0.1 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
    except Exception:  # noqa: BLE001 - whatever a planted bug raises
        return False
    return bool(seen[-1] < seen[0])


mistake(
    "check_backward",
    name="an exception gets through",
    answer=checker_with(catch=False),
    hint="A backward pass may raise. What does your checker do then?",
)
mistake(
    "check_backward",
    name="NaN passes",
    answer=checker_with(
        close=lambda found, right: not (np.abs(np.asarray(found) - right) > 1e-6).any()
    ),
    hint="NaN > tolerance is False. And NaN < tolerance?",
)
mistake(
    "check_backward",
    name="shapes not compared",
    answer=checker_with(shapes=False),
    hint="Two arrays of different shapes may broadcast and look equal. What do you compare first?",
)
mistake(
    "check_backward",
    name="never a batch of one",
    answer=checker_with(batches=(5,)),
    hint="With which batch sizes do you call backward? Which forgotten step hides in yours?",
)
mistake(
    "check_backward",
    name="only a batch of one",
    answer=checker_with(batches=(1,)),
    hint="With one sample every sum over samples is trivial. Which bugs hide there?",
)
mistake(
    "check_backward",
    name="weights only",
    answer=checker_with(parts=(0,)),
    hint="What would your checker say to a backward pass that forgets the biases?",
)
mistake(
    "check_backward",
    name="a square network of its own",
    answer=checker_with(network_used=lambda dims, kinds: ([3] * len(dims), kinds)),
    hint="The caller chose dims. What hides in square layers, and what only in others?",
)
mistake(
    "check_backward",
    name="kinds of its own",
    answer=checker_with(network_used=lambda dims, kinds: (dims, ["tanh"] * len(kinds))),
    hint="A bug may sit in one activation. Which kinds does your network have?",
)
mistake(
    "check_backward",
    name="a dA of ones",
    answer=checker_with(probe=lambda rng, shape: np.ones(shape)),
    hint="What is the sum of a softmax's outputs, whatever the parameters are? And its gradient?",
)
mistake(
    "check_backward",
    name="exact equality",
    answer=checker_with(close=np.array_equal),
    hint="Sums in another order round differently. How far apart may two right gradients be?",
)
mistake(
    "check_backward",
    name="last layer only",
    answer=checker_with(chosen=slice(-1, None)),
    hint="The signal can get lost on its way down. How many layers do you look at?",
)
mistake(
    "check_backward",
    name="first layer only",
    answer=checker_with(chosen=slice(0, 1)),
    hint="A layer above may be wrong by itself. How many layers do you look at?",
)
mistake(
    "check_backward",
    name="shapes only",
    answer=checker_with(close=lambda found, right: True),
    hint="Right shapes are necessary. Which of the suspects in section 11 have wrong ones?",
)
mistake(
    "check_backward",
    name="trusts the loss curve",
    answer=trusts_the_loss,
    hint="Section 11: which suspects make the loss fall? Compare with slopes instead.",
)
mistake(
    "check_backward",
    name="accepts everything",
    answer=lambda backward, dims, kinds, rng: True,
    hint="What does your checker say to a backward pass that returns an empty list?",
)
mistake(
    "check_backward",
    name="rejects everything",
    answer=lambda backward, dims, kinds, rng: False,
    hint="What does your checker say to your own model_backward? How large is the error it sees?",
)
