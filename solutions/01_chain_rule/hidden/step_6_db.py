"""step_6_db: the bias is used in every sample, with a local slope of 1."""

import numpy as np
from hidden.neurons import STEPS, predictions
from solution import step_3_loss_by_z, step_4_dZ

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(
    STEPS[5],
    builds_on=STEPS[:4],
    not_alone=("sure predictions", "a batch of one"),
    tolerance=DERIVED,
)
asked.cases(predictions)

asked.mistake(
    "no 1/m",
    answer=lambda A, T: np.sum(step_3_loss_by_z(A, T)),
    hint="The loss is a mean over the m samples. In which step did the 1/m come in?",
)
asked.mistake(
    "1/m once more",
    answer=lambda A, T: np.mean(step_4_dZ(A, T)),
    hint="The 1/m came in at step 4. Formula (10) sums: does it divide again?",
)
asked.mistake(
    "the first sample alone",
    answer=lambda A, T: float(step_4_dZ(A, T)[0, 0]),
    hint="One path is one sample. How many samples use the bias?",
)
asked.mistake(
    "not summed",
    answer=step_4_dZ,
    hint="b is one number, used in every sample. What do the contributions of the paths do?",
)
for _keepdims in (True, False):
    asked.mistake(
        "an array",
        answer=lambda A, T, keepdims=_keepdims: step_4_dZ(A, T).sum(axis=1, keepdims=keepdims),
        hint="b is a single float, and so is its gradient. What is the shape of your sum?",
    )
