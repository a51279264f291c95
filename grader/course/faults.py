"""What is wrong with what an author wrote, and its fix, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.language import text as _


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What is wrong at a place of a lesson's source, and what to do."""

    what: str
    fix: str


def problem(path: Path, line: int, wrong: Wrong) -> str:
    return _("{path}:{line}: {what}\n  fix: {fix}").format(
        path=path, line=line, what=wrong.what, fix=wrong.fix
    )


# ------------------------------------------------------------------------ cell tags


def cells_not_marked(markers: int, cells: int) -> Wrong:
    return Wrong(
        what=_("found {markers} cell markers but {cells} cells").format(
            markers=markers, cells=cells
        ),
        fix=_("begin the file with a '# %%' marker and leave no text before it"),
    )


def tags_unreadable(found: str) -> Wrong:
    return Wrong(
        what=_("cannot read the cell's tags: {found!r}").format(found=found),
        fix=_(
            "write one tag with its name in double quotes, and points as a number: "
            'test="softmax" points=4'
        ),
    )


def unknown_tag(tag: str) -> Wrong:
    return Wrong(
        what=_("unknown cell tag {tag!r}").format(tag=tag),
        fix=_("use setup, explore, solution, test, manual or points"),
    )


def several_tags(tags: Iterable[str]) -> Wrong:
    return Wrong(
        what=_("cell is tagged {tags}").format(tags=_(" and ").join(tags)),
        fix=_("give it one tag"),
    )


NO_TAG = Wrong(
    what=_("code cell without a tag"),
    fix=_('write \'# %% setup="name"\' if it is graded with, or explore="name" if it is not'),
)


def another_cell_type(kind: str, name: str, found: str, *, markdown: bool) -> Wrong:
    fix = _("{kind} tags a [markdown] cell") if markdown else _("{kind} tags a code cell")
    return Wrong(
        what=_("{kind} cell {name!r} is a {found} cell").format(kind=kind, name=name, found=found),
        fix=fix.format(kind=kind),
    )


def no_name(found: str) -> Wrong:
    return Wrong(
        what=_("exercise id {found!r} is not a name").format(found=found),
        fix=_("use the function's name"),
    )


def no_id(found: str) -> Wrong:
    return Wrong(
        what=_("the name of setup cell {found!r} is no id").format(found=found),
        fix=_("use letters, digits, - and _ alone"),
    )


def no_points(kind: str, name: str) -> Wrong:
    return Wrong(
        what=_("{kind} cell {name!r} has no points").format(kind=kind, name=name),
        fix=_("write '# %% {kind}=\"{name}\" points=4'").format(kind=kind, name=name),
    )


def points_elsewhere(kind: str, name: str) -> Wrong:
    return Wrong(
        what=_("{kind} cell {name!r} carries points").format(kind=kind, name=name),
        fix=_("points stand on test and manual cells"),
    )


# --------------------------------------------------------------- cells among others

_OWN_NAME = _("give each cell a name of its own")


def used_twice(kind: str, name: str, first: int) -> Wrong:
    return Wrong(
        what=_("{kind} {name!r} is used twice, first in line {first}").format(
            kind=kind, name=name, first=first
        ),
        fix=_OWN_NAME,
    )


def same_cell_id(kind: str, name: str, cell_id: str, other: str, line: int) -> Wrong:
    """Say that two names make one id; `other` is the first cell's kind and name."""
    return Wrong(
        what=_("{kind} {name!r} has the cell id {cell_id!r} of {other} in line {line}").format(
            kind=kind, name=name, cell_id=cell_id, other=other, line=line
        ),
        fix=_OWN_NAME,
    )


def test_alone(name: str) -> Wrong:
    return Wrong(
        what=_("test {name!r} has no exercise").format(name=name),
        fix=_("add a '# %% solution=\"{name}\"' cell before it").format(name=name),
    )


def exercise_alone(name: str) -> Wrong:
    return Wrong(
        what=_("exercise {name!r} has no test").format(name=name),
        fix=_("add a '# %% test=\"{name}\" points=4' cell after it").format(name=name),
    )


# -------------------------------------------------------------------------- regions


def no_marker(found: str) -> Wrong:
    return Wrong(
        what=_("not quite a region marker: {found!r}").format(found=found),
        fix=_("write '### BEGIN SOLUTION' alone on its line, and END likewise"),
    )


def region_elsewhere(region: str, kind: str) -> Wrong:
    return Wrong(
        what=_("{region} region in a {kind} cell").format(region=region.lower(), kind=kind),
        fix=_(
            "solution regions stand in solution and manual cells, mark schemes in manual "
            "cells, and hidden tests in hidden/"
        ),
    )


def closes_nothing(region: str) -> Wrong:
    return Wrong(
        what=_("'### END {region}' closes nothing").format(region=region),
        fix=_("add '### BEGIN {region}' before it, or remove it").format(region=region),
    )


def never_closed(region: str) -> Wrong:
    return Wrong(
        what=_("{region} region is never closed").format(region=region.lower()),
        fix=_("add '### END {region}' before the next '# %%'").format(region=region),
    )


# --------------------------------------------------------------------------- its code


def cell_not_python(message: str) -> Wrong:
    return Wrong(
        what=_("not Python: {message}").format(message=message),
        fix=_("make the cell run on its own"),
    )


def no_region(name: str) -> Wrong:
    return Wrong(
        what=_("the stub of {name!r} would not raise: it has no solution region").format(name=name),
        fix=_("put the body between '### BEGIN SOLUTION' and '### END SOLUTION'"),
    )


def returns_first(name: str) -> Wrong:
    return Wrong(
        what=_(
            "the stub of {name!r} would not raise: code outside the region returns first"
        ).format(name=name),
        fix=_("move every return and every branch into the solution region"),
    )


def not_defined(name: str) -> Wrong:
    return Wrong(
        what=_("solution {name!r} does not define {name!r}").format(name=name),
        fix=_("name the tag after the function or class"),
    )


def in_no_earlier_lesson(name: str, found: Iterable[str]) -> Wrong:
    return Wrong(
        what=_("no earlier lesson defines {name!r}").format(name=name),
        fix=_("earlier lessons define {found}").format(
            found=", ".join(sorted(found)) or _("nothing")
        ),
    )


def needs_another(name: str, need: str) -> Wrong:
    return Wrong(
        what=_("{name!r} needs {need!r}, which is not imported").format(name=name, need=need),
        fix=_("write 'from earlier import {need}, {name}'").format(need=need, name=name),
    )


def needs_a_module(name: str, need: str, lesson: str) -> Wrong:
    return Wrong(
        what=_(
            "{name!r} needs {need!r}, which earlier.py does not have: "
            "of modules it imports NumPy alone, as np"
        ).format(name=name, need=need),
        fix=_("import {need!r} inside the function, in {lesson}/lesson.py").format(
            need=need, lesson=lesson
        ),
    )


def own_cells_fail(path: Path, error: Exception) -> str:
    return _(
        "{path}: the lesson's own cells fail ({kind}: {error}); "
        "fix lesson.py and run 'grader build'"
    ).format(path=path, kind=type(error).__name__, error=error)


# ----------------------------------------------------------------------- hidden files


def hidden_twice(folder: str) -> Wrong:
    return Wrong(
        what=_("hidden cases stand here, and in {folder}/ as well").format(folder=folder),
        fix=_("move them to {folder}/, a file for each exercise, or remove the folder").format(
            folder=folder
        ),
    )


def hidden_not_python(message: str) -> Wrong:
    return Wrong(what=_("not Python: {message}").format(message=message), fix=_("correct the line"))


def no_module(name: str) -> str:
    return _("No module named {name!r}").format(name=name)


def hidden_raises(error: Exception) -> Wrong:
    return Wrong(
        what=_("raises {kind}: {error}").format(kind=type(error).__name__, error=error),
        fix=_("declare only what runs"),
    )


def unknown_exercise(name: str, known: Sequence[str]) -> Wrong:
    return Wrong(
        what=_("unknown exercise {name!r}").format(name=name),
        fix=_("use one of {known}").format(known=", ".join(known)),
    )


def another_file(name: str, expected: str) -> Wrong:
    return Wrong(
        what=_("exercise {name!r} is declared in a file of another name").format(name=name),
        fix=_("declare it in {expected}: each exercise has a file of its own").format(
            expected=expected
        ),
    )


def builds_on_unknown(name: str, need: str, known: Sequence[str]) -> Wrong:
    return Wrong(
        what=_("{name!r} builds on unknown exercise {need!r}").format(name=name, need=need),
        fix=_("use one of {known}").format(known=", ".join(known)),
    )


def builds_on_later(name: str, need: str) -> Wrong:
    return Wrong(
        what=_("{name!r} builds on {need!r}, which does not come before it").format(
            name=name, need=need
        ),
        fix=_("name exercises that come earlier in the notebook"),
    )


def no_cases(name: str, *, declared: bool) -> Wrong:
    fix = _('write asked = exercise("{name}"), and a generator below @asked.cases')
    if declared:
        fix = _("declare them in a generator below @asked.cases")
    return Wrong(
        what=_("exercise {name!r} has no hidden cases").format(name=name),
        fix=fix.format(name=name),
    )


def no_case(name: str, found: str) -> Wrong:
    found = found or _("nothing")
    return Wrong(
        what=_("the generator of {name!r} yields {found}; expected hidden cases").format(
            name=name, found=found
        ),
        fix=_("yield Case(..., group=...)"),
    )


def cases_twice(name: str) -> Wrong:
    return Wrong(
        what=_("cases for {name!r} are declared twice").format(name=name),
        fix=_("join them in one generator"),
    )


def options_apart(name: str) -> Wrong:
    return Wrong(
        what=_("what {name!r} returns, builds on or tolerates stands apart from its cases").format(
            name=name
        ),
        fix=_("say it where the exercise with the cases is named"),
    )


def no_mistake(name: str) -> Wrong:
    return Wrong(
        what=_("exercise {name!r} has no mistake").format(name=name),
        fix=_('add asked.mistake("...", answer=..., hint="...")'),
    )


def no_hidden(folder: Path) -> str:
    return _(
        "{folder}: has no folder hidden/; write the hidden cases of each exercise into "
        "a file there, or all of them into one hidden.py"
    ).format(folder=folder)


def hidden_not_read(path: Path, reason: str | None) -> str:
    return _("{path}: cannot be read ({reason}); it belongs to the lesson's hidden cases").format(
        path=path, reason=reason
    )
