"""unbroadcast: back to the shape before stretching, by sums."""

import numpy as np

from grader.exercise import Case, exercise

asked = exercise("unbroadcast", not_alone=("nothing was stretched", "a batch of one"))


@asked.cases
def shapes(rng):
    """Axes of size 1, axes that were missing, both, none; sizes that hide a wrong axis."""
    for group, stretched, shape in [
        ("nothing was stretched", (2, 3), (2, 3)),
        ("nothing was stretched", (), ()),
        ("an axis of size 1", (4, 3), (1, 3)),
        ("an axis of size 1", (2, 3, 2, 4), (2, 1, 2, 1)),
        ("a missing axis", (3,), ()),
        ("a missing axis", (4, 3), (3,)),
        ("a missing axis", (5, 2, 4, 3), (4, 3)),
        ("both", (2, 3, 4, 2), (1, 4, 1)),
        ("both", (2, 4, 3), (1,)),
        ("everything", (2, 4, 3), ()),
        ("everything", (4, 3), (1, 1)),
        ("equal sizes", (3, 3), (3,)),
        ("equal sizes", (3, 3), (3, 1)),
        ("a batch of one", (4, 1), (1,)),
        ("a batch of one", (1, 4), (4,)),
    ]:
        gradient = rng.normal(size=stretched)
        gradient.flat[0] = -abs(gradient.flat[0])  # a lost sign shows
        yield Case(gradient, shape, group=group)


def padded_left(gradient, shape):
    return (1,) * (gradient.ndim - len(shape)) + tuple(shape)


def no_keepdims(gradient, shape):
    ones = tuple(i for i, size in enumerate(padded_left(gradient, shape)) if size == 1)
    return gradient.sum(axis=ones)


def ones_alone(gradient, shape):
    ones = tuple(i for i, size in enumerate(shape) if size == 1 and i < gradient.ndim)
    return gradient.sum(axis=ones, keepdims=True)


def missing_alone(gradient, shape):
    return gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))


def aligned_left(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=-1)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def collected(gradient, shape, how):
    """Return what how(array, axes) makes of the stretched axes."""
    wide = padded_left(gradient, shape)
    ones = tuple(i for i, size in enumerate(wide) if size == 1)
    return np.asarray(how(gradient, ones)).reshape(shape)


MOSTLY_RIGHT = "one of the two ways of stretching is undone rightly"

asked.mistake(
    "the kept axis is lost",
    answer=no_keepdims,
    hint="A column stays a column. Which argument of sum keeps an axis with size 1?",
)
asked.mistake(
    "missing axes forgotten",
    answer=ones_alone,
    hint="Write the two shapes above each other, aligned at the right. "
    "What about the axes that the shorter one does not have?",
)
asked.mistake(
    "axes of size 1 forgotten",
    answer=missing_alone,
    hint="The number of axes is right now. Which of them had size 1 before it was stretched?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "aligned at the left",
    answer=aligned_left,
    hint="On which side does NumPy put a 1 in front of the shorter shape? "
    "With three rows and three columns a wrong side shows in the numbers alone.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "mean instead of sum",
    answer=lambda gradient, shape: collected(
        gradient, shape, lambda array, axes: array.mean(axis=axes)
    ),
    hint="An entry that was used three times has three paths. What do paths do?",
)
asked.mistake(
    "the first copy alone",
    answer=lambda gradient, shape: collected(
        gradient,
        shape,
        lambda array, axes: array[
            tuple(0 if i in axes else slice(None) for i in range(array.ndim))
        ],
    ),
    hint="The shape is right. How many copies were made forward, and how many do you look at?",
)
asked.mistake(
    "everything summed",
    answer=lambda gradient, shape: (
        np.full(shape, gradient.sum()) if gradient.shape != tuple(shape) else gradient
    ),
    hint="Only what was stretched is summed. Which axes kept their size?",
)
