"""What a reader of a lesson meets, counted: words, minutes, symbols, links, headings.

`python -m tests.prose 01_chain_rule` prints the opening that the lesson should show.
The rules themselves stand in docs/authoring.md.
"""

import ast
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

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
        lines = {c.name: _lines_of(self.id, c) for c in self.cells if c.kind is Kind.SOLUTION}
        found = []
        for cell in self.cells:
            if cell.kind is Kind.TEST:
                minutes = MINUTES_AN_EXERCISE + MINUTES_A_LINE * (lines[cell.name] - 1)
                found.append((cell.name, cell.points, math.ceil(minutes)))
            elif cell.kind is Kind.MANUAL:
                found.append((cell.name, cell.points, int(MINUTES_A_POINT_BY_HAND * cell.points)))
        return found

    @property
    def second_sitting(self) -> int | None:
        """The section that a second sitting begins with, as the first cell says it."""
        said = re.search(r"from section (\d+) on", self.prose[0].source)
        return int(said[1]) if said else None

    @property
    def sittings(self) -> list[int]:
        """Minutes of each sitting, in steps of five."""
        parts = [self.cells]
        if self.second_sitting:
            parts = _halves(self.cells, f"## {self.second_sitting} · ")
        return [5 * math.ceil(sum(self.minutes_of(part)) / 5) for part in parts]

    @property
    def minutes(self) -> int:
        """What the lesson takes: all sittings."""
        return sum(self.sittings)

    def minutes_of(self, cells: list[Cell]) -> tuple[int, int, int]:
        """Return the minutes that some cells take: to read, to try things out, to solve."""
        words = sum(words_of(cell) for cell in cells if cell.kind in PROSE)
        names = [cell.name for cell in cells if cell.kind is Kind.EXPLORE]
        figures = sum(name.split()[0] == "figure" for name in names)
        asked = {cell.name for cell in cells if cell.kind in (Kind.TEST, Kind.MANUAL)}
        return (
            math.ceil(words / WORDS_A_MINUTE),
            MINUTES_A_RUN * (len(names) - figures) + MINUTES_A_FIGURE * figures,
            sum(minutes for name, _, minutes in self.exercises if name in asked),
        )

    @property
    def points(self) -> float:
        """What the lesson is worth."""
        return sum(points for _, points, _ in self.exercises)

    @property
    def opening(self) -> str:
        """The lines of the first cell that say what a lesson takes."""
        reading, running, solving = self.minutes_of(self.cells)
        head = (
            f"**{self.minutes} minutes, {self.points:g} points:** {reading} minutes to read, "
            f"{running} to try things out, {solving} for the exercises."
        )
        if section := self.second_sitting:
            first, second = self.sittings
            head += (
                f"\n**Two sittings:** {first} minutes up to section {section - 1}, "
                f"{second} from section {section} on."
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


def _halves(cells: list[Cell], heading: str) -> list[list[Cell]]:
    """Cut cells in two where a heading stands, perhaps inside of one."""
    for place, cell in enumerate(cells):
        before, found, after = f"\n{cell.source}".partition(f"\n{heading}")
        if found and cell.kind is Kind.PROSE:
            return [
                [*cells[:place], replace(cell, source=before)],
                [replace(cell, source=heading + after), *cells[place + 1 :]],
            ]
    raise AssertionError(f"no section begins with {heading!r}")


def _lines_of(lesson: str, cell: Cell) -> int:
    """Count the lines of a solution: the reference's, or the alternative's called __plain_and_slow.

    Some references are written for speed; what takes a learner's time is the plain way.
    """
    for node in _alternatives(lesson).body:
        if isinstance(node, ast.FunctionDef) and node.name == f"{cell.name}__plain_and_slow":
            return sum(len(ast.unparse(line).splitlines()) for line in node.body)
    region = regions(cell.source)["SOLUTION"]
    return sum(bool(line.strip()) and line.strip()[0] != "#" for line in region.splitlines())


@cache
def _alternatives(lesson: str) -> ast.Module:
    path = Path(__file__).parent / "alternatives" / f"{lesson}.py"
    return ast.parse(path.read_text(encoding="utf-8"))


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
