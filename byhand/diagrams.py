"""Boxes and arrows: a computational graph, and the shapes around a dense layer."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Text

from byhand.picture import BLUE, GRADIENT, INK, QUIET, WIDTH, Picture, drawing, minus, number, plain

_CELL = 1.55  # inches between two nodes whose positions differ by 1


class Node(NamedTuple):
    """A node of a computational graph: where it stands and what it says.

    x and y are positions in units of one column and one row, y upwards; the
    label may hold mathematics between dollar signs.
    """

    x: float
    y: float
    label: str


class Edge(NamedTuple):
    """An arrow between two nodes, by name, with the forward value and the gradient.

    A number is written with three digits, text as it is, None not at all.
    """

    start: str
    end: str
    value: float | str | None = None
    gradient: float | str | None = None


def computational_graph(
    nodes: Mapping[str, Node | tuple[float, float, str]],
    edges: Sequence[Edge | tuple[Any, ...]],
    *,
    title: str = "",
) -> Picture:
    """Draw a computational graph: above an edge its forward value, below its gradient.

    Args:
        nodes: name -> Node(x, y, label), or the plain tuple.
        edges: Edge(start, end, value, gradient), or plain tuples; forward
            values and gradients as numbers, as text, or None.
        title: stands above the graph.

    Returns:
        Picture, whose description lists every edge with its two numbers.

    Raises:
        ValueError: there are no nodes; an edge names a node that does not exist;
            two edges share both ends, or two ends of an edge one place.
    """
    placed = {name: Node(*node) for name, node in nodes.items()}
    arrows = [Edge(*edge) for edge in edges]
    if not placed:
        raise ValueError("computational_graph: expected at least one node, found none")
    _check_edges(placed, arrows)
    xs = [node.x for node in placed.values()]
    ys = [node.y for node in placed.values()]
    columns, rows = max(xs) - min(xs) + 0.9, max(ys) - min(ys) + 0.7
    scale = min(_CELL, WIDTH / columns)
    with drawing(scale * rows + (0.7 if title else 0.4)) as figure:
        axes = _bare_axes(figure.add_subplot(), title)
        axes.set_xlim(min(xs) - 0.45, max(xs) + 0.45)
        axes.set_ylim(min(ys) - 0.35, max(ys) + 0.35)
        boxes = {name: _box(axes, node.x, node.y, node.label) for name, node in placed.items()}
        for arrow in arrows:
            start, end = placed[arrow.start], placed[arrow.end]
            _arrow(
                axes,
                (start.x, start.y),
                (end.x, end.y),
                start_box=boxes[arrow.start],
                end_box=boxes[arrow.end],
            )
            _beside(axes, start, end, _share(arrow, arrows, placed), arrow)
        figure.supxlabel(_key(arrows), fontsize=10, color=QUIET)
    return Picture(figure, _graph_in_words(placed, arrows, title))


def _check_edges(nodes: Mapping[str, Node], edges: Sequence[Edge]) -> None:
    for edge in edges:
        for name in (edge.start, edge.end):
            if name not in nodes:
                raise ValueError(
                    f"computational_graph: an edge names {name!r}, expected one of the nodes "
                    f"{', '.join(nodes)}"
                )
        if nodes[edge.start][:2] == nodes[edge.end][:2]:
            raise ValueError(
                f"computational_graph: {edge.start} and {edge.end} are joined by an edge but "
                "stand at one place; move one of them"
            )
        if sum((other.start, other.end) == (edge.start, edge.end) for other in edges) > 1:
            raise ValueError(
                f"computational_graph: two edges lead from {edge.start} to {edge.end} and would "
                "cover each other; put a node of its own into each"
            )


def _graph_in_words(nodes: Mapping[str, Node], edges: Sequence[Edge], title: str) -> str:
    labels = [
        name if plain(node.label) == name else f"{name} ({plain(node.label)})"
        for name, node in nodes.items()
    ]
    lines = [f"Computational graph{': ' + plain(title) if title else ''}."]
    lines.append(f"Nodes: {', '.join(labels)}.")
    for edge in edges:
        said = [f"From {edge.start} to {edge.end}"]
        if edge.value is not None:
            said.append(f"forward value {plain(_text(edge.value))}")
        if edge.gradient is not None:
            said.append(f"gradient {plain(_text(edge.gradient))}")
        lines.append(", ".join(said) + ".")
    return "\n".join(lines)


def shapes_diagram(n_in: int, n_out: int, m: int, *, backward: bool = True) -> Picture:
    """Draw a dense layer, Z = W A + b, with the shape of the array on every arrow.

    Args:
        n_in: features that enter.
        n_out: features that leave.
        m: samples in the batch.
        backward: draw the way back too: dZ enters, dA, dW and db leave.

    Returns:
        Picture, whose description lists every array with its shape.
    """
    if min(n_in, n_out, m) < 1:
        raise ValueError(
            f"shapes_diagram: sizes must be at least 1, found n_in {n_in}, n_out {n_out}, m {m}"
        )
    sizes = {"n_in": n_in, "n_out": n_out, "m": m, "1": 1}
    shapes = {"A": ("n_in", "m"), "W": ("n_out", "n_in"), "b": ("n_out", "1"), "Z": ("n_out", "m")}
    said = {
        name: f"({rows}, {columns}) = ({sizes[rows]}, {sizes[columns]})"
        for name, (rows, columns) in shapes.items()
    }
    with drawing(4.6 if backward else 2.4) as figure:
        axes = _bare_axes(figure.add_subplot(), "A dense layer, a shape on every arrow")
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(-0.2 if backward else 1.9, 4.1)
        _dense_forward(axes, said)
        if backward:
            _dense_backward(axes, said)
    words = ["A dense layer computes Z = W A + b. A, W and b enter, Z leaves."]
    words += [f"{name} has shape {shape}." for name, shape in said.items()]
    if backward:
        words.append("On the way back dZ enters, and A and W from the cache; dA, dW, db leave.")
        words += [f"d{name} has shape {shape}, as {name}." for name, shape in said.items()]
    return Picture(figure, "\n".join(words))


def _dense_forward(axes: Axes, said: Mapping[str, str]) -> None:
    middle = (3.5, 2.7)
    box = _box(axes, *middle, "$Z = W A + b$", edge=BLUE)
    _arrow(axes, (0.1, 2.7), middle, end_box=box, colour=BLUE)
    _arrow(axes, middle, (6.9, 2.7), start_box=box, colour=BLUE)
    _arrow(axes, (3.2, 3.8), (3.2, 2.93), colour=BLUE)
    _arrow(axes, (3.8, 3.8), (3.8, 2.93), colour=BLUE)
    _named(axes, (1.25, 2.7), "$A$", said["A"], BLUE)
    _named(axes, (5.75, 2.7), "$Z$", said["Z"], BLUE)
    axes.text(3.1, 3.45, f"$W$  {said['W']}", ha="right", va="center", color=BLUE, fontsize=10.5)
    axes.text(3.9, 3.45, f"$b$  {said['b']}", ha="left", va="center", color=BLUE, fontsize=10.5)


def _dense_backward(axes: Axes, said: Mapping[str, str]) -> None:
    middle = (3.5, 1.1)
    rules = "$dA = W^T dZ$\n$dW = dZ\\,A^T$\n$db = dZ\\,\\mathbf{1}_m$"
    box = _box(axes, *middle, rules, edge=GRADIENT)
    _arrow(axes, (6.9, 1.1), middle, end_box=box, colour=GRADIENT)
    _arrow(axes, middle, (0.1, 1.1), start_box=box, colour=GRADIENT)
    _arrow(axes, (3.2, 0.62), (3.2, -0.15), colour=GRADIENT)
    _arrow(axes, (3.8, 0.62), (3.8, -0.15), colour=GRADIENT)
    _arrow(axes, (3.5, 2.47), (3.5, 1.6), colour=QUIET, dashed=True)
    axes.text(3.62, 2.05, "cache: $A$, $W$", ha="left", va="center", color=QUIET, fontsize=10.5)
    _named(axes, (1.25, 1.1), "$dA$", said["A"], GRADIENT)
    _named(axes, (5.75, 1.1), "$dZ$", said["Z"], GRADIENT)
    axes.text(
        3.1, 0.2, f"$dW$  {said['W']}", ha="right", va="center", color=GRADIENT, fontsize=10.5
    )
    axes.text(3.9, 0.2, f"$db$  {said['b']}", ha="left", va="center", color=GRADIENT, fontsize=10.5)


def _bare_axes(axes: Axes, title: str) -> Axes:
    axes.set_axis_off()
    axes.set_aspect("equal")
    if title:
        axes.set_title(title)
    return axes


def _box(axes: Axes, x: float, y: float, label: str, *, edge: str = INK) -> Text:
    style = {"boxstyle": "round,pad=0.5,rounding_size=0.4", "facecolor": "#f4f4f4"}
    return axes.text(
        x,
        y,
        label,
        ha="center",
        va="center",
        fontsize=12,
        linespacing=1.5,
        zorder=2,  # below the arrows: an arrow ends at the box as it was last drawn
        bbox={**style, "edgecolor": edge, "linewidth": 1.5},
    )


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    start_box: Text | None = None,
    end_box: Text | None = None,
    colour: str = QUIET,
    dashed: bool = False,
) -> None:
    """Draw an arrow from start to end, cut off at the boxes that stand there."""
    style: dict[str, Any] = {
        "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
        "color": colour,
        "linewidth": 1.6,
        "linestyle": "--" if dashed else "-",
        "shrinkA": 0,
        "shrinkB": 1,
        "patchA": start_box.get_bbox_patch() if start_box else None,
        "patchB": end_box.get_bbox_patch() if end_box else None,
    }
    axes.annotate("", xy=end, xytext=start, zorder=3, arrowprops=style)


def _named(axes: Axes, at: tuple[float, float], name: str, shape: str, colour: str) -> None:
    """Write a name above a horizontal arrow and the shape below."""
    axes.text(at[0], at[1] + 0.07, name, ha="center", va="bottom", color=colour, fontsize=12)
    axes.text(at[0], at[1] - 0.09, shape, ha="center", va="top", color=colour, fontsize=10.5)


def _beside(axes: Axes, start: Node, end: Node, share: float, edge: Edge) -> None:
    """Write an edge's value above it and its gradient below, along the edge."""
    dx, dy = end.x - start.x, end.y - start.y
    if dx < 0 or (dx == 0 and dy < 0):
        dx, dy = -dx, -dy  # text never runs upside down
    length = math.hypot(dx, dy)
    normal = (-dy / length, dx / length)
    at = (start.x + share * (end.x - start.x), start.y + share * (end.y - start.y))
    for value, sign, colour in ((edge.value, 1, BLUE), (edge.gradient, -1, GRADIENT)):
        axes.text(
            at[0] + 0.04 * sign * normal[0],
            at[1] + 0.04 * sign * normal[1],
            minus(_text(value)),
            color=colour,
            fontsize=11,
            ha="center",
            va="bottom" if sign > 0 else "top",
            rotation=math.degrees(math.atan2(dy, dx)),
            rotation_mode="anchor",
            zorder=4,
        )


def _share(edge: Edge, edges: Sequence[Edge], nodes: Mapping[str, Node]) -> float:
    """Return how far along its edge a label stands: not where two edges cross."""

    def middle(each: Edge) -> tuple[float, float]:
        start, end = nodes[each.start], nodes[each.end]
        return (start.x + end.x) / 2, (start.y + end.y) / 2

    crossed = any(
        other is not edge and math.dist(middle(other), middle(edge)) < 0.3 for other in edges
    )
    return 0.3 if crossed else 0.5


def _key(edges: Sequence[Edge]) -> str:
    """Return the line that says what the numbers beside the edges are."""
    parts = []
    if any(edge.value is not None for edge in edges):
        parts.append("above an edge: forward value (blue)")
    if any(edge.gradient is not None for edge in edges):
        parts.append("below an edge: gradient (brown)")
    return "; ".join(parts)


def _text(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else number(value)
