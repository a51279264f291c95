"""step_4_column: the gradient by all inputs of one sample, as a matrix product."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise("step_4_column")


@asked.cases
def columns(rng):
    """Three sizes that differ, three that are equal, one sample, one unit; float32."""
    for group, n_out, n_in, m, c in [
        ("rectangular", 4, 3, 5, 4),
        ("square", 4, 4, 4, 1),
        ("a batch of one", 3, 2, 1, 0),
        ("one unit", 1, 3, 4, 3),
    ]:
        dZ, W = rng.normal(size=(n_out, m)), rng.normal(size=(n_out, n_in))
        yield Case(dZ, W, c, group=group, shapes={"n_out": n_out, "n_in": n_in, "m": m})
    dZ, W = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    shapes = {"n_out": 3, "n_in": 2, "m": 4}
    yield Case(dZ.astype(np.float32), W.astype(np.float32), 2, group="rectangular", shapes=shapes)


asked.mistake(
    "W for its transpose",
    answer=lambda dZ, W, c: W @ dZ[:, c],
    hint="In step 3 you summed over j. Is it the first or the second index of W, and over which "
    "one does a matrix product sum?",
)
asked.mistake(
    "a row of dZ",
    answer=lambda dZ, W, c: W.T @ dZ[c],
    hint="Samples are columns. Is what you took from dZ one sample, or one unit?",
)
asked.mistake(
    "all samples",
    answer=lambda dZ, W, c: W.T @ dZ,
    hint="Your result has a column for each sample. Sample c alone is asked for.",
)
asked.mistake(
    "a column with two axes",
    answer=lambda dZ, W, c: W.T @ dZ[:, c : c + 1],
    hint="The numbers are right. The docstring asks for shape (n_in,): which index keeps an axis?",
)
asked.mistake(
    "paths not added",
    answer=lambda dZ, W, c: W.T * dZ[:, c],
    hint="Each entry of your result is one path. Which of them belong to one input, and what "
    "becomes of them?",
)
