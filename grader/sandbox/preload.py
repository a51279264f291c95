"""Read the modules that a box will load, before it starts.

Which ones they are, an earlier box with the same Python and the same imports has
told: the first one loads them by itself.  The list is kept in the user's cache.

A module that a lesson puts beside the notebook is not among them: what every child of a
box has is in reach of every submission, and it may answer another lesson's exercises.  Its
code goes to the children that grade its lesson, and to no others.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import json
import marshal
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

from grader.files import put

_HEADER = 16  # bytes before the code in a file of Python's cache


def listing(cache: Path, kind: Sequence[str]) -> Path:
    """Return where the list of modules is kept for this Python and a kind of box."""
    key = "\0".join([sys.version, sys.prefix, *kind])
    return cache / f"modules-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def gathered(listed: Path) -> bytes:
    """Return where each listed module lies, and its code, as `grader.box.preload` reads them."""
    index, codes, end = {}, [], 0
    for name, origin, code in _codes(_read(listed)):
        index[name] = (origin, end, end + len(code))
        codes.append(code)
        end += len(code)
    return b"".join([marshal.dumps(index), *codes])


def _codes(modules: dict[str, str]) -> Iterator[tuple[str, str, bytes]]:
    for name, origin in modules.items():
        # What has no cached code, or changed since, is left to the box.
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            content = Path(cache_from_source(origin)).read_bytes()
            about = Path(origin).stat()
            stamp = (int(about.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little")
            size = (about.st_size & 0xFFFFFFFF).to_bytes(4, "little")
            if content[:_HEADER] == MAGIC_NUMBER + bytes(4) + stamp + size:
                yield name, origin, content[_HEADER:]


@functools.lru_cache(maxsize=64)
def code_of(text: bytes | str) -> bytes | None:
    """Return a lesson's own module, or cell, as code, for `grader.box.beside`.

    None where compiling it has something to say: that is for the notebook to hear.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # As a box's Python would, which is told nothing of optimizing.
            code = compile(text, "", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        return None
    return marshal.dumps(code)


@functools.lru_cache(maxsize=64)
def code_of_cell(source: str) -> bytes | None:
    """Return a lesson's own cell as code, for `grader.box.source`.

    None where IPython may show a value between its statements, or compiles in another way
    from then on, and where compiling it has something to say.
    """
    code = code_of(source)
    if code is None or "async" in source:
        return None
    statements = ast.parse(source).body
    from_future = (each for each in statements if isinstance(each, ast.ImportFrom))
    if any(isinstance(each, ast.Expr) for each in statements) or any(
        each.module == "__future__" for each in from_future
    ):
        return None
    return code


def keep(listed: Path, told: Path, *, without: Path) -> None:
    """Add the modules that a box has told to the list.

    Args:
        told: where the box has written them, before any code of a student's ran there.
        without: a folder whose modules are the box's own, gone with it.
    """
    new = {n: o for n, o in _read(told).items() if not Path(o).is_relative_to(without)}
    told.unlink(missing_ok=True)
    known = _read(listed)
    if set(new) <= set(known):
        return
    # Without a list, the next box looks for its modules itself.
    with contextlib.suppress(OSError):
        put(listed, json.dumps(known | new).encode())


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
