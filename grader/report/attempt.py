"""One attempt at a lesson, in short: what it earned, and which misconceptions were seen in it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.judge.outcome import Report

Named = tuple[str, str]  # an exercise and the name of a misconception


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one attempt came to, by the tests alone."""

    score: float
    points: float
    mistakes: frozenset[Named]

    @property
    def share(self) -> float:
        """The score as a part of what could be earned, 0 to 1."""
        return self.score / self.points if self.points else 0.0


def attempt_of(report: Report) -> Attempt:
    """Return a report in short."""
    return Attempt(
        score=report.score,
        points=report.max_score,
        mistakes=frozenset(
            (o.id, mistake.name) for o in report.exercises for mistake in o.mistakes
        ),
    )
