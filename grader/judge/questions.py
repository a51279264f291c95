"""The questions of one exercise: in which order its cases are asked, and what came back.

The order is drawn anew for each student, and one case is asked twice: an answer must not
depend on what was asked before it, nor on how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise
from grader.judge.argument import more_than_data
from grader.judge.assess import assess
from grader.judge.draw import drawn
from grader.judge.evidence import Unsteady
from grader.judge.outcome import Answer, Comparison, Observation
from grader.judge.verdict import Verdict

Ask = Callable[[Sequence[Case]], Iterator[Answer]]
_MOST_ENDINGS = 2  # of groups whose questions may end the process, or its time, before all stops


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The hidden cases of one exercise for one student.

    Attributes:
        cases: as their author declared them; they are judged in this order.
        order: their numbers as they are asked, one of them twice where a case allows it.
    """

    cases: Sequence[Case]
    order: Sequence[int]

    @classmethod
    def drawn(cls, exercise: Exercise, rng: np.random.Generator) -> Questions:
        """Draw the cases and their order, from one generator."""
        cases = drawn(exercise.make_cases, rng)
        order = list(range(len(cases)))
        if again := [number for number, case in enumerate(cases) if _must_agree(case)]:
            order.append(int(rng.choice(again)))
        rng.shuffle(order)
        return cls(cases=cases, order=order)

    @property
    def asked(self) -> list[Case]:
        """The cases as they are asked."""
        return [self.cases[number] for number in self.order]


def _must_agree(case: Case) -> bool:
    """Whether equal questions have equal answers: one that costs much is asked once, too."""
    functions = any(map(callable, more_than_data(case)))
    costly = case.seconds is not None or case.megabytes is not None
    return not (functions or costly or case.check)


def observe(
    exercise: Exercise,
    questions: Questions,
    expectations: Sequence[Answer],
    answers: Iterator[Answer],
    ask: Ask,
) -> list[Observation]:
    """Judge the answers to the questions of one exercise; asks for no more than it needs.

    Args:
        expectations: what the reference answers to each case.
        answers: to the questions in their order.
        ask: for the answers to some of them again, where those before cannot go on.
    """
    found = _answered(questions, answers, ask)
    return [
        _observed(exercise, case, expected.value, found[number])
        for number, (case, expected) in enumerate(zip(questions.cases, expectations, strict=True))
    ]


def _answered(questions: Questions, answers: Iterator[Answer], ask: Ask) -> dict[int, list[Answer]]:
    """Return the answers by a case's number.

    One hang or crash tells enough of its group: the next case would only cost its deadline
    again.  Other groups are asked all the same, whatever the order was, until a second one
    ends so.
    """
    found: dict[int, list[Answer]] = {number: [] for number in questions.order}
    waiting, endings = list(questions.order), 0
    while waiting:
        number = waiting.pop(0)
        case, answer = questions.cases[number], next(answers)
        found[number].append(answer)
        if not _ends(answer, case):
            continue
        endings += 1
        over = endings == _MOST_ENDINGS or answer.failure is Verdict.MISSING
        spoilt = [n for n in waiting if over or questions.cases[n].group == case.group]
        for other in spoilt:
            found[other].append(answer)
        waiting = [n for n in waiting if n not in spoilt]
        if waiting:
            answers = ask([questions.cases[n] for n in waiting])
    return found


def _ends(answer: Answer, case: Case) -> bool:
    """Whether no more is asked of a group; too much for a case's own cap is not too much else."""
    capped = answer.failure is Verdict.OUT_OF_MEMORY and case.megabytes is not None
    return answer.failure is not None and answer.failure.ends_asking and not capped


def _observed(
    exercise: Exercise, case: Case, expected: Any, answers: Sequence[Answer]
) -> Observation:
    """Judge one case by all its answers: each must be right."""
    judged = [(answer, assess(answer, expected, case, exercise)) for answer in answers]
    answer, comparison = next((pair for pair in judged if not pair[1].right), judged[0])
    if any(other.right for _, other in judged) and not comparison.right:
        comparison = _unsteady(answer, comparison)
    return Observation(case=case, answer=answer, expected=expected, comparison=comparison)


def _unsteady(answer: Answer, comparison: Comparison) -> Comparison:
    """Return what is told of a question that was answered rightly once, and wrongly once."""
    return comparison if answer.failure else replace(comparison, evidence=Unsteady())
