"""What a fresh layer must hold, judged by statistics: the order of the draws is free."""

import numpy as np


def first_weights(results, n_in, n_out, kind, _rng):
    """Judge the W and b of a fresh layer."""
    W, b = results
    if W.shape != (n_out, n_in):
        return f"W has shape {W.shape}, expected (n_out, n_in) = {(n_out, n_in)}"
    if b.shape != (n_out, 1):
        return f"b has shape {b.shape}, expected (n_out, 1) = {(n_out, 1)}"
    if np.any(b != 0):
        return "b does not begin with zeros"
    if W.dtype != np.float64:
        return f"W holds {W.dtype}, expected float64"
    if not np.isfinite(W).all() or np.ptp(W) == 0:
        return "the entries of W are not random floats"
    return wrong_spread(W, (2 if kind == "relu" else 1) / n_in, n_in / n_out)


def wrong_spread(W, variance, fan_ratio):
    """Say what is wrong with the distribution of W, or return None."""
    # 4000 weights: standard errors of mean, variance and kurtosis are 0.016, 0.022, 0.077, of which
    # six are allowed at least.  The nearest mistake, an average of both widths, is off by 0.43.
    found = W.var() / variance
    if abs(W.mean()) > 0.1 * W.std():
        return "the mean of W is not 0"
    if near(found, fan_ratio):
        return f"the variance of W is off by the ratio of the two widths, {fan_ratio:.3g}"
    if near(found, variance):
        return "the standard deviation of W is what its variance should be"
    if not near(found, 1):
        size = "large" if found > 1 else "small"
        return f"the variance of W is too {size}: {found:.3g} times what it should be"
    # Squared twice: a fourth power takes NumPy fifty times as long.
    squares = np.square(W - W.mean()) / W.var()
    kurtosis = np.mean(np.square(squares))
    return None if near(kurtosis, 3, 0.2) else "the entries of W are not normally distributed"


def near(found, wanted, by=0.15):
    return abs(found / wanted - 1) < by
