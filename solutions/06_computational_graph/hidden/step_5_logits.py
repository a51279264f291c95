"""step_5_logits: the whole gradient, out of the value."""

import numpy as np
from hidden.logits import columns
from solution import log_sum_exp, step_5_logits

from grader.exercise import Case, exercise
from grader.kit import DERIVED

asked = exercise("step_5_logits", builds_on=("step_3_shifted",), tolerance=DERIVED)


@asked.cases
def with_values(rng):
    """The columns of the other steps, each with its log-sum-exp."""
    for group, z, g in columns(rng):
        yield Case(z, float(log_sum_exp(z)), g, group=group, shapes={"n": z.size})


asked.mistake(
    "g is missing",
    answer=lambda z, value, g: step_5_logits(z, value, 1.0),
    hint="Your softmax is right. What arrives at L, and where is it in your line?",
)
asked.mistake(
    "turned round",
    answer=lambda z, value, g: g * np.exp(value - z),
    hint="A share is at most 1. Which of the two numbers in the exponent is the larger one?",
)
asked.mistake(
    "the value taken for the sum",
    answer=lambda z, value, g: g * np.exp(z) / value,
    hint="value is L, the logarithm of the sum. What do you divide by?",
)
asked.mistake(
    "overflows",
    answer=lambda z, value, g: g * np.exp(z) / np.exp(value),
    hint="What is np.exp(1000.0)? Can the two exponentials be one?",
    earns="an edge: logits of moderate size are right",
)
asked.mistake(
    "the logits in place of their exponentials",
    answer=lambda z, value, g: g * (z - value),
    hint="That is the logarithm of the share. What is the share itself?",
)
