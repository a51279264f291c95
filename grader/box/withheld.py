"""Modules that a lesson does not offer, for they solve an exercise of it.

No wall: who copies their text has them, as who copies a solution from anywhere.  What the
lesson's own modules took from them before stays as it is.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _Withheld(ModuleType):
    """Stands in a module's place; whoever takes something from it is told why there is nothing."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> object:
        # Python itself looks for names like these when it imports, and when it shows a module.
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(self.__doc__, name=self.__name__)


def withhold(name: str, why: str) -> None:
    """Make a module's import fail, also of one that is loaded already.

    Args:
        name: "package.module".
        why: what the exception says.
    """
    stand_in = sys.modules[name] = _Withheld(name, why)
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], last, stand_in)
