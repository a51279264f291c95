"""minibatches: each sample once an epoch, in an order drawn anew."""

import numpy as np
from solution import minibatches

from grader.exercise import Case, Rng, exercise
from grader.kit import new_seed, same_again

asked = exercise("minibatches")


def places(part, whole):
    """Return for each column of part where it stands in whole, or -1."""
    equal = (part[:, :, None] == whole[:, None, :]).all(axis=0)
    return np.where(equal.any(axis=1), equal.argmax(axis=1), -1)


def judge_batches(result, X, T, batch_size, _rng):
    """Judge batches: sizes, columns, pairs, each sample once, and a real shuffle."""
    m = X.shape[1]
    wanted = [min(batch_size, m - start) for start in range(0, m, batch_size)]
    found = []
    for X_b, T_b in result:
        if np.ndim(X_b) != 2 or np.ndim(T_b) != 2:
            return "a batch is not a pair of two-dimensional arrays"
        if X_b.shape[0] != X.shape[0] or T_b.shape[0] != T.shape[0]:
            return "a batch has another number of rows than X or T: which axis holds the samples?"
        if X_b.shape[1] != T_b.shape[1]:
            return "X_b and T_b of one batch have different numbers of samples"
        found.append(X_b.shape[1])
    if sum(found) < m:
        return "some samples are in no batch"
    if found != wanted:
        return "the batches do not have the sizes asked for"
    order = np.concatenate([places(np.asarray(X_b), X) for X_b, _ in result])
    targets = np.concatenate([places(np.asarray(T_b), T) for _, T_b in result])
    if (order < 0).any():
        return "a column of a batch is no sample of X"
    if (targets < 0).any():
        return "a column of a batch's targets is no column of T"
    if (order != targets).any():
        if (targets == np.arange(m)).all():
            return "samples have lost their own targets, which come in their old order"
        return "samples have lost their own targets"
    if np.unique(order).size < m:
        return "some samples come twice and others never"
    return judge_order(order, wanted) if m >= 12 else None


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


def order_of(result):
    """Return the samples in the order of the batches."""
    return np.concatenate([np.ravel(X_b) for X_b, _ in result])


@asked.cases
def piles(rng):
    """A smaller last batch, even batches, one batch, batches of one; drawn from rng."""
    for group, n, k, m, batch_size in [
        ("a smaller last batch", 3, 2, 23, 5),
        ("a smaller last batch", 2, 4, 13, 6),
        ("even batches", 4, 3, 24, 6),
        ("one batch", 3, 2, 14, 40),
        ("as many targets as samples", 5, 16, 16, 16),
        ("as many targets as samples", 16, 16, 16, 5),
        ("batches of one", 2, 3, 14, 1),
        ("batches of one", 3, 2, 1, 4),
    ]:
        X, T = rng.normal(size=(n, m)), rng.normal(size=(k, m))
        yield Case(
            X, T, batch_size, Rng(new_seed(rng)), group=group,
            shapes={"n": n, "k": k, "m": m, "batch_size": batch_size}, check=judge_batches,
        )  # fmt: skip
    X, T = rng.normal(size=(2, 25)), rng.normal(size=(1, 25))
    for generator, check in same_again(new_seed(rng), order_of):
        yield Case(X, T, 10, generator, group="draws from rng", check=check)


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
