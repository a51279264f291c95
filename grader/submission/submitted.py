"""class/submitted: who has handed in what, and what there cannot be graded at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.box.wire import encodable
from grader.course.folders import Course
from grader.errors import InputError
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
        raise InputError(
            f"{submitted}: not found; collect submissions first: 'nbgrader collect LESSON'"
        ) from error
    except OSError as error:
        raise InputError(
            f"{error.filename or submitted}: cannot be read ({error.strerror}); check the "
            "folder's permissions"
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
        more = f" and {len(there) - 10} more" if len(there) > 10 else ""
        raise InputError(
            f"no submission of {', '.join(missing)} in {submitted}; "
            f"there are {', '.join(there[:10]) or 'none'}{more}"
        )
    if not chosen:
        raise InputError(
            f"{submitted}: holds no submission of {', '.join(lessons) or 'any lesson'}; collect "
            "submissions first: 'nbgrader collect LESSON'"
        )
    return chosen


def _entries(submitted: Path) -> Iterator[Entry]:
    for student in sorted(submitted.iterdir()):
        if student.name.startswith(".") or not student.is_dir():
            continue
        problem = _problem(student)
        try:
            lessons = [] if problem else sorted(filter(Path.is_dir, student.iterdir()))
        except OSError as error:
            lessons, problem = [], f"{student}: cannot be read ({error.strerror})"
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
        return f"{folder}: is a symbolic link; put the submission itself there"
    try:
        folder.name.encode()
    except UnicodeEncodeError:
        return f"{encodable(str(folder))}: has a name that is not UTF-8; rename it"
    return ""
