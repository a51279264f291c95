"""What a notebook may not import: packages of a box, modules of a lesson.

A package does by itself what a course asks for, and is as if it were not installed.  A module
that a lesson does not offer solves an exercise of it; it is loaded already, for others.  That is
no wall: who copies its text has it, as who copies a solution from anywhere.  What the lesson's
own modules took from it before stays as it is.
"""

from __future__ import annotations

import sys
from types import ModuleType

from . import words


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


class Absent:
    """Finds nothing, and says so of packages that are not for notebooks here.

    They cannot be read either; without this, an import would end at a path of this machine.
    """

    def __init__(self, names: list[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse an import as where the package is not installed: others can do without it.

        Raises:
            ModuleNotFoundError: it is one of these packages.
        """
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(words.withheld(name), name=name)
