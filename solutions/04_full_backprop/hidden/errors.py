"""Predictions and targets, for the loss and its gradient."""

from grader.exercise import Case
from grader.kit import float32, sizes


def errors(rng):
    """Three families of shapes, and the edges. Never two outputs."""
    for group, P, T in drawn(rng):
        yield Case(P, T, group=group, shapes=sizes("n_out m", P.shape))


def drawn(rng):
    """Yield group, P and T."""
    for group, n, m in [
        ("several outputs", 3, 5),
        ("as many outputs as samples", 4, 4),
        ("a batch of one", 3, 1),
        ("one output", 1, 6),
    ]:
        yield group, rng.normal(size=(n, m)), rng.normal(size=(n, m))
    P, T = 1e6 * rng.normal(size=(3, 4)), 1e6 * rng.normal(size=(3, 4))
    yield "very large errors, and none", P, T
    yield "whole numbers", rng.integers(-5, 6, size=(3, 4)), rng.integers(6, 9, size=(3, 4))
    P = rng.normal(size=(3, 7))
    yield "very large errors, and none", P, P.copy()
    yield "float32", *float32(rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))
