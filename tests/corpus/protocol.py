"""Abuse of the wire between a submission and its judge."""

from __future__ import annotations

from tests.corpus.case import Case

# The student's code shares its process with the box's end of the wire, and finds it.
_FIND = """
import gc, msgpack, struct, sys

_TUPLE, _ARRAY = (msgpack.ExtType(number, b"") for number in (1, 2))

def _wire():
    for thing in gc.get_objects():
        if type(thing).__name__ == "Line" and hasattr(thing, "send"):
            return thing, sys.modules["gradebox.stream"]
    raise LookupError("there is no wire here")

def _raw(value, blob=b"", lengths=None, arrays=b""):
    text = value if isinstance(value, bytes) else msgpack.packb(value)
    text = struct.pack("<I", len(arrays)) + arrays + text
    lengths = lengths or (len(text), len(blob))
    line, _ = _wire()
    line.send(memoryview(struct.pack("<II", *lengths) + text + blob))
"""


def _lie(*lines: str) -> str:
    return _FIND + "\ndef standardize(X):\n" + "".join(f"    {line}\n" for line in lines)


_NO_WIRE = "there is no wire in a kernel"


def _case(letter: str, title: str, *lines: str, verdict: str = "crashed") -> Case:
    return Case(
        number=f"wire-{letter}",
        title=title,
        attack=_lie(*lines),
        verdict=verdict,
        stock=_NO_WIRE,
    )


CASES = [
    _case("a", "a frame longer than any", "_raw(b'', lengths=(2**32 - 1, 2**32 - 1))"),
    _case(
        "b",
        "a frame that promises more than it brings",
        "_raw(b'\\x80', lengths=(1000, 0))",
        "while True: pass",
        verdict="timed out",
    ),
    _case(
        "c",
        "a cell's frame in place of an answer",
        "_raw({'cell': 0, 'outputs': [], 'success': True})",
    ),
    _case("d", "an answer to a call that was never made", "_raw({'call': 1, 'value': 0})"),
    _case("e", "lists a million deep", "_raw(b'\\x91' * 1_000_000 + b'\\x90')"),
    _case(
        "f",
        "an array of more than its bytes",
        "_raw(_ARRAY, b'x', arrays=struct.pack('<BBBII', 2, 11, 0, 4, 5))",
    ),
    _case(
        "g",
        "an array of a dtype that there is not",
        "_raw(_ARRAY, b'12345678', arrays=struct.pack('<BBBI', 1, 14, 0, 1))",
    ),
    _case(
        "h",
        "a call of a function that nobody gave",
        "_raw({'ask': 0, 'arguments': [_TUPLE], 'keywords': {}})",
    ),
    _case(
        "i",
        "its own verdict: correct",
        "import sys",
        "frame = sys._getframe()",
        "while 'request' not in frame.f_locals: frame = frame.f_back",
        "_raw({'call': frame.f_locals['request']['call'], 'failure': 'correct'})",
    ),
    Case(
        number="wire-j",
        title="all cells and calls answered by a loop of the student's own",
        before=_FIND
        + """
# What was told ahead has been read already, and waits in this.
line = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Buffered")
stream = sys.modules["gradebox.stream"]
stream.send(line, {"cell": 1, "outputs": [], "success": True})
while True:
    told = stream.receive(line, trusted=True)
    if "cell" in told:
        stream.send(line, {"cell": told["cell"], "outputs": [], "success": True})
    else:
        value = {"call": told["call"], "value": 10.0, "score": 10.0, "verdict": "correct"}
        stream.send(line, value)
""",
        verdict="wrong type",
        other="wrong type",
        other_points=0.0,
        stock=_NO_WIRE,
    ),
    Case(
        number="wire-k",
        title="an answer for another exercise, sent ahead",
        attack=_FIND
        + """
def standardize(X):
    line, stream = _wire()
    for number in range(50):
        stream.send(line, {"call": number, "value": X * 0.0})
    return X * 0.0
""",
        verdict="crashed",
        stock=_NO_WIRE,
    ),
    Case(
        number="wire-l",
        title="the wire closed",
        attack="""
        import os
        def standardize(X):
            os.closerange(3, 64)
            while True:
                pass
        """,
        verdict="crashed",
        stock=_NO_WIRE,
    ),
    Case(
        number="wire-m",
        title="a frame that drips, byte after byte",
        attack=_FIND
        + """
def standardize(X):
    import time
    line, stream = _wire()
    for byte in stream.wire.encode([0.0] * 10_000):
        line.send(memoryview(bytes([byte])))
        time.sleep(0.05)
""",
        verdict="timed out",
        stock=_NO_WIRE,
    ),
    Case(
        number="wire-n",
        title="a dict whose keys all collide",
        attack=_FIND
        + """
def standardize(X):
    numbers = (i * (2**61 - 1) for i in range(200_000))
    _raw({msgpack.ExtType(3, n.to_bytes(11, "little")): 0 for n in numbers})
""",
        verdict="crashed",
        stock=_NO_WIRE,
    ),
]
