"""Every failure is one line and an exit code: 1 bad input, 2 the grader's own fault."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import click

from grader.cli import words
from grader.errors import AuthorError, GraderError, InputError
from grader.report.harmless import one_line

_INTERRUPTED = 130  # as a shell says it of Ctrl-C


def guarded(run: Callable[[], object]) -> None:
    """Run something; turn every failure into one line and an exit code."""
    try:
        run()
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except click.Abort:
        sys.exit(_INTERRUPTED)
    except AuthorError as error:
        # Each line begins with file:line, which editors can jump to.
        click.echo(str(error).replace(f"{Path.cwd()}{os.sep}", ""), err=True)
        sys.exit(1)
    except InputError as error:
        click.echo(one_line(words.error(error)), err=True)
        sys.exit(1)
    except GraderError as error:
        click.echo(one_line(words.own_fault(error)), err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback; a developer can
        click.echo(words.unexpected_fault(error, _kept_details()), err=True)
        sys.exit(2)


def _kept_details() -> str:
    """Write the traceback to a file of its own; the fault may be that no file can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="grader-fault-", suffix=".log", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(traceback.format_exc())
    except OSError as error:
        return words.details_not_written(error.strerror)
    return words.details_in(name)
