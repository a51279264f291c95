"""One post on a worker's machine: a process that grades what it is sent, with a box of its own.

`python -m grader.run.post DESCRIPTOR` talks through a socket that it inherits.  It tries out the
sandbox first, then grades one submission at a time, as a worker of this machine alone does.
Whoever started it need not be able to fork, as Dask's process, full of threads, is not.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from grader.course.folders import Course
from grader.run.workers import Workers
from grader.sandbox.doctor import examine
from grader.sandbox.words import found


@dataclass(frozen=True, kw_only=True)
class About:
    """What a post is told.

    Attributes:
        tried: whether the sandbox was tried out on this machine already.
    """

    root: Path
    preload: Sequence[str]
    sandboxed: bool
    tried: bool


def serve(connection: Connection) -> None:
    """Say what the sandbox does not hold; where it holds everything, grade what comes."""
    about: About = connection.recv()
    course = Course(root=about.root)
    failing: list[str] = []
    if about.sandboxed and not about.tried:
        failing = [
            found(f.guarantee, f.seen) for f in examine(course, starving=False) if not f.holds
        ]
    connection.send(failing)
    if failing:
        return
    with Workers(course, about.preload, jobs=1, sandboxed=about.sandboxed, pinned=False) as workers:
        workers.warm_up()
        while True:
            for _, result in workers.grade([connection.recv()]):
                connection.send(result)


def main() -> None:
    """Serve until the other end hangs up."""
    # Ctrl-C is for those who started this; they hang up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        serve(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
