"""total_derivative: the products along all paths, summed."""

import numpy as np

from grader.exercise import Case, exercise
from grader.kit import sizes

asked = exercise("total_derivative")


@asked.cases
def graphs(rng):
    """More paths than inputs and fewer; a square (a transpose fits); a single path."""
    for k, n in [(4, 3), (2, 5)]:
        dw_du, du_dx = rng.normal(size=k), rng.normal(size=(k, n))
        yield Case(dw_du, du_dx, group="rectangular", shapes=sizes("k n", du_dx.shape))
    dw_du, du_dx = rng.normal(size=3), rng.normal(size=(3, 3))
    yield Case(dw_du, du_dx, group="square", shapes=sizes("k n", du_dx.shape))
    for k, n in [(1, 4), (4, 1)]:
        dw_du, du_dx = rng.normal(size=k), rng.normal(size=(k, n))
        yield Case(dw_du, du_dx, group="one path, one input", shapes=sizes("k n", du_dx.shape))
    # Small integers as floats: the contributions cancel exactly.
    a, b = (float(number) for number in rng.integers(1, 9, size=2))
    dw_du, du_dx = np.array([a, -b, 1.0]), np.array([[b, 1.0], [a, 0.0], [0.0, -a]])
    yield Case(dw_du, du_dx, group="paths that cancel", shapes=sizes("k n", du_dx.shape))


asked.mistake(
    "one path only",
    answer=lambda dw_du, du_dx: dw_du[0] * du_dx[0],
    hint="Draw the graph. Along how many arrows does x reach w?",
)
asked.mistake(
    "overwritten instead of summed",
    answer=lambda dw_du, du_dx: dw_du[-1] * du_dx[-1],
    hint="Your result holds the last path alone. "
    "What happens in your loop to what the paths before it gave?",
)
asked.mistake(
    "mean instead of sum",
    answer=lambda dw_du, du_dx: (dw_du[:, np.newaxis] * du_dx).mean(axis=0),
    hint="Section 4: x moves a little, and each path moves w. What is the whole move of w?",
)
asked.mistake(
    "transposed",
    answer=lambda dw_du, du_dx: du_dx @ dw_du,  # (k, n) (k,): fits when k = n
    hint="Write down what one row of du_dx stands for. Over which index does formula (4) sum?",
)
asked.mistake(
    "products not summed",
    answer=lambda dw_du, du_dx: dw_du[:, np.newaxis] * du_dx,
    hint="Each entry of your result belongs to one path. What do the paths to one x_j do together?",
)
asked.mistake(
    "sums multiplied",
    answer=lambda dw_du, du_dx: dw_du.sum() * du_dx.sum(axis=0),
    hint="Take two paths with numbers of your own. In which order do you add and multiply?",
)
asked.mistake(
    "dw_du left out",
    answer=lambda dw_du, du_dx: du_dx.sum(axis=0),
    hint="Each path has two links. Which one is missing from your product?",
)
