"""step_5_bias: the slope of the loss as one bias moves."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise(
    "step_5_bias",
    not_alone=(
        "one unit",
        "a batch of one",
    ),
)


@asked.cases
def biases(rng):
    """More samples than units, as many, fewer; a batch of one, where a sum cannot be seen."""
    for group, n_out, m, j in [
        ("rectangular", 4, 5, 3),
        ("square", 4, 4, 1),
        ("a batch of one", 3, 1, 2),
        ("one unit", 1, 4, 0),
    ]:
        dZ = rng.normal(size=(n_out, m))
        if group == "square":
            dZ[j] = -np.abs(dZ[j])  # a sum below 0, and not by chance
        yield Case(dZ, j, group=group, shapes={"n_out": n_out, "m": m})


asked.mistake(
    "mean over the samples",
    answer=lambda dZ, j: dZ[j].mean(),
    hint="The loss carries the 1/m, and dZ has inherited it. Does it stand here a second time?",
)
asked.mistake(
    "one sample only",
    answer=lambda dZ, j: dZ[j, 0],
    hint="One bias serves every sample. How many paths does it have to the loss?",
)
asked.mistake(
    "over the units",
    answer=lambda dZ, j: dZ[:, j].sum(),
    hint="Bias j belongs to unit j. Is unit j a row or a column of dZ?",
)
asked.mistake(
    "all of dZ",
    answer=lambda dZ, j: dZ.sum(),
    hint="Other units have biases of their own. Which sums does b_j occur in?",
)
asked.mistake(
    "not summed",
    answer=lambda dZ, j: dZ[j].copy(),
    hint="One bias has one slope. What becomes of the paths through the samples?",
)
