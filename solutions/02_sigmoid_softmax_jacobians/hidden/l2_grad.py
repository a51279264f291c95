"""l2_grad: the gradient of l2_loss, tried on the same inputs."""

import numpy as np
from hidden.l2_inputs import predictions

from grader.exercise import Case, exercise
from grader.kit import BESIDE_LARGE, sizes, with_one_large

asked = exercise(
    "l2_grad", not_alone=("a perfect prediction", "float32 input"), tolerance=BESIDE_LARGE
)


@asked.cases
def steep(rng):
    """The inputs of the loss; one entry is so far off that the others' slopes drown in it."""
    for group, P, T in predictions(rng):
        plain = P.dtype == np.float32 or group == "a perfect prediction"
        yield Case(P if plain else with_one_large(P), T, group=group, shapes=sizes("n m", P.shape))


asked.mistake(
    "no 1/m",
    answer=lambda P, T: P - T,
    hint="The loss is a mean over the m samples. Is your gradient the gradient of that mean?",
)
asked.mistake(
    "T - P",
    answer=lambda P, T: (T - P) / P.shape[1],
    hint="If an output lies above its target and rises further, does the loss rise or fall? "
    "Compare with your sign.",
)
asked.mistake(
    "the 2 of the square kept",
    answer=lambda P, T: 2 * (P - T) / P.shape[1],
    hint="Differentiating the square brings a 2. With what does it meet in the loss?",
)
asked.mistake(
    "divided by n*m",
    answer=lambda P, T: (P - T) / P.size,
    hint="By which number does the loss divide? The features are summed, not averaged.",
)
asked.mistake(
    "divided by the number of features",
    answer=lambda P, T: (P - T) / P.shape[0],
    hint="A square batch comes out right by chance. Which axis of P counts the samples?",
)
asked.mistake(
    "summed over the features",
    answer=lambda P, T: (P - T).sum(axis=0) / P.shape[1],
    hint="The loss sums, its gradient does not: which shape has a gradient by P?",
)
