"""What the rooms that are one module each say: to authors, and in the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.language import plural
from grader.language import text as _

# ----------------------------------------------------------- what an author declares

OUTSIDE_HIDDEN = _("exercises are declared in a lesson's hidden files only")
NO_DEF = _("a form other than def")
TEXT = _("text")
TUPLE_OF_NAMES = _("a tuple of names")
SIZE = _("a number, 0 or more")
ABOVE_ZERO = _("a number above 0")
TRUE_OR_FALSE = _("True or False")
DICT_BY_NAME = _("a dict by name")
FUNCTION = _("a function")
GENERATOR = _("a generator: def with one argument, rng, and yield")
SHOWN = _("a Shown")
TOLERANCE = _("a Tolerance")
EXCEPTION = _("an exception")
TUPLE_OF_STEPS = _("a tuple of Call, Get and Set")


def another_form(where: str, name: str, found: str, expected: str) -> str:
    return _("{where}: {name} is {found}; expected {expected}").format(
        where=where, name=name, found=found, expected=expected
    )


def cases_of(exercise: str) -> str:
    return _("cases of {exercise}").format(exercise=exercise)


def mistake_in(exercise: str) -> str:
    return _("mistake in {exercise}").format(exercise=exercise)


def no_source_to_show(function: str, error: Exception) -> str:
    return _("Shown({function}): has no source to show ({error})").format(
        function=function, error=error
    )


def not_alone(function: str, used: Iterable[str]) -> str:
    return _(
        "Shown({function}): uses {used}; write it with def at the top level of "
        "a hidden file, with NumPy and its arguments alone"
    ).format(function=function, used=", ".join(used))


def no_option(unknown: Iterable[str], known: Iterable[str]) -> str:
    return _("Case has no option {unknown}; it has {known}").format(
        unknown=", ".join(sorted(unknown)), known=", ".join(sorted(known))
    )


def no_part(unknown: Iterable[str], known: Iterable[str]) -> str:
    return _("no part is called {unknown}; the parts are {known}").format(
        unknown=sorted(unknown), known=list(known)
    )


# ---------------------------------------------------------- what a kit's check finds

TWO_RESULTS = _("the same state of rng gave two different results: draw from rng alone")
RNG_NOT_USED = _("another state of rng gave the same result: rng is not used")


# ---------------------------------------------------------------- the demonstration

BUILDING = _("building the notebooks")
DERIVATION = _("By the chain rule, every path adds its product.")  # a sample student's
GRADING = _("grading")
WRITING_FEEDBACK = _("writing the feedback")
FEEDBACK_PAGES = _("feedback pages")
GRADES_TABLE = _("grades as a table")


def releasing(lesson: str) -> str:
    return _("releasing {lesson}").format(lesson=lesson)


def students_work(count: int) -> str:
    return plural(
        "{count} student fetches, works and submits",
        "{count} students fetch, work and submit",
        count,
    ).format(count=count)


def lies_in(what: str, path: Path) -> str:
    return _("{what}: {path}").format(what=what, path=path)


def command_failed(command: Sequence[str], code: int) -> str:
    return _("'{command}' ended with {code}; see above").format(
        command=" ".join(command), code=code
    )
