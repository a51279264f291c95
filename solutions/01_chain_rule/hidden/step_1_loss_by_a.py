"""step_1_loss_by_a: -t/a + (1 - t)/(1 - a)."""

import numpy as np
from hidden.neurons import STEPS, predictions

from grader.exercise import exercise
from grader.kit import DERIVED

asked = exercise(STEPS[0], tolerance=DERIVED)
asked.cases(predictions)

asked.mistake(
    "the term of target 0 left out",
    answer=lambda A, T: -T / A,
    hint="Take a sample with t = 0. Which term of formula (8) is left, and does a occur in it?",
)
asked.mistake(
    "the slope of 1 - a left out",
    answer=lambda A, T: -T / A - (1 - T) / (1 - A),
    hint="Inside the second logarithm stands 1 - a. When a grows by 0.01, what does 1 - a do?",
)
asked.mistake(
    "the minus of the loss left out",
    answer=lambda A, T: T / A - (1 - T) / (1 - A),
    hint="Take t = 1. Should a larger a make the loss larger or smaller? What does your sign say?",
)
asked.mistake(
    "targets exchanged",
    answer=lambda A, T: -(1 - T) / A + T / (1 - A),
    hint="For t = 1 the loss is -ln a. Which of the two fractions should be left then?",
)
asked.mistake(
    "the loss itself",
    answer=lambda A, T: -T * np.log(A) - (1 - T) * np.log(1 - A),
    hint="This is the loss of each sample. By what does step 1 differentiate it?",
)
asked.mistake(
    "a multiplied, not divided by",
    answer=lambda A, T: -T * A + (1 - T) * (1 - A),
    hint="What is the derivative of ln a? At a = 0.1 and at a = 0.9, where is it larger?",
)
asked.mistake(
    "the slope by z already",
    answer=lambda A, T: A - T,
    hint="That is where steps 1 to 3 lead. This step stops at a: the sigmoid comes in step 2.",
)
