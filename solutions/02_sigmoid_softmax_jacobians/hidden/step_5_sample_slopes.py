"""step_5_sample_slopes: share minus target, for each sample alone."""

import numpy as np
from hidden.from_logits import STEPS, logits_and_targets
from solution import softmax, step_4_slope_of_log_sum_exp, step_5_sample_slopes

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(STEPS[4], builds_on=("softmax", *STEPS[:4]), tolerance=DERIVED)
asked.cases(logits_and_targets)

asked.mistake(
    "sign",
    answer=lambda Z, T: -step_5_sample_slopes(Z, T),
    hint="If the logit of a wrong class grows, does the loss rise or fall? Compare with your sign.",
)
asked.mistake(
    "divided by the number of samples",
    answer=lambda Z, T: step_5_sample_slopes(Z, T) / Z.shape[1],
    hint="Asked is the slope of each sample's own loss. Where does the mean come in?",
)
asked.mistake(
    "the first term left out",
    answer=lambda Z, T: step_4_slope_of_log_sum_exp(Z),
    hint="The loss has two terms. What is the slope of the first, minus the sum of t z?",
)
asked.mistake(
    "z kept in the first term",
    answer=lambda Z, T: step_4_slope_of_log_sum_exp(Z) - T * Z,
    hint="The first term is minus the sum of t z. What is left of t z when you differentiate by z?",
)
asked.mistake(
    "target times slope",
    answer=lambda Z, T: T * step_4_slope_of_log_sum_exp(Z) - T,
    hint="Classes with target 0 get no slope from you. Does ln E depend on their logits?",
)
asked.mistake(
    "a second time through the softmax",
    answer=lambda Z, T: (softmax(Z) - T) * softmax(Z) * (1 - softmax(Z)),
    hint="Step 4 is taken by the logits already. Through which function do you go back once more?",
)
asked.mistake(
    "summed over the samples",
    answer=lambda Z, T: np.sum(step_5_sample_slopes(Z, T), axis=1, keepdims=True),
    hint="Each sample has logits of its own. How many slopes are asked for?",
)
