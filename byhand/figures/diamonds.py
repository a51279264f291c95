"""A page of lesson 06: calls of rules in a chain of diamonds, and those of a walk along paths."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from byhand.figures import captions
from byhand.figures.controls import slider
from byhand.figures.guard import Array, Functions
from byhand.figures.panel import View, Work
from byhand.figures.spy import backward, forward
from byhand.figures.surface import Surface
from byhand.picture import BLUE, VERMILLION, number
from byhand.tape import Tape, Var, record

DEEPEST, MOST_FORKS = 30, 4
_MOST_CALLS = 3_000  # who walks along every path is told so, before it takes for ever
_BRANCHES = ("tanh", "sigmoid", "relu", "tanh")  # of bounded growth: thirty levels stay finite


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Calls of rules by depth.

    Attributes:
        forks, depth: of the chain that is marked.
        depths: (k,), those that were tried, up to `depth`.
        made: (k,), calls that the learner's backward_tape made.
    """

    forks: int
    depth: int
    depths: Array
    made: Array


def chain(forks: int, depth: int) -> Tape:
    """Return a tape of `depth` diamonds: a value forks into several, which are added again."""
    tape: Tape = []
    value = Var(tape)
    for _ in range(depth):
        branches = [record(op, value) for op in _BRANCHES[:forks]]
        value = branches[0]
        for branch in branches[1:]:
            value = value + branch
    return tape


def by_paths(forks: int, depth: int) -> int:
    """Return the calls of a walk from the end that goes on at once, along every path.

    Each diamond has 2 forks - 1 operations, and all of them are called again for each way
    through the diamonds behind it.
    """
    ways: int = sum(forks**level for level in range(depth))
    return (2 * forks - 1) * ways


def compute(functions: Functions, *, forks: int, depth: int) -> Work:
    """Yield one Calls; functions: run_tape, vjp and backward_tape."""
    depths = sorted({d for d in (1, 2, 3, 5, 8, 12, 16, 20, 25, 30) if d < depth} | {depth})
    made = []
    for levels in depths:
        tape = chain(forks, levels)
        values = forward(functions, tape, [-1.0])
        visits, _ = backward(functions, tape, values, most=_MOST_CALLS)
        made.append(len(visits))
    counted = Calls(
        forks=forks, depth=depth, depths=np.array(depths, float), made=np.array(made, float)
    )
    yield counted, 1.0


def toy() -> Functions:
    """Return a demonstration: it counts the operations, and every value and gradient is 0."""

    def count(tape: Tape, values: list[Array], rule: Callable[..., object]) -> list[Array]:
        for place, (op, inputs, options) in enumerate(tape):
            if inputs:
                rule(op, [values[i] for i in inputs], values[place], np.zeros(()), options)
        return [np.zeros(()) for _ in tape]

    return Functions(
        {
            "run_tape": lambda tape, _inputs: [np.zeros(()) for _ in tape],
            "vjp": lambda *_: [],
            "backward_tape": count,
        }
    )


class _Painter:
    def __init__(self) -> None:
        self.surface = surface = Surface(3.9)
        with surface as figure:
            axes = figure.add_subplot()
            axes.set_yscale("log")
            axes.set(xlim=(0, DEEPEST + 2), ylim=(1, 1e20), xlabel=captions.DIAMONDS_AXIS)
            axes.set_title(captions.CALLS, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(color="#e0e0e0", linewidth=0.8)
            self.paths = surface.moving(
                axes.plot([], [], "--", color=VERMILLION, label=captions.EVERY_PATH)[0]
            )
            self.made = surface.moving(
                axes.plot([], [], "o-", color=BLUE, label=captions.YOUR_TAPE)[0]
            )
            axes.legend(loc="upper left", frameon=False, handlelength=4)
            self.mark = surface.moving(
                axes.plot([], [], "s", color=VERMILLION, markersize=11, fillstyle="none")[0]
            )
        self.many = surface.words(axes, DEEPEST + 1.5, 1.3, anchor="rd", bold=True)
        self.few = surface.words(axes, 0, 0, anchor="md", bold=True)

    def paint(self, calls: Calls) -> str:
        everywhere = range(1, DEEPEST + 1)
        self.paths.set_data(everywhere, [float(by_paths(calls.forks, d)) for d in everywhere])
        self.made.set_data(calls.depths, calls.made)
        many, few = by_paths(calls.forks, calls.depth), int(calls.made[-1])
        self.mark.set_data([calls.depth], [float(many)])
        self.many.text = captions.along_every_path(calls.depth, many)
        self.few.x, self.few.y, self.few.text = calls.depth, few * 3.0, f"{few:,}"
        ratio = number(many / max(few, 1))
        return captions.calls_made(calls.depth, calls.forks, few=few, many=many, ratio=ratio)


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.DIAMOND_TITLE,
        controls={
            "forks": slider(captions.BRANCHES, 2, 2, MOST_FORKS, 1),
            "depth": slider(captions.DIAMONDS, 10, 1, DEEPEST, 1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.DIAMOND_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.DIAMOND_HINT,
    )
