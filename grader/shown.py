"""Functions whose source goes to the student's process, because they hide no answer."""

from __future__ import annotations

import builtins
import dis
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from grader import words

_FROM_OUTSIDE = ("LOAD_GLOBAL", "LOAD_NAME")  # instructions that look a name up in a module


@dataclass(frozen=True, init=False, eq=False)
class Shown:
    """An argument that is a function and hides no answer, like a loss to differentiate.

    Its source goes to the student's process, which calls it there: a hundred times
    faster than asking the judge, who answers for all other functions.

    Args:
        function: written with def at the top level of a hidden file; it uses its arguments
            and NumPy, as np, and nothing else.
        constants: arguments besides those that the student's code gives: plain data.

    Raises:
        TypeError: the function is not of this kind.
    """

    function: Callable[..., Any]
    constants: Mapping[str, Any]

    def __init__(self, function: Callable[..., Any], **constants: Any) -> None:
        source_of(function)
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "constants", constants)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function, as the student's process does."""
        return self.function(*arguments, **{**self.constants, **keywords})


@cache
def source_of(function: Callable[..., Any]) -> str:
    """Return the source of a function that may be shown; see `Shown`."""
    name = getattr(function, "__name__", repr(function))
    try:
        source = textwrap.dedent(inspect.getsource(function))
        others = sorted(_names(function.__code__) - {"np", *dir(builtins)})
        if not source.startswith("def "):
            others = [words.NO_DEF]
        elif not others:
            # As the student's process does: what its defaults need must be there, too.
            exec(source, {"np": np})  # noqa: S102 - the author's own
    except (OSError, TypeError, AttributeError) as error:
        raise TypeError(words.no_source_to_show(name, error)) from error
    except NameError as error:
        others = [str(error.name)]
    if others:
        raise TypeError(words.not_alone(name, others))
    return source


def _names(code: CodeType) -> set[str]:
    """Return the names that code takes from outside, with the functions inside it."""
    used = {i.argval for i in dis.get_instructions(code) if i.opname in _FROM_OUTSIDE}
    inside = [_names(const) for const in code.co_consts if isinstance(const, CodeType)]
    return used.union(code.co_freevars, *inside) - set(code.co_cellvars)
