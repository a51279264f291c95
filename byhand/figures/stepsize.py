"""A page of lesson 01: the error of a central difference against its step h."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.figures import captions
from byhand.figures.controls import choice, log_slider, slider
from byhand.figures.guard import Array, Functions
from byhand.figures.panel import View, Work
from byhand.figures.surface import Surface
from byhand.picture import BLUE, INK, VERMILLION, number

STEPS = 10.0 ** np.arange(-13.0, 0.25, 0.5)

# name: (function, first derivative, third derivative), entry by entry
CURVES: dict[str, tuple[Any, Any, Any]] = {
    "exp(x)": (np.exp, np.exp, np.exp),
    "sin(x)": (np.sin, np.cos, lambda x: -np.cos(x)),
    "x**3": (lambda x: x**3, lambda x: 3 * x**2, lambda x: 6 + 0 * x),
}


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Errors of numerical_gradient at one point.

    Attributes:
        steps: (k,), the h that were tried.
        errors: (k,), the size of the error at each.
        truncation: (k,), what Taylor predicts, h^2 |f'''| / 6.
        h, error: the step that the learner chose, and its error.
        true: the derivative itself.
    """

    curve: str
    x: float
    steps: Array
    errors: Array
    truncation: Array
    h: float
    error: float
    true: float


def compute(functions: Functions, *, curve: str, x: float, h: float) -> Work:
    """Yield one Errors; functions: numerical_gradient(f, x, h)."""
    f, prime, third = CURVES[curve]

    def error(step: float) -> float:
        found = functions.array(
            "numerical_gradient", lambda x: float(f(x)), np.array(x), float(step), shape=()
        )
        return abs(float(found) - float(prime(x)))

    yield (
        Errors(
            curve=curve,
            x=x,
            steps=STEPS,
            errors=np.array([error(step) for step in STEPS]),
            truncation=STEPS**2 * abs(float(third(x))) / 6,
            h=h,
            error=error(h),
            true=float(prime(x)),
        ),
        1.0,
    )


def toy() -> Functions:
    """Return a demonstration: errors noted down, for exp at 1, half a decade apart."""
    tens = np.arange(-13.0, 0.25, 0.5)
    noted = np.interp(tens, [-13, -5.2, 0], [-3.4, -10.8, -0.3])

    def recalled(f: Any, x: Array, h: float) -> Array:
        # The slope that has the noted error: only a table and the true slope.
        prime = next(p for g, p, _ in CURVES.values() if float(g(x)) == f(x))
        return np.asarray(prime(x) + 10 ** np.interp(np.log10(h), tens, noted))

    return Functions({"numerical_gradient": recalled})


class _Painter:
    def __init__(self) -> None:
        self.surface = surface = Surface(3.7)
        with surface as figure:
            axes = figure.add_subplot()
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set(xlim=(5e-14, 3), ylim=(1e-16, 50), xlabel=captions.STEP_H_AXIS)
            axes.set_title(captions.STEP_H_ERROR, loc="left")
            axes.grid(color="#e0e0e0", linewidth=0.8)
            (taylor,) = axes.plot([], [], ":", color=INK, label="Taylor: $h^2\\,|f'''|/6$")
            (line,) = axes.plot(
                [], [], "o-", color=BLUE, markersize=5, label=captions.YOUR_YARDSTICK
            )
            (mark,) = axes.plot(
                [],
                [],
                "D",
                color=VERMILLION,
                markersize=12,
                fillstyle="none",
                label=captions.YOUR_H,
            )
            axes.legend(loc="lower right", frameon=False, handlelength=4)
            self.lines = surface.all_moving((taylor, line, mark))
        self.says = surface.words(axes, 0, 0, anchor="md", bold=True)

    def paint(self, errors: Errors) -> str:
        taylor, line, mark = self.lines
        floor = 2e-16  # an error of exactly 0 has no place on a logarithmic axis
        taylor.set_data(errors.steps, np.maximum(errors.truncation, 1e-20))
        line.set_data(errors.steps, np.maximum(errors.errors, floor))
        here = max(errors.error, floor)
        mark.set_data([errors.h], [here])
        self.says.x, self.says.y = np.clip(errors.h, 5e-13, 0.3), min(here * 4, 8)
        self.says.text = f"{errors.error:.0e}"
        best = int(errors.errors.argmin())
        return captions.errors(
            errors.curve,
            number(errors.x),
            number(errors.true),
            h=errors.h,
            error=errors.error,
            best=errors.steps[best],
            least=errors.errors[best],
        )


def view() -> View:
    """Return the page."""
    painter = _Painter()
    return View(
        title=captions.STEP_H_TITLE,
        controls={
            "curve": choice(captions.FUNCTION, CURVES, "exp(x)"),
            "x": slider("x", 1.0, -2.0, 2.0, 0.1),
            "h": log_slider(captions.STEP_H, 1e-5, -13, 0, 0.1),
        },
        compute=compute,
        toy=toy(),
        toy_says=captions.STEP_H_TOY,
        surface=painter.surface,
        paint=painter.paint,
        hint=captions.STEP_H_HINT,
    )
