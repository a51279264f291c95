"""model_backward: the gradients of all parameters, from the top down."""

from hidden.backward_passes import (
    backward_with,
    elementwise_only,
    never_down,
    softmax_only,
    through,
)
from hidden.networks import network, widths
from solution import activation, activation_prime, dense_backward, model_forward

from grader.exercise import Case, exercise
from grader.kit import DERIVED

asked = exercise("model_backward", tolerance=DERIVED)


@asked.cases
def backwards(rng):
    """Rectangular, square, a batch of one, a softmax, a relu at 0, saturated sums."""
    for group, dims, kinds, m in [
        ("rectangular layers", [4, 5, 3, 2, 4], ["tanh", "sigmoid", "linear", "relu"], 6),
        ("rectangular layers", [2, 5, 3], ["sigmoid", "softmax"], 4),
        ("square layers", [4, 4, 4, 4], ["relu", "tanh", "softmax"], 4),
        ("a batch of one", [3, 4, 3], ["tanh", "sigmoid"], 1),
        ("a batch of one", [3, 3], ["softmax"], 1),
        ("one layer", [3, 4], ["tanh"], 5),
        ("a softmax on top", [3, 5, 4], ["tanh", "softmax"], 6),
    ]:
        params, X = network(rng, dims, kinds, m)
        P, caches = model_forward(X, params, kinds)
        yield Case(rng.normal(size=P.shape), caches, group=group, shapes=widths(dims, m))
    # A unit whose sum is exactly 0, in a layer with other sums.
    params, X = network(rng, [3, 4, 3], ["relu", "linear"], 5)
    params[0][0][1], params[0][1][1] = 0.0, 0.0
    P, caches = model_forward(X, params, ["relu", "linear"])
    dA = rng.normal(size=P.shape)
    yield Case(dA, caches, group="a relu at exactly 0", shapes=widths([3, 4, 3], 5))
    for kind in ("sigmoid", "tanh"):
        params, X = network(rng, [3, 4, 3], [kind, "softmax"], 5)
        params[0][1][:2] = [[1000.0], [-1000.0]]
        params[1][1][:] += 1000
        P, caches = model_forward(X, params, [kind, "softmax"])
        dA = 1000 * rng.normal(size=P.shape)
        yield Case(dA, caches, group="very large sums", shapes=widths([3, 4, 3], 5))


def with_the_wrong_cache(dA, caches):
    """Hand the signal down through the weights of the layer below."""
    grads = []
    for layer, (A_prev, _, Z, kind) in reversed(list(enumerate(caches))):
        delta = through(dA, Z, kind)
        grads.append((delta @ A_prev.T, delta.sum(axis=1, keepdims=True)))
        if layer:
            dA = caches[layer - 1][1].T @ delta
    return grads[::-1]


def all_three(dA, caches):
    """Keep what dense_backward returns, dA included."""
    grads = []
    for A_prev, W, Z, kind in reversed(caches):
        grads.append(dense_backward(through(dA, Z, kind), (A_prev, W)))
        dA = grads[-1][0]
    return grads[::-1]


asked.mistake(
    "gradients last layer first",
    answer=backward_with(finish=list),
    hint="The loop meets the last layer first. In which order does params list the layers?",
)
asked.mistake(
    "weights of the wrong layer",
    answer=with_the_wrong_cache,
    hint="Formula (5) leads from dZ to what came into the layer. Through whose weights?",
)
asked.mistake(
    "softmax treated elementwise",
    answer=backward_with(dZ=softmax_only(lambda S, dA: dA * S * (1 - S))),
    hint="Each output of a softmax depends on how many of its sums? Section 6 says what to use.",
)
asked.mistake(
    "softmax passed over",
    answer=backward_with(dZ=softmax_only(lambda S, dA: dA)),
    hint="You get the gradient by the output of the softmax, whatever the loss was. "
    "Which step leads from there to its sums?",
)
asked.mistake(
    "phi' taken at A",
    answer=backward_with(
        dZ=elementwise_only(
            lambda dA, Z, kind, A_prev: dA * activation_prime(activation(Z, kind), kind)
        )
    ),
    hint="At which point is the slope of the activation taken: before it or after it?",
)
asked.mistake(
    "no phi'",
    answer=backward_with(dZ=elementwise_only(lambda dA, Z, kind, A_prev: dA)),
    hint="Between dA and dZ stands the activation. Where is formula (3)?",
)
asked.mistake(
    "W not transposed",
    answer=backward_with(down=lambda W, dZ: W @ dZ),
    hint="Backward, an input collects over the units that used it. Along which index of W?",
)
asked.mistake(
    "a mean in db",
    answer=backward_with(db=lambda dZ, dA, layer, last: dZ.mean(axis=1, keepdims=True)),
    hint="The 1/m stands in the loss already. Is it in db a second time?",
)
asked.mistake(
    "an extra 1/m",
    answer=backward_with(
        dW=lambda dZ, A_prev, W, layer, last: dZ @ A_prev.T / dZ.shape[1],
        db=lambda dZ, dA, layer, last: dZ.mean(axis=1, keepdims=True),
    ),
    hint="The 1/m stands in the loss already. Is it in your layers a second time?",
)
asked.mistake(
    "flat db",
    answer=backward_with(db=lambda dZ, dA, layer, last: dZ.sum(axis=1)),
    hint="A gradient has the shape of what it is the gradient of. Which shape has b?",
)
asked.mistake(
    "dA returned as well",
    answer=all_three,
    hint="Which two of the three results of dense_backward belong to parameters?",
)
asked.mistake(
    "dA not handed on",
    answer=never_down,
    hint="Which gradient arrives at the second layer from above, and which one does your loop "
    "use there?",
)
asked.mistake(
    "db before dW",
    answer=backward_with(finish=lambda grads: [pair[::-1] for pair in reversed(grads)]),
    hint="Each pair is right. In which order does params hold a layer's two arrays?",
)
