"""Lesson 06's engine against the backward pass of lesson 04 that was written by hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from byhand.datasets import digits
from grader.course.folders import Course
from grader.course.loading import load

ROOT = Path(__file__).resolve().parent.parent
WIDTHS, KINDS, BATCH = [64, 64, 32, 10], ["relu", "relu", "softmax"], 32
# Windows so short that some of them are not interrupted, whatever else runs here.
ROUNDS, CALLS = 400, 5


def bench(results: Any) -> None:
    """Add two ratios; sides take turns, so that a busy moment hits both of them."""
    reference = load(Course(root=ROOT), "06_computational_graph").reference
    data = digits()
    X, T = data.X_train[:, :BATCH], data.T_train[:, :BATCH]
    params = reference["init_params"](WIDTHS, np.random.default_rng(0), "he")
    arrays = [X, T, *[array for pair in params for array in pair]]
    tape = reference["network_tape"](params, KINDS, "cross_entropy")
    values = reference["run_tape"](tape, arrays)
    P, caches = reference["model_forward"](X, params, KINDS)

    def by_hand_all() -> Any:
        P, caches = reference["model_forward"](X, params, KINDS)
        return reference["model_backward"](reference["cross_entropy_grad"](P, T), caches)

    def engine_all() -> Any:
        return reference["gradients_of_a_network"](params, X, T, KINDS, "cross_entropy")

    def by_hand_back() -> Any:
        return reference["model_backward"](reference["cross_entropy_grad"](P, T), caches)

    def engine_back() -> Any:
        return reference["backward_tape"](tape, values)

    for mine, right in zip(engine_all(), by_hand_all(), strict=True):
        for a, b in zip(mine, right, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
    for name, engine, by_hand in [
        ("the way back alone", engine_back, by_hand_back),
        ("forward and back", engine_all, by_hand_all),
    ]:
        rounds = [(seconds(engine), seconds(by_hand)) for _ in range(ROUNDS)]
        # The best of each side: what a busy moment adds is not the code's.
        ratio = min(mine for mine, _ in rounds) / min(theirs for _, theirs in rounds)
        results.add(
            f"lesson 06's engine, {name}, against lesson 04's code",
            f"{ratio:.2f} times as long",
            "at most 3",
            reached=ratio <= 3,
        )


def seconds(work: Any) -> float:
    """Return the seconds that some calls take."""
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return time.perf_counter() - start
