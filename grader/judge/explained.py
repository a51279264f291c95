"""What was recognised, put together: misconceptions with what each of them explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.exercise import Exercise
from grader.judge import words
from grader.judge.assess import part_names
from grader.judge.evidence import Explained, Label, Parts
from grader.judge.leaves import WHOLE, Path, Slot
from grader.judge.outcome import Comparison, Diagnosis, Observation
from grader.judge.slips import Form, Slip

_MOST_NAMES = 3
FAILURE: Path = ("failure",)  # where the "leaf" of a call that gave no value stands


@dataclass(frozen=True)
class Cell:
    """A leaf of one case's result; case is the number of its observation."""

    case: int
    path: Path


@dataclass(frozen=True)
class Explanation:
    """A known mistake, by number, or the reference (None), and what slipped besides."""

    known: int | None
    slip: Slip

    @property
    def weight(self) -> int:
        """How many things went wrong."""
        return (self.known is not None) + self.slip.weight


Covered = list[tuple[Slot, set[Cell]]]  # the wrong cells that something explains, by slot


def diagnoses(
    exercise: Exercise, seen: Sequence[Observation], named: Mapping[Explanation, Covered]
) -> tuple[Diagnosis, ...]:
    """Return names, hints and what they explain, in the order in which to mend them."""
    found: dict[Diagnosis, Covered] = {}
    for explanation, covered in named.items():
        if explanation.known is not None:
            # A value of another shape is compared with nothing: its shape is mended first.
            for diagnosis in words.of_slip(Slip(form=explanation.slip.form)):
                found.setdefault(diagnosis, []).extend(covered)
    for known, mistake in enumerate(exercise.mistakes):
        diagnosis = Diagnosis(name=mistake.name, hint=mistake.hint)
        for explanation, covered in named.items():
            if explanation.known == known:
                found.setdefault(diagnosis, []).extend(covered)
    for explanation, covered in named.items():
        shaped = explanation.known is not None
        slip = replace(explanation.slip, form=Form.SAME) if shaped else explanation.slip
        for diagnosis in words.of_slip(slip):
            found.setdefault(diagnosis, []).extend(covered)
    first = list(found.items())[:_MOST_NAMES]
    return tuple(replace(each, explains=_told(exercise, seen, part)) for each, part in first)


def parts_of(wrong: Iterable[tuple[str, Comparison]]) -> Explained:
    """Return what a mistake explains that alone leads to these comparisons.

    Args:
        wrong: each with the group of its case.
    """
    parts: dict[tuple[Label | None, ...], None] = {}
    groups: dict[str, None] = {}
    for group, comparison in wrong:
        groups[group] = None
        evidence = comparison.evidence
        if isinstance(evidence, Parts):
            parts.update(dict.fromkeys((label,) for label, _ in evidence.wrong))
    return Explained(parts=tuple(parts), groups=tuple(groups))


def _told(exercise: Exercise, seen: Sequence[Observation], covered: Covered) -> Explained:
    """Return the parts, and the groups, of the cells that something explains."""
    parts = dict.fromkeys(
        _part(exercise, seen, slot, cells)
        for slot, cells in covered
        if cells and slot not in (WHOLE, FAILURE)
    )
    cases = sorted({cell.case for _, cells in covered for cell in cells})
    groups = dict.fromkeys(seen[case].case.group for case in cases)
    return Explained(parts=tuple(parts), groups=tuple(groups))


def _part(exercise: Exercise, seen: Sequence[Observation], slot: Slot, cells: set[Cell]) -> Slot:
    """Return a slot with the names that the parts of a tuple, or the steps, have."""
    case = min(cell.case for cell in cells)
    names, first = part_names(seen[case].case, exercise), slot[0]
    if isinstance(first, int) and first < len(names):
        return (names[first], *slot[1:])
    return slot
