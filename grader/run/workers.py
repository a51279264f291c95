"""Many submissions to many Reports, in parallel."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Self

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import kept
from grader.errors import GraderError, InputError
from grader.run import words
from grader.run.crew import Result
from grader.run.one import grade_file
from grader.run.plan import Task
from grader.sandbox import apart, scratch
from grader.sandbox.box import Box
from grader.sandbox.limits import Limits

# Of one submission: what it runs is stopped before, and the judge's own work ends here, too.
HELD_SECONDS = Limits().total_seconds
_MOMENT = 0.1  # seconds
_AHEAD = 4  # tasks that a worker is sent while it is at another: as long as a slow disk takes


@dataclass(frozen=True, kw_only=True)
class _About:
    """What all workers are told; place is a folder for all that is temporary."""

    place: Path
    course: Course
    preload: Sequence[str]
    sandboxed: bool


class _Worker:
    """A worker process's own box."""

    def __init__(self, course: Course, box: Box) -> None:
        self._course, self._box = course, box

    def lesson(self, task: Task) -> Lesson:
        """Return the lesson by which to grade; loaded here, for it cannot be sent.

        Raises:
            InputError: it is not the one for which the task was planned any more.
        """
        found = kept(self._course, task.entry.lesson, task.digest)
        if found.digest != task.digest:
            raise InputError(words.lesson_changed(found.id))
        return found

    def work(self, task: Task) -> Result:
        """Grade one submission; the kernel ends this process where that takes too long."""
        entry = task.entry
        signal.setitimer(signal.ITIMER_REAL, HELD_SECONDS)
        try:
            return grade_file(
                self.lesson(task),
                entry.notebook,
                self._box,
                student=entry.student,
                secret=task.secret,
            )
        except (InputError, GraderError) as error:
            return error
        except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
            return GraderError(f"{type(error).__name__}: {error}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _serve(connection: Connection, core: int | None, about: _About) -> None:
    """Be a worker: grade what comes, until there is no more."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    _take_turns()
    if about.sandboxed:
        apart.enter(about.place)
    # Ctrl-C is for the parent, which ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _end_with_the_parent()
    with contextlib.ExitStack() as stack:
        try:
            box = stack.enter_context(
                Box(about.course, preload=about.preload, sandboxed=about.sandboxed)
            )
            worker = _Worker(about.course, box)
        except GraderError as error:
            _refuse_all(connection, error)
            return
        # What goes wrong here goes wrong again with the first task, which can tell of it.
        with contextlib.suppress(GraderError):
            box.wait_warm()
        # What is loaded stays: no collection of garbage need go through it again.
        gc.freeze()
        # The parent hangs up where it is interrupted.
        with contextlib.suppress(EOFError, OSError):
            while (task := connection.recv()) is not None:
                connection.send(worker.work(task))
                if not connection.poll():
                    # Nobody waits: nothing of the last one need lie there meanwhile.
                    box.bury()


def _take_turns() -> None:
    """Let neither this worker nor its box take a processor as soon as it could go on.

    The box answers several questions in a row, and the judge reads the answers at one time.
    """
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _refuse_all(connection: Connection, error: GraderError) -> None:
    """Answer every task with what keeps this worker from any."""
    with contextlib.suppress(EOFError, OSError):
        while connection.recv() is not None:
            connection.send(error)


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


def _freest(taken: Sequence[int | None]) -> int | None:
    """Return the processor that the fewest workers keep to; None where none can be kept to.

    A submission with hundreds of threads then has its own worker's, and no other's.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    return min(sorted(os.sched_getaffinity(0)), key=taken.count)


@dataclass(frozen=True, kw_only=True)
class _Hand:
    """A worker as the parent sees it.

    Attributes:
        given: the tasks that it was sent and has not answered, first the one it is at.
        core: the processor that it and its box keep to.
    """

    process: BaseProcess
    connection: Connection
    given: deque[Task]
    core: int | None

    def give(self, task: Task) -> None:
        self.given.append(task)
        # One that has died meanwhile is noticed where its answer is waited for.
        with contextlib.suppress(OSError):
            self.connection.send(task)

    def answer(self) -> Result | None:
        """Return what became of its first task; None if the worker has died over it."""
        try:
            result: Result = self.connection.recv()
        except (EOFError, OSError):
            return None
        return result

    def close(self) -> None:
        """Let it end in order, after the task it is at."""
        with contextlib.suppress(OSError):
            self.connection.send(None)
        self.connection.close()

    def died(self) -> InputError | GraderError:
        """Return what is told of the task that it was at."""
        self.connection.close()
        self.process.join()
        if self.process.exitcode == -signal.SIGALRM:
            return InputError(words.held_too_long(HELD_SECONDS))
        return GraderError(words.WORKER_ENDED)


class Workers:
    """Worker processes with a box each; they start when they are first needed.

    What crosses to them and back can be pickled, however they start.  Each is sent a few tasks
    ahead, and what has come is yielded before more is read: so many are held here, and no
    more.  One that dies costs the submission that it was at, and another takes its place.
    """

    def __init__(
        self,
        course: Course,
        preload: Sequence[str],
        *,
        jobs: int,
        sandboxed: bool = True,
        pinned: bool = True,
    ) -> None:
        """Prepare the workers.

        Args:
            preload: modules that lessons import.
            jobs: how many workers.
            pinned: whether each keeps to a processor; not where others share out the machine.
        """
        # What the program has chosen holds.  Left to itself, it forks where that is safe: a
        # worker then has all that this process has loaded.
        chosen = multiprocessing.get_start_method(allow_none=True)
        self._context = multiprocessing.get_context(
            chosen or ("fork" if sys.platform == "linux" else "spawn")
        )
        self._jobs, self._pinned = jobs, pinned
        self._place = Path(tempfile.mkdtemp(prefix="grader-box-"))
        self._claim = scratch.claim(self._place)
        self._about = _About(place=self._place, course=course, preload=preload, sandboxed=sandboxed)
        self._hands: list[_Hand] = []
        self._found: deque[tuple[Task, Result]] = deque()

    def warm_up(self) -> None:
        """Start the workers and their boxes; returns before they are warm."""
        while len(self._hands) < self._jobs:
            ours, theirs = self._context.Pipe()
            core = _freest([hand.core for hand in self._hands]) if self._pinned else None
            process = self._context.Process(target=_serve, args=(theirs, core, self._about))  # type: ignore[attr-defined]
            process.start()
            theirs.close()
            self._hands.append(_Hand(process=process, connection=ours, given=deque(), core=core))

    def meanwhile(self, load: Callable[[], None]) -> None:
        """Import modules while the boxes warm up; a thread might hold a lock as a worker forks."""
        load()

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Grade submissions in parallel.

        Yields:
            Each task with what became of it, as they finish.
        """
        waiting = deque(tasks)
        self._hand_out(waiting)
        while any(hand.given for hand in self._hands):
            busy = {hand.connection: hand for hand in self._hands if hand.given}
            for ready in wait(list(busy)):
                hand = busy[ready]  # type: ignore[index]
                task, result = hand.given[0], hand.answer()
                if result is None:
                    self._hands.remove(hand)
                    waiting.extendleft(reversed(list(hand.given)[1:]))
                    result = hand.died()
                else:
                    hand.given.popleft()
                self._found.append((task, result))
            # Before anything is made of these: nobody waits meanwhile.
            self._hand_out(waiting)
            while self._found:
                yield self._found.popleft()

    def _hand_out(self, waiting: deque[Task]) -> None:
        """Give each worker what it is at next, and some ahead while there is enough for all."""
        if waiting:
            self.warm_up()
        for _ in range(1 + _AHEAD):
            for hand in self._hands:
                if waiting and len(hand.given) <= min(_AHEAD, len(waiting) // len(self._hands)):
                    hand.give(waiting.popleft())

    def more_soon(self) -> bool:
        """Whether what `grade` yields next is at hand, or is within a moment, which this waits."""
        busy = [hand.connection for hand in self._hands if hand.given]
        return bool(self._found or (busy and wait(busy, _MOMENT)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.close()
        for hand in self._hands:
            hand.process.join()
        scratch.empty(self._place)
        self._place.rmdir()
        os.close(self._claim)
