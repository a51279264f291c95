"""A class list put into nbgrader's gradebook, with what the school's systems call each student."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Student
from sqlalchemy import insert, select, update

from grader.course.folders import Course
from grader.errors import InputError
from grader.gradebook.database import Database, absolute
from grader.gradebook.disk import refusals_told
from grader.school import words
from grader.school.columns import Column
from grader.school.matching import Register
from grader.school.people import ClassList, Person, read_list, squeezed
from grader.school.sheet import write_bytes

NAME = "school.json"
_STUDENTS = Student.__table__


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """What an import did.

    Attributes:
        absent: students of the gradebook who are not on the list; they stay.
        by_name: who was met in the gradebook by the name alone.
    """

    listed: ClassList
    added: tuple[str, ...]
    changed: tuple[str, ...]
    absent: tuple[str, ...]
    by_name: tuple[str, ...]


def enrol(course: Course, path: Path, *, identified_by: str = "") -> Enrolled:
    """Put a class list into the gradebook; nobody is taken out of it.

    Raises:
        InputError: the list cannot be read, or the gradebook or the disk refuses.
    """
    listed = read_list(path, identified_by=identified_by)
    with open_gradebook(course) as session:
        before = {row.id: row for row in session.execute(select(_STUDENTS))}
        register = Register(people(before.values(), course.class_folder))
        names = Counter(squeezed(person.name) for person in listed.people)
        met = [_met(person, register, names) for person in listed.people]
        listed = replace(listed, people=tuple(person for person, _named in met))
        added = [p for p in listed.people if p.id not in before]
        changed = [p for p in listed.people if _differs(p, before.get(p.id))]
        if added:
            session.execute(insert(_STUDENTS), [_row(person) for person in added])
        for person in changed:
            told = {name: value for name, value in _row(person).items() if value}
            session.execute(update(_STUDENTS).where(_STUDENTS.c.id == person.id), told)
    _remember(course, listed.people)
    there = {person.id for person in listed.people}
    return Enrolled(
        listed=listed,
        added=tuple(person.id for person in added),
        changed=tuple(person.id for person in changed),
        absent=tuple(sorted(number for number in before if number not in there)),
        by_name=tuple(f"{person.name} = {person.id}" for person, named in met if named),
    )


@contextlib.contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """Yield the session of a course's gradebook; commit what the with block did, or undo it all.

    Raises:
        InputError: the gradebook or the disk refuses.
    """
    names = course.nbgrader_config().CourseDirectory
    with refusals_told(course.class_folder):
        course.class_folder.mkdir(parents=True, exist_ok=True)
        url = absolute(str(names.db_url), course.root)
        database = Database(url, str(names.course_id))
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.close()


def people(rows: Iterable[Any], class_folder: Path) -> list[Person]:
    """Return students of the gradebook's rows, with the ids that were kept beside it."""
    known = _remembered(class_folder / NAME)
    return [
        Person(
            id=row.id,
            first=row.first_name or "",
            last=row.last_name or "",
            email=row.email or "",
            known_as=known.get(row.id, {}),
        )
        for row in rows
    ]


def _met(person: Person, register: Register, names: Counter[str]) -> tuple[Person, bool]:
    """Return a student under the id that the gradebook has for them, and whether by name alone.

    A list without logins, as Moodle's grading worksheet, may be of students who are there.

    Args:
        names: how often each name is on the list.
    """
    chosen = person.id in (person.known_as.get("login"), person.known_as.get("id"))
    if chosen or person.id in register.people:
        return person, False
    said = {Column(system): number for system, number in person.known_as.items()}
    found = register.by_ids({**said, Column.EMAIL: person.email} if person.email else said)
    named = False
    if not found and names[squeezed(person.name)] == 1:
        # One of the same name with another address is somebody else.
        called = register.by_name(person.name)
        found = {student for student in called if not register.people[student].email}
        named = len(called) == len(found) == 1
        found = found if named else set()
    return (replace(person, id=found.pop()), named) if len(found) == 1 else (person, False)


def _row(person: Person) -> dict[str, str | None]:
    return {
        "id": person.id,
        "first_name": person.first or None,
        "last_name": person.last or None,
        "email": person.email or None,
    }


def _differs(person: Person, row: Any) -> bool:
    """Whether a list says something of a student that the gradebook does not."""
    return row is not None and any(
        said and said != getattr(row, name) for name, said in _row(person).items()
    )


def _remember(course: Course, people: Sequence[Person]) -> None:
    path = course.class_folder / NAME
    known = _remembered(path)
    for person in people:
        known[person.id] = {**known.get(person.id, {}), **person.known_as}
    text = json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True)
    write_bytes(path, f"{text}\n".encode())


def _remembered(path: Path) -> dict[str, Mapping[str, str]]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(words.ids_not_read(path, error)) from error
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise InputError(words.ids_not_read(path, words.NO_OBJECT))
    return {
        str(student): {str(system): str(number) for system, number in ids.items()}
        for student, ids in found.items()
    }
