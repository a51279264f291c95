"""The learning-rate sweep of lesson 05: 64 rates at once against 64 single runs."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from byhand.datasets import breast_cancer
from grader.course.folders import Course
from grader.course.loading import load

ROOT = Path(__file__).resolve().parent.parent


def bench(results: Any) -> None:
    """Add the ratio; both sides compute the same losses."""
    reference = load(Course(root=ROOT), "05_sgd_vs_adam").reference
    data = breast_cancer()
    X, T = data.X_train[:, :16], data.T_train[:, :16]
    kinds = ["relu", "softmax"]
    params = reference["init_params"]([X.shape[0], 4, T.shape[0]], np.random.default_rng(0), "he")
    rates = np.logspace(-3, 0.5, 64)
    sweep = reference["learning_rate_sweep"]

    def at_once() -> Any:
        return sweep(params, X, T, kinds, "cross_entropy", rates, 50)

    def one_by_one() -> Any:
        return np.array([sweep(params, X, T, kinds, "cross_entropy", [r], 50)[0] for r in rates])

    np.testing.assert_allclose(at_once(), one_by_one(), rtol=1e-9)
    ratios = []
    for _ in range(5):
        start = time.perf_counter()
        at_once()
        middle = time.perf_counter()
        one_by_one()
        ratios.append((time.perf_counter() - middle) / (middle - start))
    ratio = statistics.median(ratios)
    results.add(
        "sweep of 64 rates at once (30-4-2, 16 samples)",
        f"{ratio:.1f} times faster",
        "at least 10",
        reached=ratio >= 10,
    )
