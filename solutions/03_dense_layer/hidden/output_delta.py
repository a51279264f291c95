"""output_delta: the slope of the loss by the sums of the last layer."""

from hidden.layers import phi, phi_prime

from grader.exercise import Case, exercise
from grader.kit import DERIVED, float32, off_the_kink, one_hot_targets

asked = exercise(
    "output_delta",
    builds_on=("activation_backward",),
    not_alone=("linear", "relu"),
    tolerance=DERIVED,
)


@asked.cases
def output_cases(rng):
    """A group for each kind: more samples than units, as many, or one; one-hot integer targets."""
    for kind, layouts in [
        ("linear", [(3, 5), (2, 1)]),
        ("relu", [(3, 5), (4, 4)]),
        ("sigmoid", [(3, 5), (4, 4)]),
        ("tanh", [(1, 5), (4, 4), (2, 1)]),
    ]:
        for n, m in layouts:
            Z, T = off_the_kink(rng, (n, m)), rng.normal(size=(n, m))
            if kind == "sigmoid" and m == 5:
                T = one_hot_targets(rng, n, m, dtype=int)
            if kind == "linear" and m == 1:
                Z, T = float32(Z, T)
            yield Case(phi(Z, kind), Z, T, kind, group=kind, shapes={"n": n, "m": m})


asked.mistake(
    "no slope",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1],
    hint="Delta is the slope of the loss by Z. You have the slope by A. What stands between them?",
)
asked.mistake(
    "no 1/m",
    answer=lambda A, Z, T, kind: (A - T) * phi_prime(Z, kind),
    hint="The loss is a mean over the m samples. Is your delta the gradient of that mean?",
)
asked.mistake(
    "T - A",
    answer=lambda A, Z, T, kind: (T - A) / T.shape[1] * phi_prime(Z, kind),
    hint="Suppose an output is above its target. Does the loss grow or shrink when the output "
    "grows, and which sign must the slope have?",
)
asked.mistake(
    "slope at the output",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1] * phi_prime(A, kind),
    hint="At which point is the slope of phi taken? Follow one entry from Z to A.",
)
asked.mistake(
    "a(1 - a) for every kind",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[1] * A * (1 - A),
    hint="One kind is right. Of which activation is a (1 - a) the slope?",
)
asked.mistake(
    "divided by the number of units",
    answer=lambda A, Z, T, kind: (A - T) / T.shape[0] * phi_prime(Z, kind),
    hint="Which axis of T counts the samples?",
)
asked.mistake(
    "mean over all entries",
    answer=lambda A, Z, T, kind: (A - T) / T.size * phi_prime(Z, kind),
    hint="The L2 loss adds up over the features and takes the mean over something else. "
    "By what did you divide?",
)
