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


# What a spreadsheet may take for the beginning of a formula; wide forms count in some of them.
_FORMULA = re.compile(r"[=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20]")


def spreadsheet_cell(text: str) -> str:
    """Return text for a cell of a CSV file that a spreadsheet will show, and never compute.

    Text alone: a number is written as a number, with its sign.  Separators and quotes are the
    CSV writer's business.

    Source: OWASP, CSV Injection.
    """
    # A spreadsheet may leave out blanks and marks that nobody sees before it looks.
    first = re.search(r"[^\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00]", text)
    begins = _FORMULA.match(text) or (first and _FORMULA.match(first.group()))
    return f"'{text}" if begins else text
