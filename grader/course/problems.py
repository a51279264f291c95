"""An author's mistakes: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course import faults
from grader.errors import AuthorError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An author's mistake: where, what, and what to do."""

    path: Path
    line: int
    wrong: faults.Wrong

    def __str__(self) -> str:
        return faults.problem(self.path, self.line, self.wrong)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise an AuthorError that lists the problems, if there are any."""
    if problems:
        raise AuthorError("\n".join(str(problem) for problem in problems))
