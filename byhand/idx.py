"""Read IDX files, the format of MNIST, strictly.

A file is a magic number (two zero bytes, a type code, the number of
dimensions), the dimensions as big-endian 32-bit integers, then the entries.
MNIST uses type code 8, unsigned bytes, alone; anything else is refused.

Source: LeCun, Cortes & Burges, The MNIST database (1998), file formats.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from byhand.datafiles import DataError, read_bytes

_UNSIGNED_BYTE = 0x08
_ADVICE = "fetch the file again, and leave it as it came"


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes.

    Args:
        path: the file; gzip-compressed where its name ends in .gz.
        dimensions: how many the array must have: 1 for labels, 3 for images.

    Returns:
        Array of the shape that the file states, uint8.

    Raises:
        DataError: the file is unreadable, its magic number is not that of such
            an array, or it has fewer or more bytes than its header announces.
    """
    raw = _uncompressed(path)
    header = 4 + 4 * dimensions
    magic = bytes([0, 0, _UNSIGNED_BYTE, dimensions])
    if raw[:4] != magic:
        raise DataError(
            f"{path}: found magic number {raw[:4].hex() or 'nothing'}, expected {magic.hex()} "
            f"(unsigned bytes in {dimensions} dimension{'s' if dimensions > 1 else ''}); {_ADVICE}"
        )
    if len(raw) < header:
        raise DataError(f"{path}: found {len(raw)} bytes, expected a header of {header}; {_ADVICE}")
    shape = struct.unpack(f">{dimensions}I", raw[4:header])
    # Python's own product: NumPy's could overflow on a damaged header.
    expected = header + math.prod(shape)
    if len(raw) != expected:
        raise DataError(
            f"{path}: found {len(raw)} bytes, expected {expected} for the shape {shape} "
            f"in its header; {_ADVICE}"
        )
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(shape)


def _uncompressed(path: Path) -> bytes:
    raw = read_bytes(path)
    if path.suffix != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: found broken gzip data ({error}), expected a whole .gz file; {_ADVICE}"
        ) from None
