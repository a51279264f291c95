"""Engines with a bug in them, made out of an engine that is right.

The bugs are planted from outside: each engine here runs the learner's own
backward_tape, and what goes wrong goes wrong in the rule that it is given.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.tape import Tape

Array = NDArray[np.float64]
Rule = Callable[..., Sequence[Array]]
Engine = Callable[[Tape, Sequence[Array]], Sequence[Array]]

_ELEMENTWISE = ("add", "subtract", "multiply", "divide")


def planted(backward_tape: Callable[..., Sequence[Array]], vjp: Rule) -> dict[str, Engine]:
    """Return six engines by the name of their bug; one of them is right.

    Args:
        backward_tape: backward_tape(tape, values, rule), which is right.
        vjp: the rule that it uses.

    Returns:
        name -> engine(tape, values), which returns a gradient for each entry and
        leaves the values as they are.
    """

    def engine(spoilt: Callable[[Rule], Rule]) -> Engine:
        def backward(tape: Tape, values: Sequence[Array]) -> Sequence[Array]:
            return backward_tape(tape, [np.array(value) for value in values], spoilt(vjp))

        return backward

    right = engine(lambda rule: rule)
    return {
        "right": right,
        "overwrites": engine(_overwriting),
        "depth first": engine(_hasty),
        "no unbroadcast": engine(_unsummed),
        "changes a value": engine(_careless),
        "not reset": _never_reset(right),
    }


def _overwriting(rule: Rule) -> Rule:
    """The last contribution alone counts: each takes back the one before."""
    last: dict[int, Array] = {}

    def spoilt(op: str, inputs: Sequence[Array], *rest: Any) -> list[Array]:
        sent = []
        for value, contribution in zip(inputs, rule(op, inputs, *rest), strict=True):
            sent.append(contribution - last.get(id(value), np.zeros(())))
            last[id(value)] = contribution
        return sent

    return spoilt


def _hasty(rule: Rule) -> Rule:
    """What reaches an entry after its first user has been there is lost."""
    reached: set[int] = set()

    def spoilt(op: str, inputs: Sequence[Array], *rest: Any) -> list[Array]:
        sent = [
            contribution * (id(value) not in reached)
            for value, contribution in zip(inputs, rule(op, inputs, *rest), strict=True)
        ]
        reached.update(map(id, inputs))
        return sent

    return spoilt


def _unsummed(rule: Rule) -> Rule:
    """Inputs that were stretched get the gradient of what they were stretched to."""

    def spoilt(op: str, inputs: Sequence[Array], *rest: Any) -> Sequence[Array]:
        stretched = np.broadcast_arrays(*inputs) if op in _ELEMENTWISE else inputs
        return rule(op, stretched, *rest)

    return spoilt


def _careless(rule: Rule) -> Rule:
    """The rule of multiply writes a product into the array of a value."""

    def spoilt(
        op: str, inputs: Sequence[Array], value: Array, gradient: Array, options: dict[str, Any]
    ) -> Sequence[Array]:
        sent = rule(op, inputs, value, gradient, options)
        if op == "multiply" and inputs[1].shape == gradient.shape:
            inputs[1][...] *= gradient
        return sent

    return spoilt


def _never_reset(right: Engine) -> Engine:
    """What an earlier call with the same tape left behind is added to."""
    left: dict[str, Sequence[Array]] = {}

    def backward(tape: Tape, values: Sequence[Array]) -> Sequence[Array]:
        gradients = right(tape, values)
        before = left.get(repr(tape))
        if before is not None:
            gradients = [new + old for new, old in zip(gradients, before, strict=True)]
        left[repr(tape)] = gradients
        return gradients

    return backward
