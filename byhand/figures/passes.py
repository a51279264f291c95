"""A page of lesson 06: values forward through a graph, gradients backward, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from byhand.figures import captions
from byhand.figures.controls import choice, slider
from byhand.figures.guard import Array, Functions
from byhand.figures.panel import View, Work
from byhand.figures.spy import Visit, backward, forward
from byhand.figures.surface import Surface, Words
from byhand.graphs import draw_graph, laid_out, rows_of
from byhand.picture import BLUE, GRADIENT, ORANGE, number
from byhand.tape import Tape, Var, sigmoid
from byhand.words import all_of

HEIGHT = 3.9  # inches
_SHARE = 0.9  # of the height for the graph; above it stands a sentence
MOST_STEPS = 10
MINUS = "\N{MINUS SIGN}"
_MOST_CALLS = 200  # a right engine makes five here at most


@dataclass(frozen=True, kw_only=True)
class Program:
    """A small program of numbers: its tape, what goes in, what its entries are called."""

    tape: Tape
    inputs: tuple[float, ...]
    names: tuple[str, ...]


def _three_lines() -> Program:
    tape: Tape = []
    x, w = Var(tape), Var(tape)
    u1 = x * w
    _ = u1 * (u1 + x)
    return Program(tape=tape, inputs=(2.0, 3.0), names=("x", "w", "u1", "u2", "L"))


def _four_times() -> Program:
    tape: Tape = []
    x = Var(tape)
    u1 = x * x
    _ = (u1 + u1 * x) * x
    return Program(tape=tape, inputs=(2.0,), names=("x", "u1", "u2", "u3", "L"))


def _neuron() -> Program:
    tape: Tape = []
    w, x, b, t = Var(tape), Var(tape), Var(tape), Var(tape)
    error = sigmoid(w * x + b) - t
    _ = error * error
    names = ("w", "x", "b", "t", "u1", "z", "p", "u2", "L")
    return Program(tape=tape, inputs=(1.5, 2.0, -3.0, 1.0), names=names)


PROGRAMS = {
    "the three lines": _three_lines(),
    "one value, four times": _four_times(),
    "a neuron and its loss": _neuron(),
}


@dataclass(frozen=True, kw_only=True)
class Passes:
    """A program's way forward and back, up to a step.

    Attributes:
        program: its name.
        step: how many operations, then calls of rules, are shown.
        operations: how many operations the way forward has.
        values: of each entry.
        visits: the calls of rules, in the order of the learner's engine.
        gradients: by each entry, as the engine returned them.
    """

    program: str
    step: int
    operations: int
    values: Sequence[Array]
    visits: Sequence[Visit]
    gradients: Sequence[float]

    @property
    def shown(self) -> int:
        """How many entries have a value by now."""
        return min(len(self.values), len(self.values) - self.operations + self.step)

    @property
    def made(self) -> Sequence[Visit]:
        """The calls that have been made by now."""
        return self.visits[: max(0, self.step - self.operations)]

    @property
    def here(self) -> int | None:
        """The entry of the last step."""
        if self.made:
            return self.made[-1].place
        return self.shown - 1 if self.step else None

    @property
    def gradients_said(self) -> list[tuple[str, str]]:
        """What stands below each entry: its contributions, and their sum once it is used."""
        brought: list[list[float]] = [[] for _ in self.values]
        for visit in self.made:
            for place, sent in zip(
                PROGRAMS[self.program].tape[visit.place][1], visit.sent, strict=False
            ):
                brought[place].append(sent)
        arrived = {visit.place: visit.gradient for visit in self.made}
        if self.made and len(self.made) == len(self.visits):
            inputs = range(len(self.values) - self.operations)
            arrived |= {place: self.gradients[place] for place in inputs}
        texts = []
        for place, parts in enumerate(brought):
            total = number(arrived[place]) if place in arrived else ""
            several = len(parts) > 1
            texts.append((_added(parts) or total, f"= {total}" if total and several else ""))
        return texts


def compute(functions: Functions, *, program: str, step: int) -> Work:
    """Yield one Passes; functions: run_tape, vjp and backward_tape."""
    chosen = PROGRAMS[program]
    values = forward(functions, chosen.tape, chosen.inputs)
    operations = len(chosen.tape) - len(chosen.inputs)
    visits: list[Visit] = []
    gradients = [0.0] * len(values)
    if step > operations:
        visits, gradients = backward(functions, chosen.tape, values, most=_MOST_CALLS)
    result = Passes(
        program=program,
        step=min(step, operations + max(len(visits), 1)),
        operations=operations,
        values=values,
        visits=visits,
        gradients=gradients,
    )
    yield result, 1.0


_NOTED = {
    "the three lines": ((2, 3, 6, 8, 48), (48, 28, 14, 6, 1)),
    "one value, four times": ((2, 4, 8, 12, 24), (44, 6, 2, 2, 1)),
    "a neuron and its loss": (
        (1.5, 2, -3, 1, 3, 0, 0.5, -0.5, 0.25),
        (-0.5, -0.375, -0.25, 1, -0.25, -0.25, -1, -1, 1),
    ),
}


def toy() -> Functions:
    """Return a demonstration: numbers that were noted down, shown in the order of the tape."""

    def noted(tape: Tape, which: int) -> list[Array]:
        chosen = next(name for name, program in PROGRAMS.items() if program.tape == tape)
        return [np.array(float(value)) for value in _NOTED[chosen][which]]

    def play_back(tape: Tape, values: Sequence[Array], rule: Callable[..., object]) -> list[Array]:
        gradients = noted(tape, 1)
        for place in range(len(tape) - 1, -1, -1):
            op, inputs, options = tape[place]
            if inputs:
                rule(op, [values[i] for i in inputs], values[place], gradients[place], options)
        return gradients

    return Functions(
        {
            "run_tape": lambda tape, _inputs: noted(tape, 0),
            "vjp": lambda *_: [],
            "backward_tape": play_back,
        }
    )


class _Graph:
    """One program's boxes and arrows, and the words beside its boxes."""

    def __init__(self, surface: Surface, figure: Figure, program: Program) -> None:
        self.axes = figure.add_axes((0.0, 0.0, 1.0, _SHARE))
        self.places = laid_out(program.tape)
        row = HEIGHT * _SHARE / rows_of(program.tape, self.places)  # inches
        draw_graph(self.axes, program.tape, self.places, program.names, row=row)
        self.ring = surface.moving(
            self.axes.plot([], [], "o", color=ORANGE, markersize=42, alpha=0.4, zorder=0)[0]
        )

        def beside(inches: float, colour: str, *, bold: bool) -> list[Words]:
            # At the left edge words begin with their box, or they would be cut off.
            return [
                surface.words(
                    self.axes,
                    x or x - 0.12,
                    y + inches / row,
                    colour=colour,
                    bold=bold,
                    anchor="mm" if x else "lm",
                )
                for x, y in self.places
            ]

        self.values = beside(0.42, BLUE, bold=True)
        self.sent = beside(-0.42, GRADIENT, bold=False)
        self.sums = beside(-0.6, GRADIENT, bold=True)

    def show(self, *, visible: bool) -> None:
        self.axes.set_visible(visible)
        self.ring.set_visible(visible)
        if not visible:
            for words in (*self.values, *self.sent, *self.sums):
                words.text = ""


class _Painter:
    def __init__(self) -> None:
        self.surface = surface = Surface(HEIGHT)
        with surface as figure:
            figure.set_layout_engine("none")  # axes of one size, whatever the program
            self.graphs = {
                name: _Graph(surface, figure, program) for name, program in PROGRAMS.items()
            }
            top = figure.add_axes((0.0, _SHARE, 1.0, 1 - _SHARE))
            top.set_axis_off()
        self.says = surface.words(top, 0.03, 0.5, anchor="lm")
        self.on = ""

    def paint(self, passes: Passes) -> str:
        name, names = passes.program, PROGRAMS[passes.program].names
        graph = self.graphs[name]
        if name != self.on:
            self.on = name
            for key, other in self.graphs.items():
                other.show(visible=key == name)
            self.surface.stale()
        for place, (words, value) in enumerate(zip(graph.values, passes.values, strict=True)):
            words.text = number(float(value)) if place < passes.shown else ""
        for sent, total, texts in zip(graph.sent, graph.sums, passes.gradients_said, strict=True):
            sent.text, total.text = texts
        here = passes.here
        x, y = graph.places[here] if here is not None else (np.nan, np.nan)
        graph.ring.set_data([x], [y])
        self.says.text = said = _sentence(passes, names)
        return f"{name[0].upper()}{name[1:]}. {said} {_summary(passes, names)}".strip()


def _sentence(passes: Passes, names: Sequence[str]) -> str:
    if not passes.step:
        return captions.INPUTS
    if not passes.made:
        place = passes.shown - 1
        return captions.forward(names[place], number(float(passes.values[place])))
    visit = passes.made[-1]
    inputs = PROGRAMS[passes.program].tape[visit.place][1]
    sent = [
        captions.part_to(number(part), names[place])
        for place, part in zip(inputs, visit.sent, strict=False)
    ]
    name, got = names[visit.place], number(visit.gradient)
    return captions.rule_sends(name, got, all_of(sent)) if sent else captions.rule(name, got)


def _summary(passes: Passes, names: Sequence[str]) -> str:
    parts = [
        f"{name} {sent} {total}".replace("  ", " ").strip()
        for name, (sent, total) in zip(names, passes.gradients_said, strict=True)
        if sent or total
    ]
    return captions.gradients("; ".join(parts)) if parts else ""


def _added(parts: Sequence[float]) -> str:
    """Return contributions as a sum: 8 + 6 - 2."""
    texts = [number(parts[0])] if parts else []
    texts += [f"{MINUS if part < 0 else '+'} {number(abs(part))}" for part in parts[1:]]
    return " ".join(texts)


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.PASSES_TITLE,
        controls={
            "program": choice(captions.PROGRAM, PROGRAMS, "the three lines"),
            "step": slider(captions.STEPS, 5, 0, MOST_STEPS, 1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.PASSES_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.PASSES_HINT,
    )
