"""l2_loss: half the squared error, a mean over the samples."""

import numpy as np
from hidden.l2_inputs import predictions

from grader.exercise import exercise

asked = exercise("l2_loss", not_alone=("a perfect prediction",))


asked.cases(predictions)


def squares(X, T):
    return np.subtract(X, T, dtype=float) ** 2


asked.mistake(
    "no half",
    answer=lambda X, T: np.sum(squares(X, T)) / X.shape[1],
    hint="Go through the four steps of section 5 beside your code. Which step is missing?",
)
asked.mistake(
    "mean over n*m, no half",
    answer=lambda X, T: np.mean(squares(X, T)),
    hint="Over what is the loss summed, and over what is it averaged? A mean over all entries "
    "divides by something else.",
)
asked.mistake(
    "mean over n*m",
    answer=lambda X, T: np.mean(squares(X, T)) / 2,
    hint="The half is there. But the features are summed, not averaged: by which number does a "
    "mean over all entries divide?",
)
asked.mistake(
    "sum over the samples",
    answer=lambda X, T: np.sum(squares(X, T)) / 2,
    hint="One sample alone comes out right, a batch does not. What does step 4 of section 5 do?",
)
asked.mistake(
    "divided by the number of features",
    answer=lambda X, T: np.sum(squares(X, T)) / 2 / X.shape[0],
    hint="Which axis of X counts the samples, and which number does its shape give for it?",
)
asked.mistake(
    "one loss for each sample",
    answer=lambda X, T: np.sum(squares(X, T), axis=0) / 2,
    hint="This is step 3 of section 5. A loss is one number: which step is left?",
)
asked.mistake(
    "square root taken",
    answer=lambda X, T: np.sqrt(np.sum(squares(X, T), axis=0)).sum() / X.shape[1],
    hint="A root of a sum of squares is a distance. Does section 5 take one?",
)
