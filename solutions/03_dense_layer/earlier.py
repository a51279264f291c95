"""SPOILER: solutions of earlier lessons, for this lesson to build on.

Generated.  Have you solved those exercises?  Then paste your own functions
into the notebook instead: it will work with them.
"""

import numpy as np


# from lesson 02_sigmoid_softmax_jacobians
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry.

    z: array of any shape, floats or integers, or one number.
    Returns floats of z's shape.  No warning, however large z is.

    Formula: section 3.
    Example: sigmoid(np.array([0.0, np.log(3.0)])) is [0.5, 0.75].
    """
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))  # between 0 and 1, so it cannot overflow
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


# from lesson 02_sigmoid_softmax_jacobians
def activation_prime(z, kind):
    """Return phi'(z), entry by entry, for the activation function called kind.

    z: array of any shape, floats or integers; the input of phi, not its output.
    kind: "linear", "relu", "sigmoid" or "tanh"; anything else is a ValueError.
    Returns floats of z's shape.  The slope of relu at 0 is 0.

    Formula: the table in section 4.
    Example: activation_prime(np.array([-2.0, 0.0, 3.0]), "relu") is [0.0, 0.0, 1.0].
    """
    z = np.asarray(z, dtype=float)
    if kind == "linear":
        return np.ones_like(z)
    if kind == "relu":
        return (z > 0).astype(float)
    if kind == "sigmoid":
        a = sigmoid(z)
        return a * (1.0 - a)
    if kind == "tanh":
        return 1.0 - np.tanh(z) ** 2
    raise ValueError(f"unknown activation {kind!r}; use linear, relu, sigmoid or tanh")


# from lesson 02_sigmoid_softmax_jacobians
def l2_loss(X, T):
    """Return half the squared error, summed over features, as a mean over the samples.

    X, T: (n, m), outputs and targets, floats or integers.
    Returns one float.

    Formula: section 5.
    Example: for the two matrices of section 5 it is 3.75.
    """
    X, T = np.asarray(X, dtype=float), np.asarray(T, dtype=float)
    m = X.shape[1]
    return 0.5 * np.sum((X - T) ** 2) / m


# from lesson 02_sigmoid_softmax_jacobians
def l2_grad(X, T):
    """Return the gradient of l2_loss by X.

    X, T: (n, m), outputs and targets, floats or integers.
    Returns (n, m): entry (j, d) is the derivative of the loss by X[j, d].

    Formula: section 5.
    Example: for the two matrices of section 5 its last row is [0.0, 1.5].
    """
    X, T = np.asarray(X, dtype=float), np.asarray(T, dtype=float)
    m = X.shape[1]
    return (X - T) / m
