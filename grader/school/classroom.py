"""A pushed notebook graded in a workflow of GitHub Classroom's, with the hidden tests.

The report becomes the job's summary, and each exercise a test with its points.  A derivation
that a person marks is no test.
"""

from __future__ import annotations

import os
from pathlib import Path

from byhand.pushed import Tried, fenced, tell
from grader.course.folders import Course
from grader.course.loading import load
from grader.errors import InputError
from grader.judge.outcome import Report
from grader.judge.verdict import Verdict
from grader.report.summary import summary
from grader.run import words as run_words
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.school import words
from grader.school.gradescope import folder_of


def grade_pushed(course: Course, lesson_id: str, pushed: Path, *, unsandboxed: bool) -> None:
    """Grade the notebook in a folder, and tell GitHub.

    Raises:
        InputError: there is none, or no sandbox.  The summary says why, and no points are set.
    """
    try:
        report = _graded(course, lesson_id, pushed, unsandboxed=unsandboxed)
    except InputError as error:
        tell(f"## {words.NOT_GRADED}\n\n{fenced(str(error))}", None)
        raise
    tell(summary(report), tests_of(report))


def tests_of(report: Report) -> list[Tried]:
    """Return a report's exercises as tests, but for those that a person marks."""
    return [
        Tried(
            name=outcome.id,
            score=outcome.score,
            points=outcome.points,
            told="" if outcome.verdict is Verdict.CORRECT else outcome.verdict.value,
        )
        for outcome in report.exercises
        if outcome.verdict is not Verdict.MANUAL
    ]


def _graded(course: Course, lesson_id: str, pushed: Path, *, unsandboxed: bool) -> Report:
    lesson = load(course, course.find_lesson(lesson_id))
    reason = availability.unavailable()
    if reason and not unsandboxed:
        raise InputError(run_words.class_refused(reason))
    folder = folder_of(pushed.resolve(), lesson.id)
    with open_box(course, [lesson], sandboxed=not reason) as box:
        return grade_file(
            lesson,
            folder / f"{lesson.id}.ipynb",
            box,
            # A student has one repository for an assignment.
            student=os.environ.get("GITHUB_REPOSITORY", "learner"),
            secret=course.secret(),
        ).report
