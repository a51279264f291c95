"""A page of lesson 05: three optimisers train a small network on real data."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from byhand.figures import captions, race_words
from byhand.figures.guard import Array, Functions
from byhand.figures.network import FIRST, SLICE, Params, accuracy, forward, read
from byhand.figures.optimisers import NAMES, STYLES, Runner, Settings, runners
from byhand.figures.panel import Work
from byhand.figures.surface import Surface
from byhand.picture import INK, number

EPOCHS = 10
PROBLEMS = {
    "digits": ([64, 64, 32, 10], ["relu", "relu", "softmax"]),
    "breast cancer": ([30, 16, 2], ["relu", "softmax"]),
}
"""The name of a data set -> the network's widths, and its activations."""

_A_POINT = 4  # points of a curve an epoch
_LOST = 2.0  # a loss above this many times the first one counts as diverged


@dataclass(frozen=True, kw_only=True)
class Training:
    """Curves so far.

    Attributes:
        data: the name of the data; settings and batch_size: what the run took.
        epochs: (k,), where the points stand, in epochs.
        losses: name -> (k,), the mean training loss since the point before.
        accuracy: name -> the share of the test samples classified right.
        first: the loss before the first step.
    """

    data: str
    settings: Settings
    batch_size: int
    epochs: Array
    losses: dict[str, Array]
    accuracy: dict[str, float]
    first: float

    def diverged(self, name: str) -> bool:
        """Say whether a loss is not finite or has at least doubled."""
        losses = self.losses[name]
        return bool(losses.size) and not losses[-1] <= _LOST * self.first


class Network:
    """The network of one data set, made of the learner's functions of lesson 04."""

    def __init__(self, functions: Functions, data: str) -> None:
        self.functions, self.data = functions, read(data)
        self.dims, self.kinds = PROBLEMS[data]

    def start(self) -> Params:
        """Return the first parameters, always the same ones."""
        rng = np.random.default_rng(0)
        params: Params = self.functions.call("init_params", self.dims, rng, "he")
        return params

    def loss(self, params: Params, X: Array, T: Array) -> float:
        """Return the mean cross-entropy."""
        P, _ = forward(self.functions, X, params, self.kinds)
        return self.functions.number("cross_entropy", P, T, finite=False)

    def learn(self, runner: Runner, X: Array, T: Array) -> float:
        """Take one step; return the loss before it."""
        if runner.lost:
            return float("nan")
        P, caches = forward(self.functions, X, runner.params, self.kinds)
        loss = self.functions.number("cross_entropy", P, T, finite=False)
        dA = self.functions.call("cross_entropy_grad", P, T)
        runner.step(self.functions.call("model_backward", dA, caches))
        return loss

    def batches(self, batch_size: int, rng: np.random.Generator) -> Any:
        """Return the batches of one epoch."""
        data = self.data
        return self.functions.call("minibatches", data.X_train, data.T_train, batch_size, rng)


def compute(
    functions: Functions, *, data: str, batch_size: int, epochs: int = EPOCHS, **rest: float
) -> Work:
    """Yield a Training again and again while three networks learn.

    Args:
        functions: the optimisers of lesson 05, and of earlier lessons init_params,
            model_forward, model_backward, minibatches, cross_entropy and
            cross_entropy_grad.
        data: "digits" or "breast cancer".
        batch_size: samples in a batch.
        epochs: how many.
        rest: lr, beta, beta1, beta2, eps.
    """
    settings = Settings(**rest)
    network = Network(functions, data)
    start = network.start()
    racing = runners(functions, start, settings)
    first = network.loss(start, network.data.X_train, network.data.T_train)
    places: list[float] = []
    curves: dict[str, list[float]] = {name: [] for name in NAMES}

    def so_far(accuracy: dict[str, float]) -> Training:
        return Training(
            data=data,
            settings=settings,
            batch_size=batch_size,
            epochs=np.array(places),
            losses={name: np.array(curve) for name, curve in curves.items()},
            accuracy=accuracy,
            first=first,
        )

    clock = time.perf_counter()
    for place, losses in _points(network, racing, batch_size, epochs):
        if losses is not None:
            places.append(place)
            for name, loss in zip(NAMES, losses, strict=True):
                curves[name].append(loss)
        took = time.perf_counter() - clock
        if took > SLICE and (len(places) > 1 or took > FIRST):
            yield so_far({}), min(place / epochs, 0.99)
            clock = time.perf_counter()
    yield (
        so_far(
            {r.name: accuracy(functions, network.data, r.params, network.kinds) for r in racing}
        ),
        1.0,
    )


def _points(
    network: Network, racing: list[Runner], batch_size: int, epochs: int
) -> Iterator[tuple[float, list[float] | None]]:
    """Yield after each batch (epochs done, mean losses where a point is due)."""
    rng = np.random.default_rng(1)
    for epoch in range(epochs):
        batches = list(network.batches(batch_size, rng))
        due = {round(len(batches) * (i + 1) / _A_POINT) for i in range(_A_POINT)} - {0}
        since: list[list[float]] = []
        for done, (X, T) in enumerate(batches, start=1):
            since.append([network.learn(runner, X, T) for runner in racing])
            place = epoch + done / len(batches)
            if done in due:
                yield place, [float(mean) for mean in np.mean(since, axis=0)]
                since = []
            else:
                yield place, None


class Painter:
    """Left the loss curves, right the accuracy on the test samples."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.0)
        self.last: Training | None = None
        self.kept: Training | None = None
        with surface as figure:
            axes, bars = figure.subplots(1, 2, width_ratios=(2.2, 1))
            axes.set_yscale("log")
            axes.set(xlim=(0, EPOCHS + 0.2), ylim=(1e-3, 40), xlabel=captions.EPOCH)
            axes.set_title(captions.TRAINING_LOSS, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            self.lines, self.old = {}, {}
            for name, (colour, dashes, marker) in STYLES.items():
                style: dict[str, Any] = {"color": colour, "linestyle": dashes}
                (line,) = axes.plot(
                    [], [], **style, marker=marker, markevery=4, markersize=5, label=name
                )
                (old,) = axes.plot([], [], **style, linewidth=1.2, alpha=0.45)
                self.lines[name], self.old[name] = surface.moving(line), surface.moving(old)
            self.ends = surface.all_moving(
                axes.plot([], [], "X", color=STYLES[name][0], markersize=12, markeredgecolor=INK)[0]
                for name in NAMES
            )
            bars.set_title(captions.TEST_ACCURACY, loc="left")
            bars.set(ylim=(0, 1.12), yticks=(0, 0.5, 1))
            bars.set_xticks(range(3), NAMES)
            self.bars = surface.all_moving(
                bars.bar(
                    range(3),
                    [0.0] * 3,
                    width=0.6,
                    color=[STYLES[name][0] for name in NAMES],
                    edgecolor=INK,
                    hatch=("", "//", ".."),
                )
            )
            figure.legend(
                self.lines.values(),
                NAMES,
                loc="outside lower center",
                ncols=3,
                frameon=False,
                handlelength=4,
            )
        self.over = [surface.words(bars, i, 0, anchor="mb") for i in range(3)]

    def keep(self) -> None:
        """Keep the run that is shown, for comparison."""
        self.kept = self.last

    def forget(self) -> None:
        """Forget the kept run."""
        self.kept = None

    def paint(self, training: Training) -> str:
        """Move the artists and return the summary."""
        self.last = training
        said = []
        for i, name in enumerate(NAMES):
            _draw(self.lines[name], training, name)
            _draw(self.old[name], self.kept, name)
            lost = training.diverged(name)
            self.ends[i].set_data(
                training.epochs[-1:] if lost else [], [(30, 18, 11)[i]] if lost else []
            )
            share = training.accuracy.get(name, 0.0)
            self.bars[i].set_height(share)
            self.over[i].y, self.over[i].text = share + 0.02, f"{share:.3f}" if share else ""
            if lost:
                said.append(captions.diverges(name))
            elif training.losses[name].size:
                last = number(training.losses[name][-1])
                said.append(race_words.trained(name, last, share))
        text = race_words.training(
            training.data, EPOCHS, training.batch_size, training.settings, " ".join(said)
        )
        if self.kept is None:
            return text
        kept = self.kept
        return f"{text} {race_words.pale_training(kept.data, kept.batch_size, kept.settings)}"


def _draw(line: Any, training: Training | None, name: str) -> None:
    if training is None:
        line.set_data([], [])
        return
    line.set_data(
        training.epochs, np.clip(np.nan_to_num(training.losses[name], nan=1e3), 1e-9, 1e3)
    )
