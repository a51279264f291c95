"""Lesson 02: drag the logits, and the Jacobian of the softmax answers.

Seen: the shares as bars, the Jacobian as a heat map whose rows sum to 0, and, with
the cross-entropy behind it, how the product with the Jacobian collapses to s - t.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np

from byhand.figures import captions
from byhand.figures.controls import choice, slider, switch
from byhand.figures.guard import Array, Functions
from byhand.figures.panel import Panel, View, Work
from byhand.figures.surface import Surface
from byhand.gradcheck import numerical_gradient
from byhand.picture import BLUE, GRADIENT, INK, QUIET, VERMILLION, listed, number

CLASSES = 4
START = (0.0, 0.7, 1.6, 0.7)
REACH = 30.0
"""Logits go from -30 to 30."""

_FULL = 0.25  # the largest size that an entry of the Jacobian can have


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the functions say at some logits; n is the number of classes.

    Attributes:
        logits, shares: (n,).
        target: the class whose share should be 1, counted from 0.
        jacobian: (n, n), row i the derivatives of share i.
        row_sums: (n,), over each row of the Jacobian.
        by_shares: (n,), the gradient of the cross-entropy by the shares, or None.
        product: (n,), jacobian.T @ by_shares, or None.
        at_once: (n,), softmax_cross_entropy_grad of the logits, or None.
    """

    logits: Array
    shares: Array
    target: int
    jacobian: Array
    row_sums: Array
    by_shares: Array | None = None
    product: Array | None = None
    at_once: Array | None = None


def compute(functions: Functions, *, target: int, cross_entropy: bool, **logits: float) -> Work:
    """Yield one Answer.

    Args:
        functions: softmax, softmax_jacobian; with the cross-entropy also
            cross_entropy_grad and softmax_cross_entropy_grad.
        target: the class whose share should be 1, counted from 0.
        cross_entropy: go on to the gradients behind a cross-entropy.
        logits: z0, z1, ..., in this order.
    """
    z = np.array(list(logits.values()), dtype=np.float64)
    n = z.size
    shares = functions.array("softmax", z[:, None].copy(), shape=(n, 1))[:, 0]
    jacobian = functions.array("softmax_jacobian", shares.copy(), shape=(n, n))
    parts: dict[str, Array] = {}
    if cross_entropy:
        t = np.eye(n)[:, [target]]  # (n, 1)
        by_shares = functions.array("cross_entropy_grad", shares[:, None].copy(), t, shape=(n, 1))
        at_once = functions.array("softmax_cross_entropy_grad", z[:, None].copy(), t, shape=(n, 1))
        parts = {
            "by_shares": by_shares[:, 0],
            "product": jacobian.T @ by_shares[:, 0],  # (n, n) (n,) -> (n,)
            "at_once": at_once[:, 0],
        }
    yield (
        Answer(
            logits=z,
            shares=shares,
            target=target,
            jacobian=jacobian,
            row_sums=jacobian.sum(axis=1),
            **parts,
        ),
        1.0,
    )


class _Toy:
    """Shares of squares, z_i^2 over the sum of squares, with slopes measured."""

    def __init__(self) -> None:
        self.z = np.ones(CLASSES)

    def softmax(self, z: Array) -> Array:
        self.z = z[:, 0]
        return self.shares(self.z)[:, None]

    def shares(self, z: Array) -> Array:
        return np.asarray(z**2 / max(float(np.sum(z**2)), 1e-9))

    def softmax_jacobian(self, _shares: Array) -> Array:
        def share(i: int) -> Array:
            return numerical_gradient(lambda z: float(self.shares(z)[i]), self.z)

        return np.array([share(i) for i in range(self.z.size)])

    def cross_entropy_grad(self, shares: Array, t: Array) -> Array:
        return numerical_gradient(lambda s: float(np.sum((s - t) ** 2)), shares)

    def softmax_cross_entropy_grad(self, z: Array, t: Array) -> Array:
        def distance(z: Array) -> float:
            return float(np.sum((self.shares(z[:, 0]) - t[:, 0]) ** 2))

        return numerical_gradient(distance, z)


def toy() -> Functions:
    """Return the demonstration's functions."""
    stand_in = _Toy()
    names = ("softmax", "softmax_jacobian", "cross_entropy_grad", "softmax_cross_entropy_grad")
    return Functions({name: getattr(stand_in, name) for name in names})


class _Painter:
    """The picture: bars, heat map, and the three rows of numbers below."""

    def __init__(self) -> None:
        self.surface = surface = Surface(4.75)
        columns = range(CLASSES)
        with surface as figure:
            grid = figure.add_gridspec(2, 2, height_ratios=(3.3, 1.25), width_ratios=(1, 1.12))
            self.bars, heat, table = (
                figure.add_subplot(grid[0, 0]),
                figure.add_subplot(grid[0, 1]),
                figure.add_subplot(grid[1, :]),
            )
            self.bars.set(xlabel=captions.CLASS, xticks=columns, xlim=(-0.6, 3.6))
            self.bars.set_title(captions.SHARES_TITLE)
            self.bars.axhline(0, color=INK, linewidth=1)
            self.bars.set_ylim(-1.15, 1.15)
            style: dict[str, Any] = {"width": 0.36, "edgecolor": INK, "linewidth": 0.8}
            self.shares = surface.all_moving(
                self.bars.bar([i - 0.2 for i in columns], np.ones(CLASSES), color=BLUE, **style)
            )
            self.steps = surface.all_moving(
                self.bars.bar(
                    [i + 0.2 for i in columns],
                    np.ones(CLASSES),
                    color=VERMILLION,
                    hatch="///",
                    **style,
                )
            )
            heat.set_title(captions.JACOBIAN_TITLE, loc="left")
            heat.set(
                xlabel=captions.LOGIT_K, ylabel=captions.SHARE_J, xticks=columns, yticks=columns
            )
            heat.spines[:].set_visible(False)
            self.colours = mpl.cm.ScalarMappable(mpl.colors.Normalize(-_FULL, _FULL), "RdBu_r")
            self.cells = surface.moving(
                heat.imshow(
                    np.zeros((CLASSES, CLASSES)),
                    cmap="RdBu_r",
                    vmin=-_FULL,
                    vmax=_FULL,
                    aspect="auto",
                    extent=(-0.5, 3.5, 3.5, -0.5),
                )
            )
            heat.set(xlim=(-0.5, 4.75), ylim=(3.5, -0.5))
            heat.set_xticks([*columns, 4.15], [*map(str, columns), captions.SUM])
            table.set_axis_off()
            table.set(xlim=(0, 1), ylim=(0, 1))
            for j in columns:
                table.text(
                    0.47 + 0.155 * j,
                    1.0,
                    captions.class_of(j),
                    ha="center",
                    va="center",
                    color=QUIET,
                )
        self.over = [surface.words(self.bars, 0, 0, anchor="mb") for _ in columns]
        self.entries = [
            [surface.words(heat, j, i) for j in columns] + [surface.words(heat, 4.15, i)]
            for i in columns
        ]
        self.rows = [
            [surface.words(table, 0.0, y, anchor="lm", bold=y == 0.14)]
            + [surface.words(table, 0.47 + 0.155 * j, y, bold=y == 0.14) for j in columns]
            for y in (0.72, 0.43, 0.14)
        ]

    def paint(self, answer: Answer) -> str:
        self._bars(answer)
        self._heat(answer)
        self._table(answer)
        row_sum = _tiny(float(np.abs(answer.row_sums).max()))
        logits, shares = listed(answer.logits), _rounded(answer.shares)
        largest = number(answer.jacobian.max())
        said = [captions.shares_are(logits, shares, largest=largest, row_sum=row_sum)]
        if answer.at_once is not None and answer.product is not None:
            apart = float(np.abs(answer.at_once - answer.product).max())
            at_once = _rounded(answer.at_once)
            said += [captions.with_target(answer.target, at_once, _tiny(apart))]
            if apart > 1e-6:
                said += [captions.SPOILT]
        return " ".join(said)

    def _bars(self, answer: Answer) -> None:
        at_once = answer.at_once
        for i, bar in enumerate(self.shares):
            share = float(answer.shares[i])
            bar.set_height(np.clip(share, -1.1, 1.1))
            over = self.over[i]
            over.x, over.y, over.text = i - 0.2, min(max(share, 0), 1.0) + 0.02, f"{share:.2f}"
        for i, bar in enumerate(self.steps):
            bar.set_visible(at_once is not None)
            bar.set_height(0.0 if at_once is None else float(np.clip(at_once[i], -1.1, 1.1)))

    def _heat(self, answer: Answer) -> None:
        self.cells.set_data(answer.jacobian)
        for i, row in enumerate(self.entries):
            for j, words in enumerate(row[:-1]):
                value = float(answer.jacobian[i, j])
                words.text = f"{value:.3f}" if abs(value) < 10 else number(value)
                words.colour = "white" if abs(value) > 0.7 * _FULL else "black"
            row[-1].text = _tiny(float(answer.row_sums[i]))
            row[-1].colour = QUIET if abs(answer.row_sums[i]) < 1e-9 else GRADIENT

    def _table(self, answer: Answer) -> None:
        named = {
            captions.BY_SHARES: answer.by_shares,
            captions.PRODUCT: answer.product,
            captions.AT_ONCE: answer.at_once,
        }
        for (title, values), row in zip(named.items(), self.rows, strict=True):
            row[0].text = title if values is not None else ""
            for j, words in enumerate(row[1:]):
                words.text = "" if values is None else _short(float(values[j]))
        if answer.by_shares is None:
            self.rows[1][0].text = captions.SWITCH_ON


def _rounded(values: Array) -> str:
    return f"[{', '.join(_short(float(value)) for value in values)}]"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("-0.000", "0.000") if abs(value) < 1e3 else f"{value:.2g}"


def _tiny(value: float) -> str:
    """Return 0 for what is rounding error only."""
    return "0" if abs(value) < 1e-9 else _short(value) if abs(value) >= 5e-4 else f"{value:.0e}"


def controls() -> dict[str, Any]:
    """Return the controls by name: one slider a logit, the target, the cross-entropy."""
    return {
        **{
            f"z{i}": slider(captions.logit_of(f"z{i}"), z, -REACH, REACH, 0.1)
            for i, z in enumerate(START)
        },
        "target": choice(captions.TARGET_CLASS, range(CLASSES), 1),
        "cross_entropy": switch(captions.CROSS_ENTROPY, value=True),
    }


def view() -> View:
    """Return the figure's only page."""
    painter = _Painter()
    return View(
        title=captions.LOGITS_TITLE,
        controls=controls(),
        compute=compute,
        toy=toy(),
        toy_says=captions.LOGITS_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.LOGITS_HINT,
    )


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 02 on a notebook's own functions, `show(globals())`."""
    Panel("logits", [view()], Functions(namespace)).show()
