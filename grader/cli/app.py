"""The command line itself: each module beside this one gives it commands.

Modules here import what takes long where a command runs: all of them are loaded for any one.
"""

from __future__ import annotations

from pathlib import Path

import click

from grader import __version__
from grader.cli import words

PATH = click.Path(path_type=Path)


class _Command(click.Command):
    """A command whose help is one sentence, and stands whole in the list of all commands."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - lines are broken there
        """Return the sentence."""
        return self.help or ""


class _Commands(click.Group):
    command_class = _Command


@click.group(cls=_Commands, help=words.GRADER, context_settings={"show_default": True})
@click.version_option(__version__, message="grader %(version)s", help=words.VERSION)
def app() -> None:
    """Take what goes before a command."""
