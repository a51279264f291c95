"""Networks to try a function on, and what feedback may show of them."""

from itertools import pairwise

import numpy as np
from solution import cross_entropy, cross_entropy_grad, model_forward, mse, mse_grad

LOSSES = {"mse": (mse, mse_grad), "cross_entropy": (cross_entropy, cross_entropy_grad)}


def network(rng, dims, kinds, m, *, scale=1.0):
    """Draw params and X (n_0, m) such that no relu stands within 1e-3 of its kink."""
    while True:
        params = [
            (scale * rng.normal(size=(n_out, n_in)), scale * rng.normal(size=(n_out, 1)))
            for n_in, n_out in pairwise(dims)
        ]
        X = rng.normal(size=(dims[0], m))
        if "relu" not in kinds:
            return params, X
        _, caches = model_forward(X, params, kinds)
        if all(kind != "relu" or np.abs(Z).min() > 1e-3 for _, _, Z, kind in caches):
            return params, X


def widths(dims, m=None):
    """Return the sizes that feedback may show: the widths, and the batch where there is one."""
    shown = {f"n_{layer}": width for layer, width in enumerate(dims)}
    return shown if m is None else shown | {"m": m}
