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

from byhand import faults
from byhand.datafiles import DataError, read_bytes

_UNSIGNED_BYTE = 0x08


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
        raise DataError(faults.another_magic(path, raw[:4].hex(), magic.hex(), dimensions))
    if len(raw) < header:
        raise DataError(faults.no_header(path, len(raw), header))
    shape = struct.unpack(f">{dimensions}I", raw[4:header])
    # Python's own product: NumPy's could overflow on a damaged header.
    expected = header + math.prod(shape)
    if len(raw) != expected:
        raise DataError(faults.another_length(path, len(raw), expected, shape))
    return np.frombuffer(raw, dtype=np.uint8, offset=header).reshape(shape)


def _uncompressed(path: Path) -> bytes:
    raw = read_bytes(path)
    if path.suffix != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(faults.broken_gzip(path, error)) from None
