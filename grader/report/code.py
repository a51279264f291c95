"""Python code as HTML for pages, its words coloured by class."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

_LONGEST = 30_000  # characters; more than that is not coloured, only shown


@lru_cache(maxsize=500)  # stubs that nobody touched, and what the lesson itself shows
def highlighted(source: str) -> Markup:
    """Return code as it goes into a <pre>."""
    if len(source) > _LONGEST:
        return escape(source)
    from pygments import highlight  # noqa: PLC0415 - most commands show no code

    made = highlight(source, _lexer(), _formatter())
    return Markup(made.rstrip("\n"))  # noqa: S704


@cache
def _lexer() -> Any:
    from pygments.lexers.python import PythonLexer  # noqa: PLC0415

    return PythonLexer(stripnl=False, ensurenl=False)


@cache
def _formatter() -> Any:
    from pygments.formatters.html import HtmlFormatter  # noqa: PLC0415

    return HtmlFormatter(nowrap=True)
