"""Read what the box reports of cells and calls, believing nothing.

An instructor opens a cell's outputs in a browser: no HTML, no JavaScript, no
picture whose base64 is something else, and no more than a cell may leave.  A
student reads a call's message: one line, without the digits of a hidden input.
"""

from __future__ import annotations

import re
from typing import Any

from grader.box.outputs import BASE64, PICTURES, TEXTS
from grader.box.wire import WireError
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words

_FAILURES = {verdict.value: verdict for verdict in Verdict if verdict.told_by_box}

# An exception may quote its arguments, and its text may have been made to carry them out.
_DIGITS = re.compile(r"\d*\.\d+(?:e[-+]?\d+)?|\d+\.?e[-+]?\d+|\d{5,}", re.IGNORECASE)
_LONG_WORD = re.compile(r"[^\s/]{40,}")

_MAX_OUTPUTS = 203  # a flood of 200, then a result, text on stderr and an exception
_MAX_TEXT = 400_000
_STREAMS = ("stdout", "stderr")


def read_outputs(items: Any) -> list[dict[str, Any]]:
    """Return a cell's outputs in nbformat's form, made anew from what is known and harmless.

    Raises:
        WireError: they are not of that form, or too many.
    """
    if not isinstance(items, list) or len(items) > _MAX_OUTPUTS:
        raise WireError(words.MALFORMED_OUTPUTS)
    made = [_read_output(item) for item in items]
    if sum(map(_text_size, made)) > _MAX_TEXT:
        raise WireError(words.TOO_MUCH_OUTPUT)
    return made


def _read_output(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise WireError(words.MALFORMED_OUTPUTS)
    # Anything may stand in a field: its type is looked at before it is compared.
    kind = _text(item.get("output_type"))
    if kind == "stream" and _text(item.get("name")) in _STREAMS:
        return {"output_type": "stream", "name": item["name"], "text": _text(item.get("text"))}
    if kind == "error":
        traceback = item.get("traceback")
        if isinstance(traceback, list):
            return {
                "output_type": "error",
                "ename": _text(item.get("ename")),
                "evalue": _text(item.get("evalue")),
                "traceback": [_text(line) for line in traceback],
            }
    if kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
        data = {mime: _datum(mime, content) for mime, content in item["data"].items()}
        extra = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}, **extra}
    raise WireError(words.MALFORMED_OUTPUTS)


def _datum(mime: Any, content: Any) -> str:
    text = _text(content)
    if _text(mime) not in (*TEXTS, *PICTURES):
        raise WireError(words.UNKNOWN_OUTPUT)
    if mime in PICTURES and not BASE64.fullmatch(text):
        raise WireError(words.NO_PICTURE)
    return text


def _text(value: Any) -> str:
    if type(value) is not str:
        raise WireError(words.MALFORMED_OUTPUTS)
    return value


def _text_size(output: dict[str, Any]) -> int:
    pieces = [output.get("text", ""), output.get("ename", ""), output.get("evalue", "")]
    pieces += output.get("traceback", [])
    pieces += [output.get("data", {}).get(mime, "") for mime in TEXTS]
    return sum(map(len, pieces))


def is_number(value: Any, number: int) -> bool:
    """Whether a value from the box is this number; an array would answer == with an array."""
    return type(value) is int and value == number


def read_answer(frame: Any, call: int) -> Answer:
    """Read a result frame, believing nothing."""
    if not isinstance(frame, dict):
        raise WireError(words.OUT_OF_TURN)
    if not is_number(frame.get("call"), call):
        raise WireError(words.ANOTHER_CALL)
    failure = frame.get("failure")
    exceptions = frame.get("exceptions", [])
    if failure is not None and (not isinstance(failure, str) or failure not in _FAILURES):
        raise WireError(words.UNKNOWN_VERDICT)
    if not isinstance(exceptions, list) or not all(isinstance(e, str) for e in exceptions):
        raise WireError(words.MALFORMED_EXCEPTIONS)
    return Answer(
        value=frame.get("value"),
        failure=None if failure is None else _FAILURES[failure],
        message=line(frame.get("message")),
        exceptions=tuple(exceptions[:10]),
        changed=frame.get("changed") is True,
        undrawn=frame.get("undrawn") is True,
        shares=frame.get("shares") is True,
        twins=frame.get("twins") is True,
        warned=line(frame.get("warned")),
    )


def line(text: Any) -> str:
    """Return text from the box as one printable line, without what could carry a number out."""
    if not isinstance(text, str) or not text:
        return ""
    printable = "".join(c for c in text[:300] if c.isprintable())
    return _LONG_WORD.sub("...", _DIGITS.sub("#", printable))
