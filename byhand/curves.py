"""Lines of a training run: losses by epoch, and paths across a loss's contours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand import captions, faults
from byhand.picture import HUGE, INK, LINES, Picture, drawing, number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

_MARKERS = 12  # on one curve, however many epochs it has
_GRID = 121  # points a side on which contours are computed


def loss_curves(
    histories: Mapping[str, Any],
    *,
    title: str = "",
    log: bool = False,
    y_label: str = captions.LOSS,
) -> Picture:
    """Draw the losses of one or several training runs, epoch by epoch.

    Args:
        histories: one history, {"train_loss": [...], "test_loss": [...]}, or
            several by name, {"sgd": {...}, "adam": {...}}.  Any curve names will
            do; an entry that is not finite is a gap.
        title: stands above the curves.
        log: logarithmic loss axis; an entry that is not above 0 is a gap too.
        y_label: what is drawn, with its unit where it has one.

    Returns:
        Picture.  A run has one colour and marker; its first curve has filled
        markers, its second open ones.  The description gives the first, the
        last and the lowest value of each curve.

    Raises:
        ValueError: there is no curve, or one is empty or not one-dimensional.
    """
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - as in byhand.picture

    runs = _runs(histories)
    words = [captions.sentence(captions.titled(captions.by_epoch(y_label), plain(title)))]
    lines = sum(len(curves) for curves in runs.values())
    columns = len(runs) if 1 < len(runs) <= 3 else 2
    outside = lines > 2  # inside, so long a legend would cover the curves
    with drawing(3.8 + 0.25 * math.ceil(lines / columns) * outside) as figure:
        axes = figure.add_subplot()
        for run, (name, curves) in enumerate(runs.items()):
            for which, (curve, entries) in enumerate(curves.items()):
                said = curve.replace("_", " ")
                label = captions.curve_of(name, said)
                colour, dashes, marker = LINES[(run if len(runs) > 1 else which) % len(LINES)]
                axes.plot(
                    np.arange(1, entries.size + 1),
                    np.where(
                        (np.abs(entries) < HUGE) & ((entries > 0) | (not log)), entries, np.nan
                    ),
                    color=colour,
                    linestyle=dashes,
                    marker=marker,
                    markevery=max(1, entries.size // _MARKERS),
                    markerfacecolor="white" if which else colour,
                    label=label,
                )
                words.append(_curve_in_words(label, entries))
        axes.set(xlabel=captions.EPOCH, ylabel=y_label, title=title)
        if log:
            axes.set_yscale("log")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0.5, 0.5 + max(c.size for curves in runs.values() for c in curves.values()))
        axes.grid(color="#e0e0e0", linewidth=0.8)
        if outside:
            figure.legend(loc="outside lower center", ncols=columns, frameon=False, handlelength=4)
        else:
            axes.legend(frameon=False, handlelength=4)
    return Picture(figure, "\n".join(words))


def paths_on_contours(
    f: Callable[[Array, Array], ArrayLike],
    paths: Mapping[str, ArrayLike],
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    minimum: tuple[float, float] | None = None,
    title: str = "",
    x_label: str = "$w_0$",
    y_label: str = "$w_1$",
) -> Picture:
    """Draw the ways that optimisers took across the contours of a function.

    Args:
        f: f(x, y) for two arrays of one shape, entry by entry; it gives the contours.
        paths: name -> (2, steps + 1), one point a column, the start first.
        x_range: left and right end; without it, the picture holds every path.
        y_range: lower and upper end; without it, the picture holds every path.
        minimum: a point to be marked with a star.
        title: stands above the picture.
        x_label: name of the first coordinate.
        y_label: name of the second coordinate.

    Returns:
        Picture; a path starts at its large marker and ends at its cross.  The
        description gives start, end, f at the end and the number of steps.

    Raises:
        ValueError: there is no path, one is not (2, steps + 1) with a start, or f
            does not return an array shaped like its arguments.
    """
    ways = {name: _path(name, path) for name, path in paths.items()}
    if not ways:
        raise ValueError(faults.NO_PATH)
    points = np.concatenate(list(ways.values()), axis=1)
    if minimum is not None:
        points = np.column_stack([points, minimum])
    x_low, x_high = x_range or _span(points[0])
    y_low, y_high = y_range or _span(points[1])
    X, Y = np.meshgrid(np.linspace(x_low, x_high, _GRID), np.linspace(y_low, y_high, _GRID))
    words = [captions.sentence(captions.titled(captions.PATHS, plain(title)))]
    with drawing(4.6) as figure:
        axes = figure.add_subplot()
        _contours(axes, X, Y, _values(f, X, Y))
        for index, (name, way) in enumerate(ways.items()):
            _draw_path(axes, name, way, index)
            inside = (x_low <= way[0]) & (way[0] <= x_high) & (y_low <= way[1]) & (way[1] <= y_high)
            end = _values(f, way[:1, -1], way[1:, -1])
            words.append(_path_in_words(name, way, float(end[0]), leaves=not inside.all()))
        if minimum is not None:
            star: dict[str, Any] = {
                "marker": "*",
                "markersize": 20,
                "color": "white",
                "markeredgecolor": INK,
            }
            axes.plot(*minimum, linestyle="", zorder=2.5, **star)
            words.append(captions.minimum(_point(minimum)))
        axes.set(xlim=(x_low, x_high), ylim=(y_low, y_high), title=title)
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.legend(frameon=True, framealpha=0.9, handlelength=4)
    return Picture(figure, "\n".join(words))


def _runs(histories: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return name of the run -> name of the curve -> its entries; one run has no name."""
    several = any(isinstance(value, Mapping) for value in histories.values())
    named = histories if several else {"": histories}
    runs = {
        name: {curve: np.asarray(entries, dtype=np.float64) for curve, entries in curves.items()}
        for name, curves in named.items()
    }
    for name, curves in runs.items():
        for curve, entries in curves.items():
            if entries.ndim != 1 or not entries.size:
                raise ValueError(faults.no_curve(captions.curve_of(name, curve), entries.shape))
    if not any(runs.values()):
        raise ValueError(faults.NO_CURVE)
    return runs


def _curve_in_words(label: str, entries: Array) -> str:
    text = captions.curve(label, number(entries[0]), number(entries[-1]), entries.size)
    finite = np.where(np.isfinite(entries), entries, np.inf)
    odd = int((~np.isfinite(entries)).sum())
    if odd < entries.size:
        best = int(finite.argmin())
        text = captions.lowest(text, number(entries[best]), best + 1)
    return captions.not_finite(text, odd) if odd else captions.sentence(text)


def _path(name: str, path: ArrayLike) -> Array:
    way = np.asarray(path, dtype=np.float64)
    if way.ndim != 2 or way.shape[0] != 2 or not way.shape[1]:
        raise ValueError(faults.no_path(name, way.shape))
    return way


def _span(values: Array) -> tuple[float, float]:
    """Return the ends of an axis that holds the values, with a margin."""
    # A path that diverges does so without bound; NaN compares false and goes too.
    bounded = values[np.abs(values) < HUGE]
    low, high = (float(bounded.min()), float(bounded.max())) if bounded.size else (0.0, 0.0)
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin


def _values(f: Callable[[Array, Array], ArrayLike], x: Array, y: Array) -> Array:
    with np.errstate(all="ignore"):  # far out, the function may overflow
        values = np.asarray(f(x, y), dtype=np.float64)
    if values.shape != x.shape:
        raise ValueError(faults.not_by_entry(x.shape, values.shape))
    return values


def _contours(axes: Axes, X: Array, Y: Array, values: Array) -> None:
    shown = np.ma.masked_where(~(np.abs(values) < HUGE), values)
    if not shown.count():
        return
    # Levels grow denser towards the minimum: evenly spaced ones leave a valley empty.
    levels = np.unique(shown.min() + np.ptp(shown) * np.linspace(0, 1, 16) ** 2)
    if levels.size < 3:
        return  # a level plane has no contours
    axes.contourf(X, Y, shown, levels=levels, cmap="Greys", alpha=0.35)
    axes.contour(X, Y, shown, levels=levels[1:-1], colors="#8c8c8c", linewidths=0.7)


def _draw_path(axes: Axes, name: str, way: Array, index: int) -> None:
    colour, dashes, marker = LINES[index % len(LINES)]
    steps = way.shape[1] - 1
    style: dict[str, Any] = {"color": colour, "zorder": 3 + index}
    finite = np.where(np.abs(way) < HUGE, way, np.nan)
    axes.plot(
        *finite,
        linestyle=dashes,
        marker=marker,
        markevery=max(1, steps // _MARKERS),
        markersize=5,
        label=captions.steps_of(name, steps),
        **style,
    )
    # Where all start at one point, the later ones are smaller, so that each shows.
    size = max(7, 16 - 3 * index)
    axes.plot(*finite[:, :1], marker=marker, markersize=size, linestyle="", **style)
    axes.plot(*finite[:, -1:], marker="x", markersize=11, markeredgewidth=3, linestyle="", **style)


def _path_in_words(name: str, way: Array, end: float, *, leaves: bool) -> str:
    steps = way.shape[1] - 1
    text = captions.path(name, steps, _point(way[:, 0]), _point(way[:, -1]))
    text = captions.value_there(text, number(end)) if math.isfinite(end) else text
    return captions.leaves(text) if leaves else captions.sentence(text)


def _point(point: ArrayLike) -> str:
    x, y = np.asarray(point, dtype=np.float64)
    return f"({number(x)}, {number(y)})"
