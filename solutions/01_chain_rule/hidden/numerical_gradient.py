"""numerical_gradient: central differences, entry by entry."""

import numpy as np
from hidden.difference_quotients import (
    all_at_once,
    central,
    differences,
    drifting,
    first_entry_alone,
    left_changed,
    left_changed_in_its_dtype,
    ravelled_view,
    row_by_row,
)

from grader.exercise import Case, Shown, Tolerance, exercise

asked = exercise(
    "numerical_gradient",
    withholds=("byhand.gradcheck",),
    # A slope of 60 at entries near 2 is allowed 1e-7: rounding, as f says, leaves less than a
    # twentieth of it, and a step half as long, or twice as long, ten times it.
    tolerance=Tolerance(relative=1.5e-9, absolute=1.5e-8),
)


def f(x, *, size, phase):
    """Have slopes near 40, second derivatives near 1600, and entries that interact.

    One-sided differences are off by 8e-3 there, as is a point that drifts by h, and the step
    leaves its mark: half of h, or twice of it, is off by 1e-6.  Rounding in f, seen through
    2 h, stays below 5e-9.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.shape != np.shape(size):
        raise ValueError(f"f takes an array of shape {np.shape(size)}, and was given {x.shape}")
    return float(np.sum(size * np.sin(40 * x + phase)) + 10 * np.sum(x) ** 2)


def wavy(rng, shape):
    size = rng.uniform(0.5, 1.5, size=shape)
    return Shown(f, size=size, phase=rng.uniform(0, 2 * np.pi, size=shape))


@asked.cases
def points(rng):
    """Shapes, a step that leaves its mark, other dtypes, and an array that is a view."""
    yield Case(wavy(rng, (3,)), rng.normal(size=3), group="a vector", shapes={"n": 3})

    for shape in [(), (2, 3), (2, 1, 2)]:
        x = np.asarray(rng.normal(size=shape))
        yield Case(wavy(rng, shape), x, group="any shape")

    yield Case(wavy(rng, (2,)), rng.normal(size=2), 0.5, group="a step h that is given")
    yield Case(
        wavy(rng, (2, 2)),
        rng.normal(size=(2, 2)),
        group="a step h that is given",
        keywords={"h": 0.3},
    )

    x = rng.permutation(np.array([-2, 1, 3]))
    yield Case(wavy(rng, (3,)), x, group="integers and float32")
    # Between 2 and 4 neighbouring float32 numbers lie 2.4e-7 apart: a step of 1e-5 is cut.
    x = (rng.choice([-1, 1], size=(1, 2)) * rng.uniform(2, 4, size=(1, 2))).astype(np.float32)
    yield Case(wavy(rng, (1, 2)), x, group="integers and float32")

    yield Case(wavy(rng, (2, 3)), rng.normal(size=(3, 2)).T, group="a transposed view")


EDGE = "an edge: the differences of an ordinary array are right"

asked.mistake(
    "forward difference",
    answer=lambda f, x, h=1e-5: differences(f, x, lambda value: (value(h) - value(0)) / h),
    hint="Compute the slope of x**3 at 2 with h = 0.5 by hand, as in section 2. "
    "Which of the two values there does your function give?",
)
asked.mistake(
    "backward difference",
    answer=lambda f, x, h=1e-5: differences(f, x, lambda value: (value(0) - value(-h)) / h),
    hint="Compute the slope of x**3 at 2 with h = 0.5 by hand, as in section 2. "
    "Which two points does the central difference use?",
)
asked.mistake(
    "missing 2",
    answer=lambda f, x, h=1e-5: differences(f, x, lambda value: (value(h) - value(-h)) / h),
    hint="How far apart are the two points at which you call f?",
)
asked.mistake(
    "x - 2h",
    answer=lambda f, x, h=1e-5: differences(
        f, x, lambda value: (value(h) - value(-2 * h)) / (2 * h)
    ),
    hint="Print the two points at which you call f for one entry. "
    "Does x lie in the middle between them?",
)
asked.mistake(
    "below minus above",
    answer=lambda f, x, h=1e-5: differences(f, x, lambda value: (value(-h) - value(h)) / (2 * h)),
    hint="Try f(x) = x. Which sign must its slope have, and which does yours have?",
)
asked.mistake(
    "h ignored",
    answer=lambda f, x, h=1e-5: differences(f, x, central(1e-5)),
    hint="Call your function with h = 0.5 on x**3 at 2. By hand you get 12.25.",
    earns=EDGE,
)
asked.mistake(
    "x left changed",
    answer=left_changed,
    hint="(x + h) - 2h + h need not be x again, bit for bit. On whose array do you take the steps?",
)
asked.mistake(
    "x left changed, and steps in the dtype of x",
    answer=left_changed_in_its_dtype,
    hint="On whose array do you take the steps, and what can an array of integers hold?",
)
asked.mistake(
    "the point drifts",
    answer=drifting,
    hint="When the second entry is moved, where does the first one stand? Print the points.",
)
_TRUNCATED = (
    "Store 2 + 1e-5 in an entry of np.array([2, 3]) and print it. "
    "In which dtype must the steps be taken?"
)
asked.mistake(
    "integer truncation",
    answer=lambda f, x, h=1e-5: differences(f, x, central(h), dtype=None),
    hint=_TRUNCATED,
    earns=EDGE,
)
asked.mistake(
    "integer truncation, in the gradient too",
    answer=lambda f, x, h=1e-5: differences(f, x, central(h), dtype=None, gradient_dtype=None),
    hint=_TRUNCATED,
    earns=EDGE,
)
asked.mistake(
    "integer truncation of the gradient",
    answer=lambda f, x, h=1e-5: differences(f, x, central(h), gradient_dtype=None),
    hint="Of which dtype is the array that you store the gradient in, when x holds integers?",
    earns=EDGE,
)
asked.mistake(
    "steps in float32",
    answer=lambda f, x, h=1e-5: differences(
        f, x, central(h), dtype=np.float32 if np.asarray(x).dtype == np.float32 else np.float64
    ),
    hint="float32 keeps about seven digits. How many of them are left of a step of 1e-5?",
    earns=EDGE,
)
asked.mistake(
    "all entries moved at once",
    answer=all_at_once,
    hint="A partial derivative asks what happens when one entry moves and the others stay. "
    "How many entries move in your step?",
)
asked.mistake(
    "a whole row moved at once",
    answer=row_by_row,
    hint="x[i] is one entry of a vector. What is x[i] when x is a matrix, "
    "and what is len(x) when x is a single number?",
)
_FLAT = (
    "Of a transposed array, ravel and reshape(-1) give a copy. "
    "If you move an entry of the copy, does the array that you give to f move?"
)
asked.mistake(
    "a flat copy taken for a view",
    answer=lambda f, x, h=1e-5: ravelled_view(f, np.array(x, dtype=np.float64), h, np.float64),
    hint=_FLAT,
    earns=EDGE,
)
for _gradient_dtype in (np.float64, None):
    asked.mistake(
        "a flat copy taken for a view, and steps in the dtype of x",
        answer=lambda f, x, h=1e-5, dtype=_gradient_dtype: ravelled_view(f, x, h, dtype),
        hint=_FLAT + " And what can an array of integers hold?",
        earns=EDGE,
    )
asked.mistake(
    "multiplied by h",
    answer=lambda f, x, h=1e-5: differences(f, x, lambda value: (value(h) - value(-h)) / 2 * h),
    hint="a / 2 * h is (a / 2) * h. Where do the brackets belong?",
)
asked.mistake(
    "a return inside the loop",
    answer=lambda f, x, h=1e-5: first_entry_alone(differences(f, x, central(h))),
    hint="The first partial derivative is right. How often does your loop run?",
)
