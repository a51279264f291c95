"""network_tape: lesson 04's network and its loss, written as a program."""

import numpy as np
from hidden.tapes import NETWORKS, bent, inputs_of_a_network, loss_at, network
from solution import OPERATIONS, network_tape

from grader.exercise import Case, exercise

asked = exercise("network_tape")

_MOST_ENTRIES = 200
_NEEDED = set(OPERATIONS) - {"take"}  # without it no array grows past the sizes of the inputs


@asked.cases
def networks(rng):
    """Kinds and losses; square layers, a batch of one; logits that overflow alone."""
    for group, dims, kinds, loss, m in NETWORKS:
        drawn = network(rng, dims, loss, m)
        yield case(group, kinds, loss, *drawn)
    params, X, T = network(rng, [3, 4], "cross_entropy", 5)
    large = [(1000.0 * W, b) for W, b in params]
    yield case("large logits", ["softmax"], "cross_entropy", large, X, T)


def case(group, kinds, loss, params, X, T):
    """Ask for a tape; it is run on data that the student's process never sees."""

    def runs(result, params, kinds, loss):
        return problem_of(result, params, X, T) or difference(result, params, X, T, kinds, loss)

    return Case(params, kinds, loss, group=group, check=runs)


def problem_of(tape, params, X, T):
    """Say why a tape cannot be run; nothing of it has been run yet."""
    if not isinstance(tape, list | tuple) or not 0 < len(tape) <= _MOST_ENTRIES:
        return f"a tape is a list of at most {_MOST_ENTRIES} entries here"
    for place, (op, places, options) in enumerate(tape):
        if op == "input":
            if tape[place - 1][0] != "input" and place:
                return "the inputs do not come first"
        elif op not in _NEEDED:
            return "an operation that is no key of OPERATIONS, or that is not needed here"
        elif any(type(i) is not int or not 0 <= i < place for i in places):
            return "an entry uses a place that does not come before it"
        elif not set(options) <= {"axis", "keepdims"}:
            return "an option other than axis and keepdims"
    count = sum(op == "input" for op, _, _ in tape)
    wanted = len(inputs_of_a_network(params, X, T))
    if count != wanted:
        return f"the tape has {count} inputs, expected {wanted}: X, T, then W and b of each layer"
    return None


def difference(tape, params, X, T, kinds, loss):
    """Say what the tape computes in place of the loss."""
    right = loss_at(network_tape(params, kinds, loss), params, X, T)
    try:
        found = loss_at(tape, params, X, T)
    except (ValueError, TypeError):
        return "the tape does not run on X, T and the layers: shapes that do not fit"
    if np.shape(found) != ():
        return "the last value is an array, expected one number"
    if not np.isfinite(found):
        return "the loss is NaN or infinite where the reference is finite"
    if close(found, right):
        return None
    for name, twist in TWISTS.items():
        if close(found, loss_at(twist(params, kinds, loss), params, X, T)):
            return f"the loss is that of a network with another thing changed: {name}"
    return "the loss is another number than the reference's"


def close(found, right):
    """Whether two losses are equal; some two hundred operations round by 2e-14."""
    return np.allclose(found, right, rtol=1e-9, atol=0.0)


def twisted(**change):
    return lambda params, kinds, loss: bent(params, kinds, loss, **change)


def end_of(only, end):
    """Return a network whose loss ends in another way, for one of the two losses alone."""
    return lambda params, kinds, loss: bent(params, kinds, loss, end=end if loss == only else None)


TWISTS = {
    "no activation on the last layer": twisted(last=False),
    "no bias": twisted(bias=False),
    "a sum in place of the mean": twisted(end=lambda lost: lost.sum()),
    "mse summed over the outputs": end_of("mse", lambda lost: lost.sum(axis=0).mean()),
    "cross-entropy as a mean over all entries": end_of("cross_entropy", lambda lost: lost.mean()),
    "the sign of the cross-entropy": end_of(
        "cross_entropy", lambda lost: ((lost - lost) - lost).sum(axis=0).mean()
    ),
    "a softmax over all entries at once": twisted(shares={"axis": None}),
    "a softmax over the samples": twisted(shares={"axis": 1, "keepdims": True}),
}


def exchanged(params, kinds, loss):
    """Return the tape with X and T as its inputs the other way round."""
    turn = {0: 1, 1: 0}
    return [
        (op, tuple(turn.get(i, i) for i in places), options)
        for op, places, options in network_tape(params, kinds, loss)
    ]


HINTS = {
    "no activation on the last layer": "The last layer has a kind too. What becomes of its Z?",
    "no bias": "A layer has two arrays. Which of them does your loop use?",
    "a sum in place of the mean": "The loss is a mean. Which of its sums is one over the samples?",
    "mse summed over the outputs": "mse is the mean over all entries, outputs and samples alike.",
    "cross-entropy as a mean over all entries": "A sum over the classes, then a mean over the "
    "samples. Over how many numbers is your mean taken?",
    "the sign of the cross-entropy": "A logarithm of a share is negative. Is your loss positive?",
    "a softmax over all entries at once": "Each sample has shares of its own. Which axis do they "
    "sum to 1 along?",
    "a softmax over the samples": "A sample is a column. Which axis counts its classes?",
}
for _name, _answer in TWISTS.items():
    asked.mistake(_name, answer=_answer, hint=HINTS[_name])
asked.mistake(
    "softmax and its loss not fused",
    answer=twisted(fused=False),
    hint="Right for moderate logits. What is the softmax of a logit that is 1000 below the "
    "largest, and what is the logarithm of that?",
    earns="an edge: logits of moderate size are right",
)
asked.mistake(
    "data and targets exchanged",
    answer=exchanged,
    hint="In which order does the tape take its inputs?",
)
