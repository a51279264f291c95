"""What an instructor reads of a school's tables and archives: what was found, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import plural
from grader.language import text as _

_MOST_NAMES = 12  # in one line


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    if more <= 0:
        return shown
    return plural("{shown} and {more} more", "{shown} and {more} more", more).format(
        shown=shown, more=more
    )


# ------------------------------------------------------------------- a table as a file


def not_opened(path: Path, reason: str | None) -> str:
    return _("{path}: cannot be opened ({reason}); name a file that is there").format(
        path=path, reason=reason
    )


def too_large(path: Path, megabytes: int) -> str:
    return _("{path}: larger than {most} MiB, which no class list is").format(
        path=path, most=megabytes
    )


def too_many_rows(path: Path, most: int) -> str:
    return _("{path}: more than {most} rows, which no class has").format(path=path, most=most)


def empty_table(path: Path) -> str:
    return _("{path}: is empty; export it again").format(path=path)


def not_text(path: Path, encoding: str, at: int) -> str:
    return _(
        "{path}: byte {at} is no text in {encoding}; save it as CSV UTF-8, and try again"
    ).format(path=path, at=at, encoding=encoding)


def no_text(path: Path) -> str:
    return _("{path}: is no text; a spreadsheet has to be saved as CSV UTF-8 first").format(
        path=path
    )


def not_written(path: Path, reason: str | None) -> str:
    return _("{path}: cannot be written ({reason}); name another place with --to").format(
        path=path, reason=reason
    )


def no_heading(path: Path, cells: Sequence[str], separator: str) -> str:
    return _(
        "{path}: no row names a column that tells students apart; the first row, split at "
        "{separator!r}, is {cells}; expected is one with, for example, SIS Login ID, Username, "
        "Email address or id"
    ).format(path=path, separator=separator, cells=list(cells))


def no_such_column(path: Path, wanted: str, names: Sequence[str]) -> str:
    return _("{path}: no column is called {wanted}; there are {names}").format(
        path=path, wanted=wanted, names=_listed(names)
    )


# ------------------------------------------------------------------------ a class list

POINTS_ROW = _("the row with the points of each assignment")
MUTED_ROW = _("the row that says which grades are hidden")
TEST_STUDENT = _("the student that Canvas makes for looking at a course as one")
TORN = _("a quote is opened and never closed")


def role(found: str) -> str:
    return _("is no student: {role}").format(role=found)


def too_many_cells(found: int, expected: int) -> str:
    return _(
        "has {found} cells, the heading has {expected}: a name with a separator in it needs quotes"
    ).format(found=found, expected=expected)


def no_id(column: str) -> str:
    return _("nothing stands under {column}, and so no student can be made of it").format(
        column=column
    )


def long_id(beginning: str, found: int, most: int) -> str:
    return _("the id {beginning}... has {found} characters, at most {most} are possible").format(
        beginning=beginning, found=found, most=most
    )


def id_begins(number: str, first: str) -> str:
    return _("the id {number} begins with {first!r}, and cannot be a folder's name").format(
        number=number, first=first
    )


def id_holds(number: str, found: str) -> str:
    return _(
        "the id {number!r} holds {found!r}, and cannot be a folder's name; "
        "choose another column with --id"
    ).format(number=number, found=found)


def unusable_text(text: str, most: int) -> str:
    return _(
        "{text!r} is longer than {most} characters, or holds some that cannot be shown"
    ).format(text=text[:40], most=most)


def twice(number: str, line: int, before: str) -> str:
    return _(
        "the id {number} stands in line {line} already, as {before}, with another name or address"
    ).format(number=number, line=line, before=before)


def bad_line(path: Path, line: int, why: str) -> str:
    return _("{path}:{line}: {why}").format(path=path, line=line, why=why)


def enrolled(added: int, changed: int, all_of_them: int, column: str, encoding: str) -> str:
    return plural(
        "{all} student on the list, {added} new, {changed} with a changed name or address; "
        "ids from {column}, read as {encoding}",
        "{all} students on the list, {added} new, {changed} with a changed name or address; "
        "ids from {column}, read as {encoding}",
        all_of_them,
    ).format(all=all_of_them, added=added, changed=changed, column=column, encoding=encoding)


def passed_over(line: int, why: str) -> str:
    return _("line {line} passed over: {why}").format(line=line, why=why)


def absent(students: Sequence[str]) -> str:
    return _(
        "in the gradebook, and not on this list: {students}; they stay, and "
        "'nbgrader db student remove' takes one out"
    ).format(students=_listed(students))


LINES_LEFT = _("not every line could be taken; see above")


def ids_not_read(path: Path, reason: object) -> str:
    return _(
        "{path}: cannot be read ({reason}); restore it from a backup, or delete it and import the "
        "class list again"
    ).format(path=path, reason=reason)


# ----------------------------------------------------------------------- a filled table

NOTHING_TO_FILL = _("nothing of that is graded; grade first: grader grade")
NOT_IN_TABLE = _("graded, and not in this table")
NOT_IN_CLASS = _("in this table, and nobody of the class")
AT_ODDS = _("means several students, so that nothing was written")
BY_NAME = _("recognised by the name alone, look whether that is right")
STILL_WAITS = _("written, though something is still to be marked by hand")
NOTHING_HANDED_IN = _("nothing is graded, the cell stays as it was")
KEPT = _("the cell stays as it was")
LOCKED = _("locked")


def with_names(sentence: str, names: Sequence[str]) -> str:
    if not names:
        return sentence
    return _("{sentence}: {names}").format(sentence=sentence, names=_listed(names))


def no_columns_at_all(path: Path, problems: Sequence[str], names: Sequence[str]) -> str:
    return _(
        "{path}: no grade has a column to go into: {problems}; its columns are {names}"
    ).format(path=path, problems="; ".join(problems), names=", ".join(names))


def no_column(lesson: str) -> str:
    return _(
        "{lesson}: no column is called so; name one with --column {lesson}=HEADING, or make the "
        "assignment there and export the table again"
    ).format(lesson=lesson)


def of_one_assignment(lesson: str) -> str:
    return _("{lesson}: a grading worksheet is of one assignment; name it behind the file").format(
        lesson=lesson
    )


def no_given_column(lesson: str, heading: str) -> str:
    return _("{lesson}: no column is called {heading}").format(lesson=lesson, heading=heading)


def several_columns(lesson: str, names: Sequence[str]) -> str:
    return _("{lesson}: several columns could be meant, name one with --column: {names}").format(
        lesson=lesson, names=_listed(names)
    )


def same_column(lesson: str, other: str) -> str:
    return _("{lesson}: its column is that of {other} already").format(lesson=lesson, other=other)


def read_only(lesson: str, heading: str) -> str:
    return _("{lesson}: the column {heading} is read only there").format(
        lesson=lesson, heading=heading
    )


def other_points(lesson: str, points: tuple[str, float]) -> str:
    theirs, ours = points
    return _(
        "{lesson}: nothing written, for the table gives {theirs} points for it and the lesson "
        "{ours:g}; change the points there, or convert with --scale"
    ).format(lesson=lesson, theirs=theirs, ours=ours)


def filled(path: Path, count: int) -> str:
    return plural("{path}: {count} grade", "{path}: {count} grades", count).format(
        path=path, count=count
    )


def into(lesson: str, heading: str) -> str:
    return _("{lesson} goes into {heading}").format(lesson=lesson, heading=heading)


def own_table(path: Path) -> str:
    return _("{path}: is the school's own table; name another place with --to").format(path=path)


def no_table(exporter: str) -> str:
    return _(
        "name the table that the school's system exported, for it is filled in: "
        "--{exporter}.table=FILE"
    ).format(exporter=exporter)


def another_system(path: Path, found: str, expected: str) -> str:
    return _("{path}: is a table of {found}, expected is one of {expected}").format(
        path=path, found=found, expected=expected
    )


def no_decimal_sign(found: str) -> str:
    return _("{found!r} is no decimal sign; expected is . or ,").format(found=found)


def column_option(text: str) -> str:
    return _("--column {text}: expected is LESSON=HEADING").format(text=text)


TABLE_OPTION = _("The table that the school's system exported.")
COLUMNS_OPTION = _("Headings of lessons whose columns are called otherwise: {lesson: heading}.")
SCALE_OPTION = _("Convert points to those that the school's system gives for a lesson.")
DECIMAL_OPTION = _("The decimal sign; the table's own without.")
NO_OBJECT = _("no object of objects")


# ---------------------------------------------------------------- downloaded archives

NO_ARCHIVE = _("is no .zip or .tar archive; unpack it yourself, and pack it as .zip")
IN_IT_TWICE = _("stands in the archive more than once, and it is not clear which one counts")
ENCRYPTED = _("is encrypted; ask for it without a password")
LINK_OR_DEVICE = _("is a link, a device or something else that is no file")
ABSOLUTE = _("its name begins at the root of a disk")
LEADS_OUT = _("its name leads out of the archive's folder")
NO_NAME = _("its name is none that a file can have")
REST_NOT_READ = _("what comes after that is not read")
TOO_DEEP = _("is an archive inside a student's archive, which is not opened")
NO_KNOWN_NAME = _(
    "its name is none that Canvas, Moodle or Gradescope gives; put it into a folder with the "
    "student's id as its name"
)
NO_SUBMITTER = _(
    "submission_metadata.yml does not say whose it is; export it from Gradescope again"
)
NO_METADATA = _("is not what Gradescope writes, and is not believed")
NOTHING_FROM = _("nothing was found from")
NO_CLASS_LIST = _(
    "the gradebook has no students, so nobody can be told whose a file is; import the class list "
    "first: grader students FILE"
)


def not_taken(what: str, why: str) -> str:
    return _("not taken: {what}: {why}").format(what=what, why=why)


def broken_archive(error: Exception) -> str:
    return _("cannot be opened as an archive ({error}); download it again").format(error=error)


def broken_member(error: Exception) -> str:
    return _("cannot be read ({error}); download the archive again").format(error=error)


def too_many_members(found: int, most: int) -> str:
    return _("holds {found} files, at most {most} are looked at").format(found=found, most=most)


def too_large_member(megabytes: int) -> str:
    return _("is larger than {most} MiB once it is unpacked").format(most=megabytes)


def too_much_together(megabytes: int) -> str:
    return _("comes after {most} MiB of the same archive, and nothing more is read of it").format(
        most=megabytes
    )


def same_name(student: str, name: str) -> str:
    return _("{student} has another file {name} already").format(student=student, name=name)


def several(students: Sequence[str]) -> str:
    return _("could be of {students}; put it into a folder with the right id as its name").format(
        students=_listed(students)
    )


def not_on_list(system: str) -> str:
    if system == "moodle":
        return _(
            "nobody of the class; import the assignment's grading worksheet, which tells the "
            "numbers of its participants: grader students FILE"
        )
    return _("nobody of the class; import the class list again: grader students FILE")


def newest_counts(student: str) -> str:
    return _("{student}: several attempts, the newest counts").format(student=student)


def late(students: Sequence[str]) -> str:
    return _(
        "late, as Canvas marks it; it does not tell the time, so a penalty is yours to give: "
        "{students}"
    ).format(students=_listed(students))


def no_notebook(student: str, names: Sequence[str]) -> str:
    return _("{student}: no notebook among {names}").format(student=student, names=_listed(names))


def nothing_downloaded(folder: str) -> str:
    return _("{folder}: is empty; put what you downloaded there").format(folder=folder)


# --------------------------------------------------------------------------- Gradescope


def graded_in(sandbox: str) -> str:
    return _("Graded with this sandbox: {sandbox}").format(sandbox=sandbox)


def no_sandbox_there(why: str) -> str:
    return _(
        "{why}; an archive that 'grader autograder LESSON --unsandboxed' made takes that risk"
    ).format(why=why)


def no_settings(path: Path, reason: object) -> str:
    return _(
        "{path}: is not what 'grader autograder' wrote ({reason}); make the archive again"
    ).format(path=path, reason=reason)


def several_folders(lesson: str, names: Sequence[str]) -> str:
    return _(
        "notebooks lie in several folders: {names}; hand in one notebook, {lesson}.ipynb"
    ).format(names=_listed(names), lesson=lesson)


def made(path: Path) -> str:
    return _("made {path}").format(path=path)


NOT_GRADED = _("Not graded")
