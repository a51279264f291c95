"""Lesson 05: SGD, momentum and Adam side by side.

Three pages share their controls: a valley of two parameters, a small network on
real data, and a sweep of learning rates.
"""

from collections.abc import Mapping
from typing import Any

from byhand.figures import optimisers, sweep, training, valley
from byhand.figures.controls import choice, log_slider, slider
from byhand.figures.guard import Functions
from byhand.figures.network import toy_network
from byhand.figures.panel import Panel, View

_TOY_SAYS = (
    "three walkers that are none of the three optimisers: one steps by the sign of the slope, "
    "one by its root, one straight to the origin."
)


def views() -> list[View]:
    """Return the three pages."""
    rate = log_slider("learning rate", 0.03, -4, 1)
    common = {
        "beta": slider("momentum", 0.9, 0.0, 0.99, 0.01),
        "beta1": slider("Adam beta1", 0.9, 0.0, 0.99, 0.01),
        "beta2": choice("Adam beta2", (0.5, 0.9, 0.99, 0.999, 0.9999), 0.999),
        "eps": log_slider("Adam eps", 1e-8, -12, 0, 0.5),
    }
    ground = {
        "conditioning": log_slider("conditioning", 25.0, 0, 3),
        "degrees": slider("turned by", 0, 0, 90, 5),
    }
    batch = {"batch_size": choice("batch size", (10, 30, 50, 100, 500), 30)}
    paths, curves, rates = valley.Painter(), training.Painter(), sweep.Painter()
    return [
        View(
            title="valley",
            controls={"lr": rate, **common, **ground},
            compute=valley.compute,
            toy=optimisers.toy(),
            toy_says=_TOY_SAYS,
            surface=paths.surface,
            paint=paths.paint,
            hint=(
                "left the contours of a long valley with the paths of SGD, momentum and Adam; "
                "right the loss of each, step by step, on a logarithmic axis."
            ),
            buttons={"keep this run": paths.keep, "forget it": paths.forget},
        ),
        View(
            title="real data",
            controls={
                "data": choice("data", training.PROBLEMS, "digits"),
                "lr": rate,
                **common,
                **batch,
            },
            compute=training.compute,
            toy=Functions({**optimisers.toy_steps(), **toy_network()}),
            toy_says="curves from a formula; no network is trained, the accuracies mean nothing.",
            surface=curves.surface,
            paint=curves.paint,
            hint=(
                "left the training loss over the epochs for SGD, momentum and Adam, on a "
                "logarithmic axis; right their accuracies on the test samples."
            ),
            buttons={"keep this run": curves.keep, "forget it": curves.forget},
        ),
        View(
            title="sweep of rates",
            controls={
                "problem": choice("problem", sweep.problems(), sweep.VALLEY),
                **common,
                **ground,
                **batch,
            },
            compute=sweep.compute,
            toy=optimisers.toy(),
            toy_says=_TOY_SAYS,
            surface=rates.surface,
            paint=rates.paint,
            hint=(
                "the loss over the learning rate for SGD, momentum and Adam, both axes "
                "logarithmic, the best rate of each marked by a star."
            ),
        ),
    ]


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 05 on a notebook's own functions, `show(globals())`."""
    Panel("race", views(), Functions(namespace)).show()
