"""Lesson 04: how large a gradient is, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from byhand.figures import captions, faults
from byhand.figures.controls import choice, slider
from byhand.figures.guard import Array, Functions, Trouble, as_array
from byhand.figures.panel import Panel, View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, GREEN, VERMILLION

DEEPEST = 20
SAMPLES = 60
STYLES = {
    "sigmoid": (VERMILLION, "--", "s"),
    "tanh": (GREEN, "-.", "^"),
    "relu": (BLUE, "-", "o"),
}
"""Colour, dashes and marker of each activation."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Sizes of dW before any training.

    Attributes:
        scheme, depth, width: of the networks.
        sizes: activation -> (depth,), the root mean square of dW from layer 1 on.
    """

    scheme: str
    depth: int
    width: int
    sizes: dict[str, Array]


def compute(functions: Functions, *, scheme: str, depth: int, width: int) -> Work:
    """Yield one Sizes; functions: init_params, model_forward, model_backward."""
    sizes = {}
    for kind in STYLES:
        rng = np.random.default_rng(0)
        params = functions.call("init_params", [width] * (depth + 1), rng, scheme)
        found = functions.call(
            "model_forward", rng.normal(size=(width, SAMPLES)), params, [kind] * depth
        )
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise Trouble(faults.FORWARD_NOT_TWO)
        dA = rng.normal(size=(width, SAMPLES)) / SAMPLES
        grads = functions.call("model_backward", dA, found[1])
        if len(grads) != depth:
            raise Trouble(faults.other_number_of_pairs("model_backward", len(grads), depth))
        arrays = [
            as_array(faults.part_of("dW", "model_backward"), dW, shape=None) for dW, _ in grads
        ]
        sizes[kind] = np.array([np.sqrt(np.mean(dW**2)) for dW in arrays])
    yield Sizes(scheme=scheme, depth=depth, width=width, sizes=sizes), 1.0


def toy() -> Functions:
    """Return a demonstration: sizes that halve, shrink by a tenth, or stay, by formula."""
    shrink = {"sigmoid": 0.5, "tanh": 0.9, "relu": 1.0}

    def sizes(_dA: Array, caches: list[str]) -> list[tuple[Array, Array]]:
        depth = len(caches)
        return [
            (np.array([[0.1 * shrink[kind] ** (depth - i)]]), np.zeros((1, 1)))
            for i, kind in enumerate(caches)
        ]

    return Functions(
        {
            "init_params": lambda *_: [],
            "model_forward": lambda X, _params, kinds: (X, kinds),
            "model_backward": sizes,
        }
    )


class _Painter:
    def __init__(self) -> None:
        self.surface = surface = Surface(4.0)
        with surface as figure:
            axes = figure.add_subplot()
            axes.set_yscale("log")
            axes.set(xlim=(0.5, DEEPEST + 0.5), ylim=(1e-14, 10), xlabel=captions.LAYER)
            axes.set_title(captions.SIZE_OF_ENTRY, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            self.lines = {}
            for kind, (colour, dashes, marker) in STYLES.items():
                (line,) = axes.plot([], [], color=colour, linestyle=dashes, marker=marker)
                self.lines[kind] = surface.moving(line)
            figure.legend(
                self.lines.values(),
                STYLES,
                loc="outside lower center",
                ncols=3,
                frameon=False,
                handlelength=4,
            )

    def paint(self, sizes: Sizes) -> str:
        said = []
        for kind, values in sizes.sizes.items():
            self.lines[kind].set_data(np.arange(1, values.size + 1), np.maximum(values, 1e-13))
            ratio = values[-1] / values[0] if values[0] > 0 else np.inf
            said.append(captions.sizes(kind, last=values[-1], first=values[0], ratio=ratio))
        head = captions.network_of(sizes.depth, sizes.width, sizes.scheme)
        return " ".join([head, *said])


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.SIZES_TITLE,
        controls={
            "scheme": choice(captions.INITIALISATION, ("he", "xavier"), "he"),
            "depth": slider(captions.LAYERS, 10, 2, DEEPEST, 1),
            "width": slider(captions.UNITS_A_LAYER, 50, 5, 80, 5),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.SIZES_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.SIZES_HINT,
    )


def show(namespace: Mapping[str, Any]) -> None:
    """Show the sizes on a notebook's own functions, `show(globals())`."""
    Panel("signal_sizes", [view()], Functions(namespace)).show()
