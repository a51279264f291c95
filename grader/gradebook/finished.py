"""What is handed over to be recorded; can be made without loading nbgrader."""

from __future__ import annotations

from dataclasses import dataclass

from grader.course.lesson import Lesson
from grader.report.graded import Graded
from grader.submission.entry import Entry


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A graded submission that is to be recorded."""

    entry: Entry
    graded: Graded
    lesson: Lesson
    content_hash: str
