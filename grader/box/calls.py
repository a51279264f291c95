"""Call one function of the notebook and say what came back, as plain data.

Used inside the box, and by the judge that runs in a kernel where there is no box.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import mmap
import re
import resource
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from operator import eq
from typing import Any

import numpy as np
from numpy.random import Generator

from . import failures, words
from .plain import arrays, copied, same, share, twins

_DECIMAL = re.compile(r"[-+]?\d+\.\d*(?:e[-+]?\d+)?|[-+]?\d+e[-+]?\d+")


def uncallable(namespace: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Return the answer where a name is no function, nor anything that can be called."""
    if name not in namespace:
        return {"failure": failures.MISSING, "message": words.not_defined(name)}
    thing = namespace[name]
    if callable(thing):
        return None
    if isinstance(thing, np.ndarray):
        message = words.array_not_function(name, thing.dtype, thing.shape)
    elif thing is None:
        message = words.none_not_function(name)
    else:
        message = words.not_function(name, type(thing).__name__[:40])
    return {"failure": failures.WRONG_TYPE, "message": message}


def call(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    steps: list[tuple[Any, ...]],
    megabytes: float | None = None,
) -> dict[str, Any]:
    """Call function once.

    Args:
        steps: what to do with the object it makes: ("call", method, *arguments),
            ("get", attribute) or ("set", attribute, value).
        megabytes: how much more memory the call may take.

    Returns:
        A dict for the answer: either "value", or "failure", a verdict's value, with
        "message" and "exceptions"; "changed", "undrawn", "shares", "twins" and "warned" besides.
    """
    # What is set on an object is the object's own from then on.
    called = [step for step in steps if step[0] == "call"]
    lent = [part for part in (arguments, keywords, called) if part]
    before = copied(lent)
    given = [each for each in (*arguments, *keywords.values()) if isinstance(each, Generator)]
    positions = [_position(each) for each in given]
    shown = sys.stdout, sys.stderr
    # Not by contextlib's means: here alone these take as long as all else that is not the call.
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        with warnings.catch_warnings(record=True, action="always") as caught:
            # Asking for the size is slow in the box: only those who need a cap wait for it.
            if megabytes is None:
                answer = attempt(function, arguments, keywords, steps)
            else:
                with _memory_cap(megabytes):
                    answer = attempt(function, arguments, keywords, steps)
    finally:
        sys.stdout, sys.stderr = shown
    answer["changed"] = not same(before, lent)
    answer["undrawn"] = any(map(eq, positions, map(_position, given)))
    answer["warned"] = str(caught[0].message)[:200] if caught else ""
    if "failure" in answer:
        return answer
    try:
        found = arrays(answer["value"])
        answer["shares"] = bool(found) and share(found, arrays([arguments, keywords]))
        answer["twins"] = twins(found)
    except BaseException as error:  # noqa: BLE001 - the result's own class may raise anything
        answer.pop("value")
        answer |= _failure(failures.RAISED, error)
    return answer


def _position(generator: Generator) -> tuple[Any, int]:
    """Return what changes with all that is drawn from a generator, and with each it spawns."""
    bits = generator.bit_generator
    return bits.state, bits.seed_seq.n_children_spawned  # type: ignore[attr-defined]


def attempt(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    steps: list[tuple[Any, ...]],
) -> dict[str, Any]:
    """Call function once, without a look at what it does besides; see `call`."""
    try:
        value = function(*arguments, **keywords)
        return {"value": _take(value, steps) if steps else value}
    except NotImplementedError as error:
        own = _is_stub(function, error)
        return _failure(failures.NOT_ATTEMPTED if own else failures.RAISED, error)
    except MemoryError as error:
        return _failure(failures.OUT_OF_MEMORY, error)
    # SystemExit and KeyboardInterrupt, raised by the function, are its failure too.
    except BaseException as error:  # noqa: BLE001
        return _failure(failures.RAISED, error)


def _is_stub(function: Callable[..., Any], error: NotImplementedError) -> bool:
    """Whether the exception is the stub's own: bare, and raised by the function itself.

    One that a library raised, or another exercise's stub, is an exception like any other.
    """
    return not error.args and _raised_in(error).partition(".")[0] == getattr(
        function, "__name__", ""
    )


def _raised_in(error: BaseException) -> str:
    """Return the name of the function, or Class.method, that raised."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_qualname if traceback else ""


def _take(thing: Any, steps: list[tuple[Any, ...]]) -> list[Any]:
    results: list[Any] = []
    for kind, name, *rest in steps:
        if kind == "set":
            setattr(thing, name, rest[0])
        elif kind == "call":
            results.append(getattr(thing, name)(*rest))
        else:
            results.append(getattr(thing, name))
        # A later step may change in place what an earlier one returned.
        results = copied(results)
    return results


def _failure(verdict: str, error: BaseException) -> dict[str, Any]:
    return {
        "failure": verdict,
        "message": _message(error),
        "exceptions": [base.__name__ for base in type(error).__mro__][:10],
    }


def _message(error: BaseException) -> str:
    """Return one line about an exception, with the cell's line and no hidden input.

    Decimals are left out: a message may quote the arguments.  Shapes stay.
    """
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - an exception that cannot even be shown
        text = ""
    text = _DECIMAL.sub("#", text)[:160]
    name = type(error).__name__
    if isinstance(error, NotImplementedError) and not text:
        text = words.not_written_yet(_raised_in(error))
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if "ipython-input" in traceback.tb_frame.f_code.co_filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    told = f"{name}: {text}" if text else name
    return words.in_line(told, line) if line else told


@contextlib.contextmanager
def _memory_cap(megabytes: float) -> Iterator[None]:
    """Lower this process's address space for a while, so that too large an array fails."""
    size = address_space()
    if size is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = size + int(megabytes * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (cap, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def address_space() -> int | None:
    """Return this process's address space in bytes; None where it cannot be limited."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - called in hot paths
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        # Out of reach inside the box.  (In a kernel, bisection would starve other threads.)
        return _bisected()


def _bisected() -> int | None:
    """Find the smallest limit on the address space under which one page more can be had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    page = resource.getpagesize()
    low, high = 0, (soft if soft != resource.RLIM_INFINITY else 2**47) // page
    try:
        while low < high:
            middle = (low + high) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle * page, hard))
            if _one_page_can_be_had(page):
                high = middle
            else:
                low = middle + 1
    # Without memory to count in, or where this limit does not exist.
    except (MemoryError, ValueError, OSError):
        return None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    return (low - 1) * page if low else None


_libc = ctypes.CDLL(None)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
_libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_FAILED = ctypes.c_void_p(-1).value


def _one_page_can_be_had(page: int) -> bool:
    found = _libc.mmap(None, page, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    if found == _FAILED:
        return False
    _libc.munmap(found, page)
    return True
