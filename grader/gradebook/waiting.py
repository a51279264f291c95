"""Let every connection to an SQLite gradebook wait while another program writes.

Python's own patience is five seconds, and more can only be asked for in the
address; nbgrader takes all of an SQLite address for a file's name when it upgrades
a gradebook.  So the address stays plain, and each new connection is told to wait.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

_SECONDS = 60
_UNASKED = 5_000  # milliseconds: what Python asks for where the address does not say


def wait_for_other_writers() -> None:
    """Make this process's later connections wait; an address that says how long is kept."""
    if not event.contains(Engine, "connect", _be_patient):
        event.listen(Engine, "connect", _be_patient)


def _be_patient(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    if connection.execute("PRAGMA busy_timeout").fetchone() == (_UNASKED,):
        connection.execute(f"PRAGMA busy_timeout = {_SECONDS * 1000}")
