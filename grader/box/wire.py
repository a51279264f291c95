"""What crosses the border of the box: plain data in frames.

A frame is two lengths, a JSON header and the arrays' bytes.  Whatever does not
fit is a WireError: no pickle, no object that can carry behaviour, sizes and
depth capped, every array's dtype and shape checked against its bytes.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_LENGTHS = struct.Struct("<II")
MAX_HEADER = 8 * 2**20
MAX_BLOB = 64 * 2**20
MAX_DEPTH = 16
_GLANCE = 0.2  # seconds between two looks at the deadline
_DTYPES = {
    np.dtype(name).str: np.dtype(name)
    for name in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
}


class WireError(Exception):
    """A frame that is not what it should be: the sender's fault."""


class UnplainError(TypeError):
    """A value that may not cross; its message says what it is."""


class ClosedError(WireError):
    """The other end is gone."""


@dataclass(frozen=True)
class Function:
    """A function on the other side, by number."""

    number: int


@dataclass(frozen=True)
class Generator:
    """A seeded NumPy Generator, made where it arrives."""

    seed: int


def encode(value: Any) -> bytes:
    """Return the frame of a value; raise UnplainError if it may not cross."""
    blobs: list[bytes] = []
    header = json.dumps(_plain(value, blobs, 0), separators=(",", ":")).encode()
    blob = b"".join(blobs)
    if len(header) > MAX_HEADER or len(blob) > MAX_BLOB:
        raise UnplainError(f"a value of {len(header) + len(blob)} bytes, too large to return")
    return _LENGTHS.pack(len(header), len(blob)) + header + blob


def _plain(value: Any, blobs: list[bytes], depth: int) -> Any:
    """Return value as JSON, its arrays put into blobs; exact types only."""
    if depth > MAX_DEPTH:
        raise UnplainError("a value nested too deeply")
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < 2**53 else {"i": hex(value)}
    if kind is float:
        return value
    if kind is list:
        return [_plain(item, blobs, depth + 1) for item in value]
    if kind is tuple:
        return {"t": [_plain(item, blobs, depth + 1) for item in value]}
    if kind is dict:
        pairs = [
            [_plain(k, blobs, depth + 1), _plain(v, blobs, depth + 1)] for k, v in value.items()
        ]
        return {"d": pairs}
    if kind is bytes:
        return _blob("b", [], value, blobs)
    if kind is Function:
        return {"f": value.number}
    if kind is Generator:
        return {"g": value.seed}
    if isinstance(value, np.ndarray | np.generic):
        return _array(value, blobs)
    raise UnplainError(f"an object of type {kind.__name__}")


def _blob(tag: str, head: list[Any], content: bytes, blobs: list[bytes]) -> dict[str, Any]:
    start = sum(map(len, blobs))
    blobs.append(content)
    return {tag: [*head, start, len(content)]}


def _array(value: Any, blobs: list[bytes]) -> dict[str, Any]:
    array = np.asarray(value)
    if array.dtype.newbyteorder("<").str not in _DTYPES:
        raise UnplainError(f"an array of dtype {array.dtype}")
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.nbytes > MAX_BLOB:
        raise UnplainError(f"an array of {array.nbytes} bytes, too large to return")
    # An exercise may promise to work on views: the layout crosses too.
    layout = "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "S"
    content = array.tobytes(order="F" if layout == "F" else "C")
    return _blob("a", [array.dtype.str, list(array.shape), layout], content, blobs)


def decode_frame(frame: bytes) -> Any:
    """Return the value of a whole frame, as `encode` made it."""
    header_size, _ = _LENGTHS.unpack(frame[: _LENGTHS.size])
    body = frame[_LENGTHS.size :]
    return decode(body[:header_size], body[header_size:])


def decode(header: bytes, blob: bytes) -> Any:
    """Return the value of a frame's two parts; raise WireError if they lie."""
    try:
        return _value(json.loads(header), blob, 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise WireError(f"malformed frame ({type(error).__name__})") from error


def _value(item: Any, blob: bytes, depth: int) -> Any:
    if depth > MAX_DEPTH + 1:
        raise WireError("frame nested too deeply")
    if isinstance(item, list):
        return [_value(inner, blob, depth + 1) for inner in item]
    if not isinstance(item, dict):
        return item
    if len(item) != 1:
        raise WireError("frame with an unknown form")
    ((tag, body),) = item.items()
    if tag not in _READERS:
        raise WireError("frame with an unknown tag")
    return _READERS[tag](body, blob, depth)


def _read_array(body: Any, blob: bytes, _depth: int) -> Any:
    name, shape, layout, start, size = body
    if name not in _DTYPES:
        raise WireError("array of a dtype that may not cross")
    dtype = _DTYPES[name]
    _check_slice(start, size, blob)
    if len(shape) > 32 or not all(type(n) is int and 0 <= n <= MAX_BLOB for n in shape):
        raise WireError("array with an impossible shape")
    count = 1
    for n in shape:
        count *= n
    if count * dtype.itemsize != size:
        raise WireError("array whose dtype and shape do not fit its bytes")
    flat = np.frombuffer(blob, dtype=dtype, count=count, offset=start)
    if layout == "F":
        return flat.reshape(shape, order="F").copy(order="F")
    array = flat.reshape(shape).copy()
    if layout == "S" and array.ndim:
        # Every other entry of a larger array: not contiguous, as it was.
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    return array


def _check_slice(start: Any, size: Any, blob: bytes) -> None:
    whole = type(start) is int and type(size) is int
    if not whole or start < 0 or size < 0 or start + size > len(blob):
        raise WireError("data outside the frame")


def _read_bytes(body: Any, blob: bytes, _depth: int) -> bytes:
    start, size = body
    _check_slice(start, size, blob)
    return blob[start : start + size]


def _read_dict(body: Any, blob: bytes, depth: int) -> dict[Any, Any]:
    return {_value(k, blob, depth + 1): _value(v, blob, depth + 1) for k, v in body}


def _read_integer(body: Any, _blob: bytes, _depth: int) -> int:
    if not isinstance(body, str) or len(body) > 100_000:
        raise WireError("integer too large")
    return int(body, 16)


def _read_number(make: Callable[[int], Any]) -> Callable[[Any, bytes, int], Any]:
    def read(body: Any, _blob: bytes, _depth: int) -> Any:
        if type(body) is not int:
            raise WireError("number expected")
        return make(body)

    return read


_READERS: dict[str, Callable[[Any, bytes, int], Any]] = {
    "t": lambda body, blob, depth: tuple(_value(item, blob, depth + 1) for item in body),
    "d": _read_dict,
    "a": _read_array,
    "b": _read_bytes,
    "i": _read_integer,
    "f": _read_number(Function),
    "g": _read_number(Generator),
}


def send(channel: socket.socket, value: Any) -> None:
    """Send one frame; raise UnplainError before anything is sent, ClosedError if nobody reads."""
    frame = encode(value)
    try:
        channel.sendall(frame)
    except TimeoutError:
        raise
    except OSError as error:
        raise ClosedError("the other end is gone") from error


def receive(channel: socket.socket, deadline: Callable[[], float] | None = None) -> Any:
    """Receive one frame.

    Args:
        deadline: returns the seconds left, and is asked again and again; TimeoutError is
            raised when there are none, also for a sender that drips byte after byte.
    """
    header_size, blob_size = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, deadline))
    if header_size > MAX_HEADER or blob_size > MAX_BLOB:
        raise WireError("frame larger than allowed")
    return decode(
        _exactly(channel, header_size, deadline), _exactly(channel, blob_size, deadline)
    )


def _exactly(channel: socket.socket, size: int, deadline: Callable[[], float] | None) -> bytes:
    """Read size bytes; memory is taken as they arrive, not as they are promised."""
    parts: list[bytes] = []
    missing = size
    while missing:
        if deadline is not None:
            left = deadline()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(min(left, _GLANCE))
        try:
            part = channel.recv(min(missing, 2**20))
        except TimeoutError:
            continue
        except OSError as error:
            raise ClosedError("the other end is gone") from error
        if not part:
            raise ClosedError("the other end is gone")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
