"""gradients_of_a_network: the engine's gradients, in the form of lesson 04."""

from hidden.tapes import NETWORKS, network
from solution import backward_tape, gradients_of_a_network, network_tape, run_tape

from grader.exercise import Case, exercise
from grader.kit import DERIVED

asked = exercise(
    "gradients_of_a_network",
    builds_on=("run_tape", "unbroadcast", "vjp", "backward_tape", "network_tape"),
    tolerance=DERIVED,
    # Lesson 04's functions, which the notebook has, are right there, and no engine is needed.
    not_alone=(
        "numbers",
        "a softmax for numbers",
        "classes",
        "square layers",
        "a batch of one",
        "large logits",
    ),
)
FIRST = list({network[0]: network for network in NETWORKS[::-1]}.values())[::-1]
"""One network of each group."""


@asked.cases
def networks(rng):
    """The networks of network_tape, with a kind that lesson 04 has not; logits that overflow."""
    for group, dims, kinds, loss, m in FIRST:
        params, X, T = network(rng, dims, loss, m)
        yield Case(params, X, T, kinds, loss, group=group, shapes={"m": m})
    params, X, T = network(rng, [3, 4], "cross_entropy", 5)
    large = [(1000.0 * W, b) for W, b in params]
    yield Case(large, X, T, ["softmax"], "cross_entropy", group="large logits", shapes={"m": 5})


def unsummed(params, X, T, kinds, loss):
    """Return each db as it arrives at Z, a column for each sample."""
    wide = [
        (W, b + 0 * (W @ A)) for (W, b), A in zip(params, inputs_of(params, X, kinds), strict=True)
    ]
    return gradients_of_a_network(wide, X, T, kinds, loss)


def inputs_of(params, X, kinds):
    """Return what goes into each layer: on the tape, the second operand of its matmul."""
    tape = network_tape(params, kinds, "mse")
    arrays = [array for pair in params for array in pair]
    T = 0 * (params[-1][1] + 0 * X[:1])
    values = run_tape(tape, [X, T, *arrays])
    return [values[places[1]] for op, places, _ in tape if op == "matmul"]


def everything(params, X, T, kinds, loss):
    tape = network_tape(params, kinds, loss)
    values = run_tape(tape, [X, T, *[array for pair in params for array in pair]])
    return backward_tape(tape, values)


def first_pairs(params, X, T, kinds, loss):
    found = everything(params, X, T, kinds, loss)
    count = 2 * len(params)
    return list(zip(found[:count:2], found[1:count:2], strict=True))


asked.mistake(
    "the last layer first",
    answer=lambda *given: gradients_of_a_network(*given)[::-1],
    hint="The tape takes the layers in order. In which order do you return them?",
)
asked.mistake(
    "the data counted as a layer",
    answer=first_pairs,
    hint="The first two inputs of the tape are X and T. At which place does the first W stand?",
)
asked.mistake(
    "a flat list",
    answer=lambda *given: [array for pair in gradients_of_a_network(*given) for array in pair],
    hint="The arrays are right. How are they nested in lesson 04?",
)
asked.mistake(
    "weights alone",
    answer=lambda *given: [dW for dW, _ in gradients_of_a_network(*given)],
    hint="Where are the gradients by the biases?",
)
asked.mistake(
    "biases before weights",
    answer=lambda *given: [(db, dW) for dW, db in gradients_of_a_network(*given)],
    hint="Each pair has the order of params: W, then b.",
)
asked.mistake(
    "a bias not summed over the samples",
    answer=unsummed,
    hint="db has the shape of b. Where did broadcasting stretch b, and who adds that up again?",
)
asked.mistake(
    "every gradient of the tape",
    answer=everything,
    hint="The tape has a gradient for each entry. Which of them belong to params?",
)
