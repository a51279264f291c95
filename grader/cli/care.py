"""Commands for what happens in a class besides grading: an appeal, a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli import words
from grader.cli.app import app
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line


@app.command(help=words.APPEAL)
def appeal(
    student: Annotated[str, typer.Argument(help=words.ONE_STUDENT)],
    lesson: Annotated[str, typer.Argument(help=words.ONE_LESSON)],
) -> None:
    """Run `grader appeal`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.run.appeal import evidence  # noqa: PLC0415

    for line in evidence(course_around(Path.cwd()), student, lesson):
        typer.echo("\n".join(map(one_line, line.split("\n"))))


@app.command(help=words.BACKUP)
def backup(
    archive: Annotated[Path, typer.Argument(help=words.ARCHIVE)] = Path("class-backup.tar.gz"),
) -> None:
    """Run `grader backup`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.gradebook.backup import back_up  # noqa: PLC0415

    for said in back_up(course_around(Path.cwd()), archive):
        typer.echo(one_line(said), err=True)
    typer.echo(one_line(words.backed_up(archive)))


@app.command(help=words.RESTORE)
def restore(
    archive: Annotated[Path, typer.Argument(help=words.ARCHIVE)],
    *,
    force: Annotated[bool, typer.Option("--force", help=words.MOVE_ASIDE)] = False,
) -> None:
    """Run `grader restore`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.gradebook.backup import restore as put_back  # noqa: PLC0415

    aside = put_back(course_around(Path.cwd()), archive, force=force)
    typer.echo(one_line(words.restored(archive, aside)))
