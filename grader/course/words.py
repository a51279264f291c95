"""What is told of a course's files, and what a build writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import plural
from grader.language import text as _

# ----------------------------------------------------------------- files of a course


def config_not_read(path: Path, error: Exception) -> str:
    return _("{path}: cannot be read ({error}); correct it").format(path=path, error=error)


def no_solutions(folder: Path) -> str:
    return _(
        "{folder}: not found; run this inside the course folder, "
        "the one with nbgrader_config.py and solutions/"
    ).format(folder=folder)


def no_course(start: Path) -> str:
    return _(
        "{start}: not inside a course; expected a folder with nbgrader_config.py and "
        "solutions/ here or above"
    ).format(start=start)


def no_lesson(name: str, known: Sequence[str]) -> str:
    return _("no lesson is called {name!r}; the lessons are {known}").format(
        name=name, known=", ".join(known)
    )


def secret_not_read(path: Path, error: Exception) -> str:
    return _(
        "{path}: cannot be read ({error}); make it readable, or restore it from a "
        "backup: without it a regrade would use other hidden inputs"
    ).format(path=path, error=error)


def not_built(path: Path, lesson: str) -> str:
    return _("{path}: not found; run 'grader build {lesson}'").format(path=path, lesson=lesson)


def built_not_read(path: Path, error: Exception, lesson: str) -> str:
    return _(
        "{path}: cannot be read ({error}); run 'grader build {lesson}' to make it anew"
    ).format(path=path, error=error, lesson=lesson)


def no_source(path: Path) -> str:
    return _("{path}: not found; expected the lesson's source there").format(path=path)


def source_not_read(path: Path, error: Exception) -> str:
    return _("{path}: cannot be read ({error}); expected a lesson source in UTF-8").format(
        path=path, error=error
    )


def not_written(path: Path, reason: str | None) -> str:
    return _(
        "{path}: cannot be written ({reason}); check the folder's permissions and space"
    ).format(path=path, reason=reason)


# -------------------------------------------------------------------- a new lesson


def no_lesson_id(found: str) -> str:
    return _(
        "{found!r} cannot be a lesson's id; expected two digits and small letters, as in 07_dropout"
    ).format(found=found)


def no_exercise_name(found: str) -> str:
    return _("{found!r} cannot be an exercise; expected a function's name").format(found=found)


def number_taken(lesson: str, other: str) -> str:
    return _("{lesson}: the number is taken by {other}; choose another one").format(
        lesson=lesson, other=other
    )


def there_already(path: Path) -> str:
    return _("{path}: is there already, and nothing was written; choose another id").format(
        path=path
    )


# ------------------------------------------------------------ what is not overwritten


def move_it(forced: str) -> str:
    moved = _(
        "nothing was written; move what you want to keep into work/, where nothing is overwritten"
    )
    by_force = _(", or run '{command}', which keeps a copy first").format(command=forced)
    return moved + (by_force if forced else "")


def worked_in(path: Path, cells: Sequence[str] | None) -> str:
    if cells is None:
        return _("{path}: cannot be read as a notebook, and may be somebody's work").format(
            path=path
        )
    return _("{path}: somebody has worked in it ({cells})").format(
        path=path, cells=", ".join(cells[:5]) + (", ..." if len(cells) > 5 else "")
    )


def kept_before(path: Path, kept: Path) -> str:
    return _("{path}: somebody had worked in it; what was there before is {kept}").format(
        path=path, kept=kept
    )


def kept(stem: str, number: int) -> str:
    """Return the name of a copy that is kept; the first has number 1."""
    if number == 1:
        return _("{stem} (kept)").format(stem=stem)
    return _("{stem} (kept {number})").format(stem=stem, number=number)


# ------------------------------------------------------- what must not be handed out

NOT_HANDED_OUT = _(
    "nothing was handed out; correct the source (a lesson's is lesson.py, then run 'grader build')"
)
A_HIDDEN_CALL = _("a call of the hidden tests")
A_MARK_SCHEME = _("a mark scheme")
AN_OUTPUT = _("an output, or the count of a run")
A_FILLED_STUB = _("a solution where students write")
TEXT_OF_A_REGION = _("text of a region of the source that students must not get")
SECRET_FILE = _("a file that only instructors may have")
A_LINK = _("a symbolic link, which leads to something else")
NO_NOTEBOOK = _("something that cannot be read as a notebook")


def a_region(name: str) -> str:
    return _("a region {name}").format(name=name)


def leak(path: Path, cell: str, what: str) -> str:
    if not cell:
        return _("{path}: holds {what}").format(path=path, what=what)
    return _("{path}, cell {cell}: holds {what}").format(path=path, cell=cell, what=what)


def source_stale(path: Path, lesson: str) -> str:
    return _(
        "{path}: is not what lesson.py makes; run 'grader build {lesson}', then this again; "
        "what was written into the notebook itself belongs into lesson.py"
    ).format(path=path, lesson=lesson)


# -------------------------------------------------------------- what a build writes

SPOILER = _(
    "SPOILER: solutions of earlier lessons, for this lesson to build on.\n"
    "\n"
    "Generated.  Have you solved those exercises?  Then paste your own functions\n"
    "into the notebook instead: it will work with them.\n"
)


# In a cell's first line.  The strokes are an edge that every editor and theme shows.
GIVEN_CAPTION = _("# ── given, locked: run it ──")
TRY_CAPTION = _("# ── to try out: change what you like, nothing is graded ──")
VERDICT_CAPTION = _("# ── your verdict: run it as often as you like ──")


def test_caption(points: float) -> str:
    return plural(
        "# ── test, locked, {points:g} point: run it ──",
        "# ── test, locked, {points:g} points: run it ──",
        1 + (points != 1),
    ).format(points=points)


SCHEME = _("Marking scheme")


def mark_scheme(scheme: str, answer: str) -> str:
    return _("**{title}**\n\n{scheme}\n\n**An answer that earns all points**\n\n{answer}").format(
        title=SCHEME, scheme=scheme, answer=answer
    )


def taken_from(lesson: str) -> str:
    return _("# from lesson {lesson}").format(lesson=lesson)
