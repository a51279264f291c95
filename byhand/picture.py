"""A picture that carries its own description in words, and the style of all pictures.

Figures are made without pyplot: nothing is shown twice, nothing stays open,
and a notebook's own Matplotlib settings neither change them nor are changed.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byhand import captions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


WIDTH = 7.0
"""Width of a picture in inches; a notebook shows it 672 CSS pixels wide."""

HUGE = 1e100
"""Beyond this size a number is as good as infinite for a picture."""

_CSS_PIXELS_PER_INCH = 96
_SHARPNESS = 2  # pixels of the file per CSS pixel, for dense screens

INK = "#1a1a1a"
QUIET = "#5a5a5a"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GRADIENT = "#A84300"
"""Vermillion, darkened until small text in it has a contrast of 4.5 on white."""

LINES = (
    (BLUE, "-", "o"),
    (VERMILLION, "--", "s"),
    (GREEN, "-.", "^"),
    (PURPLE, ":", "D"),
    (INK, (0, (6, 1, 1, 1, 1, 1)), "v"),
    (ORANGE, (0, (8, 2)), "P"),
    (SKY, (0, (1, 1)), "X"),
)
"""Colour (Okabe and Ito), dashes and marker of the first, second, ... line.

Source: Okabe & Ito, Color universal design (2008); safe for the colour-blind.
"""

_STYLE: dict[str, Any] = {
    "figure.facecolor": "white",  # a dark theme must not shine through
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 11.0,
    "axes.titlesize": 12.0,
    "axes.labelsize": 11.0,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "legend.fontsize": 10.0,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with Matplotlib: the same everywhere
    "mathtext.fontset": "dejavusans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.h_pad": 0.1,  # inches
    "figure.constrained_layout.w_pad": 0.1,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
}


class Picture:
    """A Matplotlib figure with its description in words.

    A notebook shows the figure; the description is its alternative text for a
    screen reader, stands below it to be unfolded, and is what `print` gives.
    Any Figure will do.  One from pyplot is best closed with `plt.close(figure)`,
    or a notebook shows it a second time, without its description.

    Attributes:
        figure: the Figure, for whoever wants to draw on.
        alt: the description, one or more plain sentences.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = alt

    def png(self) -> bytes:
        """Return the figure as a PNG file, two pixels for each CSS pixel."""
        buffer = io.BytesIO()
        with style():  # some settings count only when a figure is drawn
            self.figure.savefig(buffer, format="png", dpi=_CSS_PIXELS_PER_INCH * _SHARPNESS)
        return buffer.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the figure to a PNG file."""
        Path(path).write_bytes(self.png())

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a notebook shows: HTML with alternative text, PNG, plain text.

        JupyterLab gives a bare PNG no alternative text, hence the HTML; exports
        that cannot use HTML take the PNG.
        """
        del include, exclude  # IPython picks from the whole bundle by itself
        png = self.png()
        encoded = base64.b64encode(png).decode("ascii")
        width, height = (round(inch * _CSS_PIXELS_PER_INCH) for inch in self._inches())
        alt = html.escape(self.alt)
        page = (
            f'<img alt="{alt}" width="{width}" height="{height}" '
            f'style="max-width: 100%; height: auto; background: white" '
            f'src="data:image/png;base64,{encoded}">'
            f"<details><summary>{html.escape(captions.IN_WORDS)}</summary>"
            f'<p style="white-space: pre-line">{alt}</p></details>'
        )
        data = {"text/html": page, "image/png": encoded, "text/plain": self.alt}
        return data, {"image/png": {"width": width, "height": height, "alt": self.alt}}

    def _inches(self) -> tuple[float, float]:
        width, height = self.figure.get_size_inches()
        return float(width), float(height)


@contextmanager
def drawing(height: float, *, width: float = WIDTH) -> Iterator[Figure]:
    """Give an empty figure in the common style, sizes in inches.

    What is drawn inside the block takes the style and is laid out at its end;
    the caller's settings are as before afterwards.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as in `style`
    from matplotlib.figure import Figure  # noqa: PLC0415 - as in `style`

    with style():
        figure = Figure(
            figsize=(width, height),
            dpi=_CSS_PIXELS_PER_INCH * _SHARPNESS,
            layout="constrained",
        )
        FigureCanvasAgg(figure)
        yield figure
        # Laid out once: left to each drawing, the layout would creep from one to the next.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


@contextmanager
def style() -> Iterator[None]:
    """Draw with the course's own fonts and colours inside the with block."""
    # Here and not above: who only computes with a lesson need not wait for Matplotlib.
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def number(value: float) -> str:
    """Return a number as pictures and descriptions write it: three digits or more.

    1234 stays 1234: a power of ten is harder to read than four digits.
    """
    size = abs(float(value))
    text = f"{value:.0f}" if 1e3 <= size < 1e6 else f"{value:.3g}"
    return "0" if text == "-0" else text


def listed(values: Iterable[float]) -> str:
    """Return numbers as a description lists them: [1, -0.5, 2]."""
    return f"[{', '.join(number(value) for value in values)}]"


def minus(text: str) -> str:
    """Return text with a true minus sign: on a picture a hyphen is easily missed."""
    return text.replace("-", "\N{MINUS SIGN}")


def plain(text: str) -> str:
    """Return a label for a description: without the signs of mathematics, in one line."""
    spoken = text.replace("\\dots", "...").replace("\\,", " ")
    return " ".join(re.sub(r"[$\\{}]", "", spoken).split())
