"""step_2_path: what the path from a_kc through z_jc adds to the gradient."""

from grader.exercise import Case, exercise

asked = exercise("step_2_path", builds_on=("step_1_slope",))


@asked.cases
def paths(rng):
    """Three sizes that differ, three that are equal, and a batch of one."""
    for group, n_out, n_in, m, j, k, c in [
        ("rectangular", 4, 3, 5, 3, 1, 4),
        ("rectangular", 3, 5, 2, 0, 4, 1),
        ("square", 4, 4, 4, 1, 3, 2),
        ("a batch of one", 3, 2, 1, 2, 1, 0),
    ]:
        dZ, W = rng.normal(size=(n_out, m)), rng.normal(size=(n_out, n_in))
        yield Case(dZ, W, j, k, c, group=group, shapes={"n_out": n_out, "n_in": n_in, "m": m})


asked.mistake(
    "no delta",
    answer=lambda dZ, W, j, k, c: W[j, k],
    hint="You have the slope of z_jc. How does the loss react to z_jc?",
)
asked.mistake(
    "delta alone",
    answer=lambda dZ, W, j, k, c: dZ[j, c],
    hint="You have the slope of the loss by z_jc. One more stretch is left: from a_kc to z_jc.",
)
asked.mistake(
    "sum along the path",
    answer=lambda dZ, W, j, k, c: dZ[j, c] + W[j, k],
    hint="Along one path the slopes are multiplied; paths are added. Which of the two is this?",
)
asked.mistake(
    "delta of sample j and unit c",
    answer=lambda dZ, W, j, k, c: dZ[c, j] * W[j, k],
    hint="A column of dZ is a sample. Which of your two indices counts units?",
)
asked.mistake(
    "delta of the input's number",
    answer=lambda dZ, W, j, k, c: dZ[k, c] * W[j, k],
    hint="The path leads through z_jc. Whose delta did you take?",
)
asked.mistake(
    "weight transposed",
    answer=lambda dZ, W, j, k, c: dZ[j, c] * W[k, j],
    hint="The delta is right. Read w_jk aloud: to which unit, from which input?",
)
