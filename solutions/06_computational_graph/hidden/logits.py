"""Columns of logits for the five steps of the log-sum-exp."""

import numpy as np

from grader.exercise import Case


def columns(rng):
    """Yield a group, z (n,) and a gradient g for each case."""
    drawn = [
        ("a few logits", rng.normal(size=4)),
        ("many logits", rng.normal(1.0, 2.0, size=30)),
        ("large logits", np.array([-1100.0, *rng.normal(1000.0, 3.0, size=2), -1100.0])),
        ("large logits", rng.normal(-1000.0, 3.0, size=5)),
        ("equal logits", np.full(3, rng.normal(1.0, 0.1))),
        ("one logit", rng.normal(1.0, 0.1, size=1)),
    ]
    for number, (group, z) in enumerate(drawn):
        # Of either sign, and neither 0 nor 1 in size: a forgotten factor shows.
        yield group, z, float((-1) ** number * rng.uniform(1.5, 3.0))


def cases(rng):
    """Yield the cases of steps 1 to 4."""
    for group, z, g in columns(rng):
        yield Case(z, g, group=group, shapes={"n": z.size})
