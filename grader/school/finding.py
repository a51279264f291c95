"""In which column of a school's table a lesson's grades go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.school import words
from grader.school.columns import Column, Heading, Kind
from grader.school.people import squeezed
from grader.school.sheet import Sheet

# Canvas writes its own number behind a title: "Chain rule (12345)".
_NUMBERED = re.compile(r"\s*\(\d+\)$")
# Moodle: "Assignment: Chain rule (Real)", in the language of whoever downloads it.
_OF_KIND = re.compile(r"^[^:]{2,30}:\s*")
_SHOWN_AS = re.compile(r"\s*\(([^()]*)\)$")
_NO_POINTS = re.compile(
    r"percent|prozent|pourcent|porcent|letter|buchstab|lettre|letra|feedback|kommentar|retour",
    re.IGNORECASE,
)
# Canvas's own sums, which it computes anew.
_SUMS = re.compile(
    r"(?:Unposted )?(?:Current|Final) (?:Score|Points|Grade)|Override (?:Score|Grade|Status)"
)
_READ_ONLY = re.compile(r"read\s*only", re.IGNORECASE)
# Moodle's worksheet, in some languages.
_GRADE = re.compile(r"(?i)grade|bewertung|note|calificación|valutazione|cijfer|nota")
_MOST = re.compile(
    r"(?i)maximum grade|beste bewertung|bestwertung|note maximale|calificación máxima"
    r"|punteggio massimo|maximumcijfer|nota máxima"
)
_CHANGEABLE = re.compile(
    r"(?i)grade can be changed|bewertung kann geändert werden|la note peut être modifiée"
    r"|la calificación puede ser cambiada"
)
_SHORTEST = 5  # letters of a lesson's name that may be a part of a title


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a lesson's grades go.

    Attributes:
        column: the column's place.
        most: the points that the school's system gives for it; None where it does not say.
        changeable: the column that says whether a row's grade may be changed, if there is one.
    """

    lesson: str
    column: int
    most: str | None = None
    most_in: int | None = None
    changeable: int | None = None


def places(
    sheet: Sheet, heading: Heading, lessons: Sequence[str], given: Mapping[str, str]
) -> tuple[dict[str, Place], list[str]]:
    """Return where each lesson's grades go, and what there is to say of those without a place.

    Args:
        given: headings that an instructor named, by lesson.
    """
    found: dict[str, Place] = {}
    problems: list[str] = []
    points = _points_row(sheet, heading)
    for lesson in lessons:
        at = _at(heading, lesson, given, points, alone=len(lessons) == 1)
        if len(at) != 1:
            problems.append(_why_not(heading, lesson, at, given))
            continue
        (column,) = at
        if points and _READ_ONLY.search(points[column] if column < len(points) else ""):
            problems.append(words.read_only(lesson, heading.names[column]))
            continue
        worksheet = Column.MOODLE in heading.columns
        found[lesson] = Place(
            lesson=lesson,
            column=column,
            most=points[column] if points and column < len(points) else None,
            most_in=_named(heading, _MOST) if worksheet else None,
            changeable=_named(heading, _CHANGEABLE) if worksheet else None,
        )
    taken: dict[int, str] = {}
    for lesson, place in list(found.items()):
        if place.column in taken:
            problems.append(words.same_column(lesson, taken[place.column]))
            del found[lesson]
        taken.setdefault(place.column, lesson)
    return found, problems


def _why_not(heading: Heading, lesson: str, at: list[int], given: Mapping[str, str]) -> str:
    if at:
        return words.several_columns(lesson, [heading.names[column] for column in at])
    if lesson in given:
        return words.no_given_column(lesson, given[lesson])
    if Column.MOODLE in heading.columns:
        return words.of_one_assignment(lesson)
    return words.no_column(lesson)


def _at(
    heading: Heading,
    lesson: str,
    given: Mapping[str, str],
    points: Sequence[str],
    *,
    alone: bool,
) -> list[int]:
    """Return the columns that a lesson's grades could go into."""
    names = heading.names
    if lesson in given:
        wanted = given[lesson].strip()
        whole = [at for at, name in enumerate(names) if name == wanted]
        return whole or [at for at, name in enumerate(names) if _title(name, heading) == wanted]
    if Column.MOODLE in heading.columns:
        grade = _named(heading, _GRADE)
        return [grade] if grade is not None and alone else []
    meant = set(heading.columns.values())
    titles = {
        at: squeezed(_title(name, heading))
        for at, name in enumerate(names)
        if at not in meant and _may_hold_points(at, name, heading, points)
    }
    slug = squeezed(re.sub(r"^\d+", "", lesson))
    exact = [at for at, title in titles.items() if title in (squeezed(lesson), slug)]
    if exact or len(slug) < _SHORTEST:
        return exact
    return [at for at, title in titles.items() if slug in title]


def _title(name: str, heading: Heading) -> str:
    if heading.kind is Kind.CANVAS:
        return _NUMBERED.sub("", name)
    if heading.kind is Kind.MOODLE:
        return _OF_KIND.sub("", _SHOWN_AS.sub("", name))
    return name


def _may_hold_points(at: int, name: str, heading: Heading, points: Sequence[str]) -> bool:
    if heading.kind is Kind.CANVAS:
        locked = at < len(points) and _READ_ONLY.search(points[at])
        return not locked and not _SUMS.search(name)
    shown_as = _SHOWN_AS.search(name)
    return not (shown_as and _NO_POINTS.search(shown_as[1]))


def _points_row(sheet: Sheet, heading: Heading) -> tuple[str, ...]:
    """Return Canvas's row with the points of each assignment; empty where there is none."""
    if heading.kind is Kind.CANVAS:
        for row in sheet.rows[heading.place + 1 : heading.place + 4]:
            if row.cells[0].casefold().startswith("points possible"):
                return row.cells
    return ()


def _named(heading: Heading, names: re.Pattern[str]) -> int | None:
    return next((at for at, name in enumerate(heading.names) if names.fullmatch(name)), None)
