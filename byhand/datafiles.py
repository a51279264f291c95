"""Find the course's data files and hand out their bytes, only if undamaged.

A file is compared with the SHA-256 that was recorded for it in
data/SHA256SUMS.  Whatever is wrong with one raises DataError: one line that
says what was found, what was expected and what to do.
"""

import hashlib
import os
from pathlib import Path

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
        found = f"{VARIABLE} names {folder}" if named else f"looked for {folder}"
        raise DataError(
            f"no data folder: {found}, expected the course's folder data there; "
            f"put it beside byhand/, or set {VARIABLE} to where it is"
        )
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
        raise DataError(
            f"{folder / name}: found {len(raw)} bytes with sha256 {found[:16]}..., expected "
            f"sha256 {expected[:16]}...: it is damaged or was changed; "
            "copy it again from the course's folder data"
        )
    return raw


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; a file that cannot be read raises DataError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{path}: found no such file, expected one of the course's data files; "
            "copy the whole folder data again"
        ) from None
    except OSError as error:
        raise DataError(
            f"{path}: found something unreadable ({error.strerror}), expected a data file; "
            "check its permissions or copy it again"
        ) from None


def _recorded(folder: Path, name: str) -> str:
    """Return the SHA-256 that the manifest records, as 64 hexadecimal digits."""
    manifest = read_bytes(folder / MANIFEST).decode("ascii", errors="replace")
    for line in manifest.splitlines():
        digest, _, listed = line.partition("  ")
        if listed == name and len(digest) == 64:
            return digest
    raise DataError(
        f"{folder / MANIFEST}: found no sha256 of {name}, expected a line "
        f"'<64 hexadecimal digits>  {name}'; copy the whole folder data again"
    )
