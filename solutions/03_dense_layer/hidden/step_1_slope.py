"""step_1_slope: of the sum z_jc, as the input a_kc moves."""

from grader.exercise import Case, exercise

asked = exercise("step_1_slope", not_alone=("one input or one unit",))


@asked.cases
def entries(rng):
    """Off the diagonal in a square layer: there an exchange of indices raises nothing."""
    for group, n_out, n_in, j, k in [
        ("rectangular", 4, 3, 3, 1),
        ("square", 4, 4, 1, 3),
        ("one input or one unit", 3, 1, 2, 0),
        ("one input or one unit", 1, 4, 0, 2),
    ]:
        W = rng.normal(size=(n_out, n_in))
        # Of either sign, and not by chance.
        W[j, k] = min(abs(W[j, k]), 2.0) * (-1 if j % 2 else 1)
        if n_in > 1 and n_out > 1:
            # Nor is it the smallest or the largest.
            W[j - 1, k], W[j, k - 1] = 2.5, -2.5
        yield Case(W, j, k, group=group, shapes={"n_out": n_out, "n_in": n_in})


asked.mistake(
    "indices exchanged",
    answer=lambda W, j, k: W[k, j],
    hint="Read w_jk aloud: to which unit, from which input? Which of the two counts the rows?",
)
asked.mistake(
    "the whole row",
    answer=lambda W, j, k: W[j].copy(),
    hint="The row holds the slopes by all inputs of unit j. One input moves: which one?",
)
asked.mistake(
    "the whole column",
    answer=lambda W, j, k: W[:, k].copy(),
    hint="The column holds the slopes of all units. One sum is asked for: which one?",
)
asked.mistake(
    "slope 1",
    answer=lambda W, j, k: 1.0,
    hint="Move a_k by 0.01 in the example of section 2. By how much does z_j move?",
)
