"""What a visible test expects of a result, and the one sentence that it says where this fails.

A sentence names what was tried, the first thing that is off, and both numbers, rounded.
Shapes are looked at before values, and no two shapes are ever broadcast.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand import words

_LINE = 72  # letters that fit into a notebook beside a side bar
_MOST_DIGITS = 17  # two float64 numbers that differ at all differ in as many


class Unexpected(AssertionError):  # noqa: N818  (it reads as a failed assertion)
    """A result is not what a test expects; the message is one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback, whose frames are not the learner's.

        JupyterLab breaks long lines inside a word.
        """
        return textwrap.wrap(str(self), _LINE)


def expect_close(
    found: Any, right: Any, what: str, *, rtol: float = 1e-6, atol: float = 1e-9
) -> None:
    """Raise unless a result is the right one, up to rounding.

    Args:
        found: what the learner's function returned.
        right: a number, an array or the rows of one, a string; a tuple of these, or a list of
            tuples or arrays, for a function that returns several; or a dict.
        what: what was tried, as the subject of a sentence: "dW of the worked example".
        rtol: allowed error of an entry in units of the right one, dimensionless.
        atol: error that is always allowed, in the units of the result.

    Raises:
        Unexpected: as `expect_shape`; or an entry is off.  NaN is close to NaN alone.
    """
    expect_shape(found, right, what)
    for place, wanted in _arrays(right):
        actual = np.asarray(_at(found, place), dtype=np.float64)
        off = ~np.isclose(actual, wanted, rtol=rtol, atol=atol, equal_nan=True)
        if off.any():
            index = tuple(int(i) for i in np.argwhere(off)[0])
            should, is_ = told_apart(float(wanted[index]), float(actual[index]))
            part = _part(place, what)
            if not index:
                raise Unexpected(words.should_be(part, should, is_))
            raise Unexpected(words.should_be_at(part, should, list(index), is_))


def expect_shape(found: Any, like: Any, what: str) -> Any:
    """Return a result that holds as many arrays as another, of the same shapes; else raise.

    Args:
        found: what the learner's function returned.
        like: something of the right form, as `right` of `expect_close`; its values do not matter.
        what: what was tried, as the subject of a sentence.  Names in brackets at its beginning
            are those of the parts: "(dA, dW, db) of the worked example".

    Raises:
        Unexpected: a number of results, a key, a shape or a type is off.
    """
    for place, wanted in _forms(like):
        fault = _fault(_part(place, what), _at(found, place), wanted)
        if fault:
            raise Unexpected(fault)
    return found


def told_apart(right: float, found: float) -> tuple[str, str]:
    """Return two different numbers with as few digits as tell them apart, four or more."""
    texts = ("", "")
    for digits in range(4, _MOST_DIGITS + 1):
        texts = (_rounded(right, digits), _rounded(found, digits))
        if texts[0] != texts[1]:
            break
    return texts


def _rounded(number: float, digits: int) -> str:
    whole = abs(number) < 1e9 and number == int(number)
    return f"{int(number)}" if whole else f"{number:.{digits}g}"


def _several(right: Any) -> bool:
    """Tell several results from the rows of one array."""
    if isinstance(right, list):
        return any(isinstance(item, tuple | Mapping | np.ndarray) for item in right)
    return isinstance(right, tuple)


def _forms(right: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield each tuple, list, dict and array inside, the outer ones first, and its place."""
    if isinstance(right, Mapping):
        yield place, right
        for key, item in right.items():
            yield from _forms(item, (*place, key))
    elif _several(right):
        yield place, tuple(right)
        for i, item in enumerate(right):
            yield from _forms(item, (*place, i))
    else:
        yield place, right if isinstance(right, str) else np.asarray(right)


def _arrays(right: Any) -> Iterator[tuple[tuple[Any, ...], NDArray[Any]]]:
    return ((place, form) for place, form in _forms(right) if isinstance(form, np.ndarray))


def _at(found: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        found = found[key]
    return found


def _part(place: tuple[Any, ...], what: str) -> str:
    """Return the subject for one part: "dW of ...", "params[0][1] of ...", "[1] of ..."."""
    names, rest = _names(what)
    if place and names:
        return _part(place[1:], names[place[0]]) + rest
    path = "".join(f"[{key!r}]" for key in place)
    return f"{what}{path}" if not path or what.isidentifier() else words.part_of(path, what)


def _names(what: str) -> tuple[list[str], str]:
    """Return the names in brackets at a subject's beginning, and what follows them.

    "((W1, b1), (W2, b2)) of a network" has "(W1, b1)" and "(W2, b2)".
    """
    names, depth = [""], 0
    for i, letter in enumerate(what if what.startswith("(") else ""):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return [name.strip() for name in names if name], what[i + 1 :]
        if depth == 1 and letter == ",":
            names.append("")
        elif i:
            names[-1] += letter
    return [], what


def _fault(what: str, found: Any, wanted: Any) -> str:
    """Say what a part should be and what it is instead; "" where its form is right."""
    if isinstance(wanted, str):
        found = found if isinstance(found, str) else _sort(found)
        return "" if found == wanted else words.should_be(what, wanted, found)
    if isinstance(wanted, Mapping):
        keys = words.all_of(wanted)
        if not isinstance(found, Mapping):
            return words.should_be_a_dict(what, keys, _sort(found))
        if set(found) != set(wanted):
            return words.should_have_keys(what, keys, words.all_of(found))
        return ""
    if isinstance(wanted, tuple):
        # Numbers in a row are the same numbers, however they are held.
        row = isinstance(found, np.ndarray) and found.ndim == 1 and not any(map(np.ndim, wanted))
        if not (isinstance(found, list | tuple) or row):
            return words.should_be_several(what, len(wanted), _sort(found))
        if len(found) != len(wanted):
            return words.should_be_as_many(what, len(wanted), len(found))
        return ""
    if isinstance(found, np.ndarray | np.number | np.bool_ | float | int):
        shape, dtype = np.shape(found), np.asarray(found).dtype
        if shape == wanted.shape:
            return "" if dtype.kind in "fiub" else words.should_hold_numbers(what, dtype)
        if shape and wanted.ndim:
            return words.should_have_shape(what, wanted.shape, shape)
    sort = words.an_array(wanted.shape) if wanted.ndim else words.A_NUMBER
    return words.should_be(what, sort, _sort(found))


def _sort(found: Any) -> str:
    """Return in words what somebody returned for something else."""
    if found is None:
        return words.NO_RETURN
    if isinstance(found, np.ndarray):
        return words.an_array(found.shape)
    if isinstance(found, np.number | float | int):
        return words.A_NUMBER
    return words.of_type(type(found).__name__)
