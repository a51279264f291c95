"""softmax_cross_entropy_grad: (S - T) / m, by the logits."""

import numpy as np
from hidden.from_logits import STEPS, far_logits
from hidden.probabilities import one_hot, shares
from solution import cross_entropy_grad, sigmoid, softmax, softmax_vjp

from grader.exercise import Case, exercise
from grader.kit import DERIVED, families, sizes

asked = exercise("softmax_cross_entropy_grad", builds_on=("softmax", *STEPS), tolerance=DERIVED)


@asked.cases
def logits_and_targets(rng):
    """Three families of shapes, soft targets, logits that saturate the softmax."""
    for group, shapes in families("n m"):
        Z, T = rng.normal(size=tuple(shapes.values())) * 2, one_hot(rng, **shapes)
        yield Case(Z, T, group=group, shapes=shapes)
    Z, T = rng.normal(size=(5, 3)), shares(rng, 5, 3)
    yield Case(Z, T, group="soft targets", shapes=sizes("n m", Z.shape))
    Z, T = far_logits(rng), np.eye(3)[:, [1, 1, 2, 0]]
    yield Case(Z, T, group="logits near 1000", shapes=sizes("n m", Z.shape))
    Z, T = rng.integers(-3, 4, size=(3, 5)), one_hot(rng, 3, 5).astype(int)
    yield Case(Z, T, group="integer input", shapes=sizes("n m", Z.shape))


EDGE = "an edge: logits of moderate size are right"

asked.mistake(
    "no 1/m",
    answer=lambda Z, T: softmax(Z) - T,
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
asked.mistake(
    "sign",
    answer=lambda Z, T: (T - softmax(Z)) / Z.shape[1],
    hint="If the logit of a wrong class grows, does the loss rise or fall? Compare with your sign.",
)
asked.mistake(
    "diagonal Jacobian only",
    answer=lambda Z, T: -T * (1 - softmax(Z)) / Z.shape[1],
    hint="Logits of wrong classes get the gradient 0 from you, although the loss depends on them. "
    "Which entries of the Jacobian carry that?",
)
asked.mistake(
    "chained through the division",
    answer=lambda Z, T: softmax_vjp(softmax(Z), cross_entropy_grad(softmax(Z), T)),
    hint="Moderate logits come out right. Where a share is 0, you divide by it and multiply with "
    "it again, and the clip stands in between. Section 10 shows what cancels on paper.",
    earns=EDGE,
)
asked.mistake(
    "multiplied with S(1-S) once more",
    answer=lambda Z, T: (softmax(Z) - T) * softmax(Z) * (1 - softmax(Z)) / Z.shape[1],
    hint="S - T is the gradient by the logits already. Through which function do you go back a "
    "second time?",
)
asked.mistake(
    "no softmax: Z - T",
    answer=lambda Z, T: (Z - T) / Z.shape[1],
    hint="That is the gradient of the squared error. What do the logits pass through first?",
)
asked.mistake(
    "sigmoids in place of the softmax",
    answer=lambda Z, T: (sigmoid(Z) - T) / Z.shape[1],
    hint="Each column of the gradient should sum to 0. Does yours? "
    "Which function turned the logits into shares?",
)
asked.mistake(
    "divided by n*m",
    answer=lambda Z, T: (softmax(Z) - T) / Z.size,
    hint="By which number does the loss divide? The classes are summed, not averaged.",
)
asked.mistake(
    "the gradient by the shares",
    answer=lambda Z, T: cross_entropy_grad(softmax(Z), T),
    hint="This is the gradient by the outputs of the softmax. It has one more step to go.",
)
asked.mistake(
    "softmax along the rows",
    answer=lambda Z, T: (softmax(Z.T).T - T) / Z.shape[1],
    hint="Which direction of Z is one sample? Each column of the gradient should sum to 0.",
)
asked.mistake(
    "no shift in the softmax",
    answer=lambda Z, T: (np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True) - T) / Z.shape[1],
    hint="With moderate logits all is well. At 1000 the exponentials overflow: your function of "
    "section 6 knows what to do.",
    earns=EDGE,
)
asked.mistake(
    "divided by the number of classes",
    answer=lambda Z, T: (softmax(Z) - T) / Z.shape[0],
    hint="Which axis of Z counts the samples, and which number does its shape give for it?",
)
