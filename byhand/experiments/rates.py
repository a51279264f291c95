"""What a learning rate does: sweeps, a turned valley, features on unequal scales."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.datasets import breast_cancer, digits
from byhand.experiments import captions
from byhand.experiments.costs import seconds
from byhand.experiments.race import interval, run
from byhand.figures.optimisers import NAMES
from byhand.figures.valley import hill
from byhand.picture import LINES, Picture, drawing, number
from byhand.waiting import waiting

Array = NDArray[np.float64]


def sweep_speed(namespace: Mapping[str, Any]) -> None:
    """Print how much faster 64 rates at once are than one after another.

    Args:
        namespace: a notebook's globals(), with init_params and learning_rate_sweep.
    """
    data, rates = breast_cancer(), np.geomspace(1e-4, 10, 64)
    with waiting():
        for name, dims, m in (
            (captions.SWEEPS[0], [30, 4, 2], 16),
            (captions.SWEEPS[1], [30, 16, 2], 427),
        ):
            start = namespace["init_params"](dims, np.random.default_rng(0), "xavier")
            sweep = namespace["learning_rate_sweep"]
            samples = (data.X_train[:, :m], data.T_train[:, :m])
            problem = (start, *samples, ["tanh", "softmax"], "cross_entropy")

            def at_once(sweep: Any = sweep, problem: Any = problem) -> None:
                sweep(*problem, rates, 20)

            def one_by_one(sweep: Any = sweep, problem: Any = problem) -> None:
                for rate in rates:
                    sweep(*problem, [rate], 20)

            together = seconds(at_once, calls=1)
            alone = seconds(one_by_one, calls=1, rounds=2)
            print(captions.speed(name, together=together, alone=alone))


def sweep_by_steps(namespace: Mapping[str, Any]) -> Picture | None:
    """Draw the loss of 200 digits over the learning rate after 5, 20 and 80 steps.

    Args:
        namespace: a notebook's globals(), with init_params, learning_rate_sweep and best_rate.

    Returns:
        Picture, the best rate of each marked; None where an exercise is not written yet.
    """
    data, rates = digits(), np.geomspace(1e-3, 30, 32)
    X, T = data.X_train[:, :200], data.T_train[:, :200]
    words = [captions.SWEPT]
    with waiting(), drawing(3.7) as figure:
        start = namespace["init_params"]([64, 16, 10], np.random.default_rng(0), "he")
        axes = figure.add_subplot()
        axes.set_xscale("log")
        axes.set_yscale("log")
        for steps, (colour, dashes, marker) in zip((5, 20, 80), LINES, strict=False):
            losses = namespace["learning_rate_sweep"](
                start, X, T, ["relu", "softmax"], "cross_entropy", rates, steps
            )
            best = float(namespace["best_rate"](rates, losses))
            at = int(np.abs(np.log(rates / best)).argmin())
            axes.plot(rates, losses, color=colour, linestyle=dashes, label=captions.after(steps))
            axes.plot(best, losses[at], marker, color=colour, markersize=11)
            print(captions.best(steps, best, number(losses[at])))
            words.append(captions.best_in_words(steps, best, number(losses[at])))
        axes.set(xlabel=captions.LEARNING_RATE, ylabel=captions.LOSS)
        axes.grid(color="#e0e0e0", linewidth=0.8)
        axes.legend(frameon=False)
        return Picture(figure, "\n".join(words))
    return None


def turned_valley(namespace: Mapping[str, Any], *, conditioning: float = 100.0) -> None:
    """Print the loss after 60 steps at the best of 60 rates, along the axes and turned.

    Args:
        namespace: a notebook's globals(), with the three optimisers.
        conditioning: curvature across the valley over that along it.
    """
    with waiting(), np.errstate(all="ignore"):  # at too large rates numbers overflow
        rows = [f"{'':12}{''.join(f'{name:>11}' for name in NAMES)}"]
        for degrees in (0.0, 45.0):
            H, start = hill(conditioning, degrees)
            best = [
                np.nanmin(
                    [
                        _end_of_walk(namespace, name, H, start, float(lr))
                        for lr in np.geomspace(1e-4, 3, 60)
                    ]
                )
                for name in NAMES
            ]
            rows.append(captions.turned(degrees, "".join(f"{loss:>11.1e}" for loss in best)))
        print("\n".join(rows))


def _end_of_walk(
    namespace: Mapping[str, Any], name: str, H: Array, start: Array, lr: float
) -> float:
    """Return the loss w H w / 2 after 60 steps of an optimiser from start (2,)."""
    still = np.zeros((1, 1))
    params, state = [(start[np.newaxis], still)], None
    if name == "momentum":
        state = [(np.zeros((1, 2)), still)]
    elif name == "Adam":
        state = namespace["adam_init"](params)
    for _ in range(60):
        grads = [(params[0][0] @ H, still)]  # (1, 2) (2, 2) -> (1, 2)
        if name == "SGD":
            params = namespace["sgd_step"](params, grads, lr)
        else:
            step = namespace["momentum_step" if name == "momentum" else "adam_step"]
            params, state = step(params, grads, state, lr)
    w = params[0][0][0]
    return float(0.5 * w @ H @ w)


def unequal_scales(namespace: Mapping[str, Any], *, seeds: int = 2, epochs: int = 20) -> None:
    """Print what unequal scales of the features cost each optimiser, and what Adam saves.

    The breast cancer data, standardised, and then with their features multiplied by
    factors from 0.001 to 1.  Of a few rates each optimiser gets the one with the lowest
    training loss.

    Args:
        namespace: a notebook's globals(), with init_params, model_forward and fit.
        seeds: runs of each.
        epochs: how long each trains.
    """
    factors = np.random.default_rng(0).permutation(np.geomspace(1e-3, 1, 30))[:, np.newaxis]
    grid = {
        "sgd": (0.3, 1.0, 3.0, 10.0),
        "momentum": (0.03, 0.1, 0.3, 1.0),
        "adam": (0.01, 0.03, 0.1, 0.3),
    }
    with waiting():
        for title, scale in ((captions.EQUAL, 1.0), (captions.UNEQUAL, factors)):
            rows = [captions.scales_head(title)]
            for optimizer, rates in grid.items():
                runs = {
                    lr: [
                        run(
                            namespace, "breast cancer", optimizer, lr,
                            seed=seed, epochs=epochs, scale=scale,
                        )
                        for seed in range(seeds)
                    ]
                    for lr in rates
                }  # fmt: skip
                losses = {lr: [one.train[-1] for one in found] for lr, found in runs.items()}
                best = min(losses, key=lambda lr: np.mean(losses[lr]))
                rows.append(
                    captions.scales_row(
                        optimizer,
                        best,
                        interval(losses[best]),
                        interval([one.accuracy for one in runs[best]]),
                    )
                )
            print("\n".join(rows))
