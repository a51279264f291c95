"""What lies beside a notebook: put there, and imported with code that the judge has made of it.

Python's own way to such a module looks at a dozen files and folders, each of them through
sandlock's supervisor, and compiles the text, in every child anew.  Here one look and one
reading are enough: while nothing on the way there was changed, and the file still holds
what was put there.  Anything else is left to Python, and ends as it would without this.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from collections.abc import Collection, Mapping
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

_KEPT = "__pycache__"  # where Python keeps code, and looks for it
_MADE = 946_684_800  # 1 January 2000


def put(files: Mapping[str, Any]) -> None:
    """Write files into the working folder, by no more calls than it takes.

    Raises:
        OSError: the disk refuses.
    """
    for name, content in files.items():
        path = Path(name)
        if path.parent != Path():
            path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
    # What is put there from now on makes the folder younger, however slowly the clock ticks.
    with contextlib.suppress(OSError):
        os.utime(os.curdir, (_MADE, _MADE))


def offer(files: Mapping[str, Any], codes: Mapping[str, Any], unclaimed: Collection[str]) -> None:
    """Have modules in the working folder found with code that is at hand.

    Args:
        files: all that lies in the folder, by name.
        codes: code that was made of some of them, marshalled, by the file's name.
        unclaimed: names that no installed module has.
    """
    modules = {}
    for place, code in codes.items():
        name = place.removesuffix(".py")
        rivals = [each for each in files if each.split("/")[0].split(".")[0] in (name, _KEPT)]
        if name in unclaimed and rivals == [place]:
            modules[name] = bytes(files[place]), bytes(code)
    if modules:
        _Finder(modules)


class _Finder:
    """Finds modules where Python's own search, which comes next, would find the same."""

    def __init__(self, modules: Mapping[str, tuple[bytes, bytes]]) -> None:
        """Go to work.

        Args:
            modules: of each, by name, the text and the code.
        """
        self._modules, self._folder = modules, os.getcwd()  # noqa: PTH109 - as Python's own does
        sys.meta_path.insert(sys.meta_path.index(PathFinder), self)
        self._search = self._searched()

    def _searched(self) -> tuple[object, ...]:
        """Return all that decides where Python looks for a module, and for its code."""
        finders = [sys.path_importer_cache.get(place) for place in (*sys.path, self._folder)]
        kept = sys.dont_write_bytecode, sys.pycache_prefix
        return [*sys.meta_path], [*sys.path], [*sys.path_hooks], finders, kept

    def _is_first(self) -> bool:
        """Whether Python would find here what was put here, and nothing before it."""
        try:
            return (
                os.getcwd() == self._folder  # noqa: PTH109
                and self._searched() == self._search
                and os.stat(self._folder).st_mtime_ns == _MADE * 10**9  # noqa: PTH116
            )
        except OSError:
            return False

    def find_spec(self, name: str, path: object = None, _: object = None) -> ModuleSpec | None:
        """Return how to load a module, or None."""
        if name not in self._modules or path is not None or not self._is_first():
            return None
        place = os.path.join(self._folder, f"{name}.py")  # noqa: PTH118
        spec = spec_from_file_location(name, place)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            _lend(spec.loader, *self._modules[name])
        return spec


def _lend(loader: SourceFileLoader, text: bytes, code: bytes) -> None:
    """Give a loader the code of a module, for once, while its file holds the text."""

    def get_code(name: str) -> CodeType | None:
        # From now on it is a loader like any other, for whoever looks at it.
        del vars(loader)["get_code"]
        if name != loader.name or _read(loader.path, len(text) + 1) != text:
            return loader.get_code(name)
        return placed(marshal.loads(code), loader.path)  # noqa: S302 - the judge made it

    vars(loader)["get_code"] = get_code


def _read(path: str, size: int) -> bytes | None:
    """Return what a file begins with; None if it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def placed(code: CodeType, path: str) -> CodeType:
    """Return code that names a file as the one that it comes from."""
    inner = [placed(c, path) if isinstance(c, CodeType) else c for c in code.co_consts]
    return code.replace(co_filename=path, co_consts=tuple(inner))
