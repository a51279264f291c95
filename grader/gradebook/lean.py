"""Import nbgrader without what takes longest of it and is not needed here."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType
from typing import Any

# jsonschema's checks of addresses: optional, and each builds a parser as it is imported.
_OPTIONAL = ("rfc3987_syntax", "rfc3986_validator")
# Whose first lines bring nbgrader's servers, apps and exchange, requests, and jsonschema.
_PACKAGES = ("nbgrader", "nbgrader.auth", "nbformat")
# Of nbformat, nbgrader's helpers want one class, for their annotations.
_ITS_OWN = ("nbformat.notebooknode", "nbformat._struct")
_ARCHIVES = "setuptools.archive_util"
_importing = Lock()


def leave_out_slow_imports() -> None:
    """Do without jsonschema's checks of addresses: optional, and a second to import."""
    for name in _OPTIONAL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def import_gradebook() -> None:
    """Import nbgrader's gradebook, and nothing that comes with it and takes as long again.

    Whoever needs the rest imports the packages as ever, and finds the gradebook there.  Where
    another thread is at it, this waits: until then, what stands in for a package is found.
    """
    with _importing:
        _import_gradebook()


def _import_gradebook() -> None:
    leave_out_slow_imports()
    there = set(sys.modules)
    if there & {"nbgrader", "nbgrader.api"} or importlib.util.find_spec("nbgrader") is None:
        return
    with _standing_in(), uncollected():
        # All that the gradebook asks the package for.
        base = importlib.import_module("nbgrader.auth.base")
        vars(sys.modules["nbgrader.auth"])["Authenticator"] = base.Authenticator
        importlib.import_module("nbgrader.api")
    for name in {*_ITS_OWN} - there:
        sys.modules.pop(name, None)


@contextmanager
def uncollected() -> Iterator[None]:
    """Import something large without collections of garbage, which find none.

    What is loaded stays, and no later collection goes through it again.
    """
    usual = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if usual:
            gc.enable()


@contextmanager
def _standing_in() -> Iterator[None]:
    """Have packages be found whose first lines have not run, until the end of the with block."""
    made: list[str] = []
    try:
        for name in _PACKAGES:
            if name not in sys.modules and (spec := importlib.util.find_spec(name)):
                sys.modules[name] = importlib.util.module_from_spec(spec)
                made.append(name)
        if _ARCHIVES not in sys.modules:
            sys.modules[_ARCHIVES] = _Later(_ARCHIVES)
            made.append(_ARCHIVES)
        yield
    finally:
        for name in made:
            del sys.modules[name]


class _Later(ModuleType):
    """A module whose functions import it when they are called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*given: Any, **named: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*given, **named)

        return call
