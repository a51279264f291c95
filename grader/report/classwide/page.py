"""What a class gets wrong as one page: no script, nothing from the network, prints well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.language import text
from grader.report.classwide import plots, words
from grader.report.classwide.plots import Plot
from grader.report.classwide.summary import Exercise, Lesson, Misconception
from grader.report.code import highlighted
from grader.report.harmless import one_line
from grader.report.standing import Standing

_MOST_ON_TOP = 3
_MOST_SHOWN = 10  # misconceptions of a lesson; those of fewer students are folded away
_TOP_SHARE = 0.5  # of those with fewer right, an exercise is told on top

# Returns a misconception's example: code without a name in it, or "".
Example = Callable[[str, Misconception], str]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A lesson as the page shows it."""

    lesson: Lesson
    summary: str
    on_top: Sequence[str]
    distribution: Plot
    heat_map: Plot
    movement: Plot | None
    misconceptions: Sequence[tuple[Misconception, Markup]]
    more: Sequence[tuple[Misconception, Markup]]


def class_page(
    title: str,
    lessons: Sequence[Lesson],
    names: Mapping[str, str],
    example: Example,
    *,
    made: str,
) -> str:
    """Return the page as HTML.

    Args:
        names: what each student is called.
        example: finds a misconception's example in a lesson.
        made: when, as the page tells it.
    """
    return _template().render(
        title=title,
        made=made,
        parts=[_part(lesson, names, example) for lesson in lessons],
        names={student: one_line(name) for student, name in names.items()},
        standings=list(Standing),
        words=words,
        colours=plots.COLOURS,
        signed=plots.SIGNED,
    )


@cache
def _template() -> Template:
    folders = [Path(__file__).with_name("templates"), Path(__file__).parents[1] / "templates"]
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = text
    return environment.get_template("class.html.j2")


def _part(lesson: Lesson, names: Mapping[str, str], example: Example) -> _Part:
    found = [(each, highlighted(example(lesson.id, each))) for each in lesson.misconceptions]
    return _Part(
        lesson=lesson,
        summary=words.handed_in(len(lesson.works), lesson.median),
        on_top=_on_top(lesson),
        distribution=plots.distribution(lesson),
        heat_map=plots.heat_map(lesson, names),
        movement=plots.movement(lesson) if lesson.movement.shares else None,
        misconceptions=found[:_MOST_SHOWN],
        more=found[_MOST_SHOWN:],
    )


def _on_top(lesson: Lesson) -> list[str]:
    """Return what can be said in a line each: what most had, and what fewest have right."""
    count = len(lesson.works)
    had = [each for each in lesson.misconceptions if each.still][:_MOST_ON_TOP]
    told = [words.most_had(each.name, each.exercise, each.still, count) for each in had]

    def right(exercise: Exercise) -> int:
        return exercise.standings.get(Standing.RIGHT, 0)

    tested = [each for each in lesson.exercises if not each.standings.get(Standing.WAITS)]
    hard = sorted((each for each in tested if right(each) < _TOP_SHARE * count), key=right)
    return told + [words.hardest(each.id, right(each), count) for each in hard[:_MOST_ON_TOP]]
