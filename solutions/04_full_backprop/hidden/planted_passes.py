"""Backward passes with a planted bug; none is among the suspects that the lesson shows."""

import numpy as np
from hidden.backward_passes import backward_with, softmax_only, through
from solution import activation, model_backward


def square(W):
    """Whether a layer is square, so that a wrong transpose fits."""
    return W.shape[0] == W.shape[1]


def for_one_kind(wanted, rule):
    """Return a dZ rule that is wrong for one kind of activation only."""
    return lambda dA, Z, kind, A_prev: (
        rule(dA, Z, A_prev) if kind == wanted else through(dA, Z, kind)
    )


def always_raises(_dA, _caches):
    """Raise an exception whatever comes."""
    raise ZeroDivisionError("planted")


def one_bias_frozen(dA, caches):
    """Let the last bias of the first layer never learn."""
    (dW, db), *others = model_backward(dA, caches)
    return [(dW, np.append(db[:-1], [[0.0]], axis=0)), *others]


def one_nan(dA, caches):
    """Return NaN in a single entry."""
    grads = [(np.array(dW), np.array(db)) for dW, db in model_backward(dA, caches)]
    grads[-1][0][0, 0] = np.nan
    return grads


def scaled(factor):
    """Return a dW rule with a factor(layer, last)."""
    return lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T * factor(layer, last)


MIDDLE_ONLY = backward_with(dW=scaled(lambda layer, last: 1.1 if layer and not last else 1.0))
LAST_ONLY = backward_with(dW=scaled(lambda layer, last: -1.0 if last else 1.0))

# In either column these are the right numbers, and they broadcast.
BIAS_TWICE = backward_with(
    db=lambda dZ, dA, layer, last: np.repeat(dZ.sum(axis=1, keepdims=True), 2, axis=1)
)
BIAS_AS_A_ROW = backward_with(db=lambda dZ, dA, layer, last: dZ.sum(axis=1)[None, :])

SQUARE_DW_TURNED = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: A_prev @ dZ.T if square(W) else dZ @ A_prev.T
)

SQUARE_W_NOT_TURNED = backward_with(down=lambda W, dZ: (W if square(W) else W.T) @ dZ)

# A reshape gives the shape of a transpose, with the entries in another order.
DW_RESHAPED = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: (
        dZ @ A_prev.T if square(W) else (A_prev @ dZ.T).reshape(W.shape)
    )
)
ONE_SAMPLE_TOO_MANY = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T / (dZ.shape[1] + 1),
    db=lambda dZ, dA, layer, last: dZ.sum(axis=1, keepdims=True) / (dZ.shape[1] + 1),
)
ONE_SAMPLE_SUMMED_OVER_UNITS = backward_with(
    db=lambda dZ, dA, layer, last: (
        np.full((len(dZ), 1), dZ.sum()) if dZ.shape[1] == 1 else dZ.sum(axis=1, keepdims=True)
    )
)

# Right for one sample, and no NaN saves a checker that tries none.
AVERAGE_INPUT = backward_with(
    dW=lambda dZ, A_prev, W, layer, last: (
        dZ.sum(axis=1, keepdims=True) @ A_prev.sum(axis=1, keepdims=True).T / max(1, dZ.shape[1])
    )
)


def biases_forgotten(dA, caches):
    """Take the slopes at sums without their biases."""
    return model_backward(dA, [(A, W, W @ A, kind) for A, W, _, kind in caches])


TANH_FROM_Z = backward_with(dZ=for_one_kind("tanh", lambda dA, Z, A_prev: dA * (1 - Z**2)))
SIGMOID_FOR_ITS_SLOPE = backward_with(
    dZ=for_one_kind("sigmoid", lambda dA, Z, A_prev: dA * activation(Z, "sigmoid"))
)
RELU_LEAKS = backward_with(
    dZ=for_one_kind("relu", lambda dA, Z, A_prev: dA * np.where(Z > 0, 1.0, 0.1))
)

SOFTMAX_PLAIN_MEAN = backward_with(
    dZ=softmax_only(lambda S, dA: S * (dA - dA.mean(axis=0, keepdims=True)))
)
SOFTMAX_DIAGONAL_WITHOUT_SQUARE = backward_with(dZ=softmax_only(lambda S, dA: S * dA))
