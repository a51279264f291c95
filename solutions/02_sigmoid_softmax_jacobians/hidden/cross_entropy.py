"""cross_entropy: the logarithm of the right class's probability."""

import numpy as np
from hidden.probabilities import clipped, predictions

from grader.exercise import exercise

asked = exercise("cross_entropy")


asked.cases(predictions)

EDGE = "an edge: ordinary probabilities are right"

asked.mistake(
    "-T*P, no logarithm",
    answer=lambda P, T: -np.sum(T * P) / P.shape[1],
    hint="A certain and right prediction should cost 0. What does yours cost? "
    "Which function of the probability is missing?",
)
asked.mistake(
    "log 0",
    answer=lambda P, T: -np.sum(T * np.log(P)) / P.shape[1],
    hint="With probabilities above 0 all is well. What is log(0), and what is 0 times that?",
    earns=EDGE,
)
asked.mistake(
    "1e-12 added in place of clipping",
    answer=lambda P, T: -np.sum(T * np.log(P + 1e-12)) / P.shape[1],
    hint="Adding a small number changes every probability, most of all the small ones. "
    "Clipping changes only those below the bound.",
    earns=EDGE,
)
asked.mistake(
    "sum over the samples",
    answer=lambda P, T: -np.sum(T * np.log(clipped(P))),
    hint="One sample alone comes out right, a batch does not. What stands before the sums in "
    "section 9?",
)
asked.mistake(
    "mean over n*m",
    answer=lambda P, T: -np.mean(T * np.log(clipped(P))),
    hint="The classes are summed and only the samples are averaged. By which number does np.mean "
    "divide?",
)
asked.mistake(
    "sign",
    answer=lambda P, T: np.sum(T * np.log(clipped(P))) / P.shape[1],
    hint="The logarithm of a probability is negative. Can a loss be negative?",
)
asked.mistake(
    "prediction and target exchanged",
    answer=lambda P, T: -np.sum(P * np.log(clipped(T))) / P.shape[1],
    hint="Which of the two stands inside the logarithm: what was predicted or what was wanted?",
)
asked.mistake(
    "only the class with the largest target",
    answer=lambda P, T: -np.mean(np.log(clipped(P[np.argmax(T, axis=0), np.arange(P.shape[1])]))),
    hint="One-hot targets come out right. What does your code do with a target that is shared "
    "between classes?",
    earns="targets with a single class are right",
)
asked.mistake(
    "a term (1 - T) log(1 - P) added",
    answer=lambda P, T: (
        -np.sum(T * np.log(clipped(P)) + (1 - T) * np.log(clipped(1 - P))) / P.shape[1]
    ),
    hint="That is the loss of lesson 01, for one output that stands for two classes. "
    "Here each class has an output of its own: which sum does section 9 take?",
)
asked.mistake(
    "logarithm to base 2",
    answer=lambda P, T: -np.sum(T * np.log2(clipped(P))) / P.shape[1],
    hint="Section 9 uses the natural logarithm, whose derivative is 1/p. Which one do you use?",
)
asked.mistake(
    "one loss for each sample",
    answer=lambda P, T: -np.sum(T * np.log(clipped(P)), axis=0),
    hint="A loss is one number for the whole batch. What is to be done with one loss a sample?",
)
asked.mistake(
    "divided by the number of classes",
    answer=lambda P, T: -np.sum(T * np.log(clipped(P))) / P.shape[0],
    hint="Which axis of P counts the samples, and which number does its shape give for it?",
)
for _edge in (1e-15, 1e-10, 1e-8, 1e-7):
    asked.mistake(
        "another bound than 1e-12",
        answer=lambda P, T, edge=_edge: -np.sum(T * np.log(np.maximum(P, edge))) / P.shape[1],
        hint="Probabilities far from 0 are right. Which bound does the docstring name?",
        earns=EDGE,
    )
asked.mistake(
    "clipped near 1 as well",
    answer=lambda P, T: -np.sum(T * np.log(np.clip(P, 1e-7, 1 - 1e-7))) / P.shape[1],
    hint="Which probabilities does the docstring change, and which does your clipping change?",
    earns=EDGE,
)
