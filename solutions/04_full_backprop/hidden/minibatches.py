"""minibatches: each sample once an epoch, in an order drawn anew."""

import numpy as np
from solution import minibatches

from grader.exercise import Case, Rng, exercise
from grader.kit import both, new_seed, same_again

asked = exercise("minibatches")


def places(part, whole):
    """Return for each column of part where it stands in whole, or -1."""
    equal = (part[:, :, None] == whole[:, None, :]).all(axis=0)
    return np.where(equal.any(axis=1), equal.argmax(axis=1), -1)


def judge_sizes(result, X, T, wanted):
    """Judge batches by their shapes alone."""
    found = []
    for X_b, T_b in result:
        if np.ndim(X_b) != 2 or np.ndim(T_b) != 2:
            return "a batch is not a pair of two-dimensional arrays"
        if len(X_b) != len(X) or len(T_b) != len(T):
            return "a batch has another number of rows than X or T: which axis holds the samples?"
        if np.shape(X_b)[1] != np.shape(T_b)[1]:
            return "X_b and T_b of one batch have different numbers of samples"
        found.append(np.shape(X_b)[1])
    if sum(found) < sum(wanted):
        return "some samples are in no batch"
    return None if found == wanted else "the batches do not have the sizes asked for"


def judge_samples(order, targets):
    """Judge which samples came, and with which targets: both by their columns' numbers."""
    if (order < 0).any():
        return "a column of a batch is no sample of X"
    if (targets < 0).any():
        return "a column of a batch's targets is no column of T"
    if (order != targets).any():
        if (targets == np.arange(targets.size)).all():
            return "samples have lost their own targets, which come in their old order"
        return "samples have lost their own targets"
    if np.bincount(order).max() > 1:
        return "some samples come twice and others never"
    return None


def judge_order(order, counts):
    """Say what is not random about an order of at least twelve samples."""
    # A random order keeps about one pair of neighbours: less than once in a million times as
    # many as here.
    for step in (1, -1):
        if np.mean(np.diff(order) == step) > (0.5 if order.size >= 20 else 0.8):
            return "samples that were neighbours in X still are"
    ends = np.cumsum(counts)
    blocks = [order[end - count : end] for end, count in zip(ends, counts, strict=True)]
    apart = order.size >= 16 and len(counts) > 1 and min(counts[:-1]) > 1
    if apart and all(np.ptp(block) == block.size - 1 for block in blocks):
        return "samples change places only within their batch"
    return None


def judge_orders(orders):
    """Say what is not random about orders of 20 samples, each from another state of rng."""
    if len({order.tobytes() for order in orders}) < len(orders):
        return "two states of rng gave the same order"
    if len(orders) < ENOUGH_ORDERS:
        return None
    # By chance each less than once in a million times: of so many orders, one place in twenty is
    # kept, and the slope of number by place is 0 with a spread of 0.09.
    if (np.ptp(orders, axis=0) == 0).any():
        return "one place in the order has the same sample each time"
    kept, centred = np.arange(20), np.arange(20) - 9.5
    slope = np.mean((np.array(orders) - 9.5) @ centred) / (centred @ centred)
    if np.mean(np.equal(orders, kept)) > 0.175 or abs(slope) > 0.45:
        return "in all orders, many samples are near the place where they stood in X, or opposite"
    return None


ENOUGH_ORDERS = 7


def judging():
    """Return a check of batches that remembers the orders that it saw, by the state of rng."""
    orders = {}

    def judge(result, X, T, batch_size, rng):
        m = X.shape[1]
        counts = [min(batch_size, m - start) for start in range(0, m, batch_size)]
        problem = judge_sizes(result, X, T, counts)
        if problem:
            return problem
        order, targets = (
            places(np.concatenate(batches, axis=1), whole)
            for batches, whole in zip(zip(*result, strict=True), (X, T), strict=True)
        )
        problem = judge_samples(order, targets)
        if problem or m < 12:
            return problem
        if m == 20:
            orders[rng.bit_generator.state["state"]["state"]] = order
        return judge_order(order, counts) or judge_orders(list(orders.values()))

    return judge


def order_of(result):
    """Return the samples in the order of the batches."""
    return np.concatenate([np.ravel(X_b) for X_b, _ in result])


@asked.cases
def piles(rng):
    """A smaller last batch, even batches, one batch, batches of one; drawn from rng."""
    judge = judging()
    for group, n, k, m, batch_size in [
        ("a smaller last batch", 3, 2, 20, 6),
        ("a smaller last batch", 2, 4, 13, 6),
        ("even batches", 4, 3, 20, 5),
        ("one batch", 3, 2, 20, 40),
        ("as many targets as samples", 5, 20, 20, 20),
        ("as many targets as samples", 20, 20, 20, 6),
        ("batches of one", 2, 3, 12, 1),
        ("batches of one", 3, 2, 1, 4),
    ]:
        X, T = rng.normal(size=(n, m)), rng.normal(size=(k, m))
        yield Case(
            X, T, batch_size, Rng(new_seed(rng)), group=group,
            shapes={"n": n, "k": k, "m": m, "batch_size": batch_size}, check=judge,
        )  # fmt: skip
    X, T = rng.normal(size=(2, 20)), rng.normal(size=(1, 20))
    for generator, check in same_again(new_seed(rng), order_of):
        yield Case(X, T, 8, generator, group="draws from rng", check=both(check, judge))


def batches_with(
    *,
    order=lambda rng, m, size: rng.permutation(m),
    order_of_targets=lambda rng, order: order,
    keep=lambda size, batch_size: True,
    take=lambda T, pick: T[:, pick],
):
    """Return a minibatches in which one choice is changed."""

    def answer(X, T, batch_size, rng):
        m = X.shape[1]
        samples = order(rng, m, batch_size)
        targets = order_of_targets(rng, samples)
        picks = [
            (samples[start : start + batch_size], targets[start : start + batch_size])
            for start in range(0, m, batch_size)
        ]
        return [(X[:, s], take(T, t)) for s, t in picks if keep(len(s), batch_size)]

    return answer


def batches_in_random_order(X, T, batch_size, rng):
    """Cut first and shuffle the batches: neighbours stay together."""
    cut = batches_with(order=lambda rng, m, size: np.arange(m))(X, T, batch_size, rng)
    full, rest = (cut[:-1], cut[-1:]) if cut[-1][0].shape[1] < batch_size else (cut, [])
    return [full[i] for i in rng.permutation(len(full))] + rest


def shuffled_inside(rng, m, size):
    """Return an order in which samples change places only within their batch."""
    blocks = [np.arange(start, min(start + size, m)) for start in range(0, m, size)]
    return np.concatenate([rng.permutation(block) for block in blocks])


asked.mistake(
    "T indexed on the wrong axis",
    answer=batches_with(take=lambda T, pick: T[pick]),
    hint="Samples are columns in T too. Which axis does T[pick] index?",
)
asked.mistake(
    "X and T shuffled apart",
    answer=batches_with(order_of_targets=lambda rng, order: rng.permutation(len(order))),
    hint="How many random orders do you draw? How many may there be?",
)
asked.mistake(
    "T not shuffled",
    answer=batches_with(order_of_targets=lambda rng, order: np.arange(len(order))),
    hint="Follow one sample through the shuffle. Does its target come along?",
)
asked.mistake(
    "last batch dropped",
    answer=batches_with(keep=lambda size, batch_size: size == batch_size),
    hint="With 23 samples in batches of 5, how many samples are in your batches?",
)
asked.mistake(
    "not shuffled",
    answer=batches_with(order=lambda rng, m, size: np.arange(m)),
    hint="Look at the first batch of two epochs. Where does rng come in?",
)
asked.mistake(
    "drawn with replacement",
    answer=batches_with(order=lambda rng, m, size: rng.integers(m, size=m)),
    hint="In an epoch every sample comes exactly once. How often does each come in yours?",
)
asked.mistake(
    "only the batches shuffled",
    answer=batches_in_random_order,
    hint="Two samples that are neighbours in X: can they ever be in different batches?",
)
asked.mistake(
    "shuffled within batches",
    answer=batches_with(order=shuffled_inside),
    hint="Cut first or shuffle first? Can the first sample ever reach the last batch?",
)
asked.mistake(
    "a generator of its own",
    answer=lambda X, T, batch_size, rng: minibatches(X, T, batch_size, np.random.default_rng()),
    hint="Where does your random order come from? With the same rng it must be the same.",
    earns="the batches are right, though nobody can repeat them",
)
