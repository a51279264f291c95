"""step_2_unrolled: the running mean as a sum with weights."""

import numpy as np
from solution import step_1_weight

from grader.exercise import Case, exercise

asked = exercise(
    "step_2_unrolled",
    builds_on=("step_1_weight",),
    not_alone=("one step", "equal gradients", "no memory"),
)


def weighted(g, beta, weight):
    """Return the sum of g with other weights, weight(i, steps, beta), i from 1."""
    return sum(weight(i, len(g), beta) * g[i - 1] for i in range(1, len(g) + 1))


@asked.cases
def gradients(rng):
    """Several lengths; one gradient alone; equal ones; a 0 among them; integers."""
    for group, steps in [("several steps", 9), ("one step", 1)]:
        g = rng.normal(size=steps)
        yield Case(g, float(rng.uniform(0.3, 0.95)), group=group, shapes={"steps": steps})
    yield Case(np.full(6, 2.5), 0.9, group="equal gradients", shapes={"steps": 6})
    g = rng.normal(size=5)
    g[3] = 0.0
    yield Case(g, 0.7, group="several steps", shapes={"steps": 5})
    yield Case(np.array([4, 2, -5]), 0.5, group="integers", shapes={"steps": 3})
    yield Case(rng.normal(size=5), 0.0, group="no memory", shapes={"steps": 5})


asked.mistake(
    "oldest and newest exchanged",
    answer=lambda g, beta: weighted(g[::-1], beta, step_1_weight),
    hint="g[0] is the first gradient, the oldest. Which weight does yours give it?",
)
asked.mistake(
    "first gradient left out",
    answer=lambda g, beta: weighted(g, beta, lambda *at: (at[0] > 1) * step_1_weight(*at)),
    hint="Gradients are numbered from 1, entries of an array from 0. Is the first one in your sum?",
)
asked.mistake(
    "last gradient alone",
    answer=lambda g, beta: (1 - beta) * g[-1],
    hint="The old mean is kept in part. What of the gradients before the last one?",
)
asked.mistake(
    "divided by the number of steps",
    answer=lambda g, beta: weighted(g, beta, step_1_weight) / len(g),
    hint="The weights say already how much each gradient counts. Does (4) divide once more?",
)
asked.mistake(
    "corrected already",
    answer=lambda g, beta: weighted(g, beta, step_1_weight) / (1 - beta ** len(g)),
    hint="This is the mean with its hat. The plain one is asked for here.",
)
asked.mistake(
    "plain mean",
    answer=lambda g, beta: g.mean(),
    hint="In a running mean recent gradients weigh more. Do they in yours?",
)
