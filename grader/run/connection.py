"""A connection to a Dask scheduler, or within some seconds the reason why there is none."""

from __future__ import annotations

import warnings
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from grader.errors import InputError
from grader.run import words

try:
    from distributed.client import Client
except ImportError as missing:
    raise InputError(words.NO_DISTRIBUTED) from missing

CONNECT_SECONDS = 10.0
_STARTS = 3  # of Dask's own loop, which must begin within ten seconds each


class _Client(Client):
    """One that is closed by whoever has it; one that was never whole is left as it is."""

    def __del__(self) -> None:
        pass


def connect(address: str) -> tuple[Any, str]:
    """Return a client of a scheduler, and which version of distributed that has.

    Raises:
        OSError: it does not answer in time, or this machine is too busy to start Dask's loop.
        Exception: whatever Dask makes of an answer that is no scheduler's.
    """
    for _ in range(_STARTS):
        made: SimpleQueue[tuple[Any, str] | Exception] = SimpleQueue()
        # In a thread: what listens and never answers would hold Dask for ever, whatever its limits.
        with warnings.catch_warnings(action="ignore"):
            Thread(target=_begin, args=(address, made), daemon=True).start()
            try:
                found = made.get(timeout=2 * CONNECT_SECONDS)
            except Empty:
                raise TimeoutError(words.SILENT) from None
        if isinstance(found, tuple):
            return found
        # Dask asserts that its loop has begun after ten seconds, and has no setting for it.
        if not isinstance(found, AssertionError):
            raise found
    raise OSError(words.LOOP_IS_LATE)


def _begin(address: str, made: SimpleQueue[tuple[Any, str] | Exception]) -> None:
    try:
        client: Any = _Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        versions = client.get_versions()["scheduler"]["packages"]
        made.put((client, versions["distributed"]))
    except Exception as error:  # noqa: BLE001 - told by whoever waits
        made.put(error)
