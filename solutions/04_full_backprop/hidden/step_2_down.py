"""step_2_down: from the last sums to the hidden layer's output."""

import numpy as np
from hidden.two_layers import hidden_output, last_sums, two_layers

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_2_down", builds_on=("step_1_softmax",), tolerance=DERIVED)
asked.cases(two_layers)

asked.mistake(
    "W for its transpose",
    answer=lambda dA, caches: caches[1][1] @ last_sums(dA, caches),
    hint="A hidden unit reaches the loss through all units above. Are its weights a row or a "
    "column of W2?",
)
asked.mistake(
    "weights of the first layer",
    answer=lambda dA, caches: caches[0][1].T @ last_sums(dA, caches),
    hint="The signal goes down from the last layer. Through whose weights?",
)
asked.mistake(
    "from the output in place of the sums",
    answer=lambda dA, caches: caches[1][1].T @ dA,
    hint="W2 leads to the sums of the last layer. Is dA the gradient by those sums?",
)
asked.mistake(
    "one step too far",
    answer=lambda dA, caches: hidden_output(dA, caches) * (1 - np.tanh(caches[0][2]) ** 2),
    hint="The gradient by the hidden layer's output is asked for. Which step comes after it?",
)
