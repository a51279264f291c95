"""Lesson 05: what momentum does to a direction, by its curvature, the rate and beta.

On a valley each direction is on its own: its coordinate and its velocity are
multiplied by the same 2 by 2 matrix at every step.  The larger eigenvalue of this
matrix says by which factor the direction shrinks, and whether it swings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from byhand.figures import captions, race_words
from byhand.figures.controls import log_slider, slider
from byhand.figures.guard import Array, Functions
from byhand.figures.optimisers import Runner, Settings, toy
from byhand.figures.panel import Panel, View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, INK, VERMILLION, number

STEPS = 60
NAMES = ("floor", "wall")
STYLES = {"floor": (BLUE, "-", "o"), "wall": (VERMILLION, "--", "s")}
"""Colour, dashes and marker of each direction."""

CREEPS, SWINGS, JUMPS, GROWS = "creeps", "swings", "jumps", "grows"

_LEFT, _RIGHT = 1e-3, 10.0  # of rate times curvature on the map
_LEVELS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, kw_only=True)
class Descent:
    """A walk with momentum down a valley of two directions.

    Attributes:
        lr, beta: what momentum_step took.
        conditioning: curvature of the wall; that of the floor is 1.
        path: (steps + 1, 2), floor and wall, from (1, 1) on.
        factors: by which the floor and the wall shrink in one step in the long run.
        ways: CREEPS, SWINGS, JUMPS or GROWS, for both.
    """

    lr: float
    beta: float
    conditioning: float
    path: Array
    factors: tuple[float, float]
    ways: tuple[str, str]

    @property
    def slower(self) -> float:
        """The factor of the direction that decides how long all takes."""
        return max(self.factors)


def compute(
    functions: Functions, *, lr: float, beta: float, conditioning: float, steps: int = STEPS
) -> Work:
    """Yield one Descent.

    Args:
        functions: momentum_step.
        lr: the learning rate.
        beta: the share of the velocity that is kept; 0 is plain gradient descent.
        conditioning: curvature across the valley over that along it.
        steps: how many are taken.
    """
    curvatures = np.array([1.0, conditioning])
    settings = Settings(lr=lr, beta=beta, beta1=0.9, beta2=0.999, eps=1e-8)
    runner = Runner(functions, "momentum", [(np.ones((1, 2)), np.zeros((1, 1)))], settings)
    path = [np.ones(2)]
    for _ in range(steps):
        runner.step([(runner.params[0][0] * curvatures, np.zeros((1, 1)))])
        path.append(runner.params[0][0][0].copy())
        if runner.lost:
            break
    found = [shrinks(lr * float(curvature), beta) for curvature in curvatures]
    yield (
        Descent(
            lr=lr,
            beta=beta,
            conditioning=conditioning,
            path=np.array(path),
            factors=(found[0][0], found[1][0]),
            ways=(found[0][1], found[1][1]),
        ),
        1.0,
    )


def shrinks(steepness: float, beta: float) -> tuple[float, str]:
    """Return the factor by which a direction shrinks a step, and in which way it does.

    Args:
        steepness: learning rate times curvature, above 0.
        beta: the share of the velocity that is kept, from 0 to 1.
    """
    # The eigenvalues r of [w, v] -> [w - lr (beta v + c w), beta v + c w] solve
    # r**2 - (1 + beta - steepness) r + beta = 0.
    middle = (1 + beta - steepness) / 2
    inside = middle**2 - beta
    if inside < 0:  # both are complex, and their product is beta
        return float(np.sqrt(beta)), SWINGS
    factor = abs(middle) + float(np.sqrt(inside))
    if factor >= 1 and steepness > 0:
        return factor, GROWS
    return factor, CREEPS if middle > 0 else JUMPS


class _Painter:
    """Left the map of all rates and betas with both directions, right how each shrinks."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.4)
        with surface as figure:
            sides = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
            self.map = axes = figure.add_subplot(sides[:, 0])
            _draw_map(axes)
            self.rod = surface.moving(axes.plot([], [], "-", color=INK, linewidth=1.5)[0])
            self.ends, self.lines = {}, {}
            upper: Any = None
            for place, name in enumerate(NAMES):
                colour, dashes, marker = STYLES[name]
                end = axes.plot(
                    [], [], marker, color=colour, markersize=12, markeredgecolor="white"
                )[0]
                self.ends[name] = surface.moving(end)
                side = figure.add_subplot(sides[place, 1], sharex=upper, sharey=upper)
                upper = upper or side
                side.set(xlim=(-1, STEPS + 1), ylim=(-1.3, 1.3))
                side.set_title(race_words.UP_WALL if place else race_words.ALONG_FLOOR, loc="left")
                side.axhline(0, color="#8c8c8c", linewidth=0.8)
                side.grid(color="#e0e0e0", linewidth=0.8)
                (line,) = side.plot(
                    [], [], color=colour, linestyle=dashes, marker=marker, markersize=4
                )
                self.lines[name] = surface.moving(line)
            upper.tick_params(labelbottom=False)
            side.set_xlabel(captions.STEP)

    def paint(self, descent: Descent) -> str:
        """Move the artists and return the summary."""
        steepness = np.array([descent.lr, descent.lr * descent.conditioning])
        at = np.clip(steepness, _LEFT, _RIGHT)
        self.rod.set_data(at, [descent.beta] * 2)
        for i, name in enumerate(NAMES):
            self.ends[name].set_data(at[i : i + 1], [descent.beta])
            way = np.clip(np.nan_to_num(descent.path[:, i], nan=10.0), -10, 10)
            self.lines[name].set_data(np.arange(way.size), way)
        set_to = (number(descent.lr), number(descent.beta), number(descent.conditioning))
        text = race_words.descent(*set_to, descent.ways, descent.factors)
        if descent.slower >= 1:
            return race_words.all_diverges(text)
        long = np.log(1e-3) / np.log(descent.slower) if descent.slower > 0 else 1
        return race_words.slower_decides(text, max(1, round(long)))


def _draw_map(axes: Any) -> None:
    """Draw, for every rate times curvature and every beta, the factor a step."""
    x, y = np.geomspace(_LEFT, _RIGHT, 401), np.linspace(0, 0.99, 199)
    factors = np.array([[shrinks(float(s), float(b))[0] for s in x] for b in y])
    axes.set_xscale("log")
    axes.set(xlim=(_LEFT, _RIGHT), ylim=(-0.035, 0.99))
    axes.set(xlabel=race_words.MAP_AXIS, ylabel=captions.MOMENTUM)
    axes.set_title(race_words.MAP_TITLE, loc="left")
    axes.contourf(x, y, factors, levels=(0, *_LEVELS, 1.0), cmap="Greens_r", alpha=0.75)
    lines = axes.contour(x, y, factors, levels=_LEVELS, colors="#4d4d4d", linewidths=0.7)
    axes.clabel(lines, levels=(0.5, 0.7, 0.9), fmt="%.2g", fontsize=10, colors=INK)
    edge = 2 * (1 + y)
    axes.fill_betweenx(y, edge, _RIGHT, facecolor="#d0d0d0", hatch="//", edgecolor="#8c8c8c")
    axes.plot(edge, y, color=INK, linewidth=2)
    axes.plot((1 - np.sqrt(y)) ** 2, y, color=INK, linewidth=1.4, linestyle=":")
    for at, way in (((0.004, 0.45), CREEPS), ((0.11, 0.75), SWINGS), ((6.3, 0.5), GROWS)):
        word, upright = race_words.WAYS[way], 90 if way == GROWS else 0
        style = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"}
        axes.text(*at, word, ha="center", va="center", rotation=upright, bbox=style, zorder=4)
    axes.xaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.1, 1, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.MOMENTUM,
        controls={
            "lr": log_slider(captions.LEARNING_RATE, 0.07, -3, 0, 0.02),
            "beta": slider(captions.MOMENTUM, 0.0, 0.0, 0.98, 0.01),
            "conditioning": log_slider(captions.CONDITIONING, 25.0, 0, 3),
        },
        compute=compute,
        toy=toy(),
        toy_says=race_words.MOMENTUM_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=race_words.MOMENTUM_HINT,
    )


def show(namespace: Mapping[str, Any]) -> None:
    """Show what momentum does, on a notebook's own momentum_step, `show(globals())`."""
    Panel("momentum", [view()], Functions(namespace)).show()
