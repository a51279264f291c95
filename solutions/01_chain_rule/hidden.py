"""Hidden cases and known mistakes of lesson 01."""

import math
from itertools import pairwise

import numpy as np

from grader.exercise import Case, Shown, Tolerance, cases, mistake

# --------------------------------------------------------- numerical_gradient


def f(x, *, size, phase):
    """Have slopes near 20, second derivatives near 400, and entries that interact.

    One-sided differences are off by 1e-3 there, and so is a point that drifts
    by h; rounding in f, seen through 2 h, stays below 1e-8.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.shape != np.shape(size):
        raise ValueError(f"f takes an array of shape {np.shape(size)}, and was given {x.shape}")
    return float(np.sum(size * np.sin(20 * x + phase)) + 10 * np.sum(x) ** 2)


def _wavy(rng, shape):
    size = rng.uniform(0.5, 1.5, size=shape)
    return Shown(f, size=size, phase=rng.uniform(0, 2 * np.pi, size=shape))


@cases("numerical_gradient", tolerance=Tolerance(relative=1e-7, absolute=1e-7))
def points(rng):
    """Shapes, a step that leaves its mark, other dtypes, and an array that is a view."""
    yield Case(_wavy(rng, (3,)), rng.normal(size=3), group="a vector", shapes={"n": 3})

    for shape in [(), (2, 3), (2, 1, 2)]:
        x = np.asarray(rng.normal(size=shape))
        yield Case(_wavy(rng, shape), x, group="any shape")

    yield Case(_wavy(rng, (2,)), rng.normal(size=2), 0.5, group="a step h that is given")
    yield Case(
        _wavy(rng, (1, 2)),
        rng.normal(size=(1, 2)),
        group="a step h that is given",
        keywords={"h": 0.01},
    )

    x = rng.permutation(np.array([-2, 1, 3]))
    yield Case(_wavy(rng, (3,)), x, group="integers and float32")
    # Between 2 and 4 neighbouring float32 numbers lie 2.4e-7 apart: a step of 1e-5 is cut.
    x = (rng.choice([-1, 1], size=(1, 2)) * rng.uniform(2, 4, size=(1, 2))).astype(np.float32)
    yield Case(_wavy(rng, (1, 2)), x, group="integers and float32")

    yield Case(_wavy(rng, (2, 3)), rng.normal(size=(3, 2)).T, group="a transposed view")


def _differences(f, x, slope, dtype=np.float64, gradient_dtype=np.float64):
    """Return slope(value), entry by entry; value(shift) is f with that entry moved by shift."""
    x = np.asarray(x)
    gradient = np.zeros(x.shape, gradient_dtype or x.dtype)
    for index in np.ndindex(x.shape):

        def value(shift, index=index):
            point = np.array(x, dtype=dtype or x.dtype)
            point[index] = point[index] + shift
            return f(point)

        gradient[index] = slope(value)
    return gradient


def _central(h):
    return lambda value: (value(h) - value(-h)) / (2 * h)


def _arithmetic_in_place(f, x, h, gradient):
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        below = f(x)
        x[index] += h
        gradient[index] = (above - below) / (2 * h)
    return gradient


def _left_changed(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)  # no copy of a float64 array
    return _arithmetic_in_place(f, x, h, np.zeros(x.shape))


def _left_changed_in_its_dtype(f, x, h=1e-5):
    return _arithmetic_in_place(f, x, h, np.zeros(x.shape))


def _drifting(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        point[index] += h
        above = f(point)
        point[index] -= 2 * h
        gradient[index] = (above - f(point)) / (2 * h)
    return gradient


def _all_at_once(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    return (f(x + h) - f(x - h)) / (2 * h)


def _row_by_row(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        above, below = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def _ravelled_view(f, x, h, gradient_dtype):
    flat = x.ravel()  # of a transposed array this is a copy: x itself never moves
    gradient = np.zeros(x.shape, gradient_dtype or x.dtype)
    for i, index in enumerate(np.ndindex(x.shape)):
        here = flat[i]
        flat[i] = here + h
        above = f(x)
        flat[i] = here - h
        below = f(x)
        flat[i] = here
        gradient[index] = (above - below) / (2 * h)
    return gradient


mistake(
    "numerical_gradient",
    name="forward difference",
    answer=lambda f, x, h=1e-5: _differences(f, x, lambda value: (value(h) - value(0)) / h),
    hint="Compute the slope of x**3 at 2 with h = 0.5 by hand, as in section 2. "
    "Which of the two values there does your function give?",
)
mistake(
    "numerical_gradient",
    name="backward difference",
    answer=lambda f, x, h=1e-5: _differences(f, x, lambda value: (value(0) - value(-h)) / h),
    hint="Compute the slope of x**3 at 2 with h = 0.5 by hand, as in section 2. "
    "Which two points does the central difference use?",
)
mistake(
    "numerical_gradient",
    name="missing 2",
    answer=lambda f, x, h=1e-5: _differences(f, x, lambda value: (value(h) - value(-h)) / h),
    hint="How far apart are the two points at which you call f?",
)
mistake(
    "numerical_gradient",
    name="x - 2h",
    answer=lambda f, x, h=1e-5: _differences(
        f, x, lambda value: (value(h) - value(-2 * h)) / (2 * h)
    ),
    hint="Print the two points at which you call f for one entry. "
    "Does x lie in the middle between them?",
)
mistake(
    "numerical_gradient",
    name="below minus above",
    answer=lambda f, x, h=1e-5: _differences(f, x, lambda value: (value(-h) - value(h)) / (2 * h)),
    hint="Try f(x) = x. Which sign must its slope have, and which does yours have?",
)
mistake(
    "numerical_gradient",
    name="h ignored",
    answer=lambda f, x, h=1e-5: _differences(f, x, _central(1e-5)),
    hint="Call your function with h = 0.5 on x**3 at 2. By hand you get 12.25.",
)
mistake(
    "numerical_gradient",
    name="x left changed",
    answer=_left_changed,
    hint="(x + h) - 2h + h need not be x again, bit for bit. On whose array do you take the steps?",
)
mistake(
    "numerical_gradient",
    name="x left changed, and steps in the dtype of x",
    answer=_left_changed_in_its_dtype,
    hint="On whose array do you take the steps, and what can an array of integers hold?",
)
mistake(
    "numerical_gradient",
    name="the point drifts",
    answer=_drifting,
    hint="When the second entry is moved, where does the first one stand? Print the points.",
)
_TRUNCATED = (
    "Store 2 + 1e-5 in an entry of np.array([2, 3]) and print it. "
    "In which dtype must the steps be taken?"
)
mistake(
    "numerical_gradient",
    name="integer truncation",
    answer=lambda f, x, h=1e-5: _differences(f, x, _central(h), dtype=None),
    hint=_TRUNCATED,
)
mistake(
    "numerical_gradient",
    name="integer truncation, in the gradient too",
    answer=lambda f, x, h=1e-5: _differences(f, x, _central(h), dtype=None, gradient_dtype=None),
    hint=_TRUNCATED,
)
mistake(
    "numerical_gradient",
    name="integer truncation of the gradient",
    answer=lambda f, x, h=1e-5: _differences(f, x, _central(h), gradient_dtype=None),
    hint="Of which dtype is the array that you store the gradient in, when x holds integers?",
)
mistake(
    "numerical_gradient",
    name="steps in float32",
    answer=lambda f, x, h=1e-5: _differences(
        f, x, _central(h), dtype=np.float32 if np.asarray(x).dtype == np.float32 else np.float64
    ),
    hint="float32 keeps about seven digits. How many of them are left of a step of 1e-5?",
)
mistake(
    "numerical_gradient",
    name="all entries moved at once",
    answer=_all_at_once,
    hint="A partial derivative asks what happens when one entry moves and the others stay. "
    "How many entries move in your step?",
)
mistake(
    "numerical_gradient",
    name="a whole row moved at once",
    answer=_row_by_row,
    hint="x[i] is one entry of a vector. What is x[i] when x is a matrix, "
    "and what is len(x) when x is a single number?",
)
_FLAT = (
    "Of a transposed array, ravel and reshape(-1) give a copy. "
    "If you move an entry of the copy, does the array that you give to f move?"
)
mistake(
    "numerical_gradient",
    name="a flat copy taken for a view",
    answer=lambda f, x, h=1e-5: _ravelled_view(f, np.array(x, dtype=np.float64), h, np.float64),
    hint=_FLAT,
)
for _gradient_dtype in (np.float64, None):
    mistake(
        "numerical_gradient",
        name="a flat copy taken for a view, and steps in the dtype of x",
        answer=lambda f, x, h=1e-5, dtype=_gradient_dtype: _ravelled_view(f, x, h, dtype),
        hint=_FLAT + " And what can an array of integers hold?",
    )

# ----------------------------------------------------------- total_derivative


@cases("total_derivative")
def graphs(rng):
    """More paths than inputs and fewer; a square (a transpose fits); a single path."""
    for k, n in [(4, 3), (2, 5)]:
        yield Case(
            rng.normal(size=k),
            rng.normal(size=(k, n)),
            group="rectangular",
            shapes={"k": k, "n": n},
        )
    yield Case(rng.normal(size=3), rng.normal(size=(3, 3)), group="square", shapes={"k": 3, "n": 3})
    for k, n in [(1, 4), (4, 1)]:
        yield Case(
            rng.normal(size=k),
            rng.normal(size=(k, n)),
            group="one path, one input",
            shapes={"k": k, "n": n},
        )
    # Small integers as floats: the contributions cancel exactly.
    a, b = (float(number) for number in rng.integers(1, 9, size=2))
    yield Case(
        np.array([a, -b, 1.0]),
        np.array([[b, 1.0], [a, 0.0], [0.0, -a]]),
        group="paths that cancel",
        shapes={"k": 3, "n": 2},
    )


mistake(
    "total_derivative",
    name="one path only",
    answer=lambda dw_du, du_dx: dw_du[0] * du_dx[0],
    hint="Draw the graph. Along how many arrows does x reach w?",
)
mistake(
    "total_derivative",
    name="overwritten instead of summed",
    answer=lambda dw_du, du_dx: dw_du[-1] * du_dx[-1],
    hint="Your result holds the last path alone. "
    "What happens in your loop to what the paths before it gave?",
)
mistake(
    "total_derivative",
    name="mean instead of sum",
    answer=lambda dw_du, du_dx: (dw_du[:, np.newaxis] * du_dx).mean(axis=0),
    hint="Section 4: x moves a little, and each path moves w. What is the whole move of w?",
)
mistake(
    "total_derivative",
    name="transposed",
    answer=lambda dw_du, du_dx: du_dx @ dw_du,  # (k, n) (k,): fits when k = n
    hint="Write down what one row of du_dx stands for. Over which index does formula (4) sum?",
)
mistake(
    "total_derivative",
    name="products not summed",
    answer=lambda dw_du, du_dx: dw_du[:, np.newaxis] * du_dx,
    hint="Each entry of your result belongs to one path. What do the paths to one x_j do together?",
)
mistake(
    "total_derivative",
    name="sums multiplied",
    answer=lambda dw_du, du_dx: dw_du.sum() * du_dx.sum(axis=0),
    hint="Take two paths with numbers of your own. In which order do you add and multiply?",
)
mistake(
    "total_derivative",
    name="dw_du left out",
    answer=lambda dw_du, du_dx: du_dx.sum(axis=0),
    hint="Each path has two links. Which one is missing from your product?",
)

# --------------------------------------------------------------- neuron_delta


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _gain(z):
    return _sigmoid(z) * (1 - _sigmoid(z))


@cases("neuron_delta")
def neurons(rng):
    """One, two, many next neurons; deep in both tails; and where the gain is largest."""
    for name, k in [("two next neurons", 2), ("one next neuron", 1), ("many next neurons", 7)]:
        yield Case(
            float(rng.uniform(0.5, 2.0)) * float(rng.choice([-1, 1])),
            rng.normal(size=k),
            rng.normal(size=k),
            group=name,
            shapes={"k": k},
        )
    for side in (-1.0, 1.0):
        yield Case(
            side * float(rng.uniform(8, 15)),
            rng.normal(size=3),
            rng.normal(size=3),
            group="a saturated neuron",
            shapes={"k": 3},
        )
    yield Case(0.0, rng.normal(size=3), rng.normal(size=3), group="z is 0", shapes={"k": 3})


mistake(
    "neuron_delta",
    name="no sigma'",
    answer=lambda z, w_out, delta_next: w_out @ delta_next,  # (k,) (k,) -> ()
    hint="You have the derivative by the neuron's output a. Which link leads from a back to z?",
)
mistake(
    "neuron_delta",
    name="sigma'(a) instead of sigma'(z)",
    answer=lambda z, w_out, delta_next: _gain(_sigmoid(z)) * (w_out @ delta_next),
    hint="At which point does the amplifier's gain have to be taken: "
    "at what goes into the neuron, or at what comes out?",
)
mistake(
    "neuron_delta",
    name="z (1 - z)",
    answer=lambda z, w_out, delta_next: z * (1 - z) * (w_out @ delta_next),
    hint="The short form of sigma' in formula (6) is written in a, not in z. What is a for z = 0?",
)
mistake(
    "neuron_delta",
    name="sigma instead of sigma'",
    answer=lambda z, w_out, delta_next: _sigmoid(z) * (w_out @ delta_next),
    hint="The gain says how much a moves when z moves. What have you multiplied by?",
)
mistake(
    "neuron_delta",
    name="mean instead of sum",
    answer=lambda z, w_out, delta_next: _gain(z) * np.mean(w_out * delta_next),
    hint="The neuron's output reaches the loss through each of the next neurons. "
    "What do the contributions of the paths do?",
)
mistake(
    "neuron_delta",
    name="sums multiplied",
    answer=lambda z, w_out, delta_next: _gain(z) * np.sum(w_out) * np.sum(delta_next),
    hint="Which weight belongs to which delta? Follow one arrow from the next layer back.",
)
mistake(
    "neuron_delta",
    name="weights left out",
    answer=lambda z, w_out, delta_next: _gain(z) * np.sum(delta_next),
    hint="By how much does the z of a next neuron move when this neuron's output moves by 1?",
)

# --------------------------------------------------- count_paths_and_weights


@cases("count_paths_and_weights", returns=("paths", "weights"))
def networks(rng):
    """Numbers differ, so that a layer left out shows; the last numbers need many digits."""
    three = [int(width) for width in rng.permutation([2, 3, 5])]
    four = [int(width) for width in rng.permutation([1, 4, 6, 7])]
    yield Case(three, group="a few layers")
    yield Case(four, group="a few layers")
    yield Case([int(width) for width in rng.permutation([3, 8])], group="two layers")
    yield Case([int(rng.integers(2, 9))], group="one layer alone")
    wide = [int(width) for width in rng.integers(1001, 2000, size=12)]
    yield Case(wide, group="deep and wide")
    yield Case([int(width) for width in rng.integers(2, 5, size=60)], group="deep and wide")


def _weights(widths):
    return sum(a * b for a, b in pairwise(widths))


mistake(
    "count_paths_and_weights",
    name="paths and weights exchanged",
    answer=lambda widths: (_weights(widths), math.prod(widths)),
    hint="Try [2, 3, 4] with a pencil. Which of your two numbers counts whole paths?",
)
mistake(
    "count_paths_and_weights",
    name="sum and product exchanged",
    answer=lambda widths: (
        sum(widths),
        math.prod(a + b for a, b in pairwise(widths)),
    ),
    hint="A path chooses one unit in each layer. When you make one choice after another, "
    "do the numbers of choices add or multiply?",
)
mistake(
    "count_paths_and_weights",
    name="paths added",
    answer=lambda widths: (sum(widths), _weights(widths)),
    hint="A path chooses one unit in each layer. When you make one choice after another, "
    "do the numbers of choices add or multiply?",
)
mistake(
    "count_paths_and_weights",
    name="biases counted",
    answer=lambda widths: (math.prod(widths), _weights(widths) + sum(widths[1:])),
    hint="How many arrows are there between two layers of 2 and 3 units? Biases are not arrows.",
)
mistake(
    "count_paths_and_weights",
    name="first layer left out",
    answer=lambda widths: (math.prod(widths[1:]), _weights(widths)),
    hint="At how many units can a path begin?",
)
mistake(
    "count_paths_and_weights",
    name="last layer left out",
    answer=lambda widths: (math.prod(widths[:-1]), _weights(widths)),
    hint="At how many units can a path end?",
)
mistake(
    "count_paths_and_weights",
    name="from one unit to one unit",
    answer=lambda widths: (math.prod(widths[1:-1]), _weights(widths)),
    hint="You count the paths between two given units. From how many units do paths begin here, "
    "and at how many do they end?",
)
mistake(
    "count_paths_and_weights",
    name="a 64-bit integer overflows",
    answer=lambda widths: (
        int(np.prod(np.array(widths, dtype=np.int64))),
        _weights(widths),
    ),
    hint="The number of paths has more digits than one of NumPy's integers holds. "
    "Which integers in Python have no limit?",
)
mistake(
    "count_paths_and_weights",
    name="first and last layer alone",
    answer=lambda widths: (widths[0] * widths[-1], _weights(widths)),
    hint="You count pairs of ends. Between one pair of ends, "
    "how many ways lead through the middle?",
)

# -------------------------------------------------------------- logistic_loss


def _batch(rng, n, m, spread=1.0):
    """Return w, b, X, y with both labels in y where m allows it."""
    w = spread * rng.normal(size=(1, n))
    X = rng.normal(size=(n, m))
    y = rng.integers(0, 2, size=(1, m)).astype(float)
    if m > 1:
        y[0, :2] = 0.0, 1.0
    return w, float(rng.normal()), X, y


def _exact_batch(rng, z):
    """Return w, b, X, y with exactly these z, and y = 0 and 1 for each of them."""
    z = np.repeat(np.asarray(z, dtype=float), 2)
    order = rng.permutation(z.size)
    X = np.vstack([z, np.zeros(z.size)])[:, order]
    y = np.tile([0.0, 1.0], z.size // 2)[np.newaxis, order]
    return np.array([[1.0, float(rng.normal())]]), 0.0, X, y


def _other_dtypes(rng):
    """Yield w, b, X, y as users pass them: counts and labels as integers, then float32 data."""
    w, b, _, y = _batch(rng, 3, 5)
    yield w, b, rng.integers(-3, 4, size=(3, 5)), y.astype(int)
    w, b, X, y = _batch(rng, 2, 6)
    yield w, b, X.astype(np.float32), y.astype(np.float32)


@cases("logistic_loss")
def losses(rng):
    """The three families of shapes, z from -1000 to 1000, and other dtypes."""
    for n, m in [(3, 5), (5, 2)]:
        yield Case(*_batch(rng, n, m), group="rectangular", shapes={"n": n, "m": m})
    yield Case(*_batch(rng, 4, 4), group="square", shapes={"n": 4, "m": 4})
    yield Case(*_batch(rng, 3, 1), group="a batch of one", shapes={"n": 3, "m": 1})
    # The first case has no z that overflows exp(z): it tells log(0) from log(1 + exp(z)).
    for z in ([-1000.0, -800.0], [1000.0, -1000.0, 50.0]):
        yield Case(*_exact_batch(rng, z), group="large z", shapes={"n": 2, "m": 2 * len(z)})
    for w, b, X, y in _other_dtypes(rng):
        n, m = X.shape
        yield Case(w, b, X, y, group="integers and float32", shapes={"n": n, "m": m})


def _z(w, b, X):
    return w @ X + b  # (1, n) (n, m) -> (1, m)


def _each_loss(w, b, X, y):
    return np.logaddexp(0, _z(w, b, X)) - y * _z(w, b, X)


def _naive_loss(w, b, X, y):
    a = _sigmoid(_z(w, b, X))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def _clipped_loss(w, b, X, y, edge):
    a = np.clip(_sigmoid(_z(w, b, X)), edge, 1 - edge)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


mistake(
    "logistic_loss",
    name="sum instead of mean",
    answer=lambda w, b, X, y: np.sum(_each_loss(w, b, X, y)),
    hint="What happens to your loss when each sample occurs twice? And to the loss in formula (8)?",
)
mistake(
    "logistic_loss",
    name="log(0)",
    answer=_naive_loss,
    hint="Follow one sample with z = -1000 and y = 1 through your code. "
    "What is a, to sixteen digits, and what is its logarithm?",
)
mistake(
    "logistic_loss",
    name="exp overflows",
    answer=lambda w, b, X, y: np.mean(np.log(1 + np.exp(_z(w, b, X))) - y * _z(w, b, X)),
    hint="Your formula is right on paper. What is np.exp(1000)? "
    "Section 7 names a function that never computes it.",
)
for _edge in (1e-15, 1e-12, 1e-10, 1e-8, 1e-7):
    mistake(
        "logistic_loss",
        name="clipping",
        answer=lambda w, b, X, y, edge=_edge: _clipped_loss(w, b, X, y, edge),
        hint="For z = -1000 and y = 1 the loss is 1000. How large can yours become at most?",
    )
mistake(
    "logistic_loss",
    name="sign",
    answer=lambda w, b, X, y: -np.mean(_each_loss(w, b, X, y)),
    hint="A loss that is 0 at best cannot be negative. Where is the minus of formula (8)?",
)
mistake(
    "logistic_loss",
    name="labels exchanged",
    answer=lambda w, b, X, y: np.mean(_each_loss(w, b, X, 1 - y)),
    hint="Take z = 2 with y = 1 and with y = 0. Which of the two should be expensive?",
)
mistake(
    "logistic_loss",
    name="samples with y = 0 left out",
    answer=lambda w, b, X, y: np.mean(y * np.logaddexp(0, -_z(w, b, X))),
    hint="What does your loss say about a sample with y = 0, whatever its z is?",
)
mistake(
    "logistic_loss",
    name="bias left out",
    answer=lambda w, b, X, y: np.mean(_each_loss(w, 0.0, X, y)),
    hint="Write down z for one sample. Is every parameter in it?",
)
mistake(
    "logistic_loss",
    name="one loss for each sample",
    answer=_each_loss,
    hint="The loss is one number for the whole batch. What is the shape of your result?",
)

# ---------------------------------------------------------- logistic_gradient


@cases("logistic_gradient", returns=("dw", "db"))
def gradients(rng):
    """The three families of shapes, sure predictions, and other dtypes."""
    for n, m in [(3, 5), (5, 2)]:
        yield Case(*_batch(rng, n, m), group="rectangular", shapes={"n": n, "m": m})
    yield Case(*_batch(rng, 4, 4), group="square", shapes={"n": 4, "m": 4})
    yield Case(*_batch(rng, 3, 1), group="a batch of one", shapes={"n": 3, "m": 1})
    # Not beyond 30: a plain sigmoid warns far out, and lesson 02 is about that.
    yield Case(
        *_exact_batch(rng, [30.0, -30.0, 12.0]), group="sure predictions", shapes={"n": 2, "m": 6}
    )
    for w, b, X, y in _other_dtypes(rng):
        n, m = X.shape
        yield Case(w, b, X, y, group="integers and float32", shapes={"n": n, "m": m})


def _error(w, b, X, y):
    return _sigmoid(_z(w, b, X)) - y  # (1, m)


def _from_dz(dz, X):
    return dz @ X.T, float(np.sum(dz))  # (1, m) (m, n) -> (1, n)


def _no_mean(w, b, X, y):
    return _from_dz(_error(w, b, X, y), X)


def _transposed_dw(w, b, X, y):
    dz = _error(w, b, X, y) / y.size
    return X @ dz.T, float(np.sum(dz))  # (n, m) (m, 1) -> (n, 1)


def _flat_dw(w, b, X, y):
    dw, db = _from_dz(_error(w, b, X, y) / y.size, X)
    return dw[0], db


def _gain_twice(w, b, X, y):
    dz = _error(w, b, X, y) * _gain(_z(w, b, X)) / y.size
    return _from_dz(dz, X)


def _no_transpose(w, b, X, y):
    dz = _error(w, b, X, y) / y.size
    return dz @ X, float(np.sum(dz))  # (1, m) (n, m): fits when n = m


def _mean_in_dw_only(w, b, X, y):
    error = _error(w, b, X, y)
    return error @ X.T / y.size, float(np.sum(error))  # (1, m) (m, n) -> (1, n)


def _mean_in_db_only(w, b, X, y):
    error = _error(w, b, X, y)
    return error @ X.T, float(np.mean(error))  # (1, m) (m, n) -> (1, n)


def _array_db(w, b, X, y, keepdims):
    dz = _error(w, b, X, y) / y.size
    return dz @ X.T, np.sum(dz, axis=1, keepdims=keepdims)  # (1, m) (m, n) -> (1, n)


mistake(
    "logistic_gradient",
    name="no 1/m",
    answer=_no_mean,
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
mistake(
    "logistic_gradient",
    name="1/m in dw only",
    answer=_mean_in_dw_only,
    hint="The 1/m belongs to the loss, so everything behind the loss inherits it. "
    "At which step of section 8 does it come in?",
)
mistake(
    "logistic_gradient",
    name="1/m in db only",
    answer=_mean_in_db_only,
    hint="The 1/m belongs to the loss, so everything behind the loss inherits it. "
    "At which step of section 8 does it come in?",
)
mistake(
    "logistic_gradient",
    name="dw transposed",
    answer=_transposed_dw,
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
mistake(
    "logistic_gradient",
    name="dw without its rows",
    answer=_flat_dw,
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
mistake(
    "logistic_gradient",
    name="y - a",
    answer=lambda w, b, X, y: _from_dz(-_error(w, b, X, y) / y.size, X),
    hint="Take y = 1 and a = 0.5. Should a larger z make the loss larger or smaller, "
    "and which sign has your derivative by z?",
)
mistake(
    "logistic_gradient",
    name="sigma' counted twice",
    answer=_gain_twice,
    hint="Is a - y the derivative by a, or already the derivative by z? "
    "Look at the table of section 8.",
)
mistake(
    "logistic_gradient",
    name="X not transposed",
    answer=_no_transpose,
    hint="Over which index does the product sum: features or samples? "
    "Write the shapes beside the line.",
)
for _keepdims in (True, False):
    mistake(
        "logistic_gradient",
        name="db is an array",
        answer=lambda w, b, X, y, keepdims=_keepdims: _array_db(w, b, X, y, keepdims),
        hint="b is a single float, and so is its gradient. What is the shape of your sum?",
    )
