"""Predictions and targets, for the loss and its gradient."""

import numpy as np

from grader.kit import families, float32


def predictions(rng):
    """Yield group, P and T: three families of shapes, integers, a loss of exactly 0, float32."""
    # None has two features: there a mean over all entries without the half equals the loss.
    for group, shapes in families("n m"):
        n, m = shapes.values()
        yield group, rng.normal(size=(n, m)), rng.normal(size=(n, m))
    P, T = rng.integers(-5, 6, size=(2, 3, 5))
    # An odd sum of squares: divided by ten, it is no whole number by chance.
    P[0, 0] += 1 - np.sum(P - T) % 2
    yield "integer input", P, T
    # One feature alone stands here: elsewhere a division by the number of features would be right.
    T = rng.integers(-5, 6, size=(1, 4))
    yield "a perfect prediction", T.astype(float), T
    yield "float32 input", *float32(rng.normal(size=(5, 3)), rng.normal(size=(5, 3)))
