"""to_columns: from the convention of rows to ours."""

from grader.exercise import Case, exercise
from grader.kit import families, float32

asked = exercise("to_columns", returns=("A", "W"))


@asked.cases
def columns_cases(rng):
    """The three families and float32."""
    for group, shapes in families("n_out n_in m", ("one unit", 1, 3, 2)):
        n_out, n_in, m = shapes.values()
        X_rows, W_ij = rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out))
        yield Case(X_rows, W_ij, group=group, shapes=shapes)
    X_rows, W_ij = float32(rng.normal(size=(3, 1)), rng.normal(size=(1, 4)))
    shapes = {"n_out": 4, "n_in": 1, "m": 3}
    yield Case(X_rows, W_ij, group="rectangular", shapes=shapes)


asked.mistake(
    "only the samples turned",
    answer=lambda X, W: (X.T, W.copy()),
    hint="Your A is right. In our W, does a row belong to a unit or to an input?",
)
asked.mistake(
    "only the weights turned",
    answer=lambda X, W: (X.copy(), W.T),
    hint="Your W is right. In our A, where does one sample stand?",
)
asked.mistake(
    "nothing turned",
    answer=lambda X, W: (X.copy(), W.copy()),
    hint="The two arrays are as they came. Put the table of section 8 beside their shapes.",
)
asked.mistake(
    "reshaped",
    answer=lambda X, W: (X.reshape(X.shape[::-1]), W.reshape(W.shape[::-1])),
    hint="The shapes are right. Follow one sample: are its numbers still together, in one column?",
)
asked.mistake(
    "in the other order",
    answer=lambda X, W: (W.T, X.T),
    hint="Both arrays are right. Compare their order with the docstring.",
)
