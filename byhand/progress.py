"""A learner's way through the lessons: what was checked, what it earned, what comes next.

Kept in a file of the learner's for each lesson, outside every course folder, so that neither
git nor a new edition of a lesson touches it.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from platformdirs import user_data_path

from byhand import words

_SYMBOLS = {"right": "\N{CHECK MARK}", "partly": "\N{CIRCLE WITH LEFT HALF BLACK}"}
_SYMBOLS |= {"wrong": "\N{MULTIPLICATION X}", "open": "\N{WHITE CIRCLE}"}


def note(
    lesson: str,
    exercise: str,
    *,
    passed: bool,
    score: float | None = None,
    points: float | None = None,
) -> None:
    """Keep how an exercise was found; without a place to write, nothing is kept.

    Args:
        passed: whether all that was tried was right.
        score: the points it earned, where the hidden tests judged; None where only the
            visible ones were tried.
        points: how many it could earn.
    """
    found = _kept(lesson)
    new: dict[str, Any] = {"passed": passed, "score": score, "points": points}
    before = found.get(exercise, {})
    if all(before.get(name) == value for name, value in new.items()):
        return
    found[exercise] = new | {"when": datetime.now(UTC).isoformat(timespec="seconds")}
    path = _file(lesson)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # As grader.files does, which a notebook may be without.
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            json.dump(found, file, indent=1)
        os.replace(file.name, path)  # noqa: PTH105 - in one step, or not at all
    except OSError:
        return  # a verdict is worth more than its record


def _file(lesson: str) -> Path:
    return user_data_path("backprop-by-hand") / "progress" / f"{Path(lesson).name}.json"


def _kept(lesson: str) -> dict[str, dict[str, Any]]:
    """Return what was kept of a lesson; a file that is no such record counts as none."""
    try:
        found = json.loads(_file(lesson).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: record for name, record in found.items() if isinstance(record, dict)}


@dataclass(frozen=True, kw_only=True)
class Task:
    """An exercise on the way.

    Attributes:
        points: what it is worth.
        by_hand: whether a person marks it.
        score: what it earned by the hidden tests; None if they did not judge it.
        passed: whether what was tried last was right; None if nothing was.
        when: the last change, in ISO format and UTC; "" if there was none.
    """

    name: str
    points: float
    by_hand: bool = False
    score: float | None = None
    passed: bool | None = None
    when: str = ""

    @property
    def state(self) -> str:
        """One of right, partly, wrong and open."""
        if self.passed is None:
            return "open"
        if self.passed:
            return "right"
        return "partly" if self.score else "wrong"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A lesson on the way."""

    lesson: str
    tasks: tuple[Task, ...]

    @property
    def automatic(self) -> tuple[Task, ...]:
        """The exercises that tests judge."""
        return tuple(task for task in self.tasks if not task.by_hand)

    @property
    def when(self) -> str:
        """The last change, to the minute; "" if there was none."""
        return max((task.when for task in self.tasks), default="")[:16].replace("T", " ")


@dataclass(frozen=True, kw_only=True)
class Way:
    """All lessons in order, and what was reached in each."""

    stages: tuple[Stage, ...]

    def __repr__(self) -> str:
        """Return the way as a table in text."""
        if not self.stages:
            return words.NO_LESSON
        width = max(len(stage.lesson) for stage in self.stages)
        lines = []
        for stage in self.stages:
            said = f"{stage.lesson:<{width}}  {reached(stage.tasks)}"
            lines.append(words.last_change(said, stage.when) if stage.when else said)
            lines += [f"    {line}" for line in _rows(stage.automatic)]
        return "\n".join([*lines, "", *self._closing()])

    def _repr_html_(self) -> str:
        """Return the way as a table for a page."""
        head = "".join(
            f"<th scope='col' style='text-align: left'>{name}</th>" for name in words.HEADS
        )
        rows = "".join(
            f"<tr><th scope='row' style='text-align: left'>{escape(stage.lesson)}</th>"
            f"<td style='text-align: left'>{escape(reached(stage.tasks))}</td>"
            f"<td style='text-align: left'>{escape(', '.join(map(_said, stage.automatic)))}</td>"
            f"<td style='text-align: left'>{escape(stage.when)}</td></tr>"
            for stage in self.stages
        )
        said = "".join(f"<p>{escape(line)}</p>" for line in self._closing())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{said}"

    def _closing(self) -> Iterator[str]:
        """Yield the sum of all, and what to do next."""
        tasks = [task for stage in self.stages for task in stage.tasks]
        yield words.together(reached(tasks))
        for stage in self.stages:
            for task in stage.automatic:
                if task.state != "right":
                    yield words.next_one(task.name, stage.lesson)
                    return
        yield words.ALL_RIGHT


def reached(tasks: Sequence[Task]) -> str:
    """Return what was earned of what: "31 of 31, 4 more are marked by a person"."""
    judged = [task for task in tasks if not task.by_hand]
    score, points = sum(task.score or 0.0 for task in judged), sum(task.points for task in judged)
    visible = sum(task.score is None and task.passed is True for task in judged)
    said = words.earned(score, points)
    if visible:
        said = words.some_visible(said, visible)
    by_hand = sum(task.points for task in tasks if task.by_hand)
    return words.some_by_hand(said, by_hand) if by_hand else said


def _said(task: Task) -> str:
    return f"{_SYMBOLS[task.state]} {task.name}"


def _rows(tasks: Sequence[Task], width: int = 84) -> Iterator[str]:
    row = ""
    for said in map(_said, tasks):
        if row and len(row) + len(said) > width:
            yield row
            row = ""
        row += f"{said}   "
    if row:
        yield row.rstrip()


def progress(lessons: Path | None = None) -> Way:
    """Return how far one is.

    Args:
        lessons: the folder of the lessons' folders; without, the one around this notebook's.
    """
    folder = Path.cwd().parent if lessons is None else lessons
    stages = [_stage(path) for path in sorted(folder.glob("[0-9][0-9]_*/[0-9][0-9]_*.ipynb"))]
    return Way(stages=tuple(stage for stage in stages if stage.tasks))


def _stage(path: Path) -> Stage:
    """Return a lesson's exercises, as its notebook's metadata names them, and their record."""
    lesson = path.parent.name
    kept = _kept(lesson) if path.stem == lesson else {}
    return Stage(
        lesson=lesson,
        tasks=tuple(_task(told, kept) for told in _graded(path)) if path.stem == lesson else (),
    )


def _graded(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        told = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for found in told:
        if isinstance(found, dict) and (found.get("grade") or found.get("task")):
            yield found


def _task(told: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]]) -> Task:
    name = str(told.get("grade_id", "")).removeprefix("test_")
    record = kept.get(name, {})
    score, points = record.get("score"), told.get("points")
    return Task(
        name=name,
        points=float(points) if isinstance(points, int | float) else 0.0,
        by_hand=bool(told.get("task")),
        score=float(score) if isinstance(score, int | float) else None,
        passed=record.get("passed") if isinstance(record.get("passed"), bool) else None,
        when=str(record.get("when", "")),
    )
