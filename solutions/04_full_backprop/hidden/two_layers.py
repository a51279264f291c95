"""The network of the derivation, a tanh and a softmax on top, and its right steps."""

from hidden.networks import network, widths
from solution import activation_backward, model_forward, softmax, softmax_vjp

from grader.exercise import Case

KINDS = ["tanh", "softmax"]


def two_layers(rng):
    """Yield cases (dA, caches): widths that differ, that are equal; large sums; a batch of one."""
    for group, dims, m in [
        ("rectangular layers", [3, 5, 4], 6),
        ("rectangular layers", [5, 2, 3], 4),
        ("square layers", [4, 4, 4], 4),
        ("a batch of one", [1, 4, 2], 1),
    ]:
        params, X = network(rng, dims, KINDS, m)
        large = dims[0] == 5
        if large:  # sums at both ends in one array, whose exponentials overflow
            params[0][1][0] += rng.choice([-1000.0, 1000.0])
            params[1][1][:] += [[1500.0], [1500.0], [-1500.0]]
        P, caches = model_forward(X, params, KINDS)
        dA = rng.normal(size=P.shape) * (1000 if large else 1)
        yield Case(dA, caches, group=group, shapes=widths(dims, m))


def last_sums(dA, caches):
    """Return dZ2."""
    return softmax_vjp(softmax(caches[1][2]), dA)


def hidden_output(dA, caches):
    """Return dA1."""
    return caches[1][1].T @ last_sums(dA, caches)


def hidden_sums(dA, caches):
    """Return dZ1."""
    return activation_backward(hidden_output(dA, caches), caches[0][2], "tanh")
