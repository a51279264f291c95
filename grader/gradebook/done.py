"""What has been graded already: recorded in its folder, and in the gradebook with equal scores."""

from __future__ import annotations

from collections.abc import Mapping

from grader.gradebook import sidecar
from grader.gradebook.folders import Autograded
from grader.judge.outcome import Report
from grader.report.marks import Marks
from grader.report.row import brief_of
from grader.submission.entry import Entry


class Done:
    """What was graded when the gradebook was read; what is recorded later does not show."""

    def __init__(self, autograded: Autograded, marks: Mapping[tuple[str, str], Marks]) -> None:
        self._autograded, self._marks = autograded, marks

    def report(self, entry: Entry, content_hash: str) -> Report | None:
        """Return what a row shows of the recorded report, if this is what was graded, and so."""
        report = sidecar.read(self._autograded.place(entry), content_hash, made=brief_of)
        if report is None:
            return None
        # The gradebook may have been deleted, or restored from a backup, since then.
        marks = self._marks.get((entry.student, entry.lesson), Marks())
        scores = {f"test_{outcome.id}": outcome.score for outcome in report.exercises}
        # What a person marks has no test, and may have been marked since then.
        by_hand = {outcome.id for outcome in report.exercises}
        recorded = {name: mark.auto for name, mark in marks.cells.items() if name not in by_hand}
        if not recorded or any(scores.get(name) != score for name, score in recorded.items()):
            return None
        return report
