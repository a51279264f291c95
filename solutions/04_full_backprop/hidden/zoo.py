"""What a checker is tried on, group by group.

Who rejects everything is right in a group without a right pass: such a group earns nothing alone.
"""

from hidden import planted_passes as planted
from hidden import right_passes as right
from solution import model_backward

# Each question about a pass comes from the student's process, and every entry of every parameter
# is moved twice: few questions, and networks that are as small as their bugs allow.  A right pass
# through four layers is rejected by chance, where a slope is too small to be measured: by the
# reference in one of 2,500 networks.  It is tried on two, and one of them is enough.
DEEP = [1, 1, 2, 2, 3]
"""Widths of which a right pass is tried twice, and may be rejected once."""

ZOO = [
    # group: right implementations and planted bugs, each with the network it is tried on
    (
        "every layer",
        [(right.by_recursion, DEEP, ["sigmoid", "linear", "sigmoid", "softmax"])] * 2,
        [
            (planted.MIDDLE_ONLY, [1, 1, 1, 1], ["tanh", "sigmoid", "linear"]),
            (planted.LAST_ONLY, [1, 1, 1, 1], ["sigmoid", "tanh", "linear"]),
        ],
    ),
    (
        "biases",
        [],
        [
            (planted.one_bias_frozen, [1, 3, 1, 1], ["sigmoid", "linear", "tanh"]),
            (planted.BIAS_AS_A_ROW, [1, 2, 1], ["tanh", "tanh"]),
            (planted.biases_forgotten, [1, 2, 1], ["tanh", "linear"]),
            (planted.BIAS_TWICE, [1, 2], ["sigmoid"]),
        ],
    ),
    (
        "square layers",
        [(right.by_rows, [2, 2], ["relu"])],
        [
            (planted.SQUARE_DW_TURNED, [2, 2, 1], ["tanh", "linear"]),
            (planted.SQUARE_W_NOT_TURNED, [1, 2, 2], ["tanh", "linear"]),
        ],
    ),
    (
        "rectangular layers",
        [],
        [(planted.DW_RESHAPED, [2, 3], ["sigmoid"])],
    ),
    (
        "batch sizes",
        [(right.by_jacobians, [2, 2], ["sigmoid"])],
        [
            (planted.ONE_SAMPLE_TOO_MANY, [1, 1], ["tanh"]),
            (planted.AVERAGE_INPUT, [2, 1], ["linear"]),
            # Seen by one sample alone, each time by another draw: a dA of zeros hides it.
            *[
                (planted.ONE_SAMPLE_SUMMED_OVER_UNITS, [1, width, 1], ["sigmoid", "linear"])
                for width in (2, 2, 2, 3)
            ],
        ],
    ),
    (
        "kinds of activation",
        [],
        [
            (planted.TANH_FROM_Z, [1, 2], ["tanh"]),
            (planted.SIGMOID_FOR_ITS_SLOPE, [1, 1, 1], ["sigmoid", "linear"]),
            (planted.RELU_LEAKS, [2, 4], ["relu"]),
        ],
    ),
    (
        "softmax",
        [],
        [
            (planted.SOFTMAX_PLAIN_MEAN, [1, 3], ["softmax"]),
            (planted.SOFTMAX_DIAGONAL_WITHOUT_SQUARE, [1, 2], ["softmax"]),
        ],
    ),
    (
        "no usable answer",
        [],
        [
            (planted.always_raises, [3, 2], ["linear"]),
            (planted.one_nan, [1, 2], ["linear"]),
            (lambda dA, caches: model_backward(dA, caches)[1:], [2, 2, 2], ["tanh", "linear"]),
            (lambda dA, caches: None, [3, 2], ["tanh"]),
        ],
    ),
]

FROM_RNG = "batch sizes"
"""Where a right pass must be tried with numbers that rng has drawn."""
