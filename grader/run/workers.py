"""Many submissions to many Reports, in parallel."""

from __future__ import annotations

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

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import GraderError
from grader.report.graded import Graded
from grader.run.one import grade_file, open_box

_PR_SET_PDEATHSIG = 1  # of prctl(2), which Python does not wrap


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
