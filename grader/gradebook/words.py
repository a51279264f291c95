"""What an instructor reads of the gradebook: what it refuses, and what to do then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import text as _

NO_RESPONSE = _("No response.")  # nbgrader's own comment

CLOSE_OTHERS = _("close Formgrader and other nbgrader commands, then run this again")
FREE_SPACE = _("free some space, then run this again; nothing graded so far is lost")
CHECK_DISK = _(
    "check the disk and its free space, then run this again; nothing graded so far is lost"
)
CHECK_PERMISSIONS = _("check the permissions of the file and its folder")
UPGRADE = _("another version of nbgrader made it: copy it, then run 'nbgrader db upgrade'")
RESTORE = _("move it away and restore a backup, or delete it to begin anew")
NO_ALEMBIC = _(
    "alembic, with which nbgrader makes its gradebook, is not found; run 'pip install alembic'"
)


def refused(url: str, reason: object, advice: str) -> str:
    return _("{url}: cannot be used ({reason}); {advice}").format(
        url=url, reason=reason, advice=advice
    )


def refused_otherwise(url: str, error: Exception) -> str:
    return _("{url}: cannot be used ({error})").format(url=url, error=error)


def no_driver(url: str, module: str | None) -> str:
    return _(
        "{url}: {module}, which speaks to that database, is not installed; for PostgreSQL: "
        "pip install 'backprop-by-hand[postgresql]', and begin db_url with postgresql+psycopg://"
    ).format(url=url, module=module)


def gone(url: str, reason: str) -> str:
    return _(
        "{url}: the database server refuses or has gone away ({reason}); see that it runs and lets "
        "you in, then run this again: what is recorded so far is kept"
    ).format(url=url, reason=reason)


def overtaken(url: str, reason: str) -> str:
    return _(
        "{url}: others write the same rows again and again ({reason}); run this again: "
        "what is recorded so far is kept"
    ).format(url=url, reason=reason)


def server_refuses(url: str, reason: str) -> str:
    return _("{url}: the database server refuses that ({reason})").format(url=url, reason=reason)


def another_database(url: str, tables: Sequence[str]) -> str:
    return _(
        "{url}: is a database of something else, with the tables {tables}; "
        "move it away, or correct db_url in nbgrader_config.py"
    ).format(url=url, tables=", ".join(tables[:3]))


def locked(folder: Path) -> str:
    return _(
        "{folder}: another 'grader grade' is at work here; wait for it to end, then run this again"
    ).format(folder=folder)


def not_written(path: object, reason: str | None) -> str:
    return _(
        "{path}: cannot be written ({reason}); free some space "
        "or check the permissions, then run this again; nothing graded so far is lost"
    ).format(path=path, reason=reason)


def not_registered(lesson: str, error: Exception) -> str:
    return _(
        "{lesson}: {error}; restore the lesson, or delete its submissions from the gradebook"
    ).format(lesson=lesson, error=error)


# ---------------------------------------------------------------------- a backup

SERVER_KEEPS_IT = _(
    "the gradebook is kept by a database server: back it up there (for PostgreSQL with pg_dump), "
    "and class/ with a copy of the folder"
)


def nothing_to_keep(folder: Path) -> str:
    return _("{folder}: not found; there is nothing to back up").format(folder=folder)


def class_there(folder: Path) -> str:
    return _("{folder}: holds a class; --force moves it aside and restores the backup").format(
        folder=folder
    )


def no_backup(path: Path) -> str:
    return _("{path}: is no backup of a class; expected what 'grader backup' wrote").format(
        path=path
    )


def left_out(path: Path) -> str:
    return _("{path}: is no plain file, and is not in the backup").format(path=path)


def aside(number: int) -> str:
    """Return the name of a class that was moved aside."""
    return _("class before {number}").format(number=number)
