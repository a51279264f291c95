"""What an instructor reads of an ordinary assignment in the box."""

from __future__ import annotations

from pathlib import Path

from grader.language import plural
from grader.language import text as _

# ------------------------------------------------------------------------- options

MEMORY = _("MiB of memory that a notebook may take, besides what Python itself does.")
PROCESSES = _(
    "How many processes a notebook may have at one time besides its own: for "
    "subprocess, ProcessPoolExecutor, '!' and %%bash. None by default."
)
THREADS = _("How many threads a notebook may have, in all its processes together.")
FILE_SIZE = _("MiB of one file that a notebook writes.")
FOLDER_SIZE = _("MiB of all files together that a notebook writes and leaves behind.")
TOTAL_SECONDS = _(
    "Seconds that a notebook may take as a whole; one cell has Execute.timeout. A "
    "notebook whose reference takes long gets ten times as long."
)
WITHHELD = _("Names of packages that cannot be imported, although they are installed.")
READABLE = _(
    "Paths of files and folders that a notebook may read besides what lies beside it, "
    "such as a folder of shared data."
)
JUDGE_OUTSIDE = _(
    "Run test cells outside the student's process where the reference passes them so: "
    "what a notebook does to its own process does not reach them. One that gets an object "
    "which cannot leave the student's process is run there after all; 'strictly': it fails."
)

# ------------------------------------------------------------------- why none is run


def no_sandbox(reason: str) -> str:
    return _(
        "no sandbox here: {reason}; grade where there is one, or take the classes of "
        "grader.nbgrader_plugin out of nbgrader_config.py and run without it"
    ).format(reason=reason)


def another_language(language: str) -> str:
    return _(
        "the notebook is in {language}, and the box runs Python alone; take the classes "
        "of grader.nbgrader_plugin out of nbgrader_config.py to grade it without a box"
    ).format(language=language)


def source_not_read(path: Path, error: Exception) -> str:
    return _("{path}: cannot be read ({error}); the source is needed to grade").format(
        path=path, error=error
    )


def folder_is_link(folder: Path) -> str:
    return _("{folder}: is a symbolic link; put the submission itself there").format(folder=folder)


def unreadable(reason: str) -> str:
    return _("The notebook could not be read: {reason}").format(reason=reason)


# ----------------------------------------------------------------- files, and outputs

NOT_SHOWN = _("ERROR: the cell failed, and how was not shown")


def hides_a_module(name: str) -> str:
    return _("{name!r} is not there when it is graded: it would hide an installed module").format(
        name=name
    )


def too_large_to_keep(name: str, most_mib: int) -> str:
    return _("{name!r} is not kept: more than {most} MiB").format(name=name, most=most_mib)


def not_kept(name: str, reason: str | None) -> str:
    return _("{name!r} is not kept ({reason})").format(name=name, reason=reason)


def no_such_score(found: str, points: float) -> str:
    return _("the cell's result is {found:.40}, expected a number from 0 to {points:g}").format(
        found=found, points=points
    )


def score_not_shown(points: float) -> str:
    return _("the cell's result is not shown, expected a number from 0 to {points:g}").format(
        points=points
    )


def run_again(doubt: Exception) -> str:
    return _("Run a second time, with what is left to judge inside: {doubt}").format(doubt=doubt)


def returned_object(name: str, kind: str) -> str:
    return _("{name} returned an object of type {kind}").format(name=name, kind=kind)


def needs_a_name(name: str) -> str:
    return _("{name} needs a name of the test's").format(name=name)


# ------------------------------------------------------------------- the reference

MORE_MEMORY = _("allow more memory with c.Engine.memory")
PERHAPS_MEMORY = _("it may be short of memory: c.Engine.memory")
NOT_PERMITTED = _(
    "processes are allowed with c.Engine.processes; there is no network "
    "in the box, see 'Your own nbgrader assignments' in docs/instructors.md"
)
MORE_PROCESSES = _("processes are allowed with c.Engine.processes")
MORE_THREADS = _("allow more threads with c.Engine.threads")
LARGER_FILES = _("allow larger files with c.Engine.file_size")
MORE_FILES = _("allow more files with c.Engine.folder_size")
MORE_TIME = _("allow more time with c.Engine.total_seconds")
MORE_TIME_A_CELL = _("allow a cell more time with c.Execute.timeout")
FILES_BESIDE = _(
    "files must lie beside the notebook in the source folder, or in a folder "
    "named in c.Engine.readable"
)
INSTALL = _("install it where the grader is, or take it out of c.Engine.withheld")
WHAT_IS_READ = _(
    "the box reads the installed packages, the files beside the notebook, and "
    "what c.Engine.readable names, no package that c.Engine.withheld names, and starts processes "
    "with c.Engine.processes alone"
)
SEE_DOCS = _(
    "see 'Your own nbgrader assignments' in docs/instructors.md for what the box allows; without "
    "the classes of grader.nbgrader_plugin in nbgrader_config.py nbgrader runs it without a box"
)


def trying(path: Path) -> str:
    return _("Trying the reference in the box: {path}").format(path=path)


def fails_outside_too(error: Exception) -> str:
    return _("nbgrader itself does not get through the reference: {error}").format(error=error)


def not_comparable(path: Path, error: Exception) -> str:
    return _(
        "{path}: the reference does not earn its points in the box, and what it "
        "earns outside cannot be tried ({kind}: {error})"
    ).format(path=path, kind=type(error).__name__, error=error)


def reference_fails(path: Path, first: str, more: int) -> str:
    told = _(
        "{path}: the reference itself fails in the box, so nobody is scored\n  {first}"
    ).format(path=path, first=first)
    if more:
        told += plural("\n  and {count} more cell", "\n  and {count} more cells", more).format(
            count=more
        )
    return told


def cell(number: int, name: str) -> str:
    if not name:
        return _("cell {number}").format(number=number)
    return _("cell {number}, {name}").format(number=number, name=name)


def fewer_points(cell: str, points: float, outside: float) -> str:
    return _("{cell} ({points:g} points, outside {outside:g})").format(
        cell=cell, points=points, outside=outside
    )


def difference(cell: str, said: str, advice: str) -> str:
    return _("{cell}: {said}\n  fix: {advice}").format(cell=cell, said=said, advice=advice)


def on_stderr(text: str) -> str:
    return _("on stderr: {text:.200}").format(text=text)


def fails(line: str) -> str:
    return _("fails: {line:.80}").format(line=line)
