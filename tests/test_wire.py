"""The wire: what is plain crosses unchanged, whatever else is refused as what it is."""

import collections
import contextlib
import enum
import math
import resource
import socket
import struct
import threading
import time
import tracemalloc

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.box import stream, wire

patient = settings(deadline=None)  # the machine may be busy with something else
LENGTHS = struct.Struct("<II")
DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]

arrays = hnp.arrays(
    st.sampled_from([np.dtype(name) for name in DTYPES]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**300), 2**300),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    arrays,
)
keys = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(one, other):
    """Equal in value, type, dtype, shape and every bit of every float."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other) or (
            math.isnan(one) and math.isnan(other)
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return one == other


TUPLE, ARRAY, INTEGER, FUNCTION, GENERATOR, SOURCE = range(1, 7)  # what is no plain MessagePack


def mark(number, body=b""):
    """Return what stands in a value for what MessagePack does not know."""
    return msgpack.ExtType(number, body)


def about(*sides, dtype=11, layout=0, axes=None):
    """Return what tells of an array; 11 is the number of float64."""
    axes = len(sides) if axes is None else axes
    return struct.pack(f"<BBB{len(sides)}I", axes, dtype, layout, *sides)


def frame(value, blob=b"", *, arrays=b""):
    """Return a frame with any header, as a liar would make it; bytes are a value as written."""
    text = value if isinstance(value, bytes) else msgpack.packb(value, use_bin_type=True)
    text = struct.pack("<I", len(arrays)) + arrays + text
    return LENGTHS.pack(len(text), len(blob)) + text + blob


# ------------------------------------------------------------------ what crosses


@patient
@given(value=values, trusted=st.booleans())
def test_plain_data_crosses_unchanged_in_both_directions(value, trusted):
    assert same(wire.decode_frame(wire.encode(value), trusted=trusted), value)


@patient
@given(array=arrays.filter(lambda array: array.ndim >= 2))
def test_the_judges_arrays_keep_their_layout(array):
    """An exercise may promise to work on views: a C copy would hide a student's error."""
    for view in (array, np.asfortranarray(array), array[..., ::2]):
        found = wire.decode_frame(wire.encode(view), trusted=True)

        assert same(found, np.array(view))
        for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS"):
            # One entry, or none along a side, makes any layout contiguous.
            if all(side > 1 for side in view.shape):
                assert found.flags[flag] == view.flags[flag]


@patient
@given(array=arrays)
def test_a_big_endian_array_arrives_with_the_same_numbers(array):
    swapped = array.astype(array.dtype.newbyteorder(">"))

    assert same(wire.decode_frame(wire.encode(swapped)), array)


@patient
@given(array=arrays, trusted=st.booleans())
def test_an_array_that_arrives_may_be_written_to(array, trusted):
    found = wire.decode_frame(wire.encode(array), trusted=trusted)

    assert found.flags.writeable


def test_an_array_from_the_box_is_laid_out_row_by_row():
    found = wire.decode_frame(wire.encode(np.arange(6.0).reshape(2, 3).T))

    assert found.flags.c_contiguous
    assert found.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_functions_and_generators_cross_from_the_judge_only():
    sent = wire.encode([wire.Function(3), wire.Generator(7)])

    assert wire.decode_frame(sent, trusted=True) == [wire.Function(3), wire.Generator(7)]
    with pytest.raises(wire.WireError, match="unknown tag"):
        wire.decode_frame(sent)


def test_half_a_surrogate_pair_arrives_as_something_that_can_be_written():
    found = wire.decode_frame(wire.encode({"\ud800": ["\udfff", "ü"]}))

    assert found == {"?": ["?", "ü"]}


# ------------------------------------------------------------ subclasses of plain data


class Liar(int):
    """A subclass can lie about itself; what crosses is the number that it holds."""

    def _lie(self, *_):
        raise SystemExit

    __int__ = __index__ = __abs__ = __eq__ = __repr__ = __lt__ = _lie
    __hash__ = int.__hash__


class Endless(tuple):
    __slots__ = ()

    def __iter__(self):
        while True:
            yield 0


class Level(enum.IntEnum):
    HIGH = 3


Pair = collections.namedtuple("Pair", "left right")  # noqa: PYI024 - as students write it
HELD = [
    (Pair(1, 2.5), (1, 2.5)),
    (collections.OrderedDict(a=1), {"a": 1}),
    (collections.Counter("aab"), {"a": 2, "b": 1}),
    (Level.HIGH, 3),
    (Liar(3), 3),
    (Endless((1, 2)), (1, 2)),
    (type("Half", (float,), {})(0.5), 0.5),
    (type("Word", (str,), {})("word"), "word"),
    ({"deep": [Pair(Level.HIGH, "x")]}, {"deep": [(3, "x")]}),
]


@pytest.mark.parametrize(("value", "held"), HELD, ids=range(len(HELD)))
def test_of_a_subclass_of_plain_data_the_data_crosses_and_nothing_of_its_own(value, held):
    arrived = wire.decode_frame(wire.encode(value))

    assert repr(arrived) == repr(held)


# --------------------------------------------------------------- what is refused


UNPLAIN = [
    (object(), "an object of type object"),
    (np.array([None]), "dtype object"),
    (np.array(["text"]), "dtype <U4"),
    (np.zeros(2, dtype=[("a", "f8")]), "dtype"),
    (np.zeros(2, dtype="M8[s]"), "dtype"),
    (np.broadcast_to(0.0, (2**13, 2**13)), "too large"),
    ([np.zeros(2**20)] * 5, "too large"),
    (b"x" * (wire.MAX_BLOB + 1), "too large"),
    ("x" * (wire.MAX_HEADER + 1), "too large"),
    (1 << 500_000, "too large"),
    ([0] * (wire.MAX_PARTS + 1), "more than"),
    (dict.fromkeys(range(1001)), "more than 1000 keys"),
    ({1, 2}, "an object of type set"),
]


@pytest.mark.parametrize(("value", "reason"), UNPLAIN, ids=range(len(UNPLAIN)))
def test_what_may_not_cross_is_named(value, reason):
    with pytest.raises(wire.UnplainError, match=reason):
        wire.encode(value)


def test_a_value_that_contains_itself_is_refused():
    endless = []
    endless.append(endless)

    with pytest.raises(wire.UnplainError, match="nested too deeply"):
        wire.encode(endless)


F8 = mark(ARRAY)
LIES = {
    "not MessagePack": frame(b"\xc1"),
    "not UTF-8": frame(b"\xa1\xff"),
    "half a surrogate pair": frame(b"\xa3\xed\xa0\x80"),
    "no value": frame(b""),
    "two values": frame(b"\x01\x01"),
    "an unknown mark": frame(mark(99)),
    "a function": frame(mark(FUNCTION, b"\x00")),
    "a generator": frame(mark(GENERATOR, b"\x00")),
    "a source": frame([mark(SOURCE), "f", "def f(): pass", {}]),
    "a mark of a tuple alone": frame(mark(TUPLE)),
    "a mark of a tuple in the middle": frame([1, mark(TUPLE)]),
    "two marks of a tuple": frame([mark(TUPLE), mark(TUPLE)]),
    "a mark of a tuple as a key": frame({mark(TUPLE): 1}),
    "a mark of a tuple as a value": frame({1: mark(TUPLE)}),
    "fewer bytes than the shape claims": frame(F8, b"\0" * 15, arrays=about(2)),
    "more bytes than the shape claims": frame(F8, b"\0" * 17, arrays=about(2)),
    "the same bytes for two arrays": frame([F8, F8], b"\0" * 16, arrays=about(2) * 2),
    "two arrays of which one is told of": frame([F8, F8], b"\0" * 16, arrays=about(2)),
    "an array that nothing is told of": frame(F8, b"\0" * 16),
    "bytes of no array": frame([1], b"\0"),
    "too many parts in a list and a dict": frame([[0] * wire.MAX_PARTS, {1: 2}]),
    "too many parts with a dict's keys": frame([[0] * 98_500, dict.fromkeys(range(1_000))]),
    "an array in no value": frame([1], b"\0" * 16, arrays=about(2)),
    "an array without entries in no value": frame([1], arrays=about(0)),
    "a dtype beyond the last": frame(F8, b"\0" * 8, arrays=about(1, dtype=14)),
    "an unknown layout": frame(F8, b"\0" * 8, arrays=about(1, layout=3)),
    "sides whose product wraps round": frame(F8, arrays=about(*[2**26] * 5)),
    "a side of 4 billion beside one of 0": frame(F8, arrays=about(2**32 - 1, 0)),
    "33 axes": frame(F8, b"\0" * 8, arrays=about(*[1] * 33)),
    "255 axes": frame(F8, b"\0" * 8, arrays=about(1, axes=255)),
    "more axes than sides": frame(F8, b"\0" * 8, arrays=about(1, axes=2)),
    "half of what tells of an array": frame(F8, b"\0" * 8, arrays=about(1)[:2]),
    "more told of arrays than there is": LENGTHS.pack(5, 0) + b"\xff\xff\xff\x7f\x01",
    "a header of two bytes": LENGTHS.pack(2, 0) + b"\0\0",
    "a list that promises more than it holds": frame(b"\xdd\x00\x01\x86\xa0" * 100),
    "a list that promises 4 billion": frame(b"\xdd\xff\xff\xff\xff"),
    "a dict that promises 4 billion": frame(b"\xdf\xff\xff\xff\xff"),
    "text that promises 4 billion": frame(b"\xdb\xff\xff\xff\xff"),
    "a mark that promises 4 billion": frame(b"\xc9\xff\xff\xff\xff\x02"),
    "a key that is a list": frame(b"\x81\x91\x01\x02"),
    "a key that is a dict": frame(b"\x81\x80\x02"),
    "a key that is an array": frame({F8: 2}, b"\0" * 16, arrays=about(2)),
    "an integer of too many bytes": frame(mark(INTEGER, b"1" * 50_001)),
    "deep nesting, a little": frame(b"\x91" * 20 + b"\x90"),
    "deep nesting, very much": frame(b"\x91" * 900_000 + b"\x90"),
    "deep nesting of dicts": frame(b"\x81\x01" * 20 + b"\x01"),
    "deep nesting of tuples": frame(b"\x92\xc7\x00\x01" * 20 + b"\x01"),
    "deep nesting of keys": frame(b"\x81" + b"\x92\xc7\x00\x01" * 20 + b"\x01\x01"),
    "too many parts": frame([0] * 100_001),
    "too many parts in many lists": frame([[0] * 60_000, [0] * 60_000]),
    "too many lists": frame([[[]] * 90_000, [[]] * 90_000]),
    "too many keys": frame(dict.fromkeys(range(1001))),
    "a header beyond its length": frame([1])[:-1],
    "a frame without lengths": b"\0",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lying_frame_is_a_wire_error_and_nothing_else(lie):
    with pytest.raises(wire.WireError):
        wire.decode_frame(lie)


@patient
@given(
    content=st.binary(max_size=200),
    value=values,
    place=st.integers(0, 400),
    flip=st.integers(1, 255),
)
def test_no_bytes_at_all_raise_anything_but_a_wire_error(content, value, place, flip):
    spoilt = bytearray(wire.encode(value))
    spoilt[place % len(spoilt)] ^= flip
    for attempt in (content, bytes(spoilt)):
        with contextlib.suppress(wire.WireError):
            wire.decode_frame(attempt)


def test_a_bool_is_true_or_false_whatever_its_byte():
    found = wire.decode_frame(frame(F8, b"\x00\x01\x02", arrays=about(3, dtype=0)))

    assert found.tobytes() == b"\x00\x01\x01"


@pytest.mark.parametrize(
    "value",
    [
        # Empty dicts are the dearest: a byte each, and sixty bytes of memory.
        b"\xdc\xff\xff" + (b"\xdc\xff\xff" + b"\x80" * 65_535) * 100,
        # Lists that promise much, one in another.
        b"\xdd\x00\x01\x86\xa0" * 500,
        # Numbers: nine bytes each.
        b"\xdd\x00\x01\x86\xa0" + b"\xcb\x3f\xf1\x00\x00\x00\x00\x00\x01" * 100_000,
    ],
    ids=["dicts", "promises", "numbers"],
)
def test_a_small_frame_cannot_take_much_memory(value):
    tracemalloc.start()
    before = touched()
    try:
        with contextlib.suppress(wire.WireError):
            wire.decode_frame(frame(value))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # What was promised and never touched is no memory, though Python counts it.
    assert min(peak, touched() - before) < 100 * 2**20


def touched():
    """Return the bytes of all pages that the kernel has given to this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt * resource.getpagesize()


@pytest.mark.parametrize("value", [b"value", np.arange(3.0), {b"inner": b"x"}])
def test_bytes_may_be_keys_beside_other_bytes(value):
    given = {b"key": value, 3: b"three", "name": b"four"}

    assert repr(wire.decode_frame(wire.encode(given))) == repr(given)


def test_keys_chosen_to_collide_cost_no_time():
    """2**61 - 1 is 0 to the hash of an integer: a dict of such keys is searched key by key."""
    keys = [i * (2**61 - 1) for i in range(1000)]
    sent = wire.encode([dict.fromkeys(keys, 0)] * 20)
    start = time.process_time()

    wire.decode_frame(sent)

    assert time.process_time() - start < 2


# ----------------------------------------------------------- sending and receiving


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def within(seconds):
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def test_a_frame_larger_than_the_socket_holds_arrives(ends):
    ours, theirs = ends
    value = np.arange(2**20, dtype=float)
    writer = threading.Thread(target=stream.send, args=(theirs, value))
    writer.start()

    found = stream.receive(ours, within(20))

    writer.join()
    assert same(found, value)


def test_a_sender_that_drips_is_not_waited_for(ends):
    """Each byte comes in time; the frame as a whole does not."""
    ours, theirs = ends
    stop = threading.Event()

    def drip():
        for byte in frame([0] * 1000):
            if stop.wait(0.02):
                return
            theirs.send(bytes([byte]))

    writer = threading.Thread(target=drip)
    writer.start()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        stream.receive(ours, within(0.4))
    seconds = time.monotonic() - start
    stop.set()
    writer.join()

    assert seconds < 2


def test_a_receiver_that_never_reads_is_not_waited_for(ends):
    ours, _ = ends
    start = time.monotonic()

    with pytest.raises(TimeoutError):
        stream.send(ours, np.zeros(2**21), within(0.4))

    assert time.monotonic() - start < 2


def test_a_promise_of_many_bytes_takes_no_memory(ends):
    ours, theirs = ends
    theirs.send(LENGTHS.pack(wire.MAX_HEADER, wire.MAX_BLOB))
    tracemalloc.start()
    try:
        with pytest.raises(TimeoutError):
            stream.receive(ours, within(0.3))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2**21


@pytest.mark.parametrize("lengths", [(wire.MAX_HEADER + 1, 0), (0, wire.MAX_BLOB + 1)])
def test_a_frame_that_announces_too_much_is_refused_at_once(ends, lengths):
    ours, theirs = ends
    theirs.send(LENGTHS.pack(*lengths))

    with pytest.raises(wire.WireError, match="larger than allowed"):
        stream.receive(ours, within(20))


@pytest.mark.parametrize("part", [b"", b"\1", frame([1, 2])[:-3]])
def test_a_sender_that_leaves_is_told_apart_from_one_that_is_slow(ends, part):
    ours, theirs = ends
    theirs.send(part)
    theirs.close()

    with pytest.raises(stream.ClosedError):
        stream.receive(ours, within(20))


def test_sending_to_one_who_left_is_told(ends):
    ours, theirs = ends
    theirs.close()

    with pytest.raises(stream.ClosedError):
        stream.send(ours, 1, within(20))


def test_what_the_deadline_raises_comes_through(ends):
    """That is how a full scratch folder ends a call."""
    ours, _ = ends

    def left():
        raise wire.WireError("a reason")

    with pytest.raises(wire.WireError, match="a reason"):
        stream.receive(ours, left)


def test_nan_and_infinity_cross():
    found = wire.decode_frame(wire.encode([math.nan, math.inf, -math.inf, -0.0]))

    assert same(found, [math.nan, math.inf, -math.inf, -0.0])
