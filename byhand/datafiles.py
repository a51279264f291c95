"""Find the course's data files and hand out their bytes, only if undamaged.

A file is compared with the SHA-256 that was recorded for it in
data/SHA256SUMS.  Whatever is wrong with one raises DataError: one line that
says what was found, what was expected and what to do.
"""

import hashlib
import os
from pathlib import Path

from byhand import faults

VARIABLE = "BYHAND_DATA"
"""Environment variable that names the data folder, where it is elsewhere."""

MANIFEST = "SHA256SUMS"


class DataError(ValueError):
    """Data is missing, unreadable, damaged or not what its name promises."""


def data_folder() -> Path:
    """Return the folder with the course's data files.

    It is the one named by the environment variable BYHAND_DATA, or else the
    folder data beside the package's own folder.

    Raises:
        DataError: there is no such folder.
    """
    named = os.environ.get(VARIABLE)
    # Not resolved: where byhand is a symlink, data stands beside the link.
    folder = Path(named) if named else Path(__file__).parent.parent / "data"
    if not folder.is_dir():
        found = faults.named_by(VARIABLE, folder) if named else faults.looked_for(folder)
        raise DataError(faults.no_folder(found, VARIABLE))
    return folder


def read_verified(name: str) -> bytes:
    """Return the bytes of one of the course's data files.

    Args:
        name: its file name in the data folder, such as "digits.csv".

    Raises:
        DataError: the file or the manifest is missing or unreadable, or the
            file's SHA-256 is not the recorded one.
    """
    folder = data_folder()
    expected = _recorded(folder, name)
    raw = read_bytes(folder / name)
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise DataError(faults.damaged(folder / name, len(raw), found[:16], expected[:16]))
    return raw


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; a file that cannot be read raises DataError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(faults.no_file(path)) from None
    except OSError as error:
        raise DataError(faults.unreadable(path, error)) from None


def _recorded(folder: Path, name: str) -> str:
    """Return the SHA-256 that the manifest records, as 64 hexadecimal digits."""
    manifest = read_bytes(folder / MANIFEST).decode("ascii", errors="replace")
    for line in manifest.splitlines():
        digest, _, listed = line.partition("  ")
        if listed == name and len(digest) == 64:
            return digest
    raise DataError(faults.not_recorded(folder / MANIFEST, name))
