"""Measure what the judge notices, exercise by exercise, and write docs/kill-matrix.md.

    python tests/kill_page.py [--lesson 03_dense_layer ...] [--exercise dense_forward ...]
                              [--mistakes]

Without options the whole page is made anew; with them, these rows and the totals.  What became
of the mutants depends on the references and the hidden cases alone: with --mistakes, it stays.
"""

from __future__ import annotations

import argparse
import functools
import re
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.judge.verdict import Verdict  # noqa: E402 - found by the line above
from tests.conftest import COURSE, LESSONS, load  # noqa: E402
from tests.kill_matrix import Fate, equivalents, fate_of, fates, mutants_of  # noqa: E402
from tests.pairs import judged, pairs  # noqa: E402
from tests.visible import caught  # noqa: E402

EXERCISES = [(lesson, name) for lesson in COURSE.lesson_ids() for name in load(lesson).exercises]
PAGE = ROOT / "docs" / "kill-matrix.md"
SEEDS = 20  # students whose hidden cases a mutant must fail, each of them
STUDENTS = 3  # whose cases a known mistake, or an alternative, is judged by
PAIRS = 20  # of an exercise at most
_COLUMNS = (
    *("exercise", "mutants", "killed", "equivalent", "open", "mistakes", "rejected", "named"),
    *("pairs", "one named", "both named", "another name", "alternatives", "accepted"),
    "caught before",
)
_HEAD = (f"| {' | '.join(_COLUMNS)} |", "|---|" + "---:|" * (len(_COLUMNS) - 1))
_PROSE = Path(__file__).with_suffix(".md")


@dataclass(frozen=True, kw_only=True)
class Row:
    """The figures of one exercise, in the order of the page's columns."""

    mutants: int
    killed: int
    equivalent: int
    open: int
    mistakes: int
    rejected: int
    named: int
    pairs: int
    one: int
    both: int
    wrong: int
    alternatives: int
    accepted: int
    visible: str

    def text(self, name: str) -> str:
        """Return the row as the page has it."""
        return f"| {' | '.join(map(str, (name, *astuple(self))))} |"


@functools.cache
def alternatives(lesson: str) -> dict[str, Callable[..., Any]]:
    """Return right solutions in other styles, by exercise and style: "name__style"."""
    path = ROOT / "tests" / "alternatives" / f"{lesson}.py"
    found = runpy.run_path(str(path)) if path.is_file() else {}
    return {key: value for key, value in found.items() if "__" in key.strip("_")}


def row_of(lesson: str, name: str, found: Iterable[Fate] | None = None) -> Row:
    """Measure one exercise.

    Args:
        found: what became of its mutants; they are judged here if it is None.
    """
    if found is None:
        found = (fate_of(lesson, name, mutant, SEEDS) for mutant in mutants_of(lesson, name))
    found = list(found)
    survivors = [fate for fate in found if fate.survived]
    listed = sum((name, fate.mutant.change) in equivalents(lesson) for fate in survivors)
    outcomes = [
        [judged(lesson, name, known.answer, f"student {s}") for s in range(STUDENTS)]
        for known in load(lesson).exercises[name].mistakes
    ]
    known_names = [known.name for known in load(lesson).exercises[name].mistakes]
    tried = list(pairs(lesson, name, PAIRS))
    others = [f for key, f in alternatives(lesson).items() if key.startswith(f"{name}__")]
    seen = caught(lesson)[name]
    return Row(
        mutants=len(found),
        killed=len(found) - len(survivors),
        equivalent=listed,
        open=len(survivors) - listed,
        mistakes=len(outcomes),
        rejected=sum(all(o.score < o.points for o in of_one) for of_one in outcomes),
        named=sum(
            all(o.mistake == known for o in of_one)
            for known, of_one in zip(known_names, outcomes, strict=True)
        ),
        pairs=len(tried),
        one=sum(pair.named >= 1 for pair in tried),
        both=sum(pair.named == 2 for pair in tried),
        wrong=sum(bool(pair.wrong) for pair in tried),
        alternatives=len(others),
        accepted=sum(_is_accepted(lesson, name, other) for other in others),
        visible=f"{sum(said is not None for said in seen.values())} of {len(seen)}",
    )


def _is_accepted(lesson: str, name: str, answer: Callable[..., Any]) -> bool:
    outcomes = (judged(lesson, name, answer, f"student {s}") for s in range(STUDENTS))
    return all(outcome.verdict is Verdict.CORRECT for outcome in outcomes)


def rows_in(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield lesson, exercise and text of each row of a page."""
    lesson = ""
    for line in page.splitlines():
        if line.startswith("## "):
            lesson = line.removeprefix("## ")
        elif match := re.match(r"\| `(\w+)` \|", line):
            yield lesson, match[1], line


def _totals(page: str) -> str:
    """Return the totals of a page's rows, in words."""
    cells = [line.strip("| ").split(" | ")[1:] for _, _, line in rows_in(page)]
    columns = [field.name for field in fields(Row)]
    numbers = {
        name: sum(int(row[place].split()[0]) for row in cells) for place, name in enumerate(columns)
    }
    names = sum(int(row[-1].split()[-1]) for row in cells)
    return (
        "## In all\n\n"
        f"- {numbers['mutants']} mutants: {numbers['killed']} killed, "
        f"{numbers['equivalent']} equivalent, {numbers['open']} open\n"
        f"- {numbers['mistakes']} known mistakes: {numbers['rejected']} rejected, "
        f"{numbers['named']} named\n"
        f"- {numbers['pairs']} pairs: one named in {numbers['one']}, both in {numbers['both']}, "
        f"another name in {numbers['wrong']}\n"
        f"- {numbers['alternatives']} alternatives: {numbers['accepted']} accepted\n"
        f"- {names} names of mistakes: {numbers['visible']} caught by the visible tests\n"
    )


def page_of(rows: dict[tuple[str, str], str]) -> str:
    """Return the page with these rows, by lesson and exercise, its totals first."""
    sections: dict[str, list[str]] = {}
    for (lesson, _), text in rows.items():
        sections.setdefault(lesson, [f"## {lesson}", "", *_HEAD]).append(text)
    tables = "\n\n".join("\n".join(lines) for lines in sections.values())
    prose = _PROSE.read_text(encoding="utf-8")
    prose = prose.format(seeds=SEEDS, students=STUDENTS, pairs=PAIRS)
    missing = [f"`{name}`" for lesson, name in EXERCISES if (lesson, name) not in rows]
    if missing:
        prose += f"\nNot measured here yet: {', '.join(missing)}.\n"
    return f"{prose}\n{_totals(tables)}\n{tables}\n"


def main() -> None:
    """Measure what was asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", nargs="*", default=LESSONS)
    parser.add_argument("--exercise", nargs="*")
    parser.add_argument("--mistakes", action="store_true", help="leave the mutants as they are")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    asked = [
        (lesson, name)
        for lesson, name in EXERCISES
        if lesson in options.lesson and (not options.exercise or name in options.exercise)
    ]
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    rows = {(lesson, name): text for lesson, name, text in rows_in(old)}
    for lesson, name in tqdm(asked, unit="exercise"):
        if options.mistakes and (lesson, name) in rows:
            measured = row_of(lesson, name, ())
            kept = map(int, rows[lesson, name].split(" | ")[1:5])
            of_mutants = dict(zip(("mutants", "killed", "equivalent", "open"), kept, strict=True))
            rows[lesson, name] = replace(measured, **of_mutants).text(f"`{name}`")
            continue
        tasks = [(lesson, name, mutant, SEEDS) for mutant in mutants_of(lesson, name)]
        found = [fate for _, _, fate in fates(tasks, options.jobs)]
        for fate in found:
            if fate.survived and (name, fate.mutant.change) not in equivalents(lesson):
                tqdm.write(f"open, {len(fate.survived)} of {SEEDS}: {name}: {fate.mutant.change}")
        rows[lesson, name] = row_of(lesson, name, found).text(f"`{name}`")
        # At once: it takes most of an hour, and goes on where it was stopped by --exercise.
        _write({key: rows[key] for key in EXERCISES if key in rows})
    _write({key: rows[key] for key in EXERCISES if key in rows})


def _write(rows: dict[tuple[str, str], str]) -> None:
    PAGE.write_text(page_of(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
