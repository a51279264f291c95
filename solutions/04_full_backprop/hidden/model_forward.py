"""model_forward: layer after layer, with what the way back needs."""

import numpy as np
from hidden.networks import network, widths
from solution import activation, dense_forward, model_forward

from grader.exercise import Case, exercise

asked = exercise("model_forward", returns=("P", "caches"))

# In float32, sums of five terms up to 4 round by 5 * 4 * 6e-8 = 1.2e-6: a tenth of this.
SINGLE = {"rtol": 1e-5, "atol": 1e-5}


def judge_forward(result, X, params, kinds):
    """Judge a forward pass whose X may have kept its own dtype in the caches."""
    P, caches = result
    P_right, caches_right = model_forward(X, params, kinds)
    if np.shape(P) != P_right.shape:
        return f"P has shape {np.shape(P)}, expected {P_right.shape}"
    if not np.allclose(P, P_right, **SINGLE):
        return "P differs from the reference"
    if len(caches) != len(caches_right):
        return f"found {len(caches)} caches, expected {len(caches_right)}"
    for found, right in zip(caches, caches_right, strict=True):
        for part, name in enumerate(["A_prev", "W", "Z"]):
            wanted = np.asarray(right[part], dtype=float)
            if np.shape(found[part]) != wanted.shape:
                return f"{name} in a cache has another shape than expected"
            if not np.allclose(np.asarray(found[part], dtype=float), wanted, **SINGLE):
                return f"{name} in a cache differs from the reference"
        if found[3] != right[3]:
            return "kind in a cache is not that of its layer"
    return None


@asked.cases
def forwards(rng):
    """Rectangular, square, a batch of one, one layer, a softmax on top, other kinds of input."""
    for group, dims, kinds, m in [
        ("rectangular layers", [4, 5, 3, 4, 2], ["relu", "tanh", "linear", "sigmoid"], 6),
        ("square layers", [4, 4, 4], ["tanh", "relu"], 4),
        ("a batch of one", [3, 4, 2], ["sigmoid", "tanh"], 1),
        ("one layer", [3, 5], ["sigmoid"], 4),
        ("a softmax on top", [3, 5, 4], ["relu", "softmax"], 6),
    ]:
        params, X = network(rng, dims, kinds, m)
        yield Case(X, params, kinds, group=group, shapes=widths(dims, m))
    params, X = network(rng, [3, 4], ["softmax"], 5)
    params = [(params[0][0], params[0][1] + 1000)]
    yield Case(X, params, ["softmax"], group="a softmax on top", shapes=widths([3, 4], 5))
    params, X = network(rng, [4, 3, 2], ["tanh", "linear"], 5)
    for other in [rng.integers(-4, 5, size=(4, 5)), X.astype(np.float32)]:
        yield Case(
            other, params, ["tanh", "linear"], group="whole numbers and float32",
            shapes=widths([4, 3, 2], 5), check=judge_forward,
        )  # fmt: skip


def forward_with(
    *,
    kind_of=lambda kinds, layer: kinds[layer],
    shift=lambda Z, b: Z,
    cache=lambda A_prev, W, Z, A, kind: (A_prev, W, Z, kind),
    hand_on=lambda Z, A: A,
    finish=list,
):
    """Return a model_forward in which one step is changed."""

    def answer(X, params, kinds):
        A, caches = X, []
        for layer, (W, b) in enumerate(params):
            kind = kind_of(kinds, layer)
            Z = shift(dense_forward(A, W, b)[0], b)
            A_out = activation(Z, kind)
            caches.append(cache(A, W, Z, A_out, kinds[layer]))
            A = hand_on(Z, A_out)
        return (A if hand_on(0, 1) else A_out), finish(caches)

    return answer


asked.mistake(
    "no activation on the last layer",
    answer=forward_with(kind_of=lambda kinds, layer: [*kinds[:-1], "linear"][layer]),
    hint="Every layer has two steps, Z and A. Does the last one take the second?",
)
asked.mistake(
    "caches hold what comes out",
    answer=forward_with(cache=lambda A_prev, W, Z, A, kind: (A, W, Z, kind)),
    hint="Backward, dW of a layer is dZ times what came into it. What is first in your cache?",
)
asked.mistake(
    "A in the place of Z",
    answer=forward_with(cache=lambda A_prev, W, Z, A, kind: (A_prev, W, A, kind)),
    hint="The slope of an activation is taken where the forward pass stood before it. "
    "What is third in your cache?",
)
asked.mistake(
    "Z handed on",
    answer=forward_with(hand_on=lambda Z, A: Z),
    hint="What enters layer 2: the weighted sums of layer 1, or what its activation makes of them?",
)
asked.mistake(
    "the first kind for all layers",
    answer=forward_with(kind_of=lambda kinds, layer: kinds[0]),
    hint="Each layer has its own kind. Which one do you use in the second layer?",
)
asked.mistake(
    "no bias",
    answer=forward_with(shift=lambda Z, b: Z - b),
    hint="Feed zeros into one layer. What should come out before the activation?",
)
asked.mistake(
    "caches in backward order",
    answer=forward_with(finish=lambda caches: caches[::-1]),
    hint="caches[0] belongs to the layer that X enters. Which layer's is yours?",
)
