"""Hidden cases and known mistakes of lesson 03, the dense layer.

Sizes differ pairwise in the rectangular cases, so that a wrong product fails
there; they are equal in the square ones, where it fits and only its values tell.
"""

import numpy as np

from grader.exercise import Call, Case, Get, Rng, Set, cases, mistake

SHAPES = [("rectangular", 4, 3, 5), ("square", 4, 4, 4), ("a batch of one", 3, 2, 1)]


def sizes(n_out, n_in, m):
    return {"n_out": n_out, "n_in": n_in, "m": m}


def phi(Z, kind):
    if kind == "linear":
        return Z
    if kind == "relu":
        return np.maximum(Z, 0.0)
    if kind == "tanh":
        return np.tanh(Z)
    return 0.5 * (1.0 + np.tanh(0.5 * Z))


def phi_prime(Z, kind):
    if kind == "linear":
        return np.ones(np.shape(Z))
    if kind == "relu":
        return (np.asarray(Z) > 0).astype(float)
    if kind == "tanh":
        return 1.0 - np.tanh(Z) ** 2
    return phi(Z, kind) * (1.0 - phi(Z, kind))


def sums(rng, shape):
    """Draw weighted sums of both signs, away from the kink of the relu."""
    Z = rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    # Both signs in every batch: else a relu is the identity, or 0, and hides mistakes.
    Z.flat[0], Z.flat[-1] = abs(Z.flat[0]), -abs(Z.flat[-1])
    return Z


def layer(rng, n_out, n_in, m):
    return rng.normal(size=(n_in, m)), rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1))


# --- dense_forward ---------------------------------------------------------------------------


@cases("dense_forward", returns=("Z", "cache"))
def forward_cases(rng):
    """The three families; equal n_out and m, where a flat bias fits; float32; one unit."""
    for group, n_out, n_in, m in SHAPES:
        yield Case(*layer(rng, n_out, n_in, m), group=group, shapes=sizes(n_out, n_in, m))
    yield Case(*layer(rng, 3, 2, 3), group="as many samples as units", shapes=sizes(3, 2, 3))
    single = tuple(part.astype(np.float32) for part in layer(rng, 3, 4, 2))
    yield Case(*single, group="other input", shapes=sizes(3, 4, 2))
    A, W, b = layer(rng, 1, 3, 4)
    yield Case(1e6 * A, W, b, group="other input", shapes=sizes(1, 3, 4))


mistake(
    "dense_forward",
    name="A @ W",
    answer=lambda A, W, b: (A @ W + b, (A, W)),
    hint="In Z_jc, which index of W is summed, and which of A? "
    "They must meet in the middle of the product.",
)
mistake(
    "dense_forward",
    name="W transposed",
    answer=lambda A, W, b: (W.T @ A + b, (A, W)),
    hint="W has a row for each unit. Forward, a unit collects over its inputs: "
    "along a row of W, or along a column?",
)
mistake(
    "dense_forward",
    name="bias along the samples",
    answer=lambda A, W, b: (W @ A + np.ravel(b), (A, W)),
    hint="b is (n_out, 1): one number for each unit. "
    "Was its second axis still there when you added it? NumPy lines up shapes from the right.",
)
mistake(
    "dense_forward",
    name="no bias",
    answer=lambda A, W, b: (W @ A, (A, W)),
    hint="Put A = 0 into your function. What should Z be then, and what is it?",
)
mistake(
    "dense_forward",
    name="cache in the other order",
    answer=lambda A, W, b: (W @ A + b, (W, A)),
    hint="Z is right. Compare the order of the two arrays in your cache with the docstring.",
)
mistake(
    "dense_forward",
    name="Z in the cache",
    answer=lambda A, W, b: (W @ A + b, (W @ A + b, W)),
    hint="Z is right. The way back needs the slopes of Z: by W and by A. "
    "Which two arrays are these slopes made of?",
)


# --- weights_gradient_by_index ---------------------------------------------------------------


@cases("weights_gradient_by_index")
def outer_cases(rng):
    """Wide, tall, square, one unit or one input; a zero; integer inputs such as pixels."""
    for group, n_out, n_in in [
        ("more inputs than units", 3, 5),
        ("more units than inputs", 5, 2),
        ("square", 4, 4),
        ("one unit or one input", 1, 4),
        ("one unit or one input", 4, 1),
    ]:
        yield Case(
            rng.normal(size=n_out),
            rng.normal(size=n_in),
            group=group,
            shapes={"n_out": n_out, "n_in": n_in},
        )
    delta, a = rng.normal(size=3), rng.normal(size=3)
    delta[1] = a[2] = 0.0
    yield Case(delta, a, group="zeros and integers", shapes={"n_out": 3, "n_in": 3})
    yield Case(
        rng.normal(size=3),
        rng.integers(1, 17, size=4),
        group="zeros and integers",
        shapes={"n_out": 3, "n_in": 4},
    )


def loops_exchanged(delta, a):
    dW = np.zeros((len(delta), len(a)))
    for j in range(len(delta)):
        for k in range(len(a)):
            dW[j, k] = delta[k] * a[j]
    return dW


mistake(
    "weights_gradient_by_index",
    name="transposed",
    answer=lambda delta, a: np.outer(a, delta),
    hint="W_jk leads to unit j, from input k. Which index counts the rows of your table?",
)
mistake(
    "weights_gradient_by_index",
    name="indices exchanged in the loop",
    answer=loops_exchanged,
    hint="Say aloud what j counts and what k counts. Does the delta belong to a unit or to an "
    "input?",
)
mistake(
    "weights_gradient_by_index",
    name="dot product",
    answer=lambda delta, a: np.asarray(delta @ a),  # as a NumPy number arrives from the box
    hint="How many weights does the layer have, and how many numbers did you compute? "
    "Is anything summed in the formula for one weight?",
)
mistake(
    "weights_gradient_by_index",
    name="elementwise product",
    answer=lambda delta, a: delta * a,
    hint="Every unit is connected to every input. "
    "Your result pairs unit j with input j alone: where are the other weights?",
)
mistake(
    "weights_gradient_by_index",
    name="inputs without the delta",
    answer=lambda delta, a: np.ones((len(delta), 1)) * a[None, :],
    hint="You have the slope of z_j as the weight moves. How does the loss react to z_j?",
)


# --- dense_backward --------------------------------------------------------------------------


@cases("dense_backward", returns=("dA", "dW", "db"))
def backward_cases(rng):
    """The three families, integer and float32 input, and a gradient of zeros."""
    for group, n_out, n_in, m in [*SHAPES, ("rectangular", 2, 5, 3)]:
        A, W, _ = layer(rng, n_out, n_in, m)
        yield Case(rng.normal(size=(n_out, m)), (A, W), group=group, shapes=sizes(n_out, n_in, m))
    pixels = rng.integers(0, 17, size=(4, 3))
    dZ, W = rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    yield Case(dZ, (pixels, W), group="other input", shapes=sizes(2, 4, 3))
    A, W, _ = (part.astype(np.float32) for part in layer(rng, 3, 2, 4))
    dZ = rng.normal(size=(3, 4)).astype(np.float32)
    yield Case(dZ, (A, W), group="other input", shapes=sizes(3, 2, 4))
    A, W, _ = layer(rng, 3, 2, 5)
    yield Case(np.zeros((3, 5)), (A, W), group="other input", shapes=sizes(3, 2, 5))


def backward_with(dA=None, dW=None, db=None):
    """Return dense_backward with some of its three parts computed otherwise."""
    dA = dA or (lambda dZ, A, W: W.T @ dZ)
    dW = dW or (lambda dZ, A, W: dZ @ A.T)
    db = db or (lambda dZ, A, W: dZ.sum(axis=1, keepdims=True))
    return lambda dZ, cache: (dA(dZ, *cache), dW(dZ, *cache), db(dZ, *cache))


mistake(
    "dense_backward",
    name="W for its transpose",
    answer=backward_with(dA=lambda dZ, A, W: W @ dZ),
    hint="In dA_kc, the index j is summed. Is it the first or the second index of W, "
    "and over which one does a matrix product sum?",
)
mistake(
    "dense_backward",
    name="dA with samples as rows",
    answer=backward_with(dA=lambda dZ, A, W: dZ.T @ W),
    hint="The sums in dA are right. Where do the samples stand in your dA, and where in A?",
)
mistake(
    "dense_backward",
    name="A @ dZ.T",
    answer=backward_with(dW=lambda dZ, A, W: A @ dZ.T),
    hint="Look at the entry (j, k) of your dW: does j count units and k inputs, as in W?",
)
mistake(
    "dense_backward",
    name="db not summed",
    answer=backward_with(db=lambda dZ, A, W: dZ.copy()),
    hint="One b_j serves all samples. How many paths does it have to the loss?",
)
mistake(
    "dense_backward",
    name="db summed over units",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(axis=0, keepdims=True)),
    hint="Each unit has its own bias. Over what does your sum for db run: units, or samples?",
)
mistake(
    "dense_backward",
    name="db summed over units and samples",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(keepdims=True)),
    hint="Your db has one number in all. How many biases does the layer have?",
)
mistake(
    "dense_backward",
    name="no keepdims in db",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(axis=1)),
    hint="The numbers of db are right. A gradient has the shape of what it is the gradient of: "
    "what is the shape of b?",
)
mistake(
    "dense_backward",
    name="mean over the batch in db",
    answer=backward_with(db=lambda dZ, A, W: dZ.mean(axis=1, keepdims=True)),
    hint="The loss carries the 1/m, and dZ has inherited it. Does it stand in db a second time?",
)
mistake(
    "dense_backward",
    name="an extra 1/m in dW and db",
    answer=backward_with(
        dW=lambda dZ, A, W: dZ @ A.T / dZ.shape[1],
        db=lambda dZ, A, W: dZ.mean(axis=1, keepdims=True),
    ),
    hint="The loss carries the 1/m, and dZ has inherited it. "
    "Would your dW and db pass a gradient check?",
)


# --- activation_backward ---------------------------------------------------------------------


@cases("activation_backward")
def activation_cases(rng):
    """A group for each kind: rectangular, square and one sample, with the edges of the kind."""
    for kind in ["linear", "relu", "sigmoid", "tanh"]:
        for n, m in [(4, 5), (4, 4), (3, 1)]:
            dA, Z = rng.normal(size=(n, m)), sums(rng, (n, m))
            if kind == "relu" and m == 5:
                Z[1, 1] = 0.0  # exactly on the kink, where the slope is 0
            if kind == "relu" and m == 1:
                Z = np.sign(Z).astype(int) * rng.integers(1, 5, size=(n, m))
            if kind == "sigmoid" and m == 5:
                Z[1, 1], Z[2, 2] = 800.0, -800.0  # flat there: no overflow, slope 0
            if kind == "tanh" and m == 1:
                dA, Z = dA.astype(np.float32), Z.astype(np.float32)
            yield Case(dA, Z, kind, group=kind, shapes={"n": n, "m": m})


mistake(
    "activation_backward",
    name="slope at the output",
    answer=lambda dA, Z, kind: dA * phi_prime(phi(Z, kind), kind),
    hint="At which point is the slope of phi taken: where the forward pass stood before the "
    "activation, or after it?",
)
mistake(
    "activation_backward",
    name="matrix product",
    answer=lambda dA, Z, kind: dA @ phi_prime(Z, kind),
    hint="Does output j depend on any sum but z_j? How many terms are left in the chain rule, "
    "and does a matrix product have that many?",
)
mistake(
    "activation_backward",
    name="slope of the sigmoid for every kind",
    answer=lambda dA, Z, kind: dA * phi_prime(Z, "sigmoid"),
    hint="Is the slope that you multiply by the one of this layer's own activation?",
)
mistake(
    "activation_backward",
    name="slope of the relu for every kind",
    answer=lambda dA, Z, kind: dA * phi_prime(Z, "relu"),
    hint="A smooth activation has a slope that varies along z. Does yours?",
)
mistake(
    "activation_backward",
    name="no slope",
    answer=lambda dA, Z, kind: dA.copy(),
    hint="The linear case is right. What does a closed relu let through, and what does yours?",
)
mistake(
    "activation_backward",
    name="phi for its slope",
    answer=lambda dA, Z, kind: dA * phi(Z, kind),
    hint="When z moves a little, by how much does phi(z) move? Is it phi(z) itself?",
)
mistake(
    "activation_backward",
    name="slope without dA",
    answer=lambda dA, Z, kind: phi_prime(Z, kind),
    hint="You have the slope of the output as z moves. "
    "The chain rule has one more factor: the slope of the loss as the output moves.",
)


# --- output_delta ----------------------------------------------------------------------------


@cases("output_delta", builds_on=("activation_backward",))
def output_cases(rng):
    """A group for each kind: rectangular, square and one sample; one-hot integer targets."""
    for kind in ["linear", "relu", "sigmoid", "tanh"]:
        for n, m in [(3, 5), (4, 4), (2, 1)]:
            Z, T = sums(rng, (n, m)), rng.normal(size=(n, m))
            if kind == "sigmoid" and m == 5:
                T = np.eye(n, dtype=int)[:, rng.integers(n, size=m)]
            yield Case(phi(Z, kind), Z, T, kind, group=kind, shapes={"n": n, "m": m})


mistake(
    "output_delta",
    name="no slope",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1],
    hint="Delta is the slope of the loss by Z. You have the slope by A. What stands between them?",
)
mistake(
    "output_delta",
    name="no 1/m",
    answer=lambda A, Z, T, kind: (A - T) * phi_prime(Z, kind),
    hint="The loss is a mean over the m samples. Is your delta the gradient of that mean?",
)
mistake(
    "output_delta",
    name="T - A",
    answer=lambda A, Z, T, kind: (T - A) / T.shape[1] * phi_prime(Z, kind),
    hint="Suppose an output is above its target. Does the loss grow or shrink when the output "
    "grows, and which sign must the slope have?",
)
mistake(
    "output_delta",
    name="slope at the output",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1] * phi_prime(A, kind),
    hint="At which point is the slope of phi taken? Follow one entry from Z to A.",
)
mistake(
    "output_delta",
    name="a(1 - a) for every kind",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1] * A * (1 - A),
    hint="One kind is right. Of which activation is a (1 - a) the slope?",
)
mistake(
    "output_delta",
    name="divided by the number of units",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[0] * phi_prime(Z, kind),
    hint="Which axis of T counts the samples?",
)
mistake(
    "output_delta",
    name="mean over all entries",
    answer=lambda A, Z, T, kind: (A - T) / T.size * phi_prime(Z, kind),
    hint="The L2 loss adds up over the features and takes the mean over something else. "
    "By what did you divide?",
)


# --- hidden_delta ----------------------------------------------------------------------------


@cases("hidden_delta", builds_on=("activation_backward",))
def hidden_cases(rng):
    """The three families with every kind; a relu that is closed everywhere; float32."""
    for group, n_next, n, m in SHAPES:
        for kind in ["relu", "sigmoid", "tanh"]:
            yield Case(
                rng.normal(size=(n_next, n)),
                rng.normal(size=(n_next, m)),
                sums(rng, (n, m)),
                kind,
                group=group,
                shapes={"n_next": n_next, "n": n, "m": m},
            )
    W_next, delta_next, Z = rng.normal(size=(3, 2)), rng.normal(size=(3, 4)), sums(rng, (2, 4))
    shapes = {"n_next": 3, "n": 2, "m": 4}
    yield Case(W_next, delta_next, Z, "linear", group="other input", shapes=shapes)
    yield Case(W_next, delta_next, -np.abs(Z), "relu", group="other input", shapes=shapes)
    single = (part.astype(np.float32) for part in (W_next, delta_next, Z))
    yield Case(*single, "tanh", group="other input", shapes=shapes)


mistake(
    "hidden_delta",
    name="no slope",
    answer=lambda W, delta, Z, kind: W.T @ delta,
    hint="You have the slope of the loss by this layer's output. "
    "Delta is the slope by its weighted sums. What stands between them?",
)
mistake(
    "hidden_delta",
    name="slope at the output",
    answer=lambda W, delta, Z, kind: (W.T @ delta) * phi_prime(phi(Z, kind), kind),
    hint="At which point is the slope of phi taken: at Z, or after the activation?",
)
mistake(
    "hidden_delta",
    name="slope at the backward signal",
    answer=lambda W, delta, Z, kind: (W.T @ delta) * phi_prime(W.T @ delta, kind),
    hint="The gain of a neuron was set on the way forward. Which array remembers where it stood?",
)
mistake(
    "hidden_delta",
    name="W_next not transposed",
    answer=lambda W, delta, Z, kind: (W @ delta) * phi_prime(Z, kind),
    hint="In delta_kc, the index j is summed. Is it the first or the second index of W_next, "
    "and over which one does a matrix product sum?",
)
mistake(
    "hidden_delta",
    name="deltas summed without their weights",
    answer=lambda W, delta, Z, kind: delta.sum(axis=0, keepdims=True) * phi_prime(Z, kind),
    hint="Every path from this unit to the loss leads over a weight. Where are the weights in "
    "your sum?",
)
mistake(
    "hidden_delta",
    name="slope inside the bracket",
    answer=lambda W, delta, Z, kind: W.T @ (delta * phi_prime(Z, kind)),
    hint="Z and phi belong to this layer, delta_next to the one above. "
    "In which order does the signal pass the weights and the activation on its way back?",
)


# --- to_columns ------------------------------------------------------------------------------


@cases("to_columns", returns=("A", "W"))
def columns_cases(rng):
    """The three families and float32."""
    for group, n_out, n_in, m in [*SHAPES, ("rectangular", 2, 3, 6), ("one unit", 1, 3, 2)]:
        X_rows, W_ij = rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out))
        yield Case(X_rows, W_ij, group=group, shapes=sizes(n_out, n_in, m))
    X_rows, W_ij = rng.normal(size=(3, 2)), rng.normal(size=(2, 4))
    yield Case(
        X_rows.astype(np.float32),
        W_ij.astype(np.float32),
        group="rectangular",
        shapes=sizes(4, 2, 3),
    )


mistake(
    "to_columns",
    name="only the samples turned",
    answer=lambda X, W: (X.T, W.copy()),
    hint="Your A is right. In our W, does a row belong to a unit or to an input?",
)
mistake(
    "to_columns",
    name="only the weights turned",
    answer=lambda X, W: (X.copy(), W.T),
    hint="Your W is right. In our A, where does one sample stand?",
)
mistake(
    "to_columns",
    name="nothing turned",
    answer=lambda X, W: (X.copy(), W.copy()),
    hint="The two arrays are as they came. Put the table of section 8 beside their shapes.",
)
mistake(
    "to_columns",
    name="reshaped",
    answer=lambda X, W: (X.reshape(X.shape[::-1]), W.reshape(W.shape[::-1])),
    hint="The shapes are right. Follow one sample: are its numbers still together, in one column?",
)
mistake(
    "to_columns",
    name="in the other order",
    answer=lambda X, W: (W.T, X.T),
    hint="Both arrays are right. Compare their order with the docstring.",
)


# --- DenseLayer ------------------------------------------------------------------------------


def first_weights(results, n_in, n_out, kind, _rng):
    """Judge W on its statistics: the order of the draws is free."""
    W, b = results
    if W.shape != (n_out, n_in):
        return f"W has shape {W.shape}, expected (n_out, n_in) = {(n_out, n_in)}"
    if b.shape != (n_out, 1):
        return f"b has shape {b.shape}, expected (n_out, 1) = {(n_out, 1)}"
    if np.any(b != 0):
        return "b does not begin with zeros"
    if W.dtype.kind != "f" or not np.isfinite(W).all() or np.ptp(W) == 0:
        return "the entries of W are not random floats"
    return wrong_spread(W, (2 if kind == "relu" else 1) / n_in, n_in / n_out)


def wrong_spread(W, variance, fan_ratio):
    """Say what is wrong with the distribution of W, or return None."""
    # 16,000 weights: standard errors of mean, variance and kurtosis are 0.008, 0.011, 0.039.
    found = W.var() / variance
    if abs(W.mean()) > 0.05 * W.std():
        return "the mean of W is not 0"
    if near(found, fan_ratio):
        return f"the variance of W is off by the ratio of the two widths, {fan_ratio:.3g}"
    if near(found, variance):
        return "the standard deviation of W is what its variance should be"
    if not near(found, 1):
        size = "large" if found > 1 else "small"
        return f"the variance of W is too {size}: {found:.3g} times what it should be"
    kurtosis = np.mean(((W - W.mean()) / W.std()) ** 4)
    return None if near(kurtosis, 3) else "the entries of W are not normally distributed"


def near(found, wanted):
    return 0.92 < found / wanted < 1.08


@cases(
    "DenseLayer",
    returns=(),
    builds_on=("dense_forward", "activation_backward", "dense_backward"),
)
def layer_cases(rng):
    """First weights by their statistics; all else with W and b set from outside."""
    for n_in, n_out, kind in [(200, 80, "relu"), (80, 200, "tanh"), (200, 80, "linear")]:
        yield Case(
            n_in,
            n_out,
            kind,
            Rng(int(rng.integers(2**31))),
            group="the first weights",
            shapes={"n_in": n_in, "n_out": n_out},
            then=(Get("W"), Get("b")),
            check=first_weights,
        )
    for group, n_out, n_in, m, kind in [
        ("forward and backward", 4, 3, 5, "sigmoid"),
        ("forward and backward", 4, 4, 4, "tanh"),
        ("forward and backward", 3, 2, 1, "relu"),
        ("forward and backward", 2, 4, 3, "linear"),
    ]:
        A, W, b = layer(rng, n_out, n_in, m)
        yield _layer_case(
            rng,
            (n_out, n_in, m, kind),
            group,
            Set("W", W),
            Set("b", b),
            Call("forward", A),
            Call("backward", rng.normal(size=(n_out, m))),
            Get("dW"),
            Get("db"),
            Get("W"),
            Get("b"),
        )
    yield from _repeated(rng)
    yield from _updated(rng)


def _repeated(rng):
    """A second backward on the same forward, and a second batch of another size."""
    A, W, b = layer(rng, 3, 2, 4)
    second = rng.normal(size=(2, 6))
    steps = (Set("W", W), Set("b", b), Call("forward", A))
    for _ in range(2):
        steps += (Call("backward", rng.normal(size=(3, 4))), Get("dW"), Get("db"))
    steps += (Call("forward", second), Call("backward", rng.normal(size=(3, 6))))
    yield _layer_case(rng, (3, 2, 4, "tanh"), "called a second time", *steps, Get("dW"), Get("db"))


def _updated(rng):
    """Two steps of learning; the second case leaves b as the constructor made it."""
    for n_out, n_in, m, kind, steps in [(3, 4, 5, "sigmoid", 1), (3, 3, 3, "tanh", 2)]:
        A, W, b = layer(rng, n_out, n_in, m)
        taken = (Set("W", W), Set("b", b)) if steps == 1 else (Set("W", W), Get("b"))
        for _ in range(steps):
            taken += (
                Call("forward", A),
                Call("backward", rng.normal(size=(n_out, m))),
                Call("update", float(rng.uniform(0.1, 0.5))),
                Get("W"),
                Get("b"),
            )
        yield _layer_case(rng, (n_out, n_in, m, kind), "learning", *taken, Call("forward", A))


def _layer_case(rng, layout, group, *steps):
    n_out, n_in, m, kind = layout
    seed = Rng(int(rng.integers(2**31)))
    return Case(n_in, n_out, kind, seed, group=group, shapes=sizes(n_out, n_in, m), then=steps)


class _Layer:
    """A right layer; each known mistake replaces the part that it gets wrong."""

    spread = lambda self, n_in, n_out, kind: np.sqrt((2 if kind == "relu" else 1) / n_in)
    first_bias = lambda self, n_out: np.zeros((n_out, 1))

    def __init__(self, n_in, n_out, kind, rng):
        self.W = rng.normal(size=(n_out, n_in)) * self.spread(n_in, n_out, kind)
        self.b = self.first_bias(n_out)
        self.dW = self.db = 0.0
        self.kind = kind

    def forward(self, A):
        self.A, self.Z = A, self.W @ A + self.b
        return self.out()

    def out(self):
        return phi(self.Z, self.kind)

    def slope(self):
        return phi_prime(self.Z, self.kind)

    def backward(self, dA):
        dZ = dA * self.slope()
        self.keep(dZ @ self.A.T, dZ.sum(axis=1, keepdims=True))
        return self.W.T @ dZ

    def keep(self, dW, db):
        self.dW, self.db = dW, db

    def update(self, lr):
        self.W = self.W - lr * self.dW
        self.b = self.b - lr * self.db


def layer_with(**parts):
    """Return the class of layers that do some parts otherwise."""
    return type("DenseLayer", (_Layer,), parts)


def keep_and_move(self, dW, db):
    _Layer.keep(self, dW, db)
    self.update(1.0)


def keep_sum(self, dW, db):
    _Layer.keep(self, self.dW + dW, self.db + db)


def keep_mean(self, dW, db):
    m = self.A.shape[1]
    _Layer.keep(self, dW / m, db / m)


def move_weights(self, lr):
    self.W = self.W - lr * self.dW


def begin_transposed(self, n_in, n_out, kind, rng):
    _Layer.__init__(self, n_in, n_out, kind, rng)
    self.W = self.W.T


mistake(
    "DenseLayer",
    name="backward forgets the activation",
    answer=layer_with(slope=lambda self: 1.0),
    hint="What arrives in backward is the gradient by the layer's output. "
    "What must it pass before it reaches the weights?",
)
mistake(
    "DenseLayer",
    name="slope at the output",
    answer=layer_with(slope=lambda self: phi_prime(phi(self.Z, self.kind), self.kind)),
    hint="At which point is the slope of phi taken? What did forward remember: Z, or A_out?",
)
mistake(
    "DenseLayer",
    name="forward forgets the activation",
    answer=layer_with(out=lambda self: self.Z),
    hint="A relu layer never puts out a negative number. Does yours?",
)
mistake(
    "DenseLayer",
    name="weights move before dA_in",
    answer=layer_with(keep=keep_and_move),
    hint="At which weights was the forward pass made, and with which weights is dA_in computed? "
    "Look at what backward changes.",
)
mistake(
    "DenseLayer",
    name="flat bias",
    answer=layer_with(first_bias=lambda self, n_out: np.zeros(n_out)),
    hint="Print the shape of b in a fresh layer, and add it to a Z with as many samples as units.",
)
mistake(
    "DenseLayer",
    name="gradients accumulate",
    answer=layer_with(keep=keep_sum),
    hint="Call backward twice. Which call's gradient should dW hold?",
)
mistake(
    "DenseLayer",
    name="fan-out for fan-in",
    answer=layer_with(
        spread=lambda self, n_in, n_out, kind: _Layer.spread(self, n_out, n_in, kind)
    ),
    hint="z_j is a sum of how many terms? Is this the number by which you divide?",
)
mistake(
    "DenseLayer",
    name="no square root",
    answer=layer_with(
        spread=lambda self, n_in, n_out, kind: _Layer.spread(self, n_in, n_out, kind) ** 2
    ),
    hint="A normal generator takes a standard deviation. Which of the two is 1/n_in?",
)
mistake(
    "DenseLayer",
    name="the same variance for a relu",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(1 / n_in)),
    hint="All kinds but one begin right. What does this kind do to half of its sums?",
)
mistake(
    "DenseLayer",
    name="the relu's variance for every kind",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(2 / n_in)),
    hint="One kind begins right, the one that closes half of its units. What of the others?",
)
mistake(
    "DenseLayer",
    name="inputs and units averaged",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(2 / (n_in + n_out))),
    hint="z_j is a sum of how many terms? Your scale also depends on something else.",
)
mistake(
    "DenseLayer",
    name="weights not scaled",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: 1.0),
    hint="Take 1000 inputs of size 1. How large is a sum of 1000 terms with weights like yours?",
)
mistake(
    "DenseLayer",
    name="W of shape (n_in, n_out)",
    answer=layer_with(__init__=begin_transposed),
    hint="W has a row for each unit. Print the shape of W in a fresh layer.",
)
mistake(
    "DenseLayer",
    name="uphill",
    answer=layer_with(update=lambda self, lr: _Layer.update(self, -lr)),
    hint="Take one step with a small rate and compute the loss again. Which way did it go?",
)
mistake(
    "DenseLayer",
    name="update forgets b",
    answer=layer_with(update=move_weights),
    hint="How many parameters does the layer have, and how many moved?",
)
mistake(
    "DenseLayer",
    name="an extra 1/m",
    answer=layer_with(keep=keep_mean),
    hint="The loss carries the 1/m, and dA has inherited it. Does it stand here a second time?",
)
