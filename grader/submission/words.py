"""What a student and an instructor read of what was handed in: what of it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import plural
from grader.language import text as _

# -------------------------------------------------------------------- the notebook


NO_FILE = _("is not a file; expected a notebook, NN_slug.ipynb")
NO_PATH = _("is no path; give the path of a notebook, NN_slug.ipynb")
ANOTHERS = _("is another user's file, under a second name; hand in a file of your own")
LINK = _("is a symbolic link; hand in the notebook itself")
NOT_FOUND = _("not found; give the path of a notebook, NN_slug.ipynb")
NO_CELLS = _("has no list of cells; expected a notebook in format 4, as JupyterLab saves it")


def unreadable(path: object, reason: str) -> str:
    return _("{path}: {reason}").format(path=path, reason=reason)


def not_opened(reason: str | None) -> str:
    return _("cannot be opened ({reason}); check the file's permissions").format(reason=reason)


def not_read(reason: str | None) -> str:
    return _("cannot be read ({reason}); check the disk").format(reason=reason)


def too_many_files(most: int) -> str:
    return _(
        "holds more than {most} files; leave the notebook, and what it needs, and grade it again"
    ).format(most=most)


def too_many_notebooks(folder: Path, most: int, expected: str) -> str:
    return _(
        "{folder}: holds more than {most} notebooks; leave the one that counts, under the name "
        "{expected}"
    ).format(folder=folder, most=most, expected=expected)


def too_large(most_mib: int) -> str:
    return _(
        "holds more than {most} MiB; clear the outputs "
        "(Edit, Clear Outputs of All Cells) and hand it in again"
    ).format(most=most_mib)


def too_many_parts(most: int) -> str:
    return _(
        "has more than {most} parts; clear the outputs "
        "(Edit, Clear Outputs of All Cells) and hand it in again"
    ).format(most=most)


def no_notebook(error: Exception) -> str:
    return _(
        "is not a notebook ({kind}: {message:.120}); "
        "open it in JupyterLab, save it, and hand it in again"
    ).format(kind=type(error).__name__, message=str(error))


def another_format(found: object) -> str:
    return _(
        "has notebook format {found!r:.40}, expected 4; open it in JupyterLab and save it"
    ).format(found=found)


def too_many_cells(found: int, most: int) -> str:
    return _("has {found} cells, at most {most} are read").format(found=found, most=most)


def too_much_text(most: int) -> str:
    return _("has more than {most} characters in its cells; keep data out of them").format(
        most=most
    )


def of_no_lesson(lesson: str) -> str:
    return _(
        "none of its cells belong to lesson {lesson}; expected the notebook that "
        "was released as {lesson}.ipynb"
    ).format(lesson=lesson)


# ------------------------------------------------------------- notes on what counts


def type_changed(cell: str, found: str, expected: str) -> str:
    return _("the cell of {cell} was changed to {found}; read as {expected}").format(
        cell=cell, found=found, expected=expected
    )


def stands_twice(cell: str) -> str:
    return _("the cell of {cell} stands twice; the last one counts").format(cell=cell)


def cell_missing(cell: str) -> str:
    return _("the cell of {cell} is missing").format(cell=cell)


def another_name(found: str, expected: str) -> str:
    return _("the notebook is called {found}, not {expected}; it was known by its cells").format(
        found=found, expected=expected
    )


def time_unusable(name: str) -> str:
    return _(
        "{name} could not be read as a time such as 2026-11-26 09:30:00.000000 UTC; "
        "whether the work was late is not known"
    ).format(name=name)


def file_stays_behind(name: str, most_mb: int) -> str:
    return _(
        "{name} beside the notebook is not there when it is graded: it could not be read, or "
        "there are more than {most} MB of files"
    ).format(name=name, most=most_mb)


def too_many_beside(count: int, most: int) -> str:
    return _(
        "there are {count} files beside the notebook; the first {most} are there when it is graded"
    ).format(count=count, most=most)


# ------------------------------------------------------------------------ pictures

NO_PICTURE = _("it holds no picture")
PICTURE_DAMAGED = _("its data is damaged")
PICTURE_UNUSUAL = _("it is no PNG, JPEG, GIF or WebP of a usual size")


def picture_too_large(most_mb: int) -> str:
    return _("it has more than {most} MB").format(most=most_mb)


def pictures_too_large(most_mb: int) -> str:
    return _("the notebook's pictures have more than {most} MB").format(most=most_mb)


def picture_not_there(name: str) -> str:
    return _("*(a picture, {name}, is not in the notebook)*").format(name=name)


def picture_left_out(reason: str) -> str:
    return _("*(a picture was left out: {reason})*").format(reason=reason)


# ------------------------------------------------------------- a folder, and a class


def no_notebook_in(folder: Path, lesson: str, expected: str) -> str:
    return _("{folder}: holds no notebook of {lesson}; put it there, as {expected}").format(
        folder=folder, lesson=lesson, expected=expected
    )


def several_notebooks(paths: Sequence[Path]) -> str:
    return _(
        "{folder}: holds several notebooks with different work, {names}; leave the one that "
        "counts, under the name {expected}"
    ).format(
        folder=paths[0].parent,
        names=", ".join(path.name for path in paths),
        expected=f"{paths[0].parent.name}.ipynb",
    )


def folder_is_link(folder: Path) -> str:
    return _("{folder}: is a symbolic link; put the submission itself there").format(folder=folder)


def name_not_utf8(folder: str) -> str:
    return _("{folder}: has a name that is not UTF-8; rename it").format(folder=folder)


def student_not_read(folder: Path, reason: str | None) -> str:
    return _("{folder}: cannot be read ({reason})").format(folder=folder, reason=reason)


def class_not_read(folder: object, reason: str | None) -> str:
    return _("{folder}: cannot be read ({reason}); check the folder's permissions").format(
        folder=folder, reason=reason
    )


def nothing_collected(folder: Path) -> str:
    return _("{folder}: not found; collect submissions first: 'nbgrader collect LESSON'").format(
        folder=folder
    )


def nothing_submitted(folder: Path, lessons: Sequence[str]) -> str:
    return _(
        "{folder}: holds no submission of {lessons}; collect "
        "submissions first: 'nbgrader collect LESSON'"
    ).format(folder=folder, lessons=", ".join(lessons) or _("any lesson"))


def no_such_student(students: Sequence[str], folder: Path, there: Sequence[str]) -> str:
    shown, more = ", ".join(there[:10]) or _("none"), len(there) - 10
    if more > 0:
        shown = plural("{shown} and {count} more", "{shown} and {count} more", more).format(
            shown=shown, count=more
        )
    return _("no submission of {students} in {folder}; there are {shown}").format(
        students=", ".join(students), folder=folder, shown=shown
    )
