"""class/submitted: who has handed in what, and what there cannot be graded at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.box.wire import encodable
from grader.course.folders import Course
from grader.errors import InputError
from grader.submission import words
from grader.submission.entry import Entry


def entries(course: Course, lessons: Sequence[str], students: Sequence[str]) -> list[Entry]:
    """Return the submissions of a class, in order.

    Raises:
        InputError: there is no class, it is empty, or it cannot be read.
    """
    submitted = course.class_folder / "submitted"
    for lesson in lessons:
        course.find_lesson(lesson)
    try:
        found = list(_entries(submitted))
    except FileNotFoundError as error:
        raise InputError(words.nothing_collected(submitted)) from error
    except OSError as error:
        raise InputError(
            words.class_not_read(error.filename or submitted, error.strerror)
        ) from error
    known = set(course.lesson_ids())
    chosen = [
        entry
        for entry in found
        if (entry.lesson in (lessons or known) or not entry.lesson)
        and (not students or entry.student in students)
    ]
    missing = sorted(set(students) - {entry.student for entry in chosen})
    if missing:
        there = sorted({encodable(entry.student) for entry in found})
        raise InputError(words.no_such_student(missing, submitted, there))
    if not chosen:
        raise InputError(words.nothing_submitted(submitted, lessons))
    return chosen


def _entries(submitted: Path) -> Iterator[Entry]:
    for student in sorted(submitted.iterdir()):
        if student.name.startswith(".") or not student.is_dir():
            continue
        problem = _problem(student)
        try:
            lessons = [] if problem else sorted(filter(Path.is_dir, student.iterdir()))
        except OSError as error:
            lessons, problem = [], words.student_not_read(student, error.strerror)
        if problem:
            yield Entry(student=student.name, lesson="", folder=student, problem=problem)
        for lesson in lessons:
            yield Entry(
                student=student.name,
                lesson=lesson.name,
                folder=lesson,
                problem=_problem(lesson),
            )


def _problem(folder: Path) -> str:
    """Return why a folder in class/submitted is not graded, or ""."""
    if folder.is_symlink():
        return words.folder_is_link(folder)
    try:
        folder.name.encode()
    except UnicodeEncodeError:
        return words.name_not_utf8(encodable(str(folder)))
    return ""
