"""What an instructor reads of a folder for students."""

from __future__ import annotations

from pathlib import Path

from grader.language import text as _


def waits(lesson: str) -> str:
    return _(
        "{lesson} is left out: it brings earlier.py, with solutions of lessons before it; when "
        "these are due, pack it by name: grader dist {lesson}"
    ).format(lesson=lesson)


def brings_solutions(lesson: str) -> str:
    return _("{lesson} brings earlier.py, with solutions of lessons before it").format(
        lesson=lesson
    )


def not_ours(path: Path) -> str:
    return _(
        "{path}: is there, and is no folder for students; name another place with --out"
    ).format(path=path)


def secret_text(path: Path, lesson: str) -> str:
    return _("{path}: holds text of a solution of {lesson}, and nothing is packed").format(
        path=path, lesson=lesson
    )


def not_packed(path: object, reason: str | None) -> str:
    return _("{path}: cannot be packed ({reason}); check the disk and its permissions").format(
        path=path, reason=reason
    )


def packed(path: Path) -> str:
    return _("made {path}").format(path=path)
