"""A school's own table of grades, filled in: its rows, its columns, its way to write numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import InputError
from grader.report.harmless import spreadsheet_cell
from grader.school import words
from grader.school.columns import IDENTIFYING, Column, Heading, Kind, heading_of
from grader.school.finding import Place, places
from grader.school.matching import Register
from grader.school.people import no_student
from grader.school.scores import Score
from grader.school.sheet import Row, Sheet

_NUMBER = re.compile(r"[+-]?\d+(?:([.,])\d+)?")
# What a school's system writes for: excused, not assigned.
_KEPT = {"ex", "n/a", "excused"}
_NO = {"no", "nein", "non", "nee", "não"}
# Students fill these in themselves, in their profiles.
_OF_STUDENTS = ("institution", "department", "abteilung", "city", "city/town", "country")
_AS_GOOD_AS = 0.005  # points: both are written with two decimals


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a table is to be filled.

    Attributes:
        columns: headings that an instructor named, by lesson.
        scale: whether points are converted to what the school's system gives for a lesson.
        decimal: the sign between whole points and parts, "" for the table's own.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    scale: bool = False
    decimal: str = ""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A filled table.

    Attributes:
        content: of its file.
        kind: whose table it is.
        used: the heading of each lesson's column.
        count: how many grades stand in it.
        notes: what was not written, or needs a look, in sentences.
    """

    content: bytes
    kind: Kind
    used: Mapping[str, str]
    count: int
    notes: tuple[str, ...]


def fill(sheet: Sheet, register: Register, scores: Sequence[Score], options: Options) -> Filled:
    """Fill a school's table.

    Raises:
        InputError: there is nothing to fill in, or no column for any of it.
    """
    if options.decimal not in ("", ".", ","):
        raise InputError(words.no_decimal_sign(options.decimal))
    heading = heading_of(sheet)
    lessons = list(dict.fromkeys(score.lesson for score in scores))
    if not lessons:
        raise InputError(words.NOTHING_TO_FILL)
    found, notes = places(sheet, heading, lessons, options.columns)
    if not found:
        raise InputError(words.no_columns_at_all(sheet.path, notes, heading.names))
    filling = _Filling(sheet, heading, register, scores, options)
    for place in found.values():
        filling.put(place)
    changes = filling.changes | dict(filling.harmless())
    return Filled(
        content=sheet.with_cells(changes),
        kind=heading.kind,
        used={lesson: heading.names[place.column] for lesson, place in found.items()},
        count=filling.count,
        notes=(*notes, *filling.notes()),
    )


class _Filling:
    """A table on its way to being filled."""

    def __init__(
        self,
        sheet: Sheet,
        heading: Heading,
        register: Register,
        scores: Sequence[Score],
        options: Options,
    ) -> None:
        self._sheet, self._heading, self._options = sheet, heading, options
        self._register = register
        self._scores = {(score.student, score.lesson): score for score in scores}
        self._told: dict[str, list[str]] = {}
        self.changes: dict[tuple[int, int], str] = {}
        self.count = 0
        self._students = dict(self._matched())
        self._decimal = options.decimal or _decimal_of(sheet, heading)

    def put(self, place: Place) -> None:
        """Write one lesson's grades."""
        refused = False
        for at, student in self._students.items():
            score = self._scores.get((student, place.lesson))
            if score is None:
                continue
            row = self._sheet.rows[at]
            factor = self._factor(place, row, score)
            if factor is None:
                refused = True
                continue
            self._write(at, row, place, score, factor)
        if refused:
            self._tell(words.other_points(place.lesson, self._most_of(place)), "")
        there = set(self._students.values())
        for (student, lesson), score in self._scores.items():
            if lesson == place.lesson and student not in there:
                self._tell(words.NOT_IN_TABLE, student)
            elif lesson == place.lesson and score.waits:
                self._tell(words.STILL_WAITS, f"{student} {lesson}")
        graded = {student for student, lesson in self._scores if lesson == place.lesson}
        for student in self._students.values():
            if student not in graded:
                self._tell(words.NOTHING_HANDED_IN, f"{student} {place.lesson}")

    def _write(self, at: int, row: Row, place: Place, score: Score, factor: float) -> None:
        before = row.cells[place.column] if place.column < len(row.raw) else ""
        if before.casefold() in _KEPT or _locked(row, place):
            self._tell(words.KEPT, f"{score.student} {score.lesson} ({before or words.LOCKED})")
            return
        points = score.points * factor
        self.count += 1
        number = _value(before)
        if number is None or abs(number - points) >= _AS_GOOD_AS:
            written = f"{points:.2f}".replace(".", self._decimal)
            self.changes[at, place.column] = written

    def _factor(self, place: Place, row: Row, score: Score) -> float | None:
        """Return by what points are multiplied; None where they must not be written as they are."""
        text = place.most
        if place.most_in is not None:
            text = row.cells[place.most_in] if place.most_in < len(row.raw) else None
        most = _value(text or "")
        if not most or not score.most or abs(most - score.most) < _AS_GOOD_AS:
            return 1.0
        return most / score.most if self._options.scale else None

    def _most_of(self, place: Place) -> tuple[str, float]:
        ours = next(s.most for (_, lesson), s in self._scores.items() if lesson == place.lesson)
        first = next(iter(self._students), 0)
        row = self._sheet.rows[first]
        theirs = place.most
        if place.most_in is not None and place.most_in < len(row.raw):
            theirs = row.cells[place.most_in]
        return theirs or "", ours

    def _matched(self) -> Iterator[tuple[int, str]]:
        """Yield the place of each row with its student."""
        for at, row in enumerate(self._sheet.rows):
            if at <= self._heading.place or row.empty or no_student(row, self._heading):
                continue
            said = {c: t for c in IDENTIFYING if (t := self._heading.cell(row, c))}
            if Column.MOODLE in said:
                said[Column.MOODLE] = said[Column.MOODLE].split()[-1]
            found, named = self._register.by_ids(said), False
            if not found:
                found, named = self._register.by_name(self._name(row)), True
            who = f"{self._name(row) or ', '.join(said.values())} (line {row.number})"
            if len(found) == 1:
                (student,) = found
                if named:
                    self._tell(words.BY_NAME, f"{who} = {student}")
                yield at, student
            else:
                told = words.AT_ODDS if found else words.NOT_IN_CLASS
                self._tell(told, f"{who}: {', '.join(sorted(found))}" if found else who)

    def _name(self, row: Row) -> str:
        first = self._heading.cell(row, Column.FIRST)
        last = self._heading.cell(row, Column.LAST)
        return f"{first} {last}".strip() or self._heading.cell(row, Column.NAME)

    def harmless(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Yield the cells with a student's own text that a spreadsheet would compute."""
        names = [self._heading.columns.get(c) for c in (Column.NAME, Column.FIRST, Column.LAST)]
        columns = {at for at in names if at is not None}
        columns |= {at for at, n in enumerate(self._heading.names) if n.casefold() in _OF_STUDENTS}
        for at, row in enumerate(self._sheet.rows):
            for column in columns if at > self._heading.place else ():
                if column < len(row.raw) and row.cells[column]:
                    safe = spreadsheet_cell(row.cells[column])
                    if safe != row.cells[column]:
                        yield (at, column), safe

    def _tell(self, sentence: str, who: str) -> None:
        told = self._told.setdefault(sentence, [])
        if who and who not in told:
            told.append(who)

    def notes(self) -> list[str]:
        """Return what there is to say of rows and students."""
        return [words.with_names(text, who) for text, who in self._told.items()]


def _locked(row: Row, place: Place) -> bool:
    at = place.changeable
    return at is not None and at < len(row.raw) and row.cells[at].casefold() in _NO


def _value(text: str) -> float | None:
    """Return a number as it stands in a table, with either decimal sign; None if it is none."""
    found = _NUMBER.fullmatch(text.strip().rstrip("%").strip())
    return float(found.group().replace(",", ".")) if found else None


def _decimal_of(sheet: Sheet, heading: Heading) -> str:
    """Return the decimal sign that a table's numbers have; without any, as its separator tells."""
    meant = set(heading.columns.values())
    signs = [
        found[1]
        for row in sheet.rows[heading.place + 1 :]
        for at, cell in enumerate(row.cells)
        if at not in meant and (found := _NUMBER.fullmatch(cell)) and found[1]
    ]
    if signs:
        return max(sorted(set(signs)), key=signs.count)
    return "," if sheet.separator == ";" else "."
