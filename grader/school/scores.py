"""What a gradebook holds of a class's scores, as nbgrader exports them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment


@dataclass(frozen=True, kw_only=True)
class Score:
    """The points of one student's lesson.

    Attributes:
        points: what counts, a late penalty taken off, never below 0.
        most: what could be earned.
        waits: whether something of it is still to be marked by a person.
    """

    student: str
    lesson: str
    points: float
    most: float
    waits: bool


def scores_in(
    session: Any, *, lessons: Sequence[str] = (), students: Sequence[str] = ()
) -> list[Score]:
    """Return the scores of all who handed something in, in the order of lessons and students.

    Args:
        session: a gradebook's.
        lessons: these alone; all without.
        students: likewise.
    """
    found = []
    for assignment in session.query(Assignment).order_by(Assignment.name):
        if lessons and assignment.name not in lessons:
            continue
        for submission in sorted(assignment.submissions, key=lambda one: str(one.student_id)):
            if students and submission.student_id not in students:
                continue
            late = submission.late_submission_penalty or 0.0
            found.append(
                Score(
                    student=submission.student_id,
                    lesson=assignment.name,
                    points=max(0.0, submission.score - late),
                    most=assignment.max_score or 0.0,
                    waits=bool(submission.needs_manual_grade),
                )
            )
    return found
