"""The program `grader`: every command, guarded."""

from grader.cli import classes, lessons
from grader.cli.app import app
from grader.cli.guard import guarded

__all__ = ["app", "classes", "lessons", "main"]


def main() -> None:
    """Run the command line."""
    guarded(app)
