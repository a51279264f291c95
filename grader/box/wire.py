"""What crosses the border of the box: plain data in frames.

A frame is two lengths, a JSON header and the arrays' bytes.  Whatever does not
fit is a WireError: no pickle, no object that can carry behaviour; sizes, depth
and the number of parts capped; every array's dtype and shape checked against
its bytes.  The bytes are used up in order, each once: a small frame cannot
claim a large one's memory.

The two directions are not alike.  The judge may send functions, generators and
array layouts; from the box, which nobody believes, these are refused.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import words

LENGTHS = struct.Struct("<II")  # of the header and of the arrays' bytes
MAX_HEADER = 8 * 2**20
MAX_BLOB = 32 * 2**20
MAX_DEPTH = 16
MAX_PARTS = 100_000  # values in one frame, as the sender counts them
_MAX_MARKS = 1_000_000  # commas, colons and brackets in a header from the box
_MAX_KEYS = 1_000  # of one dict; keys can be chosen to collide, and looking up is then slow
_MAX_HEX = 100_000
_MAX_AXES = 32
_DTYPES = {
    np.dtype(name).str: np.dtype(name)
    for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_AS_THEY_ARE = frozenset((type(None), bool, str, float))
_LEAVES = frozenset((type(None), bool, int, float))


class WireError(Exception):
    """A frame that is not what it should be: the sender's fault."""


class UnplainError(TypeError):
    """A value that may not cross; its message says what it is."""


@dataclass(frozen=True)
class Function:
    """A function on the other side, by number."""

    number: int


@dataclass(frozen=True)
class Generator:
    """A seeded NumPy Generator, made where it arrives."""

    seed: int


@dataclass(frozen=True)
class Source:
    """A function that is made where it arrives.

    Attributes:
        constants: arguments that it is given besides those of a call.
    """

    name: str
    text: str
    constants: dict[str, Any]


_PLAIN = (tuple, list, dict, str, int, float, bytes)
# A class may have been made to say something else, or to raise.
_NAME_OF = type.__dict__["__name__"].__get__


def _bare(value: Any, base: type) -> Any:
    """Return what a value is as one of a base type, asking no method of its own."""
    if base is dict:
        return dict(dict.items(value))
    if base in (tuple, list):
        return base(base.__iter__(value))
    if base is int:
        return int.__index__(value)
    return base.__getnewargs__(value)[0]  # type: ignore[attr-defined]


# What is written is new lists and dicts only, of limited depth: none contains itself.
_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_from_json = json.JSONDecoder().decode


def encode(value: Any) -> bytes:
    """Return the frame of a value; raise UnplainError if it may not cross."""
    writer = _Writer()
    try:
        header = _to_json(writer.plain(value, 0)).encode()
    except (ValueError, RecursionError) as error:
        raise UnplainError(words.not_writable(error)) from error
    if len(header) > MAX_HEADER:
        raise UnplainError(words.large_value(len(header)))
    return b"".join([LENGTHS.pack(len(header), writer.size), header, *writer.blobs])


class _Writer:
    """Turns a value into JSON and puts the bytes of its arrays aside, in order."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self.size = self._parts = 0

    def plain(self, value: Any, depth: int) -> Any:
        """Return value as JSON; exact types only, so that no subclass smuggles behaviour."""
        if depth > MAX_DEPTH:
            raise UnplainError(words.TOO_DEEP)
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is int:
            return value if abs(value) < 2**53 else {"i": self._hex(value)}
        if kind is np.ndarray or issubclass(kind, np.ndarray | np.generic):
            return {"a": self._array(value)}
        if kind is tuple:
            return {"t": self._items(value, depth)}
        if kind is list:
            return self._items(value, depth)
        if kind is dict:
            return self._mapping(value, depth)
        if kind is bytes:
            return {"b": self._put(value)}
        return self._of_ours(value, depth)

    def _of_ours(self, value: Any, depth: int) -> Any:
        """Return what only the judge sends, or the plain value that a subclass holds."""
        kind = type(value)
        if kind is Function:
            return {"f": value.number}
        if kind is Generator:
            return {"g": value.seed}
        if kind is Source:
            return {"s": self._items((value.name, value.text, value.constants), depth)}
        base = next((base for base in _PLAIN if issubclass(kind, base)), None)
        if base is None:
            raise UnplainError(words.of_type(_NAME_OF(kind)))
        # A namedtuple is a tuple, an OrderedDict a dict: what is its own stays behind.
        return self.plain(_bare(value, base), depth)

    def _items(self, value: Collection[Any], depth: int) -> list[Any]:
        self._parts += len(value)
        if self._parts > MAX_PARTS:
            raise UnplainError(words.many_parts(MAX_PARTS))
        depth += 1
        # Most items are leaves: a call for each would double the time.
        return [item if type(item) in _AS_THEY_ARE else self.plain(item, depth) for item in value]

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        if len(value) > _MAX_KEYS:
            raise UnplainError(words.many_keys(_MAX_KEYS))
        if set(map(type, value)) <= {str}:
            return {"o": dict(zip(value, self._items(value.values(), depth), strict=True))}
        # In the order in which their bytes are read again.
        keys = self._items(value, depth)
        return {"d": [keys, self._items(value.values(), depth)]}

    def _hex(self, value: int) -> str:
        text = hex(value)
        if len(text) > _MAX_HEX:
            raise UnplainError(words.LARGE_INTEGER)
        return text

    def _array(self, value: Any) -> list[Any]:
        array = np.asarray(value)
        name = _NAMES.get(array.dtype)
        if name is None:
            swapped = array.dtype.newbyteorder("<")
            if swapped not in _NAMES:
                raise UnplainError(words.of_dtype(array.dtype))
            array, name = array.astype(swapped), _NAMES[swapped]
        if array.nbytes > MAX_BLOB:
            raise UnplainError(words.large_array(array.nbytes))
        if array.ndim > _MAX_AXES or max(array.shape, default=0) > MAX_BLOB:
            raise UnplainError(words.many_axes(array.ndim))
        # An exercise may promise to work on views: the layout crosses too.
        flags = array.flags
        layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "S"
        self._put(array.tobytes("F" if layout == "F" else "C"))
        return [name, array.shape, layout]

    def _put(self, content: bytes) -> int:
        self.size += len(content)
        if self.size > MAX_BLOB:
            raise UnplainError(words.large_arrays(MAX_BLOB))
        self.blobs.append(content)
        return len(content)


def decode_frame(frame: bytes, *, trusted: bool = False) -> Any:
    """Return the value of a whole frame, as `encode` made it; see `decode`."""
    if len(frame) < LENGTHS.size:
        raise WireError(words.SHORT_FRAME)
    header_size, blob_size = LENGTHS.unpack(frame[: LENGTHS.size])
    body = frame[LENGTHS.size :]
    if len(body) != header_size + blob_size:
        raise WireError(words.LENGTHS_DO_NOT_FIT)
    return decode(body[:header_size], body[header_size:], trusted=trusted)


def decode(header: bytes, blob: bytes, *, trusted: bool = False) -> Any:
    """Return the value of a frame's two parts.

    Args:
        trusted: the sender is the judge.

    Raises:
        WireError: the parts lie, or hold what this sender may not send.
    """
    if not trusted and sum(map(header.count, (b",", b":", b"[", b"{"))) > _MAX_MARKS:
        raise WireError(words.MANY_FRAME_PARTS)
    reader = _Reader(blob, trusted=trusted)
    try:
        value = reader.value(_from_json(header.decode()), 0)
    except WireError:
        raise
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise WireError(words.malformed(error)) from error
    reader.end()
    return value


class _Reader:
    """Turns JSON back into a value and uses up the bytes of its arrays, in order."""

    def __init__(self, blob: bytes, *, trusted: bool) -> None:
        self._blob, self._trusted, self._used = blob, trusted, 0
        self._tags = _TRUSTED_TAGS if trusted else _TAGS

    def value(self, item: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise WireError(words.DEEP_FRAME)
        kind = type(item)
        if kind is dict:
            if len(item) != 1:
                raise WireError(words.UNKNOWN_FORM)
            ((tag, body),) = item.items()
            if tag not in self._tags:
                raise WireError(words.UNKNOWN_TAG)
            return self._tags[tag](self, body, depth)
        if kind is str:
            return encodable(item)
        if kind is list:
            return self.items(item, depth)
        return item

    def items(self, body: Iterable[Any], depth: int) -> list[Any]:
        depth += 1
        return [item if type(item) in _LEAVES else self.value(item, depth) for item in body]

    def end(self) -> None:
        if self._used != len(self._blob):
            raise WireError(words.BYTES_LEFT)

    def function(self, body: Any, _depth: int) -> Function:
        return Function(int(body))

    def generator(self, body: Any, _depth: int) -> Generator:
        return Generator(int(body))

    def source(self, body: Any, depth: int) -> Source:
        return Source(*self.items(body, depth))

    def integer(self, body: Any, _depth: int) -> int:
        if not isinstance(body, str) or len(body) > _MAX_HEX:
            raise WireError(words.INTEGER_TOO_LARGE)
        return int(body, 16)

    def sequence(self, body: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.items(body, depth))

    def object(self, body: Any, depth: int) -> dict[str, Any]:
        return self._dict([encodable(key) for key in body], body.values(), depth)

    def mapping(self, body: Any, depth: int) -> dict[Any, Any]:
        keys, values = body
        return self._dict(self.items(keys, depth), values, depth)

    def _dict(self, keys: list[Any], values: Iterable[Any], depth: int) -> dict[Any, Any]:
        if len(keys) > _MAX_KEYS:
            raise WireError(words.MANY_DICT_KEYS)
        return dict(zip(keys, self.items(values, depth), strict=True))

    def raw(self, size: Any, _depth: int) -> bytes:
        start = self._claim(size)
        return self._blob[start : start + size]

    def _claim(self, size: Any) -> int:
        """Use up the next bytes of the blob; return where they begin."""
        if type(size) is not int or not 0 <= size <= len(self._blob) - self._used:
            raise WireError(words.OUTSIDE_FRAME)
        self._used += size
        return self._used - size

    def array(self, body: Any, _depth: int) -> Any:
        name, shape, layout = body
        if name not in _DTYPES:
            raise WireError(words.NO_SUCH_DTYPE)
        dtype = _DTYPES[name]
        if len(shape) > _MAX_AXES:
            raise WireError(words.NO_SUCH_SHAPE)
        count = 1
        for n in shape:
            if type(n) is not int or not 0 <= n <= MAX_BLOB:
                raise WireError(words.NO_SUCH_SHAPE)
            count *= n
        start = self._claim(count * dtype.itemsize)
        flat = np.frombuffer(self._blob, dtype, count, start) if count else np.empty(0, dtype)
        if name == "|b1":
            # A byte that is neither 0 nor 1 would be True and yet unlike True.
            flat = flat.view(np.uint8) != 0
        return self._laid_out(flat, shape, layout)

    def _laid_out(self, flat: Any, shape: list[int], layout: Any) -> Any:
        """Return an array that owns its memory; from the judge, laid out as it was there."""
        if layout == "F":
            array = flat.reshape(shape, order="F")
            return array.copy("F" if self._trusted else "C")
        array = flat.reshape(shape).copy()
        if self._trusted and layout == "S" and array.ndim:
            # Every other entry of a larger array: not contiguous, as it was.
            wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
            wide[..., ::2] = array
            return wide[..., ::2]
        return array


_TAGS: dict[str, Callable[[_Reader, Any, int], Any]] = {
    "t": _Reader.sequence,
    "o": _Reader.object,
    "d": _Reader.mapping,
    "a": _Reader.array,
    "b": _Reader.raw,
    "i": _Reader.integer,
}
_TRUSTED_TAGS = {
    **_TAGS,
    "f": _Reader.function,
    "g": _Reader.generator,
    "s": _Reader.source,
}


def encodable(text: str) -> str:
    """Return text that can be written as UTF-8: a half of a surrogate pair becomes "?"."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
