"""What the gradebook says of a submission at the moment: points by test and by hand, comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The points of one cell.

    Attributes:
        auto: given by a test, or by the grader to what was not answered; None if not yet.
        manual: given by a person, who has the last word; None if nobody did.
        extra: given on top by a person.
        points: the most without what is on top.
        waits: whether the gradebook asks a person to look.
    """

    auto: float | None
    manual: float | None
    extra: float
    points: float
    waits: bool

    @property
    def score(self) -> float:
        """What counts."""
        given = self.auto if self.manual is None else self.manual
        # As nbgrader counts: what is on top of nothing is nothing.
        return 0.0 if given is None else given + self.extra


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """All of it, by the names of nbgrader's cells.

    Attributes:
        name: the student's, "" where the gradebook has none.
        cells: the marks of the cells that earn points.
        comments: what a person wrote.
        penalty: points taken off because it came late.
    """

    name: str = ""
    cells: Mapping[str, Mark] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """The points of the whole notebook, as nbgrader exports them."""
        return sum(mark.score for mark in self.cells.values()) - self.penalty

    @property
    def points(self) -> float:
        """What could be earned."""
        return sum(mark.points for mark in self.cells.values())
