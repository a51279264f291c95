"""Commands for what happens in a class besides grading: an appeal, a backup."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import words
from grader.cli.app import PATH, app
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line


@app.command(help=words.APPEAL)
@click.argument("student", help=words.ONE_STUDENT)
@click.argument("lesson", help=words.ONE_LESSON)
def appeal(student: str, lesson: str) -> None:
    """Run `grader appeal`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.run.appeal import evidence  # noqa: PLC0415

    for line in evidence(course_around(Path.cwd()), student, lesson):
        click.echo("\n".join(map(one_line, line.split("\n"))))


@app.command(help=words.BACKUP)
@click.argument("archive", type=PATH, default=Path("class-backup.tar.gz"), help=words.ARCHIVE)
def backup(archive: Path) -> None:
    """Run `grader backup`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.gradebook.backup import back_up  # noqa: PLC0415

    for said in back_up(course_around(Path.cwd()), archive):
        click.echo(one_line(said), err=True)
    click.echo(one_line(words.backed_up(archive)))


@app.command(help=words.RESTORE)
@click.argument("archive", type=PATH, help=words.ARCHIVE)
@click.option("--force", is_flag=True, help=words.MOVE_ASIDE)
def restore(archive: Path, *, force: bool) -> None:
    """Run `grader restore`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.gradebook.backup import restore as put_back  # noqa: PLC0415

    aside = put_back(course_around(Path.cwd()), archive, force=force)
    click.echo(one_line(words.restored(archive, aside)))
