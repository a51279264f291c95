"""What grading again would change, and for whom, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.errors import GraderError, InputError
from grader.gradebook import sidecar
from grader.gradebook.database import absolute
from grader.gradebook.folders import Autograded
from grader.gradebook.marks import marks_in
from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.marks import Marks
from grader.run import words
from grader.run.one import imports_of
from grader.run.plan import Task, Terms
from grader.run.workers import Workers
from grader.sandbox import availability
from grader.submission.entry import Entry
from grader.submission.submitted import entries


def preview(
    course: Course,
    *,
    lessons: Sequence[str] = (),
    students: Sequence[str] = (),
    jobs: int | None = None,
    force: bool = False,
    watch: Callable[[int, int], None],
) -> list[str]:
    """Grade what has changed, or whose lesson has, and write nothing.

    Args:
        force: judge what is unchanged as well.

    Returns:
        A line for each exercise whose points or verdict would change, for each submission that
        was not graded yet or cannot be, and how many there are.

    Raises:
        InputError: there is nothing to grade, no sandbox, or no usable gradebook.
    """
    if reason := availability.unavailable():
        raise InputError(words.class_refused(reason))
    found = entries(course, lessons, students)
    said = [words.not_gradable(e.student, e.lesson, e.problem) for e in found if e.problem]
    found = [entry for entry in found if not entry.problem]
    by_id = {name: load(course, name) for name in sorted({entry.lesson for entry in found})}
    terms = Terms(
        lessons=by_id,
        secret=course.secret(),
        sandbox=availability.describe(sandboxed=True),
    )
    graded = Autograded(course)
    tasks = [
        task
        for task in map(terms.task, found)
        if force or sidecar.read(graded.place(task.entry), task.content_hash) is None
    ]
    marks = _marks(course, list(by_id))
    said += [line for lesson in by_id.values() for line in _other_cells(lesson, marks)]
    changed = 0
    watch(0, len(tasks))
    jobs = min(jobs or os.cpu_count() or 1, max(1, len(tasks)))
    with Workers(course, imports_of(by_id.values()), jobs=jobs) as workers:
        for count, (task, result) in enumerate(workers.grade(tasks), start=1):
            if isinstance(result, InputError | GraderError):
                entry = task.entry
                said.append(words.not_gradable(entry.student, entry.lesson, str(result)))
            else:
                lines = list(_changes(task, result.report, graded, marks))
                said += lines
                changed += bool(lines)
            watch(count, len(tasks))
    return [*sorted(said), words.previewed(len(found), changed)]


def _changes(
    task: Task, new: Report, graded: Autograded, marks: dict[tuple[str, str], Marks]
) -> Iterator[str]:
    entry = task.entry
    old = sidecar.read(graded.place(entry))
    if old is None:
        yield words.new_submission(entry.student, entry.lesson, new.score, new.max_score)
        return
    before = {outcome.id: outcome for outcome in old.exercises}
    for outcome in new.exercises:
        was = before.get(outcome.id)
        if was is not None and _known_by(was) == _known_by(outcome):
            continue
        cell = marks[_key(entry)].cells.get(f"test_{outcome.id}") if _key(entry) in marks else None
        yield words.would_change(
            entry.student,
            entry.lesson,
            outcome,
            was,
            by_hand=cell is not None and cell.manual is not None,
        )


def _known_by(outcome: Outcome) -> tuple[float, float, Verdict]:
    return outcome.score, outcome.points, outcome.verdict


def _key(entry: Entry) -> tuple[str, str]:
    return entry.student, entry.lesson


def _marks(course: Course, lessons: Sequence[str]) -> dict[tuple[str, str], Marks]:
    """Return what the gradebook holds; nothing where there is none, and none is made."""
    names = course.nbgrader_config().CourseDirectory
    url = absolute(str(names.db_url), course.root)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return {}
    return marks_in(url, str(names.course_id), lessons)


def _other_cells(lesson: Lesson, marks: dict[tuple[str, str], Marks]) -> Iterator[str]:
    """Yield what a person must hear before a lesson with other exercises is graded."""
    ours = {c.grade_id for c in lesson.cells if c.kind in (Kind.TEST, Kind.MANUAL)}
    for (_student, name), known in marks.items():
        if name == lesson.id and (other := ours ^ set(known.cells)):
            yield words.other_cells(lesson.id, sorted(other))
            return
