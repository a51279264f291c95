"""The program `grader`: every command, guarded."""

from grader.cli import classes, lessons, school
from grader.cli.app import app
from grader.cli.guard import guarded

__all__ = ["app", "classes", "lessons", "main", "school"]


def main() -> None:
    """Run the command line."""
    guarded(app)
