"""What a cluster costs: the same class by two workers of this machine, and by two of Dask's.

`bench(results)` is called by bench/run.py; CLUSTER_STUDENTS sets the class's size.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import run as stage  # noqa: E402 - bench/ is no package

from grader.course.loading import load  # noqa: E402

STUDENTS = int(os.environ.get("CLUSTER_STUDENTS", "30"))
ROUNDS = 3


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
        words = {"here": "--jobs=2", "there": f"--scheduler=tcp://127.0.0.1:{port}"}
        taken: dict[str, list[float]] = {where: [] for where in words}
        try:
            for _ in range(ROUNDS + 1):
                for where, option in words.items():
                    command = ("grader", "grade", "--force", option)
                    taken[where].append(stage.seconds(lambda c=c, k=command: stage.run(c.root, *k)))
        finally:
            for each in started:
                each.kill()
    # The first of each makes the gradebook, or meets workers that know nothing.
    here, there = (statistics.median(taken[where][1:]) for where in words)
    results.add(
        f"a cluster of two workers against --jobs 2, {count} notebooks",
        f"{there / here:.2f} times as long, {there / count * 1e3:.0f} ms a notebook",
        "at most 1.1",
        reached=there / here <= 1.1,
    )
