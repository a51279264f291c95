"""Every failure is one line and an exit code: 1 bad input, 2 the grader's own fault."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from grader.cli import words
from grader.errors import AuthorError, GraderError, InputError
from grader.report.harmless import one_line


def guarded(run: Callable[[], object]) -> None:
    """Run something; turn every failure into one line and an exit code."""
    try:
        run()
    except AuthorError as error:
        # Each line begins with file:line, which editors can jump to.
        typer.echo(str(error).replace(f"{Path.cwd()}{os.sep}", ""), err=True)
        sys.exit(1)
    except InputError as error:
        typer.echo(one_line(words.error(error)), err=True)
        sys.exit(1)
    except GraderError as error:
        typer.echo(one_line(words.own_fault(error)), err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback; a developer can
        typer.echo(words.unexpected_fault(error, _kept_details()), err=True)
        sys.exit(2)
    except SystemExit as done:
        # 2 is what the command line's library says to a wrong option or a missing argument.
        sys.exit(1 if done.code == 2 else done.code)


def _kept_details() -> str:
    """Write the traceback to a file of its own; the fault may be that no file can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="grader-fault-", suffix=".log", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(traceback.format_exc())
    except OSError as error:
        return words.details_not_written(error.strerror)
    return words.details_in(name)
