"""How large the entries of a fresh network's gradient are, and why some are exactly 0."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.datasets import digits
from byhand.experiments import captions
from byhand.picture import LINES, Picture, drawing, number
from byhand.waiting import waiting

Array = NDArray[np.float64]

DIMS, KINDS = [64, 64, 32, 10], ["relu", "relu", "softmax"]


def gradient_sizes(namespace: Mapping[str, Any], *, seed: int = 0) -> Picture | None:
    """Draw the sizes of the entries of dW for all digits, layer by layer, before training.

    Printed are the shares of entries that are exactly 0, by cause, and how far the middle
    90 per cent of the others spread.

    Args:
        namespace: a notebook's globals(), with init_params, model_forward, model_backward
            and cross_entropy_grad.
        seed: of the first weights.

    Returns:
        Picture; None where an exercise is not written yet.
    """
    with waiting():
        data, ask = digits(), namespace.__getitem__
        params = ask("init_params")(DIMS, np.random.default_rng(seed), "he")
        P, caches = ask("model_forward")(data.X_train, params, KINDS)
        grads = ask("model_backward")(ask("cross_entropy_grad")(P, data.T_train), caches)
        words = [captions.SIZES]
        pixels, units, pairs = zeros_by_cause(grads, caches)
        zeros = pixels + units + pairs
        with drawing(3.6) as figure:
            axes = figure.add_subplot()
            for layer, (dW, _) in enumerate(grads, start=1):
                sizes = np.abs(dW[dW != 0])
                low, high = np.quantile(sizes, [0.05, 0.95])
                print(captions.layer_has(layer, zero=float(np.mean(dW == 0)), low=low, high=high))
                colour, dashes, _ = LINES[layer - 1]
                axes.hist(
                    np.log10(sizes),
                    bins=50,
                    density=True,
                    histtype="step",
                    color=colour,
                    linestyle=dashes,
                    linewidth=2,
                    label=captions.layer(layer),
                )
                words.append(captions.middle(layer, number(float(low)), number(float(high))))
            print(captions.zeros(pixels=pixels / zeros, units=units / zeros, pairs=pairs / zeros))
            axes.set(xlabel=captions.LOG_SIZE, ylabel=captions.SHARE)
            axes.legend(frameon=False, loc="upper left")
        return Picture(figure, "\n".join(words))
    return None


def zeros_by_cause(
    grads: Sequence[tuple[Array, Array]], caches: Sequence[tuple[Any, ...]]
) -> tuple[int, int, int]:
    """Count the entries of all dW that are exactly 0, by cause.

    Args:
        grads: [(dW, db), ...], dW (n_out, n_in).
        caches: (A_prev, W, Z, kind) of each layer, over all samples.

    Returns:
        Entries whose input is a feature that is 0 in every sample; else, whose unit, or the
        unit below it, fires for no sample; else, of which no sample has both ends on.
    """
    features = units = pairs = 0
    for layer, ((dW, _), (A_prev, _, Z, kind)) in enumerate(zip(grads, caches, strict=True)):
        zero = dW == 0
        silent = zero & (A_prev == 0).all(axis=1)
        closed = zero & ~silent & ((Z <= 0).all(axis=1)[:, np.newaxis] & (kind == "relu"))
        features += int(silent.sum()) if layer == 0 else 0
        units += int(closed.sum()) + (int(silent.sum()) if layer else 0)
        pairs += int((zero & ~silent & ~closed).sum())
    return features, units, pairs
