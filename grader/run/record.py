"""What became of a task goes into the gradebook, and into a row of the class's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import GraderError, InputError, StopError
from grader.report.row import Row, brief, refused
from grader.run import words
from grader.run.crew import Result
from grader.run.plan import Task, Terms

if TYPE_CHECKING:
    # It loads nbgrader, which the boxes need not wait for.
    from grader.gradebook.recorder import Recorder


def record(task: Task, result: Result, terms: Terms, recorder: Recorder) -> Row:
    """Record a graded submission; whatever stands against it is told in its row.

    Raises:
        StopError: nothing can be recorded any more.
    """
    entry = task.entry
    if terms.task(entry) != task:
        return refused(entry, words.submission_changed(entry.folder), "input")
    if isinstance(result, InputError):
        return refused(entry, str(result), "input")
    if isinstance(result, GraderError):
        return refused(entry, str(result), "grader")
    try:
        recorder.record(entry, result, terms.lessons[entry.lesson], task.content_hash)
    except StopError:
        raise
    except InputError as error:
        return refused(entry, str(error), "input")
    except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
        return refused(entry, f"{type(error).__name__}: {error}", "grader")
    return Row(student=entry.student, lesson=entry.lesson, report=brief(result.report))
