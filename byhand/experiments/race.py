"""Optimisers race on real data: several seeds each, and intervals in place of one number."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from byhand.datasets import Dataset, breast_cancer, digits
from byhand.experiments import captions
from byhand.picture import LINES, Picture, drawing, number
from byhand.waiting import waiting

Array = NDArray[np.float64]

PROBLEMS: dict[str, tuple[Callable[[], Dataset], list[int], list[str]]] = {
    "digits": (digits, [64, 64, 32, 10], ["relu", "relu", "softmax"]),
    "breast cancer": (breast_cancer, [30, 16, 2], ["relu", "softmax"]),
}
"""name -> (how to read the data, widths, activations)."""

RATES = {
    "digits": {"sgd": 0.2, "momentum": 0.03, "adam": 0.003},
    "breast cancer": {"sgd": 0.3, "momentum": 0.03, "adam": 0.01},
}
"""A good rate of each optimiser."""

BATCH = 30  # leaves 27 of 1347 and 7 of 427 samples for the last batch


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training: losses by epoch, (epochs,) each, and the test accuracy at the end."""

    train: Array
    test: Array
    accuracy: float


def run(
    namespace: Mapping[str, Any],
    problem: str,
    optimizer: str,
    lr: float,
    *,
    seed: int,
    epochs: int,
    scale: Array | float = 1.0,
) -> Run:
    """Train one network with the learner's fit.

    Args:
        namespace: with init_params, model_forward and fit.
        problem: a name in PROBLEMS.
        optimizer: "sgd", "momentum" or "adam".
        lr: the learning rate.
        seed: of the first weights; the shuffles follow from it.
        epochs: how long it trains.
        scale: (n, 1) or one number; the features are multiplied by it.
    """
    read, dims, kinds = PROBLEMS[problem]
    data = read()
    X, X_test = data.X_train * scale, data.X_test * scale
    params = namespace["init_params"](dims, np.random.default_rng(seed), "he")
    params, history = namespace["fit"](
        *(params, X, data.T_train, X_test, data.T_test, kinds, "cross_entropy", optimizer),
        *(lr, epochs, BATCH, np.random.default_rng(100 + seed)),
    )
    P, _ = namespace["model_forward"](X_test, params, kinds)
    return Run(
        train=np.asarray(history["train_loss"], dtype=np.float64),
        test=np.asarray(history["test_loss"], dtype=np.float64),
        accuracy=float(np.mean(P.argmax(axis=0) == data.labels_test)),
    )


def interval(values: Sequence[float], digits: int = 3) -> str:
    """Return the lowest and the highest of some values, as the tables print them."""
    return captions.interval(f"{min(values):.{digits}f}", f"{max(values):.{digits}f}")


def race(
    namespace: Mapping[str, Any],
    rates: Mapping[str, Mapping[str, float]] = RATES,
    *,
    seeds: int = 5,
    epochs: int = 20,
) -> Picture | None:
    """Train each optimiser with several seeds; print intervals and return the curves.

    The square button ends it early: what is finished is shown.

    Args:
        namespace: a notebook's globals(), with init_params, model_forward and fit.
        rates: problem -> optimiser -> learning rate.
        seeds: runs of each.
        epochs: how long each trains.

    Returns:
        Picture with a panel for each problem, on one loss axis: the median over the seeds;
        None where nothing is finished.
    """
    found: dict[tuple[str, str], list[Run]] = {}
    todo = [(p, o, seed) for p in rates for o in rates[p] for seed in range(seeds)]
    with waiting():
        try:
            for problem, optimizer, seed in tqdm(todo, desc="race", unit="run"):
                lr = rates[problem][optimizer]
                done = run(namespace, problem, optimizer, lr, seed=seed, epochs=epochs)
                found.setdefault((problem, optimizer), []).append(done)
        except KeyboardInterrupt:
            print(captions.INTERRUPTED)
    if not found:
        return None
    for problem in rates:
        print(captions.race_head(problem))
        for optimizer, lr in rates[problem].items():
            runs = found.get((problem, optimizer))
            if runs:
                print(
                    f"  {optimizer:9}{lr:<8}{interval([r.train[-1] for r in runs], 4):18}"
                    f"{interval([r.test[-1] for r in runs]):17}"
                    f"{interval([r.accuracy for r in runs])}"
                )
    return _curves(rates, found)


def _curves(
    rates: Mapping[str, Mapping[str, float]], found: Mapping[tuple[str, str], Sequence[Run]]
) -> Picture:
    words = [captions.MEDIANS]
    with drawing(3.9) as figure:
        panels = figure.subplots(1, len(rates), sharey=True, squeeze=False)[0]
        for axes, problem in zip(panels, rates, strict=True):
            axes.set_yscale("log")
            axes.set(title=problem, xlabel=captions.EPOCH)
            axes.grid(color="#e0e0e0", linewidth=0.8)
            for place, optimizer in enumerate(rates[problem]):
                runs = found.get((problem, optimizer))
                if not runs:
                    continue
                colour, _, marker = LINES[place]
                for part, dashes in (("train", "-"), ("test", ":")):
                    median = np.median([getattr(run, part) for run in runs], axis=0)
                    axes.plot(
                        np.arange(1, median.size + 1),
                        median,
                        color=colour,
                        linestyle=dashes,
                        marker=marker,
                        markevery=max(1, median.size // 6),
                        markerfacecolor=colour if part == "train" else "white",
                        label=captions.curve(optimizer, part),
                    )
                    words.append(
                        captions.median(
                            problem,
                            optimizer,
                            part,
                            first=number(median[0]),
                            last=number(median[-1]),
                            epochs=median.size,
                        )
                    )
        panels[0].set_ylabel(captions.LOSS)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return Picture(figure, "\n".join(words))


def wrong_adams(
    namespace: MutableMapping[str, Any],
    steps: Mapping[str, Callable[..., Any]],
    *,
    rates: Sequence[float] = (0.001, 0.03),
    seeds: int = 2,
    epochs: int = 10,
) -> None:
    """Train on the digits with each of several Adam steps, and print intervals.

    Args:
        namespace: a notebook's globals() itself: fit finds each step there as adam_step.
        steps: name -> a function to stand in for adam_step.
        rates: learning rates to try.
        seeds: runs of each.
        epochs: how long each trains.
    """
    todo = [(lr, name, seed) for lr in rates for name in steps for seed in range(seeds)]
    found: dict[tuple[float, str], list[Run]] = {}
    with waiting():
        try:
            for lr, name, seed in tqdm(todo, desc="Adams", unit="run"):
                with _instead(namespace, "adam_step", steps[name]):
                    done = run(namespace, "digits", "adam", lr, seed=seed, epochs=epochs)
                found.setdefault((lr, name), []).append(done)
        except KeyboardInterrupt:
            print(captions.INTERRUPTED)
    if found:
        print(captions.ADAMS_HEAD)
        print(captions.adams_head(epochs))
    for (lr, name), runs in found.items():
        print(
            f"{lr:<6}{name:15}{interval([r.train[2] for r in runs]):16}"
            f"{interval([r.train[-1] for r in runs]):16}{interval([r.accuracy for r in runs])}"
        )


@contextmanager
def _instead(
    namespace: MutableMapping[str, Any], name: str, other: Callable[..., Any]
) -> Iterator[None]:
    """Let a name stand for something else, and put back what was there in any case."""
    kept = namespace[name]
    namespace[name] = other
    try:
        yield
    finally:
        namespace[name] = kept
