"""The command line itself: each module beside this one gives it commands."""

from __future__ import annotations

from typing import Annotated

import typer

from grader import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build, check and grade the lessons of Backprop by Hand.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build, check and grade the lessons of Backprop by Hand."""
