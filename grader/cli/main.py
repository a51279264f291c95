"""The program `grader`: every command, guarded."""

from functools import partial

from grader.cli import care, classes, lessons, report, school, setup
from grader.cli.app import app
from grader.cli.guard import guarded

__all__ = ["app", "care", "classes", "lessons", "main", "report", "school", "setup"]


def main() -> None:
    """Run the command line."""
    guarded(partial(app, standalone_mode=False))
