"""A class's plots, drawn by Matplotlib, each as an image for a page and in words.

Legible in print and to all eyes: what differs in colour differs in lightness, too.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from grader.report.classwide import words
from grader.report.classwide.summary import Lesson
from grader.report.harmless import one_line
from grader.report.standing import Standing

# What needs somebody's eye is dark.
COLOURS: Mapping[Standing, str] = {
    Standing.RIGHT: "#d3e8f5",
    Standing.PARTLY: "#f3b45c",
    Standing.WRONG: "#b3282d",
    Standing.NOTHING: "#262626",
    Standing.WAITS: "#ffffff",
}
SIGNED = (Standing.WRONG, Standing.NOTHING, Standing.WAITS)
_LETTER = 0.085  # inches of a letter, at most
_INK, _BARS = "#1d2329", "#2b6ca3"
_MOST_NAMED = 40  # students who stand by their names; of more, the shape alone can be seen
_LONGEST_NAME = 24
_BINS = 10
_DOTS = 130  # an inch
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,  # a name may hold two dollars
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "backprop-by-hand",
}

_MIME = {"svg": "image/svg+xml", "png": "image/png"}
_METADATA = {"svg": {"Date": None}, "png": {}}  # the same class, the same page


@dataclass(frozen=True, kw_only=True)
class Plot:
    """An image as the address of its own data, and what it shows in words."""

    source: str
    text: str


def distribution(lesson: Lesson) -> Plot:
    """Return how many students have which part of the points."""
    shares = [work.share for work in lesson.works]
    counts = [0] * _BINS
    for share in shares:
        counts[min(int(share * _BINS), _BINS - 1)] += 1
    with _figure(6.4, 2.3) as (axes, saved):
        axes.bar(range(_BINS), counts, width=0.92, align="edge", color=_BARS)
        axes.set_xlim(0, _BINS)
        axes.set_ylim(0, max(counts) * 1.18)
        axes.axvline(lesson.median * _BINS, color=_INK, linestyle="--", linewidth=1.2)
        beyond = lesson.median > 0.7
        axes.text(
            lesson.median * _BINS + (-0.08 if beyond else 0.08),
            max(counts) * 1.15,
            words.median_of(lesson.median),
            ha="right" if beyond else "left",
            va="top",
        )
        axes.set_xticks(range(0, _BINS + 1, 2), [f"{20 * n} %" for n in range(6)])
        axes.set_xlabel(words.SHARE_AXIS)
        axes.set_ylabel(words.STUDENTS_AXIS)
        axes.yaxis.get_major_locator().set_params(integer=True)
        source = saved("svg")
    return Plot(source=source, text=words.distribution_told(lesson.median, counts))


def heat_map(lesson: Lesson, names: Mapping[str, str]) -> Plot:
    """Return how each student stands at each exercise.

    Args:
        names: what the students are called on the page.
    """
    from matplotlib.colors import ListedColormap  # noqa: PLC0415 - as in _figure

    kinds = list(Standing)
    exercises = [exercise.id for exercise in lesson.exercises]
    standings = [[work.standing(name) for name in exercises] for work in lesson.works]
    numbers = [[kinds.index(standing) for standing in row] for row in standings]
    named = len(lesson.works) <= _MOST_NAMED
    told = [_drawable(names[work.student]) for work in lesson.works] if named else [""] * 3
    height = 0.2 * len(lesson.works) if named else 5.0
    left = 0.1 + _LETTER * max(map(len, told))
    above = 0.2 + 0.65 * _LETTER * max(map(len, exercises))
    width = 0.42 * len(exercises)
    edges = {"left": left, "right": above, "above": above, "below": 0.1}
    size = (left + width + above, above + height + 0.1)
    with _figure(*size, **edges) as (axes, saved):
        axes.imshow(
            numbers,
            cmap=ListedColormap([COLOURS[kind] for kind in kinds]),
            vmin=-0.5,
            vmax=len(kinds) - 0.5,
            aspect="auto",
            interpolation="nearest",
        )
        axes.xaxis.tick_top()
        axes.set_xticks(range(len(exercises)), exercises, rotation=40, ha="left")
        axes.tick_params(which="both", length=0)
        if named:
            axes.set_yticks(range(len(told)), told)
            _sign_cells(axes, standings)
        else:
            axes.set_ylabel(words.BY_SCORE_AXIS)
        axes.set_xticks([n - 0.5 for n in range(1, len(exercises))], minor=True)
        axes.grid(which="minor", axis="x", color="white", linewidth=1.5)
        for side in axes.spines.values():
            side.set_visible(True)
            side.set_color("#8a939c")
        source = saved("png")
    return Plot(source=source, text=words.heat_map_told(len(lesson.works), len(exercises)))


def movement(lesson: Lesson) -> Plot:
    """Return how the median score moved from attempt to attempt."""
    shares = [share for share, _ in lesson.movement.shares]
    counts = [count for _, count in lesson.movement.shares]
    numbers = range(1, len(shares) + 1)
    with _figure(6.4, 2.3) as (axes, saved):
        axes.plot(numbers, [100 * share for share in shares], marker="o", color=_BARS)
        for number, share, count in zip(numbers, shares, counts, strict=True):
            axes.annotate(
                words.of_students(count),
                (number, 100 * share),
                textcoords="offset points",
                xytext=(0, 7),
                ha="center",
                fontsize=8,
            )
        axes.set_ylim(0, 118)
        axes.set_yticks(range(0, 101, 25), [f"{n} %" for n in range(0, 101, 25)])
        axes.set_xlim(0.6, len(shares) + 0.4)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel(words.ATTEMPT_AXIS)
        axes.set_ylabel(words.MEDIAN_AXIS)
        source = saved("svg")
    return Plot(source=source, text=words.movement_told(lesson.movement.shares))


def _sign_cells(axes: Any, standings: Sequence[Sequence[Standing]]) -> None:
    """Write into cells what they are, where lightness alone might not tell."""
    for row, line in enumerate(standings):
        for column, standing in enumerate(line):
            if standing not in SIGNED:
                continue
            dark = standing in (Standing.WRONG, Standing.NOTHING)
            sign = words.SIGNS[standing]
            colour = "white" if dark else _INK
            axes.text(column, row, sign, ha="center", va="center", color=colour, fontsize=8)


@cache
def _known_letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def _drawable(name: str) -> str:
    """Return a name in letters that the font has, cut to fit; the table has it whole."""
    shown = "".join(c if ord(c) in _known_letters() else "?" for c in one_line(name))
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"


@contextmanager
def _figure(
    width: float,
    height: float,
    *,
    left: float = 0.75,
    right: float = 0.3,
    above: float = 0.1,
    below: float = 0.5,
) -> Iterator[tuple[Any, Callable[[str], str]]]:
    """Yield axes to draw in, of a size in inches, and what makes an image of them."""
    # Imported here: half a second, which no other command needs.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    def saved(form: str) -> str:
        content = io.BytesIO()
        figure.savefig(content, format=form, dpi=_DOTS, metadata=_METADATA[form])
        data = base64.b64encode(content.getvalue()).decode("ascii")
        return f"data:{_MIME[form]};base64,{data}"

    with rc_context(_STYLE):
        # Laid out by hand: Matplotlib's own ways to do it draw everything twice.
        figure = Figure(figsize=(width, height))
        axes = figure.subplots()
        figure.subplots_adjust(left / width, below / height, 1 - right / width, 1 - above / height)
        yield axes, saved
