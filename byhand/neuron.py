"""A single neuron that learns two classes: the demonstrations of lesson 01."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from byhand import captions
from byhand.picture import BLUE, INK, LINES, VERMILLION, Picture, drawing, number
from byhand.waiting import waiting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
Loss = Callable[[Array, float, Array, Array], float]
Gradient = Callable[[Array, float, Array, Array], tuple[Array, float]]

RATE, STEPS = 0.5, 200
START = (-1.0, 1.0, 0.0)
"""w_1, w_2 and b before the first step: a line that divides the plane the wrong way."""


def two_classes() -> tuple[Array, Array]:
    """Return data X (2, 80) and targets T (1, 80): 40 samples of 0, then 40 of 1."""
    rng = np.random.default_rng(1)
    T = np.repeat([[0.0, 1.0]], 40, axis=1)
    return rng.normal(size=(2, 80)) + np.where(T == 1, 1.2, -0.8), T


def learn(loss: Loss, gradient: Gradient, *, rate: float = RATE) -> tuple[Array, Array]:
    """Train on `two_classes` from START, by gradient descent on the whole data.

    Args:
        loss: loss(w, b, X, T) -> a number; w (1, 2), b a number.
        gradient: gradient(w, b, X, T) -> (dw (1, 2), db).
        rate: the learning rate.

    Returns:
        parameters (STEPS + 1, 3), a row w_1, w_2, b before each step and after the
        last; losses (STEPS + 1,) at these.
    """
    X, T = two_classes()
    w, b = np.array([START[:2]]), START[2]
    ways, losses = [[*START]], [float(loss(w, b, X, T))]
    for _ in range(STEPS):
        dw, db = gradient(w, b, X, T)
        w, b = w - rate * np.asarray(dw, dtype=np.float64), float(b - rate * db)
        ways.append([*w[0], b])
        losses.append(float(loss(w, b, X, T)))
    return np.array(ways), np.array(losses)


def share_right(parameters: Array) -> float:
    """Return which share of `two_classes` a neuron w_1, w_2, b puts on the right side."""
    X, T = two_classes()
    z = parameters[:2] @ X + parameters[2]  # (2,) (2, 80) -> (80,)
    return float(np.mean((z > 0) == T[0]))


def squared_error(w: Array, b: float, X: Array, T: Array) -> float:
    """Return the mean over the samples of half the squared error of a sigmoid neuron."""
    P = 1 / (1 + np.exp(-(w @ X + b)))  # (1, n) (n, m) -> (1, m)
    return float(np.mean((P - T) ** 2) / 2)


def measured(w: Array, b: float, X: Array, T: Array) -> tuple[Array, float]:
    """Return the gradient of `squared_error`, measured: no formula is needed for it."""

    def loss(parameters: Array) -> float:
        return squared_error(parameters[None, :2], float(parameters[2]), X, T)

    at, h = np.append(w[0], b), 1e-5
    # Not by byhand.gradcheck, which a lesson that asks for it does not offer.
    slopes = np.array([loss(at + step) - loss(at - step) for step in h * np.eye(3)]) / (2 * h)
    return slopes[None, :2], float(slopes[2])


def neuron_learns(loss: Loss | None = None, gradient: Gradient | None = None) -> Picture | None:
    """Draw a neuron that learns: where it divides the plane, and its loss, step by step.

    Args:
        loss: a learner's; without it, half the squared error.
        gradient: a learner's; without it, slopes measured by differences.

    Returns:
        Picture; None where a function is not written yet, which is said in a line.
    """
    with waiting():
        ways, losses = learn(loss or squared_error, gradient or measured)
        with drawing(3.4) as figure:
            left, right = figure.subplots(1, 2, width_ratios=(1.05, 1))
            _plane(left, ways)
            right.plot(losses, color=INK)
            right.set(title=captions.THE_LOSS, xlabel=captions.STEP, ylabel="$L$", ylim=(0, None))
            right.grid(color="#e0e0e0", linewidth=0.8)
        words = [captions.NEURON_IN_WORDS, _in_words(captions.NEURON, ways, losses)]
        return Picture(figure, "\n".join(words))
    return None


def _plane(axes: Axes, ways: Array) -> None:
    X, T = two_classes()
    for target, (colour, marker) in enumerate(((VERMILLION, "s"), (BLUE, "o"))):
        members = X[:, T[0] == target]
        axes.plot(*members, marker, color=colour, markersize=5, label=captions.class_of(target))
    across = np.array([-4.5, 4.5])
    for step, dashes in ((0, ":"), (10, "--"), (STEPS, "-")):
        w_1, w_2, b = ways[step]
        if w_2:
            axes.plot(
                across, -(w_1 * across + b) / w_2, dashes, color=INK, label=captions.step(step)
            )
    axes.set(xlim=(-4.5, 4.5), ylim=(-4, 4.5), title=captions.PLANE)
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def suspects(right: Gradient) -> dict[str, Gradient]:
    """Return three gradients for the bug hunt of lesson 01, made from the learner's own."""

    def first(w: Array, b: float, X: Array, T: Array) -> tuple[Array, float]:
        A = 1 / (1 + np.exp(-(w @ X + b)))  # (1, n) (n, m) -> (1, m)
        dZ = (A - T) * A * (1 - A) / T.size
        return dZ @ X.T, float(np.sum(dZ))  # (1, m) (m, n) -> (1, n)

    def third(w: Array, b: float, X: Array, T: Array) -> tuple[Array, float]:
        A = 1 / (1 + np.exp(-(w @ X + b)))  # (1, n) (n, m) -> (1, m)
        dZ = (A - T) / T.size
        return dZ @ X.T, float(dZ[0, 0])  # (1, m) (m, n) -> (1, n)

    return {"first": first, "second": right, "third": third}


def compare_losses(loss: Loss, gradients: Mapping[str, Gradient]) -> Picture | None:
    """Draw the loss over the steps of training by each gradient, on the same axes."""
    with waiting():
        runs = {name: learn(loss, gradient) for name, gradient in gradients.items()}
        with drawing(3.4) as figure:
            axes = figure.add_subplot()
            for (name, (_, losses)), (colour, dashes, _) in zip(runs.items(), LINES, strict=False):
                axes.plot(losses, color=colour, linestyle=dashes, label=name)
            axes.set(xlabel=captions.STEP, ylabel="$L$", title=captions.BY_EACH, ylim=(0, None))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            axes.legend(frameon=False, handlelength=4)
        words = [captions.LOSSES_IN_WORDS]
        words += [_in_words(name, *run) for name, run in runs.items()]
        return Picture(figure, "\n".join(words))
    return None


def _in_words(name: str, ways: Array, losses: Array) -> str:
    seen = (number(losses[0]), number(losses[10]), number(losses[-1]))
    return captions.learns(name, seen, STEPS, share_right(ways[-1]))
