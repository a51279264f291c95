"""vjp: a rule for each of fifteen operations."""

import numpy as np
from hidden.tapes import numbers
from solution import OPERATIONS, sigmoid, softmax, unbroadcast, vjp

from grader.exercise import Case, exercise
from grader.kit import BESIDE_LARGE, with_one_large

asked = exercise("vjp", builds_on=("unbroadcast", "step_5_logits"), tolerance=BESIDE_LARGE)


@asked.cases
def rules(rng):
    """Each operation, alone or with its like; stretched operands; axes; large logits.

    One entry of the gradient is large: a loss that is measured is all rounding beside it.
    """

    def case(group, op, *inputs, **options):
        value = np.asarray(OPERATIONS[op](*inputs, **options))
        gradient = with_one_large(np.asarray(rng.normal(size=value.shape)))
        return Case(op, list(inputs), value, gradient, options, group=group)

    def drawn(*shapes):
        return numbers(rng, *shapes)

    for op in ("add", "subtract", "multiply", "divide"):
        yield case(op, op, *drawn((2, 3, 3), (2, 3, 3)))
        for left, right in [((3,), (2, 1)), ((), (3,)), ((2, 3), ())]:
            yield case("stretched operands", op, *drawn(left, right))
    yield case("divide", "divide", *drawn((), ()))
    for left, right in [((4, 2), (2, 1)), ((3, 3), (3, 3))]:
        yield case("matmul", "matmul", *drawn(left, right))
    for shape in [(2, 3), (3, 3)]:
        yield case("transpose", "transpose", *drawn(shape))
    for op, more in SUMS.items():
        for shape, options in AXES + more:
            yield case(op, op, *drawn(shape), **options)
    for op, ends in [
        ("exp", (-30.0, 8.0)),
        ("sigmoid", (-800.0, 800.0)),
        ("tanh", (-800.0, 800.0)),
    ]:
        (x,) = drawn((2, 3))
        x.flat[:2] = ends
        yield case(op, op, x)
        yield case(op, op, *drawn(()))
    (x,) = np.abs(drawn((2, 3)))
    x.flat[:2] = 1e-6, 1e6
    yield case("log", "log", x)
    # Of one shape, as an answer that is kept from another question shows.
    x, at_zero = drawn((2, 3), (2, 3))
    x[0, 0], at_zero[0, 1] = 1e-12, 0.0
    yield case("relu", "relu", x)
    yield case("relu at 0", "relu", at_zero)
    yield case("take", "take", *drawn((2, 3, 4)), indices=[3, 1], axis=2)
    yield case("take", "take", *drawn((3, 4)), indices=[7, 0, 11, 4])
    yield case("taken twice", "take", *drawn((3, 3)), indices=[2, 0, 2], axis=0)
    yield case("taken twice", "take", *drawn((2, 3, 4)), indices=[1, 1, 1], axis=-1)
    yield case("taken twice", "take", *drawn((5,)), indices=[4, 4, 0, 4, 1, 4])
    for shape, options in [((3, 4), {"axis": 1, "keepdims": True}), ((4,), {})]:
        x = rng.normal(1000.0, 2.0, size=shape)
        x[0] -= 2000.0
        yield case("large logits", "logsumexp", x, **options)


AXES = [
    ((2, 3), {"axis": None, "keepdims": True}),
    ((3, 3, 3), {"axis": 1}),
    ((2, 3, 4), {"axis": -1, "keepdims": False}),
]
SUMS = {
    "sum": [((2, 3), {}), ((3, 3), {"axis": 1, "keepdims": True})],
    # What counts the entries of one mean must know axis 0 from none.
    "mean": [((2, 3), {"keepdims": True}), ((2, 3), {"axis": 0, "keepdims": True})],
    "logsumexp": [],
}
"""The shapes and options of each operation that takes axes away, besides those of all."""


def bent(op, rule):
    """Return the right rules but for one operation (or several), where `rule` answers."""
    ops = (op,) if isinstance(op, str) else op

    def answer(name, inputs, value, gradient, options):
        if name in ops:
            return rule(*inputs, value=value, g=gradient, **options)
        return vjp(name, inputs, value, gradient, options)

    return answer


def fitted(by_x, by_w, x, w):
    """Return two gradients in the shapes of their operands."""
    return unbroadcast(by_x, x.shape), unbroadcast(by_w, w.shape)


def unsummed(op, inputs, value, gradient, options):
    if op in {"add", "subtract", "multiply", "divide"}:
        inputs = np.broadcast_arrays(*inputs)
    return vjp(op, inputs, value, gradient, options)


def axis_not_put_back(op, inputs, value, gradient, options):
    if op in {"sum", "mean", "logsumexp"}:
        (x,) = inputs
        copied = np.zeros(x.shape) + gradient
        if op == "sum":
            return (copied,)
        if op == "mean":
            return (copied * value.size / x.size,)
        return (copied * np.exp(x - (np.zeros(x.shape) + value)),)
    return vjp(op, inputs, value, gradient, options)


def last_write_stays(x, *, value, g, indices, axis=None):
    by_x = np.zeros(x.shape)
    if axis is None:
        by_x.flat[indices] = g
    else:
        np.moveaxis(by_x, axis, 0)[indices] = np.moveaxis(g, axis, 0)
    return (by_x,)


def over_everything(x, *, value, g, axis=None, keepdims=False):
    share = softmax(x.reshape(-1, 1)).reshape(x.shape)
    return (vjp("sum", [x], value, g, {"axis": axis, "keepdims": keepdims})[0] * share,)


def overflowing(x, *, value, g, axis=None, keepdims=False):
    powers = np.exp(x)
    spread = vjp("sum", [x], value, g, {"axis": axis, "keepdims": keepdims})[0]
    return (spread * powers / powers.sum(axis=axis, keepdims=True),)


def in_place(op, inputs, value, gradient, options):
    sent = vjp(op, inputs, value, gradient, options)
    if op in {"exp", "sigmoid", "tanh"}:
        gradient *= sent[0] / np.where(gradient, gradient, 1.0)
    return sent


def bare(op, inputs, value, gradient, options):
    sent = vjp(op, inputs, value, gradient, options)
    return sent if len(sent) > 1 else sent[0]


MOSTLY_RIGHT = "one rule of fifteen is wrong"

asked.mistake(
    "subtract: a sign",
    answer=bent("subtract", lambda x, w, *, value, g: fitted(g, g, x, w)),
    hint="If w grows, does x - w grow?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "multiply: operands exchanged",
    answer=bent("multiply", lambda x, w, *, value, g: fitted(g * x, g * w, x, w)),
    hint="If one entry of x moves by a little, by what is this multiplied on its way to x * w?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "divide: a sign",
    answer=bent("divide", lambda x, w, *, value, g: fitted(g / w, g * x / w**2, x, w)),
    hint="If w grows, does x / w grow, for positive x?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "divide: no square",
    answer=bent("divide", lambda x, w, *, value, g: fitted(g / w, -g * x / w, x, w)),
    hint="Write x / w as x times 1/w. What is the slope of 1/w?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "operands that were stretched",
    answer=unsummed,
    hint="Right where both shapes are equal. Which function of section 3 is needed where they "
    "are not?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "matmul: no transposes",
    answer=bent("matmul", lambda x, w, *, value, g: (g @ w, x @ g)),
    hint="Write down the shapes of g and of both matrices, all three sizes different. "
    "A square hides it.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "matmul: exchanged",
    answer=bent("matmul", lambda x, w, *, value, g: (x.T @ g, g @ w.T)),
    hint="Both products are there. Which of them has the shape of the first matrix?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "transpose: not turned back",
    answer=bent("transpose", lambda x, *, value, g: (g,)),
    hint="The gradient has the shape of the value. Which shape has the input?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "mean: not divided",
    answer=bent("mean", lambda x, *, value, g, **o: vjp("sum", [x], value, g, o)),
    hint="An entry moves by 1. By how much does the mean of four entries move?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "mean: divided by all entries",
    answer=bent("mean", lambda x, *, value, g, **o: (vjp("sum", [x], value, g, o)[0] / x.size,)),
    hint="Right for a mean over everything. How many entries go into one mean over an axis?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "the axis not put back",
    answer=axis_not_put_back,
    hint="Without keepdims the axis is gone from the gradient. Where must it stand before the "
    "gradient is copied? In a square the wrong place shows in the numbers alone.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "exp: of the value",
    answer=bent("exp", lambda x, *, value, g: (g * np.exp(value),)),
    hint="The value is exp(x) already. Do you take the exponential twice?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "log: of the value",
    answer=bent("log", lambda x, *, value, g: (g / value,)),
    hint="The slope of ln x is 1/x. Is value x, or ln x?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "relu: open at 0",
    answer=bent("relu", lambda x, *, value, g: (g * (x >= 0),)),
    hint="What does this course say about the slope of the relu at 0?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "relu: of the gradient",
    answer=bent("relu", lambda x, *, value, g: (np.maximum(g, 0.0),)),
    hint="A negative gradient may pass where the relu is open. What decides: g or x?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "sigmoid: of the value",
    answer=bent("sigmoid", lambda x, *, value, g: (g * sigmoid(value) * (1 - sigmoid(value)),)),
    hint="value is the sigmoid already. Where is its slope taken?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "sigmoid: of the input",
    answer=bent("sigmoid", lambda x, *, value, g: (g * x * (1 - x),)),
    hint="a (1 - a) holds for a, the value of the sigmoid. What do you put in?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "tanh: of the input",
    answer=bent("tanh", lambda x, *, value, g: (g * (1 - x**2),)),
    hint="1 - u**2 holds for u, the value of the tanh. What do you put in?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "tanh: twice",
    answer=bent("tanh", lambda x, *, value, g: (g * (1 - np.tanh(value) ** 2),)),
    hint="value is the tanh already. Where is its slope taken?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "take: the last write stays",
    answer=bent("take", last_write_stays),
    hint="What was picked twice has two paths. What does += do with a list of indices that "
    "names a place twice?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "logsumexp: over everything",
    answer=bent("logsumexp", over_everything),
    hint="Right without an axis. The shares of one column sum to 1; do yours?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "logsumexp: overflows",
    answer=bent("logsumexp", overflowing),
    hint="What is np.exp(1000.0)? Step 5 of section 4 needs no sum of exponentials.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "no tuple",
    answer=bare,
    hint="Also for one input the result is a tuple. How does Python write a tuple of one?",
)
asked.mistake(
    "writes into the gradient",
    answer=in_place,
    hint="Other entries may hold the same array. Do you use *= somewhere?",
    earns="the values of all rules are right",
)
