"""A class list: who is in a class, under which names a school's systems know them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import InputError
from grader.school import words
from grader.school.columns import IDENTIFYING, Column, Heading, Kind, heading_of
from grader.school.sheet import Row, Sheet, read_sheet

_LONGEST = 128  # characters of what nbgrader keeps of a student
# No folder can be called so on every system, or it would lead elsewhere.
_NOT_IN_IDS = re.compile(r'[/\\:*?"<>|{}\[\]]|[^\S ]|[\x00-\x1f\x7f]')
# Canvas makes one for "Student View"; its login is a hash.
_TEST_STUDENT = re.compile(r"[0-9a-f]{32,}")
_TEACHING = re.compile(r"teach|instructor|\bta\b|assist|staff|manager|lehr|trainer", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A student.

    Attributes:
        id: the student's name in nbgrader: of folders, and in the gradebook.
        known_as: what a school's systems call them, by column: canvas, moodle, sis, login.
        line: of the list, 0 where it is not from one.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    known_as: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True, kw_only=True)
class ClassList:
    """What a list says.

    Attributes:
        kind: whose list it is.
        encoding: what it was read as.
        identified_by: the heading of the column that the students' ids come from.
        problems: for each line that could not be taken, its number and why.
        passed_over: lines that are no students.
    """

    kind: Kind
    encoding: str
    identified_by: str
    people: tuple[Person, ...]
    problems: tuple[tuple[int, str], ...]
    passed_over: tuple[tuple[int, str], ...] = ()


def read_list(path: Path, *, identified_by: str = "") -> ClassList:
    """Read a class list of Canvas, Moodle or Gradescope, or a plain table.

    Args:
        identified_by: the heading of the column with the ids for nbgrader; without, the
            likeliest there is.

    Raises:
        InputError: there is no table, or no column that could identify a student.
    """
    sheet = read_sheet(path)
    heading = heading_of(sheet)
    at = _column_of_ids(sheet, heading, identified_by)
    taken: dict[str, Person] = {}
    problems: list[tuple[int, str]] = []
    passed: list[tuple[int, str]] = []
    for row in sheet.rows[heading.place + 1 :]:
        if row.empty:
            continue
        if why := no_student(row, heading):
            passed.append((row.number, why))
            continue
        try:
            person = _person(row, heading, at)
            _refuse_twice(person, taken)
            taken.setdefault(person.id.casefold(), person)
        except InputError as error:
            problems.append((row.number, str(error)))
    return ClassList(
        kind=heading.kind,
        encoding=sheet.encoding,
        identified_by=heading.names[at],
        people=tuple(taken.values()),
        problems=tuple(problems),
        passed_over=tuple(passed),
    )


def _column_of_ids(sheet: Sheet, heading: Heading, wanted: str) -> int:
    if wanted:
        folded = [name.casefold() for name in heading.names]
        if wanted.casefold() not in folded:
            raise InputError(words.no_such_column(sheet.path, wanted, heading.names))
        return folded.index(wanted.casefold())
    rows = [row for row in sheet.rows[heading.place + 1 :] if not no_student(row, heading)]
    # A column that is there and empty, as some schools leave it, identifies nobody.
    there = [c for c in IDENTIFYING if c in heading.columns]
    filled = [c for c in there if any(heading.cell(row, c) for row in rows)]
    return heading.columns[(filled or there)[0]]


def no_student(row: Row, heading: Heading) -> str:
    """Return why a row is no student's, "" if it may be one."""
    if heading.kind is Kind.CANVAS:
        if row.cells[0].casefold().startswith("points possible"):
            return words.POINTS_ROW
        if all(re.fullmatch(r"(?i)muted|manual posting.*|", cell) for cell in row.cells):
            return words.MUTED_ROW
        name = heading.cell(row, Column.NAME).casefold()
        login = heading.cell(row, Column.LOGIN)
        if name in ("student, test", "test student") and (
            not login or _TEST_STUDENT.fullmatch(login)
        ):
            return words.TEST_STUDENT
    role = heading.cell(row, Column.ROLE)
    if role and _TEACHING.search(role) and "student" not in role.casefold():
        return words.role(role)
    return ""


def _person(row: Row, heading: Heading, at: int) -> Person:
    """Return the student of a row; raise InputError with what is wrong with it."""
    if row.torn:
        raise InputError(words.TORN)
    beyond = [cell for cell in row.cells[len(heading.names) :] if cell]
    if beyond:
        raise InputError(words.too_many_cells(len(row.raw), len(heading.names)))
    number = row.cells[at] if at < len(row.raw) else ""
    if not number:
        raise InputError(words.no_id(heading.names[at]))
    refuse_id(number)
    first, last = _names(row, heading)
    email = heading.cell(row, Column.EMAIL)
    for text in (first, last, email):
        if len(text) > _LONGEST or not text.isprintable():
            raise InputError(words.unusable_text(text, _LONGEST))
    known = {
        column.value: said
        for column in (Column.CANVAS, Column.MOODLE, Column.SIS, Column.LOGIN, Column.ID)
        if (said := heading.cell(row, column))
    }
    if Column.MOODLE.value in known:
        # "Participant 12345", in whatever language: the number names the downloaded folder.
        digits = re.search(r"\d+$", known[Column.MOODLE.value])
        known[Column.MOODLE.value] = digits.group() if digits else known[Column.MOODLE.value]
    return Person(id=number, first=first, last=last, email=email, known_as=known, line=row.number)


def refuse_id(number: str) -> None:
    """Raise InputError if no folder could be called so, or nbgrader would stumble over it."""
    if len(number) > _LONGEST:
        raise InputError(words.long_id(number[:20], len(number), _LONGEST))
    if number.startswith(("-", ".")):
        raise InputError(words.id_begins(number, number[0]))
    if (found := _NOT_IN_IDS.search(number)) or not number.isprintable():
        raise InputError(words.id_holds(number, found.group() if found else ""))


def _refuse_twice(person: Person, taken: Mapping[str, Person]) -> None:
    """Raise InputError if the id is another's; the same student in a second section is not."""
    before = taken.get(person.id.casefold())
    if before is None:
        return
    same = (before.id, before.name, before.email) == (person.id, person.name, person.email)
    if not same:
        raise InputError(words.twice(person.id, before.line, before.id))


def _names(row: Row, heading: Heading) -> tuple[str, str]:
    first, last = heading.cell(row, Column.FIRST), heading.cell(row, Column.LAST)
    if first or last:
        return first, last
    whole = " ".join(heading.cell(row, Column.NAME).split())
    if "," in whole:
        last, first = (part.strip() for part in whole.split(",", 1))
        return first, last
    first, _blank, last = whole.rpartition(" ")
    return first, last


def squeezed(name: str) -> str:
    """Return a name's letters and digits alone: as Canvas and Moodle make file names of it."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum() or unicodedata.category(c)[0] == "M")


def orders_of(person: Person) -> Iterator[str]:
    """Yield a name as it may stand in a file's name or a table, squeezed."""
    yield squeezed(person.first + person.last)
    yield squeezed(person.last + person.first)
