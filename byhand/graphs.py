"""Draw a tape as a graph: a box for each entry, an arrow to each entry that uses it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from byhand import captions, faults
from byhand.boxes import draw_arrow, draw_box
from byhand.picture import INK, QUIET, WIDTH, Picture, drawing
from byhand.tape import Tape
from byhand.words import all_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Places = list[tuple[float, float]]

_ROW = 0.85  # inches between boxes
_SIGNS = {"add": "+", "subtract": "\N{MINUS SIGN}", "multiply": "×", "divide": "÷", "matmul": "@"}


def graph_of(tape: Tape, *, names: Sequence[str] = (), title: str = "") -> Picture:
    """Draw a tape as a graph, running to the right.

    Args:
        tape: [(operation, places of its inputs, options), ...].
        names: what the entries are called; without them, by their place.
        title: stands above.

    Returns:
        Picture, whose description lists each entry with what it uses.

    Raises:
        ValueError: the tape is empty, the names do not fit, or an entry uses one that does
            not stand before it.
    """
    called = named(tape, names)
    places = laid_out(tape)
    with drawing(_ROW * rows_of(tape, places) + (0.3 if title else 0.0)) as figure:
        axes = figure.add_subplot()
        axes.set_title(title)
        draw_graph(axes, tape, places, called, row=_ROW)
    lines = [captions.entries(len(tape))]
    for name, (op, inputs, _) in zip(called, tape, strict=True):
        uses = all_of(called[i] for i in inputs)
        lines.append(captions.is_input(name) if op == "input" else captions.uses(name, op, uses))
    return Picture(figure, "\n".join(lines))


def named(tape: Tape, names: Sequence[str]) -> list[str]:
    """Return a name for each entry, or say why the names do not fit."""
    if not tape:
        raise ValueError(faults.NO_ENTRY)
    if names and len(names) != len(tape):
        raise ValueError(faults.other_number_of_names(len(tape), len(names)))
    for place, (op, inputs, _) in enumerate(tape):
        if any(not 0 <= i < place for i in inputs):
            raise ValueError(faults.uses_later(place, op, tuple(inputs)))
    return list(names) or [str(place) for place in range(len(tape))]


def laid_out(tape: Tape) -> Places:
    """Return where each entry stands: columns by depth, rows so that arrows stay short."""
    columns = [0] * len(tape)
    for place, (_, inputs, _) in enumerate(tape):
        columns[place] = max([columns[i] + 1 for i in inputs], default=0)
    for place, (op, _, _) in enumerate(tape):
        users = [columns[j] for j, (_, inputs, _) in enumerate(tape) if place in inputs]
        if op == "input" and users:
            columns[place] = min(users) - 1  # an input stands where it is needed
    rows = [0.0] * len(tape)
    for column in range(max(columns) + 1):
        here = [place for place, found in enumerate(columns) if found == column]
        wish = {p: np.mean([rows[i] for i in tape[p][1]] or [0.0]) for p in here}
        # Inputs go outside, above and below what is computed.
        here.sort(key=lambda p, wish=wish: (-wish[p], p))  # type: ignore[misc]
        for number, place in enumerate(here):
            rows[place] = (len(here) - 1) / 2 - number
    return [(float(column), row) for column, row in zip(columns, rows, strict=True)]


def rows_of(tape: Tape, places: Places) -> float:
    """Return how many rows a drawing is high, with room for bent arrows."""
    ys = [y for _, y in places]
    return max(ys) - min(ys) + 1 + sum(_margins(tape, places))


def draw_graph(axes: Axes, tape: Tape, places: Places, names: Sequence[str], *, row: float) -> None:
    """Draw boxes and arrows on axes whose unit is one column and one row.

    Args:
        row: inches between two rows, once all is laid out.
    """
    axes.set_axis_off()
    xs, ys = zip(*places, strict=True)
    above, below = _margins(tape, places)
    axes.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    axes.set_ylim(min(ys) - 0.5 - below, max(ys) + 0.5 + above)
    column = WIDTH / (max(xs) - min(xs) + 1)
    boxes = [
        draw_box(
            axes,
            *place,
            name if op == "input" else f"{name}\n{_SIGNS.get(op, op)}",
            edge=QUIET if op == "input" else INK,
            size=10.5,
        )
        for place, name, (op, _, _) in zip(places, names, tape, strict=True)
    ]
    for end, (_, inputs, _) in enumerate(tape):
        for number, start in enumerate(inputs):
            (x0, y0), (x1, y1) = places[start], places[end]
            length = math.hypot((x1 - x0) * column, (y1 - y0) * row)
            height = _height(tape, places, start, end)
            if start in inputs[:number]:
                height += 0.25  # the same input a second time
            draw_arrow(
                axes,
                places[start],
                places[end],
                start_box=boxes[start],
                end_box=boxes[end],
                # A curve reaches half as far as its control point; to the right is down.
                bent=-2 * height * row / length,
            )


def _height(tape: Tape, places: Places, start: int, end: int) -> float:
    """Return by how many rows an arrow is bent, upwards: past the boxes between its ends."""
    span = places[end][0] - places[start][0]
    if span <= 1:
        return 0.0
    side = 1 if tape[start][0] == "input" else -1
    return side * (0.5 + 0.12 * span)


def _margins(tape: Tape, places: Places) -> tuple[float, float]:
    """Return the rows that bent arrows need above and below the boxes."""
    top, bottom = max(y for _, y in places), min(y for _, y in places)
    above = below = 0.0
    for end, (_, inputs, _) in enumerate(tape):
        for start in inputs:
            reach = (places[start][1] + places[end][1]) / 2 + _height(tape, places, start, end)
            above, below = max(above, reach - top - 0.4), max(below, bottom - reach - 0.4)
    return above, below
