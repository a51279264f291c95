"""One submission to one Report; many submissions to many Reports, in parallel."""

from __future__ import annotations

import ast
import atexit
import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grader import __version__
from grader.course import Course, Lesson
from grader.errors import GraderError
from grader.judge import judge_lesson
from grader.lesson import Kind
from grader.sandbox import PLOTS, Box
from grader.session import CellRun, Session
from grader.submission import Submission, UnreadableError, read
from grader.verdict import Outcome, Report, Verdict

_PR_SET_PDEATHSIG = 1  # of prctl(2), which Python does not wrap


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A judged submission with what its cells printed; submission is None if it was unreadable."""

    report: Report
    submission: Submission | None
    runs: Sequence[CellRun]


def imports_of(lessons: Sequence[Lesson]) -> list[str]:
    """Return the modules that the lessons' setup cells import, for a box to preload."""
    names: dict[str, None] = {}
    for lesson in lessons:
        for cell in lesson.cells:
            if cell.kind is not Kind.SETUP:
                continue
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    names.update({alias.name: None for alias in node.names})
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names[node.module] = None
                    names.update({f"{node.module}.{alias.name}": None for alias in node.names})
    # earlier.py differs from lesson to lesson: it is read from the working folder.
    return [name for name in names if name.split(".")[0] != "earlier"]


def working_files(lesson: Lesson) -> dict[str, bytes]:
    """Return what lies beside the notebook while it is graded."""
    return {} if lesson.earlier is None else {"earlier.py": lesson.earlier.encode()}


def grade(lesson: Lesson, submission: Submission, box: Box, *, student: str, secret: str) -> Graded:
    """Run and judge one submission in a box."""
    with Session(box, submission.cells, working_files(lesson)) as session:
        runs = session.run()
        report = judge_lesson(
            lesson,
            session,
            student=student,
            secret=secret,
            sources=submission.sources,
            notes=submission.notes,
        )
    return Graded(report=report, submission=submission, runs=runs)


def grade_file(lesson: Lesson, path: Path, box: Box, *, student: str, secret: str) -> Graded:
    """Read, run and judge a submitted notebook; one that cannot be read gets a report too."""
    try:
        submission = read(path, lesson)
    except UnreadableError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Graded(
            report=unreadable(lesson, student, reason, box.name), submission=None, runs=()
        )
    return grade(lesson, submission, box, student=student, secret=secret)


def unreadable(lesson: Lesson, student: str, reason: str, sandbox: str) -> Report:
    """Return the report on a notebook that could not be read: nothing earned, and why."""
    points = {name: exercise.points for name, exercise in lesson.exercises.items()}
    points.update({cell.name: cell.points for cell in lesson.manual})
    return Report(
        lesson=lesson.id,
        student=student,
        exercises=tuple(
            Outcome(id=name, score=0.0, points=worth, verdict=Verdict.MISSING)
            for name, worth in points.items()
        ),
        version=__version__,
        sandbox=sandbox,
        notes=(f"the notebook could not be read: {reason}",),
    )


def open_box(course: Course, lessons: Sequence[Lesson], *, sandboxed: bool) -> Box:
    """Return a box with what these lessons import loaded, and what their notebooks may."""
    return Box(course, preload=[*PLOTS, *imports_of(lessons)], sandboxed=sandboxed)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One submission to grade; number is its place in the answer."""

    number: int
    lesson: str
    student: str
    path: Path
    secret: str


class _Worker:
    """A worker process's own box and lessons; made once, after the fork."""

    current: _Worker

    def __init__(self, course: Course, lessons: Mapping[str, Lesson], *, sandboxed: bool) -> None:
        self.lessons = lessons
        self.box = open_box(course, list(lessons.values()), sandboxed=sandboxed)
        atexit.register(self.box.close)


def _start_worker(course: Course, lessons: Mapping[str, Lesson], sandboxed: bool) -> None:
    # Ctrl-C is for the parent, which ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_the_parent()
    _Worker.current = _Worker(course, lessons, sandboxed=sandboxed)


def _end_with_the_parent() -> None:
    """End this worker and its box when the parent is killed: else both would wait for ever."""
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        # It was killed before the kernel knew whom to tell.
        _leave()


def _leave(*_: object) -> None:
    worker = getattr(_Worker, "current", None)
    if worker is not None:
        worker.box.close()
    os._exit(1)


def _warm_up() -> None:
    # What goes wrong here goes wrong again with the first task, which can tell of it.
    with contextlib.suppress(GraderError):
        _Worker.current.box.wait_warm()


def _work(task: Task) -> Graded | GraderError:
    worker = _Worker.current
    lesson = worker.lessons[task.lesson]
    try:
        return grade_file(lesson, task.path, worker.box, student=task.student, secret=task.secret)
    except GraderError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
        return GraderError(f"{type(error).__name__}: {error}")


class Workers:
    """Worker processes with a box each, which warm up as soon as they are made."""

    def __init__(
        self, course: Course, lessons: Mapping[str, Lesson], *, jobs: int, sandboxed: bool = True
    ) -> None:
        """Start the workers; returns before they are warm."""
        self._pool = ProcessPoolExecutor(
            max_workers=jobs,
            mp_context=multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn"),
            initializer=_start_worker,
            initargs=(course, lessons, sandboxed),
        )
        for _ in range(jobs):
            self._pool.submit(_warm_up)

    def grade(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Graded | GraderError]]:
        """Grade submissions in parallel.

        Yields:
            Each task with its graded submission, or the grader's own fault, as they finish.
        """
        try:
            waiting = {self._pool.submit(_work, task): task for task in tasks}
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BrokenProcessPool as error:
            raise GraderError(
                "a worker process ended unexpectedly; run 'grader doctor', then run this "
                "again: what is graded so far is kept"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
