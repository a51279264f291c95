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


# from lesson 04_full_backprop
def init_params(dims, rng, scheme):
    """Return the first parameters of a network: [(W, b), ...], one pair a layer.

    dims is the list of widths, data first; layer number l, from 0 on, leads from
    dims[l] to dims[l + 1]. rng is a NumPy Generator; all random numbers come from it.
    W is (n_out, n_in), normal with mean 0 and variance 2/n_in for scheme "he" and
    2/(n_in + n_out) for scheme "xavier"; b is (n_out, 1), zeros. Section 3.

    >>> params = init_params([3, 5, 2], np.random.default_rng(0), "he")
    >>> [(W.shape, b.shape) for W, b in params]
    [((5, 3), (5, 1)), ((2, 5), (2, 1))]
    """
    params = []
    for n_in, n_out in zip(dims[:-1], dims[1:], strict=True):
        variance = {"he": 2 / n_in, "xavier": 2 / (n_in + n_out)}[scheme]
        W = rng.normal(0.0, np.sqrt(variance), size=(n_out, n_in))
        params.append((W, np.zeros((n_out, 1))))
    return params


# from lesson 04_full_backprop
def activation(Z, kind):
    """Return phi(Z) (n, m) for kind linear, relu, sigmoid, tanh or softmax. Given."""
    if kind == "softmax":
        return softmax(Z)
    if kind == "sigmoid":
        return sigmoid(Z)
    if kind == "tanh":
        return np.tanh(Z)
    if kind == "relu":
        return np.maximum(Z, 0.0)
    if kind == "linear":
        return Z
    raise ValueError(f"kind must be linear, relu, sigmoid, tanh or softmax, found {kind!r}")


# from lesson 04_full_backprop
def model_forward(X, params, kinds):
    """Run a network forward.

    X is (n_0, m), floats or integers; params is [(W, b), ...]; kinds has one name a layer.
    Returns (P, caches): P is the last layer's output (n_out, m), and caches[l] is the
    tuple (A_prev, W, Z, kind) of layer l, first layer first. Section 4.

    >>> params = [(np.array([[2.0]]), np.array([[1.0]])), (np.array([[3.0]]), np.array([[0.0]]))]
    >>> P, caches = model_forward(np.array([[1.0, -1.0]]), params, ["relu", "linear"])
    >>> P
    array([[9., 0.]])
    """
    A, caches = X, []
    for (W, b), kind in zip(params, kinds, strict=True):
        Z, _ = dense_forward(A, W, b)  # (n_out, n_in) (n_in, m) + (n_out, 1) -> (n_out, m)
        caches.append((A, W, Z, kind))
        A = activation(Z, kind)  # (n_out, m)
    return A, caches


# from lesson 04_full_backprop
def mse(P, T):
    """Return the mean squared error over all entries, a float.

    P and T are (n, m), floats or integers. Section 5, formula (2).

    >>> mse(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    2.5
    """
    return float(np.mean((P - T) ** 2))


# from lesson 04_full_backprop
def mse_grad(P, T):
    """Return the gradient of mse(P, T) by P.

    P and T are (n, m), floats or integers. Returns an array (n, m). Section 5.

    >>> mse_grad(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    array([[1., 2.]])
    """
    return 2 * (P - T) / P.size  # (n, m) -> (n, m)


# from lesson 04_full_backprop
def model_backward(dA, caches):
    """Run a network backward.

    dA is (n_out, m), the gradient of the loss by the network's output P;
    caches is what model_forward returned: caches[l] = (A_prev, W, Z, kind).
    Returns [(dW, db), ...] in forward order, dW shaped like W (n_out, n_in) and
    db (n_out, 1). The last layer's kind may be softmax. Section 6.

    >>> caches = [(np.array([[3.0]]), np.array([[5.0]]), np.array([[15.0]]), "relu")]
    >>> model_backward(np.array([[2.0]]), caches)
    [(array([[6.]]), array([[2.]]))]
    """
    grads = []
    for layer in reversed(range(len(caches))):
        A_prev, W, Z, kind = caches[layer]
        if kind == "softmax":
            dZ = softmax_vjp(softmax(Z), dA)  # (n_out, m)
        else:
            dZ = activation_backward(dA, Z, kind)  # (n_out, m)
        if layer > 0:
            dA, dW, db = dense_backward(dZ, (A_prev, W))  # (n_in, m), (n_out, n_in), (n_out, 1)
        else:  # the data are given: nobody asks for a gradient by them, so one product less
            dW, db = dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)  # (n_out, n_in), (n_out, 1)
        grads.append((dW, db))
    return grads[::-1]


# from lesson 04_full_backprop
def minibatches(X, T, batch_size, rng):
    """Cut the samples into batches, in a random order.

    X is (n, m) and T is (n_out, m), a sample a column; batch_size is at least 1;
    rng is a NumPy Generator, and the random order comes from it.
    Returns [(X_b, T_b), ...]: all batches have batch_size columns, the last may have fewer.
    Every sample is in exactly one batch, together with its own target. Section 8.

    >>> X, T = np.arange(7.0)[None, :], 10 * np.arange(7.0)[None, :]
    >>> [X_b.shape for X_b, T_b in minibatches(X, T, 3, np.random.default_rng(0))]
    [(1, 3), (1, 3), (1, 1)]
    """
    m = X.shape[1]
    order = rng.permutation(m)
    chosen = [order[start : start + batch_size] for start in range(0, m, batch_size)]
    # X[:, j] with `take`, which lays a batch out in memory row by row, as W @ X_b reads it.
    return [(X.take(j, axis=1), T.take(j, axis=1)) for j in chosen]


# from lesson 05_sgd_vs_adam
def zeros_like(params):
    """Return zeros nested like params: a list of (W, b) pairs of float arrays. Given."""
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]


# from lesson 05_sgd_vs_adam
def adam_init(params):
    """Return Adam's state before the first step (section 4).

    params: [(W, b), ...].

    Returns {"t": 0, "m": zeros, "v": zeros}; m and v are nested like params, and
    m, v and params share no memory.

    >>> adam_init([(np.array([[1.0, 2.0]]), np.array([[0.5]]))])
    {'t': 0, 'm': [(array([[0., 0.]]), array([[0.]]))], 'v': [(array([[0., 0.]]), array([[0.]]))]}
    """
    return {"t": 0, "m": zeros_like(params), "v": zeros_like(params)}


# from lesson 05_sgd_vs_adam
def adam_step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return (params, state) after one step of Adam as published (section 4, formulas (4) and (5)).

    params, grads: nested alike, [(W, b), ...].
    state: {"t": number of steps taken so far, "m": ..., "v": ...}, m and v nested like params.

    Returns new params and a new state; nothing given is changed, and nothing
    returned shares memory with it.

    >>> p, g = [(np.array([[1.0]]), np.array([[1.0]]))], [(np.array([[4.0]]), np.array([[-4.0]]))]
    >>> p, state = adam_step(p, g, adam_init(p), lr=0.1, beta1=0.5, beta2=0.75)
    >>> np.round(p[0][0], 6), np.round(p[0][1], 6), state["t"], state["m"][0][0], state["v"][0][0]
    (array([[0.9]]), array([[1.1]]), 1, array([[2.]]), array([[4.]]))
    """
    t = state["t"] + 1
    # Formula (5), with numerator and denominator times the root of 1 - beta2**t:
    # the corrections are numbers, and no array is divided for the hats.
    root = np.sqrt(1 - beta2**t)
    rate, small = lr * root / (1 - beta1**t), eps * root

    def new_values(p, g, m, v):
        m, v = beta1 * m, beta2 * v  # new arrays: these may change in place
        m += (1 - beta1) * g
        square = (1 - beta2) * g
        square *= g
        v += square
        step = np.sqrt(v)
        step += small
        np.divide(m, step, out=step)
        step *= rate
        return p - step, m, v

    new_params, after = [], {"t": t, "m": [], "v": []}
    for (W, b), (dW, db), (mW, mb), (vW, vb) in zip(params, grads, state["m"], state["v"]):
        W, mW, vW = new_values(W, dW, mW, vW)
        b, mb, vb = new_values(b, db, mb, vb)
        new_params.append((W, b))
        after["m"].append((mW, mb))
        after["v"].append((vW, vb))
    return new_params, after
