"""What figures of lessons 04 and 05 share: data sets, and a network of the learner's functions."""

import functools
from typing import Any

import numpy as np

from byhand.datasets import Dataset, breast_cancer, digits
from byhand.figures import faults
from byhand.figures.guard import Array, Functions, Trouble

Params = list[tuple[Array, Array]]
"""Weights and biases, layer by layer."""

SLICE = 0.03  # seconds of training between two looks at the controls
FIRST = 0.2  # seconds, at most, until a curve has its first two points

_READERS = {"digits": digits, "breast cancer": breast_cancer}


@functools.cache
def read(data: str) -> Dataset:
    """Return a data set by its name, read once."""
    return _READERS[data]()


def forward(functions: Functions, X: Array, params: Params, kinds: list[str]) -> tuple[Array, Any]:
    """Return the shares of the classes, and the caches for a pass backwards.

    Args:
        functions: model_forward.
        X: (inputs, m).
        params: of the network.
        kinds: an activation for each layer.
    """
    found = functions.call("model_forward", X, params, kinds)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Trouble(faults.FORWARD_NOT_TWO)
    return found[0], found[1]


def accuracy(functions: Functions, data: Dataset, params: Params, kinds: list[str]) -> float:
    """Return the share of a data set's test samples that are classified right."""
    P, _ = forward(functions, data.X_test, params, kinds)
    return float(np.mean(P.argmax(axis=0) == data.labels_test))


def toy_network() -> dict[str, Any]:
    """Return a stand-in for a network: one number w, and a loss that is w squared and a bit."""
    return {
        "init_params": lambda *_: [(np.ones((1, 1)), np.zeros((1, 1)))],
        "minibatches": lambda X, T, *_: [(X, T)] * 40,
        "model_forward": lambda X, params, _kinds: (params[0][0] + 0 * X[:2], None),
        "model_backward": lambda dA, _caches: [(dA, 0 * dA)],
        "cross_entropy": lambda P, _T: 0.02 + 2.3 * float(P[0, 0]) ** 2,
        "cross_entropy_grad": lambda P, _T: 4.6 * P[:1, :1],
    }
