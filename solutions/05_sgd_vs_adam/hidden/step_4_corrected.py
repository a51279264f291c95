"""step_4_corrected: the mean with a hat."""

import numpy as np
from solution import step_2_unrolled, step_3_total

from grader.exercise import Case, exercise

asked = exercise(
    "step_4_corrected",
    builds_on=("step_2_unrolled", "step_3_total"),
    not_alone=("one step", "equal gradients", "no memory"),
)


@asked.cases
def gradients(rng):
    """Several lengths, integers, one gradient alone, equal ones with a long memory."""
    for group, steps in [("several steps", 4), ("several steps", 9), ("one step", 1)]:
        g = rng.permutation([3, -4, 2, 5]) if steps == 4 else rng.normal(size=steps)
        yield Case(g, float(rng.uniform(0.3, 0.95)), group=group, shapes={"steps": steps})
    yield Case(np.full(5, -3.5), 0.999, group="equal gradients", shapes={"steps": 5})
    yield Case(rng.normal(size=4), 0.0, group="no memory", shapes={"steps": 4})


asked.mistake(
    "not corrected",
    answer=step_2_unrolled,
    hint="Give it gradients that are all 3. What should a mean of threes be?",
)
asked.mistake(
    "multiplied instead of divided",
    answer=lambda g, beta: step_2_unrolled(g, beta) * step_3_total(len(g), beta),
    hint="The weights add up to less than 1. Must the mean be made larger or smaller?",
)
asked.mistake(
    "always the correction of the first step",
    answer=lambda g, beta: step_2_unrolled(g, beta) / (1 - beta),
    hint="The first step is right. What do the weights add up to after the second?",
)
asked.mistake(
    "correction of the step after",
    answer=lambda g, beta: step_2_unrolled(g, beta) / step_3_total(len(g) + 1, beta),
    hint="How many weights are in your sum, and how many does your total add up?",
)
asked.mistake(
    "plain mean",
    answer=lambda g, beta: g.mean(),
    hint="Equal gradients come out right. In a running mean recent ones weigh more.",
)
