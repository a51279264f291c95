"""The command that sets up a class."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli import words
from grader.cli.app import PATH, app
from grader.gradebook.lean import leave_out_slow_imports


@app.command(help=words.SETUP)
@click.option("--exchange", type=PATH, help=words.EXCHANGE)
@click.option("--course-id", default="", show_default=False, help=words.COURSE_ID)
@click.option("--home", multiple=True, type=PATH, help=words.HOMES)
@click.option("--trial/--no-trial", default=True, help=words.TRIAL)
def setup(*, exchange: Path | None, course_id: str, home: tuple[Path, ...], trial: bool) -> None:
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
    for said in set_up(course, exchange, course_id, homes=list(home), trial=trial):
        click.echo(said)


def _asked(question: str, default: str) -> str:
    """Return the answer to a question; where nobody sits, what is most likely."""
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() else default
