"""Regions of a cell: what students see in place of a solution, and what only graders see."""

from __future__ import annotations

import re
from collections.abc import Iterator

REGION = re.compile(r"^\s*### (?P<edge>BEGIN|END) (?P<name>SOLUTION|MARK SCHEME|HIDDEN TESTS)\s*$")
ANSWER_STUB = "YOUR ANSWER HERE"


def stub(source: str) -> str:
    """Return a solution cell as students see it: each region gives way to nbgrader's stub."""
    kept: list[str] = []
    for edge, text in _lines(source):
        if edge == "BEGIN":
            indent = text[: len(text) - len(text.lstrip())]
            kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
        elif edge == "":
            kept.append(text)
    return "\n".join(kept)


def unmarked(source: str) -> str:
    """Return a cell without the lines that begin and end its regions."""
    return "\n".join(line for line in source.splitlines() if not REGION.match(line))


def is_as_released(source: str, released: str) -> bool:
    """Whether a cell's text is the released one, white space aside."""
    return source == released or source.split() == released.split()


def regions(source: str) -> dict[str, str]:
    """Return a cell's text by region; what stands outside has the name ""."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in source.splitlines():
        match = REGION.match(line)
        if match is None:
            found[name].append(line)
        else:
            name = match["name"] if match["edge"] == "BEGIN" else ""
            found.setdefault(name, [])
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _lines(source: str) -> Iterator[tuple[str, str]]:
    """Yield each line with "BEGIN", "END", "inside" a region, or "" outside."""
    inside = False
    for line in source.splitlines():
        match = REGION.match(line)
        if match is None:
            yield "inside" if inside else "", line
        else:
            inside = match["edge"] == "BEGIN"
            yield match["edge"], line
