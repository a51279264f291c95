"""step_3_loss: the cross-entropy from logits, a mean over the samples."""

import numpy as np
from hidden.from_logits import STEPS, logits_and_targets
from solution import cross_entropy, softmax, step_2_log_shares

from grader.exercise import exercise

asked = exercise(STEPS[2], builds_on=STEPS[:2])
asked.cases(logits_and_targets)

asked.mistake(
    "no mean",
    answer=lambda Z, T: -np.sum(T * step_2_log_shares(Z)),
    hint="One sample alone comes out right, a batch does not. What stands before the sums in (9)?",
)
asked.mistake(
    "mean over all entries",
    answer=lambda Z, T: -np.mean(T * step_2_log_shares(Z)),
    hint="The classes are summed and only the samples are averaged. By which number does np.mean "
    "divide?",
)
asked.mistake(
    "sign",
    answer=lambda Z, T: np.sum(T * step_2_log_shares(Z)) / Z.shape[1],
    hint="The logarithm of a share is negative. Can a loss be?",
)
asked.mistake(
    "through clipped probabilities",
    answer=lambda Z, T: cross_entropy(softmax(Z), T),
    hint="The worst prediction of section 10 costs 1000. How much can it cost with a clip?",
    earns="an edge: logits of moderate size are right",
)
asked.mistake(
    "targets left out",
    answer=lambda Z, T: -np.sum(step_2_log_shares(Z)) / Z.shape[1],
    hint="Which classes of a sample does its loss look at?",
)
asked.mistake(
    "one loss for each sample",
    answer=lambda Z, T: -np.sum(T * step_2_log_shares(Z), axis=0),
    hint="A loss is one number for the whole batch. What is to be done with one loss a sample?",
)
