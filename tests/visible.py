"""What the visible tests of a lesson catch of its known mistakes, before anybody hands in."""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

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


@functools.cache
def caught(lesson: str) -> dict[str, dict[str, str | None]]:
    """Return what each visible test of a lesson says of each known mistake, None for nothing.

    A name with several ways to make the mistake is caught where all of them are.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, dict[str, str | None]] = {}
    with _quietly(lesson):
        for cell, released in zip(load(lesson).cells, load(lesson).released, strict=True):
            if cell.kind not in _RUN:
                continue
            source = cell.source if cell.kind is Kind.SOLUTION else released
            if cell.kind is Kind.TEST:
                found[cell.name] = _caught_by(source, lesson, cell.name, namespace)
            exec(compile(source, cell.name, "exec"), namespace)  # noqa: S102
    return found


def _caught_by(
    source: str, lesson: str, name: str, namespace: dict[str, Any]
) -> dict[str, str | None]:
    """Run one visible test with each known mistake in the place of the exercise's function."""
    right = namespace[name]
    found: dict[str, str | None] = {}
    for known in load(lesson).exercises[name].mistakes:
        # In this very namespace: a helper of the lesson finds the function there, too.
        namespace[name] = known.answer
        sentence = _said(source, name, namespace)
        found[known.name] = sentence if found.get(known.name, "") is not None else None
    namespace[name] = right
    return found


def _said(source: str, name: str, namespace: dict[str, Any]) -> str | None:
    try:
        with limited(_SECONDS):
            exec(compile(source, name, "exec"), namespace)  # noqa: S102
    except AssertionError as failure:
        return str(failure) or "an assertion without a sentence"
    except Exception as failure:  # noqa: BLE001 - whatever a wrong function leads to
        return f"{type(failure).__name__}: {failure}"
    return None
