"""softmax_vjp: the Jacobian's product, without the Jacobian."""

import numpy as np
from hidden.probabilities import one_hot, shares
from solution import softmax, softmax_vjp

from grader.exercise import Case, exercise
from grader.kit import DERIVED, families, float32, sizes

asked = exercise("softmax_vjp", not_alone=("equal entries in dS",), tolerance=DERIVED)


@asked.cases
def gradients_of_shares(rng):
    """Three families of shapes, 20,000 classes, a gradient that must come out as 0."""
    for group, shapes in families("n m"):
        S, dS = shares(rng, **shapes), rng.normal(size=tuple(shapes.values()))
        yield Case(S, dS, group=group, shapes=shapes)
    level = np.tile(rng.normal(size=(1, 3)), (4, 1))
    S = shares(rng, 4, 3)
    yield Case(S, level, group="equal entries in dS", shapes=sizes("n m", S.shape))
    dS = rng.normal(size=(1, 3))  # with one class, its entries are equal too
    yield Case(np.ones((1, 3)), dS, group="equal entries in dS", shapes=sizes("n m", dS.shape))
    S = np.column_stack([one_hot(rng, 4, 2), shares(rng, 4, 1)])
    dS = rng.normal(size=(4, 3))
    yield Case(S, dS, group="a certain output", shapes=sizes("n m", S.shape))
    S, dS = float32(shares(rng, 3, 4), rng.normal(size=(3, 4)))
    yield Case(S, dS, group="float32 input", shapes=sizes("n m", S.shape))
    # Last: after a call that runs out of memory the judge asks no more.
    S, dS = (
        np.tile(shares(rng, 200, 1) / 100, (100, 1)),
        np.tile(rng.normal(size=(200, 1)), (100, 1)),
    )
    shapes = sizes("n m", S.shape)
    yield Case(S, dS, group="20,000 classes", shapes=shapes, megabytes=50)


asked.mistake(
    "elementwise S(1-S)dS",
    answer=lambda S, dS: S * (1 - S) * dS,
    hint="The shapes fit, and that proves nothing: only the diagonal of the Jacobian is in your "
    "product. By which other paths does a logit reach the loss?",
)
asked.mistake(
    "sum over the wrong axis",
    answer=lambda S, dS: S * (dS - (S * dS).sum(axis=1, keepdims=True)),
    hint="The weighted mean belongs to one sample. Your sum runs across the samples: which axis "
    "counts the classes?",
)
asked.mistake(
    "one sum for the whole batch",
    answer=lambda S, dS: S * (dS - (S * dS).sum()),
    hint="There is one weighted mean for each sample, not one for the batch. "
    "Which shape should the sum have?",
)
asked.mistake(
    "sum of dS without the weights",
    answer=lambda S, dS: S * (dS - dS.sum(axis=0, keepdims=True)),
    hint="Do the columns of your result sum to 0? In formula (8), what stands "
    "under the sum besides the gradient?",
)
asked.mistake(
    "a plain mean in place of the weighted sum",
    answer=lambda S, dS: S * (dS - (S * dS).mean(axis=0, keepdims=True)),
    hint="The weights sum to 1 already. Is there anything left to divide by?",
)
asked.mistake(
    "no factor S before the bracket",
    answer=lambda S, dS: dS - (S * dS).sum(axis=0, keepdims=True),
    hint="The bracket is right. In formula (8), which factor stands before it?",
)
asked.mistake(
    "plus in the bracket",
    answer=lambda S, dS: S * (dS + (S * dS).sum(axis=0, keepdims=True)),
    hint="What is the sign of the Jacobian off its diagonal? Add up a column of your result.",
)
asked.mistake(
    "the index of the bug hunt: n times the diagonal",
    answer=lambda S, dS: len(S) * S * (1 - S) * dS,
    hint="Your sum runs over an index that does not occur in its terms, as in the bug hunt. "
    "Through which outputs do the paths run?",
)
asked.mistake(
    "softmax applied to its own output",
    answer=lambda S, dS: softmax_vjp(softmax(S), dS),
    hint="The argument S is an output of the softmax already. What do you do with it first?",
)
