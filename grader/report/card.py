"""One exercise's outcome as a card for the notebook that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from byhand.card import Card, Mark
from grader.judge.outcome import Outcome
from grader.judge.verdict import Verdict
from grader.report import words


def card(outcome: Outcome, *, hints: int = 0) -> Card:
    """Return the card; its text form shows as many hints as asked for."""
    return Card(
        mark=_mark(outcome),
        title=outcome.id,
        verdict=words.verdict_and_points(outcome.verdict.value, outcome.score, outcome.points),
        lines=tuple(words.seen_lines(outcome)),
        hints=tuple(_steps(outcome)),
        opened=hints,
    )


def _mark(outcome: Outcome) -> Mark:
    if outcome.verdict is Verdict.CORRECT:
        return Mark.RIGHT
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        return Mark.OPEN
    return Mark.PARTLY if outcome.score else Mark.WRONG


def _steps(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the hints in steps: that something is recognised, what, and where to look."""
    if not outcome.mistakes:
        return
    known = words.yes_known(len(outcome.mistakes))
    yield words.KNOWN_MISTAKE, " ".join([known, *words.together_lines(outcome)])
    for name, hint in words.with_hints(outcome.mistakes):
        yield words.WHICH_MISTAKE, name
        if hint:
            yield words.WHERE_TO_LOOK, hint
    for line in words.beyond_lines(outcome):
        yield words.IS_THAT_ALL, line
