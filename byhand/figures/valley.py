"""A page of lesson 05: three optimisers walk down a valley of two parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Ellipse

from byhand.figures import captions, race_words
from byhand.figures.guard import Array, Functions
from byhand.figures.optimisers import NAMES, STYLES, Settings, runners
from byhand.figures.panel import Work
from byhand.figures.surface import Surface
from byhand.picture import INK, number

STEPS = 60
REACH = 1.6
"""The picture goes from -1.6 to 1.6 in both directions."""

_FLOOR = 1e-10  # a loss below this is drawn as this


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Three paths on L(w) = w^T H w / 2.

    Attributes:
        settings: what the optimisers took.
        conditioning: curvature across the valley over that along it.
        degrees: how far the valley is turned.
        paths: name -> (steps + 1, 2); shorter where an optimiser was lost.
        losses: name -> (steps + 1,).
    """

    settings: Settings
    conditioning: float
    degrees: float
    paths: dict[str, Array]
    losses: dict[str, Array]

    def diverged(self, name: str) -> bool:
        """Say whether an optimiser ended higher than it began, or nowhere."""
        last = self.losses[name][-1]
        return not last <= self.losses[name][0]


def compute(
    functions: Functions, *, conditioning: float, degrees: float, steps: int = STEPS, **rest: float
) -> Work:
    """Yield one Walk.

    Args:
        functions: sgd_step, momentum_step, adam_init, adam_step.
        conditioning: 1 for a round valley, 100 for a ravine.
        degrees: turns the valley against the axes.
        steps: how many each optimiser takes.
        rest: lr, beta, beta1, beta2, eps.
    """
    settings = Settings(**rest)
    H, start = hill(conditioning, degrees)
    paths = {}
    for runner in runners(functions, [(start[None, :], np.zeros((1, 1)))], settings):
        path = [start]
        for _ in range(steps):
            W = runner.params[0][0]
            runner.step([(W @ H, np.zeros((1, 1)))])  # (1, 2) (2, 2) -> (1, 2)
            path.append(runner.params[0][0][0].copy())
            if runner.lost:
                break
        paths[runner.name] = np.array(path)
    losses = {name: 0.5 * np.sum(path @ H * path, axis=1) for name, path in paths.items()}
    yield (
        Walk(
            settings=settings,
            conditioning=conditioning,
            degrees=degrees,
            paths=paths,
            losses=losses,
        ),
        1.0,
    )


def hill(conditioning: float, degrees: float) -> tuple[Array, Array]:
    """Return H (2, 2), of curvatures 1 and conditioning, and the start (2,), turned with it."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    Q = np.array([[c, -s], [s, c]])
    return Q @ np.diag([1.0, conditioning]) @ Q.T, Q @ np.array([1.0, 1.0])


class Painter:
    """Left the contours with the paths, right the losses; kept runs stay as pale lines."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.0)
        self.last: Walk | None = None
        self.kept: Walk | None = None
        with surface as figure:
            self.left, right = figure.subplots(1, 2, width_ratios=(1, 1.05))
            self.left.set(
                xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="$w_1$", ylabel="$w_2$"
            )
            self.left.set_title(race_words.PATHS, loc="left")
            self.levels = np.geomspace(0.02, 60, 9)
            self.rings = surface.all_moving(
                self.left.add_patch(
                    Ellipse((0, 0), 1, 1, fill=False, edgecolor="#9a9a9a", zorder=1)
                )
                for _ in self.levels
            )
            self.left.plot(0, 0, "+", color=INK, markersize=12)
            right.set_yscale("log")
            right.set(xlim=(-1, STEPS + 1), ylim=(_FLOOR / 3, 1e4), xlabel=captions.STEP)
            right.set_title(captions.LOSS, loc="left")
            right.grid(color="#e0e0e0", linewidth=0.8)
            self.paths, self.losses = _lines(surface, self.left), _lines(surface, right)
            self.old_paths = _lines(surface, self.left, pale=True)
            self.old_losses = _lines(surface, right, pale=True)
            self.ends = surface.all_moving(
                right.plot([], [], "X", color=STYLES[name][0], markersize=12, markeredgecolor=INK)[
                    0
                ]
                for name in NAMES
            )
            handles = self.losses.values()
            figure.legend(
                handles, NAMES, loc="outside lower center", ncols=3, frameon=False, handlelength=4
            )

    def keep(self) -> None:
        """Keep the run that is shown, for comparison."""
        self.kept = self.last

    def forget(self) -> None:
        """Forget the kept run."""
        self.kept = None

    def paint(self, walk: Walk) -> str:
        """Move the artists and return the summary."""
        self.last = walk
        for ring, level in zip(self.rings, self.levels, strict=True):
            # Of L = level: half axes sqrt(2 level / curvature).
            ring.set_width(2 * np.sqrt(2 * level))
            ring.set_height(2 * np.sqrt(2 * level / walk.conditioning))
            ring.set_angle(walk.degrees)
        _fill(self.paths, self.losses, walk)
        _fill(self.old_paths, self.old_losses, self.kept)
        said = []
        for name, mark in zip(NAMES, self.ends, strict=True):
            losses = walk.losses[name]
            lost = walk.diverged(name)
            mark.set_data(
                [len(losses) - 1] if lost else [],
                [(4e3, 1e3, 2.5e2)[NAMES.index(name)]] if lost else [],
            )
            said.append(
                captions.diverges(name) if lost else race_words.ends_at(name, number(losses[-1]))
            )
        steep = number(walk.conditioning)
        text = race_words.walked(STEPS, walk.settings, steep, walk.degrees, " ".join(said))
        return text if self.kept is None else f"{text} {race_words.pale(self.kept.settings)}"


def _lines(surface: Surface, axes: Any, *, pale: bool = False) -> dict[str, Any]:
    lines = {}
    for name, (colour, dashes, marker) in STYLES.items():
        style: dict[str, Any] = {"color": colour, "linestyle": dashes, "zorder": 3}
        if pale:
            style |= {"linewidth": 1.2, "alpha": 0.45, "zorder": 2}
        else:
            style |= {"marker": marker, "markersize": 4.5, "markevery": 4}
        (line,) = axes.plot([], [], **style)
        lines[name] = surface.moving(line)
    return lines


def _fill(paths: dict[str, Any], losses: dict[str, Any], walk: Walk | None) -> None:
    for name in NAMES:
        if walk is None:
            paths[name].set_data([], [])
            losses[name].set_data([], [])
            continue
        # Agg cannot draw to the end of the world: far outside is far enough.
        way = np.clip(walk.paths[name], -50, 50)
        paths[name].set_data(way[:, 0], way[:, 1])
        heights = np.clip(np.nan_to_num(walk.losses[name], nan=1e9), _FLOOR, 1e9)
        losses[name].set_data(np.arange(heights.size), heights)


def ends(walk: Walk) -> Sequence[float]:
    """Return the last losses, NaN where an optimiser diverged."""
    return [np.nan if walk.diverged(name) else float(walk.losses[name][-1]) for name in NAMES]
