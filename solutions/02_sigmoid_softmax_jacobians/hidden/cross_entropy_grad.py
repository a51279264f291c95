"""cross_entropy_grad: the gradient of cross_entropy, tried on the same inputs."""

import numpy as np
from hidden.probabilities import clipped, predictions

from grader.exercise import Tolerance, exercise

# A product and two quotients round by 3e-16.  Who adds 1e-12 in place of clipping is off by
# 1e-12 / P, at shares above 0.06 by 1.6e-11 at most, and is right here but for the edge; who
# measures is not: the logarithm is so curved that a difference errs by some 1e-10.
CLOSE = Tolerance(relative=3e-11, absolute=1e-13)

asked = exercise("cross_entropy_grad", tolerance=CLOSE)


asked.cases(predictions)

EDGE = "an edge: ordinary probabilities are right"

asked.mistake(
    "no 1/m",
    answer=lambda P, T: -T / clipped(P),
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
asked.mistake(
    "no clip",
    answer=lambda P, T: -T / P / P.shape[1],
    hint="What are 1/0 and 0/0 in floating point? Section 9 says what is done to a probability "
    "before it is used.",
    earns=EDGE,
)
asked.mistake(
    "1e-12 added in place of clipping",
    answer=lambda P, T: -T / (P + 1e-12) / P.shape[1],
    hint="Adding a small number changes every probability, most of all the small ones. "
    "Clipping changes only those below the bound.",
    earns=EDGE,
)
asked.mistake(
    "gradient 0 below the clip",
    answer=lambda P, T: np.where(P < 1e-12, 0.0, -T / clipped(P) / P.shape[1]),
    hint="That is the strict derivative of the clipped loss. Section 9 says why the gradient "
    "keeps its formula there: who would need a correction most?",
    earns=EDGE,
)
asked.mistake(
    "sign",
    answer=lambda P, T: T / clipped(P) / P.shape[1],
    hint="If the probability of the right class grows, does the loss rise or fall? "
    "Compare with your sign.",
)
asked.mistake(
    "no T: the gradient of -log P everywhere",
    answer=lambda P, T: -1 / clipped(P) / P.shape[1],
    hint="Take a class whose target is 0. Does its probability occur in the loss?",
)
asked.mistake(
    "P - T, the gradient by the logits",
    answer=lambda P, T: (P - T) / P.shape[1],
    hint="That result belongs to section 10: it is taken by the logits, with a softmax in "
    "between. By what is this gradient taken?",
)
asked.mistake(
    "divided by n*m",
    answer=lambda P, T: -T / clipped(P) / P.size,
    hint="By which number does the loss divide? The classes are summed, not averaged.",
)
asked.mistake(
    "a multiplication for the division",
    answer=lambda P, T: -T * clipped(P) / P.shape[1],
    hint="What is the derivative of log p? A confident prediction should get the smaller gradient.",
)
asked.mistake(
    "divided by the number of classes",
    answer=lambda P, T: -T / clipped(P) / P.shape[0],
    hint="Which axis of P counts the samples, and which number does its shape give for it?",
)
asked.mistake(
    "the loss for its slope",
    answer=lambda P, T: -T * np.log(clipped(P)) / P.shape[1],
    hint="These are the terms of the loss itself. What is the derivative of log p?",
)
