"""Formulas as MathML, made beforehand: a page needs no script to show them.

A student's formula goes through a parser in native code, which an endless nesting would
bring down: it is short, and defines no command of its own, or is shown as it was typed.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

_LONGEST = 2000  # characters; nested as deeply as that, it still takes no harm
_DEFINES = re.compile(r"\\(?:\w*command|[gex]?def|let)(?![A-Za-z])")
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_SPACE = re.compile(r"(\\\\)|\\(?=\n)")  # a line break of a matrix, or a space at a line's end


@lru_cache(maxsize=5_000)
def inline(tex: str) -> Markup:
    """Return a formula that stands in a line."""
    made = _mathml(tex, display=False)
    return made or Markup('<code class="typed">${}$</code>').format(tex)


@lru_cache(maxsize=5_000)
def block(tex: str) -> Markup:
    """Return a formula that stands alone, its number beside it."""
    tags = _TAG.findall(tex)
    made = _mathml(_TAG.sub("", tex), display=True)
    number = Markup('<span class="tag">({})</span>').format(tags[0]) if tags else ""
    shown = made or Markup('<code class="typed">{}</code>').format(tex.strip())
    return Markup('<span class="formula"><span>{}</span>{}</span>').format(shown, number)


def _mathml(tex: str, *, display: bool) -> Markup | None:
    """Return MathML, or None where it is no formula that can be set."""
    if len(tex) > _LONGEST or _DEFINES.search(tex):
        return None
    spaced = _SPACE.sub(lambda found: found[1] or r"\ ", tex)
    try:
        made = _converter().convert_with_local_state(spaced, displaystyle=display)
    except LatexError:
        return None
    # All text in it was escaped by the library; tests/test_pages.py holds it to that.
    return Markup(made)  # noqa: S704


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False, max_expansions=100)
