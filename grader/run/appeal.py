"""From one student's submission to what was judged and why; no hidden input is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.errors import InputError
from grader.gradebook import sidecar
from grader.gradebook.database import absolute
from grader.gradebook.folders import Autograded
from grader.gradebook.marks import marks_in
from grader.judge.outcome import Report
from grader.report.marks import Marks
from grader.report.words import outcome_lines
from grader.run import words
from grader.submission.cells import UnreadableError
from grader.submission.entry import Entry, fingerprint
from grader.submission.folder import find_notebook
from grader.submission.handed_in import handed_in
from grader.submission.matching import read
from grader.submission.submitted import entries


def evidence(course: Course, student: str, lesson_id: str) -> list[str]:
    """Return in lines what a submission was, how it was judged, and by what.

    Raises:
        InputError: there is no such submission, or it was never graded.
    """
    (entry,) = entries(course, [course.find_lesson(lesson_id)], [student])
    if entry.problem:
        raise InputError(entry.problem)
    lesson, place = load(course, lesson_id), Autograded(course).place(entry)
    report = sidecar.read(place)
    if report is None:
        raise InputError(words.never_graded(student, lesson_id))
    names = course.nbgrader_config().CourseDirectory
    url = absolute(str(names.db_url), course.root)
    marks = marks_in(url, str(names.course_id), [lesson_id]).get((student, lesson_id), Marks())
    now = fingerprint(entry, lesson, course.secret(), report.sandbox)
    same = sidecar.read(place, now) is not None
    return [
        *_about(entry, lesson, marks),
        words.judged_by(report.version, report.sandbox),
        words.SAME if same else words.CHANGED_SINCE,
        *_exercises(entry, lesson, report, marks),
        words.total(marks.score, marks.points, marks.penalty),
    ]


def _about(entry: Entry, lesson: Lesson, marks: Marks) -> Iterator[str]:
    yield words.appeal_of(entry.student, marks.name, entry.lesson)
    try:
        path, notes = find_notebook(entry.folder, lesson)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield words.handed_in_file(path, digest)
        yield from notes
    except (InputError, OSError) as error:
        yield str(error)
    time, note = handed_in(entry.folder)
    if time or note:
        yield note or words.handed_in_at(f"{time:%Y-%m-%d %H:%M:%S}")


def _exercises(entry: Entry, lesson: Lesson, report: Report, marks: Marks) -> Iterator[str]:
    sources = _sources(entry.folder, lesson)
    for outcome in report.exercises:
        yield ""
        yield from outcome_lines(outcome)
        if outcome.cases:
            yield words.groups((case.group, case.verdict) for case in outcome.cases)
        cell = marks.cells.get(f"test_{outcome.id}") or marks.cells.get(outcome.id)
        if cell is not None and cell.manual is not None:
            yield words.by_hand(cell.manual, cell.points)
        if comment := marks.comments.get(outcome.id):
            yield words.comment(comment)
        if outcome.id in sources:
            yield words.JUDGED_CODE
            yield from (f"    {line}" for line in sources[outcome.id].splitlines())


def _sources(folder: Path, lesson: Lesson) -> dict[str, str]:
    try:
        submission = read(find_notebook(folder, lesson)[0], lesson)
    except (InputError, UnreadableError):
        return {}
    answers = {name: answer.source for name, answer in submission.answers.items()}
    return {**submission.sources, **answers, **submission.below}
