"""step_3_paths: the sum over all paths from one input to the loss."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise("step_3_paths", builds_on=("step_2_path",))


@asked.cases
def inputs(rng):
    """Three sizes that differ, three that are equal, one sample, one unit."""
    for group, n_out, n_in, m, k, c in [
        ("rectangular", 4, 3, 5, 1, 3),
        ("rectangular", 3, 5, 2, 4, 1),
        ("square", 4, 4, 4, 3, 1),
        ("a batch of one", 3, 2, 1, 1, 0),
        ("one unit", 1, 3, 4, 2, 3),
    ]:
        dZ, W = rng.normal(size=(n_out, m)), rng.normal(size=(n_out, n_in))
        if group == "square":
            dZ[:, c] = -np.copysign(dZ[:, c], W[:, k])  # a sum below 0, and not by chance
        yield Case(dZ, W, k, c, group=group, shapes={"n_out": n_out, "n_in": n_in, "m": m})


asked.mistake(
    "one path only",
    answer=lambda dZ, W, k, c: dZ[0, c] * W[0, k],
    hint="Through how many units does the input reach the loss? Count the arrows that leave it.",
)
asked.mistake(
    "mean of the paths",
    answer=lambda dZ, W, k, c: (dZ[:, c] * W[:, k]).mean(),
    hint="Every path adds its product. Did you divide by the number of paths?",
)
asked.mistake(
    "deltas without their weights",
    answer=lambda dZ, W, k, c: dZ[:, c].sum(),
    hint="Each path leads over a weight. Where are the weights in your sum?",
)
asked.mistake(
    "weights without their deltas",
    answer=lambda dZ, W, k, c: W[:, k].sum(),
    hint="You added slopes of the sums. How does the loss react to each of them?",
)
asked.mistake(
    "weights along a row",
    answer=lambda dZ, W, k, c: (dZ[:, c] * W[k, :]).sum(),
    hint="All paths begin at input k. Are its weights a row of W, or a column?",
)
asked.mistake(
    "over all samples",
    answer=lambda dZ, W, k, c: (dZ * W[:, k : k + 1]).sum(),
    hint="The input a_kc belongs to sample c. Which samples does it touch?",
)
