"""step_4_largest: what the maximum gets over its two paths; together it is nothing."""

import numpy as np
from hidden.logits import cases
from solution import step_3_shifted, step_4_largest

from grader.exercise import exercise

asked = exercise(
    "step_4_largest",
    returns=("from u2", "from L"),
    builds_on=("step_1_sum", "step_2_exponentials", "step_3_shifted"),
)
asked.cases(cases)

asked.mistake(
    "the sign of the shift",
    answer=lambda z, g: (np.sum(step_3_shifted(z, g)), g),
    hint="u1 is subtracted. If it grows, in which direction do the shifted logits move?",
)
asked.mistake(
    "an entry for each logit",
    answer=lambda z, g: (-step_3_shifted(z, g), g),
    hint="u1 is one number that was stretched over all logits. What does backward do then?",
)
asked.mistake(
    "the two added up",
    answer=lambda z, g: sum(step_4_largest(z, g)),
    hint="Their sum is right. Return what each of the two uses sends, u2 first.",
)
asked.mistake(
    "in the other order",
    answer=lambda z, g: step_4_largest(z, g)[::-1],
    hint="Both numbers are right. Which of them came through u2?",
)
asked.mistake(
    "the mean over the logits",
    answer=lambda z, g: (-np.mean(step_3_shifted(z, g)), g),
    hint="Each logit has a path to u1. What do paths do?",
)
asked.mistake(
    "the largest logit alone",
    answer=lambda z, g: (-step_3_shifted(z, g)[np.argmax(z)], g),
    hint="From which of the logits was u1 subtracted?",
)
