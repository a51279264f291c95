"""Parameters and gradients: lists of pairs (W, b), one for each layer.

An optimiser is judged by one call at a time, from the first state and from such as stand in the
middle of a run: right at the first step and right from there on is right for ever.
"""

import itertools


def nested(rng, dims):
    """Return normal numbers nested like the params of a network with these widths."""
    return [
        (rng.normal(size=(n_out, n_in)), rng.normal(size=(n_out, 1)))
        for n_in, n_out in itertools.pairwise(dims)
    ]


def of_many_sizes(rng, nest):
    """Return a nest whose entries are up to a hundred million times smaller, and 1000 larger."""
    return each(lambda p: p * 10.0 ** rng.uniform(-8, 3, size=p.shape), nest)


def each(function, *nests):
    """Apply function to the arrays that stand at the same place of several nests."""
    return [
        tuple(function(*arrays) for arrays in zip(*pairs, strict=True))
        for pairs in zip(*nests, strict=True)
    ]
