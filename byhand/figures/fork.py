"""A page of lesson 01: u_1 = x^2 and u_2 = r x, then L = u_1 u_2, forwards and backwards."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from byhand.figures import captions
from byhand.figures.controls import slider
from byhand.figures.guard import Array, Functions
from byhand.figures.panel import View, Work
from byhand.figures.surface import Surface, Words
from byhand.picture import BLUE, GRADIENT, GREEN, INK, QUIET, VERMILLION, number

STEPS = captions.FORK_STEPS


@dataclass(frozen=True, kw_only=True)
class Fork:
    """The fork at one x.

    Attributes:
        x, r: where it is evaluated, and the factor of the lower branch u_2 = r x.
        steps: how many steps backward are shown, 0 to 3.
        u: (2,), the forward values x^2 and r x; their product is L.
        local: (2,), the slopes of u_1 and of u_2 by x.
        by_u: (2,), the slopes of L by u_1 and by u_2.
        total: the slope of L by x, by total_derivative.
        measured: the same by numerical_gradient.
    """

    x: float
    r: float
    steps: int
    u: Array
    local: Array
    by_u: Array
    total: float
    measured: float

    @property
    def loss(self) -> float:
        """The last forward value, u_1 u_2."""
        return float(np.prod(self.u))

    @property
    def contributions(self) -> tuple[float, float]:
        """What the paths over u_1 and over u_2 bring."""
        over_1, over_2 = self.by_u * self.local
        return float(over_1), float(over_2)


def compute(functions: Functions, *, x: float, r: float, steps: int) -> Work:
    """Yield one Fork; functions: total_derivative and numerical_gradient."""
    u, local = np.array([x**2, r * x]), np.array([2 * x, r])
    by_u = u[::-1].copy()
    total = functions.array("total_derivative", by_u.copy(), local[:, None].copy(), shape=(1,))
    measured = functions.array(
        "numerical_gradient", lambda x: float(x**2 * (r * x)), np.array(x), shape=()
    )
    yield (
        Fork(
            x=x,
            r=r,
            steps=steps,
            u=u,
            local=local,
            by_u=by_u,
            total=float(total[0]),
            measured=float(measured),
        ),
        1.0,
    )


def toy() -> Functions:
    """Return a demonstration without a chain rule: the slope of r x^3 from a table.

    r x^3 has the slope 3 r x^2; r is the second local slope.
    """
    seen: dict[str, float] = {}

    def slope_from_table(_dL_du: Array, du_dx: Array) -> Array:
        x, r = float(du_dx[0, 0]) / 2, float(du_dx[1, 0])
        seen["slope"] = 3 * r * x**2
        return np.array([seen["slope"]])

    return Functions(
        {
            "total_derivative": slope_from_table,
            "numerical_gradient": lambda _f, _x: np.array(seen["slope"]),
        }
    )


_PLACES = {"x": (0.0, 0.0), "1": (1.5, 0.7), "2": (1.5, -0.7), "L": (3.0, 0.0)}
_ARROWS = (("x", "1"), ("x", "2"), ("1", "L"), ("2", "L"))


class _Painter:
    """Left the graph with values and slopes on its arrows, right the bars."""

    def __init__(self) -> None:
        self.surface = surface = Surface(3.7)
        with surface as figure:
            left, self.right = figure.subplots(1, 2, width_ratios=(1.5, 1))
            _graph(left)
            self.right.set_title(captions.FORK_SLOPE, loc="left")
            self.right.set_xticks(range(4), [*captions.OVER_U, captions.SUM, captions.MEASURED])
            self.right.axhline(0, color=INK, linewidth=1)
            self.right.set_ylim(-30, 30)
            self.right.tick_params(axis="x", length=0)
            colours = (BLUE, GREEN, VERMILLION, "white")
            self.bars = surface.all_moving(
                self.right.bar(
                    range(4),
                    [1.0] * 4,
                    width=0.62,
                    color=colours,
                    edgecolor=INK,
                    hatch=("", "..", "", "//"),
                )
            )
        self.over = [surface.words(self.right, i, 0, anchor="mb") for i in range(4)]
        self.on = {
            (start, end): _on_arrow(surface, left, _PLACES[start], _PLACES[end])
            for start, end in _ARROWS
        }
        self.says = surface.words(left, -0.3, -1.25, anchor="lm")
        self.result = surface.words(left, 3.0, -0.33, bold=True)
        self.at_x = surface.words(left, 0.0, -0.33, colour=GRADIENT, bold=True)
        self.limit = 30.0

    def paint(self, fork: Fork) -> str:
        over_1, over_2 = fork.contributions
        (by_1, by_2), (local_1, local_2) = fork.by_u, fork.local
        slopes = {
            ("1", "L"): _n(by_1) if fork.steps >= 1 else "",
            ("2", "L"): _n(by_2) if fork.steps >= 1 else "",
            ("x", "1"): f"{_n(by_1)}·{_n(local_1)}" if fork.steps >= 2 else "",
            ("x", "2"): f"{_n(by_2)}·{_n(local_2)}" if fork.steps >= 2 else "",
        }
        values = {"x": fork.x, "1": fork.u[0], "2": fork.u[1]}
        for (start, end), (above, below) in self.on.items():
            above.text = _n(values[start])
            below.text = slopes[start, end]
        self.says.text = STEPS[fork.steps]
        self.result.text = f"L = {_n(fork.loss)}"
        self.at_x.text = captions.slope_is(_n(fork.total)) if fork.steps == 3 else ""
        self._bars(fork, (over_1, over_2, fork.total, fork.measured))
        said = [captions.fork_values(_n(fork.x), _n(fork.r), _n(fork.loss)), STEPS[fork.steps]]
        if fork.steps >= 1:
            said.append(captions.fork_by_u(_n(by_1), _n(by_2)))
        if fork.steps >= 2:
            said.append(captions.fork_over_u(_n(over_1), _n(over_2)))
        if fork.steps == 3:
            said.append(captions.fork_sum(_n(fork.total), _n(fork.measured)))
        return " ".join(said)

    def _bars(self, fork: Fork, heights: tuple[float, ...]) -> None:
        limit = next(
            (r for r in (10.0, 30.0, 50.0, 100.0, 300.0) if max(map(abs, heights)) < 0.85 * r), 1e3
        )
        if limit != self.limit:
            self.limit = limit
            self.right.set_ylim(-limit, limit)
            self.surface.stale()
        shown = (fork.steps >= 2, fork.steps >= 2, fork.steps >= 3, True)
        for bar, words, height, visible in zip(self.bars, self.over, heights, shown, strict=True):
            bar.set_visible(visible)
            bar.set_height(height)
            words.text = _n(height) if visible else ""
            words.y = height + 0.02 * limit if height >= 0 else 0.02 * limit


def _graph(axes: Axes) -> None:
    axes.set_axis_off()
    axes.set(xlim=(-0.35, 3.45), ylim=(-1.35, 1.05))
    labels = {"x": "$x$", "1": "$u_1 = x^2$", "2": "$u_2 = r\\,x$", "L": "$L = u_1 u_2$"}
    for start, end in _ARROWS:
        arrow = {
            "arrowstyle": "-|>",
            "color": QUIET,
            "linewidth": 1.6,
            "shrinkA": 22,
            "shrinkB": 30,
        }
        axes.annotate("", xy=_PLACES[end], xytext=_PLACES[start], arrowprops=arrow)
    for name, (x, y) in _PLACES.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "#f4f4f4", "edgecolor": INK}
        axes.text(x, y, labels[name], ha="center", va="center", fontsize=12, bbox=box, zorder=5)
    axes.text(3.4, 0.98, captions.ABOVE, color=BLUE, fontsize=10, ha="right")
    axes.text(3.4, 0.80, captions.BELOW, color=GRADIENT, fontsize=10, ha="right")


def _on_arrow(
    surface: Surface, axes: Axes, start: tuple[float, float], end: tuple[float, float]
) -> tuple[Words, Words]:
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    aside = 0.16 if end[1] > start[1] else -0.16  # off a slanting arrow
    above = surface.words(axes, x - aside, y + 0.17, colour=BLUE)
    below = surface.words(axes, x + aside, y - 0.2, colour=GRADIENT)
    return above, below


def _n(value: float) -> str:
    return number(round(float(value), 6))


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.FORK_TITLE,
        controls={
            "x": slider("x", 2.0, -3.0, 3.0, 0.1),
            "r": slider(captions.FORK_R, 3.0, -4.0, 4.0, 0.1),
            "steps": slider(captions.STEPS_BACK, 3, 0, 3, 1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.FORK_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.FORK_HINT,
    )
