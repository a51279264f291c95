"""A lesson ready to grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.course.cells import Cell, Kind
from grader.course.notebook import as_json
from grader.course.regions import regions, stub
from grader.exercise import Exercise


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson ready to grade; trusted, never sent into the box as a whole.

    Attributes:
        id: the folder's name, "03_dense_layer".
        cells: the instructor's cells in order, hidden regions included.
        notebook: the instructor's notebook as plain data.
        reference: what the setup and solution cells define.
        exercises: by id, in the notebook's order.
        earlier: the text of earlier.py, or None.
        editions: digests of cells of the lesson as it was released before; see
            `grader.course.notebook.digest_of`.
        digest: changes whenever anything that a grade depends on does.
    """

    id: str
    cells: tuple[Cell, ...]
    notebook: Mapping[str, Any]
    reference: Mapping[str, Any]
    exercises: Mapping[str, Exercise]
    earlier: str | None
    digest: str
    editions: frozenset[str] = frozenset()

    @cached_property
    def stubs(self) -> dict[str, str]:
        """Each solution and answer cell by name, as it was released."""
        answers = {c.name: c.source for c in self.cells if c.kind is Kind.ANSWER}
        return answers | {c.name: stub(c.source) for c in self.cells if c.kind is Kind.SOLUTION}

    @cached_property
    def released(self) -> tuple[str, ...]:
        """The text of each cell as students get it."""
        return tuple(map(released, self.cells))

    @cached_property
    def squeezed(self) -> tuple[str, ...]:
        """The same, with all white space as one space."""
        return tuple(" ".join(text.split()) for text in self.released)

    @cached_property
    def texts(self) -> dict[int, str]:
        """The JSON of each cell of the notebook, by the identity of that cell."""
        return {id(cell): as_json(cell) for cell in self.notebook["cells"]}

    @property
    def withheld(self) -> frozenset[str]:
        """The modules that solve one of its exercises: its submissions do without them."""
        return frozenset(name for each in self.exercises.values() for name in each.withholds)

    @cached_property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """What answers when the judge's functions are called, and draws them."""
        makers = [each.make_cases for each in self.exercises.values()]
        stand_ins = [each.stand_in or self.reference[name] for name, each in self.exercises.items()]
        return (*makers, *stand_ins)

    @cached_property
    def manual(self) -> tuple[Cell, ...]:
        """The cells that are marked by hand."""
        return tuple(cell for cell in self.cells if cell.kind is Kind.MANUAL)


def released(cell: Cell) -> str:
    """Return the text of a cell as students get it."""
    if cell.kind is Kind.SOLUTION:
        return stub(cell.source)
    return regions(cell.source)[""] if cell.kind in (Kind.TEST, Kind.MANUAL) else cell.source
