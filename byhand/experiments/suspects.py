"""A line-up of backward passes, each with a bug of its own, and one that is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from byhand.datasets import digits
from byhand.experiments import captions
from byhand.waiting import waiting

Array = NDArray[np.float64]
Grads = list[tuple[Array, Array]]
Backward = Callable[[Array, Sequence[Any]], Grads]

DIMS, KINDS = [64, 32, 32, 10], ["tanh", "relu", "softmax"]
"""The network that all suspects train."""

SMALL = [4, 5, 5, 3]
"""Widths of the network on which their gradients are checked."""

EPOCHS, BATCH, RATE = 20, 30, 0.15


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A backward pass, layer by layer, as four rules; each may be changed.

    Attributes:
        dZ: dZ(dA, Z, kind), through the activation, (n_out, m).
        dW: dW(dZ, A_prev), at the weights, (n_out, n_in).
        db: db(dZ), at the biases, (n_out, 1).
        dA: dA(dZ, W), down to the layer below, (n_in, m).
    """

    dZ: Callable[[Array, Array, str], Array]  # noqa: N815 - the names of the lesson
    dW: Callable[[Array, Array], Array]  # noqa: N815 - the names of the lesson
    db: Callable[[Array], Array]
    dA: Callable[[Array, Array], Array]  # noqa: N815 - the names of the lesson

    def but(self, **changed: Callable[..., Array]) -> Backward:
        """Return the backward pass in which some of the rules are changed."""
        rules = replace(self, **changed)

        def backward(dA: Array, caches: Sequence[Any]) -> Grads:
            grads = []
            for A_prev, W, Z, kind in reversed(caches):
                dZ = rules.dZ(dA, Z, kind)
                grads.append((rules.dW(dZ, A_prev), rules.db(dZ)))
                dA = rules.dA(dZ, W)
            return grads[::-1]

        return backward


def line_up(
    namespace: Mapping[str, Any],
    suspects: Mapping[str, Backward],
    guesses: Mapping[str, float | None],
    *,
    epochs: int = EPOCHS,
) -> None:
    """Train one network with each suspect on the digits, and print a table.

    Its columns: the last training loss; the test accuracy and what was guessed; the angle
    in degrees between the suspect's gradient and the true one in the first step; and what
    the learner's gradient check says.  The square button ends it early.

    Args:
        namespace: a notebook's globals(), with init_params, model_forward, minibatches,
            model_backward, gradient_check, cross_entropy and cross_entropy_grad.
        suspects: name -> backward(dA, caches); a name begins with its letter.
        guesses: letter -> an accuracy, or None.
        epochs: how long each of them trains.
    """
    with waiting():
        found = {}
        try:
            for name, backward in tqdm(suspects.items(), unit="suspect"):
                found[name] = (*_train(namespace, backward, epochs), _check(namespace, backward))
        except KeyboardInterrupt:
            print(captions.stopped_suspects(len(found)))
        print(captions.SUSPECTS_HEAD)
        for name, (loss, accuracy, angle, error) in found.items():
            guess = guesses.get(name[0])
            said = "-" if guess is None else f"{guess:.2f}"
            print(f"{name:28}{loss:7.3f}{accuracy:7.3f}{said:>7}{angle:7.0f}{error:8.0e}")


def _train(
    namespace: Mapping[str, Any], backward: Backward, epochs: int
) -> tuple[float, float, float]:
    """Return the last epoch's training loss, the test accuracy, the angle of the first step."""
    ask, data, rng = namespace.__getitem__, digits(), np.random.default_rng(0)
    params = ask("init_params")(DIMS, rng, "he")
    angle, total = float("nan"), 0.0
    for _ in range(epochs):
        total = 0.0
        for X, T in ask("minibatches")(data.X_train, data.T_train, BATCH, rng):
            P, caches = ask("model_forward")(X, params, KINDS)
            total += ask("cross_entropy")(P, T) * X.shape[1]
            dA = ask("cross_entropy_grad")(P, T)
            grads = backward(dA, caches)
            if np.isnan(angle):
                angle = angle_between(grads, ask("model_backward")(dA, caches))
            params = [
                (W - RATE * dW, b - RATE * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
    P, _ = ask("model_forward")(data.X_test, params, KINDS)
    accuracy = float(np.mean(P.argmax(axis=0) == data.labels_test))
    return total / data.X_train.shape[1], accuracy, angle


def angle_between(first: Grads, second: Grads) -> float:
    """Return the angle between two gradients in degrees, all their entries in one vector."""
    u, v = (
        np.concatenate([array.ravel() for pair in g for array in pair]) for g in (first, second)
    )
    share = u @ v / (np.linalg.norm(u) * np.linalg.norm(v))
    return float(np.degrees(np.arccos(np.clip(share, -1.0, 1.0))))


def _check(namespace: Mapping[str, Any], backward: Backward) -> float:
    """Return what the learner's gradient_check says on a small network."""
    ask, rng = namespace.__getitem__, np.random.default_rng(3)
    params = ask("init_params")(SMALL, rng, "he")
    X, T = rng.normal(size=(SMALL[0], 6)), np.eye(SMALL[-1])[:, rng.integers(SMALL[-1], size=6)]
    P, caches = ask("model_forward")(X, params, KINDS)
    grads = backward(ask("cross_entropy_grad")(P, T), caches)

    def loss(moved: Any) -> Any:
        return ask("cross_entropy")(ask("model_forward")(X, moved, KINDS)[0], T)

    return float(ask("gradient_check")(loss, params, grads))
