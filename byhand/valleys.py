"""Walks down a valley of two parameters, side by side on the same axes."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand import captions, faults
from byhand.picture import BLUE, INK, Picture, drawing, number

Array = NDArray[np.float64]

_REACH = 1.6  # the picture goes from -1.6 to 1.6 in both directions
_LEVELS = np.geomspace(0.02, 40, 9)


def valley_walks(paths: Mapping[str, ArrayLike], curvatures: Sequence[float]) -> Picture:
    """Draw walks on the contours of half the sum of curvature times w squared.

    Args:
        paths: name -> (steps + 1, 2), one point a row, the start first; up to three.
        curvatures: of the two directions, above 0.

    Returns:
        Picture with a panel for each walk, on shared axes; its description says where each ends.

    Raises:
        ValueError: there is no path, or one is not (steps + 1, 2).
    """
    walks = {name: np.asarray(path, dtype=np.float64) for name, path in paths.items()}
    for name, walk in walks.items():
        if walk.ndim != 2 or walk.shape[1] != 2 or not len(walk):
            raise ValueError(faults.no_walk(name, walk.shape))
    if not walks:
        raise ValueError(faults.NO_WALK)
    axis = np.linspace(-_REACH, _REACH, 121)
    x, y = np.meshgrid(axis, axis)
    height = 0.5 * (curvatures[0] * x**2 + curvatures[1] * y**2)
    words = [captions.WALKS]
    with drawing(2.9) as figure:
        panels = figure.subplots(1, len(walks), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, walk) in zip(panels, walks.items(), strict=True):
            axes.contour(x, y, height, levels=_LEVELS, colors="#b0b0b0", linewidths=0.8)
            axes.plot(0, 0, "+", color=INK, markersize=12)
            far = np.clip(walk, -1e3, 1e3)  # far outside is far enough
            axes.plot(far[:, 0], far[:, 1], "o-", color=BLUE, markersize=3.5, linewidth=1.2)
            axes.set(xlim=(-_REACH, _REACH), ylim=(-_REACH, _REACH), title=name, xlabel="$w_1$")
            axes.set_aspect("equal")
            end = ", ".join(number(value) for value in walk[-1])
            words.append(captions.walk(name, len(walk) - 1, end))
        panels[0].set_ylabel("$w_2$")
    return Picture(figure, "\n".join(words))
