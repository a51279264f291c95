"""neuron_delta: what the next neurons' deltas say of this one's."""

import numpy as np
from hidden.neurons import gain, sigmoid

from grader.exercise import Case, exercise
from grader.kit import DERIVED

asked = exercise("neuron_delta", tolerance=DERIVED)


@asked.cases
def neurons(rng):
    """One, two, many next neurons; deep in both tails; and where the gain is largest."""
    for name, n_out in [("two next neurons", 2), ("one next neuron", 1), ("many next neurons", 7)]:
        yield Case(
            float(rng.uniform(0.5, 2.0)) * float(rng.choice([-1, 1])),
            rng.normal(size=n_out),
            rng.normal(size=n_out),
            group=name,
            shapes={"n_out": n_out},
        )
    for side in (-1.0, 1.0):
        yield Case(
            side * float(rng.uniform(13, 15)),
            rng.normal(size=3),
            rng.normal(size=3),
            group="a saturated neuron",
            shapes={"n_out": 3},
        )
    yield Case(0.0, rng.normal(size=3), rng.normal(size=3), group="z is 0", shapes={"n_out": 3})


asked.mistake(
    "no sigma'",
    answer=lambda z, w_out, delta_next: w_out @ delta_next,  # (n_out,) (n_out,) -> ()
    hint="You have the derivative by the neuron's output a. Which link leads from a back to z?",
)
asked.mistake(
    "sigma'(a) instead of sigma'(z)",
    answer=lambda z, w_out, delta_next: gain(sigmoid(z)) * (w_out @ delta_next),
    hint="At which point does the amplifier's gain have to be taken: "
    "at what goes into the neuron, or at what comes out?",
)
asked.mistake(
    "z (1 - z)",
    answer=lambda z, w_out, delta_next: z * (1 - z) * (w_out @ delta_next),
    hint="The short form of sigma' in formula (6) is written in a, not in z. What is a for z = 0?",
)
asked.mistake(
    "sigma instead of sigma'",
    answer=lambda z, w_out, delta_next: sigmoid(z) * (w_out @ delta_next),
    hint="The gain says how much a moves when z moves. What have you multiplied by?",
)
asked.mistake(
    "mean instead of sum",
    answer=lambda z, w_out, delta_next: gain(z) * np.mean(w_out * delta_next),
    hint="The neuron's output reaches the loss through each of the next neurons. "
    "What do the contributions of the paths do?",
)
asked.mistake(
    "sums multiplied",
    answer=lambda z, w_out, delta_next: gain(z) * np.sum(w_out) * np.sum(delta_next),
    hint="Which weight belongs to which delta? Follow one arrow from the next layer back.",
)
asked.mistake(
    "weights left out",
    answer=lambda z, w_out, delta_next: gain(z) * np.sum(delta_next),
    hint="By how much does the z of a next neuron move when this neuron's output moves by 1?",
)
asked.mistake(
    "products not summed",
    answer=lambda z, w_out, delta_next: gain(z) * w_out * delta_next,
    hint="A neuron has one delta. What do the contributions of the paths do?",
)
asked.mistake(
    "1 - a squared, the slope of tanh",
    answer=lambda z, w_out, delta_next: (1 - sigmoid(z) ** 2) * (w_out @ delta_next),
    hint="Of which function is 1 - a squared the slope? This neuron has a sigmoid.",
)
