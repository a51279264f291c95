"""step_1_softmax: from the gradient by the output to that by the last sums."""

from hidden.two_layers import two_layers
from solution import softmax, softmax_vjp

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_1_softmax", tolerance=DERIVED)
asked.cases(two_layers)


def over_the_samples(dA, caches):
    S = softmax(caches[1][2])
    return S * (dA - (S * dA).sum(axis=1, keepdims=True))


asked.mistake(
    "softmax treated elementwise",
    answer=lambda dA, caches: dA * softmax(caches[1][2]) * (1 - softmax(caches[1][2])),
    hint="Each output of a softmax depends on how many of its sums? How many paths lead from a sum "
    "to the loss?",
)
asked.mistake(
    "softmax passed over",
    answer=lambda dA, caches: dA.copy(),
    hint="You hold the gradient by the output. Between it and the sums stands the softmax.",
)
asked.mistake(
    "softmax of the output",
    answer=lambda dA, caches: softmax_vjp(softmax(softmax(caches[1][2])), dA),
    hint="The cache keeps the sums. How often must the softmax be taken to get its output S?",
)
asked.mistake(
    "sums for the output",
    answer=lambda dA, caches: softmax_vjp(caches[1][2], dA),
    hint="softmax_vjp takes the output of the softmax. What does the cache keep in this place?",
)
asked.mistake(
    "sum over the samples",
    answer=over_the_samples,
    hint="The outputs of one sample depend on the sums of that sample. Over which axis do you add?",
)
asked.mistake(
    "cache of the other layer",
    answer=lambda dA, caches: softmax_vjp(softmax(caches[0][2]), dA),
    hint="caches[0] belongs to the first layer. Which one does the softmax stand in?",
)
