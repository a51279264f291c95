"""What several exercises of lesson 06 are asked with: programs, and networks written as tapes."""

import itertools

import numpy as np
from solution import init_params, run_tape, softmax

from byhand.tape import Var, exp, log, logsumexp, record


def written(program, count):
    """Return the tape of program(*inputs), a function of `count` Vars."""
    tape = []
    program(*[Var(tape) for _ in range(count)])
    return tape


def numbers(rng, *shapes):
    """Return an array for each shape, no entry near 0 and none above 2 in size."""
    drawn = [np.array(rng.uniform(-1.3, 1.3, size=shape)) for shape in shapes]
    return [x + np.copysign(0.2, x) for x in drawn]


def many_paths(x):
    """A chain of diamonds, two entries each: nobody who walks along every path comes to an end."""
    for _ in range(36):
        x = x + record("tanh", x)


NETWORKS = [
    ("numbers", [2, 3, 2, 4, 3], ["relu", "sigmoid", "linear", "tanh"], "mse", 4),
    ("numbers", [3, 2], ["linear"], "mse", 5),
    ("exponentials", [2, 3, 4], ["exp", "softmax"], "cross_entropy", 5),
    ("exponentials", [3, 2], ["exp"], "mse", 4),
    ("a softmax for numbers", [3, 4, 3], ["sigmoid", "softmax"], "mse", 5),
    ("classes", [3, 5, 4], ["relu", "softmax"], "cross_entropy", 6),
    ("square layers", [4, 4, 4], ["tanh", "softmax"], "cross_entropy", 4),
    ("square layers", [3, 3], ["tanh"], "mse", 3),
    ("a batch of one", [3, 4, 3], ["tanh", "softmax"], "cross_entropy", 1),
    ("a batch of one", [3, 2], ["sigmoid"], "mse", 1),
]
"""Group, widths, kinds, loss and batch size; the first of a group tells the most."""


def network(rng, dims, loss, m):
    """Return params, X and T for a network; targets of classes are soft."""
    params = [(W, rng.normal(size=b.shape)) for W, b in init_params(dims, rng, "xavier")]
    X, T = rng.normal(size=(dims[0], m)), rng.normal(size=(dims[-1], m))
    return params, X, softmax(T) if loss == "cross_entropy" else T


def inputs_of_a_network(params, X, T):
    """Return the arrays of a network in the order in which its tape takes them."""
    return [X, T, *itertools.chain.from_iterable(params)]


ENDS = {
    "mse": lambda lost: lost.mean(),
    "cross_entropy": lambda lost: lost.sum(axis=0).mean(),
}
"""What a loss makes of what each entry loses."""


def bent(params, kinds, loss, *, bias=True, last=True, shares=None, fused=True, end=None):
    """Return the tape of a network, written as asked or with one thing changed.

    Args:
        bias: whether biases are added.
        last: whether the last layer has its activation.
        shares: options of the sum below a softmax, axis 0 if none are given.
        fused: whether the logarithm of a softmax is taken without its exponentials.
        end: what the loss makes of what each entry loses; as in ENDS if none is given.
    """
    tape = []
    X, T = Var(tape), Var(tape)
    layers = [(Var(tape), Var(tape)) for _ in params]
    A = X
    for (W, b), kind in zip(layers, kinds, strict=True):
        Z = W @ A + b if bias else W @ A
        total = logsumexp(Z, **(shares or {"axis": 0}))
        A = exp(Z - total) if kind == "softmax" else Z if kind == "linear" else record(kind, Z)
    if not last:
        A = Z
    end = end or ENDS[loss]
    if loss == "mse":
        end((A - T) * (A - T))
    elif fused:
        end(T * (total - Z))
    else:
        end((T - T) - T * log(A))
    return tape


def loss_at(tape, params, X, T):
    """Return the last value of a network's tape."""
    return run_tape(tape, inputs_of_a_network(params, X, T))[-1]
