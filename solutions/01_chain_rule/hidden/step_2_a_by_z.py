"""step_2_a_by_z: the slope of the sigmoid, in a."""

import numpy as np
from hidden.neurons import STEPS, gain, sigmoid

from grader.exercise import Case, exercise
from grader.kit import DERIVED, float32

asked = exercise(STEPS[1], tolerance=DERIVED)


@asked.cases
def activations(rng):
    """Between 0 and 1, at both ends, and where the slope is largest."""
    for group, m in [("a batch", 5), ("a batch", 8), ("a batch of one", 1)]:
        A = rng.uniform(0.1, 0.9, size=(1, m))
        yield Case(*float32(A) if m == 8 else (A,), group=group, shapes={"m": m})
    # Far out, what the sigmoid returns rounds to 0 and to 1.
    A = np.array([[0.0, 1e-9, 0.5, 1 - 1e-9, 1.0]])
    yield Case(A[:, rng.permutation(5)], group="saturated, and in the middle", shapes={"m": 5})


asked.mistake(
    "sigma'(a) instead of sigma'(z)",
    answer=gain,
    hint="You are given a, which has been through the sigmoid. Does it have to go through again?",
)
asked.mistake(
    "a alone",
    answer=lambda A: A.copy(),
    hint="At a = 0.5 the slope is 0.25, the largest there is. What is yours at a = 0.9?",
)
asked.mistake(
    "1 - a alone",
    answer=lambda A: 1 - A,
    hint="At a = 0.5 the slope is 0.25. One factor of formula (6) is missing.",
)
asked.mistake(
    "1 - a squared, the slope of tanh",
    answer=lambda A: 1 - A**2,
    hint="That is the slope of another function that bends, tanh. Look at formula (6).",
)
asked.mistake(
    "sigma(a)",
    answer=sigmoid,
    hint="Step 2 asks for a slope, and gives you what the sigmoid returned.",
)
