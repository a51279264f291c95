"""Every failure is one line and an exit code: 1 bad input, 2 the grader's own fault."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

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
        typer.echo(one_line(f"grader: {error}"), err=True)
        sys.exit(1)
    except GraderError as error:
        typer.echo(one_line(f"grader: the grader's own fault: {error}"), err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback; a developer can
        typer.echo(
            f"grader: the grader's own fault: {type(error).__name__}: {error}; {_kept_details()}",
            err=True,
        )
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
        return f"the details could not be written ({error.strerror})"
    return f"the details are in {name}"
