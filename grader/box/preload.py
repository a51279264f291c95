"""Import modules whose code the judge has read for the box, in one file.

Each file that a box opens or looks at goes through sandlock's supervisor, at a
hundred times the usual cost, and an import looks at half a dozen.  With the
several hundred modules of NumPy, Matplotlib and IPython, that was most of the
time that a box took to start.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType


class _Loader(SourceFileLoader):
    """Loads a module as from its file, with code that is at hand."""

    def __init__(self, name: str, path: str, code: memoryview) -> None:
        super().__init__(name, path)
        self._code: memoryview | None = code

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code; asked again, from its file: what is at hand is given back."""
        code, self._code = self._code, None
        # The judge read it from Python's own cache.
        return super().get_code(fullname) if code is None else marshal.loads(code)  # noqa: S302


class Finder:
    """Finds modules whose code is at hand; the others are found as ever."""

    def __init__(self, path: str) -> None:
        """Read what the judge wrote into a file.

        First comes, by name, where each module's file lies and its code begins and ends; then
        the code of all of them, one piece of memory that is given back as a whole.
        """
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is a module to load, too
            self._found: Mapping[str, tuple[str, int, int]] = marshal.load(file)  # noqa: S302
            self._code = memoryview(file.read())

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Return how to load a module, or None."""
        if name not in self._found:
            return None
        origin, start, end = self._found[name]
        spec = ModuleSpec(name, _Loader(name, origin, self._code[start:end]), origin=origin)
        spec.has_location = True
        if origin.endswith("__init__.py"):
            spec.submodule_search_locations = [os.path.dirname(origin)]  # noqa: PTH120
        return spec

    def missed(self) -> dict[str, str]:
        """Return the path of each module that Python loaded from a file of its own, by name."""
        specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
        return {
            spec.name: spec.origin
            for spec in specs
            if spec is not None and type(spec.loader) is SourceFileLoader and spec.origin
        }
