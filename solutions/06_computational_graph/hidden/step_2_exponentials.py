"""step_2_exponentials: back through the sum."""

import numpy as np
from hidden.logits import cases
from solution import step_1_sum, step_2_exponentials

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(
    "step_2_exponentials",
    builds_on=("step_1_sum",),
    not_alone=("equal logits", "one logit"),
    tolerance=DERIVED,
)
asked.cases(cases)


def at_the_largest(z, g):
    return np.where(np.arange(z.size) == np.argmax(z), step_1_sum(z, g), 0.0)


asked.mistake(
    "one number",
    answer=step_1_sum,
    hint="A gradient has the shape of what it is the gradient of. How many entries has u3?",
)
asked.mistake(
    "shared out among the entries",
    answer=lambda z, g: step_2_exponentials(z, g) / z.size,
    hint="If one entry of u3 grows by 0.1, by how much does the sum grow?",
)
asked.mistake(
    "to the largest entry alone",
    answer=at_the_largest,
    hint="Which entries of u3 change the sum when they move?",
)
asked.mistake(
    "times the entries",
    answer=lambda z, g: step_1_sum(z, g) * np.exp(z - np.max(z)),
    hint="That is one step too far: what is the slope of a sum by one of its terms?",
)
asked.mistake(
    "g in place of what the logarithm sent",
    answer=lambda z, g: np.full(z.shape, g),
    hint="What arrives at the sum is what step 1 gives. Do you use it?",
)
