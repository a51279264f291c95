"""step_5_biases: at the hidden layer's biases."""

from hidden.two_layers import hidden_output, hidden_sums, two_layers

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_5_biases", builds_on=("step_3_tanh",), tolerance=DERIVED)
asked.cases(two_layers)

asked.mistake(
    "mean over the samples",
    answer=lambda dA, caches: hidden_sums(dA, caches).mean(axis=1, keepdims=True),
    hint="The loss carries the 1/m, and dA has inherited it. Does it stand here a second time?",
)
asked.mistake(
    "over the units",
    answer=lambda dA, caches: hidden_sums(dA, caches).sum(axis=0, keepdims=True),
    hint="Each hidden unit has its own bias. Over what does your sum run: units, or samples?",
)
asked.mistake(
    "no keepdims",
    answer=lambda dA, caches: hidden_sums(dA, caches).sum(axis=1),
    hint="The numbers are right. What is the shape of b1?",
)
asked.mistake(
    "not summed",
    answer=hidden_sums,
    hint="One bias serves all samples. How many paths does it have to the loss?",
)
asked.mistake(
    "before the tanh",
    answer=lambda dA, caches: hidden_output(dA, caches).sum(axis=1, keepdims=True),
    hint="A bias moves the sums of its layer. Is what you added the gradient by those sums?",
)
