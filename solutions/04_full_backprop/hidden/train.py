"""train: epochs of minibatches, and a history of losses."""

import numpy as np
from hidden.explained_runs import ENOUGH_EPOCHS, judge_run
from hidden.networks import LOSSES, network, widths
from solution import minibatches, model_backward, model_forward

from grader.exercise import Case, Rng, exercise
from grader.kit import both, new_seed, one_hot_targets, same_again

asked = exercise(
    "train",
    returns=("params", "history"),
    builds_on=("minibatches", "model_forward", "mse", "mse_grad", "model_backward"),
    # No gradient shows where nothing moves, and that of cross-entropy not with mse.
    not_alone=("a rate of 0", "a single sample"),
)


def task(rng, dims, kinds, counts):
    """Draw params, X, T, X_test and T_test for a small run; counts is (m, m_test)."""
    m, m_test = counts
    params, X = network(rng, dims, kinds, m, scale=0.7)
    X_test = rng.normal(size=(dims[0], m_test))
    if kinds[-1] == "softmax":
        T, T_test = (one_hot_targets(rng, dims[-1], count) for count in counts)
        T[:, 0] = 1 / dims[-1]  # nobody knows of this sample
    else:
        T, T_test = (rng.normal(size=(dims[-1], count)) for count in counts)
    return params, X, T, X_test, T_test


@asked.cases
def runs(rng):
    """A rate of 0, the whole set as one batch, several batches, a set of one sample."""
    for group, dims, kinds, loss, lr, epochs, m, batch_size, m_test in [
        ("a rate of 0", [3, 4, 3], ["tanh", "linear"], "mse", 0.0, 2, 7, 3, 4),
        ("a rate of 0", [3, 4], ["softmax"], "cross_entropy", 0.0, 2, 8, 5, 3),
        ("one batch an epoch", [2, 5, 3], ["sigmoid", "softmax"], "mse", 0.3, 2, 6, 6, 4),
        ("one batch an epoch", [4, 3, 5, 2, 3], ["tanh", "sigmoid", "linear", "softmax"],
         "cross_entropy", 0.5, 2, 5, 9, 6),
        # The mean of squares falls along each output's bias while lr is below its number of
        # outputs: ten times as much, and both losses rise from the first epoch on.
        ("one batch an epoch", [2, 3], ["linear"], "mse", 30.0, 3, 6, 6, 4),
        ("square layers", [4, 4, 4], ["tanh", "softmax"], "cross_entropy", 0.4, 2, 4, 4, 4),
        ("a single sample", [3, 4, 1], ["sigmoid", "tanh"], "mse", 0.2, 2, 1, 1, 2),
    ]:  # fmt: skip
        params, X, T, X_test, T_test = task(rng, dims, kinds, (m, m_test))
        if m == 1:  # so near its target that whoever ends at a small loss ends too early
            T = model_forward(X, params, kinds)[0] + 0.001
        yield Case(
            params, X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size,
            Rng(new_seed(rng)), group=group, shapes=widths(dims, m) | {"batch_size": batch_size},
        )  # fmt: skip
    dims, kinds = [3, 4, 3], ["sigmoid", "softmax"]
    yield Case(
        *task(rng, dims, kinds, (5, 2)), kinds, "cross_entropy", 0.2, ENOUGH_EPOCHS, 2,
        Rng(new_seed(rng)), group="several batches", shapes=widths(dims, 5) | {"batch_size": 2},
        check=judge_run,
    )  # fmt: skip
    # Two states of rng cut 16 samples in fours alike once in sixty million times.
    dims, kinds = [2, 3, 3], ["tanh", "linear"]
    run = *task(rng, dims, kinds, (16, 2)), kinds, "mse", 1e-6, 1, 4
    for generator, check in same_again(new_seed(rng), lambda result: result[1]["train_loss"]):
        yield Case(
            *run, generator, group="several batches", shapes=widths(dims, 16) | {"batch_size": 4},
            check=both(hardly_moves, check),
        )  # fmt: skip


def hardly_moves(result, params, X, T, *others):
    """Judge an epoch of mse in even batches at a tiny rate, whatever the order.

    Its loss is that of the given params, and its steps add up to one for each batch along the
    gradient of all samples: the rest is as small as the rate.
    """
    _, _, kinds, _, lr, _, batch_size, _ = others
    final, history = result
    P, caches = model_forward(X, params, kinds)
    loss_of, loss_grad = LOSSES["mse"]
    if not np.allclose(history["train_loss"], [loss_of(P, T)], rtol=1e-4):
        return "at a rate of nearly 0, the training loss is not that of the given params"
    grads = model_backward(loss_grad(P, T), caches)
    count = X.shape[1] // batch_size
    for pair, given, slopes in zip(final, params, grads, strict=True):
        for found, p, slope in zip(pair, given, slopes, strict=True):
            moved = (np.asarray(found) - p) / lr
            if not np.allclose(moved, -count * slope, rtol=1e-3, atol=1e-3):
                return "the steps of an epoch are not one for each batch, downhill"
    return None


def train_with(
    *,
    epoch_loss=lambda losses, counts: float(np.dot(losses, counts) / np.sum(counts)),
    after_step=False,
    test_before=False,
    test_on_training=False,
    one_shuffle=False,
    in_place=False,
    sign=-1,
    loss_used=lambda loss: loss,
    gradient=lambda loss, P, T: LOSSES[loss][1](P, T),
    stale=False,
):
    """Return a train in which one step is changed."""

    def answer(params, *others):
        X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, rng = others
        loss_of = LOSSES[loss_used(loss)][0]
        given = params
        history = {"train_loss": [], "test_loss": []}
        test = (X, T) if test_on_training else (X_test, T_test)
        batches = minibatches(X, T, batch_size, rng)
        for epoch in range(epochs):
            if epoch and not one_shuffle:
                batches = minibatches(X, T, batch_size, rng)
            losses, counts = [], []
            if test_before:
                P, _ = model_forward(test[0], params, kinds)
                history["test_loss"].append(loss_of(P, test[1]))
            for X_b, T_b in batches:
                P, caches = model_forward(X_b, given if stale else params, kinds)
                losses.append(loss_of(P, T_b))
                counts.append(X_b.shape[1])
                grads = model_backward(gradient(loss_used(loss), P, T_b), caches)
                pairs = list(zip(params, grads, strict=True))
                if in_place:
                    for (W, b), (dW, db) in pairs:
                        np.add(W, sign * lr * dW, out=W)
                        np.add(b, sign * lr * db, out=b)
                else:
                    params = [
                        (W + sign * lr * dW, b + sign * lr * db) for (W, b), (dW, db) in pairs
                    ]
                if after_step:
                    losses[-1] = loss_of(model_forward(X_b, params, kinds)[0], T_b)
            history["train_loss"].append(epoch_loss(losses, counts))
            if not test_before:
                P, _ = model_forward(test[0], params, kinds)
                history["test_loss"].append(loss_of(P, test[1]))
        return params, history

    return answer


MOSTLY_RIGHT = "the steps are right, and so are the losses of an epoch of one batch"

asked.mistake(
    "the last batch's loss for the epoch's",
    answer=train_with(epoch_loss=lambda losses, counts: losses[-1]),
    hint="The epoch had several batches. Whose loss do you report?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "unweighted mean of the batch losses",
    answer=train_with(epoch_loss=lambda losses, counts: float(np.mean(losses))),
    hint="The last batch may be smaller. Does each sample count the same in your mean?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "batch losses added up",
    answer=train_with(epoch_loss=lambda losses, counts: float(np.sum(losses))),
    hint="Half the batch size, twice as many batches: should the training loss double?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "test loss on the training set",
    answer=train_with(test_on_training=True),
    hint="On which samples do you measure the test loss?",
)
asked.mistake(
    "one shuffle for all epochs",
    answer=train_with(one_shuffle=True),
    hint="How often do you call minibatches? Where does that line stand: inside which loop?",
    earns="the steps and the losses are right",
)
asked.mistake(
    "training loss after the step",
    answer=train_with(after_step=True),
    hint="When do you measure a batch's loss: with the params before its step, or after it?",
)
asked.mistake(
    "test loss before the epoch",
    answer=train_with(test_before=True),
    hint="The test loss belongs to the params at the end of the epoch. When do you measure it?",
)
asked.mistake(
    "given params changed",
    answer=train_with(in_place=True),
    hint="Look at `W -= ...`: does it make a new array, or change the caller's?",
)
asked.mistake(
    "uphill",
    answer=train_with(sign=1),
    hint="The gradient points to where the loss grows. Which way is the step?",
)
asked.mistake(
    "always the squared error",
    answer=train_with(loss_used=lambda loss: "mse"),
    hint="loss is an argument. Where does your code look at it?",
)
asked.mistake(
    "always the cross-entropy",
    answer=train_with(loss_used=lambda loss: "cross_entropy"),
    hint="loss is an argument. Where does your code look at it?",
)
asked.mistake(
    "the softmax counted twice",
    answer=train_with(
        gradient=lambda loss, P, T: (
            (P - T) / P.shape[1] if loss == "cross_entropy" else LOSSES[loss][1](P, T)
        )
    ),
    hint="(P - T) / m is the gradient by the sums Z. By what is the gradient that model_backward "
    "takes, and what does it do with a softmax?",
)
asked.mistake(
    "forward pass with the first params",
    answer=train_with(stale=True),
    hint="After the first step there are new params. Which ones does the next forward pass use?",
)
