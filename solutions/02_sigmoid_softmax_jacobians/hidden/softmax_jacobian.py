"""softmax_jacobian: diag(s) - s s^T, of one sample."""

import numpy as np
from hidden.probabilities import shares
from solution import softmax, softmax_jacobian

from grader.exercise import Case, exercise
from grader.kit import DERIVED, float32

asked = exercise(
    "softmax_jacobian", not_alone=("a certain output", "float32 input"), tolerance=DERIVED
)


@asked.cases
def single_outputs(rng):
    """A few classes, many, two; an output that is certain; float32."""
    for group, n in [("three classes", 3), ("eight classes", 8), ("two classes", 2)]:
        yield Case(shares(rng, n, 1)[:, 0], group=group, shapes={"n": n})
    yield Case(np.eye(4)[rng.integers(4)], group="a certain output", shapes={"n": 4})
    yield Case(np.array([1.0]), group="a certain output", shapes={"n": 1})
    yield Case(*float32(shares(rng, 4, 1)[:, 0]), group="float32 input", shapes={"n": 4})


asked.mistake(
    "diagonal only",
    answer=lambda s: np.diag(s * (1 - s)),
    hint="You treat the softmax as if it were elementwise. Raise one logit: do the other shares "
    "stay as they are?",
)
asked.mistake(
    "+ off the diagonal",
    answer=lambda s: np.diag(s - 2 * s**2) + np.outer(s, s),
    hint="When one logit rises, do the other shares rise or fall? Compare with the signs off your "
    "diagonal, and add up a row.",
)
asked.mistake(
    "-s_j s_k everywhere, the diagonal included",
    answer=lambda s: -np.outer(s, s),
    hint="Off the diagonal all is well. What happens to a share when its own logit rises? "
    "Where does the indicator of section 7 come in?",
)
asked.mistake(
    "s_j alone on the diagonal",
    answer=lambda s: np.diag(s + s**2) - np.outer(s, s),
    hint="Off the diagonal all is well. On the diagonal both numerator and denominator contain "
    "the logit: have you kept both terms of the quotient rule?",
)
asked.mistake(
    "the indicator is missing: s_j (1 - s_k) everywhere",
    answer=lambda s: np.outer(s, 1 - s),
    hint="The diagonal is right. Off the diagonal the 1 of your formula should not be there: for "
    "which pairs j, k is the indicator 1?",
)
asked.mistake(
    "identity in place of diag(s)",
    answer=lambda s: np.eye(s.size) - np.outer(s, s),
    hint="Multiply out s_j (1{j=k} - s_k). What stands before the indicator? Adding up a row shows "
    "the slip.",
)
asked.mistake(
    "s @ s.T of a flat s",
    answer=lambda s: np.diag(s) - s @ s.T,
    hint="s has one axis: turned over it is what it was, and s @ s.T is one number. Which product "
    "of two vectors is a table?",
)
asked.mistake(
    "a vector in place of a matrix",
    answer=lambda s: s * (1 - s),
    hint="There is one derivative for each pair of an output and an input. How many are these?",
)
asked.mistake(
    "softmax applied to its own output",
    answer=lambda s: softmax_jacobian(softmax(s[:, None])[:, 0]),
    hint="The argument s is an output of the softmax already. What do you do with it first?",
)
