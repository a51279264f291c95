"""What a cluster costs: the same class by two workers of this machine, and by two of Dask's.

By the clock, and in processor time of all processes, which others on the machine change less.
`bench(results)` is called by bench/run.py; CLUSTER_STUDENTS sets the class's size.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import psutil  # noqa: E402
import run as stage  # noqa: E402 - bench/ is no package

from grader.course.loading import load  # noqa: E402

STUDENTS = int(os.environ.get("CLUSTER_STUDENTS", "30"))
ROUNDS = 3


def processor_seconds(roots: list[int]) -> float:
    """Return what some processes, all that they started, and what this one has waited for took.

    What ended is in the time of whoever waited for it.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = ended.ru_utime + ended.ru_stime
    for root in map(psutil.Process, roots):
        for process in (root, *root.children(recursive=True)):
            taken += sum(process.cpu_times()[:4])
    return taken


def bench(results: Any) -> None:
    """Grade a class in turns here and there; the workers have been sent the lessons before."""
    from tests import cluster  # noqa: PLC0415 - it loads Dask

    with tempfile.TemporaryDirectory(prefix="bench-") as made, stage.course_copy(stock=False) as c:
        folder, port = Path(made), cluster.free_port()
        count = STUDENTS * len(c.lesson_ids())
        for name in c.lesson_ids():
            stage.hand_in(c, load(c, name), STUDENTS)
        started = [cluster.scheduler(folder / "scheduler", port)]
        started += [cluster.worker(folder / f"worker{n}", port) for n in range(2)]
        dask = [each.process.pid for each in started]
        words = {"here": "--jobs=2", "there": f"--scheduler=tcp://127.0.0.1:{port}"}
        # What Dask's processes do while there is nothing for them is no part of grading here.
        roots: dict[str, list[int]] = {"here": [], "there": dask}
        by_clock: dict[str, list[float]] = {where: [] for where in words}
        by_processor: dict[str, list[float]] = {where: [] for where in words}
        try:
            for _ in range(ROUNDS + 1):
                for where, option in words.items():
                    before = processor_seconds(roots[where])
                    command = ("grader", "grade", "--force", option)
                    by_clock[where].append(stage.seconds(grading(c.root, command)))
                    by_processor[where].append(processor_seconds(roots[where]) - before)
        finally:
            for each in started:
                each.kill()
    for what, taken in (("processor time", by_processor), ("the clock", by_clock)):
        # The first of each makes the gradebook, or meets workers that know nothing.
        here, there = (statistics.median(taken[where][1:]) for where in words)
        results.add(
            f"a cluster of two workers against --jobs 2, {count} notebooks, by {what}",
            f"{there / here:.2f} times as long, {there / count * 1e3:.0f} ms a notebook",
            "at most 1.1",
            reached=there / here <= 1.1,
        )


def grading(root: Path, command: tuple[str, ...]) -> Callable[[], None]:
    """Return a deed: grade a class."""
    return lambda: stage.run(root, *command)
