"""hidden_delta: a delta handed down through the weights of the next layer."""

import numpy as np
from hidden.layers import phi, phi_prime

from grader.exercise import Case, exercise
from grader.kit import DERIVED, families, float32, off_the_kink

asked = exercise("hidden_delta", builds_on=("activation_backward",), tolerance=DERIVED)


@asked.cases
def hidden_cases(rng):
    """The three families; one unit above, a relu closed everywhere, one unit and float32."""
    kinds = {"rectangular": ["relu", "sigmoid", "tanh"], "square": ["tanh"]}
    for group, shapes in families("n_next n m"):
        n_next, n, m = shapes.values()
        for kind in kinds.get(group, ["sigmoid"]):
            W_next, delta_next = rng.normal(size=(n_next, n)), rng.normal(size=(n_next, m))
            Z = off_the_kink(rng, (n, m))
            yield Case(W_next, delta_next, Z, kind, group=group, shapes=shapes)
    for kind, n_next, n in [("linear", 1, 2), ("relu", 3, 2), ("tanh", 3, 1)]:
        W_next, delta_next = rng.normal(size=(n_next, n)), rng.normal(size=(n_next, 4))
        Z, shapes = off_the_kink(rng, (n, 4)), {"n_next": n_next, "n": n, "m": 4}
        arrays = W_next, delta_next, -np.abs(Z) if kind == "relu" else Z
        arrays = float32(*arrays) if kind == "tanh" else arrays
        yield Case(*arrays, kind, group="other input", shapes=shapes)


asked.mistake(
    "no slope",
    answer=lambda W, delta, Z, kind: W.T @ delta,
    hint="You have the slope of the loss by this layer's output. "
    "Delta is the slope by its weighted sums. What stands between them?",
)
asked.mistake(
    "slope at the output",
    answer=lambda W, delta, Z, kind: (W.T @ delta) * phi_prime(phi(Z, kind), kind),
    hint="At which point is the slope of phi taken: at Z, or after the activation?",
)
asked.mistake(
    "slope at the backward signal",
    answer=lambda W, delta, Z, kind: (W.T @ delta) * phi_prime(W.T @ delta, kind),
    hint="The gain of a neuron was set on the way forward. Which array remembers where it stood?",
)
asked.mistake(
    "W_next not transposed",
    answer=lambda W, delta, Z, kind: (W @ delta) * phi_prime(Z, kind),
    hint="In delta_kc, the index j is summed. Is it the first or the second index of W_next, "
    "and over which one does a matrix product sum?",
)
asked.mistake(
    "deltas summed without their weights",
    answer=lambda W, delta, Z, kind: delta.sum(axis=0, keepdims=True) * phi_prime(Z, kind),
    hint="Every path from this unit to the loss leads over a weight. Where are the weights in "
    "your sum?",
)
asked.mistake(
    "slope inside the bracket",
    answer=lambda W, delta, Z, kind: W.T @ (delta * phi_prime(Z, kind)),
    hint="Z and phi belong to this layer, delta_next to the one above. "
    "In which order does the signal pass the weights and the activation on its way back?",
)
