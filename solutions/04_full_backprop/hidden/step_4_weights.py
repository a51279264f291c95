"""step_4_weights: at the hidden layer's weights."""

from hidden.two_layers import hidden_output, hidden_sums, two_layers

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_4_weights", builds_on=("step_3_tanh",), tolerance=DERIVED)
asked.cases(two_layers)

asked.mistake(
    "output of the layer for its input",
    answer=lambda dA, caches: hidden_sums(dA, caches) @ caches[1][0].T,
    hint="A weight multiplied what came into its layer. Which cache keeps that?",
)
asked.mistake(
    "transposed",
    answer=lambda dA, caches: caches[0][0] @ hidden_sums(dA, caches).T,
    hint="W1 has a row for each hidden unit. What does a row of your result belong to?",
)
asked.mistake(
    "an extra 1/m",
    answer=lambda dA, caches: hidden_sums(dA, caches) @ caches[0][0].T / dA.shape[1],
    hint="The loss carries the 1/m, and dA has inherited it. Does it stand here a second time?",
)
asked.mistake(
    "before the tanh",
    answer=lambda dA, caches: hidden_output(dA, caches) @ caches[0][0].T,
    hint="A weight moves the sums of its layer. Is what you hold the gradient by those sums?",
)
