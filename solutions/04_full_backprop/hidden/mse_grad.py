"""mse_grad: the gradient of mse, tried on the same errors."""

import numpy as np
from hidden.errors import drawn

from grader.exercise import Case, exercise
from grader.kit import BESIDE_LARGE, sizes, with_one_large

asked = exercise("mse_grad", builds_on=("mse",), tolerance=BESIDE_LARGE)


@asked.cases
def steep(rng):
    """The errors of the loss; one entry is so far off that the others' slopes drown in it."""
    for group, P, T in drawn(rng):
        plain = P.dtype == np.float32 or np.array_equal(P, T)
        yield Case(
            P if plain else with_one_large(P), T, group=group, shapes=sizes("n_out m", P.shape)
        )


asked.mistake(
    "divided by the outputs only",
    answer=lambda P, T: 2 * (P - T) / P.shape[0],
    hint="The gradient inherits the factor of the loss. By how many entries does your mse divide?",
)
asked.mistake(
    "divided by the samples only",
    answer=lambda P, T: 2 * (P - T) / P.shape[1],
    hint="The gradient inherits the factor of the loss. By how many entries does your mse divide?",
)
asked.mistake(
    "the L2 gradient of lesson 02",
    answer=lambda P, T: (P - T) / P.shape[1],
    hint="This is the gradient of another loss. Section 5 says how the two are related.",
)
asked.mistake(
    "no factor 2",
    answer=lambda P, T: (P - T) / P.size,
    hint="What is the derivative of a square?",
)
asked.mistake(
    "no mean",
    answer=lambda P, T: 2.0 * (P - T),
    hint="Your loss is a mean. Is this the gradient of a mean or of a sum?",
)
asked.mistake(
    "opposite sign",
    answer=lambda P, T: 2 * (T - P) / P.size,
    hint="P above T: does the loss grow or fall when P grows?",
)
