"""A training run judged by the batches that explain it, whatever the random numbers were."""

from itertools import combinations

import numpy as np
from hidden.networks import LOSSES
from solution import model_backward, model_forward, train

# Five samples in batches of two make 30 ways to cut an epoch: all of these are cut alike by
# chance once in 30**4 = 810,000 runs.
ENOUGH_EPOCHS = 5
# 15 steps of some hundred operations round by 15 * 100 * 1.1e-16 = 2e-13.
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def ways(params, run, left, total=0.0):
    """Yield for each way to cut an epoch the params after it, its training loss, its batches.

    Ways that begin with the same batches share the steps of these.
    """
    X, T, kinds, (loss_of, loss_grad), lr, batch_size = run
    if not left:
        yield params, total / X.shape[1], ()
        return
    for batch in combinations(left, min(batch_size, len(left))):
        X_b, T_b = X[:, batch], T[:, batch]
        P, caches = model_forward(X_b, params, kinds)
        grads = model_backward(loss_grad(P, T_b), caches)
        after = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
        rest = tuple(j for j in left if j not in batch)
        for end, loss, others in ways(after, run, rest, total + loss_of(P, T_b) * len(batch)):
            yield end, loss, (batch, *others)


def judge_run(result, params, *others):
    """Judge a run by finding the batches that explain it.

    Most draw as the reference does, and end where it ends.  Else each epoch's losses tell how
    it was cut, so weights, losses and shuffles are judged exactly, whatever was drawn.
    """
    X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, _ = others
    final, history = result
    losses = [history["train_loss"], history["test_loss"]]
    if [len(part) for part in losses] != [epochs, epochs]:
        return f"history has {len(losses[0])} and {len(losses[1])} entries, expected {epochs} each"
    right, right_history = train(params, *others)
    if np.allclose(losses, [right_history["train_loss"], right_history["test_loss"]], **CLOSE):
        return judge_params(final, right)
    run, chosen = (X, T, kinds, LOSSES[loss], lr, batch_size), set()
    for found_train, found_test in zip(*losses, strict=True):
        problem = "no order of the batches explains an epoch's training loss"
        for after, train_loss, batches in ways(params, run, range(X.shape[1])):
            if np.allclose(found_train, train_loss, **CLOSE):
                problem = "the training losses are right, and an epoch's test loss is not"
                test_loss = LOSSES[loss][0](model_forward(X_test, after, kinds)[0], T_test)
                if np.allclose(found_test, test_loss, **CLOSE):
                    params, problem = after, None
                    chosen.add(batches)
                    break
        if problem:
            return problem
    if len(chosen) == 1 and epochs >= ENOUGH_EPOCHS:
        return "every epoch had the same batches: shuffle anew"
    return judge_params(final, params)


def judge_params(final, params):
    """Judge the params that a run returns."""
    if len(final) != len(params):
        return f"found {len(final)} layers, expected {len(params)}"
    for pair, right in zip(final, params, strict=True):
        for found, wanted in zip(pair, right, strict=True):
            if np.shape(found) != wanted.shape:
                return "a returned parameter has another shape than the one given"
            if not np.allclose(found, wanted, **CLOSE):
                return "the returned params are not those after the last step"
    return None
