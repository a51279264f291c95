"""The one place where what a student wrote is made harmless for whoever looks at it."""

from __future__ import annotations

import re


def harmless(markdown: str) -> str:
    """Return a student's Markdown without HTML: an instructor opens it in a browser."""
    # A space shows the same in text and in a formula; "&lt;" would show as such in a formula.
    spaced = re.sub(r"([<&])(?=[A-Za-z/!?#])", r"\1 ", markdown)
    return re.sub(r"(?i)(script|data)(?=[\s\\]*:)", r"\1 ", spaced)


def one_line(text: str) -> str:
    """Return text for a terminal: one line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
