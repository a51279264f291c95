"""Names of one notebook, used from the process of another: looked at, and called.

An instructor's test cell runs in a process where no line of the student's does.  What
the student has defined stands there as strangers: a call crosses the border, and data
comes back.  What is no plain data does not cross, and says what it is.
"""

from __future__ import annotations

import builtins
import contextlib
import datetime as dt
import dis
import importlib
import io
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from . import wire, words
from .chance import CHANCE
from .plain import copied, same

_TAG = "\0 made of"
_MAX_PRINTED = 1_000_000
_MAX_TOLD = 2_000
_MAX_ITEMS = 10_000  # of an iterator
# Of these, what is no plain data may be an honest answer all the same.
_KNOWN = (
    *("builtins", "collections", "datetime", "itertools", "pathlib", "numpy", "pandas", "scipy"),
    *("sklearn", "sympy", "matplotlib", "PIL", "torch", "networkx", "polars", "xarray"),
)


class _UnportableError(TypeError):
    """A value that does not cross."""

    def __init__(self, value: Any) -> None:
        kind = type(value)
        # A class may have been made to say something else, or to raise.
        module = type.__dict__["__module__"].__get__(kind)
        self.told = {
            "type": type.__dict__["__qualname__"].__get__(kind)[:80],
            "known": isinstance(module, str) and module.partition(".")[0] in _KNOWN,
        }
        super().__init__(self.told["type"])


def portable(value: Any, depth: int = 0) -> Any:
    """Return a value made of what crosses the border; see `arrived`."""
    if depth > wire.MAX_DEPTH:
        raise _UnportableError(value)
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes) or isinstance(value, np.generic):
        return value
    if isinstance(value, np.ndarray):
        return _portable_array(value, depth)
    if isinstance(value, dict):
        pairs = dict.items(value)
        return {portable(k, depth + 1): portable(v, depth + 1) for k, v in pairs}
    if isinstance(value, list):
        return [portable(item, depth + 1) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        return tuple([portable(item, depth + 1) for item in tuple.__iter__(value)])
    if isinstance(value, bool | int | float | str | bytes):
        # Of a class of its own: what it is as plain data, and nothing more.
        return value
    if kind in _PARTS:
        return (_TAG, kind.__name__, *portable(_PARTS[kind](value), depth + 1))
    raise _UnportableError(value)


def _portable_array(value: np.ndarray[Any, Any], depth: int) -> Any:
    if type(value) is not np.ndarray and type(value).__module__.partition(".")[0] == "numpy":
        raise _UnportableError(value)
    array = np.asarray(value)
    if array.dtype.kind in "biufc":
        return array
    if array.dtype.kind in "USO":
        parts = [portable(item, depth + 1) for item in array.ravel().tolist()]
        return (_TAG, "array", array.dtype.str, list(array.shape), parts)
    raise _UnportableError(value)


def _naive(value: dt.datetime) -> tuple[int, ...]:
    if value.tzinfo is not None:
        raise _UnportableError(value)
    return (*value.timetuple()[:6], value.microsecond)


# What a value of a type is made of, and what makes one of it.
_PARTS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    set: lambda value: (list(value),),
    frozenset: lambda value: (list(value),),
    deque: lambda value: (list(value), value.maxlen),
    complex: lambda value: (value.real, value.imag),
    range: lambda value: (value.start, value.stop, value.step),
    Fraction: lambda value: (value.numerator, value.denominator),
    Decimal: lambda value: (str(value),),
    dt.date: lambda value: value.timetuple()[:3],
    dt.datetime: _naive,
    dt.timedelta: lambda value: (value.days, value.seconds, value.microseconds),
    type({}.keys()): lambda value: (list(value),),
    type({}.values()): lambda value: (list(value),),
    type({}.items()): lambda value: (list(value),),
}
_MAKERS: Mapping[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in _PARTS},
    "dict_keys": lambda items: dict.fromkeys(items).keys(),
    "dict_values": lambda items: dict(enumerate(items)).values(),
    "dict_items": lambda items: dict(items).items(),
    "iterator": lambda items: (item for item in items),
}


def arrived(value: Any) -> Any:
    """Return the value that `portable` was given."""
    if isinstance(value, np.ndarray):
        # A NumPy number crosses as an array without axes.
        return value[()] if value.ndim == 0 else value
    if isinstance(value, list):
        return [arrived(item) for item in value]
    if isinstance(value, dict):
        return {arrived(k): arrived(v) for k, v in value.items()}
    if not isinstance(value, tuple):
        return value
    if value[:1] != (_TAG,):
        return tuple([arrived(item) for item in value])
    _, kind, *parts = value
    if kind == "array":
        dtype, shape, items = parts
        made = np.empty(len(items), np.dtype(dtype))
        made[:] = arrived(items)
        return made.reshape(shape)
    return _MAKERS[kind](*arrived(parts))


# ------------------------------------------------------------- where the names are


def look(namespace: Mapping[str, Any], names: Iterable[str], made: list[str]) -> dict[str, Any]:
    """Return what some names mean, and whether the functions here read others.

    Args:
        made: names that are about to get a meaning elsewhere.

    Returns:
        "found", by name: "kind" is "function", "value", "module", "imported", "other" or
        "missing".  "reads": whether a function here reads one of `made` as a global.
        "chance": see `chance`.
    """
    found = {n: _seen(namespace[n]) if n in namespace else {"kind": "missing"} for n in names}
    reads = bool(made) and not _read(namespace).isdisjoint(made)
    return {"found": found, "reads": reads, "chance": CHANCE.news()}


def _seen(thing: Any) -> dict[str, Any]:
    try:
        if isinstance(thing, ModuleType):
            return {"kind": "module", "module": str(thing.__name__), "name": ""}
        if callable(thing):
            return _origin(thing) or {"kind": "function"}
        value = portable(thing)
        wire.encode(value)
    except Exception as error:  # noqa: BLE001 - a student's own object may raise anything
        return {"kind": "other", **(getattr(error, "told", None) or _UnportableError(thing).told)}
    return {"kind": "value", "value": value}


def _origin(thing: Any) -> dict[str, Any] | None:
    """Return where a function or class can be imported from."""
    module, name = (str(getattr(thing, key, "")) for key in ("__module__", "__qualname__"))
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not thing:
        return None
    return {"kind": "imported", "module": module, "name": name}


def _read(namespace: Mapping[str, Any]) -> set[str]:
    """Return the globals that the functions of a namespace read."""
    waiting = [
        function.__code__
        for thing in list(namespace.values())
        for function in (vars(thing).values() if isinstance(thing, type) else (thing,))
        if isinstance(function, FunctionType) and function.__globals__ is namespace
    ]
    found: set[str] = set()
    while waiting:
        code = waiting.pop()
        steps = dis.get_instructions(code)
        found |= {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    return found


def use(namespace: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Call what a name means; return what came back, as data, and what it left besides."""
    given = arrived(request["given"])
    CHANCE.hear(request["chance"])
    for key, state in request["generators"].items():
        given[key] = _generator(state)
    before = None
    with contextlib.suppress(TypeError):  # views cannot be copied, nor changed
        before = copied(given)
    printed: list[tuple[str, str]] = []
    with _collected(printed):
        reply = _called(namespace, request["name"], given)
    reply["printed"] = printed
    reply["chance"] = CHANCE.news()
    if any(len(text) > _MAX_PRINTED for _, text in printed):
        return {"other": {"type": words.PRINTED_TOO_MUCH, "known": True}}
    reply["generators"] = {
        key: given[key].bit_generator.state
        for key in request["generators"]
        if isinstance(given[key], np.random.Generator)
    }
    with contextlib.suppress(_UnportableError):
        plain = {k: v for k, v in given.items() if k not in request["generators"]}
        if before is not None and not same(before, given):
            reply["changed"] = portable(plain)
    return reply


def _called(namespace: Mapping[str, Any], name: str, given: dict[Any, Any]) -> dict[str, Any]:
    arguments = [given[i] for i in range(sum(isinstance(key, int) for key in given))]
    keywords = {key: value for key, value in given.items() if isinstance(key, str)}
    try:
        value = namespace[name](*arguments, **keywords)
        mine = next((key for key, each in given.items() if each is value), None)
        if mine is not None and not isinstance(value, bool | int | float | str | bytes | None):
            return {"same_as": mine}
        return {"value": _drawn(value) if isinstance(value, Iterator) else portable(value)}
    except _UnportableError as error:
        return {"other": error.told}
    # SystemExit and KeyboardInterrupt, raised by the function, are its failure too.
    except BaseException as error:  # noqa: BLE001
        return {"raised": _told(error)}


def _drawn(value: Iterator[Any]) -> Any:
    """Return what an iterator yields, as `portable` does."""
    items = list(islice(value, _MAX_ITEMS + 1))
    if len(items) > _MAX_ITEMS or type(value).__module__ not in ("builtins", "itertools"):
        raise _UnportableError(value)
    return (_TAG, "iterator", portable(items))


def _told(error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)[:_MAX_TOLD]
    except Exception:  # noqa: BLE001 - the student's own __str__
        message = ""
    # From the student's own lines on: what called them is no affair of theirs.
    trace = error.__traceback__.tb_next if error.__traceback__ else None
    lines = traceback.format_list(traceback.extract_tb(trace))
    return {
        "names": [base.__name__ for base in type(error).__mro__][:10],
        "message": message,
        "text": "".join(lines)[-_MAX_TOLD:],
    }


@contextlib.contextmanager
def _collected(printed: list[tuple[str, str]]) -> Iterator[None]:
    """Keep what is written to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield
        finally:
            for name, held in (("stdout", out), ("stderr", err)):
                if held.getvalue():
                    printed.append((name, held.getvalue()))


def _generator(state: Any) -> np.random.Generator:
    bits = np.random.PCG64()
    bits.state = state
    return np.random.Generator(bits)


# ------------------------------------------------------------ where they are strangers

Asker = Callable[[dict[str, Any]], dict[str, Any]]


def meet(namespace: dict[str, Any], strangers: Mapping[str, Any], ask: Asker) -> None:
    """Put into a namespace what another process has found there.

    Args:
        strangers: what `look` returned; names that it did not find are taken away.
        ask: sends a request for `use` to where the names are, and returns the reply.
    """
    CHANCE.hear(strangers.get("chance"))
    for name, found in strangers.get("found", {}).items():
        namespace.pop(name, None)
        # What cannot be made here is not there: the cell says so.
        with contextlib.suppress(Exception):
            namespace[name] = _met(name, found, ask, namespace)


def _met(name: str, found: Mapping[str, Any], ask: Asker, namespace: Mapping[str, Any]) -> Any:
    if found["kind"] == "function":
        return _stranger(name, ask, namespace)
    if found["kind"] == "value":
        return arrived(found["value"])
    module = importlib.import_module(found["module"])
    return getattr(module, found["name"]) if found["name"] else module


def _stranger(name: str, ask: Asker, namespace: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a function that is called where the name is at home."""

    def called_elsewhere(*arguments: Any, **keywords: Any) -> Any:
        given: dict[Any, Any] = {**dict(enumerate(arguments)), **keywords}
        generators = {k: g for k, g in given.items() if isinstance(g, np.random.Generator)}
        plain = {k: v for k, v in given.items() if k not in generators}
        reply = ask(
            {
                "ask": name,
                "given": portable(plain),
                "generators": {k: g.bit_generator.state for k, g in generators.items()},
                "chance": CHANCE.news(),
            }
        )
        CHANCE.hear(reply["chance"])
        for stream, text in reply["printed"]:
            (sys.stderr if stream == "stderr" else sys.stdout).write(text)
        for key, state in reply["generators"].items():
            generators[key].bit_generator.state = state
        for key, value in arrived(reply.get("changed", {})).items():
            _become(given[key], value)
        if "raised" in reply:
            raise _raised(reply["raised"], namespace)
        if "other" in reply:
            raise TypeError(words.returned_object(name, reply["other"]["type"]))
        return given[reply["same_as"]] if "same_as" in reply else arrived(reply["value"])

    called_elsewhere.__name__ = called_elsewhere.__qualname__ = name
    return called_elsewhere


def _become(mine: Any, other: Any) -> None:
    """Change a value in place, as it was changed elsewhere."""
    if isinstance(mine, np.ndarray) and np.shape(other) == mine.shape:
        mine[...] = other
    elif isinstance(mine, list) and isinstance(other, list):
        mine[:] = other
    elif isinstance(mine, dict | set) and type(mine) is type(other):
        mine.clear()
        mine.update(other)


def _raised(told: Mapping[str, Any], namespace: Mapping[str, Any]) -> BaseException:
    """Return an exception of the first class of these names that is known here."""
    for name in told["names"]:
        kind = namespace.get(name, getattr(builtins, name, None))
        if isinstance(kind, type) and issubclass(kind, BaseException):
            with contextlib.suppress(Exception):
                error = kind(told["message"])
                if told["text"]:
                    error.add_note(told["text"].rstrip())
                return error
    return RuntimeError(told["message"])
