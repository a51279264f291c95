"""DenseLayer: forward, backward, update, and how it begins."""

import numpy as np
from hidden.first_weights import first_weights
from hidden.flawed_layers import Layer, layer_with
from hidden.layers import drawn, phi, phi_prime

from grader.exercise import Call, Case, Get, Rng, Set, exercise
from grader.kit import DERIVED, new_seed, same_again

asked = exercise(
    "DenseLayer",
    builds_on=("dense_forward", "activation_backward", "dense_backward"),
    tolerance=DERIVED,
)


FIRST = [(100, 40, "relu"), (40, 100, "tanh"), (100, 40, "linear"), (40, 100, "sigmoid")]


@asked.cases
def layer_cases(rng):
    """First weights by their statistics; all else with W and b set from outside."""
    for n_in, n_out, kind in FIRST:
        yield Case(
            n_in,
            n_out,
            kind,
            Rng(new_seed(rng)),
            group="the first weights",
            shapes={"n_in": n_in, "n_out": n_out},
            then=(Get("W"), Get("b")),
            check=first_weights,
        )
    for generator, check in same_again(new_seed(rng), lambda results: results[0]):
        then = (Get("W"),)
        yield Case(3, 2, "tanh", generator, group="the first weights", then=then, check=check)
    for group, n_out, n_in, m, kind in [
        ("forward and backward", 4, 3, 5, "sigmoid"),
        ("forward and backward", 4, 4, 4, "tanh"),
        ("forward and backward", 3, 2, 1, "relu"),
        ("forward and backward", 1, 4, 3, "linear"),
    ]:
        A, W, b = drawn(rng, n_out, n_in, m)
        yield _layer_case(
            rng,
            (n_out, n_in, m, kind),
            group,
            Set("W", W),
            Set("b", b),
            Call("forward", A),
            Call("backward", rng.normal(size=(n_out, m))),
            Get("dW"),
            Get("db"),
            Get("W"),
            Get("b"),
        )
    yield from _repeated(rng)
    yield from _updated(rng)


def _repeated(rng):
    """A second backward on the same forward, and a second batch of another size."""
    A, W, b = drawn(rng, 3, 2, 4)
    second = rng.normal(size=(2, 6))
    steps = (Set("W", W), Set("b", b), Call("forward", A))
    for _ in range(2):
        steps += (Call("backward", rng.normal(size=(3, 4))), Get("dW"), Get("db"))
    steps += (Call("forward", second), Call("backward", rng.normal(size=(3, 6))))
    yield _layer_case(rng, (3, 2, 4, "tanh"), "called a second time", *steps, Get("dW"), Get("db"))


def _updated(rng):
    """Two steps of learning; the second case leaves b as the constructor made it."""
    for n_out, n_in, m, kind, steps in [(3, 1, 5, "sigmoid", 1), (3, 3, 3, "tanh", 2)]:
        A, W, b = drawn(rng, n_out, n_in, m)
        taken = (Set("W", W), Set("b", b)) if steps == 1 else (Set("W", W), Get("b"))
        for _ in range(steps):
            taken += (
                Call("forward", A),
                Call("backward", rng.normal(size=(n_out, m))),
                Call("update", float(rng.uniform(0.1, 0.5))),
                Get("W"),
                Get("b"),
            )
        yield _layer_case(rng, (n_out, n_in, m, kind), "learning", *taken, Call("forward", A))


def _layer_case(rng, layout, group, *steps):
    n_out, n_in, m, kind = layout
    shapes = {"n_out": n_out, "n_in": n_in, "m": m}
    return Case(n_in, n_out, kind, Rng(new_seed(rng)), group=group, shapes=shapes, then=steps)


def keep_and_move(self, dW, db):
    Layer.keep(self, dW, db)
    self.update(1.0)


def keep_sum(self, dW, db):
    Layer.keep(self, self.dW + dW, self.db + db)


def keep_mean(self, dW, db):
    m = self.A.shape[1]
    Layer.keep(self, dW / m, db / m)


def returns_gradients(self, dA):
    Layer.backward(self, dA)
    return self.dW, self.db


def move_weights(self, lr):
    self.W = self.W - lr * self.dW


def begin_transposed(self, n_in, n_out, kind, rng):
    Layer.__init__(self, n_in, n_out, kind, rng)
    self.W = self.W.T


MOSTLY_RIGHT = "the layer computes and learns as it should from any weights"
THE_REST_RIGHT = "forward and backward are right, the update alone is not"

asked.mistake(
    "backward forgets the activation",
    answer=layer_with(slope=lambda self: 1.0),
    hint="What arrives in backward is the gradient by the layer's output. "
    "What must it pass before it reaches the weights?",
)
asked.mistake(
    "slope at the output",
    answer=layer_with(slope=lambda self: phi_prime(phi(self.Z, self.kind), self.kind)),
    hint="At which point is the slope of phi taken? What did forward remember: Z, or A_out?",
)
asked.mistake(
    "forward forgets the activation",
    answer=layer_with(out=lambda self: self.Z),
    hint="A relu layer never puts out a negative number. Does yours?",
)
asked.mistake(
    "weights move before dA_in",
    answer=layer_with(keep=keep_and_move),
    hint="At which weights was the forward pass made, and with which weights is dA_in computed? "
    "Look at what backward changes.",
)
asked.mistake(
    "flat bias",
    answer=layer_with(first_bias=lambda self, n_out: np.zeros(n_out)),
    hint="Print the shape of b in a fresh layer, and add it to a Z with as many samples as units.",
    earns="forward and backward are right",
)
asked.mistake(
    "gradients accumulate",
    answer=layer_with(keep=keep_sum),
    hint="Call backward twice. Which call's gradient should dW hold?",
    earns="the first gradients are right",
)
asked.mistake(
    "fan-out for fan-in",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: Layer.spread(self, n_out, n_in, kind)),
    hint="z_j is a sum of how many terms? Is this the number by which you divide?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "no square root",
    answer=layer_with(
        spread=lambda self, n_in, n_out, kind: Layer.spread(self, n_in, n_out, kind) ** 2
    ),
    hint="A normal generator takes a standard deviation. Which of the two is 1/n_in?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "the same variance for a relu",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(1 / n_in)),
    hint="All kinds but one begin right. What does this kind do to half of its sums?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "the relu's variance for every kind",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(2 / n_in)),
    hint="One kind begins right, the one that closes half of its units. What of the others?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "inputs and units averaged",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: np.sqrt(2 / (n_in + n_out))),
    hint="z_j is a sum of how many terms? Your scale also depends on something else.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "weights not scaled",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: 1.0),
    hint="Take 1000 inputs of size 1. How large is a sum of 1000 terms with weights like yours?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "W of shape (n_in, n_out)",
    answer=layer_with(__init__=begin_transposed),
    hint="W has a row for each unit. Print the shape of W in a fresh layer.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "uphill",
    answer=layer_with(update=lambda self, lr: Layer.update(self, -lr)),
    hint="Take one step with a small rate and compute the loss again. Which way did it go?",
    earns=THE_REST_RIGHT,
)
asked.mistake(
    "update forgets b",
    answer=layer_with(update=move_weights),
    hint="How many parameters does the layer have, and how many moved?",
    earns=THE_REST_RIGHT,
)
asked.mistake(
    "an extra 1/m",
    answer=layer_with(keep=keep_mean),
    hint="The loss carries the 1/m, and dA has inherited it. Does it stand here a second time?",
)
asked.mistake(
    "a small number for every width",
    answer=layer_with(spread=lambda self, n_in, n_out, kind: 0.01),
    hint="Your weights are as large in a layer of 2 inputs as in one of 200. "
    "On which number should their variance depend?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "backward returns dW and db",
    answer=layer_with(backward=returns_gradients),
    hint="The layer below waits for a gradient of its own. Which of the three is it?",
)
