"""A matrix as coloured cells, and an outer product as a multiplication table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand import captions, faults
from byhand.picture import HUGE, Picture, drawing, listed, minus, number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

_MANY = 144  # above this many entries a description gives extremes, not every number
_CLOSE = 9  # columns above which cells are too narrow for numbers
_GRIDDED = 20  # rows or columns above which lines between the cells would hide them
_DARK = 0.179  # relative luminance at which black and white text contrast equally


def heat_map(
    matrix: ArrayLike,
    *,
    title: str = "",
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    numbers: bool | None = None,
    limit: float | None = None,
) -> Picture:
    """Draw a matrix as coloured cells: blue below 0, white at 0, red above.

    Args:
        matrix: (rows, columns), real; an entry that is not finite is grey.
        title: stands above the cells.
        row_labels: one label a row; without them, rows count from 0.
        column_labels: one label a column; without them, columns count from 0.
        numbers: write each entry into its cell; without it, up to 9 columns.
        limit: the size at which colours are full; without it, the largest entry.

    Returns:
        Picture, whose description lists the rows, or for a large matrix its
        shape, its extremes and where they are.

    Raises:
        ValueError: matrix is not of two dimensions or is empty, limit is not
            above 0, or a list of labels does not fit.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise ValueError(faults.no_matrix(values.shape))
    if limit is not None and not limit > 0:
        raise ValueError(faults.limit_not_positive(limit))
    rows, columns = values.shape
    row_names = _labels(row_labels, rows, "row_labels")
    column_names = _labels(column_labels, columns, "column_labels")
    with_numbers = columns <= _CLOSE if numbers is None else numbers
    with drawing(min(6.5, 0.45 * rows + 1.2)) as figure:
        axes = figure.add_subplot()
        cells = _cells(axes, values, limit or _largest(values), with_numbers=with_numbers)
        _ticks(axes, row_names, column_names)
        axes.set_title(title)
        bar = figure.colorbar(cells, ax=axes, pad=0.02)
        bar.outline.set_visible(False)
    head = captions.of_size(captions.titled(captions.HEAT_MAP, plain(title)), rows, columns)
    return Picture(figure, f"{head}\n{_in_words(values, row_names, column_names)}")


def outer_product_table(delta: ArrayLike, a: ArrayLike) -> Picture:
    """Draw the outer product of delta and a as a multiplication table.

    Args:
        delta: (n_out,), one factor a row.
        a: (n_in,), one factor a column.

    Returns:
        Picture of the table (n_out, n_in) whose cell (j, k) is delta_j a_k; its
        description lists the factors and the rows.

    Raises:
        ValueError: delta or a is not of one dimension, or is empty.
    """
    left, top = np.asarray(delta, dtype=np.float64), np.asarray(a, dtype=np.float64)
    if left.ndim != 1 or top.ndim != 1 or not (left.size and top.size):
        raise ValueError(faults.no_factors(left.shape, top.shape))
    table = np.outer(left, top)
    with drawing(min(6.5, 0.5 * left.size + 1.3)) as figure:
        axes = figure.add_subplot()
        _cells(axes, table, _largest(table), with_numbers=True)
        # Indices count from 0, as in the learner's code.
        _ticks(
            axes,
            [f"$\\delta_{{{i}}} = {number(v)}$" for i, v in enumerate(left)],
            [f"$a_{{{j}}} = {number(v)}$" for j, v in enumerate(top)],
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0, labelsize=11)
        size = f"{left.size} \\times {top.size}"
        axes.set_title(captions.product_title(size), pad=10)
    words = [captions.product(listed(left), listed(top), table.shape)]
    words.append(captions.ENTRY_OF_PRODUCT)
    words += [captions.row(i, listed(row)) for i, row in enumerate(table)]
    return Picture(figure, "\n".join(words))


def _largest(values: Array) -> float:
    """Return the size of the largest finite entry, 1 where all are 0."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0


def _labels(labels: Sequence[str] | None, count: int, name: str) -> list[str]:
    if labels is None:
        return [str(index) for index in range(count)]
    if len(labels) != count:
        raise ValueError(faults.other_number_of_labels_of(name, count, len(labels)))
    return [str(label) for label in labels]


def _cells(axes: Axes, values: Array, full: float, *, with_numbers: bool) -> Any:
    """Draw the cells, colours full at +-full, and write the numbers into them."""
    import matplotlib as mpl  # noqa: PLC0415 - as in byhand.picture

    colours = mpl.colormaps["RdBu_r"].with_extremes(bad="#bdbdbd")
    shown = np.ma.masked_invalid(values)
    full = min(full, HUGE)  # twice the largest float would be infinite
    cells = axes.imshow(shown, cmap=colours, vmin=-full, vmax=full, aspect="auto")
    if max(values.shape) <= _GRIDDED:
        axes.set_xticks(np.arange(1, values.shape[1]) - 0.5, minor=True)
        axes.set_yticks(np.arange(1, values.shape[0]) - 0.5, minor=True)
        axes.grid(which="minor", color="white", linewidth=1.5)
        axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)
    if with_numbers:
        red, green, blue, _ = np.moveaxis(cells.to_rgba(shown), -1, 0)
        luminance = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        for (i, j), value in np.ndenumerate(values):
            colour = "white" if luminance[i, j] < _DARK else "black"
            text = minus(number(value))
            axes.text(j, i, text, ha="center", va="center", fontsize=10, color=colour)
    return cells


def _ticks(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Label rows and columns, but no more of them than have room."""
    every_row, every_column = -(-len(rows) // 16), -(-len(columns) // 16)
    axes.set_yticks(range(0, len(rows), every_row), rows[::every_row])
    axes.set_xticks(range(0, len(columns), every_column), columns[::every_column])


def _in_words(values: Array, rows: Sequence[str], columns: Sequence[str]) -> str:
    if values.size <= _MANY:
        named = [plain(name) for name in rows]
        head = captions.columns(", ".join(plain(name) for name in columns))
        body = [captions.row(name, listed(row)) for name, row in zip(named, values, strict=True)]
        return "\n".join([head, *body])
    lines = []
    for said, index in ((captions.largest, np.nanargmax), (captions.smallest, np.nanargmin)):
        finite = np.where(np.isfinite(values), values, np.nan)
        if np.isnan(finite).all():
            return captions.NOTHING_FINITE
        i, j = divmod(int(index(finite)), values.shape[1])
        lines.append(said(number(values[i, j]), plain(rows[i]), plain(columns[j])))
    odd = int((~np.isfinite(values)).sum())
    if odd:
        lines.append(captions.some_not_finite(odd, values.size))
    return "\n".join(lines)
