"""Grade a class: what is in class/submitted goes into the gradebook, in parallel."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from grader.box.wire import encodable
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.errors import GraderError, InputError
from grader.gradebook.disk import refusals_told
from grader.gradebook.folders import Autograded
from grader.report.graded import Graded
from grader.report.row import Row
from grader.run.workers import Task, Workers
from grader.sandbox import availability
from grader.submission.entry import Entry, fingerprint

if TYPE_CHECKING:
    from grader.gradebook.recorder import Recorder


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
    reason = availability.unavailable()
    if sandboxed and reason:
        raise InputError(
            f"no sandbox here: {reason}; grade on a machine that has one, or take the risk of "
            "running other people's code with --unsandboxed"
        )
    found = entries(course, lessons, students)
    loaded = {
        name: load(course, name) for name in sorted({e.lesson for e in found if not e.problem})
    }
    with ExitStack() as stack:
        workers = None
        autograded = Autograded(course)
        if force or not all(e.problem or autograded.holds(e) for e in found):
            # Their boxes warm up while this process imports nbgrader.
            jobs = min(jobs or os.cpu_count() or 1, len(found))
            workers = Workers(course, loaded, jobs=jobs, sandboxed=sandboxed)
            stack.enter_context(workers)
        recorder = stack.enter_context(_recorder(course))
        for lesson in loaded.values():
            recorder.register(lesson)
        with refusals_told(course.class_folder):
            secret = course.make_secret()
        name = availability.describe(sandboxed=sandboxed)
        done = recorder.done()
        hashes: dict[int, str] = {}
        rows: dict[int, Row] = {}
        for i, entry in enumerate(found):
            if entry.problem:
                rows[i] = _refused(entry, entry.problem, "input")
                continue
            hashes[i] = fingerprint(entry, loaded[entry.lesson], secret, name)
            report = None if force else done.report(entry, hashes[i])
            if report is not None:
                rows[i] = Row(
                    student=entry.student, lesson=entry.lesson, report=report, skipped=True
                )
        tasks = [
            Task(
                number=i,
                lesson=entry.lesson,
                student=entry.student,
                path=entry.notebook,
                secret=secret,
            )
            for i, entry in enumerate(found)
            if i not in rows
        ]
        tell = watch or _say_nothing
        tell(0, len(tasks))
        if tasks and workers is None:
            jobs = min(jobs or os.cpu_count() or 1, len(tasks))
            workers = stack.enter_context(Workers(course, loaded, jobs=jobs, sandboxed=sandboxed))
        graded_ones = workers.grade(tasks) if workers is not None and tasks else iter(())
        for count, (task, graded) in enumerate(graded_ones, start=1):
            entry = found[task.number]
            lesson = loaded[entry.lesson]
            content_hash = hashes[task.number]
            if fingerprint(entry, lesson, secret, name) != content_hash:
                rows[task.number] = _refused(
                    entry,
                    f"{entry.folder}: changed while it was graded; run this again",
                    "input",
                )
            else:
                rows[task.number] = _record(recorder, entry, graded, lesson, content_hash)
            tell(count, len(tasks))
    return [rows[i] for i in range(len(found))]


def _recorder(course: Course) -> Recorder:
    # jsonschema's check of one kind of address builds a parser as it is imported, which takes
    # longer than all the rest.  Nothing here needs it, and it is optional.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # Imported here: nbgrader takes a second, in which the boxes warm up.
    from grader.gradebook.recorder import open_recorder  # noqa: PLC0415

    return open_recorder(course)


def _record(
    recorder: Recorder,
    entry: Entry,
    graded: Graded | GraderError,
    lesson: Lesson,
    content_hash: str,
) -> Row:
    if isinstance(graded, GraderError):
        return _refused(entry, str(graded), "grader")
    try:
        recorder.record(entry, graded, lesson, content_hash)
    except InputError as error:
        return _refused(entry, str(error), "input")
    except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
        return _refused(entry, f"{type(error).__name__}: {error}", "grader")
    return Row(student=entry.student, lesson=entry.lesson, report=graded.report)


def _refused(entry: Entry, problem: str, fault: str) -> Row:
    return Row(
        student=encodable(entry.student),
        lesson=encodable(entry.lesson),
        report=None,
        problem=problem,
        fault=fault,
    )
