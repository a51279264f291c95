"""Recognise a misconception in wrong results: the known mistakes, then the generic ones.

A known mistake is an executable hypothesis.  It is named when, on every case,
it would have led to what was seen: the same wrong value, shape, exception,
warning or change of its input, and a right value wherever the student's is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.exercise import Exercise, Mistake
from grader.judge.assess import assess, run, yardstick_of
from grader.judge.compare import compare
from grader.judge.generic import recognise
from grader.judge.outcome import Answer, Diagnosis, Observation
from grader.judge.verdict import Verdict


def diagnose(exercise: Exercise, observations: Sequence[Observation]) -> tuple[Diagnosis, ...]:
    """Return the misconceptions that explain every case; none where none is recognised."""
    for known in exercise.mistakes:
        if explains(known, exercise, observations):
            return (Diagnosis(name=known.name, hint=known.hint),)
    found = recognise(exercise, [seen for seen in observations if not seen.right])
    return (found,) if found else ()


def explains(known: Mistake, exercise: Exercise, observations: Sequence[Observation]) -> bool:
    """Whether a known mistake would have led to what was seen on every case."""
    explained = 0
    # Most mistakes are ruled out by the first case that failed.
    for seen in sorted(observations, key=lambda seen: seen.right):
        # A mistake that takes too long or too much would take it here as well.
        failure = seen.answer.failure
        if (failure and not failure.explainable) or seen.case.megabytes is not None:
            continue
        if not _explains_one(run(known.answer, seen.case), seen, exercise):
            return False
        explained += not seen.right
    return explained > 0


def _explains_one(mistaken: Answer, seen: Observation, exercise: Exercise) -> bool:
    made = assess(mistaken, seen.expected, seen.case, exercise)
    if seen.right or made.right:
        return seen.right and made.right
    if seen.answer.failure is not None or mistaken.failure is not None:
        return (
            seen.answer.failure is mistaken.failure
            and seen.answer.exceptions[:1] == mistaken.exceptions[:1]
        )
    same_evidence = made.evidence == seen.comparison.evidence
    if seen.case.check is not None:
        return same_evidence
    if made.verdict is not seen.comparison.verdict:
        return False
    if made.verdict is Verdict.CHANGED_INPUT and not same_evidence:
        # Writing into an argument and handing it back are two mistakes.
        return False
    alike = compare(seen.answer.value, mistaken.value, yardstick_of(seen.case, exercise))
    if made.verdict in (Verdict.WRONG_TYPE, Verdict.NOT_FINITE):
        # compare() calls a wrong dtype wrong in a reference too: look at the evidence instead.
        return alike.right or same_evidence
    return alike.right
