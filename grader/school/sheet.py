"""A table of a school's as a file: read whatever it is written in, and written back the same.

A cell that nobody changes keeps its bytes: its quotes, its blanks, the file's separator,
line ends, encoding and byte order mark.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError
from grader.files import put
from grader.school import words

_MOST_BYTES, _MOST_ROWS = 20 * 2**20, 100_000
_SEPARATORS = (",", ";", "\t", "|")
_LOOKED_AT = 20  # lines, to find the separator
# How spreadsheets under Windows name the separator, in a line of its own.
_NAMED = re.compile(r'"?sep=([,;\t|])"?\r?\n?')
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table.

    Attributes:
        number: of its first line in the file, from 1.
        raw: its cells as they stand in the file, quotes included.
        end: what ends it, "" at the end of the file.
        torn: whether a quote is opened and never closed in it.
    """

    number: int
    raw: tuple[str, ...]
    end: str
    torn: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """What the cells say, without the blanks around it."""
        return tuple(_said(raw) for raw in self.raw)

    @property
    def empty(self) -> bool:
        """Whether no cell says anything."""
        return not any(self.cells)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table, and how its file is written.

    Attributes:
        rows: all of it, the heading too.
        mark: the byte order mark, b"" without one.
        preface: what stands before the first row, such as "sep=;".
    """

    path: Path
    rows: tuple[Row, ...]
    encoding: str
    separator: str
    mark: bytes = b""
    preface: str = ""

    def with_cells(self, changes: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file's content with some cells changed, by place in `rows` and column."""
        by_row: dict[int, dict[int, str]] = {}
        for (place, column), text in changes.items():
            by_row.setdefault(place, {})[column] = text
        parts = [self.preface]
        for place, row in enumerate(self.rows):
            raw = list(row.raw)
            for column, text in sorted(by_row.get(place, {}).items()):
                # A spreadsheet may leave out a row's last cells where they are empty.
                raw += [""] * (column + 1 - len(raw))
                quoted = raw[column].lstrip().startswith('"')
                raw[column] = self._written(text, quoted=quoted)
            parts += [self.separator.join(raw), row.end]
        return self.mark + "".join(parts).encode(self.encoding, "replace")

    def _written(self, text: str, *, quoted: bool) -> str:
        if quoted or any(c in text for c in f'{self.separator}"\r\n') or text != text.strip():
            doubled = text.replace('"', '""')
            return f'"{doubled}"'
        return text


def read_sheet(path: Path) -> Sheet:
    """Read a table of comma-, semicolon-, tab- or bar-separated values.

    Raises:
        InputError: it cannot be read, is too large, is no text, or holds nothing.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(words.not_opened(path, error.strerror)) from error
    if len(content) > _MOST_BYTES:
        raise InputError(words.too_large(path, _MOST_BYTES // 2**20))
    mark, encoding, text = _decoded(path, content)
    preface = found.group() if (found := _NAMED.match(text)) else ""
    text = text[len(preface) :]
    separator = found[1] if found else _separator_of(text)
    first = 1 + preface.count("\n")
    rows = tuple(_rows(text, separator, first))
    if len(rows) > _MOST_ROWS:
        raise InputError(words.too_many_rows(path, _MOST_ROWS))
    if all(row.empty for row in rows):
        raise InputError(words.empty_table(path))
    return Sheet(
        path=path, rows=rows, encoding=encoding, separator=separator, mark=mark, preface=preface
    )


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, content)
    except OSError as error:
        raise InputError(words.not_written(path, error.strerror)) from error


def _decoded(path: Path, content: bytes) -> tuple[bytes, str, str]:
    """Return the byte order mark, the encoding and the text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return mark, encoding, content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(words.not_text(path, encoding, error.start)) from error
    # Without a mark: UTF-16 of Latin letters has a zero in every second byte.
    if b"\0" in content:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise InputError(words.no_text(path))
        return b"", encoding, text
    for encoding in ("utf-8", "cp1252"):
        try:
            return b"", encoding, content.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
    raise InputError(words.not_text(path, "UTF-8, Windows-1252", at))


def _separator_of(text: str) -> str:
    """Return the separator that cuts the first lines into the most columns, as many in each."""

    def fit(separator: str) -> tuple[int, int]:
        widths = []
        for row in _rows(text, separator, 1):
            if not row.empty:
                widths.append(len(row.raw))
            if len(widths) == _LOOKED_AT:
                break
        alike = sum(width == widths[0] for width in widths) if widths else 0
        return (alike if widths and widths[0] > 1 else 0, widths[0] if widths else 0)

    return max(_SEPARATORS, key=fit)


def _rows(text: str, separator: str, first: int) -> Iterator[Row]:
    """Yield the rows; a quote that is never closed ends with its line, and costs no other."""
    mark = re.escape(separator)
    quoted = re.compile(rf' *"(?:[^"]|"")*+" *(?={mark}|[\r\n]|\Z)')
    plain = re.compile(rf"[^{mark}\r\n]*")
    end = re.compile(r"\r\n|\r|\n")
    at, number = 0, first
    while at < len(text):
        begun, raw = at, []
        while True:
            found = quoted.match(text, at) or plain.match(text, at)
            raw.append(found.group() if found else "")
            at += len(raw[-1])
            if text[at : at + 1] != separator:
                break
            at += 1
        ended = end.match(text, at)
        yield Row(
            number=number,
            raw=tuple(raw),
            end=ended.group() if ended else "",
            torn=any(cell.lstrip(" ").startswith('"') and not quoted.match(cell) for cell in raw),
        )
        number += len(end.findall(text[begun:at])) + 1
        at += len(ended.group()) if ended else 0


def _said(raw: str) -> str:
    """Return what a cell says: without its quotes, and the blanks around it."""
    text = raw.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    return text.strip()
