"""Clouds of samples in a plane: before and after a change."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand import captions, faults
from byhand.picture import BLUE, INK, Picture, drawing, listed, number, plain
from byhand.waiting import waiting

Array = NDArray[np.float64]


def before_and_after(
    change: Callable[[Array], ArrayLike],
    points: ArrayLike,
    *,
    labels: tuple[str, str] = captions.FEATURES,
) -> Picture | None:
    """Draw samples before and after a change of their features, on the same axes.

    Args:
        change: takes (2, m) and returns (2, m), such as a learner's standardize.
        points: (2, m), one sample a column.
        labels: names of the two features.

    Returns:
        Picture, whose description gives mean and spread of each feature; None where
        change is not written yet, which is said in a line.

    Raises:
        ValueError: points or what change returns is not (2, m).
    """
    before = _cloud(captions.POINTS, points)
    with waiting():
        after = _cloud(captions.RESULT, change(before.copy()))
        panels = {captions.BEFORE: before, captions.AFTER: after}
        with drawing(3.4) as figure:
            axes = figure.subplots(1, 2, sharex=True, sharey=True)
            for panel, (name, cloud) in zip(axes, panels.items(), strict=True):
                panel.axhline(0, color=INK, linewidth=0.8)
                panel.axvline(0, color=INK, linewidth=0.8)
                panel.plot(*cloud, ".", color=BLUE)
                panel.set(title=name, xlabel=labels[0])
                panel.grid(color="#e0e0e0", linewidth=0.8)
            axes[0].set_ylabel(labels[1])
        words = [captions.TWO_CLOUDS]
        words += [_in_words(name, cloud, labels) for name, cloud in panels.items()]
        return Picture(figure, "\n".join(words))
    return None


def _cloud(name: str, points: ArrayLike) -> Array:
    cloud = np.asarray(points, dtype=np.float64)
    if cloud.ndim != 2 or cloud.shape[0] != 2 or not cloud.shape[1]:
        raise ValueError(faults.no_cloud(name, cloud.shape))
    return cloud


def _in_words(name: str, cloud: Array, labels: tuple[str, str]) -> str:
    first, second = [
        captions.feature(
            plain(label), number(round(float(row.mean()), 9)), number(float(row.std()))
        )
        for label, row in zip(labels, cloud, strict=True)
    ]
    low, high = cloud.min(axis=1), cloud.max(axis=1)
    return captions.cloud(name, first, second, listed(low), listed(high))
