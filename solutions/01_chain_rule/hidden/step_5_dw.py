"""step_5_dw: every weight is used in every sample, so the paths are added."""

import numpy as np
from hidden.neurons import STEPS, predicted
from solution import step_3_loss_by_z, step_4_dZ, step_5_dw

from grader.exercise import Case, exercise
from grader.kit import DERIVED, families

asked = exercise(STEPS[4], builds_on=STEPS[:4], tolerance=DERIVED)


@asked.cases
def batches(rng):
    """Rectangular, square (a missing transpose fits), a batch of one, integers."""
    for group, shapes in families("n m"):
        A, T = predicted(rng, shapes["m"])
        X = rng.normal(size=(shapes["n"], shapes["m"]))
        yield Case(A, T, X, group=group, shapes=shapes)
    A, T = predicted(rng, 6)
    T = T.astype(int)
    X = rng.integers(-3, 4, size=(1, 6))
    yield Case(A, T, X, group="counts as data", shapes={"n": 1, "m": 6})


asked.mistake(
    "no 1/m",
    answer=lambda A, T, X: step_3_loss_by_z(A, T) @ X.T,
    hint="The loss is a mean over the m samples. In which step did the 1/m come in?",
)
asked.mistake(
    "1/m once more",
    answer=lambda A, T, X: step_5_dw(A, T, X) / A.size,
    hint="The 1/m came in at step 4. Formula (10) sums: does it divide again?",
)
asked.mistake(
    "transposed",
    answer=lambda A, T, X: step_5_dw(A, T, X).T.copy(),
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
asked.mistake(
    "X not transposed",
    answer=lambda A, T, X: step_4_dZ(A, T) @ X,
    hint="Over which index does your product sum: features or samples? Write the shapes beside it.",
)
asked.mistake(
    "products not summed",
    answer=lambda A, T, X: step_4_dZ(A, T) * X,
    hint="Each entry of your result belongs to one sample. What do the paths over all samples do?",
)
asked.mistake(
    "without its rows",
    answer=lambda A, T, X: step_5_dw(A, T, X)[0],
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
asked.mistake(
    "the first sample alone",
    answer=lambda A, T, X: step_4_dZ(A, T)[:, :1] @ np.asarray(X)[:, :1].T,
    hint="One path is one sample. How many samples use the weight?",
)
