"""Hidden cases and known mistakes of lesson 02."""

import numpy as np
from solution import (
    activation_prime,
    cross_entropy_grad,
    sigmoid,
    softmax,
    softmax_jacobian,
    softmax_vjp,
)

from grader.exercise import Case, Tolerance, cases, mistake

# n = 2 is left out on purpose: there a mean over all entries without the half equals l2_loss.
FAMILIES = [("rectangular", 4, 5), ("square", 4, 4), ("a batch of one", 3, 1)]


def shares(rng, n, m):
    """Return m columns of n positive shares; none so small that its size decides a case."""
    raw = rng.uniform(0.2, 1.0, size=(n, m))
    return raw / raw.sum(axis=0, keepdims=True)


def one_hot(rng, n, m):
    """Return m one-hot columns; the classes vary as far as n allows."""
    classes = (rng.permutation(max(n, m))[:m]) % n
    return np.eye(n)[:, classes]


# sigmoid


@cases("sigmoid")
def any_numbers(rng):
    """Shapes, both tails to 30, the ends at 1000 without a warning, other dtypes."""
    for shape in [(), (5,), (4, 3), (3, 3), (3, 1), (2, 3, 2)]:
        yield Case(rng.uniform(-6, 6, size=shape), group="any shape")
    tails = np.concatenate([[-30.0, -25.0, 25.0, 30.0], rng.uniform(-30, 30, size=12)])
    # No absolute part: near -30 only a relative error says whether the digits are right.
    yield Case(tails, group="tails out to 30", tolerance=Tolerance(relative=1e-9, absolute=0.0))
    far = np.concatenate([[-1000.0, 1000.0, -750.0, 750.0], rng.uniform(31, 700, size=3)])
    # The largest input is 1000, so this allows 1e-12.
    yield Case(
        np.concatenate([far, -far[4:]]),
        group="no warning at 1000",
        silent=True,
        tolerance=Tolerance(relative=0.0, absolute=1e-15),
    )
    yield Case(rng.integers(-9, 10, size=(3, 4)), group="integer input")
    yield Case(rng.uniform(-6, 6, size=(3, 4)).astype(np.float32), group="float32 input")


def _sigmoid_in_place(z):
    z = np.asarray(z)
    out = np.zeros_like(z)
    right = z >= 0
    with np.errstate(under="ignore"):  # as NumPy does by default
        out[right] = 1 / (1 + np.exp(-z[right]))
        e = np.exp(z[~right])
    out[~right] = e / (1 + e)
    return out


mistake(
    "sigmoid",
    name="naive exp",
    answer=lambda z: 1 / (1 + np.exp(-z)),
    hint="The values are right, but somewhere an exponential overflows. What is the sign of its "
    "exponent for a very negative z? If you use np.where: it computes both branches for "
    "every entry, the unused one too.",
)
mistake(
    "sigmoid",
    name="exp(z) above and below the line",
    answer=lambda z: np.exp(z) / (1 + np.exp(z)),
    hint="Put z = 1000 in by hand. What is the numerator, what is the denominator, and what is "
    "their quotient in floating point?",
)
mistake(
    "sigmoid",
    name="tanh form, which cancels in the left tail",
    answer=lambda z: 0.5 * (1 + np.tanh(0.5 * np.asarray(z))),
    hint="Nothing overflows, well chosen. But print your result at -30 next to exp(-30): how many "
    "digits agree? Which subtraction loses the others?",
)
mistake(
    "sigmoid",
    name="1 minus the sigmoid of -z, which cancels in the left tail",
    answer=lambda z: 1 - 1 / (1 + np.exp(z)),
    hint="At z = -30 you subtract from 1 a number that differs from 1 in the fourteenth digit "
    "only. How many digits of the difference are left?",
)
for _bound in (10, 15, 20):
    mistake(
        "sigmoid",
        name=f"z clipped to {_bound}",
        answer=lambda z, bound=_bound: 1 / (1 + np.exp(-np.clip(z, -bound, bound))),
        hint="Clipping z avoids the overflow, but all inputs beyond the clip now give the same "
        "output. Is there a form in which no exponent is positive, so that no clip is needed?",
    )
mistake(
    "sigmoid",
    name="result kept away from 0 and 1",
    answer=lambda z: np.clip(sigmoid(z), 1e-7, 1 - 1e-7),
    hint="The sigmoid itself may come as near to 0 and 1 as it likes. A guard against log(0) "
    "belongs where the logarithm is taken.",
)
mistake(
    "sigmoid",
    name="sign of the exponent",
    answer=lambda z: 1 / (1 + np.exp(z)),
    hint="The sigmoid rises. Does yours? Compare its values at -2 and at 2.",
)
mistake(
    "sigmoid",
    name="the result takes the integer type of z",
    answer=_sigmoid_in_place,
    hint="Floats are right, integers are not. What is the dtype of the array that you fill, and "
    "what happens to 0.73 when it is stored in it?",
)


# activation_prime


def _away_from_zero(rng, shape):
    z = rng.normal(size=shape) * 1.5
    return z + np.where(z >= 0, 0.05, -0.05)


@cases("activation_prime", builds_on=("sigmoid",))
def each_kind(rng):
    """Each kind, relu at exactly 0, large magnitudes, integers, an unknown kind."""
    yield Case(rng.normal(size=(4, 5)), "linear", group="linear", shapes={"n": 4, "m": 5})
    yield Case(_away_from_zero(rng, (4, 4)), "relu", group="relu", shapes={"n": 4, "m": 4})
    yield Case(_away_from_zero(rng, (2, 3, 2)), "relu", group="relu")
    yield Case(_away_from_zero(rng, (4, 5)), "sigmoid", group="sigmoid", shapes={"n": 4, "m": 5})
    yield Case(_away_from_zero(rng, (3, 1)), "sigmoid", group="sigmoid", shapes={"n": 3, "m": 1})
    yield Case(_away_from_zero(rng, (4, 4)), "tanh", group="tanh", shapes={"n": 4, "m": 4})
    yield Case(_away_from_zero(rng, (3, 1)), "tanh", group="tanh", shapes={"n": 3, "m": 1})
    zeros = _away_from_zero(rng, (3, 4))
    zeros[rng.integers(3), :2] = 0.0
    yield Case(zeros, "relu", group="relu at exactly 0")
    large = np.concatenate([[-1000.0, 1000.0], rng.uniform(100, 900, size=2)])
    yield Case(large, "sigmoid", group="large magnitudes")
    yield Case(-large, "tanh", group="large magnitudes")
    whole = rng.integers(1, 4, size=(3, 4)) * rng.choice([-1, 1], size=(3, 4))
    for kind in ["linear", "relu"]:
        yield Case(whole, kind, group="integer input")
    yield Case(rng.normal(size=(2, 2)), "softmax", group="an unknown kind", raises=ValueError)


def _prime(z, kind, **instead):
    """Return the right slope, except for the kinds given."""
    return instead[kind](np.asarray(z)) if kind in instead else activation_prime(z, kind)


def _at_output(z, kind):
    phi = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
    return activation_prime(phi[kind](z) if kind in phi else z, kind)


def _unless_known(otherwise):
    """Return a function that is right for the four kinds and goes on with another one else."""
    known = ("linear", "relu", "sigmoid", "tanh")
    return lambda z, kind: activation_prime(z, kind) if kind in known else otherwise(z, kind)


def _direct_sigmoid_slope(z):
    e = np.exp(-np.asarray(z))
    return e / (1 + e) ** 2


mistake(
    "activation_prime",
    name="takes a for z",
    answer=lambda z, kind: _prime(z, kind, sigmoid=lambda z: z * (1 - z), tanh=lambda z: 1 - z**2),
    hint="Your formulas for sigmoid and tanh want the output of the activation. "
    "What does the function get as its first argument?",
)
mistake(
    "activation_prime",
    name="z(1-z) for the sigmoid",
    answer=lambda z, kind: _prime(z, kind, sigmoid=lambda z: z * (1 - z)),
    hint="a(1 - a) is right, but what is a, and have you computed it from z? "
    "A slope of the sigmoid is never negative.",
)
mistake(
    "activation_prime",
    name="1 - z squared for tanh",
    answer=lambda z, kind: _prime(z, kind, tanh=lambda z: 1 - z**2.0),
    hint="The sigmoid is right. In the slope of tanh, what is it that is squared: z, or something "
    "computed from z? That slope is never negative.",
)
mistake(
    "activation_prime",
    name="slope taken at the output phi(z)",
    answer=_at_output,
    hint="The activation has been applied once too often: the slope is taken at phi(z), and it "
    "belongs at z. Try z = 0, where the slope of the sigmoid has its maximum.",
)
mistake(
    "activation_prime",
    name="relu >= 0",
    answer=lambda z, kind: _prime(z, kind, relu=lambda z: np.where(z >= 0, 1.0, 0.0)),
    hint="All is well except where z is exactly 0. Section 4 says which slope the course takes "
    "there: on which side does your comparison put it?",
)
mistake(
    "activation_prime",
    name="integer result for relu",
    answer=lambda z, kind: _prime(z, kind, relu=lambda z: np.where(z > 0, 1, 0)),
    hint="The numbers are right, their type is not. See bug hunt 1: which dtype has an array "
    "that is made of 1 and 0?",
)
mistake(
    "activation_prime",
    name="booleans for relu",
    answer=lambda z, kind: _prime(z, kind, relu=lambda z: z > 0),
    hint="A comparison gives True and False. A slope is a number that others will scale and add.",
)
for _one in (1, 1.0):
    mistake(
        "activation_prime",
        name=f"the single number {_one} for linear",
        answer=lambda z, kind, one=_one: _prime(z, kind, linear=lambda z: one),
        hint="The slope of linear is 1 at every entry of z. What shape does the docstring promise?",
    )
mistake(
    "activation_prime",
    name="integers for relu and the single number 1 for linear",
    answer=lambda z, kind: _prime(
        z, kind, relu=lambda z: np.where(z > 0, 1, 0), linear=lambda z: 1
    ),
    hint="These are the two functions of bug hunt 1. Which shape and which dtype does the "
    "docstring promise, whatever the kind?",
)
mistake(
    "activation_prime",
    name="the result takes the integer type of z",
    answer=lambda z, kind: _prime(
        z, kind, linear=np.ones_like, relu=lambda z: (z > 0).astype(z.dtype)
    ),
    hint="With float inputs all is well. What is the dtype of your result when z holds integers?",
)
mistake(
    "activation_prime",
    name="linear alone takes the integer type of z",
    answer=lambda z, kind: _prime(z, kind, linear=np.ones_like),
    hint="Only linear with integer inputs is off. Which dtype does an array of ones 'like z' have?",
)
mistake(
    "activation_prime",
    name="exponentials that overflow in the slope of the sigmoid",
    answer=lambda z, kind: _prime(z, kind, sigmoid=_direct_sigmoid_slope),
    hint="The formula is right on paper. Put z = -1000 into it: what is the numerator, what the "
    "denominator? You already have a sigmoid that does not overflow.",
)
for _name, _otherwise in [
    ("no error for an unknown kind", lambda z, kind: None),
    ("an unknown kind taken for linear", lambda z, kind: activation_prime(z, "linear")),
    ("an unknown kind taken for tanh", lambda z, kind: activation_prime(z, "tanh")),
]:
    mistake(
        "activation_prime",
        name=_name,
        answer=_unless_known(_otherwise),
        hint="What happens in your function when kind is none of the four names? "
        "A misspelt name should not pass in silence.",
    )
mistake(
    "activation_prime",
    name="KeyError for an unknown kind",
    answer=_unless_known(lambda z, kind: {}[kind]),
    hint="A dictionary complains about an unknown name, but with which exception? "
    "The docstring names another.",
)
mistake(
    "activation_prime",
    name="1 - tanh without the square",
    answer=lambda z, kind: _prime(z, kind, tanh=lambda z: 1 - np.tanh(z)),
    hint="Look at the slope of tanh in the picture of section 4: it is the same at z and at -z. "
    "Is yours?",
)


# softmax


@cases("softmax")
def columns_of_logits(rng):
    """Three families of shapes, logits near 1000 and far apart, ties, other dtypes."""
    for group, n, m in FAMILIES:
        yield Case(rng.normal(size=(n, m)) * 2, group=group, shapes={"n": n, "m": m})
    near = rng.normal(size=(4, 3)) + np.array([1000.0, 1000.0, 1001.0])
    yield Case(near, group="logits near 1000", shapes={"n": 4, "m": 3})
    apart = rng.normal(size=(4, 3)) + np.array([1000.0, -1000.0, 0.0])
    yield Case(apart, group="samples far apart", shapes={"n": 4, "m": 3})
    yield Case(np.full((5, 2), rng.normal()), group="ties and a single class")
    yield Case(rng.normal(size=(1, 3)), group="ties and a single class")
    yield Case(rng.integers(-4, 5, size=(3, 4)), group="integer input")
    yield Case(rng.normal(size=(3, 4)).astype(np.float32), group="float32 input")


def _shares_of(Z, axis, top):
    E = np.exp(Z - top)
    return E / E.sum(axis=axis, keepdims=True)


def _normalised_sigmoids(Z):
    A = sigmoid(Z)
    return A / A.sum(axis=0, keepdims=True)


mistake(
    "softmax",
    name="axis 1",
    answer=lambda Z: _shares_of(Z, 1, Z.max(axis=1, keepdims=True)),
    hint="Your rows sum to 1. Which direction of the array is one sample?",
)
mistake(
    "softmax",
    name="axis 1 and no keepdims",
    answer=lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=1),
    hint="Which direction of the array is one sample? Then look at the shape of your sum: one of "
    "shape (1, m) meets its columns, one of shape (n,) meets whatever it fits.",
)
mistake(
    "softmax",
    name="axis None",
    answer=lambda Z: _shares_of(Z, None, Z.max()),
    hint="All entries of the batch together sum to 1. Over which entries should the sum below "
    "the line run?",
)
mistake(
    "softmax",
    name="no shift",
    answer=lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True),
    hint="The formula is right, as long as the exponentials are finite. What does adding the same "
    "number to all logits of a sample change?",
)
mistake(
    "softmax",
    name="one maximum for the whole batch",
    answer=lambda Z: _shares_of(Z, 0, Z.max()),
    hint="One sample with large logits spoils another with small ones: all exponentials of the "
    "other become 0. Whose maximum does each sample need?",
)
mistake(
    "softmax",
    name="maximum along the wrong axis",
    answer=lambda Z: _shares_of(Z, 0, Z.max(axis=1, keepdims=True)),
    hint="The columns sum to 1, but the shift is not the same for all logits of one sample, so it "
    "does not cancel. Along which axis is the maximum taken?",
)
mistake(
    "softmax",
    name="sigmoids divided by their sum",
    answer=_normalised_sigmoids,
    hint="The columns sum to 1, but positive numbers can be made in many ways. "
    "What stands above the line in section 6?",
)
mistake(
    "softmax",
    name="a sigmoid for each logit",
    answer=sigmoid,
    hint="Do your columns sum to 1? See section 6 on what softmax and sigmoid have in common, "
    "and what not.",
)
mistake(
    "softmax",
    name="logits divided by their sum, without exponentials",
    answer=lambda Z: Z / Z.sum(axis=0, keepdims=True),
    hint="Logits may be negative, shares may not. Which step makes them positive?",
)


# softmax_jacobian


@cases("softmax_jacobian")
def single_outputs(rng):
    """A few classes, many, two; an output that is certain; float32."""
    yield Case(shares(rng, 3, 1)[:, 0], group="three classes", shapes={"n": 3})
    yield Case(shares(rng, 8, 1)[:, 0], group="eight classes", shapes={"n": 8})
    yield Case(shares(rng, 2, 1)[:, 0], group="two classes", shapes={"n": 2})
    yield Case(np.eye(4)[rng.integers(4)], group="a certain output", shapes={"n": 4})
    yield Case(np.array([1.0]), group="a certain output", shapes={"n": 1})
    yield Case(shares(rng, 4, 1)[:, 0].astype(np.float32), group="float32 input", shapes={"n": 4})


mistake(
    "softmax_jacobian",
    name="diagonal only",
    answer=lambda s: np.diag(s * (1 - s)),
    hint="You treat the softmax as if it were elementwise. Raise one logit: do the other shares "
    "stay as they are?",
)
mistake(
    "softmax_jacobian",
    name="+ off the diagonal",
    answer=lambda s: np.diag(s - 2 * s**2) + np.outer(s, s),
    hint="When one logit rises, do the other shares rise or fall? Compare with the signs off your "
    "diagonal, and add up a row.",
)
mistake(
    "softmax_jacobian",
    name="-s_i s_j everywhere, the diagonal included",
    answer=lambda s: -np.outer(s, s),
    hint="Off the diagonal all is well. What happens to a share when its own logit rises? "
    "Where does the indicator of section 7 come in?",
)
mistake(
    "softmax_jacobian",
    name="s_i alone on the diagonal",
    answer=lambda s: np.diag(s + s**2) - np.outer(s, s),
    hint="Off the diagonal all is well. On the diagonal both numerator and denominator contain "
    "the logit: have you kept both terms of the quotient rule?",
)
mistake(
    "softmax_jacobian",
    name="the indicator is missing: s_i (1 - s_j) everywhere",
    answer=lambda s: np.outer(s, 1 - s),
    hint="The diagonal is right. Off the diagonal the 1 of your formula should not be there: for "
    "which pairs i, j is the indicator 1?",
)
mistake(
    "softmax_jacobian",
    name="identity in place of diag(s)",
    answer=lambda s: np.eye(s.size) - np.outer(s, s),
    hint="Multiply out s_i (1{i=j} - s_j). What stands before the indicator? Adding up a row shows "
    "the slip.",
)
mistake(
    "softmax_jacobian",
    name="a vector in place of a matrix",
    answer=lambda s: s * (1 - s),
    hint="There is one derivative for each pair of an output and an input. How many are these?",
)
mistake(
    "softmax_jacobian",
    name="softmax applied to its own output",
    answer=lambda s: softmax_jacobian(softmax(s[:, None])[:, 0]),
    hint="The argument s is an output of the softmax already. What do you do with it first?",
)


# softmax_vjp


@cases("softmax_vjp")
def gradients_of_shares(rng):
    """Three families of shapes, 20,000 classes, a gradient that must come out as 0."""
    for group, n, m in FAMILIES:
        S, dS = shares(rng, n, m), rng.normal(size=(n, m))
        yield Case(S, dS, group=group, shapes={"n": n, "m": m})
    level = np.tile(rng.normal(size=(1, 3)), (4, 1))
    yield Case(shares(rng, 4, 3), level, group="equal entries in dS", shapes={"n": 4, "m": 3})
    S = np.column_stack([one_hot(rng, 4, 2), shares(rng, 4, 1)])
    dS = rng.normal(size=(4, 3))
    yield Case(S, dS, group="a certain output", shapes={"n": 4, "m": 3})
    S, dS = shares(rng, 3, 4).astype(np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    yield Case(S, dS, group="float32 input", shapes={"n": 3, "m": 4})
    # Last: after a call that runs out of memory the judge asks no more.
    S, dS = shares(rng, 20_000, 4), rng.normal(size=(20_000, 4))
    yield Case(S, dS, group="20,000 classes", shapes={"n": 20_000, "m": 4}, megabytes=50)


mistake(
    "softmax_vjp",
    name="elementwise S(1-S)dS",
    answer=lambda S, dS: S * (1 - S) * dS,
    hint="The shapes fit, and that proves nothing: only the diagonal of the Jacobian is in your "
    "product. By which other paths does a logit reach the loss?",
)
mistake(
    "softmax_vjp",
    name="sum over the wrong axis",
    answer=lambda S, dS: S * (dS - (S * dS).sum(axis=1, keepdims=True)),
    hint="The weighted mean belongs to one sample. Your sum runs across the samples: which axis "
    "counts the classes?",
)
mistake(
    "softmax_vjp",
    name="one sum for the whole batch",
    answer=lambda S, dS: S * (dS - (S * dS).sum()),
    hint="There is one weighted mean for each sample, not one for the batch. "
    "Which shape should the sum have?",
)
mistake(
    "softmax_vjp",
    name="sum of dS without the weights",
    answer=lambda S, dS: S * (dS - dS.sum(axis=0, keepdims=True)),
    hint="Do the columns of your result sum to 0? In the index form of section 8, what stands "
    "under the sum besides the gradient?",
)
mistake(
    "softmax_vjp",
    name="a plain mean in place of the weighted sum",
    answer=lambda S, dS: S * (dS - (S * dS).mean(axis=0, keepdims=True)),
    hint="The weights sum to 1 already. Is there anything left to divide by?",
)
mistake(
    "softmax_vjp",
    name="no factor S before the bracket",
    answer=lambda S, dS: dS - (S * dS).sum(axis=0, keepdims=True),
    hint="The bracket is right. In the index form, which factor stands before it?",
)
mistake(
    "softmax_vjp",
    name="plus in the bracket",
    answer=lambda S, dS: S * (dS + (S * dS).sum(axis=0, keepdims=True)),
    hint="What is the sign of the Jacobian off its diagonal? Add up a column of your result.",
)
mistake(
    "softmax_vjp",
    name="the index of bug hunt 2: n times the diagonal",
    answer=lambda S, dS: len(S) * S * (1 - S) * dS,
    hint="Your sum runs over an index that does not occur in its terms, as in bug hunt 2. "
    "Through which outputs do the paths run?",
)
mistake(
    "softmax_vjp",
    name="softmax applied to its own output",
    answer=lambda S, dS: softmax_vjp(softmax(S), dS),
    hint="The argument S is an output of the softmax already. What do you do with it first?",
)


# l2_loss and l2_grad


def _pairs(rng):
    """Yield outputs and targets; shared by the loss and its gradient."""
    for group, n, m in FAMILIES:
        X, T = rng.normal(size=(n, m)), rng.normal(size=(n, m))
        yield Case(X, T, group=group, shapes={"n": n, "m": m})
    X, T = rng.integers(-5, 6, size=(3, 5)), rng.integers(-5, 6, size=(3, 5))
    yield Case(X, T, group="integer input", shapes={"n": 3, "m": 5})
    X = rng.normal(size=(3, 4))
    yield Case(X, X.copy(), group="a perfect prediction", shapes={"n": 3, "m": 4})
    X, T = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    X, T = X.astype(np.float32), T.astype(np.float32)
    yield Case(X, T, group="float32 input", shapes={"n": 5, "m": 3})


@cases("l2_loss")
def predictions_and_targets(rng):
    """Three families of shapes, integers, a loss of exactly 0."""
    yield from _pairs(rng)


def _squares(X, T):
    return np.subtract(X, T, dtype=float) ** 2


mistake(
    "l2_loss",
    name="no half",
    answer=lambda X, T: np.sum(_squares(X, T)) / X.shape[1],
    hint="Go through the four steps of section 5 beside your code. Which step is missing?",
)
mistake(
    "l2_loss",
    name="mean over n*m, no half",
    answer=lambda X, T: np.mean(_squares(X, T)),
    hint="Over what is the loss summed, and over what is it averaged? A mean over all entries "
    "divides by something else.",
)
mistake(
    "l2_loss",
    name="mean over n*m",
    answer=lambda X, T: np.mean(_squares(X, T)) / 2,
    hint="The half is there. But the features are summed, not averaged: by which number does a "
    "mean over all entries divide?",
)
mistake(
    "l2_loss",
    name="sum over the samples",
    answer=lambda X, T: np.sum(_squares(X, T)) / 2,
    hint="One sample alone comes out right, a batch does not. What does step 4 of section 5 do?",
)
mistake(
    "l2_loss",
    name="divided by the number of features",
    answer=lambda X, T: np.sum(_squares(X, T)) / 2 / X.shape[0],
    hint="Which axis of X counts the samples, and which number does its shape give for it?",
)
mistake(
    "l2_loss",
    name="one loss for each sample",
    answer=lambda X, T: np.sum(_squares(X, T), axis=0) / 2,
    hint="This is step 3 of section 5. A loss is one number: which step is left?",
)
mistake(
    "l2_loss",
    name="square root taken",
    answer=lambda X, T: np.sqrt(np.sum(_squares(X, T), axis=0)).sum() / X.shape[1],
    hint="A root of a sum of squares is a distance. Does section 5 take one?",
)


@cases("l2_grad")
def gradients_by_outputs(rng):
    """The same inputs as for the loss."""
    yield from _pairs(rng)


mistake(
    "l2_grad",
    name="no 1/m",
    answer=lambda X, T: X - T,
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
mistake(
    "l2_grad",
    name="T - X",
    answer=lambda X, T: (T - X) / X.shape[1],
    hint="If an output lies above its target and rises further, does the loss rise or fall? "
    "Compare with your sign.",
)
mistake(
    "l2_grad",
    name="the 2 of the square kept",
    answer=lambda X, T: 2 * (X - T) / X.shape[1],
    hint="Differentiating the square brings a 2. With what does it meet in the loss?",
)
mistake(
    "l2_grad",
    name="divided by n*m",
    answer=lambda X, T: (X - T) / X.size,
    hint="By which number does the loss divide? The features are summed, not averaged.",
)
mistake(
    "l2_grad",
    name="divided by the number of features",
    answer=lambda X, T: (X - T) / X.shape[0],
    hint="A square batch comes out right by chance. Which axis of X counts the samples?",
)
mistake(
    "l2_grad",
    name="summed over the features",
    answer=lambda X, T: (X - T).sum(axis=0) / X.shape[1],
    hint="The loss sums, its gradient does not: which shape has a gradient by X?",
)


# cross_entropy and cross_entropy_grad


def _predictions(rng):
    """Yield probabilities and targets; shared by the loss and its gradient."""
    yield Case(shares(rng, 4, 5), one_hot(rng, 4, 5), group="rectangular", shapes={"n": 4, "m": 5})
    yield Case(shares(rng, 4, 4), shares(rng, 4, 4), group="soft targets", shapes={"n": 4, "m": 4})
    yield Case(
        shares(rng, 3, 1), one_hot(rng, 3, 1), group="a batch of one", shapes={"n": 3, "m": 1}
    )
    # Column 0: the target has probability 0.  Column 1: only other classes have.
    P = np.array([[0.0, 0.0, 0.3], [0.4, 0.0, 0.3], [0.6, 0.7, 0.2], [0.0, 0.3, 0.2]])
    T = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 0.0]])
    order = rng.permutation(4)
    yield Case(P[order], T[order], group="probability 0", shapes={"n": 4, "m": 3})
    tiny = 10.0 ** rng.uniform([-11.5, -14.0], [-9.5, -12.5])  # one above the clip, one below it
    P = np.array([[tiny[0], 0.5], [0.5, tiny[1]], [0.5 - tiny[0], 0.5 - tiny[1]]])
    T = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    yield Case(P, T, group="tiny probabilities", shapes={"n": 3, "m": 2})
    T = one_hot(rng, 3, 4).astype(int)
    yield Case(shares(rng, 3, 4), T, group="integer targets", shapes={"n": 3, "m": 4})


def _guard(P):
    return np.maximum(P, 1e-12)


@cases("cross_entropy")
def probabilities_and_targets(rng):
    """One-hot and soft targets, a batch of one, probability 0 and just above it."""
    yield from _predictions(rng)


mistake(
    "cross_entropy",
    name="-T*P, no logarithm",
    answer=lambda P, T: -np.sum(T * P) / P.shape[1],
    hint="A certain and right prediction should cost 0. What does yours cost? "
    "Which function of the probability is missing?",
)
mistake(
    "cross_entropy",
    name="log 0",
    answer=lambda P, T: -np.sum(T * np.log(P)) / P.shape[1],
    hint="With probabilities above 0 all is well. What is log(0), and what is 0 times that?",
)
mistake(
    "cross_entropy",
    name="1e-12 added in place of clipping",
    answer=lambda P, T: -np.sum(T * np.log(P + 1e-12)) / P.shape[1],
    hint="Adding a small number changes every probability, most of all the small ones. "
    "Clipping changes only those below the bound.",
)
mistake(
    "cross_entropy",
    name="sum over the samples",
    answer=lambda P, T: -np.sum(T * np.log(_guard(P))),
    hint="One sample alone comes out right, a batch does not. What stands before the sums in "
    "section 9?",
)
mistake(
    "cross_entropy",
    name="mean over n*m",
    answer=lambda P, T: -np.mean(T * np.log(_guard(P))),
    hint="The classes are summed and only the samples are averaged. By which number does np.mean "
    "divide?",
)
mistake(
    "cross_entropy",
    name="sign",
    answer=lambda P, T: np.sum(T * np.log(_guard(P))) / P.shape[1],
    hint="The logarithm of a probability is negative. Can a loss be negative?",
)
mistake(
    "cross_entropy",
    name="prediction and target exchanged",
    answer=lambda P, T: -np.sum(P * np.log(_guard(T))) / P.shape[1],
    hint="Which of the two stands inside the logarithm: what was predicted or what was wanted?",
)
mistake(
    "cross_entropy",
    name="only the class with the largest target",
    answer=lambda P, T: -np.mean(np.log(_guard(P[np.argmax(T, axis=0), np.arange(P.shape[1])]))),
    hint="One-hot targets come out right. What does your code do with a target that is shared "
    "between classes?",
)
mistake(
    "cross_entropy",
    name="a term (1 - T) log(1 - P) added",
    answer=lambda P, T: (
        -np.sum(T * np.log(_guard(P)) + (1 - T) * np.log(_guard(1 - P))) / P.shape[1]
    ),
    hint="That is the loss of lesson 01, for one output that stands for two classes. "
    "Here each class has an output of its own: which sum does section 9 take?",
)
mistake(
    "cross_entropy",
    name="logarithm to base 2",
    answer=lambda P, T: -np.sum(T * np.log2(_guard(P))) / P.shape[1],
    hint="Section 9 uses the natural logarithm, whose derivative is 1/p. Which one do you use?",
)
mistake(
    "cross_entropy",
    name="one loss for each sample",
    answer=lambda P, T: -np.sum(T * np.log(_guard(P)), axis=0),
    hint="A loss is one number for the whole batch. What is to be done with one loss a sample?",
)


@cases("cross_entropy_grad")
def gradients_by_probabilities(rng):
    """The same inputs as for the loss."""
    yield from _predictions(rng)


mistake(
    "cross_entropy_grad",
    name="no 1/m",
    answer=lambda P, T: -T / _guard(P),
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
mistake(
    "cross_entropy_grad",
    name="no clip",
    answer=lambda P, T: -T / P / P.shape[1],
    hint="What are 1/0 and 0/0 in floating point? Section 9 says what is done to a probability "
    "before it is used.",
)
mistake(
    "cross_entropy_grad",
    name="1e-12 added in place of clipping",
    answer=lambda P, T: -T / (P + 1e-12) / P.shape[1],
    hint="Adding a small number changes every probability, most of all the small ones. "
    "Clipping changes only those below the bound.",
)
mistake(
    "cross_entropy_grad",
    name="gradient 0 below the clip",
    answer=lambda P, T: np.where(P < 1e-12, 0.0, -T / _guard(P) / P.shape[1]),
    hint="That is the strict derivative of the clipped loss. Section 9 says why the gradient "
    "keeps its formula there: who would need a correction most?",
)
mistake(
    "cross_entropy_grad",
    name="sign",
    answer=lambda P, T: T / _guard(P) / P.shape[1],
    hint="If the probability of the right class grows, does the loss rise or fall? "
    "Compare with your sign.",
)
mistake(
    "cross_entropy_grad",
    name="no T: the gradient of -log P everywhere",
    answer=lambda P, T: -1 / _guard(P) / P.shape[1],
    hint="Take a class whose target is 0. Does its probability occur in the loss?",
)
mistake(
    "cross_entropy_grad",
    name="P - T, the gradient by the logits",
    answer=lambda P, T: (P - T) / P.shape[1],
    hint="That result belongs to section 10: it is taken by the logits, with a softmax in "
    "between. By what is this gradient taken?",
)
mistake(
    "cross_entropy_grad",
    name="divided by n*m",
    answer=lambda P, T: -T / _guard(P) / P.size,
    hint="By which number does the loss divide? The classes are summed, not averaged.",
)
mistake(
    "cross_entropy_grad",
    name="a multiplication for the division",
    answer=lambda P, T: -T * _guard(P) / P.shape[1],
    hint="What is the derivative of log p? A confident prediction should get the smaller gradient.",
)


# softmax_cross_entropy_grad


@cases("softmax_cross_entropy_grad", builds_on=("softmax",))
def logits_and_targets(rng):
    """Three families of shapes, soft targets, logits that saturate the softmax."""
    for group, n, m in FAMILIES:
        Z, T = rng.normal(size=(n, m)) * 2, one_hot(rng, n, m)
        yield Case(Z, T, group=group, shapes={"n": n, "m": m})
    Z, T = rng.normal(size=(5, 3)), shares(rng, 5, 3)
    yield Case(Z, T, group="soft targets", shapes={"n": 5, "m": 3})
    Z = rng.normal(size=(3, 4)) + 1000.0 * np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, -1, 1]])
    T = np.eye(3)[:, [1, 1, 2, 0]]
    order = rng.permutation(3)
    yield Case(Z[order], T[order], group="logits near 1000", shapes={"n": 3, "m": 4})
    Z, T = rng.integers(-3, 4, size=(3, 5)), one_hot(rng, 3, 5).astype(int)
    yield Case(Z, T, group="integer input", shapes={"n": 3, "m": 5})


mistake(
    "softmax_cross_entropy_grad",
    name="no 1/m",
    answer=lambda Z, T: softmax(Z) - T,
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
mistake(
    "softmax_cross_entropy_grad",
    name="sign",
    answer=lambda Z, T: (T - softmax(Z)) / Z.shape[1],
    hint="If the logit of a wrong class grows, does the loss rise or fall? Compare with your sign.",
)
mistake(
    "softmax_cross_entropy_grad",
    name="diagonal Jacobian only",
    answer=lambda Z, T: -T * (1 - softmax(Z)) / Z.shape[1],
    hint="Logits of wrong classes get the gradient 0 from you, although the loss depends on them. "
    "Which entries of the Jacobian carry that?",
)
mistake(
    "softmax_cross_entropy_grad",
    name="chained through the division",
    answer=lambda Z, T: softmax_vjp(softmax(Z), cross_entropy_grad(softmax(Z), T)),
    hint="Moderate logits come out right. Where a share is 0, you divide by it and multiply with "
    "it again, and the clip stands in between. Section 10 shows what cancels on paper.",
)
mistake(
    "softmax_cross_entropy_grad",
    name="multiplied with S(1-S) once more",
    answer=lambda Z, T: (softmax(Z) - T) * softmax(Z) * (1 - softmax(Z)) / Z.shape[1],
    hint="S - T is the gradient by the logits already. Through which function do you go back a "
    "second time?",
)
mistake(
    "softmax_cross_entropy_grad",
    name="no softmax: Z - T",
    answer=lambda Z, T: (Z - T) / Z.shape[1],
    hint="That is the gradient of the squared error. What do the logits pass through first?",
)
mistake(
    "softmax_cross_entropy_grad",
    name="sigmoids in place of the softmax",
    answer=lambda Z, T: (sigmoid(Z) - T) / Z.shape[1],
    hint="Each column of the gradient should sum to 0. Does yours? "
    "Which function turned the logits into shares?",
)
mistake(
    "softmax_cross_entropy_grad",
    name="divided by n*m",
    answer=lambda Z, T: (softmax(Z) - T) / Z.size,
    hint="By which number does the loss divide? The classes are summed, not averaged.",
)
mistake(
    "softmax_cross_entropy_grad",
    name="the gradient by the shares",
    answer=lambda Z, T: cross_entropy_grad(softmax(Z), T),
    hint="This is the gradient by the outputs of the softmax. It has one more step to go.",
)
mistake(
    "softmax_cross_entropy_grad",
    name="softmax along the rows",
    answer=lambda Z, T: (softmax(Z.T).T - T) / Z.shape[1],
    hint="Which direction of Z is one sample? Each column of the gradient should sum to 0.",
)
mistake(
    "softmax_cross_entropy_grad",
    name="no shift in the softmax",
    answer=lambda Z, T: (np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True) - T) / Z.shape[1],
    hint="With moderate logits all is well. At 1000 the exponentials overflow: your function of "
    "exercise 5 knows what to do.",
)
