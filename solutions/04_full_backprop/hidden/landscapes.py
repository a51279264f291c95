"""A smooth loss whose gradients are known exactly, and gradients with a spoiled entry."""

import numpy as np

from grader.exercise import Shown


def loss(params, *, weights, phases, scale, frequency):
    """Return scale * (s + s**2 / 20), with s the sum of c * sin(frequency * p + phase).

    Every entry's slope depends on all the others, and its curvature is large enough for a
    large step to show.
    """
    s = sum(
        float(np.sum(c * np.sin(frequency * np.asarray(p) + phase)))
        for pair, cs, ps in zip(params, weights, phases, strict=True)
        for p, c, phase in zip(pair, cs, ps, strict=True)
    )
    return float(scale * (s + s**2 / 20))


def landscape(rng, shapes, *, scale=1.0, silent=(), frequency=1.0):
    """Return a smooth loss, params and exact gradients, none of which is near 0.

    Slopes have the sign of scale.  At a frequency of 2000 a step of 1e-5 is off by 7e-5.

    Entries in `silent`, (layer, part, index), have the weight c = 0: they do not move the loss.
    """
    arrays = [[rng.normal(size=shape), rng.normal(size=(shape[0], 1))] for shape in shapes]
    weights = [[rng.uniform(0.5, 1.5, size=p.shape) for p in pair] for pair in arrays]
    phases = [
        [rng.uniform(0.2, 0.8, size=p.shape) - frequency * p for p in pair] for pair in arrays
    ]
    for layer, part, index in silent:
        weights[layer][part][index] = 0.0

    s = sum(
        np.sum(c * np.sin(frequency * p + phase))
        for pair, cs, ps in zip(arrays, weights, phases, strict=True)
        for p, c, phase in zip(pair, cs, ps, strict=True)
    )
    factor = scale * frequency * (1 + s / 10)
    grads = [
        [factor * c * np.cos(frequency * p + phase) for p, c, phase in zip(*each, strict=True)]
        for each in zip(arrays, weights, phases, strict=True)
    ]
    shown = Shown(loss, weights=weights, phases=phases, scale=scale, frequency=frequency)
    return shown, [tuple(pair) for pair in arrays], [tuple(pair) for pair in grads]


def spoiled(grads, layer, part, index, change):
    """Return grads with one entry changed."""
    copies = [tuple(np.array(g) for g in pair) for pair in grads]
    copies[layer][part][index] = change(copies[layer][part][index])
    return copies
