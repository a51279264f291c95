"""step_2_log_shares: z - ln E, without a quotient."""

import numpy as np
from hidden.from_logits import STEPS, logits, sum_of_exponentials
from solution import softmax, step_1_log_sum_exp, step_2_log_shares

from grader.exercise import exercise

asked = exercise(STEPS[1], builds_on=STEPS[:1])
asked.cases(logits)

EDGE = "an edge: logits of moderate size are right"

asked.mistake(
    "the logarithm of a share that is 0",
    answer=lambda Z: np.log(softmax(Z)),
    hint="Moderate logits come out right. Far below the largest logit a share rounds to 0. "
    "What is the logarithm of a quotient, written without the quotient?",
    earns=EDGE,
)
asked.mistake(
    "exp overflows",
    answer=lambda Z: Z - np.log(sum_of_exponentials(Z)),
    hint="Your formula is right on paper. Which step has computed the logarithm already, "
    "without an overflow?",
    earns=EDGE,
)
asked.mistake(
    "added instead of taken away",
    answer=lambda Z: Z + step_1_log_sum_exp(Z),
    hint="The logarithm of a quotient is a difference. Can the logarithm of a share be positive?",
)
asked.mistake(
    "divided instead of taken away",
    answer=lambda Z: Z / step_1_log_sum_exp(Z),
    hint="A share is a quotient of exponentials. What becomes of a quotient under a logarithm?",
)
asked.mistake(
    "the shares themselves",
    answer=softmax,
    hint="These sum to 1. Their logarithms are asked for.",
)
asked.mistake(
    "the sign turned",
    answer=lambda Z: -step_2_log_shares(Z),
    hint="A share is at most 1. Which sign has its logarithm?",
)
