"""What a lesson consists of: cells that know what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a cell is for; the value is its tag in lesson.py."""

    PROSE = "prose"
    SETUP = "setup"
    EXPLORE = "explore"
    SOLUTION = "solution"
    TEST = "test"
    MANUAL = "manual"
    ANSWER = "answer"  # made by the build: where the answer to a manual cell goes


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a lesson.

    Attributes:
        name: the exercise it belongs to, or the name of a setup or explore cell.
        points: what a test or manual cell is worth, else 0.
        line: where its marker stands in lesson.py, from 1; 0 if read elsewhere.
    """

    kind: Kind
    name: str
    source: str
    points: float = 0.0
    line: int = 0

    @property
    def grade_id(self) -> str:
        """The id by which nbgrader knows the cell: the solution's is the exercise's own."""
        if self.kind in (Kind.SOLUTION, Kind.MANUAL):
            return self.name
        return f"{self.kind.value}_{self.name}"

    @property
    def notebook_id(self) -> str:
        """The cell's id in the notebook file, which allows few characters."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", self.grade_id)[:64]
