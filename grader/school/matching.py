"""Which student a row of a table, or a file's name, means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from grader.school.columns import Column
from grader.school.people import Person, orders_of, squeezed

# A number of one system may be another's number of another student: each is looked up apart.
_SAME = {
    Column.CANVAS: ("canvas",),
    Column.MOODLE: ("moodle",),
    Column.LOGIN: ("login", "#id", "#email"),
    Column.ID: ("id", "#id"),
    Column.SIS: ("sis", "#id"),
    Column.EMAIL: ("#email", "#id"),
}


class Register:
    """A class by all names under which a student may be met."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.people = {person.id: person for person in people}
        for person in self.people.values():
            self._by["#id"][person.id.casefold()].add(person.id)
            if person.email:
                self._by["#email"][person.email.casefold()].add(person.id)
            for system, number in person.known_as.items():
                self._by[system][number.casefold()].add(person.id)
            for name in filter(None, orders_of(person)):
                self._by["#name"][name].add(person.id)

    def by_ids(self, said: Mapping[Column, str]) -> set[str]:
        """Return the students that the ids of one row mean: one, none, or several at odds."""
        found: set[str] = set()
        for column, text in said.items():
            for kind in _SAME.get(column, ()):
                found |= self._by[kind].get(text.casefold(), set())
        return found

    def by_name(self, name: str) -> set[str]:
        """Return the students who are called so, in either order, apart from what is no letter."""
        return set(self._by["#name"].get(squeezed(name), set()))

    def by_number(self, system: str, number: str) -> set[str]:
        """Return the students with a number of a system: "canvas", "moodle", "sis"."""
        return set(self._by[system].get(number.casefold(), set()))
