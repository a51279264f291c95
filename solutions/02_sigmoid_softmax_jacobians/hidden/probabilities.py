"""Shares and targets, and the inputs of the cross-entropy and its gradient."""

import numpy as np

from grader.exercise import Case
from grader.kit import sizes


def shares(rng, n, m):
    """Return m columns of n positive shares; none so small that its size decides a case."""
    raw = rng.uniform(0.2, 1.0, size=(n, m))
    return raw / raw.sum(axis=0, keepdims=True)


def one_hot(rng, n, m):
    """Return m one-hot columns; the classes vary as far as n allows."""
    classes = (rng.permutation(max(n, m))[:m]) % n
    return np.eye(n)[:, classes]


def clipped(P):
    """Return probabilities as the loss takes their logarithm."""
    return np.maximum(P, 1e-12)


def predictions(rng):
    """One-hot and soft targets, a batch of one, probability 0 and just above it."""
    P, T = shares(rng, 4, 5), one_hot(rng, 4, 5)
    yield Case(P, T, group="rectangular", shapes=sizes("n m", P.shape))
    P, T = shares(rng, 4, 4), shares(rng, 4, 4)
    yield Case(P, T, group="soft targets", shapes=sizes("n m", P.shape))
    # What a float32 makes of 0.7 and 0.3 shows here: their logarithms differ.
    high, low = rng.uniform([0.5, 0.1], [0.6, 0.2])
    order = rng.permutation(3)
    P, T = np.array([[high], [low], [1 - high - low]])[order], np.array([[0.7], [0.3], [0]])[order]
    yield Case(P, T, group="a batch of one", shapes=sizes("n m", P.shape))
    # Column 0: the target has probability 0.  Column 1: all other classes have, and it has 1.
    P = np.array([[0.0, 0.0, 0.3], [0.4, 0.0, 0.3], [0.6, 1.0, 0.2], [0.0, 0.0, 0.2]])
    T = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 0.0]])
    order = rng.permutation(4)
    yield Case(P[order], T[order], group="probability 0", shapes=sizes("n m", P.shape))
    tiny = 10.0 ** rng.uniform([-11.5, -14.0], [-9.5, -12.5])  # one above the clip, one below it
    P = np.array([[tiny[0], 0.5], [0.5, tiny[1]], [0.5 - tiny[0], 0.5 - tiny[1]]])
    T = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    yield Case(P, T, group="tiny probabilities", shapes=sizes("n m", P.shape))
    T = one_hot(rng, 3, 4).astype(int)
    yield Case(shares(rng, 3, 4), T, group="integer targets", shapes=sizes("n m", T.shape))
    P = shares(rng, 3, 2).astype(np.float32)
    yield Case(P, T[:, :2], group="integer targets", shapes=sizes("n m", P.shape))
