"""Lesson 04: a planted bug beside the learner's own backward pass.

"It trains" proves nothing: the loss and the accuracy of a network with a planted
bug stand beside those of the learner's own, and the gradient check beside both.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from byhand.figures import captions, faults
from byhand.figures.controls import choice, log_slider, slider
from byhand.figures.guard import Array, Functions, Trouble, Waiting, as_array
from byhand.figures.network import FIRST, SLICE, accuracy, forward, read, toy_network
from byhand.figures.panel import Panel, View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, INK, VERMILLION, number

EPOCHS = 10
BATCH = 30  # of 1347 samples: the last one has 27
DIMS, KINDS = [64, 32, 32, 10], ["tanh", "relu", "softmax"]
SMALL = [4, 5, 5, 3]
"""Widths of the network on which the gradients are checked."""

PASSES = 1e-6
"""A gradient check passes below this."""


@dataclass(frozen=True, kw_only=True)
class Lineup:
    """A suspect and the learner's own backward pass, side by side; suspect first.

    Attributes:
        suspect: its name.
        epochs: (k,), where the points stand.
        losses: two arrays (k,), the mean training loss of an epoch's half.
        accuracy: two shares of the test samples, 0 until training is done.
        errors: two results of gradient_check.
    """

    suspect: str
    epochs: Array
    losses: tuple[Array, Array]
    accuracy: tuple[float, float]
    errors: tuple[float, float]


def compute(functions: Functions, *, suspect: str, lr: float, seed: int) -> Work:
    """Yield a Lineup again and again while two networks learn.

    Args:
        functions: suspects (name -> backward), and the learner's model_backward,
            init_params, model_forward, minibatches, gradient_check, cross_entropy
            and cross_entropy_grad.
        suspect: which of the suspects.
        lr: learning rate of plain gradient descent.
        seed: of the first weights and the shuffles.
    """
    try:
        suspects = functions.thing("suspects")
    except Waiting:
        raise Waiting("suspects", faults.waits_for_cell("suspects")) from None
    if not isinstance(suspects, Mapping) or suspect not in suspects:
        raise Trouble(faults.no_suspect(suspect))
    passes = [(faults.suspect(suspect[:1]), suspects[suspect])]
    passes.append(("model_backward", functions.thing("model_backward")))
    errors = [_check(functions, name, backward) for name, backward in passes]
    data = read("digits")
    rng = np.random.default_rng(seed)
    start = functions.call("init_params", DIMS, rng, "he")
    params = [start, start]
    places: list[float] = []
    curves: list[list[float]] = [[], []]

    def so_far(accuracy: tuple[float, float]) -> Lineup:
        return Lineup(
            suspect=suspect,
            epochs=np.array(places),
            losses=(np.array(curves[0]), np.array(curves[1])),
            accuracy=accuracy,
            errors=(errors[0], errors[1]),
        )

    clock = time.perf_counter()
    for epoch in range(EPOCHS):
        batches = list(functions.call("minibatches", data.X_train, data.T_train, BATCH, rng))
        since: list[list[float]] = []
        for done, (X, T) in enumerate(batches, start=1):
            losses = []
            for i, (name, backward) in enumerate(passes):
                params[i], loss = _step(functions, name, backward, params[i], X=X, T=T, lr=lr)
                losses.append(loss)
            since.append(losses)
            if done in (len(batches) // 2, len(batches)):
                places.append(epoch + done / len(batches))
                for curve, mean in zip(curves, np.mean(since, axis=0), strict=True):
                    curve.append(float(mean))
                since = []
            took = time.perf_counter() - clock
            if took > SLICE and (len(places) > 1 or took > FIRST):
                yield so_far((0.0, 0.0)), min((epoch + done / len(batches)) / EPOCHS, 0.99)
                clock = time.perf_counter()
    shares = [accuracy(functions, data, trained, KINDS) for trained in params]
    yield so_far((shares[0], shares[1])), 1.0


def _step(
    functions: Functions, name: str, backward: Any, params: Any, *, X: Array, T: Array, lr: float
) -> tuple[Any, float]:
    """Return the params after a step of plain gradient descent, and the loss before it."""
    P, caches = forward(functions, X, params, KINDS)
    loss = functions.number("cross_entropy", P, T, finite=False)
    grads = functions.run(name, backward, functions.call("cross_entropy_grad", P, T), caches)
    if len(grads) != len(params):
        raise Trouble(faults.other_number_of_pairs(name, len(grads), len(params)))
    stepped = []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        checked = (
            as_array(faults.part_of("dW", name), dW, shape=W.shape, finite=False),
            as_array(faults.part_of("db", name), db, shape=b.shape, finite=False),
        )
        stepped.append((W - lr * checked[0], b - lr * checked[1]))
    return stepped, loss


def _check(functions: Functions, name: str, backward: Any) -> float:
    """Return what the learner's gradient_check says about a backward pass."""
    rng = np.random.default_rng(3)
    params = functions.call("init_params", SMALL, rng, "he")
    X, T = rng.normal(size=(SMALL[0], 6)), np.eye(SMALL[-1])[:, rng.integers(SMALL[-1], size=6)]
    P, caches = forward(functions, X, params, KINDS)
    grads = functions.run(name, backward, functions.call("cross_entropy_grad", P, T), caches)

    def loss(params: Any) -> float:
        return functions.number("cross_entropy", forward(functions, X, params, KINDS)[0], T)

    return functions.number("gradient_check", loss, params, grads, finite=False)


def toy() -> Functions:
    """Return a demonstration: one number that is learnt, with two made-up bugs."""

    def compare(_loss: Any, params: Any, grads: Any) -> float:
        slope = 4.6 * float(params[0][0][0, 0])
        return 1e-10 + abs(float(grads[0][0][0, 0]) - slope) / 9.2

    return Functions(
        {
            **toy_network(),
            "gradient_check": compare,
            "suspects": {
                "1  half the slope": lambda dA, _caches: [(dA / 2, 0 * dA)],
                "2  a tenth of the slope": lambda dA, _caches: [(dA / 10, 0 * dA)],
            },
        }
    )


class _Painter:
    """Three panels: losses, accuracies, gradient checks."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.0)
        with surface as figure:
            axes, bars, check = figure.subplots(1, 3, width_ratios=(1.7, 0.85, 0.85))
            axes.set_yscale("log")
            axes.set(xlim=(0, EPOCHS + 0.2), ylim=(5e-3, 30), xlabel=captions.EPOCH)
            axes.set_title(captions.TRAINING_LOSS, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            (first,) = axes.plot([], [], "s--", color=VERMILLION, markevery=2)
            (own,) = axes.plot(
                [], [], "o-", color=BLUE, markevery=2, markersize=11, linewidth=4, fillstyle="none"
            )
            own.set_zorder(1.9)  # so that the bug's dashes show where both agree
            self.lines = surface.all_moving((first, own))
            style: dict[str, Any] = {
                "width": 0.6,
                "color": (VERMILLION, BLUE),
                "edgecolor": INK,
                "hatch": ("//", ""),
            }
            for panel, title in ((bars, captions.TEST_ACCURACY), (check, captions.GRADIENT_CHECK)):
                panel.set_title(title, loc="left")
                panel.set_xticks(range(2), ["bug", "yours"])
            bars.set(ylim=(0, 1.12), yticks=(0, 0.5, 1))
            self.bars = surface.all_moving(bars.bar(range(2), [0.0] * 2, **style))
            check.set_yscale("log")
            check.set_ylim(1e-13, 80)
            check.axhline(PASSES, color=INK, linestyle=":")
            self.checks = surface.all_moving(check.bar(range(2), [1e-13] * 2, **style))
            figure.legend(
                (first, own),
                (captions.WITH_BUG, captions.YOURS),
                loc="outside lower center",
                ncols=2,
                frameon=False,
                handlelength=4,
            )
        self.shares = [surface.words(bars, i, 0, anchor="mb") for i in range(2)]
        self.errors = [surface.words(check, i, 0, anchor="mb") for i in range(2)]

    def paint(self, lineup: Lineup) -> str:
        said = []
        names = (lineup.suspect, captions.YOURS)
        for i, name in enumerate(names):
            losses, share, error = lineup.losses[i], lineup.accuracy[i], lineup.errors[i]
            self.lines[i].set_data(
                lineup.epochs, np.clip(np.nan_to_num(losses, nan=1e3), 1e-6, 1e3)
            )
            self.bars[i].set_height(share)
            self.shares[i].y = share + 0.02
            self.shares[i].text = f"{share:.3f}" if share else ""
            height = float(np.clip(np.nan_to_num(error, nan=10), 1e-12, 10))
            self.checks[i].set_height(height)
            self.errors[i].y, self.errors[i].text = height * 1.5, f"{error:.0e}"
            last = number(losses[-1]) if losses.size else captions.NOT_KNOWN
            said.append(
                captions.suspected(
                    " ".join(name.split()),
                    last,
                    accuracy=share,
                    error=error,
                    passes=error < PASSES,
                )
            )
        return " ".join(said)


def view(functions: Functions) -> View:
    """Return the page; its list of suspects is the learner's, or the demonstration's."""
    toys = toy()
    named = functions.thing("suspects") if functions.has("suspects") else None
    names = list(named) if isinstance(named, Mapping) and named else list(toys.thing("suspects"))
    painter = _Painter()
    return View(
        title=captions.BUGS_TITLE,
        controls={
            "suspect": choice(captions.SUSPECT, names, names[0], width="400px"),
            "lr": log_slider(captions.LEARNING_RATE, 0.15, -3, 0),
            "seed": slider(captions.FIRST_WEIGHTS, 0, 0, 9, 1),
        },
        compute=compute,
        toy=toys,
        toy_says=captions.BUGS_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.BUGS_HINT,
    )


def show(namespace: Mapping[str, Any]) -> None:
    """Show the line-up on a notebook's own functions, `show(globals())`."""
    functions = Functions(namespace)
    Panel("lineup", [view(functions)], functions).show()
