"""Predictions and targets, for the loss and its gradient."""

from grader.kit import families, float32


def predictions(rng):
    """Yield group, P and T: three families of shapes, integers, a loss of exactly 0, float32."""
    # None has two features: there a mean over all entries without the half equals the loss.
    for group, shapes in families("n m"):
        n, m = shapes.values()
        yield group, rng.normal(size=(n, m)), rng.normal(size=(n, m))
    yield "integer input", rng.integers(-5, 6, size=(3, 5)), rng.integers(-5, 6, size=(3, 5))
    P = rng.normal(size=(3, 4))
    yield "a perfect prediction", P, P.copy()
    yield "float32 input", *float32(rng.normal(size=(5, 3)), rng.normal(size=(5, 3)))
