"""What a reader of a lesson meets, counted: words, minutes, symbols, links, headings.

`python -m tests.prose 01_chain_rule` prints the opening that the lesson should show.
The rules themselves stand in docs/authoring.md.
"""

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from grader.course.cells import Cell, Kind
from grader.course.regions import regions
from grader.course.source import parse
from tests.conftest import COURSE

WORDS_A_MINUTE = 120
MINUTES_A_RUN = 1
MINUTES_A_FIGURE = 5
MINUTES_AN_EXERCISE = 2
MINUTES_A_LINE = 0.5
MINUTES_A_POINT_BY_HAND = 2

PROSE = (Kind.PROSE, Kind.MANUAL)
NOTATION = "00_start_here"

_DETAILS = re.compile(r"<details>.*?</details>", re.DOTALL)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`]*`")
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
_NAMED = re.compile(r"\\(?:text|texttt|mathrm|operatorname|begin|end|tag|textbf)\*?\{[^}]*\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
# The commands that name something; all others set a formula.
_NAMES = re.compile(
    r"\\(?:(?:var)?(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega)|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi"
    r"|Omega|ell|nabla|mathcal[A-Z])"
)


@dataclass(frozen=True)
class Lesson:
    """A lesson's source, as a reader meets it."""

    id: str

    @cached_property
    def cells(self) -> list[Cell]:
        """Its cells in order, with the lines where they begin."""
        return parse(COURSE.solutions / self.id / "lesson.py")

    @property
    def prose(self) -> list[Cell]:
        """The cells that are read."""
        return [cell for cell in self.cells if cell.kind in PROSE]

    def at(self, cell: Cell) -> str:
        """Say where a cell stands, as an editor opens it."""
        return f"solutions/{self.id}/lesson.py:{cell.line}"

    @property
    def words(self) -> int:
        """How many words everybody reads."""
        return sum(words_of(cell) for cell in self.prose)

    @property
    def exercises(self) -> list[tuple[str, float, int]]:
        """Each exercise and each question by hand: name, points, minutes; in order."""
        lines = {c.name: _lines_of(c) for c in self.cells if c.kind is Kind.SOLUTION}
        found = []
        for cell in self.cells:
            if cell.kind is Kind.TEST:
                minutes = MINUTES_AN_EXERCISE + MINUTES_A_LINE * (lines[cell.name] - 1)
                found.append((cell.name, cell.points, math.ceil(minutes)))
            elif cell.kind is Kind.MANUAL:
                found.append((cell.name, cell.points, int(MINUTES_A_POINT_BY_HAND * cell.points)))
        return found

    @property
    def reading(self) -> int:
        """Minutes that the words take."""
        return math.ceil(self.words / WORDS_A_MINUTE)

    @property
    def running(self) -> int:
        """Minutes that the cells to try out take."""
        names = [cell.name for cell in self.cells if cell.kind is Kind.EXPLORE]
        figures = sum(name.split()[0] == "figure" for name in names)
        return MINUTES_A_RUN * (len(names) - figures) + MINUTES_A_FIGURE * figures

    @property
    def solving(self) -> int:
        """Minutes that the exercises take."""
        return sum(minutes for _, _, minutes in self.exercises)

    @property
    def minutes(self) -> int:
        """What the lesson takes, in steps of five minutes."""
        return 5 * math.ceil((self.reading + self.running + self.solving) / 5)

    @property
    def points(self) -> float:
        """What the lesson is worth."""
        return sum(points for _, points, _ in self.exercises)

    @property
    def opening(self) -> str:
        """The lines of the first cell that say what a lesson takes."""
        head = (
            f"**{self.minutes} minutes, {self.points:g} points:** {self.reading} minutes to read, "
            f"{self.running} to try things out, {self.solving} for the exercises."
        )
        rows = [
            f"| `{name}` | {points:g} | {minutes} |" for name, points, minutes in self.exercises
        ]
        return "\n".join([head, "", "| exercise | points | minutes |", "|---|---|---|", *rows])


def shown(cell: Cell) -> str:
    """Return what a student sees of a cell: without the regions that only graders see."""
    return regions(cell.source)[""]


def words_of(cell: Cell) -> int:
    """Count what everybody reads of a cell: tokens with a letter or a digit, nothing unfolded."""
    text = _DETAILS.sub("", shown(cell))
    return sum(any(sign.isalnum() for sign in token) for token in text.split())


def _lines_of(cell: Cell) -> int:
    region = regions(cell.source)["SOLUTION"]
    return sum(bool(line.strip()) and line.strip()[0] != "#" for line in region.splitlines())


def formulas(text: str) -> Iterator[str]:
    """Yield the formulas of our own: what a blockquote quotes is somebody else's."""
    text = _CODE.sub("", _FENCE.sub("", _QUOTED.sub("", text)))
    for match in _MATHS.finditer(text):
        yield match[1] or match[2]


def symbols(formula: str) -> set[str]:
    r"""Return a formula's letters: Latin ones, and commands that name something like \delta."""
    formula = re.sub(r"\\mathcal\s*\{?([A-Z])\}?", r"\\mathcal\1 ", _NAMED.sub(" ", formula))
    commands = {command for command in _COMMAND.findall(formula) if _NAMES.fullmatch(command)}
    return commands | set(re.findall(r"[A-Za-z]", _COMMAND.sub(" ", formula)))


@cache
def notation() -> dict[str, str]:
    """Return the symbols of lesson 00's table, each with the first lesson that may use it."""
    first: dict[str, str] = {}
    for row in notation_rows():
        for symbol in set().union(*map(symbols, formulas(row[0]))):
            first[symbol] = min(row[-1], first.get(symbol, row[-1]))
    return first


@cache
def names_in_code() -> set[str]:
    """Return the names that lesson 00's table gives to symbols in code."""
    plain = {name for row in notation_rows() for name in re.findall(r"`(\w+)`", row[1])}
    return plain | {f"d{name}" for name in plain}


def notation_rows() -> Iterator[list[str]]:
    """Yield the rows of lesson 00's table, cell by cell."""
    inside = False
    for cell in Lesson(NOTATION).prose:
        for line in cell.source.splitlines():
            if line.startswith("## "):
                inside = line == "## Notation"
            if inside and line.startswith("| $"):
                yield [part.strip() for part in line.strip("| ").split("|")]


def headings(lesson: str) -> list[str]:
    """Return a lesson's headings, with their number signs."""
    return [
        line
        for cell in Lesson(lesson).prose
        for line in _FENCE.sub("", shown(cell)).splitlines()
        if re.match(r"#+ ", line)
    ]


def anchor(heading: str) -> str:
    """Return the fragment by which JupyterLab links to a heading."""
    return re.sub(r"[`*]", "", heading.lstrip("#").strip()).replace(" ", "-")


def links(cell: Cell) -> Iterator[str]:
    """Yield where a cell's links lead."""
    text = _CODE.sub("", _FENCE.sub("", cell.source))
    yield from re.findall(r"\]\(([^)\s]+)\)", text)
    yield from re.findall(r"<(https?:[^>]+)>", text)


if __name__ == "__main__":
    for _name in sys.argv[1:] or COURSE.lesson_ids():
        _lesson = Lesson(_name)
        print(f"{_name}: {_lesson.words} words")  # noqa: T201
        print(_lesson.opening, end="\n\n")  # noqa: T201
