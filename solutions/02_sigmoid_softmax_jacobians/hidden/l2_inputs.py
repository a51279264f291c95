"""Predictions and targets, for the loss and its gradient."""

from grader.exercise import Case
from grader.kit import families, float32, sizes


def predictions(rng):
    """Three families of shapes, integers, a loss of exactly 0, float32."""
    # None has two features: there a mean over all entries without the half equals the loss.
    for group, shapes in families("n m"):
        n, m = shapes.values()
        yield Case(rng.normal(size=(n, m)), rng.normal(size=(n, m)), group=group, shapes=shapes)
    P, T = rng.integers(-5, 6, size=(3, 5)), rng.integers(-5, 6, size=(3, 5))
    yield Case(P, T, group="integer input", shapes=sizes("n m", P.shape))
    P = rng.normal(size=(3, 4))
    yield Case(P, P.copy(), group="a perfect prediction", shapes=sizes("n m", P.shape))
    P, T = float32(rng.normal(size=(5, 3)), rng.normal(size=(5, 3)))
    yield Case(P, T, group="float32 input", shapes=sizes("n m", P.shape))
