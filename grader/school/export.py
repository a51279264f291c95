"""Exporters in nbgrader's plug-in interface: a school's own table, filled in.

`nbgrader export --exporter=grader.nbgrader_plugin.CanvasExport --CanvasExport.table=grades.csv`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Student
from nbgrader.plugins import ExportPlugin
from sqlalchemy import select
from traitlets import Bool, Dict, Unicode

from grader.errors import InputError
from grader.report.harmless import one_line
from grader.school import words
from grader.school.columns import Kind
from grader.school.filling import Filled, Options, fill
from grader.school.matching import Register
from grader.school.roster import people
from grader.school.scores import scores_in
from grader.school.sheet import read_sheet, write_bytes


def fill_file(
    table: Path,
    to: Path,
    session: Any,
    *,
    class_folder: Path,
    options: Options,
    kinds: Iterable[Kind] = tuple(Kind),
    lessons: Sequence[str] = (),
    students: Sequence[str] = (),
) -> Filled:
    """Write a school's table, filled in, to another file.

    Args:
        session: the gradebook's.
        class_folder: where the school's ids of the class are kept.
        kinds: whose table it may be.

    Raises:
        InputError: it cannot be read, filled or written.
    """
    if to.exists() and to.samefile(table):
        raise InputError(words.own_table(to))
    scores = scores_in(session, lessons=lessons, students=students)
    register = Register(people(session.execute(select(Student.__table__)), class_folder))
    filled = fill(read_sheet(table), register, scores, options)
    if filled.kind not in kinds:
        expected = ", ".join(kind.value for kind in kinds)
        raise InputError(words.another_system(table, filled.kind.value, expected))
    write_bytes(to, filled.content)
    return filled


def beside(table: Path) -> Path:
    """Return where a filled table goes if nobody says."""
    return table.with_name(f"{table.stem}_filled{table.suffix or '.csv'}")


class SchoolExport(ExportPlugin):  # type: ignore[misc] # nbgrader has no types
    """Fills in a table that a school's system exported."""

    table = Unicode("", help=words.TABLE_OPTION).tag(config=True)
    columns = Dict(key_trait=Unicode(), value_trait=Unicode(), help=words.COLUMNS_OPTION).tag(
        config=True
    )
    scale = Bool(default_value=False, help=words.SCALE_OPTION).tag(config=True)
    decimal = Unicode("", help=words.DECIMAL_OPTION).tag(config=True)
    kinds: tuple[Kind, ...] = ()

    def export(self, gradebook: Any) -> None:
        """Write the table, filled in, and log what there is to say.

        Raises:
            SystemExit: with 1, where it cannot be done; the log says why.
        """
        try:
            filled = self._filled(gradebook)
        except InputError as error:
            # One line for whoever asked; where it came from tells them nothing.
            self.log.error("%s", one_line(str(error)))  # noqa: TRY400
            raise SystemExit(1) from error
        for lesson, heading in filled.used.items():
            self.log.info("%s", one_line(words.into(lesson, heading)))
        for note in filled.notes:
            self.log.warning("%s", one_line(note))

    def _filled(self, gradebook: Any) -> Filled:
        if not self.table:
            raise InputError(words.no_table(type(self).__name__))
        table = Path(self.table)
        to = Path(self.to) if self.to else beside(table)
        root = Path(self.parent.coursedir.root) if self.parent else Path.cwd()
        filled = fill_file(
            table,
            to,
            gradebook.db,
            class_folder=root / "class",
            options=Options(columns=self.columns, scale=self.scale, decimal=self.decimal),
            kinds=self.kinds,
            lessons=[str(lesson) for lesson in self.assignment],
            students=[str(student) for student in self.student],
        )
        self.log.info("%s", one_line(words.filled(to, filled.count)))
        return filled


class CanvasExport(SchoolExport):
    """Fills in the gradebook's CSV that Canvas exports and imports."""

    kinds = (Kind.CANVAS,)


class MoodleExport(SchoolExport):
    """Fills in Moodle's grade export, or the grading worksheet of one assignment."""

    kinds = (Kind.MOODLE, Kind.PLAIN)
