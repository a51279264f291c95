"""step_4_largest: two paths to the maximum, and they cancel."""

import numpy as np
from hidden.logits import cases
from solution import step_3_shifted, step_4_largest

from grader.exercise import exercise

asked = exercise(
    "step_4_largest", builds_on=("step_1_sum", "step_2_exponentials", "step_3_shifted")
)
asked.cases(cases)

asked.mistake(
    "the path through the shift alone",
    answer=lambda z, g: -np.sum(step_3_shifted(z, g)),
    hint="u1 stands twice in formula (2). Which place do you leave out?",
)
asked.mistake(
    "the path through the last sum alone",
    answer=lambda z, g: g,
    hint="u1 stands twice in formula (2). Which place do you leave out?",
)
asked.mistake(
    "the sign of the shift",
    answer=lambda z, g: g + np.sum(step_3_shifted(z, g)),
    hint="u1 is subtracted. If it grows, in which direction do the shifted logits move?",
)
asked.mistake(
    "an entry for each logit",
    answer=lambda z, g: g - step_3_shifted(z, g),
    hint="u1 is one number that was stretched over all logits. What does backward do then?",
)
asked.mistake(
    "at the place of the largest logit",
    answer=lambda z, g: np.where(np.arange(z.size) == np.argmax(z), step_4_largest(z, g), 0.0),
    hint="That is one step further, the gradient by z. Which shape has u1?",
)
