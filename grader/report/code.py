"""Python code as HTML for pages, its words coloured by class."""

from __future__ import annotations

import ast
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

_LONGEST_EXAMPLE = 4_000  # characters
_LONGEST = 30_000  # characters; more than that is not coloured, only shown


@lru_cache(maxsize=500)  # stubs that nobody touched, and what the lesson itself shows
def highlighted(source: str) -> Markup:
    """Return code as it goes into a <pre>."""
    if len(source) > _LONGEST:
        return escape(source)
    from pygments import highlight  # noqa: PLC0415 - most commands show no code

    made = highlight(source, _lexer(), _formatter())
    return Markup(made.rstrip("\n"))  # noqa: S704


def without_remarks(source: str, name: str) -> str:
    """Return a function or class of a student's as Python sees it: no comment, no docstring.

    Returns:
        Its text, or "" where it is not there, cannot be read, or is too long to be an example.
    """
    if len(source) > _LONGEST_EXAMPLE:
        return ""
    try:
        found = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
        for node in ast.walk(found[-1]):
            body = getattr(node, "body", None)
            if isinstance(body, list) and len(body) > 1 and _is_remark(body[0]):
                del body[0]
        return ast.unparse(found[-1])
    except (IndexError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _is_remark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@cache
def _lexer() -> Any:
    from pygments.lexers.python import PythonLexer  # noqa: PLC0415

    return PythonLexer(stripnl=False, ensurenl=False)


@cache
def _formatter() -> Any:
    from pygments.formatters.html import HtmlFormatter  # noqa: PLC0415

    return HtmlFormatter(nowrap=True)
