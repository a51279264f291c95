"""dense_forward: Z = W A + b, and what the way back needs."""

import numpy as np
from hidden.layers import drawn, shown
from solution import dense_forward

from grader.exercise import Case, exercise
from grader.kit import but_for, families, float32

asked = exercise("dense_forward", returns=("Z", "cache"))


@asked.cases
def forward_cases(rng):
    """The three families; equal n_out and m, where a flat bias fits; float32; one unit."""
    more = ("as many samples as units", 3, 2, 3)
    for group, shapes in families("n_out n_in m", more):
        yield Case(*drawn(rng, **shapes), group=group, shapes=shapes)
    A, W, b = float32(*drawn(rng, 3, 1, 2))
    yield Case(A, W, b, group="other input", shapes=shown(W, A))
    A, W, b = drawn(rng, 1, 3, 4)
    yield Case(1e6 * A, W, b, group="other input", shapes=shown(W, A))


result_with = but_for(dense_forward, "Z", "cache")


asked.mistake(
    "A @ W",
    answer=result_with(Z=lambda A, W, b: A @ W + b),
    hint="In Z_jc, which index of W is summed, and which of A? "
    "They must meet in the middle of the product.",
)
asked.mistake(
    "W transposed",
    answer=result_with(Z=lambda A, W, b: W.T @ A + b),
    hint="W has a row for each unit. Forward, a unit collects over its inputs: "
    "along a row of W, or along a column?",
)
asked.mistake(
    "bias along the samples",
    answer=result_with(Z=lambda A, W, b: W @ A + np.ravel(b)),
    hint="b is (n_out, 1): one number for each unit. "
    "Was its second axis still there when you added it? NumPy lines up shapes from the right.",
)
asked.mistake(
    "no bias",
    answer=result_with(Z=lambda A, W, b: W @ A),
    hint="Put A = 0 into your function. What should Z be then, and what is it?",
)
asked.mistake(
    "cache in the other order",
    answer=result_with(cache=lambda A, W, b: (W, A)),
    hint="Z is right. Compare the order of the two arrays in your cache with the docstring.",
)
asked.mistake(
    "Z in the cache",
    answer=result_with(cache=lambda A, W, b: (W @ A + b, W)),
    hint="Z is right. The way back needs the slopes of Z: by W and by A. "
    "Which two arrays are these slopes made of?",
)
