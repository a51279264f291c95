"""weights_gradient_by_index: dW_jk = delta_j a_k, for one sample."""

import numpy as np

from grader.exercise import Case, exercise
from grader.kit import float32

asked = exercise("weights_gradient_by_index")


@asked.cases
def outer_cases(rng):
    """Wide, tall, square, one unit or one input; a zero; integer inputs such as pixels."""
    for group, n_out, n_in in [
        ("more inputs than units", 3, 5),
        ("more units than inputs", 5, 2),
        ("square", 4, 4),
        ("one unit or one input", 1, 4),
        ("one unit or one input", 4, 1),
    ]:
        delta, a = rng.normal(size=n_out), rng.normal(size=n_in)
        yield Case(delta, a, group=group, shapes={"n_out": n_out, "n_in": n_in})
    delta, a = rng.normal(size=3), rng.normal(size=3)
    delta[1] = a[2] = 0.0
    yield Case(delta, a, group="zeros and integers", shapes={"n_out": 3, "n_in": 3})
    delta, a = rng.normal(size=3), rng.integers(1, 17, size=4)
    yield Case(*float32(delta), a, group="zeros and integers", shapes={"n_out": 3, "n_in": 4})


def loops_exchanged(delta, a):
    dW = np.zeros((len(delta), len(a)))
    for j in range(len(delta)):
        for k in range(len(a)):
            dW[j, k] = delta[k] * a[j]
    return dW


asked.mistake(
    "transposed",
    answer=lambda delta, a: np.outer(a, delta),
    hint="W_jk leads to unit j, from input k. Which index counts the rows of your table?",
)
asked.mistake(
    "indices exchanged in the loop",
    answer=loops_exchanged,
    hint="Say aloud what j counts and what k counts. Does the delta belong to a unit or to an "
    "input?",
)
asked.mistake(
    "dot product",
    answer=lambda delta, a: np.asarray(delta @ a),  # as a NumPy number arrives from the box
    hint="How many weights does the layer have, and how many numbers did you compute? "
    "Is anything summed in the formula for one weight?",
)
asked.mistake(
    "elementwise product",
    answer=lambda delta, a: delta * a,
    hint="Every unit is connected to every input. "
    "Your result pairs unit j with input j alone: where are the other weights?",
)
asked.mistake(
    "inputs without the delta",
    answer=lambda delta, a: np.ones((len(delta), 1)) * a[None, :],
    hint="You have the slope of z_j as the weight moves. How does the loss react to z_j?",
)
