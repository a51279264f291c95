"""Send and receive frames, in time.

Whoever is at the other end may be gone, never read, or drip byte after byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from . import wire, words

_GLANCE = 0.2  # seconds between two looks at the deadline
_PIECE = 2**16  # bytes to read at one time
Deadline = Callable[[], float]


class ClosedError(wire.WireError):
    """The other end is gone."""


class Channel(Protocol):
    """One end of a stream: a socket, or inside the box a descriptor."""

    def send(self, data: memoryview, /) -> int:
        """Send some of data; return how many bytes."""

    def recv(self, size: int, /) -> bytes:
        """Receive up to size bytes; none if the other end is gone."""

    def settimeout(self, seconds: float, /) -> None:
        """Let send and recv raise TimeoutError after so long."""


class Buffered:
    """A channel that is read in large pieces: waiting costs more than reading."""

    def __init__(self, channel: Channel) -> None:
        self._channel, self._found, self._read = channel, b"", 0

    @property
    def pending(self) -> bool:
        """Whether something has arrived that was not read yet."""
        return self._read < len(self._found)

    def at_hand(self, size: int) -> bytes | None:
        """Return size bytes if so many have arrived; else None."""
        start, end = self._read, self._read + size
        if end > len(self._found):
            return None
        self._read = end
        return self._found[start:end]

    def send(self, data: memoryview, /) -> int:
        """Send some of data."""
        return self._channel.send(data)

    def recv(self, size: int, /) -> bytes:
        """Return up to size bytes, of those that arrived first."""
        if not self.pending:
            self._found, self._read = self._channel.recv(max(size, _PIECE)), 0
        start, self._read = self._read, min(self._read + size, len(self._found))
        return self._found[start : self._read]

    def settimeout(self, seconds: float, /) -> None:
        """Let send and recv raise TimeoutError after so long."""
        self._channel.settimeout(seconds)


def send(channel: Channel, value: Any, deadline: Deadline | None = None) -> None:
    """Send one value; see `send_frames`.

    Raises:
        UnplainError: the value may not cross; nothing was sent.
    """
    send_frames(channel, wire.encode(value), deadline)


def send_frames(channel: Channel, frames: bytes, deadline: Deadline | None = None) -> None:
    """Send frames that are encoded already.

    Args:
        deadline: see `receive`; also for a receiver that never reads.

    Raises:
        ClosedError: nobody reads any more.
        TimeoutError: the time is over.
    """
    rest = memoryview(frames)
    while rest:
        _allow(channel, deadline)
        try:
            rest = rest[channel.send(rest) :]
        except TimeoutError:
            continue
        except OSError as error:
            raise ClosedError(words.OTHER_END_GONE) from error


def receive(channel: Channel, deadline: Deadline | None = None, *, trusted: bool = False) -> Any:
    """Receive one frame.

    Args:
        deadline: returns the seconds left, and is asked again and again; TimeoutError is
            raised when there are none, also for a sender that drips byte after byte.
        trusted: the sender is the judge.

    Raises:
        WireError: the frame lies.
        ClosedError: the sender is gone.
        TimeoutError: the time is over.
    """
    return receive_frame(channel, deadline, trusted=trusted)[0]


def receive_frame(
    channel: Channel, deadline: Deadline | None = None, *, trusted: bool = False
) -> tuple[Any, tuple[bytes, bytes, bytes]]:
    """Receive one frame as a value, and as the bytes it came in; see `receive`."""
    lengths = _exactly(channel, wire.LENGTHS.size, deadline)
    header_size, blob_size = wire.LENGTHS.unpack(lengths)
    if header_size > wire.MAX_HEADER or blob_size > wire.MAX_BLOB:
        raise wire.WireError(words.LARGE_FRAME)
    header = _exactly(channel, header_size, deadline)
    blob = _exactly(channel, blob_size, deadline)
    return wire.decode(header, blob, trusted=trusted), (lengths, header, blob)


def _exactly(channel: Channel, size: int, deadline: Deadline | None) -> bytes:
    """Read size bytes; memory is taken as they arrive, not as they are promised."""
    # Most frames have arrived as a whole, and with others.
    at_hand = channel.at_hand(size) if isinstance(channel, Buffered) else None
    if at_hand is not None:
        return at_hand
    found = bytearray()
    while len(found) < size:
        most, part = min(size - len(found), 2**20), None
        waits = deadline is not None and not getattr(channel, "pending", False)
        if waits and not found:
            # What was sent in time counts, however late it is read: who does not have to wait
            # for a frame does not ask whether there is time to.
            channel.settimeout(0.0)
            part = _received(channel, most)
        if part is None:
            if waits:
                _allow(channel, deadline)
            part = _received(channel, most)
        if part is not None and not found and len(part) == size:
            return part
        found += part or b""
    return bytes(found)


def _received(channel: Channel, size: int) -> bytes | None:
    """Return what the channel gives within its time; None if that is nothing yet."""
    try:
        part = channel.recv(size)
    except (TimeoutError, BlockingIOError):
        return None
    except OSError as error:
        raise ClosedError(words.OTHER_END_GONE) from error
    if not part:
        raise ClosedError(words.OTHER_END_GONE)
    return part


def _allow(channel: Channel, deadline: Deadline | None) -> None:
    """Let the channel wait until the next glance at the deadline."""
    if deadline is None:
        return
    left = deadline()
    if left <= 0:
        raise TimeoutError
    channel.settimeout(min(left, _GLANCE))
