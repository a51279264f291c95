"""Boxes and arrows: a computational graph with values forward and gradients backward."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from byhand import captions, faults
from byhand.boxes import bare_axes, draw_arrow, draw_box
from byhand.picture import BLUE, GRADIENT, QUIET, WIDTH, Picture, drawing, minus, number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        raise ValueError(faults.NO_NODE)
    _check_edges(placed, arrows)
    xs = [node.x for node in placed.values()]
    ys = [node.y for node in placed.values()]
    columns, rows = max(xs) - min(xs) + 0.9, max(ys) - min(ys) + 0.7
    scale = min(_CELL, WIDTH / columns)
    with drawing(scale * rows + (0.7 if title else 0.4)) as figure:
        axes = bare_axes(figure.add_subplot(), title)
        axes.set_xlim(min(xs) - 0.45, max(xs) + 0.45)
        axes.set_ylim(min(ys) - 0.35, max(ys) + 0.35)
        boxes = {name: draw_box(axes, node.x, node.y, node.label) for name, node in placed.items()}
        for arrow in arrows:
            start, end = placed[arrow.start], placed[arrow.end]
            draw_arrow(
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
                raise ValueError(faults.unknown_node(name, nodes))
        if nodes[edge.start][:2] == nodes[edge.end][:2]:
            raise ValueError(faults.at_one_place(edge.start, edge.end))
        if sum((other.start, other.end) == (edge.start, edge.end) for other in edges) > 1:
            raise ValueError(faults.two_edges(edge.start, edge.end))


def _graph_in_words(nodes: Mapping[str, Node], edges: Sequence[Edge], title: str) -> str:
    labels = [
        name if plain(node.label) == name else f"{name} ({plain(node.label)})"
        for name, node in nodes.items()
    ]
    lines = [captions.sentence(captions.titled(captions.GRAPH, plain(title)))]
    lines.append(captions.nodes(", ".join(labels)))
    for edge in edges:
        said = captions.edge(edge.start, edge.end)
        if edge.value is not None:
            said = captions.with_value(said, plain(_text(edge.value)))
        if edge.gradient is not None:
            said = captions.with_gradient(said, plain(_text(edge.gradient)))
        lines.append(captions.sentence(said))
    return "\n".join(lines)


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
        parts.append(captions.FORWARD_VALUE)
    if any(edge.gradient is not None for edge in edges):
        parts.append(captions.BACKWARD_VALUE)
    return "; ".join(parts)


def _text(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else number(value)
