"""Many submissions to many Reports, in parallel."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from threading import Thread
from typing import Self

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import kept
from grader.errors import GraderError, InputError
from grader.report.graded import Graded
from grader.run import words
from grader.run.one import grade_file
from grader.run.plan import Task
from grader.sandbox.box import Box

# A graded submission; or that the grader, or what it was given, is at fault.
Result = Graded | InputError | GraderError


class _Worker:
    """A worker process's own box."""

    current: _Worker

    def __init__(self, course: Course, preload: Sequence[str], *, sandboxed: bool) -> None:
        self._course = course
        self.box = Box(course, preload=preload, sandboxed=sandboxed)
        # Not atexit, which a forked worker never comes to.
        Finalize(None, self.box.close, exitpriority=0)

    def lesson(self, task: Task) -> Lesson:
        """Return the lesson by which to grade; loaded here, for it cannot be sent.

        Raises:
            InputError: it is not the one for which the task was planned any more.
        """
        found = kept(self._course, task.entry.lesson, task.digest)
        if found.digest != task.digest:
            raise InputError(words.lesson_changed(found.id))
        return found


def _start_worker(course: Course, preload: Sequence[str], sandboxed: bool) -> None:
    # Ctrl-C is for the parent, which ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_the_parent()
    _Worker.current = _Worker(course, preload, sandboxed=sandboxed)


def _end_with_the_parent() -> None:
    """End this worker when the parent is killed: else it would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    """Wait for the parent's end, then end at once.

    No handler of a signal and no lock is in the way, whatever the main thread is doing.  The box
    notices that nobody holds its other end, kills what it runs, and ends too.
    """
    parent.join()
    os._exit(1)


def _warm_up() -> None:
    # What goes wrong here goes wrong again with the first task, which can tell of it.
    with contextlib.suppress(GraderError):
        _Worker.current.box.wait_warm()


def _work(task: Task) -> Result:
    worker = _Worker.current
    entry = task.entry
    try:
        return grade_file(
            worker.lesson(task),
            entry.notebook,
            worker.box,
            student=entry.student,
            secret=task.secret,
        )
    except (InputError, GraderError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
        return GraderError(f"{type(error).__name__}: {error}")


class Workers:
    """Worker processes with a box each; they start when they are first needed.

    What crosses to them and back can be pickled, however they start.
    """

    def __init__(
        self, course: Course, preload: Sequence[str], *, jobs: int, sandboxed: bool = True
    ) -> None:
        """Prepare the workers.

        Args:
            preload: modules that lessons import.
            jobs: how many workers.
        """
        # What the program has chosen holds.  Left to itself, it forks where that is safe: a
        # worker then has all that this process has loaded.
        chosen = multiprocessing.get_start_method(allow_none=True)
        method = chosen or ("fork" if sys.platform == "linux" else "spawn")
        self._jobs = jobs
        self._pool = ProcessPoolExecutor(
            max_workers=jobs,
            mp_context=multiprocessing.get_context(method),
            initializer=_start_worker,
            initargs=(course, preload, sandboxed),
        )

    def warm_up(self) -> None:
        """Start the workers and their boxes; returns before they are warm."""
        for _ in range(self._jobs):
            self._pool.submit(_warm_up)

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Grade submissions in parallel.

        Yields:
            Each task with what became of it, as they finish.

        Raises:
            GraderError: a worker died.
        """
        try:
            waiting = {self._pool.submit(_work, task): task for task in tasks}
            for done in as_completed(waiting):
                yield waiting.pop(done), done.result()
        except BrokenProcessPool as error:
            raise GraderError(words.WORKER_ENDED) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
