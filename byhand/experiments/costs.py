"""What a gradient costs."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np

from byhand.experiments import captions
from byhand.waiting import waiting


def seconds(work: Callable[[], object], *, calls: int = 100, rounds: int = 3) -> float:
    """Return the seconds that a call takes, the shortest mean of several rounds.

    The shortest, because what else the machine does only adds.
    """
    best = float("inf")
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(calls):
            work()
        best = min(best, (perf_counter() - start) / calls)
    return best


def cost_of_a_gradient(namespace: Mapping[str, Any]) -> None:
    """Print what one backward pass takes, and what central differences would.

    Args:
        namespace: a notebook's globals(), with init_params, model_forward, model_backward,
            cross_entropy and cross_entropy_grad.
    """
    dims, kinds = [64, 64, 32, 10], ["relu", "relu", "softmax"]
    rng = np.random.default_rng(0)
    X, T = rng.normal(size=(64, 30)), np.eye(10)[:, rng.integers(10, size=30)]
    ask = namespace.__getitem__
    with waiting():
        params = ask("init_params")(dims, rng, "he")
        parameters = sum(W.size + b.size for W, b in params)

        def loss() -> object:
            return ask("cross_entropy")(ask("model_forward")(X, params, kinds)[0], T)

        P, caches = ask("model_forward")(X, params, kinds)
        forward = seconds(loss)
        backward = seconds(lambda: ask("model_backward")(ask("cross_entropy_grad")(P, T), caches))
        central = 2 * parameters * forward
        print(
            captions.costs(
                forward=forward, backward=backward, central=central, parameters=parameters
            )
        )
