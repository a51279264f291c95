"""A page of lesson 01: products needed path by path, and by one backward pass."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from byhand.figures import captions, faults
from byhand.figures.controls import slider
from byhand.figures.guard import Array, Functions, Trouble
from byhand.figures.panel import View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, VERMILLION

DEEPEST = 15


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Products by depth for layers of one width.

    Attributes:
        width, depth: of the network that is marked.
        depths: (k,), 2, 3, ..., in layers.
        by_paths: (k,), products of a sum over all paths: one for each further layer of a path.
        backward: (k,), products of a backward pass: one a weight.
    """

    width: int
    depth: int
    depths: Array
    by_paths: Array
    backward: Array


def compute(functions: Functions, *, width: int, depth: int) -> Work:
    """Yield one Counts; functions: count_paths_and_weights."""
    name = "count_paths_and_weights"
    rows = []
    for layers in range(2, DEEPEST + 1):
        found = functions.call(name, [width] * layers)
        try:
            paths, weights = (int(number) for number in found)
        except (TypeError, ValueError, OverflowError):
            raise Trouble(faults.not_two_numbers(name, found)) from None
        rows.append((layers, paths * (layers - 1), weights))
    depths, by_paths, backward = np.array(rows, dtype=np.float64).T
    yield (
        Counts(width=width, depth=depth, depths=depths, by_paths=by_paths, backward=backward),
        1.0,
    )


def toy() -> Functions:
    """Return a demonstration: the numbers of layers of two units, whatever the width."""
    paths = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
    weights = (4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56)
    return Functions(
        {"count_paths_and_weights": lambda w: (paths[len(w) - 2], weights[len(w) - 2])}
    )


class _Painter:
    def __init__(self) -> None:
        self.surface = surface = Surface(3.7)
        with surface as figure:
            axes = figure.add_subplot()
            axes.set_yscale("log")
            axes.set(xlim=(1.5, DEEPEST + 0.5), ylim=(0.7, 3e16), xlabel=captions.LAYERS)
            axes.set_title(captions.PRODUCTS_NEEDED, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            (paths,) = axes.plot([], [], "s--", color=VERMILLION, label=captions.PATH_BY_PATH)
            (back,) = axes.plot([], [], "o-", color=BLUE, label=captions.ONE_PASS)
            axes.legend(loc="upper left", frameon=False, handlelength=4)
            self.paths, self.back = surface.moving(paths), surface.moving(back)
            self.marks = surface.all_moving(
                axes.plot([], [], marker=shape, color=colour, markersize=13, fillstyle="none")[0]
                for shape, colour in (("s", VERMILLION), ("o", BLUE))
            )
        self.says = [surface.words(axes, 0, 0, anchor=anchor, bold=True) for anchor in ("rd", "ra")]

    def paint(self, counts: Counts) -> str:
        here = int(np.flatnonzero(counts.depths == counts.depth)[0])
        for line, mark, words, values in zip(
            (self.paths, self.back),
            self.marks,
            self.says,
            (counts.by_paths, counts.backward),
            strict=True,
        ):
            shown = np.maximum(values, 0.8)  # 0 has no place on a logarithmic axis
            line.set_data(counts.depths, shown)
            mark.set_data([counts.depth], [shown[here]])
            words.x, words.text = counts.depth - 0.25, f"{values[here]:,.0f}"
            words.y = shown[here] * (2.2 if mark is self.marks[0] else 1 / 1.8)
        return captions.products_counted(
            counts.depth,
            counts.width,
            by_paths=counts.by_paths[here],
            back=counts.backward[here],
        )


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.PRODUCTS_TITLE,
        controls={
            "width": slider(captions.UNITS_A_LAYER, 4, 1, 10, 1),
            "depth": slider(captions.LAYERS, 6, 2, DEEPEST, 1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.PRODUCTS_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.PRODUCTS_HINT,
    )
