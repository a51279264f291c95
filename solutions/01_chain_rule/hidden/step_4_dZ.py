"""step_4_dZ: the 1/m of the mean comes in."""

from hidden.neurons import STEPS, predictions
from solution import step_1_loss_by_a, step_3_loss_by_z

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(STEPS[3], builds_on=STEPS[:3], tolerance=DERIVED)
asked.cases(predictions)

asked.mistake(
    "no 1/m",
    answer=step_3_loss_by_z,
    hint="These are the slopes of each sample's own loss. What does the mean do to them, "
    "and which axis of A counts the samples?",
)
asked.mistake(
    "the mean taken over the slopes",
    answer=lambda A, T: step_3_loss_by_z(A, T).mean(),
    hint="Each z has a slope of its own, so dZ has the shape of Z. What has become of it?",
)
asked.mistake(
    "the mean of the slopes for every sample",
    answer=lambda A, T: 0 * A + step_3_loss_by_z(A, T).mean(),
    hint="The loss is a mean. Does z of one sample occur in the losses of the others?",
)
asked.mistake(
    "built on step 1",
    answer=lambda A, T: step_1_loss_by_a(A, T) / A.size,
    hint="dZ is the slope by z. The step that you divide by m leads to a only.",
)
