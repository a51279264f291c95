"""The derivation of section 10, and the logits and targets that its steps are tried on."""

import numpy as np
from hidden.probabilities import one_hot, shares

from grader.exercise import Case
from grader.kit import families, sizes

STEPS = (
    "step_1_log_sum_exp",
    "step_2_log_shares",
    "step_3_loss",
    "step_4_slope_of_log_sum_exp",
    "step_5_sample_slopes",
)
"""A step may call all that come before it."""


def far_logits(rng):
    """Draw logits (3, 4) near 1000, each sample in a place of its own, with both ends in two."""
    # A shift by anything but a sample's largest logit overflows, or leaves nothing.
    ends = np.array([[1, -1, -1, 1], [-1, 1, -1, 1], [0, 0, -1, 1]])
    Z = rng.normal(size=(3, 4)) + 1000.0 * ends
    return Z[rng.permutation(3)]


def logits(rng):
    """Three families of shapes, and logits near 1000, where an exponential overflows."""
    for group, shapes in families("n m"):
        Z = rng.normal(size=tuple(shapes.values())) * 2
        yield Case(Z, group=group, shapes=shapes)
    Z = far_logits(rng)
    yield Case(Z, group="logits near 1000", shapes=sizes("n m", Z.shape))


def logits_and_targets(rng):
    """Add one-hot and soft targets to the logits."""
    for group, shapes in families("n m"):
        Z, T = rng.normal(size=tuple(shapes.values())) * 2, one_hot(rng, **shapes)
        yield Case(Z, T, group=group, shapes=shapes)
    Z, T = rng.normal(size=(5, 3)), shares(rng, 5, 3)
    yield Case(Z, T, group="soft targets", shapes=sizes("n m", Z.shape))
    Z, T = far_logits(rng), np.eye(3)[:, [1, 1, 2, 0]]
    yield Case(Z, T, group="logits near 1000", shapes=sizes("n m", Z.shape))


def sum_of_exponentials(Z):
    """Return E (1, m), the sum of each sample's exponentials; it overflows at 710."""
    return np.exp(Z).sum(axis=0, keepdims=True)
