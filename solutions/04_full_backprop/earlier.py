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
def softmax(Z):
    """Return the softmax of each column.

    Z: (n, m), logits, floats or integers of any size; a column is a sample
    returns: S, (n, m), each column sums to 1; a share far below another may round to 0

    Formula (6), section 6.
    Example: softmax(np.log([[1.0], [2.0], [5.0]])) is [[0.125], [0.25], [0.625]].
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))  # (n, m) - (1, m) -> (n, m)
    return E / E.sum(axis=0, keepdims=True)


# from lesson 02_sigmoid_softmax_jacobians
def softmax_vjp(S, dS):
    """Take a gradient back through the softmax: from dS to dZ.

    S: (n, m), softmax outputs; each column is a sample
    dS: (n, m), the gradient of the loss by S
    returns: dZ, (n, m), the gradient of the loss by the logits;
       memory grows like n * m, never like n * n

    Formula (8), section 8.
    Example: S = [[1/8], [2/8], [5/8]] and dS = [[8.0], [0.0], [-8.0]]
    give [[1.5], [1.0], [-2.5]].
    """
    weighted_mean = (S * dS).sum(axis=0, keepdims=True)  # (1, m): one number a sample
    return S * (dS - weighted_mean)  # (n, m)


# from lesson 02_sigmoid_softmax_jacobians
def cross_entropy(P, T):
    """Return the cross-entropy of predictions P and targets T, a mean over the samples.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12
    T: (n, m), targets; one-hot or soft, floats or integers
    returns: one float, finite even where P is 0

    Formula (9), section 9.
    Example: for the two matrices of section 9 it is about 0.7549.
    """
    return -(T * np.log(np.maximum(P, 1e-12))).sum() / np.shape(P)[1]


# from lesson 02_sigmoid_softmax_jacobians
def cross_entropy_grad(P, T):
    """Return the gradient of the cross-entropy by P.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12
    T: (n, m), targets; one-hot or soft, floats or integers
    returns: (n, m), finite even where P is 0; exactly 0 where T is 0

    Formula (9), section 9.
    Example: for the two matrices of section 9 its last row is [-0.8, 0.0].
    """
    return T / (-np.shape(P)[1] * np.maximum(P, 1e-12))


# from lesson 03_dense_layer
def dense_forward(A, W, b):
    """Return the weighted sums of a dense layer, and what its way back needs.

    A is (n_in, m), W is (n_out, n_in), b is (n_out, 1).
    Returns (Z, cache): Z = W A + b is (n_out, m), and cache is the tuple (A, W).
    Section 3, formula (2).

    >>> Z, cache = dense_forward(np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0]]))
    >>> Z
    array([[16.]])
    """
    Z = W @ A + b  # (n_out, n_in) (n_in, m) + (n_out, 1) -> (n_out, m)
    return Z, (A, W)


# from lesson 03_dense_layer
def dense_backward(dZ, cache):
    """Push the gradient dZ back through Z = W A + b.

    dZ is (n_out, m); cache is the tuple (A, W) of dense_forward,
    with A (n_in, m), floats or integers, and W (n_out, n_in).
    Returns (dA, dW, db): dA is (n_in, m), dW is (n_out, n_in), db is (n_out, 1).
    Section 5.

    >>> dA, dW, db = dense_backward(np.array([[2.0]]), (np.array([[3.0]]), np.array([[5.0]])))
    >>> dA, dW, db
    (array([[10.]]), array([[6.]]), array([[2.]]))
    """
    A, W = cache
    dA = W.T @ dZ  # (n_in, n_out) (n_out, m) -> (n_in, m)
    dW = dZ @ A.T  # (n_out, m) (m, n_in) -> (n_out, n_in)
    db = dZ.sum(axis=1, keepdims=True)  # (n_out, m) -> (n_out, 1)
    return dA, dW, db


# from lesson 03_dense_layer
def activation_backward(dA, Z, kind):
    """Push the gradient dA back through A = phi(Z), an elementwise activation.

    dA and Z are (n, m), Z floats or integers; kind is linear, relu, sigmoid or tanh.
    Returns dZ (n, m). Section 6, formula (7).

    >>> activation_backward(np.array([[3.0, 3.0]]), np.array([[-1.0, 2.0]]), "relu")
    array([[0., 3.]])
    """
    return dA * activation_prime(Z, kind)  # (n, m) * (n, m) -> (n, m)
