"""step_3_loss_by_z: steps 1 and 2 multiplied, which is a - t."""

from hidden.neurons import STEPS, predictions
from solution import step_1_loss_by_a, step_2_a_by_z

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(STEPS[2], builds_on=STEPS[:2], tolerance=DERIVED)
asked.cases(predictions)

asked.mistake(
    "slopes added",
    answer=lambda A, T: step_1_loss_by_a(A, T) + step_2_a_by_z(A),
    hint="There is one path from z to the loss, and two local slopes along it. "
    "When do slopes multiply, and when do they add?",
)
asked.mistake(
    "step 2 left out",
    answer=step_1_loss_by_a,
    hint="This is the slope by a. Which local slope leads from a back to z?",
)
asked.mistake(
    "step 1 left out",
    answer=lambda A, T: step_2_a_by_z(A),
    hint="This says how a reacts to z. How does the loss react to a?",
)
asked.mistake(
    "step 2 twice",
    answer=lambda A, T: (A - T) * step_2_a_by_z(A),
    hint="a - t is the slope by z already. Through which step do you go a second time?",
)
asked.mistake(
    "divided instead of multiplied",
    answer=lambda A, T: step_1_loss_by_a(A, T) / step_2_a_by_z(A),
    hint="If a moves by 0.25 for each unit of z, does the loss react more to z than to a, or less?",
)
asked.mistake(
    "summed over the samples",
    answer=lambda A, T: (step_1_loss_by_a(A, T) * step_2_a_by_z(A)).sum(),
    hint="Each sample has its own z and its own loss. How many slopes are asked for?",
)
