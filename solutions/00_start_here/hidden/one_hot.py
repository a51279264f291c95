"""one_hot: a 1 in the row of each sample's class."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise("one_hot", withholds=("byhand.datasets",))


@asked.cases
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


def columns(labels, n_classes, dtype=np.float64):
    """Return the right T (n_classes, m), in a dtype of our choice."""
    return (np.arange(n_classes)[:, np.newaxis] == labels).astype(dtype)


asked.mistake(
    "transposed",
    answer=lambda labels, n_classes: columns(labels, n_classes).T.copy(),
    hint="Samples are columns. What does one row of your result stand for?",
)
asked.mistake(
    "n_classes from labels.max() + 1",
    answer=lambda labels, n_classes: columns(labels, int(labels.max()) + 1),
    hint="What happens when the last class does not occur among the labels?",
    earns="an edge: batches in which the last class occurs are right",
)
asked.mistake(
    "classes counted from 1",
    answer=lambda labels, n_classes: columns((labels.astype(int) - 1) % n_classes, n_classes),
    hint="In which row does your 1 stand for a label of 0?",
)
for _dtype in (np.int64, np.bool_, np.float32):
    asked.mistake(
        "entries of another type",
        answer=lambda labels, n_classes, dtype=_dtype: columns(labels, n_classes, dtype),
        hint="Print the dtype of your result and compare it with the docstring.",
    )
