"""Modules that an author's code imports by a plain name, such as `earlier` or `hidden.drawing`.

They are seen by the code that is run here and by nobody else: Python's own table of
modules has no part in it.  So lessons are loaded by several threads at once, and may
have files of the same names.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course import faults


class Modules:
    """A table of modules, and what lets code import from it.

    Attributes:
        builtins: Python's own, with an `import` that looks here first.
    """

    def __init__(
        self, sources: Mapping[str, tuple[Path, bytes]], **made: Mapping[str, Any]
    ) -> None:
        """Prepare.

        Args:
            sources: path and content of each file, by the module's name; it is run when it is
                imported first.
            made: what other modules hold, by name.
        """
        self._sources = sources
        self._loaded: dict[str, ModuleType] = {}
        folders = {name[:i] for name in sources for i, sign in enumerate(name) if sign == "."}
        for name in (*folders.difference(sources), *made):
            self._loaded[name] = ModuleType(name)
            self._loaded[name].__dict__.update(made.get(name, {}))
        self.builtins = {**vars(builtins), "__import__": self._import}

    def load(self, name: str) -> ModuleType:
        """Return a module, which is run if it was not yet.

        Raises:
            ModuleNotFoundError: there is none.
            Exception: what the module itself raises.
        """
        if name not in self._loaded:
            self._run(name)
        return self._loaded[name]

    def _run(self, name: str) -> None:
        if name not in self._sources:
            raise ModuleNotFoundError(faults.no_module(name), name=name)
        path, content = self._sources[name]
        parent, _, last = name.rpartition(".")
        module = self._loaded[name] = ModuleType(name)
        module.__dict__.update(__file__=str(path), __package__=parent, __builtins__=self.builtins)
        try:
            exec(compile(content, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102
        except BaseException:
            del self._loaded[name]
            raise
        if parent:
            setattr(self.load(parent), last, module)

    def _import(
        self,
        name: str,
        namespace: Mapping[str, Any] | None = None,
        local: Mapping[str, Any] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Take the place of `__import__`, whose arguments these are."""
        full = resolve_name("." * level + name, (namespace or {})["__package__"]) if level else name
        root = full.partition(".")[0]
        if root not in self._loaded and root not in self._sources:
            return builtins.__import__(name, namespace, local, wanted or (), level)
        module = self.load(full)
        for each in wanted or ():
            if not hasattr(module, each) and f"{full}.{each}" in self._sources:
                self.load(f"{full}.{each}")
        return module if wanted else self.load(root)
