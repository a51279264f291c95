"""What the gradebook says of derivations, as `grader grade` records it.

nbgrader lets all of them wait for a person, or none where the notebook has another name.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, TaskCell

from grader.judge.outcome import Report
from grader.judge.verdict import NOTHING_THERE


def settle(names: Any, report: Report) -> None:
    """Let answers wait for a person, and what was not answered earn nothing.

    Args:
        names: nbgrader's resources: whose notebook, in which gradebook.
    """
    nothing = {outcome.id for outcome in report.exercises if outcome.verdict in NOTHING_THERE}
    with Gradebook(names["db_url"]) as gradebook:
        found = gradebook.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        for grade in found.grades:
            # What was given by hand stays.
            if isinstance(grade.cell, TaskCell) and grade.manual_score is None:
                unanswered = grade.cell.name in nothing
                grade.auto_score = 0.0 if unanswered else None
                grade.needs_manual_grade = not unanswered
        gradebook.db.commit()


def take_zeros_back(names: Mapping[str, str]) -> None:
    """Take a submission out of the gradebook that cannot be scored: it is no work of 0 points.

    Where nbgrader finds no notebook of the name that it knows, it enters zeros beforehand.
    What a person has given stays.
    """
    with Gradebook(names["db_url"]) as gradebook, suppress(MissingEntry):
        submission = gradebook.find_submission(names["assignment"], names["student"])
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if not any(grade.auto_score or grade.manual_score is not None for grade in grades):
            gradebook.remove_submission(names["assignment"], names["student"])
