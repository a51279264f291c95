"""What the box says of a student's call, cell or value; it reaches a student as it stands."""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# As grader.language does: the box imports nothing of the grader but itself.
_LOCALE = Path(__file__).resolve().parents[1] / "locale"
_ = gettext.translation("backprop-by-hand", _LOCALE, fallback=True).gettext

# --------------------------------------------------------------------------- a call


def not_defined(name: str) -> str:
    return _("{name} is not defined").format(name=name)


def array_not_function(name: str, dtype: Any, shape: tuple[int, ...]) -> str:
    return _(
        "{name} is an array here ({dtype}, shape {shape}), not a function: "
        "a cell above uses the name again"
    ).format(name=name, dtype=dtype, shape=shape)


def none_not_function(name: str) -> str:
    return _("{name} is None here, not a function: a cell above uses the name again").format(
        name=name
    )


def not_function(name: str, kind: str) -> str:
    told = _("{name} is a {kind} here, not a function: a cell above uses the name again")
    if kind[:1] in "aeiouAEIOU":
        told = _("{name} is an {kind} here, not a function: a cell above uses the name again")
    return told.format(name=name, kind=kind)


def not_written_yet(name: str) -> str:
    return _("{name} is not written yet").format(name=name)


def in_line(error: str, line: int) -> str:
    return _("{error} (line {line} of the cell)").format(error=error, line=line)


def returned(error: Exception) -> str:
    return _("returned {error}").format(error=error)


# --------------------------------------------------------------------------- a cell


def withheld(name: str) -> str:
    return _(
        "No module named '{name}' where notebooks are graded: the course withholds it. "
        "NumPy is there"
    ).format(name=name)


NOBODY_TO_ASK = _("input() has nobody to ask while a notebook is graded")
NO_PICTURE = _("[what was shown as a picture is none: a picture is given in base64]")
PICTURE_LEFT_OUT = _("[a picture is left out: a cell may leave 4 MB of pictures]")
WIDGET = _("a widget")


def might_run(kinds: Sequence[str]) -> str:
    return _(
        "[{kind} is not shown here: it could run in the browser of whoever marks this]"
    ).format(kind=_(" and ").join(kinds))


def output_cut(most: int) -> str:
    return _("[output cut here: more than {most} characters]\n").format(most=most)


def no_program(line: str, reason: str) -> str:
    return _(
        "{line}: not run, for no program can be started while this is graded ({reason})\n"
    ).format(line=line, reason=reason)


# ----------------------------------------------------------- a value that cannot cross

TOO_DEEP = _("a value nested too deeply")
LARGE_INTEGER = _("an integer too large to return")


def not_writable(error: Exception) -> str:
    return _("a value that cannot be written ({error})").format(error=error)


def large_value(size: int) -> str:
    return _("a value of {size} bytes, too large to return").format(size=size)


def of_type(name: str) -> str:
    return _("an object of type {name}").format(name=name)


def many_parts(most: int) -> str:
    return _("a value with more than {most} parts").format(most=most)


def many_keys(most: int) -> str:
    return _("a dict with more than {most} keys").format(most=most)


def of_dtype(dtype: Any) -> str:
    return _("an array of dtype {dtype}").format(dtype=dtype)


def large_array(size: int) -> str:
    return _("an array of {size} bytes, too large to return").format(size=size)


def many_axes(count: int) -> str:
    return _("an array of {count} axes, too many or too long to return").format(count=count)


def large_arrays(most: int) -> str:
    return _("arrays of more than {most} bytes, too large to return").format(most=most)


# What follows "an object of type".
TOO_LARGE_OBJECT = _("that is too large to return")
TOO_LATE_OBJECT = _("that came too late")
PRINTED_TOO_MUCH = _("that printed too much")


def returned_object(name: str, kind: str) -> str:
    return _("{name} returned an object of type {kind}").format(name=name, kind=kind)


# ----------------------------------------------- a frame that only a hostile box sends

OTHER_END_GONE = _("the other end is gone")
LARGE_FRAME = _("frame larger than allowed")
SHORT_FRAME = _("frame too short")
LENGTHS_DO_NOT_FIT = _("frame whose lengths do not fit it")
MANY_FRAME_PARTS = _("frame with too many parts")
UNKNOWN_TAG = _("frame with an unknown tag")
BYTES_LEFT = _("frame with bytes that belong to no array")
INTEGER_TOO_LARGE = _("integer too large")
STRAY_MARK = _("frame with a mark that stands for nothing")
OUTSIDE_FRAME = _("data outside the frame")
NO_SUCH_LAYOUT = _("array of an unknown layout")
NO_SUCH_DTYPE = _("array of a dtype that may not cross")
NO_SUCH_SHAPE = _("array with an impossible shape")


def malformed(error: Exception) -> str:
    return _("malformed frame ({kind})").format(kind=type(error).__name__)


def frame_with(problem: Exception) -> str:
    return _("frame with {problem}").format(problem=problem)
