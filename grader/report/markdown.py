"""Markdown as HTML for pages: the lesson's own as it is, a student's without any HTML.

The one way in which text of a student's gets onto a page as more than text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.report import formula, words
from grader.report.code import highlighted

_OUTSIDE = re.compile(r"https?://", re.IGNORECASE)
_PICTURE = re.compile(r"image/(?:png|jpeg|gif|webp)")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
# What is longer, or opens more formulas, is shown as typed: a parser's time may grow as its
# square, and nobody derives anything in that many characters.
_LONGEST, _MOST_BLOCKS = 30_000, 200
_MANY = 1_000  # texts: the prose of a course; a server lives for weeks


@lru_cache(maxsize=_MANY)
def of_the_lesson(source: str) -> Markup:
    """Return the lesson's own text; HTML in it counts."""
    return Markup(_parser(html=True).render(source))  # noqa: S704


def of_a_student(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Return text that a student or a marking person wrote; HTML in it is shown as typed.

    Args:
        attachments: its pictures, in nbformat's form.
    """
    if len(source) > _LONGEST or source.count(r"\begin{") > _MOST_BLOCKS:
        return Markup("<pre>{}</pre>").format(source)
    env = {"attachments": attachments or {}}
    return Markup(_parser(html=False).render(source, env))  # noqa: S704


@cache
def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "highlight": _fenced})
    parser.enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, double_inline=True)
    parser.use(amsmath_plugin)
    parser.add_render_rule("math_inline", _inline_formula)
    for kind in ("math_inline_double", "math_block", "amsmath"):
        parser.add_render_rule(kind, _formula)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("link_close", _link)
    return parser


def _inline_formula(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: Any, _env: Any
) -> str:
    return formula.inline(tokens[index].content)


def _formula(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: Any, _env: Any
) -> str:
    return formula.block(tokens[index].content)


def _fenced(code: str, language: str, _attributes: str) -> str:
    return highlighted(code) if language in ("python", "py", "python3", "ipython3") else ""


def _link(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: Any, env: Any
) -> str:
    """Render a link to the web; any other would lead nowhere from a page that was sent out."""
    open_links: list[bool] = env.setdefault("links", [])
    if tokens[index].type == "link_close":
        return "</a>" if open_links and open_links.pop() else ""
    target = str(tokens[index].attrGet("href") or "")
    open_links.append(_OUTSIDE.match(target) is not None)
    if not open_links[-1]:
        return ""
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">').format(target)


def _image(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: Any, env: Any
) -> str:
    """Render a picture that comes with the text; one from elsewhere would not be there."""
    token = tokens[index]
    name = str(token.attrGet("src") or "")
    found = env.get("attachments", {}).get(name.removeprefix("attachment:"))
    alt = token.content or words.A_PICTURE
    for mime, data in (found or {}).items() if name.startswith("attachment:") else ():
        picture = picture_of(mime, data, alt)
        if picture:
            return picture
    return Markup("<em>[{}]</em>").format(alt)


def picture_of(mime: str, data: Any, alt: str) -> Markup | None:
    """Return an image with its data in it; None if it is no picture in base64."""
    if not (isinstance(data, str) and _PICTURE.fullmatch(mime) and _BASE64.fullmatch(data)):
        return None
    joined = "".join(data.split())
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(mime, joined, alt)
