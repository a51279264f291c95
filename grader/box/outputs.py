"""What a cell leaves to see: in nbformat's form, of harmless types alone, capped.

HTML, SVG and JavaScript could run in the browser of whoever marks a notebook: a
sentence stands in their place where nothing else can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import words

MAX_TEXT = 100_000  # characters of output a cell may leave
MAX_OUTPUTS = 200
MAX_PICTURES = 4_000_000  # characters of encoded pictures a cell may leave
_SCORING = ("execute_result", "stderr", "error")
TEXTS = ("text/plain", "text/markdown", "text/latex")
PICTURES = ("image/png", "image/jpeg")

# A page shows a picture by pasting its text into an attribute.
BASE64 = re.compile(r"[A-Za-z0-9+/\n]*={0,2}\n?")

# Types that are not kept, by what people call them.
_LEFT_OUT = {
    "text/html": "HTML",
    "image/svg+xml": "SVG",
    "application/javascript": "JavaScript",
    "application/pdf": "PDF",
    "application/vnd.jupyter.widget-view+json": words.WIDGET,
}
# What an object says of itself that has nothing to say in text.
_NO_TEXT = re.compile(r"<[^<>\n]*\b(?:object|at 0x[0-9a-f]+)\b[^<>\n]*>|")


class Outputs:
    """The outputs of one cell; what is over the cap is dropped, and said so.

    Of what nbgrader reads a score from, a result, text on stderr, an exception, the first is
    always kept: a flood cannot hide it.
    """

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._displayed: dict[str, list[dict[str, Any]]] = {}
        self._clear()

    def _clear(self) -> None:
        self.items.clear()
        self._displayed.clear()
        self._room = self._room_for_results = MAX_TEXT
        self._room_for_pictures = MAX_PICTURES
        self._kinds: set[str] = set()
        self._clear_first = False

    def clear(self, *, wait: bool) -> None:
        """Drop what there is; or wait with that until there is more."""
        if wait:
            self._clear_first = True
        else:
            self._clear()

    def _fit(self, text: str) -> str:
        if len(text) <= self._room:
            self._room -= len(text)
            return text
        kept, self._room = text[: self._room], 0
        return f"{kept}\n{words.output_cut(MAX_TEXT)}" if kept else ""

    def _fit_result(self, text: str) -> str:
        kept = text[: self._room_for_results]
        self._room_for_results -= len(kept)
        return kept

    def stream(self, name: str, text: str) -> None:
        """Add text that was written to stdout or stderr."""
        if self._clear_first:
            self._clear()
        fitting = self._fit(text)
        if not fitting and text and name == "stderr" and name not in self._kinds:
            fitting = words.output_cut(MAX_TEXT)
        if not fitting:
            return
        last = self.items[-1] if self.items else {}
        if last.get("name") == name:
            last["text"] += fitting
        else:
            self._add({"output_type": "stream", "name": name, "text": fitting})

    def data(self, kind: str, bundle: dict[str, Any], *, display_id: str = "", **more: Any) -> None:
        """Add a display or a result; only types that cannot carry behaviour are kept."""
        if self._clear_first:
            self._clear()
        kept = self._kept(bundle, self._fit_result if kind == "execute_result" else self._fit)
        if kept:
            item = {"output_type": kind, "data": kept, "metadata": {}, **more}
            self._add(item)
            if display_id:
                self._displayed.setdefault(display_id, []).append(item)

    def update(self, display_id: str, bundle: dict[str, Any]) -> None:
        """Show something else where this cell has shown what has this id."""
        kept = self._kept(bundle, self._fit)
        for item in self._displayed.get(display_id, ()):
            item["data"] = kept

    def _kept(self, bundle: dict[str, Any], fit: Callable[[str], str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for mime in PICTURES:
            content = bundle.get(mime)
            if isinstance(content, bytes):
                import base64  # noqa: PLC0415 - few cells show a picture

                content = base64.b64encode(content).decode()
            if isinstance(content, str) and not BASE64.fullmatch(content):
                kept["text/plain"] = words.NO_PICTURE
            elif isinstance(content, str) and len(content) <= self._room_for_pictures:
                self._room_for_pictures -= len(content)
                kept[mime] = content
            elif isinstance(content, str):
                kept["text/plain"] = words.PICTURE_LEFT_OUT
        for mime in TEXTS:
            content = bundle.get(mime)
            if isinstance(content, str):
                kept.setdefault(mime, fit(content))
        left_out = [name for mime, name in _LEFT_OUT.items() if mime in bundle]
        if (
            left_out
            and kept.keys() <= {"text/plain"}
            and _NO_TEXT.fullmatch(kept.get("text/plain", ""))
        ):
            kept["text/plain"] = words.might_run(left_out)
        return kept

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an exception."""
        self._add(
            {
                "output_type": "error",
                "ename": name[:200],
                "evalue": value[:2000],
                "traceback": [line[:2000] for line in traceback[-40:]],
            }
        )

    def _add(self, item: dict[str, Any]) -> None:
        kind = item.get("name") or item["output_type"]
        if len(self.items) < MAX_OUTPUTS or (kind in _SCORING and kind not in self._kinds):
            self.items.append(item)
            self._kinds.add(kind)
