"""Recognise misconceptions in wrong results.

A known mistake is an executable hypothesis.  First each is tried as the one explanation of
everything: on every case it would have led to what was seen, the same wrong value, shape,
exception, warning or change of its input, and a right value wherever the student's is right.
Where none does, two mistakes may meet: each wrong part of the result is explained on its
own, by a known mistake, by a slip (see `slips`), or by a mistake with a slip; and a part
that no single explanation fits may have one for some groups of cases and another for others.

A name is given only for what it explains; what is left over is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.judge import words
from grader.judge.assess import assess, run, yardstick_of
from grader.judge.compare import Yardstick, compare
from grader.judge.leaves import Misfit, Path, Slot, leaves_of
from grader.judge.outcome import Answer, Diagnosis, Observation
from grader.judge.slips import NONE, Slip, candidates, is_numeric
from grader.judge.together import Together
from grader.judge.verdict import Verdict

MOST_NAMES = 3
_SHARE = (
    0.4  # of the wrong leaves of a part that an explanation must fit, where it does not fit all
)
_ABSENT = Misfit(None)  # a known mistake has no such leaf
_FAILURE: Path = ("failure",)  # where the "leaf" of a call that gave no value stands


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
            return Findings(mistakes=(Diagnosis(name=known.name, hint=known.hint),))
    return search.findings()


# ------------------------------------------------------------- one mistake alone


def _may_be_run(seen: Observation) -> bool:
    """Whether a mistake may be run on a case: one that takes too much would take it here too."""
    failure = seen.answer.failure
    return (failure is None or failure.explainable) and seen.case.megabytes is None


def explains_one(mistaken: Answer, seen: Observation, exercise: Exercise) -> bool:
    """Whether a mistake's answer is what was seen in one case."""
    if not seen.right and seen.answer.failure is not mistaken.failure:
        return False
    made = assess(mistaken, seen.expected, seen.case, exercise)
    if seen.right or made.right:
        return seen.right and made.right
    if seen.answer.failure is not None:
        return seen.answer.exceptions[:1] == mistaken.exceptions[:1]
    same_evidence = made.evidence == seen.comparison.evidence
    if seen.case.check is not None:
        return same_evidence
    if made.verdict is not seen.comparison.verdict:
        return False
    if made.verdict is Verdict.CHANGED_INPUT and not same_evidence:
        # Writing into an argument and handing it back are two mistakes.
        return False
    alike = compare(seen.answer.value, mistaken.value, yardstick_of(seen.case, exercise))
    if made.verdict in (Verdict.WRONG_TYPE, Verdict.NOT_FINITE):
        # compare() calls a wrong dtype wrong in a reference too: look at the evidence instead.
        return alike.right or same_evidence
    return alike.right


# --------------------------------------------------------------- several mistakes


@dataclass(frozen=True)
class _Cell:
    """A leaf of one case's result; case is the number of its observation."""

    case: int
    path: Path


@dataclass(frozen=True)
class _Explanation:
    """A known mistake, by number, or the reference (None), and what slipped besides."""

    known: int | None
    slip: Slip

    @property
    def weight(self) -> int:
        return (self.known is not None) + self.slip.weight


class Search:
    """Looks for the fewest mistakes that explain the wrong leaves of all cases.

    A known mistake is run once on a case, however often its answer is looked at.
    """

    def __init__(self, exercise: Exercise, observations: Sequence[Observation]) -> None:
        self._exercise = exercise
        self._seen = [seen for seen in observations if _may_be_run(seen)]
        # Most mistakes are ruled out by the first case that failed.
        self._failed_first = sorted(range(len(self._seen)), key=lambda case: self._seen[case].right)
        self._made: dict[tuple[int, int], dict[Path, Any]] = {}
        self._answers: dict[tuple[int, int], Answer] = {}
        self._explains: dict[tuple[int, int], bool] = {}
        self._cells: dict[Slot, list[_Cell]] = {}
        self._wrong: set[_Cell] = set()

    def explains(self, known: int) -> bool:
        """Whether a known mistake, by number, would have led to what was seen on every case."""
        return not all(seen.right for seen in self._seen) and all(
            self._explains_case(case, known) for case in self._failed_first
        )

    @cached_property
    def _yardsticks(self) -> list[Yardstick]:
        return [yardstick_of(seen.case, self._exercise) for seen in self._seen]

    def _take_apart(self, case: int, seen: Observation) -> None:
        """Note the leaves of a case; one that cannot be taken apart is not explained here."""
        if seen.answer.failure is not None or seen.case.check or seen.case.raises:
            if not seen.right:
                self._cells.setdefault(_FAILURE, []).append(_Cell(case, _FAILURE))
                self._wrong.add(_Cell(case, _FAILURE))
            return
        expected = dict(leaves_of(seen.expected, seen.expected))
        for (path, slot), leaf in leaves_of(seen.answer.value, seen.expected).items():
            cell = _Cell(case, path)
            self._cells.setdefault(slot, []).append(cell)
            wanted = expected.get((path, slot))
            if isinstance(leaf, Misfit) or not self._alike(leaf, wanted, case):
                self._wrong.add(cell)

    def _alike(self, found: Any, wanted: Any, case: int) -> bool:
        return compare(found, wanted, self._yardsticks[case]).right

    def findings(self) -> Findings:
        """Return the names of what explains the wrong leaves, and what nothing explains."""
        together = Together(self._exercise, self._seen, self._answer, self._explains_case)
        pair = [_Explanation(known, NONE) for known in together.pair()] or self._by_group()
        if pair:
            return Findings(mistakes=self._diagnoses(Counter(pair)))
        for case, seen in enumerate(self._seen):
            self._take_apart(case, seen)
        named: Counter[_Explanation] = Counter()
        left: set[_Cell] = set()
        wrong_slots = [
            slot for slot, cells in self._cells.items() if not self._wrong.isdisjoint(cells)
        ]
        options = {slot: list(self._options(slot)) for slot in wrong_slots}
        shared = Counter(explanation for found in options.values() for explanation in found)
        for slot in wrong_slots:
            chosen, rest = self._choose(slot, options[slot], shared)
            named.update(dict.fromkeys(chosen, 1))
            left |= rest
        mistakes = self._diagnoses(named)
        cases = sorted({cell.case for cell in left})
        groups = dict.fromkeys(self._seen[case].case.group for case in cases)
        return Findings(mistakes=mistakes, unexplained=tuple(groups) if mistakes else ())

    def _by_group(self) -> list[_Explanation]:
        """Return two known mistakes of which each explains whole groups, both together all."""
        by_group: dict[str, list[int]] = {}
        for case, seen in enumerate(self._seen):
            by_group.setdefault(seen.case.group, []).append(case)
        failing = {
            g for g, cases in by_group.items() if not all(self._seen[c].right for c in cases)
        }
        every = range(len(self._exercise.mistakes))
        for group in failing:
            if not any(all(self._explains_case(c, k) for c in by_group[group]) for k in every):
                return []
        explained: dict[int, set[str]] = {}
        for known in every:
            if all(
                self._explains_case(c, known)
                for g in by_group.keys() - failing
                for c in by_group[g]
            ):
                groups = {
                    g for g in failing if all(self._explains_case(c, known) for c in by_group[g])
                }
                if groups:
                    explained[known] = groups
        for one, groups in explained.items():
            for other, rest in explained.items():
                if one < other and groups | rest == failing and not groups <= rest <= groups:
                    return [_Explanation(one, NONE), _Explanation(other, NONE)]
        return []

    def _explains_case(self, case: int, known: int) -> bool:
        if (case, known) not in self._explains:
            answer = self._answer(case, known)
            self._explains[case, known] = explains_one(answer, self._seen[case], self._exercise)
        return self._explains[case, known]

    def _choose(
        self, slot: Slot, options: Sequence[_Explanation], shared: Counter[_Explanation]
    ) -> tuple[list[_Explanation], set[_Cell]]:
        """Return what explains a slot, and its wrong cells that stay unexplained."""
        wrong = self._wrong.intersection(self._cells[slot])
        covers = {
            explanation: self._covered(slot, explanation)
            for explanation in options
            if explanation.slip.factor is None or self._shows_a_factor(slot, explanation)
        }
        whole = [e for e, covered in covers.items() if covered >= set(self._cells[slot])]
        if whole:
            # What explains other parts too is likelier than one mistake for each.
            return [min(whole, key=lambda e: (e.weight, -shared[e], e.known or 0))], set()
        chosen: list[_Explanation] = []
        if slot == _FAILURE:
            # The same exception in some cases, and another in others, is no symptom.
            return chosen, wrong
        right = set(self._cells[slot]) - wrong
        partial = {
            e: covered & wrong
            for e, covered in covers.items()
            # A constant factor in some cases is a coincidence.
            if covered >= right and e.weight == 1 and e.slip.factor is None
        }
        while wrong and partial and len(chosen) < 2:
            # Of those that explain as much, one that predicts no other wrong value elsewhere.
            best = max(
                partial,
                key=lambda e: (len(partial[e] & wrong), -self._refuted(e, wrong - partial[e])),
            )
            groups = self._groups(partial[best] & wrong, slot)
            # A case or two may agree with a hypothesis by chance: an edge, a batch of one.
            if not groups or len(partial[best] & wrong) < max(2, _SHARE * len(wrong)):
                break
            chosen.append(best)
            wrong = {cell for cell in wrong if self._seen[cell.case].case.group not in groups}
        return chosen, wrong

    def _refuted(self, explanation: _Explanation, cells: set[_Cell]) -> int:
        """Return in how many places an explanation predicts a wrong value that was not seen."""
        return sum(
            not self._alike(target, self._target(cell, None), cell.case)
            for cell in cells
            if cell.path != _FAILURE
            and not isinstance(target := self._target(cell, explanation.known), Misfit)
        )

    def _shows_a_factor(self, slot: Slot, explanation: _Explanation) -> bool:
        """Whether a constant factor is more than a choice between few values, or one number."""
        values: set[float] = set()
        for cell in self._cells[slot]:
            target = self._target(cell, explanation.known)
            if is_numeric(target):
                values.update(np.ravel(np.asarray(target, dtype=float))[:10].tolist())
        return len(values - {0.0}) > 2

    def _groups(self, covered: set[_Cell], slot: Slot) -> set[str]:
        """Return the groups of cases whose wrong leaves of a slot are all covered."""
        uncovered = self._wrong.intersection(self._cells[slot]) - covered
        open_groups = {self._seen[cell.case].case.group for cell in uncovered}
        return {self._seen[cell.case].case.group for cell in covered} - open_groups

    def _options(self, slot: Slot) -> Iterator[_Explanation]:
        """Yield what may explain at least one wrong leaf of a slot."""
        found: dict[_Explanation, None] = {}
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
                        found[_Explanation(known, slip)] = None
        yield from found

    def _slips(self, cell: _Cell, known: int | None) -> Iterator[Slip]:
        seen = self._seen[cell.case]
        if self._explained(cell, _Explanation(known, NONE)):
            yield NONE
            return
        if cell.path == _FAILURE:
            return
        found, target = self._leaf(cell), self._target(cell, known)
        if not isinstance(found, Misfit) and not isinstance(target, Misfit):
            yield from candidates(found, target, _batch(seen), self._yardsticks[cell.case])

    def _covered(self, slot: Slot, explanation: _Explanation) -> set[_Cell]:
        return {cell for cell in self._cells[slot] if self._explained(cell, explanation)}

    def _explained(self, cell: _Cell, explanation: _Explanation) -> bool:
        """Whether an explanation leads to what was found in one leaf."""
        seen, known = self._seen[cell.case], explanation.known
        if cell.path == _FAILURE:
            return (
                known is not None
                and explanation.slip == NONE
                and explains_one(self._answer(cell.case, known), seen, self._exercise)
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
        return explanation.slip.holds(found, target, _batch(seen), self._yardsticks[cell.case])

    def _leaf(self, cell: _Cell) -> Any:
        return self._leaves(cell.case, -1).get(cell.path)

    def _target(self, cell: _Cell, known: int | None) -> Any:
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
                answer = self._answer(case, known)
                value = _ABSENT if answer.failure is not None else answer.value
            leaves = {} if value is _ABSENT else leaves_of(value, seen.expected)
            self._made[key] = {path: leaf for (path, _slot), leaf in leaves.items()}
        return self._made[key]

    def _answer(self, case: int, known: int) -> Answer:
        if (case, known) not in self._answers:
            answer = run(self._exercise.mistakes[known].answer, self._seen[case].case)
            self._answers[case, known] = answer
        return self._answers[case, known]

    def _diagnoses(self, named: Counter[_Explanation]) -> tuple[Diagnosis, ...]:
        """Return names and hints, in the order in which they are to be mended."""
        known = sorted({e.known for e in named if e.known is not None})
        found = [
            Diagnosis(name=mistake.name, hint=mistake.hint)
            for mistake in (self._exercise.mistakes[number] for number in known)
        ]
        for explanation in named:
            found += words.of_slip(explanation.slip)
        return tuple(dict.fromkeys(found))[:MOST_NAMES]


def _batch(seen: Observation) -> int | None:
    """Return a case's batch size, where it has one."""
    m = seen.case.shapes.get("m")
    return m if isinstance(m, int) else None
