"""Take steps with a learner's own optimisers, three side by side.

A runner keeps its parameters and its optimiser's state, and knows when it is lost.
Parameters are [(W, b), ...]; what a step returns must be nested alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.figures import faults, race_words
from byhand.figures.guard import Functions, Trouble
from byhand.figures.network import Params
from byhand.picture import BLUE, GREEN, VERMILLION

NAMES = ("SGD", "momentum", "Adam")
STYLES = {"SGD": (BLUE, "-", "o"), "momentum": (VERMILLION, "--", "s"), "Adam": (GREEN, "-.", "^")}
"""Colour, dashes and marker of each."""

_LOST = 1e12  # a parameter of this size will not come back


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The learning rate and what else the optimisers take, by their usual names."""

    lr: float
    beta: float
    beta1: float
    beta2: float
    eps: float

    def __str__(self) -> str:
        return race_words.settings(
            lr=self.lr, beta=self.beta, beta1=self.beta1, beta2=self.beta2, eps=self.eps
        )


class Runner:
    """One optimiser on its way.

    Attributes:
        name: SGD, momentum or Adam.
        params: where it is.
        lost: a parameter is not finite or of absurd size; it takes no more steps.
    """

    def __init__(self, functions: Functions, name: str, params: Params, settings: Settings) -> None:
        self.name, self.lost = name, False
        self.params = [(W.copy(), b.copy()) for W, b in params]
        self._functions, self._settings = functions, settings
        self._state: Any = None
        if name == "momentum":
            self._state = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
        elif name == "Adam":
            self._state = functions.call("adam_init", self.params)

    def step(self, grads: Params) -> None:
        """Take one step with the learner's function."""
        if self.lost:
            return
        options, call = self._settings, self._functions.call
        if self.name == "SGD":
            exercise = "sgd_step"
            params = call(exercise, self.params, grads, options.lr)
        elif self.name == "momentum":
            exercise = "momentum_step"
            params, self._state = _pair(
                exercise,
                call(exercise, self.params, grads, self._state, options.lr, options.beta),
            )
        else:
            exercise = "adam_step"
            settings = (options.lr, options.beta1, options.beta2, options.eps)
            params, self._state = _pair(
                exercise, call(exercise, self.params, grads, self._state, *settings)
            )
        self.params = _like(exercise, params, self.params)
        size = max(float(np.abs(array).max()) for pair in self.params for array in pair)
        self.lost = not size < _LOST  # NaN compares false


def runners(functions: Functions, params: Params, settings: Settings) -> list[Runner]:
    """Return SGD, momentum and Adam, all at the same start."""
    return [Runner(functions, name, params, settings) for name in NAMES]


def _pair(exercise: str, result: Any) -> tuple[Any, Any]:
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Trouble(faults.no_params_and_state(exercise))
    return result[0], result[1]


def _like(exercise: str, found: Any, before: Params) -> Params:
    """Return found, if it is nested like what was given."""
    expected = [tuple(array.shape for array in pair) for pair in before]
    try:
        shapes = [tuple(np.shape(array) for array in pair) for pair in found]
    except TypeError:
        raise Trouble(faults.no_params(exercise)) from None
    if shapes != expected:
        raise Trouble(faults.other_params(exercise, shapes, expected))
    return [(np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)) for W, b in found]


def toy() -> Functions:
    """Return the demonstration's walkers."""
    return Functions(toy_steps())


def toy_steps() -> dict[str, Any]:
    """Return three walkers that are no optimisers of the course.

    The first steps by the sign of the slope, the second by its square root, the
    third always towards the origin.
    """

    def by_sign(params: Params, grads: Params, lr: float) -> Params:
        return [
            (W - 0.3 * lr * np.sign(dW), b) for (W, b), (dW, _) in zip(params, grads, strict=True)
        ]

    def by_root(
        params: Params, grads: Params, state: Any, lr: float, _beta: float
    ) -> tuple[Params, Any]:
        moved = [
            (W - 0.3 * lr * np.sign(dW) * np.abs(dW) ** 0.5, b)
            for (W, b), (dW, _) in zip(params, grads, strict=True)
        ]
        return moved, state

    def homewards(
        params: Params, _grads: Params, state: Any, lr: float, *_rest: float
    ) -> tuple[Params, Any]:
        return [(W * (1 - min(lr, 1.0)), b) for W, b in params], state

    return {
        "sgd_step": by_sign,
        "momentum_step": by_root,
        "adam_init": lambda _params: {"t": 0},
        "adam_step": homewards,
    }
