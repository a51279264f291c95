"""What the reports are made of: a judged submission with what its cells showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.judge.outcome import Report
from grader.sandbox.cells import Run
from grader.submission.matching import Submission


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A judged submission with what its cells printed; submission is None if it was unreadable."""

    report: Report
    submission: Submission | None
    runs: Sequence[Run]
