"""Look on while a learner's engine walks back: which rules it calls, with what, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.figures import faults
from byhand.figures.guard import Array, Functions, Trouble, as_array
from byhand.tape import Tape


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One call of a rule.

    Attributes:
        place: the entry whose rule was called.
        gradient: what had arrived there.
        sent: what goes to each of its inputs.
    """

    place: int
    gradient: float
    sent: tuple[float, ...]


def forward(functions: Functions, tape: Tape, inputs: Sequence[float]) -> list[Array]:
    """Return the value of each entry of a tape of numbers, by the learner's run_tape."""
    found = functions.call("run_tape", tape, [np.array(number) for number in inputs])
    if not isinstance(found, list | tuple) or len(found) != len(tape):
        raise Trouble(faults.other_number_of_values(len(tape)))
    return [as_array("run_tape", value, shape=()) for value in found]


def backward(
    functions: Functions, tape: Tape, values: Sequence[Array], *, most: int
) -> tuple[list[Visit], list[float]]:
    """Return the calls that the learner's backward_tape makes, and its gradients.

    Raises:
        Trouble: it fails, or makes more than `most` calls.
    """
    visits: list[Visit] = []

    def rule(op: str, inputs: Any, value: Any, gradient: Any, options: Any) -> Any:
        if len(visits) >= most:
            raise Trouble(faults.too_many_rules(most))
        sent = functions.call("vjp", op, inputs, value, gradient, options)
        place = next((i for i, known in enumerate(values) if value is known), None)
        if place is None:
            raise Trouble(faults.RULE_NOT_OF_TAPE)
        arrived = float(as_array("backward_tape", gradient, shape=()))
        numbers = tuple(float(as_array("vjp", part, shape=())) for part in sent)
        visits.append(Visit(place=place, gradient=arrived, sent=numbers))
        functions.calling = "backward_tape"
        return sent

    found = functions.call("backward_tape", tape, list(values), rule)
    if not isinstance(found, list | tuple) or len(found) != len(tape):
        raise Trouble(faults.other_number_of_gradients(len(tape)))
    return visits, [float(as_array("backward_tape", part, shape=())) for part in found]
