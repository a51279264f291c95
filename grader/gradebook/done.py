"""What has been graded already: recorded in its folder, and in the gradebook with equal scores."""

from __future__ import annotations

from functools import cached_property
from sys import intern

from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

from grader.gradebook import sidecar
from grader.gradebook.database import Database
from grader.gradebook.folders import Autograded
from grader.judge.outcome import Report
from grader.report.row import brief_of
from grader.submission.entry import Entry


class Done:
    """What was graded when it was first asked; what is recorded later does not show."""

    def __init__(self, database: Database, autograded: Autograded) -> None:
        self._database, self._autograded = database, autograded

    def report(self, entry: Entry, content_hash: str) -> Report | None:
        """Return what a row shows of the recorded report, if this is what was graded, and so."""
        report = sidecar.read(self._autograded.place(entry), content_hash, made=brief_of)
        if report is None:
            return None
        scores = {f"test_{outcome.id}": outcome.score for outcome in report.exercises}
        # The gradebook may have been deleted, or restored from a backup, since then.
        recorded = self._scores.get((entry.student, entry.lesson))
        if not recorded or any(scores.get(name) != score for name, score in recorded.items()):
            return None
        return report

    @cached_property
    def _scores(self) -> dict[tuple[str, str], dict[str, float]]:
        """The automatic scores by student and lesson, then by cell."""
        with self._database.transaction() as session:
            rows = (
                session.query(
                    SubmittedAssignment.student_id,
                    Assignment.name,
                    GradeCell.name,
                    Grade.auto_score,
                )
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
                .join(GradeCell, Grade.cell_id == GradeCell.id)
            )
            found: dict[tuple[str, str], dict[str, float]] = {}
            for student, lesson, cell, score in rows:
                found.setdefault((student, lesson), {})[intern(cell)] = score
        return found
