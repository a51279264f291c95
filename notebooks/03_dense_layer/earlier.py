"""SPOILER: solutions of earlier lessons, for this lesson to build on.

Generated.  Have you solved those exercises?  Then paste your own functions
into the notebook instead: it will work with them.
"""

import numpy as np


# from lesson 02_sigmoid_softmax_jacobians
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry.

    z: array of any shape, floats or integers, or one number
    returns: floats of the shape of z, without a warning, however large z is;
       a relative error of at most 1e-9 for z from -30 to 30

    Formula: section 3.
    Example: sigmoid(np.array([0.0, np.log(3.0)])) is [0.5, 0.75].
    """
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))  # between 0 and 1, so it cannot overflow
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


# from lesson 02_sigmoid_softmax_jacobians
def activation_prime(z, kind):
    """Return phi'(z), entry by entry, for the activation function called kind.

    z: array of any shape, floats or integers; the input of phi, not its output
    kind: "linear", "relu", "sigmoid" or "tanh"; anything else is a ValueError
    returns: floats of the shape of z; the slope of relu at 0 is 0

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
def l2_loss(P, T):
    """Return half the squared error, summed over features, as a mean over the samples.

    P, T: (n, m), predictions and targets, floats or integers
    returns: one float

    Formula (4), section 5.
    Example: for the two matrices of section 5 it is 3.75.
    """
    error = np.subtract(P, T, dtype=float)
    return 0.5 * np.sum(error**2) / error.shape[1]


# from lesson 02_sigmoid_softmax_jacobians
def l2_grad(P, T):
    """Return the gradient of l2_loss by P.

    P, T: (n, m), predictions and targets, floats or integers
    returns: (n, m), entry (j, c) is the derivative of the loss by P[j, c]

    Formula (5), section 5.
    Example: for the two matrices of section 5 its last row is [0.0, 1.5].
    """
    error = np.subtract(P, T, dtype=float)
    return error / error.shape[1]
