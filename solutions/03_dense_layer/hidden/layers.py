"""What a dense layer computes, and how its arrays are drawn."""

import numpy as np


def phi(Z, kind):
    """Return the activation of Z, entry by entry."""
    if kind == "linear":
        return Z
    if kind == "relu":
        return np.maximum(Z, 0.0)
    if kind == "tanh":
        return np.tanh(Z)
    return 0.5 * (1.0 + np.tanh(0.5 * Z))


def phi_prime(Z, kind):
    """Return the slope of the activation at Z, entry by entry."""
    if kind == "linear":
        return np.ones(np.shape(Z))
    if kind == "relu":
        return (np.asarray(Z) > 0).astype(float)
    if kind == "tanh":
        return 1.0 - np.tanh(Z) ** 2
    return phi(Z, kind) * (1.0 - phi(Z, kind))


def drawn(rng, n_out, n_in, m):
    """Draw A (n_in, m), W (n_out, n_in) and b (n_out, 1)."""
    return rng.normal(size=(n_in, m)), rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1))


def shown(W, A):
    """Return the sizes that feedback may show."""
    return {"n_out": W.shape[0], "n_in": A.shape[0], "m": A.shape[1]}
