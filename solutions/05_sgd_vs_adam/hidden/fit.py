"""fit: epochs of minibatches, with any of the three optimisers."""

import numpy as np
from hidden.flawed_fit import fit_variant, moved_by, nothing_yet
from hidden.nests import each
from hidden.runs import loss_and_grads, loss_at, problem

from grader.exercise import Case, Rng, exercise
from grader.kit import both, new_seed, same_again

asked = exercise(
    "fit",
    returns=("params", "history"),
    builds_on=("sgd_step", "momentum_step", "adam_init", "adam_step"),
    # No optimiser's memory shows where nothing is learnt, or by the steps of SGD.
    not_alone=("a learning rate of 0", "a new shuffle each epoch"),
)


# 48 steps of some hundred operations round by 48 * 100 * 1.1e-16 = 5e-13 of losses near 1.
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
RATES = {"sgd": 0.3, "momentum": 0.1, "adam": 0.05}


@asked.cases
def fits(rng):
    """Arranged so that the shuffle cannot matter, and once so that it must."""
    smooth, plain = ["tanh", "softmax"], ["tanh", "linear"]

    def seed():
        return Rng(new_seed(rng))

    for optimizer, dims, kinds, loss in [
        ("sgd", [3, 4, 3], smooth, "cross_entropy"),
        ("adam", [2, 3, 3], plain, "mse"),
    ]:
        yield Case(
            *problem(rng, dims, 7, loss), kinds, loss, optimizer, 0.0, 2, 2, seed(),
            group="a learning rate of 0", shapes={"m": 7, "batch_size": 2}, fresh=True,
        )  # fmt: skip
    deep = ["tanh", "sigmoid", "tanh", "linear"]
    for optimizer, dims, kinds, loss in [
        ("sgd", [4, 4, 4], smooth, "cross_entropy"),
        ("momentum", [3, 4, 2, 3, 3], deep, "mse"),
        ("adam", [2, 4, 3], smooth, "cross_entropy"),
    ]:
        yield Case(
            *problem(rng, dims, 5, loss), kinds, loss, optimizer, RATES[optimizer], 4, 5, seed(),
            group="one batch an epoch", shapes={"m": 5, "batch_size": 5}, fresh=True,
        )  # fmt: skip
    for optimizer, dims, kinds, loss in [
        ("sgd", [3, 4, 3], smooth, "mse"),
        ("momentum", [3, 3, 3], smooth, "cross_entropy"),
        ("adam", [2, 4, 3], plain, "mse"),
    ]:
        params, X, T, X_test, T_test = problem(rng, dims, 5, loss)
        # Five times the same sample: every shuffle gives the same batches, of 2, 2 and 1.
        X, T = np.repeat(X[:, :1], 5, axis=1), np.repeat(T[:, :1], 5, axis=1)
        yield Case(
            params, X, T, X_test, T_test, kinds, loss, optimizer, RATES[optimizer], 3, 2, seed(),
            group="uneven batches", shapes={"m": 5, "batch_size": 2}, fresh=True,
        )  # fmt: skip
    yield Case(
        *problem(rng, [3, 2, 3], 1, "mse"), plain, "mse", "adam", 0.05, 3, 4, seed(),
        group="a single sample", shapes={"m": 1, "batch_size": 4}, fresh=True,
    )  # fmt: skip
    # One input with two targets: the loss never ends, and the order always matters.
    params, X, _, X_test, T_test = problem(rng, [2, 3, 1], 2, "mse")
    X = np.repeat(X[:, :1] / np.abs(X[:, :1]), 2, axis=1)
    T = np.array([[1.0, -2.0]]) * rng.uniform(0.8, 1.2)
    drawn = same_again(new_seed(rng), lambda result: result[1]["train_loss"])
    for optimizer, lr, generator, check in [
        *[("sgd", 0.08, generator, both(follows_shuffles, check)) for generator, check in drawn],
        ("momentum", 0.02, seed(), follows_shuffles),
        ("adam", 0.05, seed(), follows_shuffles),
    ]:
        yield Case(
            params, X, T, X_test, T_test, plain, "mse", optimizer, lr, 24, 1, generator,
            group="a new shuffle each epoch", shapes={"m": 2, "batch_size": 1}, check=check,
        )  # fmt: skip


def follows_shuffles(
    result, params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    """Find the order of the two samples in each epoch that explains the history."""
    final, history = result
    losses = np.array([history["train_loss"], history["test_loss"]], dtype=float)  # (2, epochs)
    if losses.shape != (2, epochs):
        return f"expected {epochs} training and {epochs} test losses, one an epoch"
    used, memory = set(), nothing_yet(params)
    for epoch in range(epochs):
        outcomes = []
        for order in ([0, 1], [1, 0]):
            moved, before, kept = params, [], memory
            for j in order:
                value, grads = loss_and_grads(moved, X[:, [j]], T[:, [j]], kinds, loss)
                before.append(value)
                moved, kept = moved_by(optimizer, moved, grads, kept, lr)
            after = loss_at(moved, X_test, T_test, kinds, loss)
            outcomes.append((np.array([np.mean(before), after]), moved, kept))
            # Both orders have been seen: the one that fits is enough.
            if len(used) == 2 and np.allclose(outcomes[-1][0], losses[:, epoch], **CLOSE):
                break
        errors = [np.abs(seen - losses[:, epoch]).max() for seen, *_ in outcomes]
        best = int(np.argmin(errors))
        if not np.allclose(outcomes[best][0], losses[:, epoch], **CLOSE):
            return "no order of the two samples explains the history of an epoch"
        if len(used) < 2 and np.abs(outcomes[0][0] - outcomes[1][0]).max() > 1e-7:
            used.add(best)
        _, params, memory = outcomes[best]
    right = each(lambda p, q: np.allclose(p, q, **CLOSE), params, final)
    if not all(W and b for W, b in right):
        return "the history is right, but the returned parameters are not those after the last step"
    if len(used) < 2:
        return "every epoch went through the samples in the same order"
    return None


MOSTLY_RIGHT = "the steps are right, and so are the losses of an epoch of one batch"

asked.mistake(
    "the state is made anew for each batch",
    answer=fit_variant("anew each batch"),
    hint="SGD is right. What does momentum remember when the next batch begins?",
)
asked.mistake(
    "the state is made anew for each epoch",
    answer=fit_variant("anew each epoch"),
    hint="SGD is right, and so is the first epoch. What does momentum remember when the second "
    "epoch begins?",
)
asked.mistake(
    "the optimizer's name is ignored",
    answer=fit_variant("always sgd"),
    hint="SGD is right. Follow the argument `optimizer` through your code: what does it change?",
)
asked.mistake(
    "the rate does not reach adam_step",
    answer=fit_variant("default rate"),
    hint="SGD and momentum are right. With which learning rate does adam_step run?",
)
asked.mistake(
    "the last batch's loss for the epoch's",
    answer=fit_variant("last batch"),
    hint="The parameters are right. Does the training loss of an epoch tell of all its batches?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "an unweighted mean over the batches",
    answer=fit_variant("unweighted"),
    hint="The parameters are right. Does a batch of one count as much as a batch of two?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "a sum over the batches",
    answer=fit_variant("sum"),
    hint="The parameters are right. If nothing is learned, should the training loss depend on "
    "the number of batches?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "the loss after the update",
    answer=fit_variant("loss after the update"),
    hint="The parameters are right. Is a batch's loss taken before or after the network has "
    "learned from it?",
)
asked.mistake(
    "the training loss at the end of the epoch",
    answer=fit_variant("end of the epoch"),
    hint="The parameters are right. When is the training loss measured: during the epoch, or "
    "after it?",
)
asked.mistake(
    "the test loss on the training set",
    answer=fit_variant("test on training"),
    hint="The parameters and the training loss are right. On which samples is the test loss taken?",
)
asked.mistake(
    "the test loss before the last update",
    answer=fit_variant("before the last update"),
    hint="The parameters and the training loss are right. With which parameters is the test loss"
    " taken?",
)
asked.mistake(
    "one shuffle for all epochs",
    answer=fit_variant("one shuffle"),
    hint="Everything else is right. How often are the minibatches drawn?",
    earns="the steps and the losses are right",
)
