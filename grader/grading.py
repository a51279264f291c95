"""Grade a class: what is in class/submitted goes into the gradebook, in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import sandbox
from grader.course import Course, Lesson
from grader.engine import Graded, Task, grade_all
from grader.errors import InputError
from grader.gradebook import Entry, Recorder, fingerprint


@dataclass(frozen=True, kw_only=True)
class Row:
    """One submission after grading: its report as plain data, or what went wrong.

    Attributes:
        fault: "input" or "grader" where there is no report, else "".
    """

    student: str
    lesson: str
    report: dict[str, Any] | None
    skipped: bool = False
    problem: str = ""
    fault: str = ""


Watcher = Callable[[int, int], None]


def _say_nothing(_done: int, _total: int) -> None:
    """Watch without a word."""


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
        if entry.lesson in (lessons or known) and (not students or entry.student in students)
    ]
    missing = sorted(set(students) - {entry.student for entry in chosen})
    if missing:
        raise InputError(
            f"no submission of {', '.join(missing)} in {submitted}; "
            f"there are {', '.join(sorted({e.student for e in found})) or 'none'}"
        )
    if not chosen:
        raise InputError(
            f"{submitted}: holds no submission of {', '.join(lessons) or 'any lesson'}; collect "
            "submissions first: 'nbgrader collect LESSON'"
        )
    return chosen


def _entries(submitted: Path) -> Iterator[Entry]:
    for student in sorted(submitted.iterdir()):
        if student.name.startswith(".") or student.is_symlink() or not student.is_dir():
            continue
        for lesson in sorted(student.iterdir()):
            if lesson.is_dir() and not lesson.is_symlink():
                yield Entry(student=student.name, lesson=lesson.name, folder=lesson)


def grade_class(
    course: Course,
    *,
    lessons: Sequence[str] = (),
    students: Sequence[str] = (),
    jobs: int | None = None,
    force: bool = False,
    sandboxed: bool = True,
    watch: Watcher | None = None,
) -> list[Row]:
    """Grade a class into its gradebook; what has not changed is skipped.

    Args:
        jobs: worker processes; one a core by default.
        force: grade what has not changed, too.
        sandboxed: False runs other people's code without a sandbox.
        watch: told how many of how many are done.

    Raises:
        InputError: there is nothing to grade, no sandbox, or no usable gradebook.
        GraderError: the grader's own fault.
    """
    reason = sandbox.unavailable()
    if sandboxed and reason:
        raise InputError(
            f"no sandbox here: {reason}; grade on a machine that has one, or take the risk of "
            "running other people's code with --unsandboxed"
        )
    found = entries(course, lessons, students)
    loaded = {name: course.load(name) for name in sorted({entry.lesson for entry in found})}
    secret = course.make_secret()
    config = course.nbgrader_config()
    with Recorder(
        course=course,
        db_url=absolute_url(course, str(config.CourseDirectory.db_url)),
        course_id=str(config.CourseDirectory.course_id),
        config=config,
    ) as recorder:
        for lesson in loaded.values():
            recorder.register(lesson)
        name = sandbox.describe(sandboxed=sandboxed)
        hashes = [fingerprint(e, loaded[e.lesson], secret, name) for e in found]
        rows: dict[int, Row] = {}
        for i, entry in enumerate(found):
            report = None if force else recorder.is_done(entry, hashes[i])
            if report is not None:
                rows[i] = Row(
                    student=entry.student, lesson=entry.lesson, report=report, skipped=True
                )
        tasks = [
            Task(number=i, lesson=entry.lesson, student=entry.student, path=entry.notebook)
            for i, entry in enumerate(found)
            if i not in rows
        ]
        tell = watch or _say_nothing
        tell(0, len(tasks))
        if tasks:
            workers = grade_all(
                course,
                loaded,
                tasks,
                secret=secret,
                jobs=jobs or os.cpu_count() or 1,
                sandboxed=sandboxed,
            )
            for done, (task, graded) in enumerate(workers, start=1):
                entry = found[task.number]
                content_hash = hashes[task.number]
                rows[task.number] = _record(
                    recorder, entry, graded, loaded[entry.lesson], content_hash
                )
                tell(done, len(tasks))
    return [rows[i] for i in range(len(found))]


def _record(
    recorder: Recorder, entry: Entry, graded: Any, lesson: Lesson, content_hash: str
) -> Row:
    if not isinstance(graded, Graded):
        return Row(
            student=entry.student,
            lesson=entry.lesson,
            report=None,
            problem=str(graded),
            fault="grader",
        )
    try:
        recorder.record(entry, graded, lesson, content_hash)
    except InputError as error:
        return Row(
            student=entry.student,
            lesson=entry.lesson,
            report=None,
            problem=str(error),
            fault="input",
        )
    return Row(student=entry.student, lesson=entry.lesson, report=graded.report.to_json())


def absolute_url(course: Course, url: str) -> str:
    """Return a gradebook's address with a relative SQLite path made absolute."""
    prefix = "sqlite:///"
    path = url.removeprefix(prefix)
    if not url.startswith(prefix) or path.startswith("/"):
        return url
    return f"{prefix}{course.root}/{path}"
