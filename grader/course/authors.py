"""Run what an author wrote: the reference solutions, and the hidden files; trusted code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.course import faults
from grader.course.cells import Cell, Kind
from grader.course.hidden import Hidden, declarations
from grader.course.modules import Modules
from grader.course.problems import Problem, refuse
from grader.errors import GraderError
from grader.exercise import Asked, Exercise, Place


def run_reference(path: Path, cells: tuple[Cell, ...], earlier: str | None) -> dict[str, Any]:
    """Run the lesson's own setup and solution cells; trusted code."""
    source = path.with_name("earlier.py"), (earlier or "").encode()
    modules = Modules({"earlier": source})
    namespace: dict[str, Any] = {"__name__": "solution", "__builtins__": modules.builtins}
    try:
        for cell in cells:
            if cell.kind in (Kind.SETUP, Kind.SOLUTION):
                exec(compile(cell.source, f"{path}:{cell.name}", "exec"), namespace)  # noqa: S102
    except Exception as error:
        raise GraderError(faults.own_cells_fail(path, error)) from error
    return namespace


def declared_exercises(
    hidden: Hidden, cells: tuple[Cell, ...], reference: Mapping[str, Any]
) -> dict[str, Exercise]:
    """Run the hidden files and join what they declare with the notebook's cells."""
    declared = declarations(hidden, reference)
    points = {cell.name: cell.points for cell in cells if cell.kind is Kind.TEST}
    problems: list[Problem] = []
    for asked in declared:
        problems += _misplaced(asked, hidden, list(points))
    by_name = {name: [asked for asked in declared if asked.id == name] for name in points}
    for name, mine in by_name.items():
        problems += _incomplete(name, mine, hidden)
    refuse(problems)
    return {name: _joined(mine, points[name]) for name, mine in by_name.items()}


def _problem(place: Place, wrong: faults.Wrong) -> Problem:
    return Problem(path=Path(place.file), line=place.line, wrong=wrong)


def _misplaced(asked: Asked, hidden: Hidden, known: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with an exercise's name, its file, and what it builds on."""
    if asked.id not in known:
        yield _problem(asked.place, faults.unknown_exercise(asked.id, known))
        return
    expected = hidden.file_of(asked.id)
    if Path(asked.place.file) != expected:
        yield _problem(asked.place, faults.another_file(asked.id, expected.name))
    for need in asked.options.get("builds_on", ()):
        if need not in known:
            yield _problem(asked.place, faults.builds_on_unknown(asked.id, need, known))
        elif known.index(need) >= known.index(asked.id):
            yield _problem(asked.place, faults.builds_on_later(asked.id, need))


def _incomplete(name: str, mine: Sequence[Asked], hidden: Hidden) -> Iterator[Problem]:
    """Yield what is missing in an exercise, or is there twice."""
    makers = [place for asked in mine for _, place in asked.makers]
    first = mine[0].place if mine else Place(file=str(hidden.file_of(name)), line=1)
    if not makers:
        yield _problem(first, faults.no_cases(name, declared=bool(mine)))
        return
    for place in makers[1:]:
        yield _problem(place, faults.cases_twice(name))
    for asked in mine:
        if asked.options and not asked.makers:
            yield _problem(asked.place, faults.options_apart(name))
    if not any(asked.mistakes for asked in mine):
        place = next(asked.place for asked in mine if asked.makers)
        yield _problem(place, faults.no_mistake(name))


def _joined(mine: Sequence[Asked], points: float) -> Exercise:
    (asked,) = [asked for asked in mine if asked.makers]
    return Exercise(
        id=asked.id,
        make_cases=asked.makers[0][0],
        mistakes=tuple(known for each in mine for known in each.mistakes),
        points=points,
        **asked.options,
    )
