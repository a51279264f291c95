"""fit: epochs of minibatches, with any of the three optimisers."""

import itertools
from functools import partial

import numpy as np
from hidden.flawed_fit import fit_variant, moved_by, nothing_yet
from hidden.nests import each
from hidden.runs import problem

from grader.exercise import Case, Rng, exercise
from grader.kit import new_seed

asked = exercise(
    "fit",
    returns=("params", "history"),
    builds_on=("sgd_step", "momentum_step", "adam_init", "adam_step"),
    # No optimiser's memory shows where nothing is learnt, or by the steps of SGD.
    not_alone=("a learning rate of 0", "a single sample", "a new shuffle each epoch"),
)


# 12 steps of some hundred operations round by 12 * 100 * 1.1e-16 = 1e-13 of losses near 1.
CLOSE = 1e-9
RATES = {"sgd": 0.3, "momentum": 0.1, "adam": 0.05}
# Ten samples make two batches of five in 252 ways: which samples the first one has, (ways, 10).
FIRST = np.array([[n in five for n in range(10)] for five in itertools.combinations(range(10), 5)])
# By chance, a right function draws two ways at most in six epochs, or the same in three epochs of
# two runs, for one student in 10**7.
FEWEST_WAYS = 3


@asked.cases
def fits(rng):
    """Arranged so that the shuffle cannot matter, and once so that it must."""
    smooth, plain = ["tanh", "softmax"], ["tanh", "linear"]

    def seed():
        return Rng(new_seed(rng))

    yield Case(
        *problem(rng, [2, 3, 2], 7, "mse"), plain, "mse", "adam", 0.0, 2, 2, seed(),
        group="a learning rate of 0", shapes={"m": 7, "batch_size": 2}, fresh=True,
    )  # fmt: skip
    deep = ["tanh", "sigmoid", "tanh", "linear"]
    for optimizer, dims, kinds, loss in [
        ("sgd", [4, 4, 4], smooth, "mse"),
        ("momentum", [3, 4, 2, 3, 3], deep, "mse"),
        ("adam", [2, 4, 3], smooth, "cross_entropy"),
    ]:
        yield Case(
            *problem(rng, dims, 5, loss), kinds, loss, optimizer, RATES[optimizer], 3, 5, seed(),
            group="one batch an epoch", shapes={"m": 5, "batch_size": 5}, fresh=True,
        )  # fmt: skip
    for optimizer, dims, kinds, loss in [
        ("momentum", [3, 3, 3], smooth, "cross_entropy"),
        ("adam", [2, 4, 3], plain, "mse"),
    ]:
        params, X, T, X_test, T_test = problem(rng, dims, 3, loss)
        # Three times the same sample: every shuffle gives the same batches, of 2 and 1.
        X, T = np.repeat(X[:, :1], 3, axis=1), np.repeat(T[:, :1], 3, axis=1)
        yield Case(
            params, X, T, X_test, T_test, kinds, loss, optimizer, RATES[optimizer], 2, 2, seed(),
            group="uneven batches", shapes={"m": 3, "batch_size": 2}, fresh=True,
        )  # fmt: skip
    # Each step makes the error -1.5 times what it was: the training loss rises, and so does one of
    # any two test losses that follow each other.
    params, X, T, X_test, T_test = problem(rng, [3, 2], 1, "mse")
    lr = 1.25 * 2 / (1 + np.sum(X**2))
    yield Case(
        params, X, 100 * T, X_test, T_test, ["linear"], "mse", "sgd", lr, 5, 3, seed(),
        group="a single sample", shapes={"m": 1, "batch_size": 3}, fresh=True,
    )  # fmt: skip
    # One linear layer, so that all ways to make two batches are tried at once.  Generators of one
    # state for the three optimisers, and of two others.
    given, state, noted = problem(rng, [2, 1], 10, "mse"), new_seed(rng), []
    for optimizer, epochs, generator, check in [
        ("sgd", 6, state, drawn_anew),
        ("momentum", 3, state, as_noted),
        ("adam", 3, state, as_noted),
        ("adam", 4, state + 1, unlike_noted),
        ("sgd", 1, state + 2, not_as_they_stand),
    ]:
        yield Case(
            *given, ["linear"], "mse", optimizer, RATES[optimizer] / 4, epochs, 5, Rng(generator),
            group="a new shuffle each epoch", shapes={"m": 10, "batch_size": 5},
            check=partial(check, noted),
        )  # fmt: skip


def drawn_anew(noted, *run):
    """Ask for a shuffle in each epoch, and note them."""
    shuffles, problem = shuffles_of(*run)
    if not problem and len(set(shuffles)) < FEWEST_WAYS:
        problem = "the epochs went through the samples in the same order"
    if not problem:
        noted.append(shuffles)
    return problem


def as_noted(noted, *run):
    """Ask for the shuffles that are noted, if any are, as far as this run goes."""
    shuffles, problem = shuffles_of(*run)
    if not problem and noted and not any(other[: len(shuffles)] == shuffles for other in noted):
        problem = "the same state of rng gave other shuffles: draw from rng, and from it alone"
    return problem


def unlike_noted(noted, *run):
    """Ask for other shuffles than those that are noted, after the first epoch too; note them."""
    shuffles, problem = shuffles_of(*run)
    if not problem and any(other[1 : len(shuffles)] == shuffles[1:] for other in noted):
        problem = "another state of rng gave the same shuffles: rng is not used"
    if not problem:
        noted.append(shuffles)
    return problem


def not_as_they_stand(noted, *run):
    """Ask for a first shuffle: by chance, each of three generators leaves the order as it was."""
    shuffles, problem = shuffles_of(*run)
    if not problem and noted and {found[0] for found in (*noted, shuffles)} == {0}:
        problem = "the first epoch goes through the samples in the order given"
    return problem


def shuffles_of(result, params, X, T, X_test, T_test, _kinds, _loss, optimizer, lr, epochs, *_):
    """Find the two batches of each epoch that explain a history.

    Returns:
        Which of all ways each epoch took, and what is wrong with the result, if anything.
    """
    final, history = result
    told = np.array([history["train_loss"], history["test_loss"]], dtype=float)  # (2, epochs)
    if told.shape != (2, epochs):
        return [], f"expected {epochs} training and {epochs} test losses, one an epoch"
    with_ones, test_with_ones = (np.vstack([A, np.ones(A.shape[1])]) for A in (X, X_test))
    # Rows are ways: W and b of each are (ways, 2) and (ways, 1).
    moved = each(lambda p: np.tile(p, (len(FIRST), 1)), params)
    shuffles, memory = [], nothing_yet(moved)
    for train_loss, test_loss in told.T:
        square_sum = 0.0
        for batch in (FIRST, ~FIRST):
            error = batch * (np.hstack(moved[0]) @ with_ones - T)  # (ways, 10): 0 elsewhere
            square_sum += np.vecdot(error, error)
            slope = 2 / 5 * error @ with_ones.T  # (ways, 3)
            moved, memory = moved_by(optimizer, moved, [(slope[:, :2], slope[:, 2:])], memory, lr)
        error = np.hstack(moved[0]) @ test_with_ones - T_test
        after = np.vecdot(error, error) / error.shape[1]
        off = np.maximum(abs(square_sum / 10 - train_loss), abs(after - test_loss))  # (ways,)
        way = int(off.argmin())
        if not off[way] <= CLOSE:
            return [], "no two batches of five samples explain the history of an epoch"
        shuffles.append(way)
        moved, memory = taken(way, moved, memory)
    right = each(lambda p, q: np.abs(p[0] - q.ravel()).max() <= CLOSE, moved, final)
    if not all(map(all, right)):
        return [], "the history is right, the returned parameters are not those after the last step"
    return shuffles, None


def taken(way, params, memory):
    """Return the parameters and the memory of one way in each row."""
    velocity, adam = memory
    params, velocity, m, v = (
        each(lambda p: np.tile(p[way], (len(p), 1)), nest)
        for nest in (params, velocity, adam["m"], adam["v"])
    )
    return params, (velocity, {"t": adam["t"], "m": m, "v": v})


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
