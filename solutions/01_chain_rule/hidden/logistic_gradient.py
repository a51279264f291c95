"""logistic_gradient: the error times the inputs, a mean over the samples."""

import numpy as np
from hidden.neurons import (
    STEPS,
    exact_batch,
    gain,
    other_dtypes,
    sigmoid,
    usual_batches,
    weighted_sums,
)
from solution import logistic_gradient

from grader.exercise import Case, exercise
from grader.kit import DERIVED, but_for, sizes

asked = exercise("logistic_gradient", returns=("dw", "db"), builds_on=STEPS, tolerance=DERIVED)


@asked.cases
def gradients(rng):
    """The three families of shapes, sure predictions, and other dtypes."""
    yield from usual_batches(rng)
    # Not beyond 30: a plain sigmoid warns far out, and lesson 02 is about that.
    w, b, X, T = exact_batch(rng, [30.0, -30.0, 12.0])
    yield Case(w, b, X, T, group="sure predictions", shapes=sizes("n m", X.shape))
    for w, b, X, T in other_dtypes(rng):
        yield Case(w, b, X, T, group="integers and float32", shapes=sizes("n m", X.shape))


def error(w, b, X, T):
    """Return a - t, one for each sample; the gradient by z is 1/m of it."""
    return sigmoid(weighted_sums(w, b, X)) - T  # (1, m)


def from_dz(dz, X):
    """Return dw and db that belong to a gradient dz (1, m)."""
    return dz @ X.T, float(np.sum(dz))  # (1, m) (m, n) -> (1, n)


def gain_twice(w, b, X, T):
    dz = error(w, b, X, T) * gain(weighted_sums(w, b, X)) / T.size
    return from_dz(dz, X)


gradient_with = but_for(logistic_gradient, "dw", "db")

asked.mistake(
    "no 1/m",
    answer=lambda w, b, X, T: from_dz(error(w, b, X, T), X),
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
asked.mistake(
    "1/m in dw only",
    answer=gradient_with(db=lambda w, b, X, T: float(np.sum(error(w, b, X, T)))),
    hint="The 1/m belongs to the loss, so everything behind the loss inherits it. "
    "At which step of section 8 does it come in?",
)
asked.mistake(
    "1/m in db only",
    answer=gradient_with(dw=lambda w, b, X, T: error(w, b, X, T) @ X.T),
    hint="The 1/m belongs to the loss, so everything behind the loss inherits it. "
    "At which step of section 8 does it come in?",
)
asked.mistake(
    "dw transposed",
    answer=gradient_with(dw=lambda w, b, X, T: X @ error(w, b, X, T).T / T.size),
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
asked.mistake(
    "dw without its rows",
    answer=gradient_with(dw=lambda *batch: logistic_gradient(*batch)[0][0]),
    hint="A gradient has the shape of what it is the gradient of. What is the shape of w?",
)
asked.mistake(
    "t - a",
    answer=lambda w, b, X, T: from_dz(-error(w, b, X, T) / T.size, X),
    hint="Take t = 1 and a = 0.5. Should a larger z make the loss larger or smaller, "
    "and which sign has your derivative by z?",
)
asked.mistake(
    "sigma' counted twice",
    answer=gain_twice,
    hint="Is a - t the derivative by a, or already the derivative by z? Step 3 of section 8 says.",
)
asked.mistake(
    "X not transposed",
    # (1, m) (n, m): fits when n = m
    answer=gradient_with(dw=lambda w, b, X, T: error(w, b, X, T) / T.size @ X),
    hint="Over which index does the product sum: features or samples? "
    "Write the shapes beside the line.",
)
for _keepdims in (True, False):
    asked.mistake(
        "db is an array",
        answer=gradient_with(
            db=lambda w, b, X, T, keepdims=_keepdims: np.mean(
                error(w, b, X, T), axis=1, keepdims=keepdims
            )
        ),
        hint="b is a single float, and so is its gradient. What is the shape of your sum?",
    )
asked.mistake(
    "z in the place of a",
    answer=lambda w, b, X, T: from_dz((weighted_sums(w, b, X) - T) / T.size, X),
    hint="That is the gradient of a squared error. What does the neuron make of z before it is "
    "compared with t?",
)
asked.mistake(
    "bias left out",
    answer=lambda w, b, X, T: from_dz(error(w, 0.0, X, T) / T.size, X),
    hint="Write down z for one sample. Is every parameter in it?",
)
asked.mistake(
    "divided by the number of features",
    answer=lambda w, b, X, T: from_dz(error(w, b, X, T) / X.shape[0], X),
    hint="Samples are columns. Which number of the shape of X counts them?",
)
