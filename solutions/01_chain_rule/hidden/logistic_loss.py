"""logistic_loss: the mean of softplus(z) - y z."""

import numpy as np
from hidden.neurons import (
    exact_batch,
    other_dtypes,
    sigmoid,
    usual_batches,
    weighted_sums,
)

from grader.exercise import Case, exercise
from grader.kit import sizes

asked = exercise("logistic_loss")


@asked.cases
def losses(rng):
    """The three families of shapes, z from -1000 to 1000, and other dtypes."""
    yield from usual_batches(rng)
    # The first case has no z that overflows exp(z): it tells log(0) from log(1 + exp(z)).
    for z in ([-1000.0, -800.0], [1000.0, -1000.0, 50.0]):
        w, b, X, y = exact_batch(rng, z)
        yield Case(w, b, X, y, group="large z", shapes=sizes("n m", X.shape))
    for w, b, X, y in other_dtypes(rng):
        yield Case(w, b, X, y, group="integers and float32", shapes=sizes("n m", X.shape))


def each_loss(w, b, X, y):
    return np.logaddexp(0, weighted_sums(w, b, X)) - y * weighted_sums(w, b, X)


def naive_loss(w, b, X, y):
    a = sigmoid(weighted_sums(w, b, X))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def clipped_loss(w, b, X, y, edge):
    a = np.clip(sigmoid(weighted_sums(w, b, X)), edge, 1 - edge)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


asked.mistake(
    "sum instead of mean",
    answer=lambda w, b, X, y: np.sum(each_loss(w, b, X, y)),
    hint="What happens to your loss when each sample occurs twice? And to the loss in formula (8)?",
)
asked.mistake(
    "log(0)",
    answer=naive_loss,
    hint="Follow one sample with z = -1000 and y = 1 through your code. "
    "What is a, to sixteen digits, and what is its logarithm?",
)
asked.mistake(
    "exp overflows",
    answer=lambda w, b, X, y: np.mean(
        np.log(1 + np.exp(weighted_sums(w, b, X))) - y * weighted_sums(w, b, X)
    ),
    hint="Your formula is right on paper. What is np.exp(1000)? "
    "Section 7 names a function that never computes it.",
)
for _edge in (1e-15, 1e-12, 1e-10, 1e-8, 1e-7):
    asked.mistake(
        "clipping",
        answer=lambda w, b, X, y, edge=_edge: clipped_loss(w, b, X, y, edge),
        hint="For z = -1000 and y = 1 the loss is 1000. How large can yours become at most?",
    )
asked.mistake(
    "sign",
    answer=lambda w, b, X, y: -np.mean(each_loss(w, b, X, y)),
    hint="A loss that is 0 at best cannot be negative. Where is the minus of formula (8)?",
)
asked.mistake(
    "labels exchanged",
    answer=lambda w, b, X, y: np.mean(each_loss(w, b, X, 1 - y)),
    hint="Take z = 2 with y = 1 and with y = 0. Which of the two should be expensive?",
)
asked.mistake(
    "samples with y = 0 left out",
    answer=lambda w, b, X, y: np.mean(y * np.logaddexp(0, -weighted_sums(w, b, X))),
    hint="What does your loss say about a sample with y = 0, whatever its z is?",
)
asked.mistake(
    "bias left out",
    answer=lambda w, b, X, y: np.mean(each_loss(w, 0.0, X, y)),
    hint="Write down z for one sample. Is every parameter in it?",
)
asked.mistake(
    "one loss for each sample",
    answer=each_loss,
    hint="The loss is one number for the whole batch. What is the shape of your result?",
)
