"""standardize: each feature with mean 0 and deviation 1 over the samples."""

import numpy as np

from grader.exercise import Case, Tolerance, exercise

asked = exercise("standardize")

ROUGH = Tolerance(relative=1e-3, absolute=1e-14)
"""For numbers that vary by 2 near a million.

Their squares round by 1e12 * 1.1e-16, and a few of those are 1e-4 of the variance.  Their mean
rounds by 1e-10; the absolute part, in units of a million, allows a hundred times that.
"""


@asked.cases
def data(rng):
    """Every way in which an axis can hide; constant features; scales; other dtypes."""
    for n, m, mean in [(4, 5, 3.0), (1, 7, -3.0)]:
        X = rng.normal(mean, 2.0, size=(n, m))
        yield Case(X, group="rectangular", shapes={"n": n, "m": m})

    X = rng.normal(3.0, 2.0, size=(4, 4))
    yield Case(X, group="square", shapes={"n": 4, "m": 4})

    X = rng.normal(3.0, 2.0, size=(3, 5))
    X[1] = 7.0
    yield Case(X, group="constant features", shapes={"n": 3, "m": 5})
    # The mean of three times 0.1 is not 0.1, so the deviation is not 0 either.
    X = np.vstack([rng.normal(size=3), np.full(3, 0.1)])
    yield Case(X, group="constant features", shapes={"n": 2, "m": 3})
    # Exactly 0 is asked for: what X - mean leaves of it, 1e-17, is not.
    X = np.array([[0.1], [-0.1]]) * np.ones(3)
    exact = Tolerance(relative=0.0, absolute=0.0)
    yield Case(X, group="constant features", shapes={"n": 2, "m": 3}, tolerance=exact)
    X = rng.normal(3.0, 2.0, size=(3, 1))
    yield Case(X, group="constant features", shapes={"n": 3, "m": 1})

    # The result has no unit: what is allowed must not shrink with the numbers.
    X = 1e-30 * rng.normal(size=(3, 5))
    usual = Tolerance(absolute=1e18)
    yield Case(X, group="tiny and large numbers", shapes={"n": 3, "m": 5}, tolerance=usual)
    # Hardly varies, and does.  The mean of the squares less the square of the mean loses
    # three digits here, and is as right.
    X = 1e6 + rng.permuted([[-3.0, -1.7, 0.2, 1.6, 3.1]] * 3, axis=1) * rng.uniform(0.9, 1.1)
    yield Case(X, group="tiny and large numbers", shapes={"n": 3, "m": 5}, tolerance=ROUGH)

    X = rng.integers(0, 256, size=(3, 6))
    # No row and no column is constant by chance: that is another group's matter.
    X[:, 0], X[:, 1] = (0, 128, 255), (255, 0, 128)
    X[0, 2:], X[1, 2:] = rng.permutation([3, 40, 77, 201]), rng.permutation([5, 60, 99, 180])
    yield Case(X, group="integers and float32", shapes={"n": 3, "m": 6})
    X = rng.normal(3.0, 2.0, size=(4, 6)).astype(np.float32)
    yield Case(X, group="integers and float32", shapes={"n": 4, "m": 6})


def divide(centred, deviation, constant):
    """Return centred / deviation, and 0 where a feature is constant."""
    return np.where(constant, 0.0, centred / np.where(constant, 1.0, deviation))


def constant(X):
    """Return which features (n, 1) have one value in all samples."""
    return X.max(axis=1, keepdims=True) == X.min(axis=1, keepdims=True)


def over_axis_0(X):
    constant = X.max(axis=0, keepdims=True) == X.min(axis=0, keepdims=True)
    return divide(X - X.mean(axis=0, keepdims=True), X.std(axis=0, keepdims=True), constant)


def flat(X):
    return divide(X - X.mean(axis=1), X.std(axis=1), X.max(axis=1) == X.min(axis=1))


def in_place(X):
    same = constant(X)
    X -= X.mean(axis=1, keepdims=True)
    X /= np.where(same, 1.0, X.std(axis=1, keepdims=True))
    X[same[:, 0]] = 0
    return X


def by_zero_deviation(X):
    deviation = X.std(axis=1, keepdims=True)
    return divide(X - X.mean(axis=1, keepdims=True), deviation, deviation == 0)


def into_integers(X):
    Z = np.empty_like(X)
    for i, feature in enumerate(X):
        Z[i] = 0 if feature.max() == feature.min() else (feature - feature.mean()) / feature.std()
    return Z


EDGE = "an edge: ordinary features are right"

asked.mistake(
    "axis 0",
    answer=over_axis_0,
    hint="Each feature should get mean 0 over the samples. Which axis counts the samples?",
)
for _answer in (flat, lambda X: (X - X.mean(axis=1)) / X.std(axis=1)):
    asked.mistake(
        "no keepdims",
        answer=_answer,
        hint="Write down the shapes of X and of your mean, and align them at the right. "
        "Which axis of X does the mean meet?",
    )
asked.mistake(
    "division by 0",
    answer=lambda X: (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
    hint="What is the standard deviation of a feature with the same value in every sample, "
    "and what do you do with it?",
    earns=EDGE,
)
asked.mistake(
    "a constant feature sought by its deviation",
    answer=by_zero_deviation,
    hint="Compute the standard deviation of (0.1, 0.1, 0.1) and print it. "
    "Which other question tells that a feature is constant?",
    earns=EDGE,
)
for _constant in (
    lambda X: X.std(axis=1, keepdims=True) < 1e-8,
    lambda X: np.isclose(X.max(axis=1, keepdims=True), X.min(axis=1, keepdims=True)),
):
    asked.mistake(
        "a feature that hardly varies taken for constant",
        answer=lambda X, constant=_constant: divide(
            X - X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True), constant(X)
        ),
        hint="In metres a feature may vary by a billionth, in nanometres by 1. "
        "When is a feature constant in any unit?",
        earns=EDGE,
    )
asked.mistake(
    "changes X",
    answer=in_place,
    hint="An operator such as -= or /= writes into the array itself, and that array "
    "belongs to the caller.",
)
for _aware in (True, False):
    asked.mistake(
        "one mean for all features",
        answer=lambda X, aware=_aware: divide(X - X.mean(), X.std(), aware & constant(X)),
        hint="How many means does your function compute, and how many features are there?",
    )
asked.mistake(
    "variance for deviation",
    answer=lambda X: divide(
        X - X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True), constant(X)
    ),
    hint="Follow the units in formula (1): in which unit is the number that you divide by?",
)
for _aware in (True, False):
    asked.mistake(
        "divides by m - 1",
        answer=lambda X, aware=_aware: divide(
            X - X.mean(axis=1, keepdims=True),
            X.std(axis=1, keepdims=True, ddof=1),
            aware & constant(X),
        ),
        hint="Look at the denominator under the root in formula (1). What does yours divide by?",
    )
asked.mistake(
    "result cut to integers",
    answer=into_integers,
    hint="Of which dtype is the array that you store the result in, when X holds integers?",
    earns=EDGE,
)
for _added in (1e-12, 1e-10, 1e-8, 1e-5):
    asked.mistake(
        "something added to the deviation",
        answer=lambda X, added=_added: (
            (X - X.mean(axis=1, keepdims=True)) / (X.std(axis=1, keepdims=True) + added)
        ),
        hint="A small number in the denominator is not small beside a feature that varies by "
        "a millionth. How can you treat constant features without touching the others?",
        earns=EDGE,
    )
asked.mistake(
    "the mean left in",
    answer=lambda X: divide(X, X.std(axis=1, keepdims=True), constant(X)),
    hint="The spread of each feature is right. Around which number does it lie now?",
)
asked.mistake(
    "not divided by the deviation",
    answer=lambda X: X - X.mean(axis=1, keepdims=True),
    hint="The mean of each feature is 0 now. What is its standard deviation?",
)
asked.mistake(
    "scaled to lie between 0 and 1",
    answer=lambda X: divide(
        X - X.min(axis=1, keepdims=True), np.ptp(X, axis=1, keepdims=True), constant(X)
    ),
    hint="That is another way to scale data. Which two numbers of a feature does formula (1) use?",
)
