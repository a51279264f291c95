"""A verdict as a small card: for the notebook in HTML, for everywhere else as text."""

from dataclasses import dataclass
from enum import Enum
from html import escape
from textwrap import fill

from byhand import words

_WIDTH = 88
# Theme colours of JupyterLab, each with what any other page has in its place.
_BOX = (
    "border-left: 4px solid {edge}; padding: 0.2em 1em; margin: 0.2em 0; max-width: 46em; "
    "font-family: var(--jp-content-font-family, system-ui, sans-serif); line-height: 1.45; "
    "color: var(--jp-content-font-color1, inherit);"
)


class Mark(Enum):
    """How it went: a symbol for the eye, and an edge that shows on light and on dark."""

    RIGHT = ("\N{CHECK MARK}", "#2e9e5b")
    PARTLY = ("\N{CIRCLE WITH LEFT HALF BLACK}", "#d08700")
    WRONG = ("\N{MULTIPLICATION X}", "#d64545")
    OPEN = ("\N{WHITE CIRCLE}", "#7a7f87")

    @property
    def symbol(self) -> str:
        """One character; the words beside it say the same."""
        return self.value[0]

    @property
    def edge(self) -> str:
        """A colour with a contrast of at least 3 on white and on black."""
        return self.value[1]


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is said of an exercise.

    Attributes:
        title: the exercise.
        verdict: a few words, the points included.
        lines: what was seen, a paragraph each.
        hints: what is opened one after the other, as (title, text).
        opened: how many hints the text form shows.
    """

    mark: Mark
    title: str
    verdict: str
    lines: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    opened: int = 0

    def __repr__(self) -> str:
        """Return the card as text, with as many hints as were asked for."""
        rows = [words.headed(self.mark.symbol, self.title, self.verdict)]
        rows += [_indented(line) for line in self.lines]
        rows += [_indented(words.hint(title, text)) for title, text in self.hints[: self.opened]]
        left = len(self.hints) - self.opened
        if left > 0:
            more = f'check("{self.title}", hints={self.opened + 1})'
            rows.append(_indented(words.hints_left(left, len(self.hints), more)))
        return "\n".join(rows)

    def _repr_html_(self) -> str:
        """Return the card for a page; each hint is folded into the one before it."""
        folded = ""
        for title, text in reversed(self.hints):
            inner = f"<p style='margin: 0.3em 0'>{escape(text)}</p>{folded}"
            folded = f"<details><summary>{escape(title)}</summary>{inner}</details>"
        said = "".join(f"<p style='margin: 0.3em 0'>{escape(line)}</p>" for line in self.lines)
        box = _BOX.format(edge=self.mark.edge)
        return (
            f"<div role='group' aria-label='{escape(self.title, quote=True)}' style='{box}'>"
            f"<p style='margin: 0.3em 0'><span aria-hidden='true'>{self.mark.symbol}</span> "
            f"<strong>{escape(self.title)}</strong>: {escape(self.verdict)}</p>"
            f"{said}{folded}</div>"
        )


def _indented(text: str) -> str:
    return fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
