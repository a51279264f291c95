"""What a learner is told of their own folder."""

from __future__ import annotations

from pathlib import Path

from grader.language import text as _


def made(path: Path) -> str:
    return _("made {path}").format(path=path)


def renewed(path: Path) -> str:
    return _("{path}: brought up to date; you had not worked in it").format(path=path)


def offered(old: Path, new: Path) -> str:
    return _(
        "{new}: a newer edition of this lesson, with your work from {old}; "
        "go on in either, both are kept"
    ).format(old=old.name, new=new)


def module_kept(path: Path, kept: Path) -> str:
    return _("{path}: brought up to date; what was there before is {kept}").format(
        path=path, kept=kept.name
    )


def not_read(path: Path) -> str:
    return _(
        "{path}: cannot be read as a notebook, and was left as it is; there is a newer edition "
        "of this lesson: move the file away and run this again"
    ).format(path=path)


def renamed(path: Path, expected: str) -> str:
    return _("{path}: links of other lessons lead to {expected}; give it this name").format(
        path=path, expected=expected
    )


def not_built(path: Path, lesson: str) -> str:
    return _("{path}: not found; run 'git checkout notebooks' or 'grader build {lesson}'").format(
        path=path, lesson=lesson
    )


def edition(stem: str, number: int) -> str:
    """Return the name of a newer edition's file beside the learner's; the first has number 1."""
    if number == 1:
        return _("{stem} (new edition)").format(stem=stem)
    return _("{stem} (new edition {number})").format(stem=stem, number=number)


def before(stem: str, number: int) -> str:
    """Return the name of what was replaced; the first has number 1."""
    if number == 1:
        return _("{stem} (before)").format(stem=stem)
    return _("{stem} (before {number})").format(stem=stem, number=number)


def not_written(path: object, reason: str | None) -> str:
    return _(
        "{path}: cannot be written ({reason}); check the permissions and the free space of work/"
    ).format(path=path, reason=reason)
