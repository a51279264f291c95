"""step_3_total: the sum of all weights, in closed form."""

from grader.exercise import Case, exercise

asked = exercise("step_3_total", not_alone=("no memory", "one step"))


@asked.cases
def totals(rng):
    """One step, a few, many; and a beta of 0."""
    for group, step in [("one step", 1), ("a few steps", 7)]:
        beta = float(rng.uniform(0.3, 0.95))
        yield Case(step, beta, group=group, shapes={"step": step})
    yield Case(10_000, 0.999, group="many steps", shapes={"step": 10_000})
    yield Case(3, 0.0, group="no memory", shapes={"step": 3})


asked.mistake(
    "what is missing, not what is there",
    answer=lambda step, beta: beta**step,
    hint="After one step there is one weight, 1 - beta. What does yours give?",
)
asked.mistake(
    "beta times the step",
    answer=lambda step, beta: 1 - beta * step,
    hint="The share that the start value 0 still holds shrinks by a factor at each step. "
    "Is that a product or a power?",
)
asked.mistake(
    "one power too many",
    answer=lambda step, beta: 1 - beta ** (step + 1),
    hint="After one step there is one weight, 1 - beta. What does yours give?",
)
asked.mistake(
    "one power too few",
    answer=lambda step, beta: 1 - beta ** (step - 1),
    hint="After one step there is one weight, 1 - beta. What does yours give?",
)
asked.mistake(
    "always 1",
    answer=lambda step, beta: 1.0,
    hint="Add up the weights after two steps with beta 0.5: a half and a quarter. Is it 1?",
)
asked.mistake(
    "without the factor 1 - beta",
    answer=lambda step, beta: (1 - beta**step) / (1 - beta),
    hint="This is the sum of the powers of beta. Each weight has one more factor.",
)
