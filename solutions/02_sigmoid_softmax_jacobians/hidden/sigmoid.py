"""sigmoid: both tails, without a warning."""

import numpy as np
from solution import sigmoid

from grader.exercise import Case, Tolerance, exercise

asked = exercise("sigmoid")


@asked.cases
def any_numbers(rng):
    """Shapes, both tails to 30, the ends at 1000 without a warning, other dtypes."""
    for shape in [(), (2, 3, 2)]:
        yield Case(rng.uniform(-6, 6, size=shape), group="any shape")
    # To either side of 0, and nearer to it than 1.
    yield Case(rng.uniform(0.2, 0.9, size=(3, 1)) * [[1], [-1], [1]], group="any shape")
    yield Case(float(rng.uniform(-6, 6)), group="any shape", shapes={"z": "one number"})
    tails = np.concatenate([[-30.0, -25.0, 25.0, 30.0], rng.uniform(-30, 30, size=12)])
    # No absolute part: near -30 only a relative error says whether the digits are right.  Who
    # takes exp(-log(1 + e**30)) rounds by 30 * 1.1e-16; who takes 1 - sigmoid(30) has lost all
    # digits but three: 1.1e-16 of 9e-14.
    yield Case(tails, group="tails out to 30", tolerance=Tolerance(relative=1e-9, absolute=0.0))
    far = np.concatenate([[-1000.0, 1000.0, -750.0, 750.0], rng.uniform(31, 700, size=3)])
    # The largest input is 1000, so this allows 1e-12: ten times what a clip at 30 leaves of 0,
    # and far less than a clip at 1e-7.
    yield Case(
        np.concatenate([far, -far[4:]]),
        group="no warning at 1000",
        silent=True,
        tolerance=Tolerance(relative=0.0, absolute=1e-15),
    )
    yield Case(rng.integers(-9, 10, size=(3, 4)), group="integer input")
    yield Case(rng.uniform(-6, 6, size=(3, 4)).astype(np.float32), group="float32 input")


def into_its_type(z):
    z = np.asarray(z)
    out = np.zeros_like(z)
    right = z >= 0
    with np.errstate(under="ignore"):  # as NumPy does by default
        out[right] = 1 / (1 + np.exp(-z[right]))
        e = np.exp(z[~right])
    out[~right] = e / (1 + e)
    return out


EDGE = "an edge: the middle of the curve is right"

asked.mistake(
    "naive exp",
    answer=lambda z: 1 / (1 + np.exp(-z)),
    hint="The values are right, but somewhere an exponential overflows. What is the sign of its "
    "exponent for a very negative z? If you use np.where: it computes both branches for "
    "every entry, the unused one too.",
    earns=EDGE,
)
asked.mistake(
    "exp(z) above and below the line",
    answer=lambda z: np.exp(z) / (1 + np.exp(z)),
    hint="Put z = 1000 in by hand. What is the numerator, what is the denominator, and what is "
    "their quotient in floating point?",
    earns=EDGE,
)
asked.mistake(
    "an if on a whole array",
    answer=lambda z: 1 / (1 + np.exp(-z)) if z >= 0 else np.exp(z) / (1 + np.exp(z)),
    hint="An `if` takes one way or the other; the entries of an array want both. Which function "
    "of NumPy chooses entry by entry?",
)
asked.mistake(
    "tanh form, which cancels in the left tail",
    answer=lambda z: 0.5 * (1 + np.tanh(0.5 * np.asarray(z))),
    hint="Nothing overflows, well chosen. But print your result at -30 next to exp(-30): how many "
    "digits agree? Which subtraction loses the others?",
    earns=EDGE,
)
asked.mistake(
    "1 minus the sigmoid of -z, which cancels in the left tail",
    answer=lambda z: 1 - 1 / (1 + np.exp(z)),
    hint="At z = -30 you subtract from 1 a number that differs from 1 in the fourteenth digit "
    "only. How many digits of the difference are left?",
    earns=EDGE,
)
for _bound in (10, 15, 20):
    asked.mistake(
        f"z clipped to {_bound}",
        answer=lambda z, bound=_bound: 1 / (1 + np.exp(-np.clip(z, -bound, bound))),
        hint="Clipping z avoids the overflow, but all inputs beyond the clip now give the same "
        "output. Is there a form in which no exponent is positive, so that no clip is needed?",
        earns=EDGE,
    )
asked.mistake(
    "result kept away from 0 and 1",
    answer=lambda z: np.clip(sigmoid(z), 1e-7, 1 - 1e-7),
    hint="The sigmoid itself may come as near to 0 and 1 as it likes. A guard against log(0) "
    "belongs where the logarithm is taken.",
    earns=EDGE,
)
asked.mistake(
    "sign of the exponent",
    answer=lambda z: 1 / (1 + np.exp(z)),
    hint="The sigmoid rises. Does yours? Compare its values at -2 and at 2.",
)
asked.mistake(
    "the result takes the integer type of z",
    answer=into_its_type,
    hint="Floats are right, integers are not. What is the dtype of the array that you fill, and "
    "what happens to 0.73 when it is stored in it?",
    earns=EDGE,
)
