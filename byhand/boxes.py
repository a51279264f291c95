"""Boxes, and arrows between them, on axes without a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byhand.picture import INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


def bare_axes(axes: Axes, title: str) -> Axes:
    """Return axes with a title, of equal scales and without a frame."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    if title:
        axes.set_title(title)
    return axes


def draw_box(
    axes: Axes, x: float, y: float, label: str, *, edge: str = INK, size: float = 12.0
) -> Text:
    """Return a label in a rounded box, size in points."""
    style = {"boxstyle": "round,pad=0.5,rounding_size=0.4", "facecolor": "#f4f4f4"}
    return axes.text(
        x,
        y,
        label,
        ha="center",
        va="center",
        fontsize=size,
        linespacing=1.5,
        zorder=2,  # below the arrows: an arrow ends at the box as it was last drawn
        bbox={**style, "edgecolor": edge, "linewidth": 1.5},
    )


def draw_arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    start_box: Text | None = None,
    end_box: Text | None = None,
    colour: str = QUIET,
    dashed: bool = False,
    bent: float = 0.0,
) -> None:
    """Draw an arrow from start to end, cut off at the boxes that stand there.

    Args:
        bent: how far its middle control point lies to the right, in lengths of the arrow.
    """
    style: dict[str, Any] = {
        "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
        "connectionstyle": f"arc3,rad={bent}",
        "color": colour,
        "linewidth": 1.6,
        "linestyle": "--" if dashed else "-",
        "shrinkA": 0,
        "shrinkB": 1,
        "patchA": start_box.get_bbox_patch() if start_box else None,
        "patchB": end_box.get_bbox_patch() if end_box else None,
    }
    axes.annotate("", xy=end, xytext=start, zorder=3, arrowprops=style)
