"""step_1_log_sum_exp: ln E of each sample, right at 1000."""

import numpy as np
from hidden.from_logits import STEPS, logits, sum_of_exponentials
from solution import step_1_log_sum_exp

from grader.exercise import exercise

asked = exercise(STEPS[0])
asked.cases(logits)

EDGE = "an edge: logits of moderate size are right"

asked.mistake(
    "exp overflows",
    answer=lambda Z: np.log(sum_of_exponentials(Z)),
    hint="Your formula is right on paper. What is np.exp(1000)? Which function adds exponentials "
    "under a logarithm without computing them?",
    earns=EDGE,
)
asked.mistake(
    "one shift for the whole batch",
    answer=lambda Z: np.log(sum_of_exponentials(Z - Z.max())) + Z.max(),
    hint="Two samples, one at 1000 and one at -1000: which of them does your shift suit?",
    earns=EDGE,
)
asked.mistake(
    "the shift not added again",
    answer=lambda Z: np.log(sum_of_exponentials(Z - Z.max(axis=0, keepdims=True))),
    hint="You took the largest logit off before the exponential. Where does it come back?",
)
asked.mistake(
    "the largest logit alone",
    answer=lambda Z: Z.max(axis=0, keepdims=True),
    hint="For two equal logits the answer is ln 2 above them. What does yours say?",
)
asked.mistake(
    "the sum without its logarithm",
    answer=sum_of_exponentials,
    hint="That is E. The loss needs its logarithm.",
)
asked.mistake(
    "the logarithm of the mean",
    answer=lambda Z: step_1_log_sum_exp(Z) - np.log(len(Z)),
    hint="For a single class, E is one exponential; for two equal ones it is twice that. "
    "By what do you divide?",
)
asked.mistake(
    "along the rows",
    answer=lambda Z: np.logaddexp.reduce(Z, axis=1, keepdims=True),
    hint="A sample is a column. Which axis counts the classes of one sample?",
)
asked.mistake(
    "flat, without keepdims",
    answer=lambda Z: step_1_log_sum_exp(Z)[0],
    hint="A row of shape (1, m) is asked for, so that it meets its columns. "
    "What is the shape of yours?",
)
