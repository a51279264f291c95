"""What became of tasks goes into the gradebook, and into rows of the class's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.errors import GraderError, InputError
from grader.gradebook.finished import Finished
from grader.report.graded import Graded
from grader.report.row import Row, brief, refused
from grader.run import words
from grader.run.crew import Result
from grader.run.plan import Task, Terms
from grader.submission.entry import Entry

if TYPE_CHECKING:
    # It loads nbgrader, which the boxes need not wait for.
    from grader.gradebook.recorder import Recorder


def record(
    finished: Sequence[tuple[Task, Result]], terms: Terms, recorder: Recorder
) -> dict[Entry, Row]:
    """Record graded submissions; whatever stands against one is told in its row.

    Raises:
        StopError: nothing can be recorded any more.
    """
    rows: dict[Entry, Row] = {}
    graded: list[Finished] = []
    for task, result in finished:
        entry = task.entry
        if terms.task(entry) != task:
            changed = words.submission_changed(entry.folder)
            rows[entry] = refused(entry, changed, "input")
        elif isinstance(result, Graded):
            lesson = terms.lessons[entry.lesson]
            graded.append(
                Finished(entry=entry, graded=result, lesson=lesson, content_hash=task.content_hash)
            )
        else:
            rows[entry] = _refused(entry, result)
    failed = recorder.record_all(graded)
    for one in graded:
        entry, error = one.entry, failed.get(one.entry)
        rows[entry] = (
            Row(student=entry.student, lesson=entry.lesson, report=brief(one.graded.report))
            if error is None
            else _refused(entry, error)
        )
    return rows


def _refused(entry: Entry, error: Exception) -> Row:
    if isinstance(error, InputError):
        return refused(entry, str(error), "input")
    if isinstance(error, GraderError):
        return refused(entry, str(error), "grader")
    # The class goes on; the fault is named, not scored.
    return refused(entry, f"{type(error).__name__}: {error}", "grader")
