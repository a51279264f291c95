"""Grade a class: what is in class/submitted goes into the gradebook, in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.errors import InputError
from grader.gradebook.disk import refusals_told
from grader.gradebook.done import Done
from grader.gradebook.folders import Autograded
from grader.gradebook.lean import import_gradebook, uncollected
from grader.report.row import Row
from grader.run import words
from grader.run.crew import Crew, Result
from grader.run.one import imports_of
from grader.run.plan import Task, Terms, plan
from grader.run.record import record
from grader.run.workers import Workers
from grader.sandbox import availability
from grader.submission.entry import Entry
from grader.submission.submitted import entries

if TYPE_CHECKING:
    from grader.gradebook.recorder import Recorder


_TOGETHER = 8  # reports that are recorded at one time, at most
Watcher = Callable[[int, int], None]


def _say_nothing(_done: int, _total: int) -> None:
    """Watch without a word."""


def grade_class(
    course: Course,
    *,
    lessons: Sequence[str] = (),
    students: Sequence[str] = (),
    jobs: int | None = None,
    force: bool = False,
    sandboxed: bool = True,
    scheduler: str = "",
    watch: Watcher = _say_nothing,
    say: Callable[[str], None] = lambda _line: None,
) -> list[Row]:
    """Grade a class into its gradebook; what has not changed is skipped.

    Args:
        jobs: worker processes; one a core by default.
        force: grade what has not changed, too.
        sandboxed: False runs other people's code without a sandbox.
        scheduler: the address of a Dask scheduler, whose workers then grade; "" grades here.
        watch: told how many of how many are done.
        say: told in a line which of them takes no work, and why.

    Raises:
        InputError: there is nothing to grade, no sandbox, or no usable gradebook.
        GraderError: the grader's own fault.
    """
    reason = availability.unavailable()
    if sandboxed and reason and not scheduler:
        raise InputError(words.class_refused(reason))
    if scheduler and jobs:
        raise InputError(words.JOBS_OF_A_CLUSTER)
    found = entries(course, lessons, students)
    by_id = {
        name: load(course, name) for name in sorted({e.lesson for e in found if not e.problem})
    }
    crew = _crew(
        course,
        by_id,
        jobs=min(jobs or os.cpu_count() or 1, len(found)),
        scheduler=scheduler,
        sandboxed=sandboxed,
        say=say,
    )
    with ExitStack() as stack:
        workers = stack.enter_context(crew)
        autograded = Autograded(course)
        held = [autograded.holds(entry) for entry in found if not entry.problem]
        if force or not all(held):
            workers.warm_up()
        opened = cache(lambda: stack.enter_context(_recorder(course, by_id.values())))
        with refusals_told(course.class_folder):
            secret = course.make_secret()
        # What grades elsewhere has a sandbox although there may be none here.
        sandbox = reason if scheduler and reason else availability.describe(sandboxed=sandboxed)
        terms = Terms(lessons=by_id, secret=secret, sandbox=sandbox)
        # Where nothing was graded yet, the gradebook has no say in what there is to do.
        anew = force or not any(held)
        marks = {} if anew else opened().marks()
        tasks, rows = _planned(found, terms, None if anew else Done(autograded, marks))
        watch(0, len(tasks))
        if tasks:
            workers.meanwhile(_import_recorder)
        results = workers.grade(tasks)
        # All are at work by then, and have some ahead: nobody waits while the gradebook is opened.
        first = list(islice(results, 1))
        recorder = opened()
        finished: list[tuple[Task, Result]] = []
        for count, one in enumerate(chain(first, results), start=1):
            finished.append(one)
            # What comes in a moment is recorded with it: a commit waits for the disk.
            if len(finished) >= _TOGETHER or not workers.more_soon():
                rows |= record(finished, terms, recorder)
                finished = []
            watch(count, len(tasks))
        rows |= record(finished, terms, recorder)
        if tasks:
            marks = recorder.marks()
    return [
        replace(rows[entry], marks=marks.get((entry.student, entry.lesson)))
        if rows[entry].report
        else rows[entry]
        for entry in found
    ]


def _crew(
    course: Course,
    lessons: Mapping[str, Lesson],
    *,
    jobs: int,
    scheduler: str,
    sandboxed: bool,
    say: Callable[[str], None],
) -> Crew:
    """Return who grades: this machine, or those of a cluster."""
    preload = imports_of(lessons.values())
    if not scheduler:
        return Workers(course, preload, jobs=jobs, sandboxed=sandboxed)
    with uncollected():
        from grader.run.cluster import Cluster  # noqa: PLC0415 - it loads Dask

    return Cluster(
        course, preload, address=scheduler, lessons=lessons, sandboxed=sandboxed, say=say
    )


def _planned(
    found: Sequence[Entry], terms: Terms, done: Done | None
) -> tuple[list[Task], dict[Entry, Row]]:
    """Return what there is to do, and the rows of those for which it is nothing."""
    tasks: list[Task] = []
    rows: dict[Entry, Row] = {}
    for entry in found:
        planned = plan(entry, terms, done)
        if isinstance(planned, Row):
            rows[entry] = planned
        else:
            tasks.append(planned)
    return tasks, rows


def _import_recorder() -> None:
    # Here, and not above: it takes half a second, in which the boxes warm up.
    import_gradebook()
    from grader.gradebook import recorder  # noqa: F401, PLC0415


@contextmanager
def _recorder(course: Course, lessons: Iterable[Lesson]) -> Iterator[Recorder]:
    """Open the gradebook, which then knows these lessons."""
    import_gradebook()
    from grader.gradebook.recorder import open_recorder  # noqa: PLC0415

    with open_recorder(course) as recorder:
        for lesson in lessons:
            recorder.register(lesson)
        yield recorder
