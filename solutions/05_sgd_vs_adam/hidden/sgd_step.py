"""sgd_step: one step downhill, in new arrays."""

import numpy as np
from hidden.nests import nested, of_many_sizes
from solution import sgd_step

from grader.exercise import Case, exercise

asked = exercise("sgd_step")


@asked.cases
def sgd_steps(rng):
    """Several layers, a square one, a single unit, integer parameters."""
    for group, dims in [
        ("several layers", [3, 4, 2, 5, 2]),
        ("square layers", [4, 4, 4]),
        ("a single unit", [1, 1]),
    ]:
        lr = rng.uniform(0.05, 0.5)
        grads = nested(rng, dims)
        if group == "square layers":
            grads = of_many_sizes(rng, grads)
            grads[0] = tuple(map(np.zeros_like, grads[0]))  # where nothing moves, arrays are new
        yield Case(nested(rng, dims), grads, lr, group=group, fresh=True)
    whole = [
        (rng.integers(-3, 4, size=(n_out, n_in)), rng.integers(-3, 4, size=(n_out, 1)))
        for n_in, n_out in [(3, 2), (2, 1)]
    ]
    yield Case(whole, nested(rng, [3, 2, 1]), 0.25, group="integer parameters", fresh=True)


def sgd_in_place(params, grads, lr):
    for pair, gradients in zip(params, grads, strict=True):
        for p, g in zip(pair, gradients, strict=True):
            np.subtract(p, lr * g, out=p)
    return params


asked.mistake(
    "uphill",
    answer=lambda params, grads, lr: sgd_step(params, grads, -lr),
    hint="The gradient points to where the loss grows. Which way does your step go?",
)
asked.mistake(
    "changes its arguments in place",
    answer=sgd_in_place,
    hint="Whoever gave you these arrays still uses them. What do `-=` and `+=` write into?",
)
asked.mistake(
    "the bias stays where it was",
    answer=lambda params, grads, lr: [
        (W - lr * dW, b) for (W, b), (dW, _) in zip(params, grads, strict=True)
    ],
    hint="Each layer has two arrays that learn. Follow both through your code.",
)
asked.mistake(
    "no learning rate",
    answer=lambda params, grads, lr: sgd_step(params, grads, 1.0),
    hint="Is the step as long as the gradient, or is there a factor?",
)
asked.mistake(
    "only the first layer",
    answer=lambda params, grads, lr: sgd_step(params, grads, lr)[:1],
    hint="How many layers go in, and how many come out? Look where your return stands.",
)
