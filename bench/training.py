"""The reference training loop against scikit-learn and PyTorch on one core.

Digits, 64-64-32-10 with relu, cross-entropy, Adam, minibatches of 32, 30 epochs;
the same data, the same start and the same number of steps on every side.
"""

from __future__ import annotations

import itertools
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from byhand.datasets import digits
from grader.course.folders import Course
from grader.course.loading import load

ROOT = Path(__file__).resolve().parent.parent
EPOCHS, BATCH, RATE = 30, 32, 1e-3
WIDTHS = [64, 64, 32, 10]
KINDS = ["relu", "relu", "softmax"]
# Minima of five runs of a quarter of a second still scatter by a tenth.
REPEATS = 15


def ours(data: Any) -> tuple[float, float]:
    """Return seconds and test accuracy of lesson 05's `fit`."""
    reference = load(Course(root=ROOT), "05_sgd_vs_adam").reference
    params = reference["init_params"](WIDTHS, np.random.default_rng(0), "he")
    start = time.perf_counter()
    params, _ = reference["fit"](
        params,
        data.X_train,
        data.T_train,
        data.X_test,
        data.T_test,
        KINDS,
        "cross_entropy",
        "adam",
        RATE,
        EPOCHS,
        BATCH,
        np.random.default_rng(0),
    )
    took = time.perf_counter() - start
    P, _ = reference["model_forward"](data.X_test, params, KINDS)
    return took, float(np.mean(P.argmax(axis=0) == data.labels_test))


def scikit_learn(data: Any) -> tuple[float, float]:
    """Return seconds and test accuracy of scikit-learn's MLPClassifier."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    model = MLPClassifier(
        (64, 32),
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=EPOCHS,
        tol=0.0,
        n_iter_no_change=EPOCHS + 1,
        random_state=0,
    )
    with warnings.catch_warnings():
        # It says that 30 epochs are few; they are the same 30 for everyone.
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        model.fit(data.X_train.T, data.labels_train)
        took = time.perf_counter() - start
    return took, float(model.score(data.X_test.T, data.labels_test))


def pytorch(data: Any) -> tuple[float, float] | None:
    """Return seconds and test accuracy of PyTorch on one thread; None where it is missing."""
    try:
        import torch  # noqa: PLC0415
    except ImportError:
        return None
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers: list[Any] = []
    for n_in, n_out in itertools.pairwise(WIDTHS):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    X = torch.tensor(data.X_train.T.copy(), dtype=torch.float32)
    labels = torch.tensor(data.labels_train, dtype=torch.long)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    loss_of = torch.nn.CrossEntropyLoss()
    start = time.perf_counter()
    for _ in range(EPOCHS):
        order = torch.randperm(len(X))
        for i in range(0, len(X), BATCH):
            chosen = order[i : i + BATCH]
            optimizer.zero_grad()
            loss_of(model(X[chosen]), labels[chosen]).backward()
            optimizer.step()
    took = time.perf_counter() - start
    with torch.no_grad():
        found = model(torch.tensor(data.X_test.T.copy(), dtype=torch.float32)).argmax(dim=1)
    return took, float((found.numpy() == data.labels_test).mean())


def bench(results: Any) -> None:
    """Add the two ratios; sides take turns, so that a busy moment hits all of them."""
    data = digits()
    sides = {"ours": ours, "scikit-learn's MLPClassifier": scikit_learn, "PyTorch": pytorch}
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(REPEATS):
        for name, side in sides.items():
            done = side(data)
            if done is not None:
                runs[name].append(done)
    # The best of each side: what a busy moment adds is not the code's.
    mine = min(took for took, _ in runs["ours"])
    for name, done in runs.items():
        if not done:
            results.add(f"training, against {name}", "not installed", "", reached=None)
            continue
        took = min(seconds for seconds, _ in done)
        accuracy = statistics.median(found for _, found in done)
        print(f"  {name}: {took:.3f} s, test accuracy {accuracy:.3f}")
        if name != "ours":
            results.add(
                f"training, against {name}",
                f"{took / mine:.2f} times faster",
                "at least 2",
                reached=took / mine >= 2,
            )
