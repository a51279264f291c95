"""nbgrader's gradebook as a database: opened safely, changed by whole transactions.

A new SQLite gradebook is made beside its place and renamed, so that nobody
meets a half-made one; a database of something else is left as it is.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from grader.errors import InputError
from grader.gradebook import words
from grader.gradebook.waiting import wait_for_other_writers

_SQLITE = "sqlite:///"
# What there is to do, by what SQLite says.
_ADVICE = {
    "locked": words.CLOSE_OTHERS,
    "full": words.FREE_SPACE,
    "disk I/O": words.CHECK_DISK,
    "readonly": words.CHECK_PERMISSIONS,
    "unable to open": words.CHECK_PERMISSIONS,
    "no such": words.UPGRADE,
}


class Database:
    """A course's gradebook, open."""

    def __init__(self, url: str, course_id: str) -> None:
        """Open a gradebook, made anew where there is none.

        Raises:
            InputError: it cannot be used, is a database of something else, or alembic is missing.
            OSError: its file cannot be written.
        """
        self.url, self.course_id = url, course_id
        wait_for_other_writers()
        with _refusals_told(url):
            path = _file(url)
            if path is not None and (not path.exists() or path.stat().st_size == 0):
                _make(path, course_id)
            _refuse_another_kind(url)
            self._gradebook = Gradebook(url, course_id)

    @property
    def session(self) -> Any:
        """SQLAlchemy's session, in which all is read and written."""
        return self._gradebook.db

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        """Yield the session; commit what the with block did, or undo all of it.

        Raises:
            InputError: the database refuses.
        """
        with _refusals_told(self.url):
            try:
                yield self.session
                self.session.commit()
            except BaseException:
                with contextlib.suppress(Exception):
                    self.session.rollback()
                raise

    def close(self) -> None:
        """Close the gradebook."""
        self._gradebook.close()


@contextlib.contextmanager
def _refusals_told(url: str) -> Iterator[None]:
    """Turn what a database says into an InputError of one line."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig)
        advice = next((text for word, text in _ADVICE.items() if word in reason), words.RESTORE)
        raise InputError(words.refused(url, reason, advice)) from error
    except SQLAlchemyError as error:
        raise InputError(words.refused_otherwise(url, error)) from error


def absolute(url: str, root: Path) -> str:
    """Return a database's address with a relative SQLite path seen from a folder."""
    path = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or path.startswith("/"):
        return url
    return f"{_SQLITE}{root}/{path}"


def _file(url: str) -> Path | None:
    """Return the file of an SQLite database's address; None if it has none."""
    if not url.startswith(_SQLITE):
        return None
    name = url.removeprefix(_SQLITE).partition("?")[0]
    return Path(name) if name and not name.startswith((":", "file:")) else None


def _make(path: Path, course_id: str) -> None:
    # A name of its own: the alembic of one that was killed may still be at work on its file.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    for left in path.parent.glob(f".{path.name}.*new*"):
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
        raise InputError(words.NO_ALEMBIC) from error
    finally:
        os.environ["PATH"] = before
        beside.unlink(missing_ok=True)


def _refuse_another_kind(url: str) -> None:
    """Raise InputError if the database is one of something else."""
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables and "submitted_assignment" not in tables:
        raise InputError(words.another_database(url, tables))
