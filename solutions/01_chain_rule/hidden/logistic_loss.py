"""logistic_loss: the mean of softplus(z) - t z."""

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
        w, b, X, T = exact_batch(rng, z)
        yield Case(w, b, X, T, group="large z", shapes=sizes("n m", X.shape))
    for w, b, X, T in other_dtypes(rng):
        yield Case(w, b, X, T, group="integers and float32", shapes=sizes("n m", X.shape))


def each_loss(w, b, X, T):
    return np.logaddexp(0, weighted_sums(w, b, X)) - T * weighted_sums(w, b, X)


def naive_loss(w, b, X, T):
    a = sigmoid(weighted_sums(w, b, X))
    return -np.mean(T * np.log(a) + (1 - T) * np.log(1 - a))


def clipped_loss(w, b, X, T, edge):
    a = np.clip(sigmoid(weighted_sums(w, b, X)), edge, 1 - edge)
    return -np.mean(T * np.log(a) + (1 - T) * np.log(1 - a))


def added_loss(w, b, X, T, added):
    a = sigmoid(weighted_sums(w, b, X))
    return -np.mean(T * np.log(a + added) + (1 - T) * np.log(1 - a + added))


EDGE = "an edge: the loss is right wherever z is moderate"

asked.mistake(
    "sum instead of mean",
    answer=lambda w, b, X, T: np.sum(each_loss(w, b, X, T)),
    hint="What happens to your loss when each sample occurs twice? And to the loss in formula (8)?",
)
asked.mistake(
    "log(0)",
    answer=naive_loss,
    hint="Follow one sample with z = -1000 and t = 1 through your code. "
    "What is a, to sixteen digits, and what is its logarithm?",
    earns=EDGE,
)
asked.mistake(
    "exp overflows",
    answer=lambda w, b, X, T: np.mean(
        np.log(1 + np.exp(weighted_sums(w, b, X))) - T * weighted_sums(w, b, X)
    ),
    hint="Your formula is right on paper. What is np.exp(1000)? "
    "Section 7 names a function that never computes it.",
    earns=EDGE,
)
for _edge in (1e-15, 1e-12, 1e-10, 1e-8, 1e-7):
    asked.mistake(
        "clipping",
        answer=lambda w, b, X, T, edge=_edge: clipped_loss(w, b, X, T, edge),
        hint="For z = -1000 and t = 1 the loss is 1000. How large can yours become at most?",
        earns=EDGE,
    )
asked.mistake(
    "sign",
    answer=lambda w, b, X, T: -np.mean(each_loss(w, b, X, T)),
    hint="A loss that is 0 at best cannot be negative. Where is the minus of formula (8)?",
)
asked.mistake(
    "targets exchanged",
    answer=lambda w, b, X, T: np.mean(each_loss(w, b, X, 1 - T)),
    hint="Take z = 2 with t = 1 and with t = 0. Which of the two should be expensive?",
)
asked.mistake(
    "samples with t = 0 left out",
    answer=lambda w, b, X, T: np.mean(T * np.logaddexp(0, -weighted_sums(w, b, X))),
    hint="What does your loss say about a sample with t = 0, whatever its z is?",
)
asked.mistake(
    "bias left out",
    answer=lambda w, b, X, T: np.mean(each_loss(w, 0.0, X, T)),
    hint="Write down z for one sample. Is every parameter in it?",
)
asked.mistake(
    "one loss for each sample",
    answer=each_loss,
    hint="The loss is one number for the whole batch. What is the shape of your result?",
)
asked.mistake(
    "the squared error",
    answer=lambda w, b, X, T: np.mean((sigmoid(weighted_sums(w, b, X)) - T) ** 2),
    hint="A sure and wrong prediction costs you 1 at most. What does formula (8) take of a?",
)
asked.mistake(
    "divided by the number of features",
    answer=lambda w, b, X, T: np.sum(each_loss(w, b, X, T)) / X.shape[0],
    hint="Samples are columns. Which number of the shape of X counts them?",
)
for _added in (1e-15, 1e-12, 1e-10, 1e-8, 1e-7):
    asked.mistake(
        "something added inside the logarithm",
        answer=lambda w, b, X, T, added=_added: added_loss(w, b, X, T, added),
        hint="The number that you add changes every sample a little, and caps the loss of a "
        "sure and wrong one. Section 7 has a form that needs none.",
        earns=EDGE,
    )
