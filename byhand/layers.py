"""The shapes that travel through dense layers, forward and backward, and what caches keep.

Names are those of the code: dW is the gradient by W.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from byhand import captions, faults
from byhand.boxes import bare_axes, draw_arrow, draw_box
from byhand.picture import BLUE, GRADIENT, QUIET, WIDTH, Picture, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_IN, _BOX, _BETWEEN, _PHI, _OUT = 0.62, 2.25, 3.95, 5.2, 6.45
"""Where the parts of a layer stand, in inches from the left."""

_FORWARD, _BACKWARD = 2.45, 1.3
"""Heights of the two rows of a chain, in inches."""


def shapes_diagram(n_in: int, n_out: int, m: int, *, backward: bool = True) -> Picture:
    """Draw a dense layer with its activation, and the shape of the array on every arrow.

    Args:
        n_in: features that enter.
        n_out: features that leave.
        m: samples in the batch.
        backward: draw the way back too: dA_out enters, dA, dW and db leave.

    Returns:
        Picture, whose description lists every array with its shape.

    Raises:
        ValueError: a size is below 1.
    """
    if min(n_in, n_out, m) < 1:
        raise ValueError(faults.sizes_below_1(n_in, n_out, m))
    sizes = {"n_in": n_in, "n_out": n_out, "m": m, "1": 1}
    shapes = {
        "A": ("n_in", "m"),
        "W": ("n_out", "n_in"),
        "b": ("n_out", "1"),
        "Z": ("n_out", "m"),
        "A_out": ("n_out", "m"),
    }
    said = {
        name: (f"({rows}, {columns})", f"= ({sizes[rows]}, {sizes[columns]})")
        for name, (rows, columns) in shapes.items()
    }
    with drawing(5.1 if backward else 2.3) as figure:
        axes = bare_axes(figure.add_subplot(), captions.LAYER)
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(-0.65 if backward else 2.05, 4.1)
        lines = {name: "\n".join(shape) for name, shape in said.items()}
        _layer_forward(axes, lines)
        if backward:
            _layer_backward(axes, lines)
    words = [captions.LAYER_FORWARD]
    words += [captions.has_shape(name, " ".join(shape)) for name, shape in said.items()]
    if backward:
        words.append(captions.LAYER_BACKWARD)
        words += [
            captions.has_shape_as(f"d{name}", " ".join(shape), name) for name, shape in said.items()
        ]
    return Picture(figure, "\n".join(words))


def _layer_forward(axes: Axes, said: Mapping[str, str]) -> None:
    height = 2.75
    box = draw_box(axes, _BOX, height, "Z = W @ A + b", edge=BLUE)
    phi = draw_box(axes, _PHI, height, "$\\phi$", edge=BLUE)
    draw_arrow(axes, (0.1, height), (_BOX, height), end_box=box, colour=BLUE)
    draw_arrow(axes, (_BOX, height), (_PHI, height), start_box=box, end_box=phi, colour=BLUE)
    draw_arrow(axes, (_PHI, height), (6.95, height), start_box=phi, colour=BLUE)
    for x, side, name in ((_BOX - 0.3, "right", "W"), (_BOX + 0.3, "left", "b")):
        draw_arrow(axes, (x, 4.0), (x, height + 0.25), colour=BLUE)
        _beside(axes, (x, 3.45), side, f"{name}  {said[name]}", BLUE)
    for x, name in ((_IN, "A"), (_BETWEEN, "Z"), (_OUT, "A_out")):
        _named(axes, (x, height), name, said[name], BLUE)


def _layer_backward(axes: Axes, said: Mapping[str, str]) -> None:
    height = 1.0
    box = draw_box(axes, _BOX, height, captions.LAYER_STEPS, edge=GRADIENT)
    slope = draw_box(axes, _PHI, height, "$\\odot\\;\\phi'(Z)$", edge=GRADIENT)
    draw_arrow(axes, (6.95, height), (_PHI, height), end_box=slope, colour=GRADIENT)
    draw_arrow(axes, (_PHI, height), (_BOX, height), start_box=slope, end_box=box, colour=GRADIENT)
    draw_arrow(axes, (_BOX, height), (0.1, height), start_box=box, colour=GRADIENT)
    for x, side, name in ((_BOX - 0.3, "right", "W"), (_BOX + 0.3, "left", "b")):
        draw_arrow(axes, (x, 0.35), (x, -0.6), colour=GRADIENT)
        _beside(axes, (x, -0.15), side, f"d{name}  {said[name]}", GRADIENT)
    for x, low, kept in ((_BOX, 1.62, captions.CACHE_A_W), (_PHI, 1.25, captions.CACHE_Z)):
        draw_arrow(axes, (x, 2.48), (x, low), colour=QUIET, dashed=True)
        _beside(axes, (x, 2.05), "left", kept, QUIET)
    for x, name in ((_IN, "A"), (_BETWEEN, "Z"), (_OUT, "A_out")):
        _named(axes, (x, height), f"d{name}", said[name], GRADIENT)


def _named(axes: Axes, at: tuple[float, float], name: str, shape: str, colour: str) -> None:
    """Write a name above a horizontal arrow and the shape below."""
    x, y = at
    axes.text(x, y + 0.07, name, ha="center", va="bottom", color=colour, fontsize=12)
    axes.text(x, y - 0.09, shape, ha="center", va="top", color=colour, fontsize=10.5)


def _beside(axes: Axes, at: tuple[float, float], side: str, label: str, colour: str) -> None:
    """Write a label beside an upright arrow; it ends there where side is right."""
    x = at[0] - 0.1 if side == "right" else at[0] + 0.1
    axes.text(x, at[1], label, ha=side, va="center", color=colour, fontsize=10.5)


def chain_diagram(dims: Sequence[int], kinds: Sequence[str], m: int) -> Picture:
    """Draw a network as a chain, forward and backward, with the shape of every array.

    Args:
        dims: widths, data first: [64, 32, 10] has two layers.
        kinds: the activation of each layer.
        m: samples in the batch.

    Returns:
        Picture: above the way forward, below it the way back, under each dZ the gradients
        that stay in the layer.  The description lists all of them in order.

    Raises:
        ValueError: there is not one kind for each layer, or no layer at all.
    """
    _check(dims, kinds, "chain_diagram")
    names, widths = ["X"], [dims[0]]
    steps = []  # what an arrow does, forward and backward
    for layer, kind in enumerate(kinds, start=1):
        names += [f"Z{layer}", f"A{layer}"]
        widths += [dims[layer]] * 2
        steps.append((f"W{layer}, b{layer}", f"W{layer}.T"))
        steps.append((kind, captions.ITS_JACOBIAN if kind == "softmax" else f"{kind}$\\,'$"))
    steps.append((captions.LOSS, captions.ITS_SLOPE))
    places = [WIDTH * (place + 0.5) / (len(names) + 1) for place in range(len(names) + 1)]
    with drawing(2.95) as figure:
        axes = bare_axes(figure.add_subplot(), "")
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, 2.9)
        for x, name, width in zip(places, names, widths, strict=False):
            _cell(axes, (x, _FORWARD), name, f"({width}, {m})", BLUE)
            _cell(axes, (x, _BACKWARD), f"d{name}", f"({width}, {m})", GRADIENT)
        _cell(axes, (places[-1], _FORWARD), "L", f"({captions.NUMBER})", BLUE)
        _cell(axes, (places[-1], _BACKWARD), "1", "", GRADIENT)
        for (left, right), (forward, backward) in zip(pairwise(places), steps, strict=True):
            for height, start, end, label, colour in (
                (_FORWARD, left + 0.32, right - 0.32, forward, BLUE),
                (_BACKWARD, right - 0.32, left + 0.32, backward, GRADIENT),
            ):
                draw_arrow(axes, (start, height + 0.08), (end, height + 0.08), colour=colour)
                _above(axes, ((left + right) / 2, height + 0.24), label, colour)
        for layer in range(1, len(dims)):
            x = places[2 * layer - 1]
            draw_arrow(axes, (x, _BACKWARD - 0.3), (x, 0.6), colour=GRADIENT)
            stays = f"dW{layer} ({dims[layer]}, {dims[layer - 1]})\ndb{layer} ({dims[layer]}, 1)"
            axes.text(x, 0.55, stays, ha="center", va="top", color=GRADIENT, fontsize=10.5)
    return Picture(figure, _chain_in_words(dims, kinds, m))


def _cell(axes: Axes, at: tuple[float, float], name: str, shape: str, colour: str) -> None:
    x, y = at
    axes.text(x, y, name, ha="center", va="bottom", color=colour, fontsize=12)
    axes.text(x, y - 0.06, shape, ha="center", va="top", color=colour, fontsize=10)


def _above(axes: Axes, at: tuple[float, float], label: str, colour: str) -> None:
    axes.text(*at, label, ha="center", va="bottom", color=colour, fontsize=10)


def _chain_in_words(dims: Sequence[int], kinds: Sequence[str], m: int) -> str:
    lines = [captions.chain_start(len(kinds), dims[0], m)]
    for layer, kind in enumerate(kinds, start=1):
        shape = f"({dims[layer]}, {m})"
        lines.append(captions.chain_forward(layer, kind, shape))
    lines.append(captions.CHAIN_END)
    for layer, kind in reversed(list(enumerate(kinds, start=1))):
        shape = f"({dims[layer]}, {m})"
        width, before = dims[layer], dims[layer - 1]
        lines.append(captions.chain_backward(layer, kind, shape, width=width, before=before))
    lines.append(captions.chain_left(dims[0], m))
    return "\n".join(lines)


def caches_diagram(dims: Sequence[int], kinds: Sequence[str], m: int) -> Picture:
    """Draw what each layer's cache keeps, and which step of the way back reads it.

    Args:
        dims: widths, data first.
        kinds: the activation of each of at most three layers.
        m: samples in the batch.

    Returns:
        Picture: a column for each layer, in blue frames what the way forward keeps, in brown
        what the way back makes of it.

    Raises:
        ValueError: there is not one kind for each layer, or no layer at all.
    """
    _check(dims, kinds, "caches_diagram")
    width = WIDTH / len(kinds)
    words = [captions.CACHES]
    with drawing(3.0) as figure:
        axes = bare_axes(figure.add_subplot(), "")
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(-0.05, 2.9)
        for layer, kind in enumerate(kinds, start=1):
            left, before = (layer - 1) * width, f"A{layer - 1}" if layer > 1 else "X"
            came, went = f"({dims[layer - 1]}, {m})", f"({dims[layer]}, {m})"
            weights = f"({dims[layer]}, {dims[layer - 1]})"
            slope = captions.TIMES_JACOBIAN if kind == "softmax" else captions.TIMES_SLOPE
            axes.text(left + 0.1, 2.72, captions.cache_title(layer - 1, layer), va="center")
            for height, at, kept, made in (
                (2.25, 2.25, f"{before}  {came}", f"dW{layer} = dZ{layer} @ {before}.T"),
                (1.6, 1.6, f"W{layer}  {weights}", f"d{before} = W{layer}.T @ dZ{layer}"),
                (0.95, 0.95, f"Z{layer}  {went}", f"dZ{layer} = dA{layer} {slope}"),
                (0.3, 0.88, f'"{kind}"', ""),
            ):
                box = draw_box(axes, left + 0.78, height, kept, edge=BLUE, size=10.5)
                start, end = (left + 0.78, height), (left + 1.72, at)
                draw_arrow(axes, start, end, start_box=box, dashed=True)
                axes.text(left + 1.77, at, made, va="center", color=GRADIENT, fontsize=10.5)
            words.append(captions.cache(layer, kind, before, came=came, went=went, weights=weights))
    return Picture(figure, "\n".join(words))


def _check(dims: Sequence[int], kinds: Sequence[str], name: str) -> None:
    if not kinds or len(dims) != len(kinds) + 1:
        raise ValueError(faults.widths_and_kinds(name, len(dims), len(kinds)))
