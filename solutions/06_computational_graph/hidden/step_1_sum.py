"""step_1_sum: back through the logarithm."""

import numpy as np
from hidden.logits import cases
from solution import step_1_sum

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_1_sum", not_alone=("one logit",), tolerance=DERIVED)
asked.cases(cases)

asked.mistake(
    "g is missing",
    answer=lambda z, g: step_1_sum(z, 1.0),
    hint="The slope of the logarithm is right. What is it multiplied by on the way back?",
)
asked.mistake(
    "times E",
    answer=lambda z, g: g * np.sum(np.exp(z - np.max(z))),
    hint="What is the slope of ln E?",
)
asked.mistake(
    "the sum before the shift",
    answer=lambda z, g: g / np.sum(np.exp(z)),
    hint="In formula (2) the exponentials are taken of shifted logits. What is E then?",
)
asked.mistake(
    "the logarithm in place of its slope",
    answer=lambda z, g: g * np.log(np.sum(np.exp(z - np.max(z)))),
    hint="That is the value of the logarithm. What is its slope?",
)
asked.mistake(
    "an array of one number",
    answer=lambda z, g: np.array([step_1_sum(z, g)]),
    hint="E is one number. Which shape has the gradient by it?",
)
