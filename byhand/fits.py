"""A function of one number beside what a network makes of it, and the loss on the way."""

import numpy as np
from numpy.typing import ArrayLike

from byhand import captions, faults
from byhand.picture import BLUE, INK, Picture, drawing, number


def function_fit(X: ArrayLike, T: ArrayLike, P: ArrayLike, losses: ArrayLike) -> Picture:
    """Draw targets and predictions over one feature, and beside them the loss step by step.

    Args:
        X: (1, m), the feature, in rising order.
        T: (1, m), targets.
        P: (1, m), predictions.
        losses: (steps,), the loss before each step; above 0.

    Returns:
        Picture, whose description gives the largest error and where it is.

    Raises:
        ValueError: X, T and P are not of one shape (1, m).
    """
    x, t, p = (np.asarray(array, dtype=np.float64) for array in (X, T, P))
    if not x.shape == t.shape == p.shape or x.ndim != 2 or x.shape[0] != 1:
        raise ValueError(faults.no_fit(x.shape, t.shape, p.shape))
    taken = np.asarray(losses, dtype=np.float64)
    errors = np.abs(p - t)[0]
    worst = int(errors.argmax())
    with drawing(3.4) as figure:
        left, right = figure.subplots(1, 2)
        left.plot(x[0], t[0], color=INK, linestyle="--", label=captions.TARGET)
        left.plot(x[0], p[0], color=BLUE, label=captions.PREDICTION)
        left.set(xlabel="$x$")
        left.legend(frameon=False)
        right.semilogy(np.arange(1, taken.size + 1), taken, color=BLUE)
        right.set(xlabel=captions.STEP, ylabel=captions.LOSS)
        right.grid(color="#e0e0e0", linewidth=0.8)
    words = captions.fit(
        number(x[0, worst]),
        number(errors[worst]),
        number(taken[0]),
        number(taken[-1]),
        taken.size,
    )
    return Picture(figure, words)
