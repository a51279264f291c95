"""What there is to do for each submission of a class: a Task, or nothing, and the Row says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.course.lesson import Lesson
from grader.gradebook.done import Done
from grader.report.row import Row, refused
from grader.submission.entry import Entry, fingerprint


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One submission to grade; plain data, for whichever process does it.

    Attributes:
        digest: of the lesson by which to grade it.
        content_hash: of all that its grade depends on, as it was planned.
    """

    entry: Entry
    digest: str
    secret: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a class is graded by: its lessons by id, its secret, what confines students' code."""

    lessons: Mapping[str, Lesson]
    secret: str
    sandbox: str

    def task(self, entry: Entry) -> Task:
        """Return the task of grading a submission as it is now."""
        lesson = self.lessons[entry.lesson]
        return Task(
            entry=entry,
            digest=lesson.digest,
            secret=self.secret,
            content_hash=fingerprint(entry, lesson, self.secret, self.sandbox),
        )


def plan(entry: Entry, terms: Terms, done: Done | None) -> Task | Row:
    """Return what there is to do for a submission, or the row of one for which it is nothing.

    Args:
        done: what was graded already; None grades everything.
    """
    if entry.problem:
        return refused(entry, entry.problem, "input")
    task = terms.task(entry)
    report = done.report(entry, task.content_hash) if done else None
    if report is not None:
        return Row(student=entry.student, lesson=entry.lesson, report=report, skipped=True)
    return task
