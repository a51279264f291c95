"""Lesson 05: SGD, momentum and Adam side by side.

Three pages share their controls: a valley of two parameters, a small network on
real data, and a sweep of learning rates.
"""

from collections.abc import Mapping
from typing import Any

from byhand.figures import captions, optimisers, race_words, sweep, training, valley
from byhand.figures.controls import choice, log_slider, slider
from byhand.figures.guard import Functions
from byhand.figures.network import toy_network
from byhand.figures.panel import Panel, View


def views() -> list[View]:
    """Return the three pages."""
    rate = log_slider(captions.LEARNING_RATE, 0.03, -4, 1)
    common = {
        "beta": slider(captions.MOMENTUM, 0.9, 0.0, 0.99, 0.01),
        "beta1": slider(race_words.BETA_1, 0.9, 0.0, 0.99, 0.01),
        "beta2": choice(race_words.BETA_2, (0.5, 0.9, 0.99, 0.999, 0.9999), 0.999),
        "eps": log_slider(race_words.EPS, 1e-8, -12, 0, 0.5),
    }
    ground = {
        "conditioning": log_slider(captions.CONDITIONING, 25.0, 0, 3),
        "degrees": slider(race_words.TURNED_BY, 0, 0, 90, 5),
    }
    batch = {"batch_size": choice(race_words.BATCH_SIZE, (10, 30, 50, 100, 500), 30)}
    paths, curves, rates = valley.Painter(), training.Painter(), sweep.Painter()
    return [
        View(
            title=race_words.VALLEY,
            controls={"lr": rate, **common, **ground},
            compute=valley.compute,
            toy=optimisers.toy(),
            toy_says=race_words.WALKERS_TOY,
            surface=paths.surface,
            paint=paths.paint,
            hint=race_words.VALLEY_HINT,
            buttons={race_words.KEEP: paths.keep, race_words.FORGET: paths.forget},
        ),
        View(
            title=race_words.REAL_DATA,
            controls={
                "data": choice(race_words.DATA, training.PROBLEMS, "digits"),
                "lr": rate,
                **common,
                **batch,
            },
            compute=training.compute,
            toy=Functions({**optimisers.toy_steps(), **toy_network()}),
            toy_says=race_words.CURVES_TOY,
            surface=curves.surface,
            paint=curves.paint,
            hint=race_words.REAL_DATA_HINT,
            buttons={race_words.KEEP: curves.keep, race_words.FORGET: curves.forget},
        ),
        View(
            title=race_words.SWEEP,
            controls={
                "problem": choice(race_words.PROBLEM, sweep.problems(), sweep.VALLEY),
                **common,
                **ground,
                **batch,
            },
            compute=sweep.compute,
            toy=optimisers.toy(),
            toy_says=race_words.WALKERS_TOY,
            surface=rates.surface,
            paint=rates.paint,
            hint=race_words.SWEEP_HINT,
        ),
    ]


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 05 on a notebook's own functions, `show(globals())`."""
    Panel("race", views(), Functions(namespace)).show()
