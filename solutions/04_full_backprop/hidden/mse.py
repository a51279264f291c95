"""mse: the mean of the squared errors, over outputs and samples."""

import numpy as np
from hidden.errors import errors

from grader.exercise import exercise

asked = exercise("mse")


asked.cases(errors)

asked.mistake(
    "divided by the outputs only",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / P.shape[0]),
    hint="Count the squares that you add up for three outputs and five samples.",
)
asked.mistake(
    "divided by the samples only",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / P.shape[1]),
    hint="This is a mean over samples of a sum over outputs. Over what is the mse a mean?",
)
asked.mistake(
    "the L2 loss of lesson 02",
    answer=lambda P, T: float(np.sum((P - T) ** 2) / (2 * P.shape[1])),
    hint="Section 5 compares the two losses. Which factor stands in front of each?",
)
asked.mistake(
    "a half too much",
    answer=lambda P, T: float(np.mean((P - T) ** 2) / 2),
    hint="One error of 1, one output, one sample: what is the mean of the squares?",
)
asked.mistake(
    "a sum",
    answer=lambda P, T: float(np.sum((P - T) ** 2)),
    hint="Twice as many samples with the same errors: should the loss double?",
)
asked.mistake(
    "errors not squared",
    answer=lambda P, T: float(np.mean(np.abs(P - T))),
    hint="What does the s in mse stand for?",
)
asked.mistake(
    "the root of the mean",
    answer=lambda P, T: float(np.sqrt(np.mean((P - T) ** 2))),
    hint="All errors are 2. Is the loss 2 or 4?",
)
