"""step_1_weight: of one gradient in the running mean."""

from grader.exercise import Case, exercise

asked = exercise("step_1_weight", not_alone=("no memory",))


@asked.cases
def weights(rng):
    """The newest, the oldest, one between, and betas at both ends."""
    for group, i, step in [
        ("the newest gradient", 5, 5),
        ("the newest gradient", 1, 1),
        ("the oldest gradient", 1, 9),
        ("one between", 4, 6),
    ]:
        beta = float(rng.uniform(0.3, 0.95))
        yield Case(i, step, beta, group=group, shapes={"i": i, "step": step})
    yield Case(2, 2, 0.0, group="no memory", shapes={"i": 2, "step": 2})
    yield Case(1, 1000, 0.999, group="a long memory", shapes={"i": 1, "step": 1000})


asked.mistake(
    "power of i",
    answer=lambda i, step, beta: (1 - beta) * beta**i,
    hint="Which gradient weighs more, the newest or the oldest? Which does yours favour?",
)
asked.mistake(
    "one power too many",
    answer=lambda i, step, beta: (1 - beta) * beta ** (step - i + 1),
    hint="Your weights are all too small by one factor. What does the newest gradient weigh?",
)
asked.mistake(
    "without 1 - beta",
    answer=lambda i, step, beta: beta ** (step - i),
    hint="By what does formula (4) multiply a new gradient before it is added?",
)
asked.mistake(
    "beta for 1 - beta",
    answer=lambda i, step, beta: beta * (1 - beta) ** (step - i),
    hint="What is kept of the old mean at each step, and what is taken of the new gradient?",
)
asked.mistake(
    "weights of a plain mean",
    answer=lambda i, step, beta: 1 / step,
    hint="In a plain mean all gradients weigh alike. Put (4) into itself once: do they here?",
)
