"""l2_loss: half the squared error, a mean over the samples."""

import numpy as np
from hidden.l2_inputs import predictions

from grader.exercise import Case, exercise
from grader.kit import sizes

asked = exercise("l2_loss", not_alone=("a perfect prediction",))


@asked.cases
def errors(rng):
    """The predictions and targets that the gradient is tried on, too."""
    for group, P, T in predictions(rng):
        yield Case(P, T, group=group, shapes=sizes("n m", P.shape))


def squares(P, T):
    return np.subtract(P, T, dtype=float) ** 2


asked.mistake(
    "no half",
    answer=lambda P, T: np.sum(squares(P, T)) / P.shape[1],
    hint="Go through the four steps of section 5 beside your code. Which step is missing?",
)
asked.mistake(
    "mean over n*m, no half",
    answer=lambda P, T: np.mean(squares(P, T)),
    hint="Over what is the loss summed, and over what is it averaged? A mean over all entries "
    "divides by something else.",
)
asked.mistake(
    "mean over n*m",
    answer=lambda P, T: np.mean(squares(P, T)) / 2,
    hint="The half is there. But the features are summed, not averaged: by which number does a "
    "mean over all entries divide?",
)
asked.mistake(
    "sum over the samples",
    answer=lambda P, T: np.sum(squares(P, T)) / 2,
    hint="One sample alone comes out right, a batch does not. What does step 4 of section 5 do?",
)
asked.mistake(
    "divided by the number of features",
    answer=lambda P, T: np.sum(squares(P, T)) / 2 / P.shape[0],
    hint="Which axis of P counts the samples, and which number does its shape give for it?",
)
asked.mistake(
    "one loss for each sample",
    answer=lambda P, T: np.sum(squares(P, T), axis=0) / 2,
    hint="This is step 3 of section 5. A loss is one number: which step is left?",
)
asked.mistake(
    "square root taken",
    answer=lambda P, T: np.sqrt(np.sum(squares(P, T), axis=0)).sum() / P.shape[1],
    hint="A root of a sum of squares is a distance. Does section 5 take one?",
)
asked.mistake(
    "errors not squared",
    answer=lambda P, T: np.sum(np.sqrt(squares(P, T))) / 2 / P.shape[1],
    hint="An error of 2 should cost four times as much as an error of 1. What does yours cost?",
)
