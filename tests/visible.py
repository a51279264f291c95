"""What the visible tests of a lesson say of wrong answers, before anybody hands in."""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from byhand.expect import Unexpected
from grader.course.cells import Kind
from tests.conftest import load
from tests.kill_matrix import limited

_SECONDS = 20
# Figures and long runs take most of the time, and no test needs them.
_RUN = (Kind.SETUP, Kind.SOLUTION, Kind.TEST)


@contextlib.contextmanager
def _quietly(lesson: str) -> Iterator[None]:
    """Run cells as in the lesson's folder, with earlier.py beside them, and show nothing."""
    earlier = types.ModuleType("earlier")
    text = load(lesson).earlier
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        if text is not None:
            exec(compile(text, "earlier.py", "exec"), earlier.__dict__)  # noqa: S102
            sys.modules["earlier"] = earlier
        try:
            yield
        finally:
            sys.modules.pop("earlier", None)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a visible test says of a wrong answer.

    Attributes:
        sentence: the message, of an exception with its name.
        plain: whether a test said it, or a function of the learner's raised it: neither the
            frames of a helper nor NumPy's words stand in what a notebook shows.
    """

    sentence: str
    plain: bool


@functools.cache
def failures(lesson: str) -> dict[str, list[tuple[str, Failure | None]]]:
    """Return what each visible test of a lesson says of each known mistake and of odd answers.

    None for nothing.  A known mistake has its name; odd answers are those of `ODD`.
    """

    def wrong(name: str, right: Any) -> list[tuple[str, Any]]:
        known = [
            (mistake.name, mistake.answer) for mistake in load(lesson).exercises[name].mistakes
        ]
        return known + [(what, _odd(right, change)) for what, change in ODD.items()]

    return _tried(lesson, wrong)


def refused(lesson: str, others: Mapping[str, Any]) -> dict[str, str]:
    """Return what visible tests say of right answers in other styles, which is to be nothing.

    Args:
        others: the answers by exercise and style, "sigmoid__by_tanh".
    """

    def right_ones(name: str, _: Any) -> list[tuple[str, Any]]:
        return [item for item in others.items() if item[0].startswith(f"{name}__")]

    tried = [one for of_one in _tried(lesson, right_ones).values() for one in of_one]
    return {style: failure.sentence for style, failure in tried if failure is not None}


def caught(lesson: str) -> dict[str, dict[str, str | None]]:
    """Return what each visible test of a lesson says of each known mistake, None for nothing.

    A name with several ways to make the mistake is caught where all of them are.
    """
    found: dict[str, dict[str, str | None]] = {}
    for name, tried in failures(lesson).items():
        said: dict[str, str | None] = {}
        for what, failure in tried:
            if what not in ODD:
                missed = failure is None or said.get(what, "") is None
                said[what] = None if missed else failure.sentence
        found[name] = said
    return found


def _tried(
    lesson: str, answers: Callable[[str, Any], list[tuple[str, Any]]]
) -> dict[str, list[tuple[str, Failure | None]]]:
    """Run each visible test of a lesson with other answers in the place of the right one.

    Args:
        answers: gives, for an exercise's name and its right function, the others by name.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, list[tuple[str, Failure | None]]] = {}
    with _quietly(lesson):
        for cell, released in zip(load(lesson).cells, load(lesson).released, strict=True):
            if cell.kind not in _RUN:
                continue
            if cell.kind is Kind.TEST:
                right = namespace[cell.name]
                tried = found[cell.name] = []
                for what, answer in answers(cell.name, right):
                    # In this very namespace: a helper of the lesson finds the function there, too.
                    namespace[cell.name] = answer
                    tried.append((what, _said(released, cell.name, namespace)))
                namespace[cell.name] = right
            source = cell.source if cell.kind is Kind.SOLUTION else released
            exec(compile(source, cell.name, "exec"), namespace)  # noqa: S102
    return found


def _said(source: str, name: str, namespace: dict[str, Any]) -> Failure | None:
    try:
        with limited(_SECONDS):
            exec(compile(source, name, "exec"), namespace)  # noqa: S102
    except Unexpected as failure:
        return Failure(sentence=str(failure), plain=True)
    except AssertionError as failure:
        sentence = str(failure) or "an assertion without a sentence"
        return Failure(sentence=sentence, plain=_places(failure)[-1] == name)
    except Exception as failure:  # noqa: BLE001 - whatever a wrong function leads to
        learner = any(Path(place).parent.name == "hidden" for place in _places(failure))
        return Failure(sentence=f"{type(failure).__name__}: {failure}", plain=learner)
    return None


def _places(failure: Exception) -> list[str]:
    """Return the files of a traceback's frames, the innermost last."""
    return [frame.filename for frame in traceback.extract_tb(failure.__traceback__)]


def _odd(right: Any, change: Callable[[Any], Any]) -> Any:
    """Return a function, or a class with a forward pass, whose results are changed."""
    if isinstance(right, type):
        return type(right.__name__, (right,), {"forward": _odd(right.forward, change)})
    return lambda *arguments, **named: change(right(*arguments, **named))


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that changes all numbers, names and arrays of a result."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(changed, value))
        return change(value)

    return changed


ODD: dict[str, Callable[[Any], Any]] = {
    "None": lambda _: None,
    "NaN": _each(lambda value: np.full(np.shape(value), np.nan)[()]),
    "one axis too many": _each(lambda value: np.asarray(value)[None]),
    "a list": _each(lambda value: np.atleast_1d(value).tolist()),
    "an empty list": lambda _: [],
}
