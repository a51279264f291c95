"""The program `grader`: every command, guarded."""

import os
from functools import partial

from grader.cli import care, classes, lessons, report, school, setup
from grader.cli.app import app
from grader.cli.guard import guarded

__all__ = ["app", "care", "classes", "lessons", "main", "report", "school", "setup"]


def main() -> None:
    """Run the command line."""
    # The grader's arrays are small, and each of its workers has a processor: more threads for a
    # product of matrices, which wait by spinning, would only take it from others.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    guarded(partial(app, standalone_mode=False))
