"""best_rate: the largest of the rates whose losses count as equal."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise(
    "best_rate",
    not_alone=(
        "a clear winner",
        "two perfect rates",
        "every rate diverged",
    ),
)


@asked.cases
def rates_and_losses(rng):
    """A clear winner, near ties, nan first and last, any order, all nan."""
    # Thirds: each is off by a third of the last bit, in float32 as well.
    rates = (3 * rng.integers(700, 1000, size=6) + 1) / 3 * 4.0 ** np.arange(-10, 2, 2)
    clear = np.array([2.0, 1.3, 0.9, 0.5, 0.8, 1.7]) * rng.uniform(0.95, 1.0)
    # To either side of 1.05, closer than float32 can tell.
    near = np.array([0.3, 0.1, 0.12, 0.1039, 0.105 * (1 - 1e-8), 0.105 * (1 + 1e-8)])
    near *= 2.0 ** rng.integers(-3, 4)
    yield Case(rates, clear, group="a clear winner")
    yield Case(rates, 1000 * near, group="nearly equal losses")
    late, early = near.copy(), near.copy()
    late[-2:], early[[0, 2]] = np.nan, np.nan
    yield Case(rates, early, group="nan among the losses")
    order = np.array([5, 0, 3, 2, 4, 1])
    yield Case(rates[order], late[order], group="rates in any order")
    yield Case([0.5, 0.1], [0.0, 0.0], group="two perfect rates")
    nothing = np.full(4, np.nan)
    yield Case(rates[:4], nothing, group="every rate diverged", raises=ValueError)


def chosen(rule):
    """Return a best_rate that picks by rule(lrs, losses, lrs of the good ones)."""

    def best_rate(lrs, losses):
        lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)
        if np.isnan(losses).all():
            raise ValueError("every rate diverged")
        return rule(lrs, losses, lrs[losses <= 1.05 * np.nanmin(losses)])

    return best_rate


def without_error(lrs, losses):
    lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)
    if np.isnan(losses).all():
        return float("nan")
    return float(lrs[losses <= 1.05 * np.nanmin(losses)].max())


EDGE = "an edge: the choice is right where the losses are simpler"

asked.mistake(
    "argmin takes nan",
    answer=lambda lrs, losses: float(np.asarray(lrs)[np.argmin(losses)]),
    hint="What does np.argmin do when it meets nan? The cell above this exercise shows it.",
)
asked.mistake(
    "min takes nan",
    answer=lambda lrs, losses: float(
        np.max(np.asarray(lrs)[np.asarray(losses) <= 1.05 * np.min(losses)])
    ),
    hint="What is the minimum of numbers of which one is nan, and what is then at most 1.05 times "
    "that?",
    earns=EDGE,
)
asked.mistake(
    "the smallest of the good rates",
    answer=chosen(lambda lrs, losses, good: float(good.min())),
    hint="Your choice is among the good rates. Which of them does section 8 ask for?",
)
asked.mistake(
    "the rate of the lowest loss",
    answer=chosen(lambda lrs, losses, good: float(lrs[np.nanargmin(losses)])),
    hint="Losses within five percent count as equal. Does your choice use that?",
)
asked.mistake(
    "the last of the good rates",
    answer=chosen(lambda lrs, losses, good: float(good[-1])),
    hint="Right when the rates are sorted. Are they always?",
    earns=EDGE,
)
asked.mistake(
    "the largest rate that did not diverge",
    answer=chosen(lambda lrs, losses, good: float(lrs[~np.isnan(losses)].max())),
    hint="Not every rate with a finite loss is a good one. Compare with the best loss.",
    earns=EDGE,
)
asked.mistake(
    "0.05 added instead of a factor",
    answer=chosen(lambda lrs, losses, good: float(lrs[losses <= np.nanmin(losses) + 0.05].max())),
    hint="Five percent of what? Try losses that are a thousand times as large.",
    earns=EDGE,
)
asked.mistake(
    "its place instead of the rate",
    answer=chosen(lambda lrs, losses, good: float(np.flatnonzero(lrs == good.max())[0])),
    hint="You return where the rate stands. What is asked for?",
)
asked.mistake(
    "no error when every rate diverged",
    answer=without_error,
    hint="If there is no best rate, the caller must hear of it. What does the docstring promise?",
    earns="an edge: the choice is right",
)
