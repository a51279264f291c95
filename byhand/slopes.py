"""Curves of one variable, and what their slopes are for: pictures of lessons 01 and 02."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from byhand import captions
from byhand.picture import BLUE, INK, VERMILLION, Picture, drawing, listed

Array = NDArray[np.float64]


def downhill() -> Picture:
    """Draw four steps of gradient descent on (w - 2)^2 / 2 + 0.3, from w = 4.5 at rate 0.4."""
    visited = [4.5]
    for _ in range(4):
        visited.append(visited[-1] - 0.4 * (visited[-1] - 2))
    w, grid = np.array(visited), np.linspace(-0.5, 5, 200)
    with drawing(3.2) as figure:
        axes = figure.add_subplot()
        axes.plot(grid, _valley(grid), color=BLUE)
        axes.plot(w, _valley(w), "o--", color=VERMILLION)
        axes.set(xlabel="$w$", ylabel="$L$", title=captions.DOWNHILL)
    return Picture(figure, captions.downhill(listed(w), listed(_valley(w))))


def _valley(w: Array) -> Array:
    return np.asarray(0.5 * (w - 2) ** 2 + 0.3)


def two_chords() -> Picture:
    """Draw x^3 near 2 with its tangent, a chord to one side and one over both sides, h = 0.5."""
    grid = np.linspace(1.2, 2.8, 200)
    with drawing(3.6) as figure:
        axes = figure.add_subplot()
        axes.plot(grid, grid**3, color=INK, label="$f(x) = x^3$")
        axes.plot(grid, 8 + 12 * (grid - 2), ":", color=INK, label=captions.TANGENT)
        for marks, ends, colour, label in (
            ("s--", (2, 2.5), VERMILLION, captions.ONE_SIDE),
            ("o-", (1.5, 2.5), BLUE, captions.BOTH_SIDES),
        ):
            axes.plot(ends, [end**3 for end in ends], marks, color=colour, label=label)
        axes.set(xlabel="$x$", ylabel="$f$", title=captions.CHORDS)
        axes.legend(frameon=False)
    return Picture(figure, captions.CHORDS_IN_WORDS)


def sample_loss() -> Picture:
    """Draw the cross-entropy of one sample over z, for both targets."""
    z = np.linspace(-8, 8, 200)
    with drawing(3.2) as figure:
        axes = figure.add_subplot()
        axes.plot(z, np.log1p(np.exp(-z)), color=BLUE, label=captions.TARGET_1)
        axes.plot(z, np.log1p(np.exp(z)), "--", color=VERMILLION, label=captions.TARGET_0)
        axes.set(xlabel="$z$", ylabel=captions.SAMPLE_LOSS, title=captions.COSTS)
        axes.legend(frameon=False)
    return Picture(figure, captions.COSTS_IN_WORDS)


def four_activations() -> Picture:
    """Draw linear, relu, sigmoid and tanh, each with its measured slope, on the same axes."""
    z = np.linspace(-4.0, 4.0, 161)
    functions: dict[str, Callable[[Array], Array]] = {
        "linear": lambda z: z,
        "relu": lambda z: np.maximum(z, 0.0),
        "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
        "tanh": np.tanh,
    }
    with drawing(2.9) as figure:
        panels = figure.subplots(1, 4, sharex=True, sharey=True)
        for panel, (name, phi) in zip(panels, functions.items(), strict=True):
            slope = (phi(z + 1e-5) - phi(z - 1e-5)) / 2e-5
            panel.plot(z, phi(z), color=BLUE, label=r"$\phi(z)$")
            panel.plot(z, slope, "--", color=VERMILLION, label=captions.SLOPE)
            panel.set(title=name, xlabel="$z$", xticks=[-4, 0, 4], ylim=(-1.2, 2.2))
            panel.grid(color="#e0e0e0", linewidth=0.8)
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=2,
            frameon=False,
        )
    return Picture(figure, captions.ACTIVATIONS)
