"""Recognise misconceptions in wrong results.

A known mistake is an executable hypothesis.  First each is tried as the one explanation of
everything: on every case it would have led to what was seen, the same wrong value, shape,
exception, warning or change of its input, and a right value wherever the student's is right.
Where none does, several mistakes may meet, see `together`.  Where no known ones explain all
that is wrong, each wrong part of the result is explained on its own, by a known mistake, by
a slip (see `slips`), or by a mistake with a slip; and a part that no single explanation fits
may have one for some groups of cases and another for others.

A name is given only for what it explains; what is left over is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.judge import words
from grader.judge.assess import yardstick_of
from grader.judge.compare import Yardstick, alike
from grader.judge.digits import loses_digits, nearly_right
from grader.judge.evidence import Explained
from grader.judge.explained import FAILURE, Cell, Covered, Explanation, diagnoses, parts_of
from grader.judge.hypotheses import Hypotheses
from grader.judge.joined import batch_of
from grader.judge.leaves import Misfit, Path, Slot, leaves_of
from grader.judge.outcome import Diagnosis, Observation
from grader.judge.slips import NONE, Slip, candidates, is_numeric
from grader.judge.together import Together

_SHARE = (
    0.4  # of the wrong leaves of a part that an explanation must fit, where it does not fit all
)
_ABSENT = Misfit(None)  # a known mistake has no such leaf


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The misconceptions that were recognised, and the groups that they do not explain."""

    mistakes: tuple[Diagnosis, ...] = ()
    unexplained: tuple[str, ...] = ()


def diagnose(exercise: Exercise, observations: Sequence[Observation]) -> Findings:
    """Return the misconceptions that explain what is wrong, the first to be mended first."""
    search = Search(exercise, observations)
    for number, known in enumerate(exercise.mistakes):
        if search.explains(number):
            failing = [seen for seen in observations if not seen.right]
            wrong = parts_of((seen.case.group, seen.comparison) for seen in failing)
            return Findings(mistakes=(_recognised(known, wrong),))
    found = search.findings()
    if not found.mistakes and loses_digits(observations):
        failing = [seen for seen in observations if not seen.right]
        wrong = parts_of((seen.case.group, seen.comparison) for seen in failing)
        return Findings(mistakes=(replace(words.DIGITS_LOST, explains=wrong),))
    return found


# ------------------------------------------------------------- one mistake alone


def _may_be_run(seen: Observation) -> bool:
    """Whether a mistake may be run on a case: one that takes too much would take it here too."""
    failure = seen.answer.failure
    return (failure is None or failure.explainable) and seen.case.megabytes is None


def _recognised(known: Mistake, explains: Explained) -> Diagnosis:
    return Diagnosis(name=known.name, hint=known.hint, explains=explains)


# --------------------------------------------------------------- several mistakes


class Search:
    """Looks for the fewest mistakes that explain the wrong leaves of all cases.

    A known mistake is run once on a case, however often its answer is looked at.
    """

    def __init__(self, exercise: Exercise, observations: Sequence[Observation]) -> None:
        self._exercise = exercise
        self._seen = [seen for seen in observations if _may_be_run(seen)]
        self._of = Hypotheses(exercise, self._seen)
        # Most mistakes are ruled out by the first case that failed.
        self._failed_first = sorted(range(len(self._seen)), key=lambda case: self._seen[case].right)
        self._made: dict[tuple[int, int], dict[Path, Any]] = {}
        self._cells: dict[Slot, list[Cell]] = {}
        self._wrong: set[Cell] = set()

    def explains(self, known: int) -> bool:
        """Whether a known mistake, by number, would have led to what was seen on every case."""
        return not all(seen.right for seen in self._seen) and all(
            self._of.explains(case, known) for case in self._failed_first
        )

    @cached_property
    def _yardsticks(self) -> list[Yardstick]:
        return [yardstick_of(seen.case, self._exercise) for seen in self._seen]

    def _take_apart(self, case: int, seen: Observation) -> None:
        """Note the leaves of a case; one that cannot be taken apart is not explained here."""
        if seen.answer.failure is not None or seen.case.check or seen.case.raises:
            if not seen.right:
                self._cells.setdefault(FAILURE, []).append(Cell(case, FAILURE))
                self._wrong.add(Cell(case, FAILURE))
            return
        expected = dict(leaves_of(seen.expected, seen.expected))
        for (path, slot), leaf in leaves_of(seen.answer.value, seen.expected).items():
            cell = Cell(case, path)
            self._cells.setdefault(slot, []).append(cell)
            wanted = expected.get((path, slot))
            if isinstance(leaf, Misfit) or not self._alike(leaf, wanted, case):
                self._wrong.add(cell)

    def _alike(self, found: Any, wanted: Any, case: int) -> bool:
        return alike(found, wanted, self._yardsticks[case])

    def findings(self) -> Findings:
        """Return the names of what explains the wrong leaves, and what nothing explains."""
        together = Together(self._of)
        several = together.several() or together.by_group()
        if several:
            recognised = []
            for known in together.in_order(several):
                led_to = [
                    (self._seen[c].case.group, self._of.judged(c, known)) for c in several[known]
                ]
                recognised.append(_recognised(self._exercise.mistakes[known], parts_of(led_to)))
            return Findings(mistakes=tuple(recognised), unexplained=together.beyond(several))
        for case, seen in enumerate(self._seen):
            self._take_apart(case, seen)
        named: dict[Explanation, Covered] = {}
        left: set[Cell] = set()
        wrong_slots = [
            slot for slot, cells in self._cells.items() if not self._wrong.isdisjoint(cells)
        ]
        options = {slot: list(self._options(slot)) for slot in wrong_slots}
        shared = Counter(explanation for found in options.values() for explanation in found)
        for slot in wrong_slots:
            chosen, rest = self._choose(slot, options[slot], shared)
            for explanation, covered in chosen.items():
                if self._stands(explanation):
                    named.setdefault(explanation, []).append((slot, covered))
                else:
                    left |= covered
            left |= rest
        mistakes = diagnoses(self._exercise, self._seen, named)
        cases = sorted({cell.case for cell in left})
        groups = dict.fromkeys(self._seen[case].case.group for case in cases)
        return Findings(mistakes=mistakes, unexplained=tuple(groups) if mistakes else ())

    def _choose(
        self, slot: Slot, options: Sequence[Explanation], shared: Counter[Explanation]
    ) -> tuple[dict[Explanation, set[Cell]], set[Cell]]:
        """Return what explains which wrong cells of a slot, and those that nothing explains."""
        wrong = self._wrong.intersection(self._cells[slot])
        covers = {explanation: self._covered(slot, explanation) for explanation in options}
        whole = [e for e, covered in covers.items() if covered >= set(self._cells[slot])]
        if whole:
            # What explains other parts too is likelier than one mistake for each.
            return {min(whole, key=lambda e: (e.weight, -shared[e], e.known or 0)): wrong}, set()
        chosen: dict[Explanation, set[Cell]] = {}
        if slot == FAILURE:
            # The same exception in some cases, and another in others, is no symptom.
            return chosen, wrong
        partial = {e: covered & wrong for e, covered in covers.items() if covered}
        while wrong and partial and len(chosen) < 2:
            # Of those that explain as much, one that predicts no other wrong value elsewhere.
            best = max(
                partial,
                key=lambda e: (len(partial[e] & wrong), -self._refuted(e, wrong - partial[e])),
            )
            groups = self._groups(partial[best] & wrong, slot)
            # A case or two may agree with a hypothesis by chance: an edge, a batch of one.
            mine = {cell for cell in wrong if self._seen[cell.case].case.group in groups}
            if len(mine) < max(2, _SHARE * len(wrong)):
                break
            chosen[best] = mine
            wrong -= mine
        return chosen, wrong

    def _stands(self, explanation: Explanation, *, always: bool = False) -> bool:
        """Whether a mistake leads to something of what was seen where it is wrong, mostly.

        Args:
            always: in every case, and to nothing wrong where the student is right.
        """
        if (known := explanation.known) is None:
            return True
        wrong = [case for case in self._failed_first if not self._of.is_right(case, known)]
        if always:
            # A check may remember what it has seen of the student's answers, and not of these.
            asked = [case for case in wrong if not self._seen[case].case.check]
            if any(self._seen[case].right for case in asked):
                return False
        fits = sum(
            any(self._explained(cell, explanation) for cell in self._wrong_in.get(case, ()))
            for case in wrong
        )
        failed = sum(not self._seen[case].right for case in wrong)
        return fits == failed if always else 2 * fits >= failed

    @cached_property
    def _wrong_in(self) -> dict[int, list[Cell]]:
        """The wrong leaves of each case."""
        found: dict[int, list[Cell]] = {}
        for cell in self._wrong:
            found.setdefault(cell.case, []).append(cell)
        return found

    def _refuted(self, explanation: Explanation, cells: set[Cell]) -> int:
        """Return in how many places an explanation predicts a wrong value that was not seen."""
        return sum(
            not self._alike(target, self._target(cell, None), cell.case)
            for cell in cells
            if cell.path != FAILURE
            and not isinstance(target := self._target(cell, explanation.known), Misfit)
        )

    def _shows_a_factor(self, slot: Slot, explanation: Explanation) -> bool:
        """Whether a constant factor is more than a choice between few values, or one number.

        In one case alone it may be a number of the input.
        """
        if len({cell.case for cell in self._cells[slot]}) < 2:
            return False
        values: set[float] = set()
        for cell in self._cells[slot]:
            target = self._target(cell, explanation.known)
            if is_numeric(target):
                values.update(np.ravel(np.asarray(target, dtype=float))[:10].tolist())
        return len(values - {0.0}) > 2

    def _groups(self, covered: set[Cell], slot: Slot) -> set[str]:
        """Return the groups of cases whose wrong leaves of a slot are all covered."""
        uncovered = self._wrong.intersection(self._cells[slot]) - covered
        open_groups = {self._seen[cell.case].case.group for cell in uncovered}
        return {self._seen[cell.case].case.group for cell in covered} - open_groups

    def _options(self, slot: Slot) -> Iterator[Explanation]:
        """Yield what may explain at least one wrong leaf of a slot."""
        if slot == FAILURE:
            # What explains some of the exceptions alone explains none; most raise nothing at all.
            able = [
                Explanation(known, NONE)
                for known in self._of.every
                if all(self._of.explains(cell.case, known) for cell in self._cells[slot])
            ]
            standing = [each for each in able if self._stands(each, always=True)]
            # Many a mistake raises the same exception, or fails a check alike.
            yield from standing if len(standing) == 1 else ()
            return
        found: dict[Explanation, None] = {}
        looked: set[str] = set()
        for cell in self._cells[slot]:
            group = self._seen[cell.case].case.group
            # One leaf of each group tells which hypotheses are worth trying.
            if cell not in self._wrong or group in looked:
                continue
            looked.add(group)
            for known in (None, *range(len(self._exercise.mistakes))):
                for slip in self._slips(cell, known):
                    # A slip of the reference may be three: transposed, no 1/m, a sign.
                    if 1 <= (known is not None) + slip.weight <= (3 if known is None else 2):
                        found[Explanation(known, slip)] = None
        yield from found

    def _slips(self, cell: Cell, known: int | None) -> Iterator[Slip]:
        seen = self._seen[cell.case]
        if self._explained(cell, Explanation(known, NONE)):
            yield NONE
            return
        if cell.path == FAILURE:
            return
        found, target = self._leaf(cell), self._target(cell, known)
        # A mistake and a slip that undo each other are no mistake, where digits are lost.
        if known is not None and nearly_right(found, self._target(cell, None)):
            return
        if not isinstance(found, Misfit) and not isinstance(target, Misfit):
            yield from candidates(found, target, batch_of(seen), self._yardsticks[cell.case])

    def _covered(self, slot: Slot, explanation: Explanation) -> set[Cell]:
        """Return the cells of a slot that something explains; none if that is not enough.

        It is if they are all, or, of something simple, all that are right and some others.
        """
        cells, slip = self._cells[slot], explanation.slip
        if slip.factor is not None and not self._shows_a_factor(slot, explanation):
            return set()
        # A constant factor in some cases is a coincidence.
        some = explanation.weight == 1 and slip.factor is None
        covered: set[Cell] = set()
        for cell in sorted(cells, key=self._wrong.__contains__) if some else cells:
            if self._explained(cell, explanation):
                covered.add(cell)
            elif not some or cell not in self._wrong:
                return set()
        return covered

    def _explained(self, cell: Cell, explanation: Explanation) -> bool:
        """Whether an explanation leads to what was found in one leaf."""
        seen, known = self._seen[cell.case], explanation.known
        if cell.path == FAILURE:
            return (
                known is not None
                and explanation.slip == NONE
                and self._of.explains(cell.case, known)
            )
        found, target = self._leaf(cell), self._target(cell, known)
        if isinstance(found, Misfit) or isinstance(target, Misfit):
            return (
                explanation.slip == NONE
                and isinstance(found, Misfit)
                and isinstance(target, Misfit)
                and target is not _ABSENT
                and self._alike(found.value, target.value, cell.case)
            )
        if explanation.slip == NONE:
            return self._alike(found, target, cell.case)
        return explanation.slip.holds(found, target, batch_of(seen), self._yardsticks[cell.case])

    def _leaf(self, cell: Cell) -> Any:
        return self._leaves(cell.case, -1).get(cell.path)

    def _target(self, cell: Cell, known: int | None) -> Any:
        """Return the leaf that the reference, or a known mistake, has at a cell's path."""
        made = self._leaves(cell.case, known)
        return made.get(cell.path, _ABSENT)

    def _leaves(self, case: int, known: int | None) -> dict[Path, Any]:
        """Return a result's leaves by path: the student's (-1), the reference's, a mistake's."""
        key = (case, -2 if known is None else known)
        if key not in self._made:
            seen = self._seen[case]
            value = seen.expected if known is None else seen.answer.value
            if known is not None and known >= 0:
                answer = self._of.answer(case, known)
                value = _ABSENT if answer.failure is not None else answer.value
            leaves = {} if value is _ABSENT else leaves_of(value, seen.expected)
            self._made[key] = {path: leaf for (path, _slot), leaf in leaves.items()}
        return self._made[key]
