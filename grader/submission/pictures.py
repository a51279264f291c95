"""Pictures that a student put into text: attachments, and data in the text itself.

JupyterLab keeps a pasted picture beside the text, Colab inside it.  Here both become
attachments that were looked at; what is refused leaves a sentence in its place.  Of a picture
only its beginning is read, to see that it is one, and of which size: nothing is decoded.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.submission import words

MAX_PICTURE = 12 * 2**20  # bytes of one picture; a telephone's photo has three to eight million
MAX_PICTURES = 60 * 2**20  # bytes of all pictures of a notebook
MAX_SIDE = 16_000  # pixels
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_DATA = r"data:image/[a-zA-Z0-9.+-]+;base64,[A-Za-z0-9+/=\s]*"
_IN_TEXT = re.compile(
    rf"!\[(?P<alt>[^\]\n]{{0,500}})\]\(\s{{0,9}}<?(?P<data>{_DATA})>?(?:\"[^\"\n]{{0,500}}\")?\s{{0,9}}\)"
    rf"|<img\b[^>]{{0,500}}?\bsrc\s*=\s*[\"'](?P<tagged>{_DATA})[\"'][^>]{{0,500}}>",
    re.IGNORECASE,
)
# Colab also writes the data below the text, as the target of a reference: "[image1]: <data:...>".
_REFERENCE = re.compile(
    rf"^[ ]{{0,3}}\[(?P<name>[^\]\n]{{1,500}})\]:[ ]{{0,9}}<?(?P<data>{_DATA})>?[ \t]*$",
    re.MULTILINE,
)
_ATTACHED = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,500})\]\(\s{0,9}<?attachment:(?P<name>[^)>\n\"]{1,300}?)>?(?:\s+\"[^\"\n]{0,500}\")?\s{0,9}\)"
)
_TAGGED = re.compile(
    r"<img\b[^>]{0,500}?\bsrc\s*=\s*[\"']attachment:(?P<name>[^\"']{1,300})[\"'][^>]{0,500}>",
    re.IGNORECASE,
)

Attachments = Mapping[str, Mapping[str, str]]


@dataclass(kw_only=True)
class Room:
    """How many bytes of pictures a notebook may still hold."""

    left: int = MAX_PICTURES


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text of a student's with its pictures, in nbformat's form: base64 by name and type."""

    source: str
    attachments: Attachments = field(default_factory=dict)


def illustrated(source: str, attachments: Any, room: Room) -> Text:
    """Return text whose pictures are all attachments that were checked.

    Args:
        source: Markdown.
        attachments: what the notebook says is attached; anything may stand there.
        room: for the pictures of the whole notebook; what is taken is counted.
    """
    if "attachment:" not in source and "data:" not in source:
        return Text(source=source)
    given = attachments if isinstance(attachments, dict) else {}
    kept: dict[str, dict[str, str]] = {}

    def keep(encoded: Any, name: str, alt: str) -> str:
        found = _checked(encoded, room)
        if isinstance(found, str):
            return found
        kept[name] = found
        return f"![{alt}](attachment:{name})"

    def inline(match: re.Match[str]) -> str:
        name = f"picture-{len(kept) + 1}"
        return keep(match["data"] or match["tagged"], name, match["alt"] or "")

    def attached(match: re.Match[str]) -> str:
        name, alt = match["name"], match.groupdict().get("alt") or ""
        if name in kept:
            return f"![{alt}](attachment:{name})"
        bundle = given.get(name)
        contents = list(bundle.values()) if isinstance(bundle, dict) else []
        if not contents:
            return words.picture_not_there(_plain(name))
        return keep(contents[0], name, alt)

    def reference(match: re.Match[str]) -> str:
        name = f"picture-{len(kept) + 1}"
        told = keep(match["data"], name, match["name"])
        return f"[{match['name']}]: attachment:{name}" if name in kept else told

    source = _IN_TEXT.sub(inline, source)
    source = _REFERENCE.sub(reference, source)
    for pattern in (_ATTACHED, _TAGGED):
        source = pattern.sub(attached, source)
    return Text(source=source, attachments=kept)


def _plain(name: str) -> str:
    return re.sub(r"[^\w .-]", "", name)[:60]


def _checked(encoded: Any, room: Room) -> dict[str, str] | str:
    """Return a picture's base64 by its type, or the sentence that takes its place."""
    text = "".join(encoded) if _is_lines(encoded) else encoded
    if isinstance(text, str) and text.lower().startswith("data:"):
        text = text.partition(",")[2]
    if not isinstance(text, str):
        return words.picture_left_out(words.NO_PICTURE)
    if len(text) > MAX_PICTURE * 4 // 3 + 4:
        return words.picture_left_out(words.picture_too_large(MAX_PICTURE // 2**20))
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return words.picture_left_out(words.PICTURE_DAMAGED)
    if len(content) > room.left:
        return words.picture_left_out(words.pictures_too_large(MAX_PICTURES // 2**20))
    mime = _type_of(content)
    if mime is None:
        return words.picture_left_out(words.PICTURE_UNUSUAL)
    room.left -= len(content)
    # Written anew: what stands on a page is base64 and nothing else.
    return {mime: base64.b64encode(content).decode("ascii")}


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def _type_of(content: bytes) -> str | None:
    """Return a picture's type by its beginning; None if it is none, or of an absurd size.

    One that is damaged further on is a picture all the same: it harms nobody, and a person
    who marks sees that there was one.
    """
    found = next((mime for start, mime in _STARTS.items() if content.startswith(start)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = "image/webp"
    return found if found is None or max(_sides(content)) <= MAX_SIDE else None


def _sides(content: bytes) -> tuple[int, int]:
    """Return a picture's width and height in pixels; zeros where they cannot be read."""
    from PIL import Image  # noqa: PLC0415 - few notebooks hold a picture

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            return picture.size
    except Exception:  # noqa: BLE001 - anything may stand there
        return 0, 0
