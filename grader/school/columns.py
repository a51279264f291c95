"""What the columns of a school's tables mean, by the names that the products give them.

Sources: Canvas, "Import grades in the Gradebook" and its own exporter (instructure/canvas-lms,
lib/gradebook_exporter.rb); Moodle, "Grade export", "Grade import" and the offline grading
worksheet (docs.moodle.org); Gradescope, "Adding students" (roster CSV).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from grader.errors import InputError
from grader.school import words
from grader.school.sheet import Row, Sheet


class Column(Enum):
    """What a column holds; the value is what an instructor calls it."""

    LOGIN = "login"
    ID = "id"
    SIS = "sis"
    EMAIL = "email"
    CANVAS = "canvas"
    MOODLE = "moodle"
    FIRST = "first name"
    LAST = "last name"
    NAME = "name"
    ROLE = "role"


class Kind(Enum):
    """Whose table it is."""

    CANVAS = "Canvas"
    MOODLE = "Moodle"
    PLAIN = "CSV"


# Moodle writes its headings in the language of whoever downloads them.
_NAMES = {
    Column.LOGIN: """sis login id|username|user name|user|login|login id|netid|uid|anmeldename|
        nom d'utilisateur|nombre de usuario|nome utente|gebruikersnaam|nome de usuário""",
    Column.ID: """id|student id|student_id|studentid|student number|student_number|lms_user_id""",
    Column.SIS: """sis user id|id number|sid|sis id|id-nummer|numéro d'identification|
        número de id|codice identificativo|id-nummer|número de identificação|matriculation number|
        matrikelnummer""",
    Column.EMAIL: """email|e-mail|mail|email address|e-mail address|e-mail-adresse|
        adresse de courriel|dirección de correo|dirección de correo electrónico|indirizzo email|
        e-mailadres|endereço de email|courriel""",
    Column.MOODLE: "identifier|id.|identificateur|identificador|participant|id de participante",
    Column.FIRST: """first name|firstname|first_name|given name|vorname|prénom|nombre|nome|
        voornaam""",
    Column.LAST: """last name|lastname|last_name|surname|family name|nachname|nom|nom de famille|
        apellido(s)|apellidos|cognome|achternaam|sobrenome""",
    Column.NAME: """student|name|full name|fullname|student name|vollständiger name|nom complet|
        nombre completo|nome completo|volledige naam""",
    Column.ROLE: "role|roles|rolle|rôle|rôles|roll",
}
_MEANING = {name.strip(): column for column, names in _NAMES.items() for name in names.split("|")}
# What identifies a student in the gradebook, the likeliest first.
IDENTIFYING = (Column.LOGIN, Column.ID, Column.SIS, Column.EMAIL, Column.CANVAS, Column.MOODLE)
_HEADING_WITHIN = 10  # rows


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of a table.

    Attributes:
        place: its row's place in the sheet.
        names: its cells.
        columns: where what stands.
    """

    kind: Kind
    place: int
    names: tuple[str, ...]
    columns: Mapping[Column, int]

    def cell(self, row: Row, column: Column) -> str:
        """Return what a row says in a column, "" where there is none."""
        at = self.columns.get(column)
        return row.cells[at] if at is not None and at < len(row.raw) else ""


def heading_of(sheet: Sheet) -> Heading:
    """Return a table's heading.

    Raises:
        InputError: no row names a column that can tell students apart.
    """
    for place, row in enumerate(sheet.rows[:_HEADING_WITHIN]):
        found: dict[Column, int] = {}
        for at, cell in enumerate(row.cells):
            meaning = _MEANING.get(cell.casefold())
            if meaning is not None:
                found.setdefault(meaning, at)
        kind = _kind_of(row, found)
        if kind is Kind.CANVAS and Column.ID in found:
            found[Column.CANVAS] = found.pop(Column.ID)
        if any(column in found for column in IDENTIFYING):
            return Heading(kind=kind, place=place, names=row.cells, columns=found)
    first = next(row for row in sheet.rows if not row.empty)
    raise InputError(words.no_heading(sheet.path, first.cells[:8], sheet.separator))


def _kind_of(row: Row, found: Mapping[Column, int]) -> Kind:
    names = {cell.casefold() for cell in row.cells}
    if {"id", "section"} <= names and ("student" in names or {"lastname", "firstname"} <= names):
        return Kind.CANVAS
    plain = {"id", "email", "first_name", "last_name", "sid"}
    if Column.MOODLE in found or (Column.EMAIL in found and not names & plain):
        return Kind.MOODLE
    return Kind.PLAIN
