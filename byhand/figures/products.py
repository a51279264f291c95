"""Lesson 03: order and transposes.  Which products fit, and which of them is right?

With three different sizes the shapes decide.  In a square layer all eight products
fit, and the error, entry by entry, shows which of them is a gradient.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from byhand.figures import captions, faults
from byhand.figures.controls import choice, slider, switch
from byhand.figures.guard import Array, Functions, Trouble, as_array
from byhand.figures.panel import Panel, View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, GRADIENT, GREEN, INK, QUIET, number

LARGEST = 6
"""Sizes go from 1 to 6."""

WANTED = {"dW": "A", "dA": "W"}
"""What is wanted -> the array that is multiplied with dZ."""

RIGHT, WRONG, MISFIT, IMPOSSIBLE = "right", "wrong", "misfit", "impossible"


@dataclass(frozen=True, kw_only=True)
class Product:
    """One way to multiply dZ with the other array.

    Attributes:
        name: as it would stand in code, "dZ @ A.T".
        shapes: of the two factors, transposed where they are.
        result: the product, or None where the factors do not multiply.
        verdict: RIGHT, WRONG, MISFIT or IMPOSSIBLE.
        error: (rows, columns), sizes of the errors, or None where shapes differ.
    """

    name: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    result: Array | None
    verdict: str
    error: Array | None


@dataclass(frozen=True, kw_only=True)
class Products:
    """All eight products, and the one that the learner chose.

    Attributes:
        wanted: "dW" or "dA"; truth: what dense_backward says it is.
        products: the eight, in a fixed order; chosen: the index of one of them.
    """

    wanted: str
    truth: Array
    products: tuple[Product, ...]
    chosen: int


def compute(
    functions: Functions,
    *,
    wanted: str,
    first: str,
    transpose_first: bool,
    transpose_second: bool,
    n_out: int,
    n_in: int,
    m: int,
) -> Work:
    """Yield one Products.

    Args:
        functions: dense_backward.
        wanted: "dW" or "dA".
        first: which factor stands on the left, "dZ" or "the other".
        transpose_first, transpose_second: transpose the left, the right factor.
        n_out, n_in, m: units, inputs, samples.
    """
    rng = np.random.default_rng((n_out, n_in, m))
    dZ, A, W = (rng.normal(size=size) for size in ((n_out, m), (n_in, m), (n_out, n_in)))
    name = "dense_backward"
    found = functions.call(name, dZ.copy(), (A.copy(), W.copy()))
    if not isinstance(found, tuple | list) or len(found) != 3:
        raise Trouble(faults.not_three_arrays(name))
    truth = as_array(
        faults.part_of(wanted, name),
        found[1] if wanted == "dW" else found[0],
        shape=W.shape if wanted == "dW" else A.shape,
    )
    factors = {"dZ": dZ, WANTED[wanted]: A if wanted == "dW" else W}
    products = tuple(
        _product(factors, order, flips, truth)
        for order in (list(factors), list(factors)[::-1])
        for flips in ((False, False), (False, True), (True, False), (True, True))
    )
    chosen = 4 * (first != "dZ") + 2 * transpose_first + transpose_second
    yield Products(wanted=wanted, truth=truth, products=products, chosen=chosen), 1.0


def _product(
    factors: Mapping[str, Array], order: list[str], flips: tuple[bool, bool], truth: Array
) -> Product:
    left, right = (
        factors[name].T if flip else factors[name] for name, flip in zip(order, flips, strict=True)
    )
    name = " @ ".join(part + ".T" * flip for part, flip in zip(order, flips, strict=True))
    shapes = (left.shape, right.shape)
    if left.shape[1] != right.shape[0]:
        return Product(name=name, shapes=shapes, result=None, verdict=IMPOSSIBLE, error=None)
    result = left @ right
    if result.shape != truth.shape:
        return Product(name=name, shapes=shapes, result=result, verdict=MISFIT, error=None)
    error = np.abs(result - truth)
    verdict = RIGHT if error.max() <= 1e-7 * max(1.0, np.abs(truth).max()) else WRONG
    return Product(name=name, shapes=shapes, result=result, verdict=verdict, error=error)


def toy() -> Functions:
    """Return a demonstration: the wanted result is a sum of the factors' rows, no product."""

    def sums(dZ: Array, cache: tuple[Array, Array]) -> tuple[Array, Array, Array]:
        A, W = cache
        up, across = dZ.sum(axis=1, keepdims=True), A.sum(axis=1, keepdims=True)
        return across + 0 * A, up + 0 * W, up

    return Functions({"dense_backward": sums})


_MARKS = {
    RIGHT: ("●", GREEN),
    WRONG: ("▲", GRADIENT),
    MISFIT: ("□", QUIET),
    IMPOSSIBLE: ("×", QUIET),
}


class _Painter:
    """Above the chosen factors to scale and the error; below a tile for each product."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.9)
        with surface as figure:
            grid = figure.add_gridspec(2, 2, height_ratios=(2.6, 1.5), width_ratios=(1.25, 1))
            left, heat, tiles = (
                figure.add_subplot(grid[0, 0]),
                figure.add_subplot(grid[0, 1]),
                figure.add_subplot(grid[1, :]),
            )
            left.set_axis_off()
            left.set(xlim=(0, 15), ylim=(-1.6, 7.4))
            left.set_aspect("equal")
            left.set_title(captions.FACTORS, loc="left")
            self.boxes = surface.all_moving(
                left.add_patch(
                    Rectangle(
                        (0, 0), 1, 1, facecolor=colour, edgecolor=INK, hatch=hatch, alpha=0.85
                    )
                )
                for colour, hatch in (("#9ecae8", ""), ("#f3d08a", "//"))
            )
            heat.set_title(captions.ERROR_OF_ENTRIES, loc="left")
            heat.spines[:].set_visible(False)
            heat.set(xticks=[], yticks=[], xlim=(-0.5, 5.5), ylim=(5.5, -0.5))
            self.cells = surface.moving(
                heat.imshow(np.zeros((1, 1)), cmap="cividis_r", vmin=0, vmax=4, aspect="auto")
            )
            heat.set(xlim=(-0.5, 5.5), ylim=(5.5, -0.5))
            tiles.set_axis_off()
            tiles.set(xlim=(0, 4), ylim=(2, 0))
            self.frames = [
                tiles.add_patch(
                    Rectangle((0.03 + i % 4, 0.06 + i // 4), 0.94, 0.88, facecolor="#f4f4f4")
                )
                for i in range(8)
            ]
            self.frame = surface.moving(
                tiles.add_patch(
                    Rectangle((0, 0), 0.94, 0.88, fill=False, edgecolor=BLUE, linewidth=3)
                )
            )
        self.names = [surface.words(left, 0, 0, bold=True) for _ in range(2)]
        self.sizes = [surface.words(left, 0, 0, anchor="ma") for _ in range(2)]
        self.says = surface.words(left, 0.0, -1.35, anchor="lm", bold=True)
        self.entries = [[surface.words(heat, j, i) for j in range(LARGEST)] for i in range(LARGEST)]
        self.none = surface.words(heat, 0.5, 0.5, relative=True, colour=QUIET)
        self.tiles = [
            (
                surface.words(tiles, 0.5 + i % 4, 0.33 + i // 4, bold=True),
                surface.words(tiles, 0.5 + i % 4, 0.7 + i // 4),
            )
            for i in range(8)
        ]

    def paint(self, products: Products) -> str:
        chosen = products.products[products.chosen]
        self._factors(chosen)
        self._errors(chosen)
        for product, (name, verdict) in zip(products.products, self.tiles, strict=True):
            mark, colour = _MARKS[product.verdict]
            name.text, verdict.text, verdict.colour = (
                product.name,
                f"{mark} {captions.FITS[product.verdict]}",
                colour,
            )
        self.frame.set_xy((0.03 + products.chosen % 4, 0.06 + products.chosen // 4))
        fitting = [p for p in products.products if p.verdict in (RIGHT, WRONG)]
        right = sum(p.verdict == RIGHT for p in fitting)
        shape = products.truth.shape
        said = [
            captions.product_is(chosen.name, chosen.shapes, chosen.verdict),
            captions.products_fitting(products.wanted, shape, fitting=len(fitting), right=right),
        ]
        if chosen.error is not None and chosen.verdict == WRONG:
            said.append(captions.largest_error(number(chosen.error.max())))
        return " ".join(said)

    def _factors(self, chosen: Product) -> None:
        x = 0.0
        for box, name, size, part, shape in zip(
            self.boxes,
            self.names,
            self.sizes,
            chosen.name.split(" @ "),
            chosen.shapes,
            strict=True,
        ):
            rows, columns = shape
            box.set_bounds(x, 6.6 - rows, columns, rows)
            name.x, name.y, name.text = x + columns / 2, 6.6 - rows / 2, part
            size.x, size.y, size.text = (
                x + max(columns, 2) / 2,
                6.4 - rows,
                captions.size(rows, columns),
            )
            x += max(columns, 2) + 1.5
        inner = (chosen.shapes[0][1], chosen.shapes[1][0])
        fits = inner[0] == inner[1]
        self.says.text = captions.multiply(*inner)
        self.says.colour = INK if fits else GRADIENT

    def _errors(self, chosen: Product) -> None:
        error = chosen.error
        self.none.text = "" if error is not None else captions.NO_ERROR
        self.cells.set_visible(error is not None)
        if error is not None:
            rows, columns = error.shape
            self.cells.set_data(error)
            self.cells.set_extent((-0.5, columns - 0.5, rows - 0.5, -0.5))
        for (i, j), words in np.ndenumerate(np.array(self.entries, dtype=object)):
            inside = error is not None and i < error.shape[0] and j < error.shape[1]
            words.text = f"{error[i, j]:.1f}" if error is not None and inside else ""
            words.colour = "white" if error is not None and inside and error[i, j] > 2 else "black"


def view() -> View:
    """Return the figure's only page."""
    painter = _Painter()
    return View(
        title=captions.ORDER_TITLE,
        controls={
            "wanted": choice(captions.WANTED, WANTED, "dW"),
            "first": choice(captions.LEFT_FACTOR, ("dZ", "the other"), "dZ"),
            "transpose_first": switch(captions.TRANSPOSE_LEFT, value=False),
            "transpose_second": switch(captions.TRANSPOSE_RIGHT, value=False),
            "n_out": slider("n_out", 4, 1, LARGEST, 1),
            "n_in": slider("n_in", 4, 1, LARGEST, 1),
            "m": slider("m", 4, 1, LARGEST, 1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.ORDER_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.ORDER_HINT,
    )


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 03 on a notebook's own functions, `show(globals())`."""
    Panel("products", [view()], Functions(namespace)).show()
