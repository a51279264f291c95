"""What a checker is tried on, group by group.

Every group holds right passes and planted bugs, so that a constant answer earns nothing.
"""

from hidden import planted_passes as planted
from hidden import right_passes as right
from hidden.backward_passes import backward_with
from solution import model_backward

# Every entry of every parameter is probed twice: the networks are as small as their bugs allow.
ZOO = [
    # group: right implementations and planted bugs, each with the network it is tried on
    (
        "every layer",
        [(right.by_einsum, [2, 1, 1, 1, 2], ["tanh", "linear", "sigmoid", "linear"])],
        [
            (planted.FIRST_ONLY, [2, 2, 1], ["tanh", "sigmoid"]),
            (planted.MIDDLE_ONLY, [1, 2, 2, 2], ["tanh", "sigmoid", "linear"]),
            (planted.LAST_ONLY, [1, 2, 2], ["sigmoid", "tanh"]),
        ],
    ),
    (
        "biases",
        [(right.by_sample, [1, 3, 2], ["sigmoid", "tanh"])],
        [
            (planted.FIRST_BIAS_FROZEN, [1, 3, 2], ["sigmoid", "tanh"]),
            (planted.BIAS_BEFORE_ACTIVATION, [1, 2, 2], ["tanh", "sigmoid"]),
            (planted.BIAS_SHARED, [1, 2, 2], ["sigmoid", "linear"]),
            (planted.BIAS_AS_A_ROW, [1, 2, 2], ["tanh", "tanh"]),
            (planted.biases_forgotten, [1, 2, 1], ["tanh", "linear"]),
            (planted.BIAS_REPEATED, [1, 2, 2], ["sigmoid", "tanh"]),
        ],
    ),
    (
        "square layers",
        [(right.by_rows, [2, 2, 2], ["sigmoid", "linear"])],
        [
            (planted.SQUARE_DW_TURNED, [2, 2, 2], ["tanh", "sigmoid"]),
            (planted.SQUARE_W_NOT_TURNED, [3, 3, 3], ["sigmoid", "linear"]),
        ],
    ),
    (
        "rectangular layers",
        [(model_backward, [2, 3, 2], ["sigmoid", "tanh"])],
        [
            (planted.DW_RESHAPED, [2, 3, 2], ["sigmoid", "tanh"]),
            (planted.W_RESHAPED, [2, 3, 2], ["tanh", "linear"]),
        ],
    ),
    (
        "batch sizes",
        [(right.by_outer_products, [2, 2, 1], ["tanh", "linear"])],
        [
            (planted.MEAN_TWICE, [2, 2, 1], ["tanh", "linear"]),
            (planted.AVERAGE_INPUT, [2, 2, 1], ["tanh", "linear"]),
            (planted.FIRST_SAMPLE_FOR_ALL, [2, 2, 1], ["sigmoid", "linear"]),
            (planted.ONE_SAMPLE_SUMMED_OVER_UNITS, [2, 3, 1], ["tanh", "sigmoid"]),
            # Seen by one sample alone, each time by another draw: a dA of zeros hides it.
            *[
                (planted.ONE_SAMPLE_SUMMED_OVER_UNITS, [1, width, 1], ["sigmoid", "linear"])
                for width in (2, 3, 4, 5)
            ],
            (planted.no_batch_of_one, [2, 3, 2], ["tanh", "linear"]),
        ],
    ),
    (
        "kinds of activation",
        [(right.by_jacobians, [1, 2, 2, 2], ["relu", "sigmoid", "tanh"])],
        [
            (planted.TANH_FROM_Z, [1, 2, 2], ["tanh", "tanh"]),
            (planted.SIGMOID_FOR_ITS_SLOPE, [1, 2, 2], ["sigmoid", "tanh"]),
            (planted.RELU_OPENED_BY_INPUT, [3, 3, 3, 1], ["relu", "relu", "linear"]),
            (planted.RELU_LEAKS, [2, 4, 2], ["relu", "linear"]),
        ],
    ),
    (
        "softmax",
        [(right.by_recursion, [1, 2, 3], ["tanh", "softmax"])],
        [
            (planted.SOFTMAX_OVER_SAMPLES, [1, 2, 3], ["tanh", "softmax"]),
            (planted.SOFTMAX_PLAIN_MEAN, [1, 2, 4], ["sigmoid", "softmax"]),
            (planted.SOFTMAX_DIAGONAL_WITHOUT_SQUARE, [2, 3], ["softmax"]),
        ],
    ),
    (
        "no usable answer",
        [(right.by_einsum, [2, 2, 2], ["sigmoid", "linear"])],
        [
            (planted.always_raises, [3, 2], ["linear"]),
            (planted.one_nan, [1, 2, 2], ["tanh", "linear"]),
            (backward_with(finish=list), [2, 2, 2], ["sigmoid", "linear"]),
            (lambda dA, caches: model_backward(dA, caches)[1:], [3, 3, 3], ["tanh", "linear"]),
            (lambda dA, caches: None, [3, 2], ["tanh"]),
        ],
    ),
]

TRIED_TWICE = (2, 2, 2, "sigmoid", "linear")
"""A network that two right passes are tried on, from two states of rng."""
