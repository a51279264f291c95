"""A Matplotlib figure that is drawn again and again, fast.

What never changes (axes, ticks, labels) is drawn once and kept as pixels.  A
redraw puts these pixels back, draws the moving artists over them, and writes the
moving words with Pillow, which is twenty times as fast as Matplotlib at it.
"""

import re
import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache
from types import TracebackType
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from byhand.figures import faults
from byhand.picture import INK, WIDTH, style
from byhand.picture import drawing as drawing_block

_SHARPNESS = 1.25  # pixels a CSS pixel: at 1.5 a move takes a fifth longer to be seen
_PIXELS_PER_POINT = _SHARPNESS * 96 / 72
_HYPHEN = re.compile(r"(?<![A-Za-z])-(?=[\d.])|(?<=e)-(?=\d)")


class Words:
    """Plain text at a point of an axes; set text, x, y or colour, and it moves.

    anchor is Pillow's: m in the middle, l left, r right; then m, a top, d bottom.
    """

    def __init__(
        self,
        axes: Axes,
        x: float,
        y: float,
        text: str = "",
        *,
        size: float = 10.0,
        colour: str = INK,
        anchor: str = "mm",
        bold: bool = False,
        relative: bool = False,
    ) -> None:
        self.axes, self.x, self.y, self.text = axes, x, y, text
        self.colour, self.anchor = colour, anchor
        self._transform = axes.transAxes if relative else axes.transData
        weight = "bold" if bold else "normal"
        properties = font_manager.FontProperties(family="DejaVu Sans", weight=weight)
        path = font_manager.findfont(properties)
        self._font = ImageFont.truetype(path, round(size * _PIXELS_PER_POINT))

    def draw(self, page: ImageDraw.ImageDraw, height: int) -> None:
        """Write the text onto a page of this height in pixels."""
        if self.text:
            x, y = self._transform.transform((self.x, self.y))
            stamp, left, top = _stamp(self._font, self.text, self.anchor)
            page.bitmap((round(x) + left, round(height - y) + top), stamp, fill=self.colour)


@lru_cache(maxsize=4096)
def _stamp(font: ImageFont.FreeTypeFont, text: str, anchor: str) -> tuple[Image.Image, int, int]:
    """Return text as a mask, and where its corner lies from the anchor; numbers come again."""
    text = _HYPHEN.sub("\N{MINUS SIGN}", text)  # in numbers, not in words
    left, top, right, bottom = map(int, font.getbbox(text, anchor=anchor))
    mask = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=font, anchor=anchor)
    return mask, left, top


class Surface:
    """A kept figure.  Build it once, then move its artists and ask for `png()`.

    Args:
        height: in inches; the width is that of all pictures.

    Use it as a context while building: layout happens at the block's end.

        surface = Surface(3.5)
        with surface as figure:
            axes = figure.add_subplot()
            line = surface.moving(axes.plot([], [])[0])
    """

    def __init__(self, height: float, *, width: float = WIDTH) -> None:
        self._block = drawing_block(height, width=width)
        self.size = (round(width * 96), round(height * 96))
        self._moving: list[Artist] = []
        self._words: list[Words] = []
        self._background: Any = None
        self._figure: Figure | None = None

    def __enter__(self) -> Figure:
        self._figure = self._block.__enter__()
        return self._figure

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._block.__exit__(kind, problem, where)
        if self._figure is not None:
            self._figure.set_dpi(96 * _SHARPNESS)

    def moving(self, artist: Any) -> Any:
        """Return an artist, noted as one that changes between redraws."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def all_moving(self, artists: Iterable[Any]) -> list[Any]:
        """Return several artists, noted as changing."""
        return [self.moving(artist) for artist in artists]

    def words(self, axes: Axes, x: float, y: float, text: str = "", **options: Any) -> Words:
        """Return moving text at a point of an axes."""
        words = Words(axes, x, y, text, **options)
        self._words.append(words)
        return words

    def stale(self) -> None:
        """Say that something changed that does not move, such as an axis' limits."""
        self._background = None

    def png(self) -> bytes:
        """Return the figure as it is now, a PNG file."""
        if self._figure is None:
            raise RuntimeError(faults.NOT_BUILT)
        canvas = self._figure.canvas
        if not isinstance(canvas, FigureCanvasAgg):
            raise TypeError(faults.no_canvas(canvas))
        if self._background is None:
            with style():  # ticks that are made anew take it
                canvas.draw()
            self._background = canvas.copy_from_bbox(self._figure.bbox)
        else:
            canvas.restore_region(self._background)
        renderer = canvas.get_renderer()
        for artist in sorted(self._moving, key=lambda artist: artist.get_zorder()):
            artist.draw(renderer)
        page = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        pen = ImageDraw.Draw(page)
        for words in self._words:
            words.draw(pen, page.height)
        return encode(page)


def encode(page: Image.Image) -> bytes:
    """Return an RGB picture as a PNG file, in half the time that Pillow takes.

    Rows are not filtered and zlib works at its fastest: flat areas hardly need
    more, and the front end is near.  Source: PNG specification, W3C (2003).
    """
    width, height = page.size
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each begins with filter 0
    rows[:, 1:] = np.asarray(page).reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    parts = {b"IHDR": header, b"IDAT": zlib.compress(rows.data, 1), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts.items())
