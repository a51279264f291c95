"""total_derivative: the products along all paths, summed."""

import numpy as np

from grader.exercise import Case, exercise
from grader.kit import float32, sizes

asked = exercise(
    "total_derivative",
    not_alone=(
        "paths that cancel",
        "one path, one input",
    ),
)


@asked.cases
def graphs(rng):
    """More inputs than paths; a square (a transpose fits); a single path."""
    for group, n_out, n_in in [("rectangular", 2, 5), ("square", 3, 3)]:
        dL_du, du_dx = rng.normal(size=n_out), rng.normal(size=(n_out, n_in))
        yield Case(dL_du, du_dx, group=group, shapes=sizes("n_out n_in", du_dx.shape))
    for n_out, n_in in [(1, 4), (4, 1)]:
        dL_du, du_dx = rng.normal(size=n_out), rng.normal(size=(n_out, n_in))
        shapes = sizes("n_out n_in", du_dx.shape)
        if n_in == 1:
            dL_du, du_dx = float32(dL_du, du_dx)
        yield Case(dL_du, du_dx, group="one path, one input", shapes=shapes)
    # Small integers as floats: the contributions cancel exactly.
    a, b = (float(number) for number in rng.integers(1, 9, size=2))
    dL_du, du_dx = np.array([a, -b, 1.0]), np.array([[b, 1.0], [a, 0.0], [0.0, -a]])
    yield Case(dL_du, du_dx, group="paths that cancel", shapes=sizes("n_out n_in", du_dx.shape))


asked.mistake(
    "one path only",
    answer=lambda dL_du, du_dx: dL_du[0] * du_dx[0],
    hint="Draw the graph. Along how many arrows does x reach L?",
)
asked.mistake(
    "overwritten instead of summed",
    answer=lambda dL_du, du_dx: dL_du[-1] * du_dx[-1],
    hint="Your result holds the last path alone. "
    "What happens in your loop to what the paths before it gave?",
)
asked.mistake(
    "mean instead of sum",
    answer=lambda dL_du, du_dx: (dL_du[:, np.newaxis] * du_dx).mean(axis=0),
    hint="Section 4: x moves a little, and each path moves L. What is the whole move of L?",
)
asked.mistake(
    "transposed",
    answer=lambda dL_du, du_dx: du_dx @ dL_du,  # (n_out, n_in) (n_out,): fits when they are equal
    hint="Write down what one row of du_dx stands for. Over which index does formula (4) sum?",
)
asked.mistake(
    "products not summed",
    answer=lambda dL_du, du_dx: dL_du[:, np.newaxis] * du_dx,
    hint="Each entry of your result belongs to one path. What do the paths to one x_k do together?",
)
asked.mistake(
    "sums multiplied",
    answer=lambda dL_du, du_dx: dL_du.sum() * du_dx.sum(axis=0),
    hint="Take two paths with numbers of your own. In which order do you add and multiply?",
)
asked.mistake(
    "dL_du left out",
    answer=lambda dL_du, du_dx: du_dx.sum(axis=0),
    hint="Each path has two links. Which one is missing from your product?",
)
asked.mistake(
    "summed over the inputs",
    answer=lambda dL_du, du_dx: dL_du * du_dx.sum(axis=1),
    hint="Your result has an entry for each u_j. Which index is left in formula (4), "
    "and which one is summed?",
)
