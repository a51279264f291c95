"""nbgrader's gradebook as a database: opened safely, changed by whole transactions.

A new SQLite gradebook is made beside its place and renamed, so that nobody
meets a half-made one; a database of something else is left as it is.  On a database
server others may write at any time: what makes tables or lessons goes one at a time, and
a transaction that another one was quicker than is made again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from grader.errors import InputError, StopError
from grader.gradebook import words
from grader.gradebook.waiting import wait_for_other_writers

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql"
_OURS = 0x62_62_68  # the number of the lock by which graders take turns
_TRIES = 5  # of a transaction that another one was quicker than
_OVERTAKEN = ("40001", "40P01")  # SQL's states of a serialization failure and of a deadlock
# What there is to do, by what SQLite says.
_ADVICE = {
    "locked": words.CLOSE_OTHERS,
    "full": words.FREE_SPACE,
    "disk I/O": words.CHECK_DISK,
    "readonly": words.CHECK_PERMISSIONS,
    "unable to open": words.CHECK_PERMISSIONS,
    "no such": words.UPGRADE,
}


class OvertakenError(InputError):
    """Another writer was quicker; a second try finds what it wrote."""


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
            with _alembic_found(), one_at_a_time(url):
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

    def change(self, deed: Callable[[Any], None]) -> None:
        """Do something with the session in one transaction, anew where another was quicker.

        Raises:
            InputError: the database refuses.
            StopError: its server has gone away.
        """
        for _ in range(_TRIES - 1):
            try:
                with self.transaction() as session:
                    deed(session)
            except OvertakenError:
                continue
            return
        with self.transaction() as session:
            deed(session)

    def close(self) -> None:
        """Close the gradebook."""
        self._gradebook.close()


@contextlib.contextmanager
def _refusals_told(url: str) -> Iterator[None]:
    """Turn what a database says into an InputError of one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if url.startswith(_SQLITE):
            raise
        raise InputError(words.no_driver(shown(url), error.name)) from error
    except (DatabaseError, InterfaceError) as error:
        reason, state = str(error.orig), getattr(error.orig, "sqlstate", None)
        if not url.startswith(_SQLITE):
            if isinstance(error, IntegrityError) or state in _OVERTAKEN:
                raise OvertakenError(words.overtaken(shown(url), reason)) from error
            if isinstance(error, OperationalError | InterfaceError):
                raise StopError(words.gone(shown(url), reason)) from error
            raise InputError(words.server_refuses(shown(url), reason)) from error
        advice = next((text for word, text in _ADVICE.items() if word in reason), words.RESTORE)
        kind = StopError if "full" in reason else InputError
        raise kind(words.refused(url, reason, advice)) from error
    except SQLAlchemyError as error:
        raise InputError(words.refused_otherwise(shown(url), error)) from error


def shown(url: str) -> str:
    """Return a database's address without its password."""
    try:
        return url if url.startswith(_SQLITE) else make_url(url).render_as_string()
    except SQLAlchemyError:
        return url  # it is none, as is told then


@contextlib.contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """Hold others off who would make the same tables or lessons on a server at the same time.

    The lock ends with its connection.  An SQLite file is held by whoever writes to it.
    """
    if not url.startswith(_POSTGRESQL):
        yield
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({_OURS})"))
            yield
    finally:
        engine.dispose()


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
    try:
        with _alembic_found():
            Gradebook(f"{_SQLITE}{beside}", course_id).close()
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _alembic_found() -> Iterator[None]:
    """Have nbgrader find alembic, which it starts by its name, where nothing is activated."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{before}"
    try:
        yield
    except FileNotFoundError as error:
        if error.filename != "alembic":
            raise
        raise InputError(words.NO_ALEMBIC) from error
    finally:
        os.environ["PATH"] = before


def _refuse_another_kind(url: str) -> None:
    """Raise InputError if the database is one of something else."""
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables and "submitted_assignment" not in tables:
        raise InputError(words.another_database(url, tables))
