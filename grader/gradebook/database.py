"""nbgrader's gradebook as a database: opened safely, its complaints told in one line.

A new SQLite gradebook is made beside its place and renamed, so that nobody
meets a half-made one; a database of something else is left as it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from grader.errors import InputError

_SQLITE = "sqlite:///"
_ADVICE = {
    "locked": "close Formgrader and other nbgrader commands, then run this again",
    "full": "free some space, then run this again; nothing graded so far is lost",
    "disk I/O": "check the disk and its free space, then run this again; nothing graded so far "
    "is lost",
    "readonly": "check the permissions of the file and its folder",
    "unable to open": "check the permissions of the file and its folder",
    "no such": "another version of nbgrader made it: copy it, then run 'nbgrader db upgrade'",
}
_OTHERWISE = "move it away and restore a backup, or delete it to begin anew"


def open_gradebook(url: str, course_id: str) -> Gradebook:
    """Open a gradebook, made anew where there is none.

    Raises:
        InputError: it is a database of something else, or alembic is missing.
        SQLAlchemyError, OSError: see `readable_errors`.
    """
    path = _file(url)
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        _make(path, course_id)
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables and "submitted_assignment" not in tables:
        raise InputError(
            f"{url}: is a database of something else, with the tables {', '.join(tables[:3])}; "
            "move it away, or correct db_url in nbgrader_config.py"
        )
    return Gradebook(url, course_id)


def _file(url: str) -> Path | None:
    """Return the file of an SQLite database's address; None if it has none."""
    if not url.startswith(_SQLITE):
        return None
    name = url.removeprefix(_SQLITE).partition("?")[0]
    return Path(name) if name and not name.startswith((":", "file:")) else None


def _make(path: Path, course_id: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    journal = beside.with_name(f"{beside.name}-journal")
    # Killed earlier, a journal would be played back into the new file.
    for left in (beside, journal):
        left.unlink(missing_ok=True)
    before = os.environ.get("PATH", os.defpath)
    # nbgrader starts alembic by its name, also where this environment is not activated.
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{before}"
    try:
        Gradebook(f"{_SQLITE}{beside}", course_id).close()
        beside.replace(path)
    except FileNotFoundError as error:
        if error.filename != "alembic":
            raise
        raise InputError(
            "alembic, with which nbgrader makes its gradebook, is not found; "
            "run 'pip install alembic'"
        ) from error
    finally:
        os.environ["PATH"] = before
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def readable_errors(url: str, folder: Path, undo: Callable[[], object]) -> Iterator[None]:
    """Turn what a database or a disk says into one line; undo what was begun.

    Args:
        url: the database's address, for the message.
        folder: what could not be written, where the disk does not say.
    """
    try:
        yield
    except DatabaseError as error:
        undo()
        reason = str(error.orig)
        advice = next((text for word, text in _ADVICE.items() if word in reason), _OTHERWISE)
        raise InputError(f"{url}: cannot be used ({reason}); {advice}") from error
    except SQLAlchemyError as error:
        undo()
        raise InputError(f"{url}: cannot be used ({error})") from error
    except OSError as error:
        undo()
        raise InputError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); free some space "
            "or check the permissions, then run this again; nothing graded so far is lost"
        ) from error
    except BaseException:
        undo()
        raise


def lock(path: Path) -> IO[Any]:
    """Lock a class for one 'grader grade' at a time; the lock ends with the file, or the process.

    Raises:
        InputError: another one is at work.
    """
    import fcntl  # noqa: PLC0415 - not on Windows, where nothing is graded

    file = path.open("a", encoding="ascii")
    try:
        # Not flock, which worker processes would inherit, and hold when this one is killed.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system that knows no locks lets two run at once; there is nothing to be done.
        if error.errno in (errno.EAGAIN, errno.EACCES):
            file.close()
            raise InputError(
                f"{path.parent}: another 'grader grade' is at work here; wait for it to end, "
                "then run this again"
            ) from error
    return file
