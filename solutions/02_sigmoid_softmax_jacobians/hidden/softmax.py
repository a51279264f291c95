"""softmax: shares of each column, however large the logits."""

import numpy as np
from solution import sigmoid

from grader.exercise import Case, Tolerance, exercise
from grader.kit import families, sizes

asked = exercise("softmax")


@asked.cases
def columns_of_logits(rng):
    """Three families of shapes, logits near 1000 and far apart, ties, other dtypes."""
    for group, shapes in families("n m"):
        yield Case(rng.normal(size=tuple(shapes.values())) * 2, group=group, shapes=shapes)
    near = rng.normal(size=(4, 3)) + np.array([1000.0, 1000.0, 1001.0])
    yield Case(near, group="logits near 1000", shapes=sizes("n m", near.shape))
    # Both ends in one sample: a shift by anything but its largest logit overflows, or leaves 0/0.
    ends = rng.normal(size=(4, 2))
    ends[0], ends[1] = ends[0] + 1000, ends[1] - 1000
    Z = ends[rng.permutation(4)]
    # A share that rounds to 0 is 0, not 1e-12: what is allowed is no part of a logit.  Logits of
    # 1000 round by 1e-13, and so do the shares of who takes logarithms on the way.
    exact = Tolerance(relative=1e-9, absolute=0.0)
    yield Case(Z, group="logits near 1000", shapes=sizes("n m", Z.shape), tolerance=exact)
    apart = rng.normal(size=(4, 3)) + np.array([1000.0, -1000.0, 0.0])
    yield Case(apart, group="samples far apart", shapes=sizes("n m", apart.shape))
    yield Case(np.full((5, 2), rng.normal()), group="ties and a single class")
    yield Case(rng.normal(size=(1, 3)), group="ties and a single class")
    yield Case(rng.integers(996, 1005, size=(3, 4)), group="integer input")
    yield Case(rng.normal(size=(3, 4)).astype(np.float32), group="float32 input")


def shares_of(Z, axis, top):
    E = np.exp(Z - top)
    return E / E.sum(axis=axis, keepdims=True)


def normalised_sigmoids(Z):
    A = sigmoid(Z)
    return A / A.sum(axis=0, keepdims=True)


EDGE = "an edge: logits of moderate size are right"

asked.mistake(
    "axis 1",
    answer=lambda Z: shares_of(Z, 1, Z.max(axis=1, keepdims=True)),
    hint="Your rows sum to 1. Which direction of the array is one sample?",
)
asked.mistake(
    "axis 1 and no keepdims",
    answer=lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=1),
    hint="Which direction of the array is one sample? Then look at the shape of your sum: one of "
    "shape (1, m) meets its columns, one of shape (n,) meets whatever it fits.",
)
asked.mistake(
    "axis None",
    answer=lambda Z: shares_of(Z, None, Z.max()),
    hint="All entries of the batch together sum to 1. Over which entries should the sum below "
    "the line run?",
)
asked.mistake(
    "no shift",
    answer=lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True),
    hint="The formula is right, as long as the exponentials are finite. What does adding the same "
    "number to all logits of a sample change?",
    earns=EDGE,
)
asked.mistake(
    "one maximum for the whole batch",
    answer=lambda Z: shares_of(Z, 0, Z.max()),
    hint="One sample with large logits spoils another with small ones: all exponentials of the "
    "other become 0. Whose maximum does each sample need?",
    earns=EDGE,
)
asked.mistake(
    "maximum along the wrong axis",
    answer=lambda Z: shares_of(Z, 0, Z.max(axis=1, keepdims=True)),
    hint="The columns sum to 1, but the shift is not the same for all logits of one sample, so it "
    "does not cancel. Along which axis is the maximum taken?",
)
asked.mistake(
    "sigmoids divided by their sum",
    answer=normalised_sigmoids,
    hint="The columns sum to 1, but positive numbers can be made in many ways. "
    "What stands above the line in section 6?",
)
asked.mistake(
    "a sigmoid for each logit",
    answer=sigmoid,
    hint="Do your columns sum to 1? See section 6 on what softmax and sigmoid have in common, "
    "and what not.",
)
asked.mistake(
    "logits divided by their sum, without exponentials",
    answer=lambda Z: Z / Z.sum(axis=0, keepdims=True),
    hint="Logits may be negative, shares may not. Which step makes them positive?",
)
