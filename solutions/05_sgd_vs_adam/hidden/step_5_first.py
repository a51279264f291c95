"""step_5_first: the first step without correction."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise("step_5_first", builds_on=("step_3_total",))


@asked.cases
def betas(rng):
    """The usual values, others, exchanged ones, and a beta1 of 0."""
    yield Case(0.9, 0.999, group="the usual values")
    beta1, beta2 = float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.85, 0.99))
    yield Case(beta1, beta2, group="other values")
    yield Case(beta2, beta1, group="the larger one first")
    yield Case(0.0, 0.96, group="no memory of g")


asked.mistake(
    "no root",
    answer=lambda beta1, beta2: (1 - beta1) / (1 - beta2),
    hint="The step divides by the root of G, and G is a mean of squares. Where is the root?",
)
asked.mistake(
    "betas exchanged",
    answer=lambda beta1, beta2: (1 - beta2) / np.sqrt(1 - beta1),
    hint="Which beta belongs to M, which stands above, and which to G?",
)
asked.mistake(
    "upside down",
    answer=lambda beta1, beta2: np.sqrt(1 - beta2) / (1 - beta1),
    hint="The step is M over the root of G. Which of the two stands below?",
)
asked.mistake(
    "with the correction",
    answer=lambda beta1, beta2: 1.0,
    hint="With the correction the first step is one rate long. How long is it without?",
)
asked.mistake(
    "shares that are kept",
    answer=lambda beta1, beta2: beta1 / np.sqrt(beta2),
    hint="At the first step the old M is 0. What share of the gradient goes into the new one?",
)
