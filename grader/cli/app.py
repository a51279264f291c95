"""The command line itself: each module beside this one gives it commands."""

from __future__ import annotations

from typing import Annotated

import typer

from grader import __version__
from grader.cli import words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=words.GRADER,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback(help=words.GRADER)
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=words.VERSION)
    ] = False,
) -> None:
    """Take what goes before a command."""
