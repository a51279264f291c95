"""The command that sets up a class."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import words
from grader.cli.app import app
from grader.gradebook.lean import leave_out_slow_imports


@app.command(help=words.SETUP)
def setup(
    *,
    exchange: Annotated[Path | None, typer.Option(help=words.EXCHANGE)] = None,
    course_id: Annotated[str, typer.Option(help=words.COURSE_ID)] = "",
    home: Annotated[list[Path] | None, typer.Option(help=words.HOMES)] = None,
    trial: Annotated[bool, typer.Option(help=words.TRIAL)] = True,
) -> None:
    """Run `grader setup`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.setup.class_setup import set_up  # noqa: PLC0415
    from grader.setup.written import choice  # noqa: PLC0415

    course = course_around(Path.cwd())
    likely, known_id = choice(course)
    if exchange is None:
        exchange = Path(_asked(words.ASK_EXCHANGE, likely))
    course_id = course_id or _asked(words.ASK_COURSE_ID, known_id)
    for said in set_up(course, exchange, course_id, homes=home or [], trial=trial):
        typer.echo(said)


def _asked(question: str, default: str) -> str:
    """Return the answer to a question; where nobody sits, what is most likely."""
    return str(typer.prompt(question, default=default)) if sys.stdin.isatty() else default
