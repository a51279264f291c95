"""Recognise a misconception in wrong results: the known mistakes, then the generic ones.

A known mistake is an executable hypothesis.  It is named when, on every case,
it would have led to what was seen: the same wrong value, shape, exception,
warning or change of its input, and a right value wherever the student's is right.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.box.calls import attempt, call
from grader.box.plain import copied, same
from grader.exercise import Call, Case, Exercise, Mistake, Rng, Set
from grader.judge.compare import Comparison, Yardstick, compare, ratio
from grader.judge.verdict import Answer, Verdict

_UNEXPLAINABLE = (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.CRASHED)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One case, what the student's function answered, and what was made of it."""

    case: Case
    answer: Answer
    expected: Any
    comparison: Comparison


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A misconception's name and the hint that goes with it."""

    name: str
    hint: str


Prepared = tuple[tuple[Any, ...], dict[str, Any], list[tuple[Any, ...]]]


def prepared(case: Case) -> Prepared:
    """Return copies of a case's arguments, keywords and steps, ready for `call`."""
    return (
        tuple([_realised(argument) for argument in copied(case.arguments)]),
        {name: _realised(value) for name, value in copied(dict(case.keywords)).items()},
        [copied(step.plain) for step in case.then],
    )


def expect(reference: Callable[..., Any], case: Case) -> Answer:
    """Call the reference on copies of a case's arguments; nothing else is looked at."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        return _answer(attempt(reference, *prepared(case)))


def run(function: Callable[..., Any], case: Case) -> Answer:
    """Call a mistake on copies of a case's arguments."""
    return _answer(call(function, *prepared(case)))


def _answer(report: dict[str, Any]) -> Answer:
    failure = report.get("failure")
    exceptions = tuple(report.get("exceptions", ()))
    if exceptions[:1] == ("KeyboardInterrupt",):
        raise KeyboardInterrupt
    return Answer(
        value=_received(report.get("value")),
        failure=None if failure is None else Verdict(failure),
        message=report.get("message", ""),
        exceptions=exceptions,
        changed=report.get("changed", False),
        shares=report.get("shares", False),
        warned=report.get("warned", ""),
    )


def _realised(argument: Any) -> Any:
    """Return what a function gets for a declared argument."""
    return np.random.default_rng(argument.seed) if isinstance(argument, Rng) else argument


def _received(value: Any) -> Any:
    """Return a value as the wire would deliver it: a NumPy scalar arrives as a 0-d array."""
    if isinstance(value, np.generic):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        return type(value)(_received(item) for item in value)
    if isinstance(value, dict):
        return {key: _received(item) for key, item in value.items()}
    return value


def assess(answer: Answer, expected: Answer, case: Case, exercise: Exercise) -> Comparison:
    """Judge one answer.

    Args:
        answer: the student's.
        expected: the reference's, for the same case.

    Returns:
        The comparison, in the order failure, exception asked for, value, warning, changed input.
    """
    if case.raises is not None:
        return _assess_exception(answer, case.raises)
    if answer.failure is not None:
        return Comparison(verdict=answer.failure, evidence=answer.message)
    if case.check is not None:
        result = _check(case, answer.value)
    elif same(answer.value, expected.value):
        # Most right answers are the reference's, bit for bit, and need no yardstick.
        result = Comparison(verdict=Verdict.CORRECT)
    else:
        names = exercise.returns if not case.then else tuple(_step_names(case))
        result = compare(answer.value, expected.value, yardstick_of(case, exercise), names=names)
    if not result.right:
        return result
    if case.silent and answer.warned:
        return Comparison(
            verdict=Verdict.RAISED,
            evidence=f"the value is right, but the call warned ({answer.warned}); "
            "the contract asks for none",
        )
    if answer.changed:
        return Comparison(
            verdict=Verdict.CHANGED_INPUT,
            evidence="the value is right, but an argument was changed in place; work on a copy",
        )
    if case.fresh and answer.shares:
        return Comparison(
            verdict=Verdict.CHANGED_INPUT,
            evidence="the value is right, but it shares memory with an argument: "
            "changing one would change the other",
        )
    return result


def _step_names(case: Case) -> list[str]:
    return [
        f"{step.method}(...)" if isinstance(step, Call) else step.attribute
        for step in case.then
        if not isinstance(step, Set)
    ]


def yardstick_of(case: Case, exercise: Exercise) -> Yardstick:
    """Return how strictly a case of an exercise compares."""
    given: list[Any] = [case.arguments, dict(case.keywords)]
    given += [getattr(step, "arguments", getattr(step, "value", None)) for step in case.then]
    return Yardstick.of(case.tolerance or exercise.tolerance, given)


def _assess_exception(answer: Answer, wanted: type[Exception]) -> Comparison:
    if answer.failure is Verdict.RAISED and wanted.__name__ in answer.exceptions:
        return Comparison(verdict=Verdict.CORRECT)
    if answer.failure is not None:
        return Comparison(
            verdict=answer.failure, evidence=f"{answer.message}; expected a {wanted.__name__}"
        )
    return Comparison(
        verdict=Verdict.WRONG_VALUE, evidence=f"no exception; expected a {wanted.__name__}"
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
        return Comparison(
            verdict=Verdict.WRONG_TYPE,
            evidence=f"the result has not the structure asked for ({type(error).__name__} "
            "while looking at it)",
        )
    if problem is None:
        return Comparison(verdict=Verdict.CORRECT)
    return Comparison(verdict=Verdict.WRONG_VALUE, evidence=problem)


def diagnose(exercise: Exercise, observations: Sequence[Observation]) -> Diagnosis | None:
    """Return the misconception that explains every case, if one is recognised."""
    failing = [seen for seen in observations if not seen.comparison.right]
    for known in exercise.mistakes:
        if explains(known, exercise, observations):
            return Diagnosis(name=known.name, hint=known.hint)
    return _generic(exercise, failing)


def explains(known: Mistake, exercise: Exercise, observations: Sequence[Observation]) -> bool:
    """Whether a known mistake would have led to what was seen on every case."""
    explained = 0
    # Most mistakes are ruled out by the first case that failed.
    for seen in sorted(observations, key=lambda seen: seen.comparison.right):
        # A mistake that takes too long or too much would take it here as well.
        if seen.answer.failure in _UNEXPLAINABLE or seen.case.megabytes is not None:
            continue
        mistaken = run(known.answer, seen.case)
        if not _explains_one(mistaken, seen, exercise):
            return False
        explained += not seen.comparison.right
    return explained > 0


def _explains_one(mistaken: Answer, seen: Observation, exercise: Exercise) -> bool:
    expected = Answer(value=seen.expected)
    verdict = assess(mistaken, expected, seen.case, exercise)
    if seen.comparison.right or verdict.right:
        return seen.comparison.right and verdict.right
    if seen.answer.failure is not None or mistaken.failure is not None:
        return (
            seen.answer.failure is mistaken.failure
            and seen.answer.exceptions[:1] == mistaken.exceptions[:1]
        )
    if seen.case.check is not None:
        return _pattern(seen.comparison.evidence) == _pattern(verdict.evidence)
    if verdict.verdict is not seen.comparison.verdict:
        return False
    if verdict.verdict is Verdict.CHANGED_INPUT and verdict.evidence != seen.comparison.evidence:
        # Writing into an argument and handing it back are two mistakes.
        return False
    alike = compare(seen.answer.value, mistaken.value, yardstick_of(seen.case, exercise))
    if verdict.verdict in (Verdict.WRONG_TYPE, Verdict.NOT_FINITE):
        # compare() calls a wrong dtype wrong in a reference too: look at the evidence instead.
        return alike.right or verdict.evidence == seen.comparison.evidence
    return alike.right


def _pattern(sentence: str) -> str:
    """Return a sentence with its numbers left out: they vary from case to case."""
    return re.sub(r"[-+]?\d[\d.,e+-]*", "#", sentence)


def _generic(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    """Recognise sign, transpose, 1/m and constant factors in the parts that are wrong."""
    if not failing or any(
        seen.answer.failure is not None or seen.case.check or seen.case.raises for seen in failing
    ):
        return None
    wrong = [_wrong_parts(exercise, seen) for seen in failing]
    if not all(wrong):
        # A case that shows something else is not explained by a factor in the others.
        return None
    pairs = [pair for parts in wrong for pair in parts]
    factors = [pair.factor for pair in pairs if pair.factor is not None]
    if len(factors) == len(pairs):
        return _factor(factors, [pair.m for pair in pairs])
    if all(pair.transposed for pair in pairs):
        return Diagnosis(
            name="transposed",
            hint="The result is the transpose of what was asked for. "
            "Which index counts the rows, and which the columns?",
        )
    return None


def _factor(factors: Sequence[float], sizes: Sequence[int | None]) -> Diagnosis | None:
    m = np.array([float(size or np.nan) for size in sizes])
    found = np.array(factors)
    if np.all(found == -1):
        return Diagnosis(name="opposite sign", hint="Look at the sign: which way does the loss go?")
    if np.allclose(found, 1 / m) and np.nanmax(m) > 1:
        return Diagnosis(
            name="an extra 1/m",
            hint="Every entry is too small by the batch size. Is the mean taken twice?",
        )
    if np.allclose(found, m) and np.nanmax(m) > 1:
        return Diagnosis(
            name="no 1/m",
            hint="Every entry is too large by the batch size. Is the loss a sum or a mean?",
        )
    if np.allclose(found, found[0]) and len(found) > 1:
        return Diagnosis(
            name=f"a constant factor of {found[0]:.3g}",
            hint="Every entry is off by the same factor. Which constant is missing or doubled?",
        )
    return None


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """A numeric part of a result that is wrong: what was found and what was expected."""

    found: np.ndarray[Any, Any]
    expected: np.ndarray[Any, Any]
    m: int | None
    single: bool

    @property
    def factor(self) -> float | None:
        return ratio(self.found, self.expected, single=self.single)

    @property
    def transposed(self) -> bool:
        return bool(
            self.found.ndim == 2
            and self.found.shape == self.expected.T.shape
            and np.allclose(self.found, self.expected.T, rtol=1e-4 if self.single else 1e-6)
        )


def _wrong_parts(exercise: Exercise, seen: Observation) -> list[_Pair]:
    """Return the wrong parts of a result; none if one of them is not an array of floats."""
    found, expected = seen.answer.value, seen.expected
    if not isinstance(expected, list | tuple):
        found, expected = [found], [expected]
    if not isinstance(found, list | tuple) or len(found) != len(expected):
        return []
    yardstick = yardstick_of(seen.case, exercise)
    pairs = []
    for actual, wanted in zip(found, expected, strict=True):
        if compare(actual, wanted, yardstick).right:
            continue
        if not _is_float(actual) or not _is_float(wanted):
            return []
        pairs.append(
            _Pair(
                found=np.asarray(actual),
                expected=np.asarray(wanted),
                m=seen.case.shapes.get("m"),
                single=yardstick.single,
            )
        )
    return pairs


def _is_float(value: Any) -> bool:
    return (
        isinstance(value, float | np.ndarray | np.generic) and np.asarray(value).dtype.kind == "f"
    )
