"""What crosses the border of the box: plain data in frames.

A frame is two lengths, a header and the arrays' bytes.  In the header stands what each
array is, then the value in MessagePack, with marks where the arrays belong.  Whatever
does not fit is a WireError: no pickle, no object that can carry behaviour; sizes, depth
and the number of parts capped; every array's dtype and shape checked against
its bytes.  Bytes and arrays are used up in order, each once: a small frame cannot
claim a large one's memory.

The two directions are not alike.  The judge may send functions, generators and
array layouts; from the box, which nobody believes, these are refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import msgpack
import numpy as np

from . import words

LENGTHS = struct.Struct("<II")  # of the header and of the arrays' bytes
MAX_HEADER = 8 * 2**20
MAX_BLOB = 32 * 2**20
MAX_DEPTH = 16
MAX_PARTS = 100_000  # values in one frame, as the sender counts them
_MAX_KEYS = 1_000  # of one dict; keys can be chosen to collide, and looking up is then slow
_MAX_INTEGER = 50_000  # bytes
_MAX_AXES = 32
_DTYPES = tuple(
    np.dtype(name)
    for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
_NUMBERS = {dtype: number for number, dtype in enumerate(_DTYPES)}
_BOOL = _NUMBERS[np.dtype("?")]
_ABOUT = struct.Struct("<I")  # bytes that tell of arrays
# Of each array: the number of its axes, its dtype, its layout, its sides.
_ARRAYS = tuple(struct.Struct(f"<BBB{n}I") for n in range(_MAX_AXES + 1))
_C, _F, _SPACED = range(3)  # layouts
# What MessagePack does not know by itself.
_TUPLE, _ARRAY, _INTEGER, _FUNCTION, _GENERATOR, _SOURCE = range(1, 7)
_NESTED = frozenset((list, tuple, dict))


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


def _measure(value: Any) -> None:
    """Raise UnplainError if nested data is too deep or has too many parts for a frame.

    Level by level: neither depth nor a list that contains itself can hurt.
    """
    level, parts = [value], 0
    for _ in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if kind is dict:
                if len(each) > _MAX_KEYS:
                    raise UnplainError(words.many_keys(_MAX_KEYS))
                parts += len(each)
                if not _NESTED.isdisjoint(map(type, each)):
                    inner += [key for key in each if type(key) in _NESTED]
                each = each.values()  # noqa: PLW2901 - of a dict, what it holds
            elif kind not in _NESTED:
                continue
            parts += len(each)
            # Most hold leaves alone: to find that takes no step of Python for each of them.
            if not _NESTED.isdisjoint(map(type, each)):
                inner += [item for item in each if type(item) in _NESTED]
        if parts > MAX_PARTS:
            raise UnplainError(words.many_parts(MAX_PARTS))
        if not inner:
            return
        level = inner
    raise UnplainError(words.TOO_DEEP)


def encode(value: Any) -> bytes:
    """Return the frame of a value; raise UnplainError if it may not cross."""
    _measure(value)
    writer = _Writer()
    # What belongs to a subclass is asked for: exact types only, so that none smuggles behaviour.
    # Half a surrogate pair cannot be written: it becomes "?".
    packer = msgpack.Packer(
        default=writer.other, strict_types=True, unicode_errors="replace", buf_size=2**12
    )
    try:
        body = packer.pack(value)
    except (ValueError, RecursionError, OverflowError) as error:
        raise UnplainError(words.not_writable(error)) from error
    about = b"".join(writer.arrays)
    size = _ABOUT.size + len(about) + len(body)
    if size > MAX_HEADER:
        raise UnplainError(words.large_value(size))
    lengths = (LENGTHS.pack(size, writer.size), _ABOUT.pack(len(about)))
    return b"".join([*lengths, about, body, *writer.blobs])


class _Writer:
    """Tells MessagePack of what it does not know; puts aside, in order, what arrays are and hold.

    Attributes:
        size: of the bytes that arrays hold.
    """

    def __init__(self) -> None:
        self.arrays: list[bytes] = []
        self.blobs: list[bytes] = []
        self.size = 0

    def other(self, value: Any) -> Any:
        """Return a value as one that MessagePack knows, or that comes back here."""
        kind = type(value)
        if kind is np.ndarray or issubclass(kind, _ARRAY_LIKE):
            self._put(np.asarray(value))
            return _IS_ARRAY
        if kind is tuple:
            return [_IS_TUPLE, *value]
        if kind is int:
            size = value.bit_length() // 8 + 1
            if size > _MAX_INTEGER:
                raise UnplainError(words.LARGE_INTEGER)
            return msgpack.ExtType(_INTEGER, value.to_bytes(size, "little", signed=True))
        return self._of_ours(value)

    def _of_ours(self, value: Any) -> Any:
        """Return what only the judge sends, or the plain value that a subclass holds."""
        kind = type(value)
        if kind is Function:
            return msgpack.ExtType(_FUNCTION, msgpack.packb(value.number))
        if kind is Generator:
            return msgpack.ExtType(_GENERATOR, msgpack.packb(value.seed))
        if kind is Source:
            return [_IS_SOURCE, value.name, value.text, value.constants]
        base = next((base for base in _PLAIN if issubclass(kind, base)), None)
        if base is None or base is kind:
            raise UnplainError(words.of_type(_NAME_OF(kind)))
        # A namedtuple is a tuple, an OrderedDict a dict: what is its own stays behind.
        bare = _bare(value, base)
        _measure(bare)
        # MessagePack asks once for each value, and knows integers up to 64 bits.
        known = base is not tuple and (base is not int or -(2**63) <= bare < 2**64)
        return bare if known else self.other(bare)

    def _put(self, array: np.ndarray[Any, Any]) -> None:
        number = _NUMBERS.get(array.dtype)
        if number is None:
            swapped = array.dtype.newbyteorder("<")
            if swapped not in _NUMBERS:
                raise UnplainError(words.of_dtype(array.dtype))
            array, number = array.astype(swapped), _NUMBERS[swapped]
        size, shape, flags = array.nbytes, array.shape, array.flags
        if size > MAX_BLOB:
            raise UnplainError(words.large_array(size))
        # Of an array without entries, a side may be of any length.
        if len(shape) > _MAX_AXES or not (size or max(shape) <= MAX_BLOB):
            raise UnplainError(words.many_axes(len(shape)))
        self.size += size
        if self.size > MAX_BLOB:
            raise UnplainError(words.large_arrays(MAX_BLOB))
        # An exercise may promise to work on views: the layout crosses too.
        layout = _C if flags.c_contiguous else _F if flags.f_contiguous else _SPACED
        self.blobs.append(array.tobytes("F" if layout == _F else "C"))
        self.arrays.append(_ARRAYS[len(shape)].pack(len(shape), number, layout, *shape))


_ARRAY_LIKE = (np.ndarray, np.generic)
_IS_ARRAY, _IS_TUPLE, _IS_SOURCE = (
    msgpack.ExtType(number, b"") for number in (_ARRAY, _TUPLE, _SOURCE)
)


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
    try:
        (about,) = _ABOUT.unpack_from(header)
        start = _ABOUT.size + about
        reader = _Reader(header[_ABOUT.size : start], blob, trusted=trusted)
        value = msgpack.unpackb(
            header[start:],
            ext_hook=reader.extension,
            list_hook=reader.sequence,
            object_hook=reader.mapping,
            strict_map_key=False,
            # A date is no plain data: a number stands for it.
            timestamp=1,
            max_array_len=MAX_PARTS + 1,
            max_map_len=_MAX_KEYS,
        )
    except WireError:
        raise
    except (
        ValueError,
        TypeError,
        LookupError,
        RecursionError,
        OverflowError,
        struct.error,
        msgpack.UnpackException,
    ) as error:
        raise WireError(words.malformed(error)) from error
    reader.end(value)
    return value


class _Mark:
    """What stands first in a list that is no list: a tuple, or a source."""

    def __init__(self, make: Callable[[list[Any]], Any]) -> None:
        self.make = make


_MARKS = {
    _TUPLE: _Mark(lambda items: tuple(items[1:])),
    _SOURCE: _Mark(lambda items: Source(*items[1:])),
}


class _Reader:
    """Makes what MessagePack does not know, and uses up the bytes of arrays, in order."""

    def __init__(self, about: bytes, blob: bytes, *, trusted: bool) -> None:
        self._about, self._blob, self._trusted = about, blob, trusted
        self._told = self._used = self._nested = self._parts = self._marks = 0

    def extension(self, code: int, body: bytes) -> Any:
        """Return what an extension stands for."""
        if code == _ARRAY:
            return self._array()
        if code == _TUPLE or (code == _SOURCE and self._trusted):
            self._marks += 1
            return _MARKS[code]
        if code == _INTEGER:
            if len(body) > _MAX_INTEGER:
                raise WireError(words.INTEGER_TOO_LARGE)
            return int.from_bytes(body, "little", signed=True)
        if code == _FUNCTION and self._trusted:
            return Function(msgpack.unpackb(body))
        if code == _GENERATOR and self._trusted:
            return Generator(msgpack.unpackb(body))
        raise WireError(words.UNKNOWN_TAG)

    def sequence(self, items: list[Any]) -> Any:
        """Return a list, or what its first item makes of it."""
        self._count(len(items))
        if items and type(items[0]) is _Mark:
            self._marks -= 1
            return items[0].make(items)
        return items

    def mapping(self, items: dict[Any, Any]) -> dict[Any, Any]:
        """Return a dict; a key is a part as well."""
        self._count(2 * len(items))
        return items

    def _count(self, parts: int) -> None:
        """Bear in mind that memory was taken for one more list or dict, and what it holds."""
        self._nested += 1
        self._parts += parts
        if self._nested > MAX_PARTS:
            raise WireError(words.MANY_FRAME_PARTS)

    def end(self, value: Any) -> None:
        """See that nothing is left over, and that the value is no larger than it may be."""
        if self._used != len(self._blob) or self._told != len(self._about):
            raise WireError(words.BYTES_LEFT)
        if self._marks:
            raise WireError(words.STRAY_MARK)
        # Of so few, none can be too deep, nor are there too many parts in them.
        few = self._nested <= MAX_DEPTH and self._parts <= MAX_PARTS
        if not (self._trusted or few):
            try:
                _measure(value)
            except UnplainError as error:
                raise WireError(words.frame_with(error)) from error

    def _array(self) -> Any:
        """Return the next array, which owns its memory; see `encode`."""
        place, start = self._told, self._used
        if place >= len(self._about) or self._about[place] > _MAX_AXES:
            raise WireError(words.NO_SUCH_SHAPE)
        form = _ARRAYS[self._about[place]]
        axes, number, layout, *shape = form.unpack_from(self._about, place)
        if number >= len(_DTYPES):
            raise WireError(words.NO_SUCH_DTYPE)
        if layout > _SPACED:
            raise WireError(words.NO_SUCH_LAYOUT)
        dtype = _DTYPES[number]
        size = prod(shape) * dtype.itemsize
        if size > len(self._blob) - start:
            raise WireError(words.OUTSIDE_FRAME)
        if not size and axes and max(shape) > MAX_BLOB:
            raise WireError(words.NO_SUCH_SHAPE)
        self._told, self._used = place + form.size, start + size
        found: Any = (
            np.ndarray(shape, dtype, self._blob, start, order="F" if layout == _F else "C")
            if size
            else np.empty(shape, dtype)
        )
        if number == _BOOL:
            # A byte that is neither 0 nor 1 would be True and yet unlike True.
            found = np.asarray(found.view(np.uint8) != 0)
        if not self._trusted:
            return found.copy("C")
        # From the judge, laid out as it was there.
        return _spaced(found) if layout == _SPACED and axes else found.copy("K")


def _spaced(array: Any) -> Any:
    """Return a copy that is every other entry of a larger array: not contiguous."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def encodable(text: str) -> str:
    """Return text that can be written as UTF-8: a half of a surrogate pair becomes "?"."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
