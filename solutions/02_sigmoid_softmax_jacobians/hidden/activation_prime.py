"""activation_prime: the slope of each kind, at z."""

import numpy as np
from solution import activation_prime, sigmoid

from grader.exercise import Case, Tolerance, exercise
from grader.kit import DERIVED, float32, sizes

asked = exercise(
    "activation_prime",
    builds_on=("sigmoid",),
    not_alone=(
        "large magnitudes",
        "linear",
        "an unknown kind",
        # A slope at the output is right there.
        "relu",
        "relu at exactly 0",
    ),
    tolerance=DERIVED,
)


# 1 - a rounds by 1.1e-16, and where a is 1 it is 0: no slope beyond 100 is larger than 4e-44.
FLAT = Tolerance(relative=1e-12, absolute=1e-20)


def away_from_zero(rng, shape):
    """Draw sums of which none is within 0.05 of the kink of a relu."""
    z = rng.normal(size=shape) * 1.5
    return z + np.where(z >= 0, 0.05, -0.05)


@asked.cases
def each_kind(rng):
    """Each kind, relu at exactly 0, large magnitudes, integers, an unknown kind."""
    z = rng.normal(size=(4, 5))
    yield Case(z, "linear", group="linear", shapes=sizes("n m", z.shape))
    z = away_from_zero(rng, (4, 4))
    yield Case(z, "relu", group="relu", shapes=sizes("n m", z.shape))
    yield Case(*float32(away_from_zero(rng, (2, 3, 2))), "relu", group="relu")
    for kind, shape in [
        ("sigmoid", (4, 5)),
        ("sigmoid", ()),
        ("tanh", (4, 4)),
        ("tanh", (2, 1, 3)),
    ]:
        z = np.asarray(away_from_zero(rng, shape))
        yield Case(z, kind, group=kind, shapes={"shape": str(shape)})
    zeros = away_from_zero(rng, (3, 4))
    zeros[rng.integers(3), :2] = 0.0
    yield Case(zeros, "relu", group="relu at exactly 0")
    large = np.concatenate([[-1000.0, 1000.0], rng.uniform(100, 900, size=2)])
    for z, kind in [(large, "sigmoid"), (-large, "tanh")]:
        shapes = {"kind": kind}
        yield Case(z, kind, group="large magnitudes", shapes=shapes, tolerance=FLAT)
    whole = rng.integers(1, 4, size=(3, 4)) * rng.choice([-1, 1], size=(3, 4))
    for kind in ["linear", "relu", "sigmoid", "tanh"]:
        yield Case(whole, kind, group="integer input", shapes={"kind": kind})
    yield Case(rng.normal(size=(2, 2)), "softmax", group="an unknown kind", raises=ValueError)


def prime_but(z, kind, **instead):
    """Return the right slope, except for the kinds given."""
    return instead[kind](np.asarray(z)) if kind in instead else activation_prime(z, kind)


def at_output(z, kind):
    phi = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
    return activation_prime(phi[kind](z) if kind in phi else z, kind)


def unless_known(otherwise):
    """Return a function that is right for the four kinds and goes on with another one else."""
    known = ("linear", "relu", "sigmoid", "tanh")
    return lambda z, kind: activation_prime(z, kind) if kind in known else otherwise(z, kind)


def direct_sigmoid_slope(z):
    e = np.exp(-np.asarray(z))
    return e / (1 + e) ** 2


MOSTLY_RIGHT = "one kind of four is wrong"
EDGE = "an edge: values are right, or those of all kinds but one"

asked.mistake(
    "takes a for z",
    answer=lambda z, kind: prime_but(
        z, kind, sigmoid=lambda z: z * (1 - z), tanh=lambda z: 1 - z**2
    ),
    hint="Your formulas for sigmoid and tanh want the output of the activation. "
    "What does the function get as its first argument?",
)
asked.mistake(
    "z(1-z) for the sigmoid",
    answer=lambda z, kind: prime_but(z, kind, sigmoid=lambda z: z * (1 - z)),
    hint="a(1 - a) is right, but what is a, and have you computed it from z? "
    "A slope of the sigmoid is never negative.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "1 - z squared for tanh",
    answer=lambda z, kind: prime_but(z, kind, tanh=lambda z: 1 - z**2.0),
    hint="The sigmoid is right. In the slope of tanh, what is it that is squared: z, or something "
    "computed from z? That slope is never negative.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "slope taken at the output phi(z)",
    answer=at_output,
    hint="The activation has been applied once too often: the slope is taken at phi(z), and it "
    "belongs at z. Try z = 0, where the slope of the sigmoid has its maximum.",
)
asked.mistake(
    "relu >= 0",
    answer=lambda z, kind: prime_but(z, kind, relu=lambda z: np.where(z >= 0, 1.0, 0.0)),
    hint="All is well except where z is exactly 0. Section 4 says which slope the course takes "
    "there: on which side does your comparison put it?",
    earns=EDGE,
)
asked.mistake(
    "integer result for relu",
    answer=lambda z, kind: prime_but(z, kind, relu=lambda z: np.where(z > 0, 1, 0)),
    hint="The numbers are right, their type is not. See the bug hunt of section 4: which dtype has "
    "an array that is made of 1 and 0?",
    earns=EDGE,
)
asked.mistake(
    "booleans for relu",
    answer=lambda z, kind: prime_but(z, kind, relu=lambda z: z > 0),
    hint="A comparison gives True and False. A slope is a number that others will scale and add.",
    earns=EDGE,
)
for _one in (1, 1.0):
    asked.mistake(
        f"the single number {_one} for linear",
        answer=lambda z, kind, one=_one: prime_but(z, kind, linear=lambda z: one),
        hint="The slope of linear is 1 at every entry of z. What shape does the docstring promise?",
        earns=EDGE,
    )
asked.mistake(
    "integers for relu and the single number 1 for linear",
    answer=lambda z, kind: prime_but(
        z, kind, relu=lambda z: np.where(z > 0, 1, 0), linear=lambda z: 1
    ),
    hint="These are the two functions of the bug hunt in section 4. Which shape and which dtype "
    "does the docstring promise, whatever the kind?",
    earns=EDGE,
)
asked.mistake(
    "the result takes the integer type of z",
    answer=lambda z, kind: prime_but(
        z, kind, linear=np.ones_like, relu=lambda z: (z > 0).astype(z.dtype)
    ),
    hint="With float inputs all is well. What is the dtype of your result when z holds integers?",
    earns=EDGE,
)
asked.mistake(
    "linear alone takes the integer type of z",
    answer=lambda z, kind: prime_but(z, kind, linear=np.ones_like),
    hint="Only linear with integer inputs is off. Which dtype does an array of ones 'like z' have?",
    earns=EDGE,
)
asked.mistake(
    "exponentials that overflow in the slope of the sigmoid",
    answer=lambda z, kind: prime_but(z, kind, sigmoid=direct_sigmoid_slope),
    hint="The formula is right on paper. Put z = -1000 into it: what is the numerator, what the "
    "denominator? You already have a sigmoid that does not overflow.",
    earns=EDGE,
)
for _name, _otherwise in [
    ("no error for an unknown kind", lambda z, kind: None),
    ("an unknown kind taken for linear", lambda z, kind: activation_prime(z, "linear")),
    ("an unknown kind taken for tanh", lambda z, kind: activation_prime(z, "tanh")),
]:
    asked.mistake(
        _name,
        answer=unless_known(_otherwise),
        hint="What happens in your function when kind is none of the four names? "
        "A misspelt name should not pass in silence.",
        earns=EDGE,
    )
asked.mistake(
    "KeyError for an unknown kind",
    answer=unless_known(lambda z, kind: {}[kind]),
    hint="A dictionary complains about an unknown name, but with which exception? "
    "The docstring names another.",
    earns=EDGE,
)
asked.mistake(
    "1 - tanh without the square",
    answer=lambda z, kind: prime_but(z, kind, tanh=lambda z: 1 - np.tanh(z)),
    hint="Look at the slope of tanh in the picture of section 4: it is the same at z and at -z. "
    "Is yours?",
    earns=MOSTLY_RIGHT,
)
for _name, _instead, _hint in [
    (
        "relu for its slope",
        {"relu": lambda z: np.maximum(z, 0.0)},
        "relu(3) is 3. By how much does it grow when z grows by a little?",
    ),
    (
        "z for the slope of linear",
        {"linear": lambda z: z.astype(float)},
        "linear(z) is z itself. By how much does it grow when z grows by a little?",
    ),
    (
        "the sigmoid for its slope",
        {"sigmoid": sigmoid},
        "Far to the right the sigmoid is 1, and flat. What is your slope there?",
    ),
    (
        "an if on a whole array",
        {"relu": lambda z: 1.0 if z > 0 else 0.0},
        "An if asks one question. How many entries has z, and what compares them all at once?",
    ),
]:
    asked.mistake(
        _name,
        answer=lambda z, kind, instead=_instead: prime_but(z, kind, **instead),
        hint=_hint,
        earns=MOSTLY_RIGHT,
    )
