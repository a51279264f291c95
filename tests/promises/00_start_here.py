"""What the docstrings of lesson 00 promise, and how each promise is broken."""

import numpy as np

from tests.breaches import fails, gives, gives_where, instead, single, takes, whole, writes


def without(constant):
    """Return a breach: features of which the function says that they are constant become 0."""
    return takes(lambda X: (np.where(constant(X)[:, np.newaxis], 0.0, X),))


PROMISES = {
    "standardize": {
        "(n, m), n features of m samples": {
            "not a single feature": fails(lambda X: X.shape[0] == 1),
            "not a single sample": fails(lambda X: X.shape[1] == 1),
            "not as many features as samples": fails(lambda X: X.shape[0] == X.shape[1]),
            "no axis of size 1 is kept": gives(np.squeeze),
        },
        "standard deviation 1": {
            "not for numbers of a billionth": gives_where(
                lambda X: 0 < np.abs(X).max() < 1e-9, np.zeros_like
            ),
            "not for large numbers": gives_where(lambda X: np.abs(X).max() > 1e5, np.zeros_like),
        },
        "A feature whose largest value equals its smallest": {
            "one that varies by a billionth": without(lambda X: np.ptp(X, axis=1) < 1e-9),
            "one that varies by the rounding of 1": without(lambda X: np.ptp(X, axis=1) < 2e-16),
            "one that varies by a millionth of itself": without(
                lambda X: np.isclose(X.max(axis=1), X.min(axis=1), rtol=1e-5, atol=0)
            ),
        },
        "becomes exactly 0": {
            "not quite": lambda right: lambda X: right(X) + 1e-17 * np.abs(X).max(),
            "only if all features are constant": gives_where(
                lambda X: np.any(np.ptp(X, axis=1) == 0) and np.any(np.ptp(X, axis=1)),
                lambda Z: Z + 1,
            ),
        },
        "integers or floats": {
            "integers are refused": fails(lambda X: X.dtype.kind == "i"),
            "of integers, whole numbers": gives_where(lambda X: X.dtype.kind == "i", whole),
            "float32 is refused": fails(lambda X: X.dtype == np.float32),
        },
        "it stays unchanged": {"it is written into": writes(0)},
        "float64": {"float32": gives(single)},
    },
    "one_hot": {
        "(m,)": {
            "not a single label": fails(lambda labels, n: labels.size == 1),
            "not as many as classes": fails(lambda labels, n: labels.size == n),
            "an argument that is written into": writes(0),
        },
        "integers": {"not unsigned ones": fails(lambda labels, n: labels.dtype.kind == "u")},
        "from 0": {
            "not 0": instead(lambda labels, n: 0 in labels, lambda labels, n: np.zeros((n, 1)))
        },
        "to n_classes - 1": {
            "not the last": fails(lambda labels, n: n - 1 in labels),
        },
        "whether or not each one occurs in labels": {
            "the last must": fails(lambda labels, n: n - 1 not in labels),
            "one between may not be missing": fails(
                lambda labels, n: set(range(labels.max())) - set(labels.tolist())
            ),
        },
        "float64": {
            "float32": gives(single),
            "integers": gives(whole),
            "truth values": gives(np.bool_),
        },
    },
}
