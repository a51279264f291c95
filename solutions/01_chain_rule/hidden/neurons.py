"""Logistic neurons: their formulas, and the batches that they are tried on."""

import numpy as np

from grader.exercise import Case
from grader.kit import float32, sizes


def sigmoid(z):
    """Return the sigmoid of z; it overflows for z far below 0."""
    return 1 / (1 + np.exp(-z))


def gain(z):
    """Return the slope of the sigmoid at z."""
    return sigmoid(z) * (1 - sigmoid(z))


def weighted_sums(w, b, X):
    """Return z (1, m), one for each sample."""
    return w @ X + b  # (1, n) (n, m) -> (1, m)


def batch(rng, n, m):
    """Return w, b, X, y with both labels in y where m allows it."""
    w = rng.normal(size=(1, n))
    X = rng.normal(size=(n, m))
    y = rng.integers(0, 2, size=(1, m)).astype(float)
    if m > 1:
        y[0, :2] = 0.0, 1.0
    return w, float(rng.normal()), X, y


def exact_batch(rng, z):
    """Return w, b, X, y with exactly these z, and y = 0 and 1 for each of them."""
    z = np.repeat(np.asarray(z, dtype=float), 2)
    order = rng.permutation(z.size)
    X = np.vstack([z, np.zeros(z.size)])[:, order]
    y = np.tile([0.0, 1.0], z.size // 2)[np.newaxis, order]
    return np.array([[1.0, float(rng.normal())]]), 0.0, X, y


def other_dtypes(rng):
    """Yield w, b, X, y as users pass them: counts and labels as integers, then float32 data."""
    w, b, _, y = batch(rng, 3, 5)
    yield w, b, rng.integers(-3, 4, size=(3, 5)), y.astype(int)
    w, b, X, y = batch(rng, 2, 6)
    X, y = float32(X, y)
    yield w, b, X, y


def usual_batches(rng):
    """Yield the three families of shapes, the rectangular one with more samples and with fewer."""
    for group, n, m in [
        ("rectangular", 3, 5),
        ("rectangular", 5, 2),
        ("square", 4, 4),
        ("a batch of one", 3, 1),
    ]:
        w, b, X, y = batch(rng, n, m)
        yield Case(w, b, X, y, group=group, shapes=sizes("n m", X.shape))
