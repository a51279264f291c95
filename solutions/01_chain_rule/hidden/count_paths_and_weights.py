"""count_paths_and_weights: a product of widths, and a sum of products."""

import math
from itertools import pairwise

import numpy as np
from solution import count_paths_and_weights

from grader.exercise import Case, exercise
from grader.kit import but_for

asked = exercise("count_paths_and_weights", returns=("paths", "weights"))


@asked.cases
def networks(rng):
    """Numbers differ, so that a layer left out shows; all counts of wide layers are long."""
    four = [int(width) for width in rng.permutation([1, 4, 6, 7])]
    yield Case(four, group="a few layers")
    yield Case([int(width) for width in rng.permutation([3, 8])], group="two layers")
    yield Case([int(rng.integers(2, 9))], group="one layer alone")
    wide = [int(width) for width in rng.integers(4 * 10**9, 9 * 10**9, size=12)]
    yield Case(wide, group="deep and wide")
    yield Case([int(width) for width in rng.integers(2, 10, size=60)], group="deep and wide")


counts_with = but_for(count_paths_and_weights, "paths", "weights")

asked.mistake(
    "paths and weights exchanged",
    answer=lambda widths: count_paths_and_weights(widths)[::-1],
    hint="Try [2, 3, 4] with a pencil. Which of your two numbers counts whole paths?",
)
asked.mistake(
    "sum and product exchanged",
    answer=lambda widths: (sum(widths), math.prod(a + b for a, b in pairwise(widths))),
    hint="A path chooses one unit in each layer. When you make one choice after another, "
    "do the numbers of choices add or multiply?",
)
asked.mistake(
    "paths added",
    answer=counts_with(paths=sum),
    hint="A path chooses one unit in each layer. When you make one choice after another, "
    "do the numbers of choices add or multiply?",
)
asked.mistake(
    "biases counted",
    answer=counts_with(weights=lambda widths: sum((a + 1) * b for a, b in pairwise(widths))),
    hint="How many arrows are there between two layers of 2 and 3 units? Biases are not arrows.",
)
asked.mistake(
    "first layer left out",
    answer=counts_with(paths=lambda widths: math.prod(widths[1:])),
    hint="At how many units can a path begin?",
)
asked.mistake(
    "last layer left out",
    answer=counts_with(paths=lambda widths: math.prod(widths[:-1])),
    hint="At how many units can a path end?",
)
asked.mistake(
    "from one unit to one unit",
    answer=counts_with(paths=lambda widths: math.prod(widths[1:-1])),
    hint="You count the paths between two given units. From how many units do paths begin here, "
    "and at how many do they end?",
)
asked.mistake(
    "a 64-bit integer overflows",
    answer=counts_with(paths=lambda widths: int(np.prod(np.array(widths, dtype=np.int64)))),
    hint="The number of paths has more digits than one of NumPy's integers holds. "
    "Which integers in Python have no limit?",
    earns="an edge: networks of ordinary size are right",
)
asked.mistake(
    "first and last layer alone",
    answer=counts_with(paths=lambda widths: widths[0] * widths[-1]),
    hint="You count pairs of ends. Between one pair of ends, "
    "how many ways lead through the middle?",
)
