"""The command that tells what a class gets wrong."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import words
from grader.cli.app import app
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line


@app.command(help=words.REPORT)
@click.argument("lesson", required=False, help=words.LESSON)
@click.option("--anonymous", is_flag=True, help=words.ANONYMOUS)
def report(lesson: str | None, *, anonymous: bool) -> None:
    """Run `grader report`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.run.class_report import write_report  # noqa: PLC0415

    for path in write_report(course_around(Path.cwd()), lesson, anonymous=anonymous):
        click.echo(one_line(words.wrote(path)))
