"""What an instructor reads of solutions that are alike: never more than that they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.language import plural
from grader.language import text as _

NO_LIBRARY = _(
    "comparing solutions needs the package copydetect: pip install 'backprop-by-hand[similarity]'"
)
TITLE = _("Solutions that are more alike than chance")
NO_VERDICT = _(
    "Each pair shares text that hardly anybody else in the class wrote. That is a reason to look, "
    "and no verdict: two who learned together, or from one page, write alike, too."
)
HOW_COMPARED = _(
    "Names of variables, blanks and comments do not count, nor does the order of lines. What the "
    "stub gave, what the reference writes and what others wrote, too, counts little or nothing."
)
NONE_FOUND = _("no pair stands out from the class")
WHOLE = _("all exercises together")


def nobody(folder: Path, lesson: str) -> str:
    return _("{folder}: fewer than two solutions of {lesson} to compare; collect first").format(
        folder=folder, lesson=lesson
    )


def left_out(student: str, reason: object) -> str:
    return _("{student} is left out: {reason}").format(student=student, reason=reason)


def compared(students: int, threshold: float) -> str:
    return plural(
        "{count} student compared; pairs from {threshold:.0%} of shared rare text are shown, "
        "which this class's other pairs do not come near",
        "{count} students compared; pairs from {threshold:.0%} of shared rare text are shown, "
        "which this class's other pairs do not come near",
        students,
    ).format(count=students, threshold=threshold)


def pair(first: str, second: str, share: float, exercises: Sequence[str]) -> str:
    return _("{first} and {second}: {share:.0%}, in {exercises}").format(
        first=first, second=second, share=share, exercises=", ".join(exercises)
    )


def page_at(path: Path) -> str:
    return _("the texts side by side: {path}").format(path=path)
