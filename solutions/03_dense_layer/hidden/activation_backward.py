"""activation_backward: the slope of the activation, entry by entry."""

import numpy as np
from hidden.layers import phi, phi_prime

from grader.exercise import Case, exercise
from grader.kit import DERIVED, off_the_kink

asked = exercise("activation_backward", not_alone=("linear", "relu"), tolerance=DERIVED)


@asked.cases
def activation_cases(rng):
    """A group for each kind: more samples than units, as many, or one; the edges of the kind."""
    for kind, layouts in [
        ("linear", [(4, 5), (4, 4)]),
        ("relu", [(4, 5), (3, 1)]),
        ("sigmoid", [(4, 5), (4, 4)]),
        ("tanh", [(1, 5), (4, 4), (3, 1)]),
    ]:
        for n, m in layouts:
            dA, Z = rng.normal(size=(n, m)), off_the_kink(rng, (n, m))
            if kind == "relu" and m == 5:
                Z[1, 1] = 0.0  # exactly on the kink, where the slope is 0
            if kind == "relu" and m == 1:
                Z = np.sign(Z).astype(int) * rng.integers(1, 5, size=(n, m))
            if kind == "sigmoid" and m == 5:
                Z[1, 1], Z[2, 2] = 800.0, -800.0  # flat there: no overflow, slope 0
            if kind == "tanh" and m == 1:
                dA, Z = dA.astype(np.float32), Z.astype(np.float32)
            if m == 4:
                dA[1, 1] *= 1e-6  # a small gradient is one, too
            yield Case(dA, Z, kind, group=kind, shapes={"n": n, "m": m})


asked.mistake(
    "slope at the output",
    answer=lambda dA, Z, kind: dA * phi_prime(phi(Z, kind), kind),
    hint="At which point is the slope of phi taken: where the forward pass stood before the "
    "activation, or after it?",
)
asked.mistake(
    "matrix product",
    answer=lambda dA, Z, kind: dA @ phi_prime(Z, kind),
    hint="Does output j depend on any sum but z_j? How many terms are left in the chain rule, "
    "and does a matrix product have that many?",
)
asked.mistake(
    "slope of the sigmoid for every kind",
    answer=lambda dA, Z, kind: dA * phi_prime(Z, "sigmoid"),
    hint="Is the slope that you multiply by the one of this layer's own activation?",
)
asked.mistake(
    "slope of the relu for every kind",
    answer=lambda dA, Z, kind: dA * phi_prime(Z, "relu"),
    hint="A smooth activation has a slope that varies along z. Does yours?",
)
asked.mistake(
    "no slope",
    answer=lambda dA, Z, kind: dA.copy(),
    hint="The linear case is right. What does a closed relu let through, and what does yours?",
)
asked.mistake(
    "phi for its slope",
    answer=lambda dA, Z, kind: dA * phi(Z, kind),
    hint="When z moves a little, by how much does phi(z) move? Is it phi(z) itself?",
)
asked.mistake(
    "slope without dA",
    answer=lambda dA, Z, kind: phi_prime(Z, kind),
    hint="You have the slope of the output as z moves. "
    "The chain rule has one more factor: the slope of the loss as the output moves.",
)
asked.mistake(
    "relu: open where dA is positive",
    answer=lambda dA, Z, kind: dA * ((dA > 0) if kind == "relu" else phi_prime(Z, kind)),
    hint="A relu was open or closed when the forward pass went through it. "
    "Which array tells, Z or dA?",
    earns="one kind of four is wrong",
)
