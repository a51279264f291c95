"""Reports in words: the lines that a student and an instructor read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.language import text as _
from grader.report.evidence import told

_WIDTH = 88

# What each verdict means; docs/how-it-works.md shows the same sentences.
MEANING = {
    Verdict.UNREADABLE: _("the notebook as a whole could not be read"),
    Verdict.NOT_ATTEMPTED: _("the stub is untouched, or still raises NotImplementedError"),
    Verdict.MISSING: _(
        "the function is not defined where its test stands: its cell was deleted, or did not "
        "run to its end"
    ),
    Verdict.CRASHED: _("the call ended its process"),
    Verdict.OUT_OF_MEMORY: _("the call needed more memory than it may"),
    Verdict.TIMED_OUT: _("the call, or the cell, was stopped"),
    Verdict.RAISED: _("the function raised, where the contract asks for a value"),
    Verdict.WRONG_TYPE: _(
        "a list for an array, integers for floats, None; or the name is no function where its "
        "test stands"
    ),
    Verdict.WRONG_SHAPE: _("(4,) is not (4, 1): nothing broadcasts"),
    Verdict.NOT_FINITE: _(
        "NaN or infinity where the reference has a number, or on the way to it where the contract "
        "forbids the warning"
    ),
    Verdict.WRONG_VALUE: _("the first thing that differs is the value"),
    Verdict.CHANGED_INPUT: _(
        "the value is right, but an argument was changed in place, or arrays share memory where "
        "they must not"
    ),
    Verdict.MANUAL: _("a derivation, which a person marks"),
    Verdict.CORRECT: _("every group is right"),
}


def number(value: float) -> str:
    """Return points without trailing zeros: 4, 2.5, 1.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def outcome_lines(outcome: Outcome) -> list[str]:
    """Return what a student reads about one exercise: verdict, evidence, one hint."""
    points = _("{score} of {points}").format(
        score=number(outcome.score), points=number(outcome.points)
    )
    head = f"{outcome.id}   {points}"
    lines = [f"{head}   {outcome.verdict.value}"]
    lines += [line for text in _body(outcome) for line in _wrap(text)]
    return lines


def _body(outcome: Outcome) -> Iterator[str]:
    if outcome.carried:
        yield _(
            "An exercise that this one builds on is not right yet. It was answered for you here, "
            "so that its error does not cost you twice."
        )
    if outcome.verdict is Verdict.CORRECT:
        return
    yield from map(told, outcome.evidence) if outcome.evidence else [MEANING[outcome.verdict]]
    failed = list(dict.fromkeys(c.group for c in outcome.cases if c.verdict is not Verdict.CORRECT))
    groups = dict.fromkeys(case.group for case in outcome.cases)
    right = [group for group in groups if group not in failed]
    if right:
        yield _("Right: {right}. Not yet: {failed}.").format(
            right=", ".join(right), failed=", ".join(failed)
        )
    if right and not outcome.score:
        yield _(
            "These groups earn nothing alone: a function that does not solve the exercise is "
            "right in them, too."
        )
    for mistake in outcome.mistakes:
        yield _("Recognised: {name}.").format(name=mistake.name)
        yield _("Hint: {hint}").format(hint=mistake.hint)
    if outcome.unexplained:
        yield _("Something else is wrong, too: {groups}.").format(
            groups=", ".join(outcome.unexplained)
        )


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def report_lines(report: Report) -> list[str]:
    """Return a whole report as plain lines."""
    points = _("{score} of {points} points").format(
        score=number(report.score), points=number(report.max_score)
    )
    sandbox = _("(sandbox: {name})").format(name=report.sandbox)
    lines = [f"{report.lesson}   {points}   {sandbox}"]
    lines += [_("note: {note}").format(note=note) for note in report.notes]
    for outcome in report.exercises:
        lines += ["", *outcome_lines(outcome)]
    return lines
