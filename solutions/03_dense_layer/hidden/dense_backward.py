"""dense_backward: one gradient comes down, three come out."""

import numpy as np
from hidden.layers import drawn, shown
from solution import dense_backward

from grader.exercise import Case, exercise
from grader.kit import BESIDE_LARGE, but_for, families, float32, with_one_large

asked = exercise("dense_backward", returns=("dA", "dW", "db"), tolerance=BESIDE_LARGE)


@asked.cases
def backward_cases(rng):
    """The three families, integer and float32 input, and a gradient of zeros.

    One entry of dZ is large: a loss that is measured is all rounding beside it.
    """
    for group, shapes in families("n_out n_in m"):
        A, W, _ = drawn(rng, **shapes)
        dZ = with_one_large(rng.normal(size=(shapes["n_out"], shapes["m"])))
        yield Case(dZ, (A, W), group=group, shapes=shapes)
    pixels = rng.integers(0, 17, size=(4, 3))
    dZ, W = with_one_large(rng.normal(size=(1, 3))), rng.normal(size=(1, 4))
    yield Case(dZ, (pixels, W), group="other input", shapes=shown(W, pixels))
    A, W, _ = drawn(rng, 3, 1, 4)
    dZ, A, W = float32(rng.normal(size=(3, 4)), A, W)
    yield Case(dZ, (A, W), group="other input", shapes=shown(W, A))
    A, W, _ = drawn(rng, 3, 2, 5)
    yield Case(np.zeros((3, 5)), (A, W), group="other input", shapes=shown(W, A))


def right(dZ, A, W):
    return dense_backward(dZ, (A, W))


def backward_with(**wrong):
    """Return a dense_backward with some parts computed otherwise, from dZ, A and W."""
    answer = but_for(right, "dA", "dW", "db")(**wrong)
    return lambda dZ, cache: answer(dZ, *cache)


asked.mistake(
    "W for its transpose",
    answer=backward_with(dA=lambda dZ, A, W: W @ dZ),
    hint="In dA_kc, the index j is summed. Is it the first or the second index of W, "
    "and over which one does a matrix product sum?",
)
asked.mistake(
    "dA with samples as rows",
    answer=backward_with(dA=lambda dZ, A, W: dZ.T @ W),
    hint="The sums in dA are right. Where do the samples stand in your dA, and where in A?",
)
asked.mistake(
    "A @ dZ.T",
    answer=backward_with(dW=lambda dZ, A, W: A @ dZ.T),
    hint="Look at the entry (j, k) of your dW: does j count units and k inputs, as in W?",
)
asked.mistake(
    "db not summed",
    answer=backward_with(db=lambda dZ, A, W: dZ.copy()),
    hint="One b_j serves all samples. How many paths does it have to the loss?",
)
asked.mistake(
    "db summed over units",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(axis=0, keepdims=True)),
    hint="Each unit has its own bias. Over what does your sum for db run: units, or samples?",
)
asked.mistake(
    "db summed over units and samples",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(keepdims=True)),
    hint="Your db has one number in all. How many biases does the layer have?",
)
asked.mistake(
    "no keepdims in db",
    answer=backward_with(db=lambda dZ, A, W: dZ.sum(axis=1)),
    hint="The numbers of db are right. A gradient has the shape of what it is the gradient of: "
    "what is the shape of b?",
)
asked.mistake(
    "mean over the batch in db",
    answer=backward_with(db=lambda dZ, A, W: dZ.mean(axis=1, keepdims=True)),
    hint="The loss carries the 1/m, and dZ has inherited it. Does it stand in db a second time?",
)
asked.mistake(
    "an extra 1/m in dW and db",
    answer=backward_with(
        dW=lambda dZ, A, W: dZ @ A.T / dZ.shape[1],
        db=lambda dZ, A, W: dZ.mean(axis=1, keepdims=True),
    ),
    hint="The loss carries the 1/m, and dZ has inherited it. "
    "Would your dW and db pass a gradient check?",
)
asked.mistake(
    "parts in another order",
    answer=lambda dZ, cache: (*dense_backward(dZ, cache)[1:], dense_backward(dZ, cache)[0]),
    hint="All three are right. In which order does the docstring name them?",
)
asked.mistake(
    "cache taken in the other order",
    answer=lambda dZ, cache: dense_backward(dZ, cache[::-1]),
    hint="Print the shapes of what you take out of the cache. Which of the two is W?",
)
