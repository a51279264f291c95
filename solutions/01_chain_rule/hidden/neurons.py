"""Logistic neurons: their formulas, and the batches that they are tried on."""

import numpy as np

from grader.exercise import Case
from grader.kit import float32, sizes

STEPS = (
    "step_1_loss_by_a",
    "step_2_a_by_z",
    "step_3_loss_by_z",
    "step_4_dZ",
    "step_5_dw",
    "step_6_db",
)
"""The derivation of section 8; a step may call all that come before it."""


def predicted(rng, m):
    """Return probabilities A (1, m) away from 0 and 1, and targets T, both kinds if m allows it."""
    A = rng.uniform(0.1, 0.9, size=(1, m))
    # Of neighbouring samples no two mirror each other: a and 1 - a have the same slope.
    T = np.resize([1.0, 0.0], m)[np.newaxis, rng.permutation(m)]
    return A, T


def predictions(rng):
    """Yield the shapes that tell a mean from a sum, an edge, and other dtypes."""
    for group, m in [("a batch", 5), ("a batch", 8), ("a batch of one", 1)]:
        A, T = predicted(rng, m)
        if m == 8:
            A, T = float32(A, T)
        yield Case(A, T, group=group, shapes={"m": m})
    # No two mirror each other here either: a clip would cancel in a sum.
    A = np.array([[1e-6, 1 - 2e-6, 3e-6, 1 - 5e-6]])
    T = np.array([[1.0, 0.0, 0.0, 1.0]])
    order = rng.permutation(4)
    yield Case(A[:, order], T[:, order], group="sure predictions", shapes={"m": 4})
    A, T = predicted(rng, 6)
    yield Case(A, T.astype(int), group="integer targets", shapes={"m": 6})


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
    """Return w, b, X, T with both targets in T where m allows it."""
    w = rng.normal(size=(1, n))
    X = rng.normal(size=(n, m))
    T = rng.integers(0, 2, size=(1, m)).astype(float)
    # A sample alone has a 1: its db is negative, and not by chance.
    T[0, :2] = (0.0, 1.0) if m > 1 else 1.0
    return w, float(rng.normal()), X, T


def exact_batch(rng, z):
    """Return w, b, X, T with exactly these z, and targets 0 and 1 for each of them."""
    z = np.repeat(np.asarray(z, dtype=float), 2)
    order = rng.permutation(z.size)
    X = np.vstack([z, np.zeros(z.size)])[:, order]
    T = np.tile([0.0, 1.0], z.size // 2)[np.newaxis, order]
    return np.array([[1.0, float(rng.normal())]]), 0.0, X, T


def other_dtypes(rng):
    """Yield w, b, X, T as users pass them: integers in X and T, then float32, one feature alone."""
    w, b, _, T = batch(rng, 3, 5)
    yield w, b, rng.integers(-3, 4, size=(3, 5)), T.astype(int)
    w, b, X, T = batch(rng, 1, 6)
    X, T = float32(X, T)
    yield w, b, X, T


def usual_batches(rng):
    """Yield the three families of shapes."""
    for group, n, m in [
        ("rectangular", 3, 5),
        ("square", 4, 4),
        ("a batch of one", 3, 1),
    ]:
        w, b, X, T = batch(rng, n, m)
        yield Case(w, b, X, T, group=group, shapes=sizes("n m", X.shape))
