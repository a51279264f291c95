"""step_4_slope_of_log_sum_exp: e^z / E, which is the share."""

import numpy as np
from hidden.from_logits import STEPS, logits, sum_of_exponentials
from solution import softmax, step_1_log_sum_exp, step_2_log_shares

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(STEPS[3], builds_on=("softmax", *STEPS[:3]), tolerance=DERIVED)
asked.cases(logits)

asked.mistake(
    "exp overflows",
    answer=lambda Z: np.exp(Z) / sum_of_exponentials(Z),
    hint="With moderate logits all is well. Which step gives the logarithm of this quotient, right "
    "at any size?",
    earns="an edge: logits of moderate size are right",
)
asked.mistake(
    "the exponential without the sum",
    answer=np.exp,
    hint="The chain rule has two factors here: 1/E, and the slope of E. Which one is missing?",
)
asked.mistake(
    "1/E alone",
    answer=lambda Z: 0 * Z + np.exp(-step_1_log_sum_exp(Z)),
    hint="The chain rule has two factors here: 1/E, and the slope of E by a logit. What is the "
    "second one?",
)
asked.mistake(
    "the logarithms of the shares",
    answer=step_2_log_shares,
    hint="The slope of ln E by one of its logits lies between 0 and 1. Step 2 gives its "
    "logarithm: what undoes a logarithm?",
)
asked.mistake(
    "the slope of a share",
    answer=lambda Z: softmax(Z) * (1 - softmax(Z)),
    hint="You differentiated a share. Asked is the slope of ln E, which is the first derivative, "
    "not the second.",
)
asked.mistake(
    "slope 1",
    answer=lambda Z: np.ones(Z.shape),
    hint="If all logits of a sample rise by 1, ln E rises by 1. What does that say of the sum of "
    "its slopes?",
)
