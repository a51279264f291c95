"""Hidden cases and known mistakes of lesson 00."""

import numpy as np

from grader.exercise import Case, cases, mistake

# ---------------------------------------------------------------- standardize


@cases("standardize")
def data(rng):
    """Every way in which an axis can hide; constant features; scales; other dtypes."""
    for n, m in [(4, 5), (2, 7)]:
        X = rng.normal(3.0, 2.0, size=(n, m))
        yield Case(X, group="rectangular", shapes={"n": n, "m": m})

    X = rng.normal(3.0, 2.0, size=(4, 4))
    yield Case(X, group="square", shapes={"n": 4, "m": 4})

    X = rng.normal(3.0, 2.0, size=(3, 5))
    X[1] = 7.0
    yield Case(X, group="constant features", shapes={"n": 3, "m": 5})
    # The mean of three times 0.1 is not 0.1, so the deviation is not 0 either.
    X = np.vstack([rng.normal(size=3), np.full(3, 0.1)])
    yield Case(X, group="constant features", shapes={"n": 2, "m": 3})
    X = rng.normal(3.0, 2.0, size=(3, 1))
    yield Case(X, group="constant features", shapes={"n": 3, "m": 1})

    for scale in (1e-6, 1e6):
        X = scale * rng.normal(size=(3, 5))
        yield Case(X, group="tiny and large numbers", shapes={"n": 3, "m": 5})

    X = rng.integers(0, 256, size=(3, 6))
    # No row and no column is constant by chance: that is another group's matter.
    X[:, 0], X[:, 1] = (0, 128, 255), (255, 0, 128)
    X[0, 2:], X[1, 2:] = rng.permutation([3, 40, 77, 201]), rng.permutation([5, 60, 99, 180])
    yield Case(X, group="integers and float32", shapes={"n": 3, "m": 6})
    X = rng.normal(3.0, 2.0, size=(4, 6)).astype(np.float32)
    yield Case(X, group="integers and float32", shapes={"n": 4, "m": 6})


def _divide(centred, deviation, constant):
    return np.where(constant, 0.0, centred / np.where(constant, 1.0, deviation))


def _constant(X):
    return X.max(axis=1, keepdims=True) == X.min(axis=1, keepdims=True)


def _over_axis_0(X):
    constant = X.max(axis=0, keepdims=True) == X.min(axis=0, keepdims=True)
    return _divide(X - X.mean(axis=0, keepdims=True), X.std(axis=0, keepdims=True), constant)


def _flat(X):
    return _divide(X - X.mean(axis=1), X.std(axis=1), X.max(axis=1) == X.min(axis=1))


def _in_place(X):
    constant = _constant(X)
    X -= X.mean(axis=1, keepdims=True)
    X /= np.where(constant, 1.0, X.std(axis=1, keepdims=True))
    X[constant[:, 0]] = 0
    return X


def _by_zero_deviation(X):
    deviation = X.std(axis=1, keepdims=True)
    return _divide(X - X.mean(axis=1, keepdims=True), deviation, deviation == 0)


def _into_integers(X):
    Z = np.empty_like(X)
    for i, feature in enumerate(X):
        Z[i] = 0 if feature.max() == feature.min() else (feature - feature.mean()) / feature.std()
    return Z


mistake(
    "standardize",
    name="axis 0",
    answer=_over_axis_0,
    hint="Each feature should get mean 0 over the samples. Which axis counts the samples?",
)
for _answer in (_flat, lambda X: (X - X.mean(axis=1)) / X.std(axis=1)):
    mistake(
        "standardize",
        name="no keepdims",
        answer=_answer,
        hint="Write down the shapes of X and of your mean, and align them at the right. "
        "Which axis of X does the mean meet?",
    )
mistake(
    "standardize",
    name="division by 0",
    answer=lambda X: (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
    hint="What is the standard deviation of a feature with the same value in every sample, "
    "and what do you do with it?",
)
mistake(
    "standardize",
    name="a constant feature sought by its deviation",
    answer=_by_zero_deviation,
    hint="Compute the standard deviation of (0.1, 0.1, 0.1) and print it. "
    "Which other question tells that a feature is constant?",
)
mistake(
    "standardize",
    name="changes X",
    answer=_in_place,
    hint="An operator such as -= or /= writes into the array itself, and that array "
    "belongs to the caller.",
)
for _aware in (True, False):
    mistake(
        "standardize",
        name="one mean for all features",
        answer=lambda X, aware=_aware: _divide(X - X.mean(), X.std(), aware & _constant(X)),
        hint="How many means does your function compute, and how many features are there?",
    )
mistake(
    "standardize",
    name="variance for deviation",
    answer=lambda X: _divide(
        X - X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True), _constant(X)
    ),
    hint="Follow the units in formula (1): in which unit is the number that you divide by?",
)
for _aware in (True, False):
    mistake(
        "standardize",
        name="divides by m - 1",
        answer=lambda X, aware=_aware: _divide(
            X - X.mean(axis=1, keepdims=True),
            X.std(axis=1, keepdims=True, ddof=1),
            aware & _constant(X),
        ),
        hint="Look at the denominator under the root in formula (1). What does yours divide by?",
    )
mistake(
    "standardize",
    name="result cut to integers",
    answer=_into_integers,
    hint="Of which dtype is the array that you store the result in, when X holds integers?",
)
for _added in (1e-12, 1e-10, 1e-8, 1e-5):
    mistake(
        "standardize",
        name="something added to the deviation",
        answer=lambda X, added=_added: (
            (X - X.mean(axis=1, keepdims=True)) / (X.std(axis=1, keepdims=True) + added)
        ),
        hint="A small number in the denominator is not small beside a feature that varies by "
        "a millionth. How can you treat constant features without touching the others?",
    )

# -------------------------------------------------------------------- one_hot


@cases("one_hot")
def labels(rng):
    """The last class occurs everywhere but in the group that is about its absence."""
    drawn = np.append(rng.integers(0, 4, size=6), 3)
    yield Case(drawn, 4, group="rectangular", shapes={"n_classes": 4, "m": 7})
    drawn = np.append(rng.integers(0, 6, size=3), 5).astype(np.uint8)
    yield Case(drawn, 6, group="rectangular", shapes={"n_classes": 6, "m": 4})

    # Label 1 first and 2 second: this T is no transpose of itself.
    drawn = np.concatenate([[1, 2], rng.integers(0, 5, size=2), [4]])
    yield Case(drawn, 5, group="square", shapes={"n_classes": 5, "m": 5})

    drawn = np.concatenate([[0, 2], rng.integers(0, 3, size=4)])
    yield Case(drawn, 5, group="a class that does not occur", shapes={"n_classes": 5, "m": 6})

    yield Case(np.array([2]), 3, group="a batch of one", shapes={"n_classes": 3, "m": 1})


def _columns(labels, n_classes, dtype=np.float64):
    return (np.arange(n_classes)[:, np.newaxis] == labels).astype(dtype)


mistake(
    "one_hot",
    name="transposed",
    answer=lambda labels, n_classes: _columns(labels, n_classes).T.copy(),
    hint="Samples are columns. What does one row of your result stand for?",
)
mistake(
    "one_hot",
    name="n_classes from labels.max() + 1",
    answer=lambda labels, n_classes: _columns(labels, int(labels.max()) + 1),
    hint="What happens when the last class does not occur among the labels?",
)
mistake(
    "one_hot",
    name="classes counted from 1",
    answer=lambda labels, n_classes: _columns((labels.astype(int) - 1) % n_classes, n_classes),
    hint="In which row does your 1 stand for a label of 0?",
)
for _dtype in (np.int64, np.bool_, np.float32):
    mistake(
        "one_hot",
        name="entries of another type",
        answer=lambda labels, n_classes, dtype=_dtype: _columns(labels, n_classes, dtype),
        hint="Print the dtype of your result and compare it with the docstring.",
    )
