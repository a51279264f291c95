"""A page of lesson 05: the loss after a fixed effort, for many learning rates."""

from dataclasses import dataclass

import numpy as np

from byhand.figures import captions, race_words, valley
from byhand.figures.guard import Array, Functions, Trouble
from byhand.figures.optimisers import NAMES, STYLES, Settings, runners
from byhand.figures.panel import Work
from byhand.figures.surface import Surface
from byhand.figures.training import PROBLEMS, Network
from byhand.picture import INK, number

VALLEY = "valley"
SAMPLES = 500
"""Training samples of a data set that the sweep uses."""

_LOST = 2.0  # a loss above this many times the first one counts as diverged


BEST_RATE, LOWEST_LOSS = "best_rate", "loss"
"""What chooses the best rate: the learner's function, or the lowest loss."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Losses by learning rate.

    Attributes:
        problem: "valley" or the name of a data set.
        rates: (r,); losses: name -> (r,), NaN where training diverged or is not done.
        best: name -> the best rate, or None; by: what chose it, BEST_RATE or LOWEST_LOSS.
        done: how many of the rates have been tried.
    """

    problem: str
    rates: Array
    losses: dict[str, Array]
    best: dict[str, float | None]
    by: str
    done: int


def compute(
    functions: Functions,
    *,
    problem: str,
    conditioning: float,
    degrees: float,
    batch_size: int,
    beta: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> Work:
    """Yield a Sweep after every rate.

    Args:
        functions: as for the race; best_rate too, where it is written.
        problem: "valley", 60 steps for each rate; or a data set, one epoch of 500 samples.
        conditioning, degrees: of the valley.
        batch_size: of the data set.
        beta, beta1, beta2, eps: of the optimisers.
    """
    rates = np.logspace(-4, 1, 26 if problem == VALLEY else 16)
    losses = {name: np.full(rates.size, np.nan) for name in NAMES}
    options = {"beta": beta, "beta1": beta1, "beta2": beta2, "eps": eps}
    for i, rate in enumerate(rates):
        settings = Settings(lr=float(rate), **options)
        if problem == VALLEY:
            walk, _ = next(
                valley.compute(
                    functions, conditioning=conditioning, degrees=degrees, **vars(settings)
                )
            )
            found = valley.ends(walk)
        else:
            found = _one_epoch(functions, problem, batch_size, settings)
        for name, loss in zip(NAMES, found, strict=True):
            losses[name][i] = loss
        if i + 1 < rates.size:
            nobody: dict[str, float | None] = dict.fromkeys(NAMES)
            copies = {name: values.copy() for name, values in losses.items()}
            yield (
                Sweep(problem=problem, rates=rates, losses=copies, best=nobody, by="", done=i + 1),
                (i + 1) / rates.size,
            )
    best, by = _best(functions, rates, losses)
    yield (
        Sweep(problem=problem, rates=rates, losses=losses, best=best, by=by, done=rates.size),
        1.0,
    )


def _one_epoch(
    functions: Functions, problem: str, batch_size: int, settings: Settings
) -> list[float]:
    """Return the losses after one pass through some samples, NaN where it diverged."""
    network = Network(functions, problem)
    X, T = network.data.X_train[:, :SAMPLES], network.data.T_train[:, :SAMPLES]
    start = network.start()
    first = network.loss(start, X, T)
    racing = runners(functions, start, settings)
    for left in range(0, X.shape[1], batch_size):
        part = slice(left, left + batch_size)
        for runner in racing:
            network.learn(runner, X[:, part], T[:, part])
    ends = [np.nan if r.lost else network.loss(r.params, X, T) for r in racing]
    return [end if end <= _LOST * first else np.nan for end in ends]


def _best(
    functions: Functions, rates: Array, losses: dict[str, Array]
) -> tuple[dict[str, float | None], str]:
    """Return the best rates by the learner's best_rate, or plainly the lowest loss."""
    finite = {name: values for name, values in losses.items() if np.isfinite(values).any()}
    best: dict[str, float | None] = dict.fromkeys(losses)
    try:
        chosen = {
            name: functions.number("best_rate", rates.copy(), values.copy())
            for name, values in finite.items()
        }
        by = BEST_RATE
    except Trouble:
        chosen = {name: float(rates[np.nanargmin(values)]) for name, values in finite.items()}
        by = LOWEST_LOSS
    return best | chosen, by


class Painter:
    """One curve an optimiser; a star marks its best rate, a cross each rate that diverged."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.0)
        with surface as figure:
            axes = figure.add_subplot()
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set(xlim=(7e-5, 15), ylim=(1e-8, 1e4), xlabel=captions.LEARNING_RATE)
            self.axes = axes
            axes.set_title(race_words.LOSS_AFTER, loc="left")
            axes.grid(color="#e0e0e0", linewidth=0.8)
            self.lines, self.stars, self.crosses = {}, {}, {}
            for name, (colour, dashes, marker) in STYLES.items():
                (line,) = axes.plot(
                    [], [], color=colour, linestyle=dashes, marker=marker, markersize=5
                )
                (star,) = axes.plot([], [], "*", color=colour, markersize=19, markeredgecolor=INK)
                (cross,) = axes.plot([], [], "x", color=colour, markersize=7, markeredgewidth=2)
                self.lines[name] = surface.moving(line)
                self.stars[name], self.crosses[name] = surface.moving(star), surface.moving(cross)
            figure.legend(
                self.lines.values(),
                NAMES,
                loc="outside lower center",
                ncols=3,
                frameon=False,
                handlelength=4,
            )
        self.says = surface.words(axes, 0.01, 0.985, relative=True, anchor="la")
        self.limits = (1e-8, 1e4)

    def paint(self, sweep: Sweep) -> str:
        """Move the artists and return the summary."""
        limits = (1e-8, 1e4) if sweep.problem == VALLEY else (1e-2, 30.0)
        if limits != self.limits:
            self.limits = limits
            self.axes.set_ylim(*limits)
            self.surface.stale()
        tried = np.arange(sweep.rates.size) < sweep.done
        said, top = [], np.log10(limits[1] / limits[0])
        for i, name in enumerate(NAMES):
            losses = sweep.losses[name]
            self.lines[name].set_data(sweep.rates, np.maximum(losses, limits[0] * 1.5))
            lost = tried & ~np.isfinite(losses)
            height = limits[1] * 10 ** (-top * (0.09 + 0.035 * i))
            self.crosses[name].set_data(sweep.rates[lost], np.full(lost.sum(), height))
            best = sweep.best[name]
            if best is None:
                self.stars[name].set_data([], [])
                if sweep.done == sweep.rates.size:
                    said.append(race_words.diverges_everywhere(name))
                continue
            at = int(np.abs(np.log(sweep.rates / best)).argmin()) if best > 0 else 0
            self.stars[name].set_data([best], [max(losses[at], limits[0] * 1.5)])
            loss = number(losses[at])
            said.append(race_words.best_rate(name, best, loss, int(lost.sum())))
        self.says.text = race_words.CROSSES if tried.any() else ""
        walks = sweep.problem == VALLEY
        effort = race_words.steps(valley.STEPS) if walks else race_words.one_pass(SAMPLES)
        return race_words.swept(sweep.problem, effort, sweep.by, " ".join(said))


def problems() -> list[str]:
    """Return what can be swept."""
    return [VALLEY, *PROBLEMS]
