"""adam_init: before the first step."""

from hidden.nests import nested
from solution import zeros_like

from grader.exercise import Case, exercise

asked = exercise("adam_init")


@asked.cases
def adam_states(rng):
    """Several layers, square ones, a single unit."""
    for group, dims in [
        ("several layers", [3, 4, 2, 5, 2]),
        ("square layers", [3, 3, 3]),
        ("a single unit", [1, 1]),
    ]:
        yield Case(nested(rng, dims), group=group, fresh=True)


def copied(params):
    return [(W.copy(), b.copy()) for W, b in params]


asked.mistake(
    "copies of the parameters",
    answer=lambda params: {"t": 0, "m": copied(params), "v": copied(params)},
    hint="m and v are running means of gradients. How many gradients have been seen so far?",
)


def one_array_twice(params):
    zeros = zeros_like(params)
    return {"t": 0, "m": zeros, "v": zeros}


asked.mistake(
    "m and v are one",
    answer=one_array_twice,
    hint="Write a 5 into m and look at v. How many arrays of zeros has each parameter?",
)
asked.mistake(
    "t starts at 1",
    answer=lambda params: {"t": 1, "m": zeros_like(params), "v": zeros_like(params)},
    hint="t is the number of steps taken so far, and this is before the first.",
)
asked.mistake(
    "flat lists",
    answer=lambda params: {
        "t": 0,
        "m": [array for pair in zeros_like(params) for array in pair],
        "v": [array for pair in zeros_like(params) for array in pair],
    },
    hint="m and v are nested like params. What is m[0]: an array or a pair?",
)
asked.mistake(
    "weights only",
    answer=lambda params: {
        "t": 0,
        "m": [W for W, _ in zeros_like(params)],
        "v": [W for W, _ in zeros_like(params)],
    },
    hint="The biases learn too. Where are their running means?",
)
asked.mistake(
    "a counter for each layer",
    answer=lambda params: {
        "t": [0 for _ in params],
        "m": zeros_like(params),
        "v": zeros_like(params),
    },
    hint="How many steps has the whole network taken? One number says it.",
)
