"""step_3_shifted: back through the exponential."""

import numpy as np
from hidden.logits import cases
from solution import step_2_exponentials, step_3_shifted

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(
    "step_3_shifted",
    builds_on=("step_1_sum", "step_2_exponentials"),
    not_alone=("equal logits", "one logit"),
    tolerance=DERIVED,
)
asked.cases(cases)

asked.mistake(
    "no slope of the exponential",
    answer=step_2_exponentials,
    hint="That is what arrives at u3. What does u3 = exp(u2) multiply it by?",
)
asked.mistake(
    "the exponential before the shift",
    answer=lambda z, g: step_2_exponentials(z, g) * np.exp(z),
    hint="The slope of exp at u2 is exp(u2). What is u2?",
)
asked.mistake(
    "times the shifted logits",
    answer=lambda z, g: step_2_exponentials(z, g) * (z - np.max(z)),
    hint="What is the slope of the exponential: its argument, or its value?",
)
asked.mistake(
    "divided by the exponentials",
    answer=lambda z, g: step_2_exponentials(z, g) / np.exp(z - np.max(z)),
    hint="One over the value is the slope of the logarithm. Which function stands here?",
)
asked.mistake(
    "summed to one number",
    answer=lambda z, g: np.sum(step_3_shifted(z, g)),
    hint="The exponential acts entry by entry. Which shape has u2?",
)
