"""step_3_tanh: from the hidden layer's output to its sums."""

import numpy as np
from hidden.two_layers import hidden_output, two_layers

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise("step_3_tanh", builds_on=("step_2_down",), tolerance=DERIVED)
asked.cases(two_layers)


def slope_with(slope):
    """Return a step that multiplies by another slope, slope(caches)."""
    return lambda dA, caches: hidden_output(dA, caches) * slope(caches)


asked.mistake(
    "no slope",
    answer=slope_with(lambda caches: 1.0),
    hint="You have the gradient by the hidden layer's output. What stands between it and the sums?",
)
asked.mistake(
    "slope at the output",
    answer=slope_with(lambda caches: 1 - np.tanh(caches[1][0]) ** 2),
    hint="At which point is the slope of tanh taken: at the sums, or after the tanh?",
)
asked.mistake(
    "slope at the sums of the layer above",
    answer=slope_with(lambda caches: 1 - np.tanh(caches[1][2]) ** 2),
    hint="The gain of the hidden layer was set by its own sums. Whose sums did you take?",
)
asked.mistake(
    "1 - Z squared",
    answer=slope_with(lambda caches: 1 - caches[0][2] ** 2),
    hint="The slope of tanh is 1 minus the square of something. Of z, or of tanh(z)?",
)
asked.mistake(
    "tanh for its slope",
    answer=slope_with(lambda caches: np.tanh(caches[0][2])),
    hint="When z moves a little, by how much does tanh(z) move? Is it tanh(z) itself?",
)
