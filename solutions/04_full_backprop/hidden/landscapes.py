"""A smooth loss whose gradients are known exactly, and gradients with a spoiled entry."""

import numpy as np

from grader.exercise import Shown


def loss(params, *, weights, phases, scale, frequency):
    """Return scale * (s + s**2 / 20), with s the sum of c * sin(frequency * p + phase).

    Every entry's slope depends on all the others, and its curvature is large enough for a
    large step to show.  All entries stand in one row, layer after layer, W before b.
    """
    row = np.concatenate([p for W, b in params for p in (W, b)], axis=None)
    s = weights @ np.sin(frequency * row + phases)
    return float(scale * (s + s**2 / 20))


def paired(row, shapes):
    """Return the entries of a row as [(W, b), ...], which are views of it."""
    pairs, start = [], 0
    for n_out, n_in in shapes:
        middle, end = start + n_out * n_in, start + n_out * (n_in + 1)
        pairs.append((row[start:middle].reshape(n_out, n_in), row[middle:end].reshape(n_out, 1)))
        start = end
    return pairs


def landscape(rng, shapes, *, scale=1.0, silent=(), frequency=1.0):
    """Return a smooth loss, params and exact gradients, none of which is near 0.

    Slopes have the sign of scale.  At a frequency of 2000 a step of 1e-5 is off by 7e-5.

    Entries in `silent`, (layer, part, index), have the weight c = 0: they do not move the loss.
    """
    row = rng.normal(size=sum(n_out * (n_in + 1) for n_out, n_in in shapes))
    weights = rng.uniform(0.5, 1.5, size=row.size)
    for layer, part, index in silent:
        paired(weights, shapes)[layer][part][index] = 0.0
    phases = rng.uniform(0.2, 0.8, size=row.size) - frequency * row
    angles = frequency * row + phases
    factor = scale * frequency * (1 + weights @ np.sin(angles) / 10)
    grads = paired(factor * weights * np.cos(angles), shapes)
    shown = Shown(loss, weights=weights, phases=phases, scale=scale, frequency=frequency)
    return shown, paired(row, shapes), grads


def spoiled(grads, layer, part, index, change):
    """Return grads with one entry changed."""
    copies = [tuple(np.array(g) for g in pair) for pair in grads]
    copies[layer][part][index] = change(copies[layer][part][index])
    return copies
