"""A fit with one flaw."""

import numpy as np
from hidden.runs import loss_and_grads, loss_at
from solution import adam_init, adam_step, minibatches, momentum_step, sgd_step, zeros_like


def nothing_yet(params):
    return zeros_like(params), adam_init(params)


def moved_by(optimizer, params, grads, memory, lr):
    """Return the params after one step, and the (velocity, state) after it."""
    velocity, state = memory
    if optimizer == "momentum":
        params, velocity = momentum_step(params, grads, velocity, lr)
    elif optimizer == "adam":
        params, state = adam_step(params, grads, state, lr)
    else:
        params = sgd_step(params, grads, lr)
    return params, (velocity, state)


def fit_variant(flaw):
    """Return a fit with one flaw."""

    def fit(params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng):
        if (flaw, optimizer) == ("default rate", "adam"):
            lr = 1e-3
        optimizer = "sgd" if flaw == "always sgd" else optimizer
        memory = nothing_yet(params)
        history = {"train_loss": [], "test_loss": []}
        batches = minibatches(X, T, batch_size, rng)
        for epoch in range(epochs):
            if epoch and flaw != "one shuffle":
                batches = minibatches(X, T, batch_size, rng)
            if flaw == "anew each epoch":
                memory = nothing_yet(params)
            losses = []
            for X_batch, T_batch in batches:
                if flaw == "anew each batch":
                    memory = nothing_yet(params)
                before = params
                _, grads = loss_and_grads(params, X_batch, T_batch, kinds, loss)
                params, memory = moved_by(optimizer, params, grads, memory, lr)
                counted = params if flaw == "loss after the update" else before
                losses.append(loss_at(counted, X_batch, T_batch, kinds, loss))
            sizes = [X_batch.shape[1] for X_batch, _ in batches]
            told = {
                "last batch": losses[-1],
                "unweighted": np.mean(losses),
                "sum": np.sum(losses),
                "end of the epoch": loss_at(params, X, T, kinds, loss),
            }.get(flaw, np.average(losses, weights=sizes))
            history["train_loss"].append(float(told))
            told = {
                "test on training": (params, X, T),
                "before the last update": (before, X_test, T_test),
            }.get(flaw, (params, X_test, T_test))
            history["test_loss"].append(loss_at(*told, kinds, loss))
        return params, history

    return fit
