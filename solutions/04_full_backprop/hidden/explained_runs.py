"""A training run judged by the batches that explain it, whatever the random numbers were."""

from itertools import combinations

import numpy as np
from hidden.networks import LOSSES
from solution import model_backward, model_forward

# All epochs are cut into the same batches by chance once in 1.6 million runs of so many.
ENOUGH_EPOCHS = 14
# 28 steps of some hundred operations round by 28 * 100 * 1.1e-16 = 3e-13; of 1,800 epochs that
# were tried, no two ways to cut one made losses that agreed to 1e-7.
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def one_epoch(params, batches, kinds, loss, lr):
    """Return the params after one epoch over given batches, and its training loss."""
    loss_of, loss_grad = LOSSES[loss]
    total, count = 0.0, 0
    for X_b, T_b in batches:
        P, caches = model_forward(X_b, params, kinds)
        total, count = total + loss_of(P, T_b) * X_b.shape[1], count + X_b.shape[1]
        grads = model_backward(loss_grad(P, T_b), caches)
        params = [
            (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]
    return params, total / count


def judge_run(result, params, *others):
    """Judge a run in two batches an epoch by finding the batches that explain it.

    Three samples in batches of two make three ways to cut an epoch. Each epoch's losses tell
    which one was taken, so weights, losses and shuffles are judged exactly, whatever the
    random numbers were.
    """
    X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, _ = others
    final, history = result
    losses = [history["train_loss"], history["test_loss"]]
    if [len(part) for part in losses] != [epochs, epochs]:
        return f"history has {len(losses[0])} and {len(losses[1])} entries, expected {epochs} each"
    m, chosen = X.shape[1], []
    for found_train, found_test in zip(*losses, strict=True):
        fitting = []
        for first in combinations(range(m), batch_size):
            rest = [j for j in range(m) if j not in first]
            batches = [(X[:, pick], T[:, pick]) for pick in (list(first), rest)]
            after, train_loss = one_epoch(params, batches, kinds, loss, lr)
            if np.allclose(found_train, train_loss, **CLOSE):
                fitting.append((after, first))
        if not fitting:
            return "no order of the batches explains an epoch's training loss"
        tests = [LOSSES[loss][0](model_forward(X_test, p, kinds)[0], T_test) for p, _ in fitting]
        best = int(np.argmin(np.abs(np.subtract(tests, found_test))))
        if not np.allclose(found_test, tests[best], **CLOSE):
            return "the training losses are right, and an epoch's test loss is not"
        params = fitting[best][0]
        chosen.append(fitting[best][1])
    # In a few epochs, all may be cut alike by chance.
    if len(set(chosen)) == 1 and epochs >= ENOUGH_EPOCHS:
        return "every epoch had the same batches: shuffle anew"
    if len(final) != len(params):
        return f"found {len(final)} layers, expected {len(params)}"
    for pair, right in zip(final, params, strict=True):
        for found, wanted in zip(pair, right, strict=True):
            if np.shape(found) != wanted.shape:
                return "a returned parameter has another shape than the one given"
            if not np.allclose(found, wanted, **CLOSE):
                return "the returned params are not those after the last step"
    return None
