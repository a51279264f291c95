"""Judge one answer: failure, exception asked for, value, warning, changed input."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from grader.box.calls import attempt, call
from grader.box.plain import copied, mapped, same
from grader.exercise import Call, Case, Exercise, Set
from grader.judge.argument import declared, prepared
from grader.judge.compare import Yardstick, alike, compare
from grader.judge.evidence import (
    Changed,
    Checked,
    Failed,
    NoException,
    NoStructure,
    Shares,
    Twins,
    Undrawn,
    Warned,
)
from grader.judge.outcome import RIGHT, Answer, Comparison
from grader.judge.verdict import Verdict

_YARDSTICKS: WeakKeyDictionary[Case, Yardstick] = WeakKeyDictionary()


def expect(reference: Callable[..., Any], cases: Iterable[Case]) -> list[Answer]:
    """Call the reference on copies of the arguments of cases; nothing else is looked at."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        return [_answer(attempt(reference, *prepared(case))) for case in cases]


def run(function: Callable[..., Any], case: Case) -> Answer:
    """Call a mistake on copies of a case's arguments."""
    return _answer(call(function, *prepared(case)))


def _answer(reply: dict[str, Any]) -> Answer:
    failure = reply.get("failure")
    exceptions = tuple(reply.get("exceptions", ()))
    if exceptions[:1] == ("KeyboardInterrupt",):
        raise KeyboardInterrupt
    return Answer(
        value=mapped(reply.get("value"), _received),
        failure=None if failure is None else Verdict(failure),
        message=reply.get("message", ""),
        exceptions=exceptions,
        changed=reply.get("changed", False),
        undrawn=reply.get("undrawn", False),
        shares=reply.get("shares", False),
        twins=reply.get("twins", False),
        warned=reply.get("warned", ""),
    )


def _received(value: Any) -> Any:
    """Return a value as the wire would deliver it: a NumPy scalar arrives as a 0-d array."""
    return np.asarray(value) if isinstance(value, np.generic) else value


def assess(answer: Answer, expected: Any, case: Case, exercise: Exercise) -> Comparison:
    """Judge one answer.

    Args:
        answer: the student's.
        expected: the reference's value for the same case.
    """
    if case.raises is not None:
        return _assess_exception(answer, case.raises)
    if answer.failure is not None:
        return Comparison(verdict=answer.failure, evidence=Failed(message=answer.message))
    if case.check is not None:
        result = _check(case, answer.value)
    elif same(answer.value, expected):
        # Most right answers are the reference's, bit for bit, and need no yardstick.
        result = RIGHT
    else:
        names = part_names(case, exercise)
        result = compare(answer.value, expected, yardstick_of(case, exercise), names=names)
    if not result.right:
        return result
    if case.silent and answer.warned:
        return Comparison(verdict=Verdict.NOT_FINITE, evidence=Warned(warning=answer.warned))
    if answer.changed:
        return Comparison(verdict=Verdict.CHANGED_INPUT, evidence=Changed())
    if case.draws and answer.undrawn:
        return Comparison(verdict=Verdict.WRONG_VALUE, evidence=Undrawn())
    if case.fresh and answer.shares:
        return Comparison(verdict=Verdict.CHANGED_INPUT, evidence=Shares())
    if case.fresh and answer.twins:
        return Comparison(verdict=Verdict.CHANGED_INPUT, evidence=Twins())
    return result


def passes(answer: Answer, expected: Any, case: Case, exercise: Exercise) -> bool:
    """Whether `assess` calls an answer right; of a wrong value it is known without evidence."""
    told_by_value = case.raises is None and answer.failure is None and case.check is None
    if told_by_value and not alike(answer.value, expected, yardstick_of(case, exercise)):
        return False
    return assess(answer, expected, case, exercise).right


def part_names(case: Case, exercise: Exercise) -> tuple[str, ...]:
    """Return what the parts of a result are called: those of a tuple, or what the steps give."""
    if not case.then:
        return exercise.returns
    return tuple(
        f"{step.method}(...)" if isinstance(step, Call) else step.attribute
        for step in case.then
        if not isinstance(step, Set)
    )


def yardstick_of(case: Case, exercise: Exercise) -> Yardstick:
    """Return how strictly a case of an exercise compares."""
    tolerance = case.tolerance or exercise.tolerance
    known = _YARDSTICKS.get(case)
    if known is None or known.tolerance != tolerance:
        known = _YARDSTICKS[case] = Yardstick.of(tolerance, declared(case))
    return known


def _assess_exception(answer: Answer, wanted: type[Exception]) -> Comparison:
    if answer.failure is Verdict.RAISED and wanted.__name__ in answer.exceptions:
        return RIGHT
    return Comparison(
        verdict=answer.failure or Verdict.WRONG_VALUE,
        evidence=NoException(expected=wanted.__name__, message=answer.message),
    )


def _check(case: Case, value: Any) -> Comparison:
    """Ask the author's check, which sees copies and may trip over an unexpected structure."""
    assert case.check is not None  # noqa: S101 - for the type checker; the caller looked
    arguments, _, _ = prepared(case)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            problem = case.check(copied(value), *arguments)
    except Exception as error:  # noqa: BLE001 - any value may come, and none may stop the judge
        evidence = NoStructure(exception=type(error).__name__)
        return Comparison(verdict=Verdict.WRONG_TYPE, evidence=evidence)
    if problem is None:
        return RIGHT
    return Comparison(verdict=Verdict.WRONG_VALUE, evidence=Checked.of(problem))
