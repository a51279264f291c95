"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

READABLE = 0o644  # by everybody, whatever the umask


def put(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a file beside its place, then rename it: nobody meets half of it.

    Args:
        mode: its permissions; without, as the umask has them.

    Raises:
        OSError: the disk refuses, and the error names this path; what was there is there still.
    """
    # A name of its own: two may be at it at the same time.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        beside.write_bytes(content)
        if mode is not None:
            beside.chmod(mode)
        os.replace(beside, path)  # noqa: PTH105 - tests let this very call fail
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None
        raise
    finally:
        beside.unlink(missing_ok=True)
