"""init_params: where training starts, with the spread of a scheme."""

from itertools import pairwise

import numpy as np
from hidden.networks import widths
from solution import init_params

from grader.exercise import Case, Rng, exercise
from grader.kit import new_seed, same_again

asked = exercise(
    "init_params",
    # The mean of fan-in and fan-out is the same for whoever takes one for the other.
    not_alone=(
        "xavier, from many to few",
        "xavier, from few to many",
        "xavier, several layers",
        "small networks",
        "draws from rng",
    ),
)


LARGE = 2400
"""So many weights tell a variance to sqrt(2 / 2400) = 3 % of its size."""
LARGE_LAYERS = 8
"""So many layers of a student's cases have so many weights: 20,000 together."""


def variance_of(n_in, n_out, scheme):
    """Return the variance that a scheme asks for."""
    return 2 / n_in if scheme == "he" else 2 / (n_in + n_out)


def judge_structure(result, dims):
    """Judge the shapes and dtypes of first parameters, and the biases."""
    if len(result) != len(dims) - 1:
        return f"found {len(result)} layers, expected {len(dims) - 1}"
    for layer, (W, b) in enumerate(result, start=1):
        n_in, n_out = dims[layer - 1], dims[layer]
        if np.shape(W) != (n_out, n_in):
            return f"W{layer} has shape {np.shape(W)}, expected (n_out, n_in) = {(n_out, n_in)}"
        if np.shape(b) != (n_out, 1):
            return f"b{layer} has shape {np.shape(b)}, expected (n_out, 1) = {(n_out, 1)}"
        if W.dtype != np.float64 or b.dtype != np.float64:
            return f"layer {layer} holds {W.dtype} and {b.dtype}, expected float64"
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            return f"layer {layer} has entries that are not finite"
        if b.any():
            return f"b{layer} is not zero"
        if not W.any():
            return f"W{layer} is zero"
    return None


def judge_normal(weights):
    """Say what is wrong with standard normal numbers; right ones fail once in 100 million times."""
    ratio = np.mean(weights**2)
    if abs(ratio - 0.5) < 0.06:
        return "the variance of the weights is half of what it should be"
    for bound, words in [(0.1, "far too small"), (1 - 6 * np.sqrt(2 / weights.size), "too small")]:
        if ratio < bound:
            return f"the spread of the weights is {words}"
    for bound, words in [(10.0, "far too large"), (1 + 6 * np.sqrt(2 / weights.size), "too large")]:
        if ratio > bound:
            return f"the spread of the weights is {words}"
    if abs(weights.mean()) > 6 / np.sqrt(weights.size):
        return "the mean of the weights is not 0"
    if abs(np.mean(np.abs(weights) < 1) - 0.6827) > 6 * np.sqrt(0.2166 / weights.size):
        return "the weights have the right variance and are not normally distributed"
    return None


def repeats(weights):
    """Whether many weights are as large as another one."""
    return np.unique(np.round(np.abs(weights), 9)).size < 0.99 * weights.size


def judging():
    """Return a check of first parameters: large layers by themselves, and all together."""
    seen = []

    def judge(result, dims, _rng, scheme):
        problem = judge_structure(result, dims)
        if problem:
            return problem
        drawn = []
        for layer, (W, _) in enumerate(result, start=1):
            if W.size >= LARGE:
                drawn.append(W.ravel() / np.sqrt(variance_of(W.shape[1], W.shape[0], scheme)))
                problem = judge_normal(drawn[-1])
                if problem:
                    return f"layer {layer}: {problem}"
        # A generator that begins again gives the same standard normal numbers.
        if drawn and repeats(np.concatenate(drawn)):
            if any(map(repeats, drawn)):
                return "many weights of a layer are equal to each other, or opposite"
            return "two layers have the same random numbers"
        seen.extend(drawn)
        complete = drawn and len(seen) == LARGE_LAYERS
        return judge_normal(np.concatenate(seen)) if complete else None

    return judge


@asked.cases
def starts(rng):
    """Large layers, whose spread can be measured, both schemes; small ones for the structure."""
    judge = judging()
    for scheme in ["he", "xavier"]:
        for group, dims in [
            ("from many to few", [80, 30]),
            ("from few to many", [30, 80]),
            ("several layers", [40, 80, 30]),
        ]:
            yield Case(
                dims, Rng(new_seed(rng)), scheme, group=f"{scheme}, {group}",
                shapes=widths(dims), check=judge,
            )  # fmt: skip
    for dims in [[3, 4, 2, 5, 2], [1, 1]]:
        yield Case(dims, Rng(new_seed(rng)), "he", group="small networks", check=judge)
    for generator, check in same_again(new_seed(rng), last_row_of_each):
        yield Case([2, 3, 3], generator, "xavier", group="draws from rng", check=check)


def last_row_of_each(result):
    """Return the last weights of each layer, which all must come from rng."""
    return np.concatenate([W[-1] for W, _ in result])


def start_with(draw, bias=lambda rng, n_out: np.zeros((n_out, 1))):
    """Return an init_params that draws W by draw(rng, n_in, n_out, scheme)."""

    def answer(dims, rng, scheme):
        return [
            (draw(rng, n_in, n_out, scheme), bias(rng, n_out)) for n_in, n_out in pairwise(dims)
        ]

    return answer


def spread(formula):
    """Return a draw with the standard deviation formula(n_in, n_out, scheme)."""
    return lambda rng, n_in, n_out, scheme: (
        rng.normal(size=(n_out, n_in)) * formula(n_in, n_out, scheme)
    )


def right_spread(n_in, n_out, scheme):
    """Return the standard deviation that the exercise asks for."""
    return np.sqrt(variance_of(n_in, n_out, scheme))


asked.mistake(
    "fan-out for fan-in",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / (o if s == "he" else i + o)))),
    hint="A weighted sum adds up as many terms as the layer has what? Count them for one unit.",
)
asked.mistake(
    "divided by the root of the number of units",
    answer=start_with(spread(lambda i, o, s: 1 / np.sqrt(o))),
    hint="Your spread depends on the units of the layer alone. On what should it depend in each "
    "of the two schemes?",
)
asked.mistake(
    "no square root",
    answer=start_with(spread(variance_of)),
    hint="The table gives a variance. What is the standard deviation, the factor in front of "
    "standard normal numbers?",
)
asked.mistake(
    "he for both schemes",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / i))),
    hint='Does your function look at scheme? Compare the spreads for "he" and for "xavier".',
    earns="one of the two schemes is right",
)
asked.mistake(
    "xavier for both schemes",
    answer=start_with(spread(lambda i, o, s: np.sqrt(2 / (i + o)))),
    hint='Does your function look at scheme? Compare the spreads for "he" and for "xavier".',
)
asked.mistake(
    "variance 1/n_in for he",
    answer=start_with(spread(lambda i, o, s: np.sqrt(1 / i if s == "he" else 2 / (i + o)))),
    hint='What does a relu do to half of its inputs, and how does "he" make up for it?',
)
asked.mistake(
    "all weights zero",
    answer=start_with(lambda rng, n_in, n_out, scheme: np.zeros((n_out, n_in))),
    hint="If all units of a layer begin equal, what will ever make them differ?",
)
asked.mistake(
    "random biases",
    answer=start_with(spread(right_spread), lambda rng, n_out: rng.normal(size=(n_out, 1))),
    hint="Only one of W and b must be random to tell the units apart. What does the docstring say "
    "of the other?",
)
asked.mistake(
    "flat biases",
    answer=start_with(spread(right_spread), lambda rng, n_out: np.zeros(n_out)),
    hint="Lesson 03: along which axis does a bias of one dimension broadcast?",
)
asked.mistake(
    "W transposed",
    answer=start_with(
        lambda rng, n_in, n_out, s: rng.normal(size=(n_in, n_out)) * right_spread(n_in, n_out, s)
    ),
    hint="Which index of W counts the units that the weights lead to? Look at Z = W A + b.",
)
asked.mistake(
    "uniform instead of normal",
    answer=start_with(
        lambda rng, n_in, n_out, s: (
            rng.uniform(-1, 1, size=(n_out, n_in)) * np.sqrt(3) * right_spread(n_in, n_out, s)
        )
    ),
    hint="The variance is right. Which distribution does the docstring ask for?",
)
asked.mistake(
    "a generator of its own",
    answer=lambda dims, rng, scheme: init_params(dims, np.random.default_rng(), scheme),
    hint="Where do your random numbers come from? With the same rng the network must be the same.",
    earns="the spread of both schemes is right",
)
