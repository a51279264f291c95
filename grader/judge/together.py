"""Several known mistakes in one function: what all together lead to, from what each leads to.

Where one of them is right, the others' answer stands: in another part of the result, in another
case.  Where more are wrong in one place, each does to the others' answer what it does to the
reference's, see `joined`; mistakes of a class are made at once instead, and run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cmp_to_key
from itertools import combinations, islice

from grader.judge.assess import yardstick_of
from grader.judge.explained import parts_of
from grader.judge.hypotheses import Hypotheses
from grader.judge.joined import Leaf, batch_of, leaf_table, led_to
from grader.judge.verdict import Verdict

_MOST = 3  # mistakes that are looked for at once
_MOST_TRIED = 300  # sets of mistakes that are held to a case with all its parts

Shares = dict[int, list[int]]  # mistakes by number, and the failing cases that each has a share in


class Together:
    """Looks for the fewest known mistakes that explain every case together, none of them alone."""

    def __init__(self, hypotheses: Hypotheses) -> None:
        self._of, self._seen = hypotheses, hypotheses.seen
        self._failing = [case for case, seen in enumerate(self._seen) if not seen.right]
        self._right = [case for case, seen in enumerate(self._seen) if seen.right]

    def several(self) -> Shares:
        """Return mistakes by number, and the failing cases that each has a share in.

        Returns:
            Nothing if none fit.  Of sets that fit alike by values the first declared: no case
            tells them apart.
        """
        for case in self._failing:
            if self._is_whole(case) and not any(self._of.explains(case, k) for k in self._of.every):
                return {}
        able = [
            known
            for known in self._of.every
            if all(self._of.is_right(case, known) for case in self._right)
            and not all(self._of.is_right(case, known) for case in self._failing)
        ]
        for size in range(2, _MOST + 1):
            fitting = (
                {
                    known: [case for case in self._failing if not self._of.is_right(case, known)]
                    for known in found
                }
                for found in islice(self._promising(able, size), _MOST_TRIED)
                if all(self._explain(case, found) for case in self._failing)
            )
            if found := self._sure(fitting):
                return found
        return {}

    def _sure(self, fitting: Iterator[Shares]) -> Shares:
        """Return of sets that fit alike the first, without what is a guess.

        Checks say the same of many a value: where they judge, it is what not all pairs have,
        and every one of several triples.
        """
        first = next(fitting, {})
        if first and any(self._seen[case].case.check for case in self._failing):
            others = list(fitting)
            if len(first) > 2 and others:
                return {}
            return {k: cases for k, cases in first.items() if all(k in each for each in others)}
        return first

    def by_group(self) -> Shares:
        """Return mistakes of which each explains whole groups of cases, and all together all."""
        by_group: dict[str, list[int]] = {}
        for case, seen in enumerate(self._seen):
            by_group.setdefault(seen.case.group, []).append(case)
        # What failed first has been asked most mistakes already.
        failing = dict.fromkeys(self._seen[case].case.group for case in self._failing)
        for group in failing:
            cases = sorted(by_group[group], key=lambda case: self._seen[case].right)
            if not any(all(self._of.explains(c, k) for c in cases) for k in self._of.every):
                return {}
        passed = [case for group in by_group.keys() - failing.keys() for case in by_group[group]]
        explained: dict[int, set[str]] = {}
        for known in self._of.every:
            if all(self._of.explains(case, known) for case in passed):
                groups = {
                    group
                    for group in failing
                    if all(self._of.explains(case, known) for case in by_group[group])
                }
                if groups:
                    explained[known] = groups
        for size in range(2, _MOST + 1):
            fitting = (
                {known: self._failing_in(explained[known]) for known in found}
                for found in islice(combinations(explained, size), _MOST_TRIED)
                if _covers([explained[known] for known in found], failing.keys())
            )
            if found := self._sure(fitting):
                return found
        return {}

    def _failing_in(self, groups: AbstractSet[str]) -> list[int]:
        return [case for case in self._failing if self._seen[case].case.group in groups]

    def beyond(self, found: Shares) -> tuple[str, ...]:
        """Return the groups of cases in which more is wrong than mistakes explain together."""
        shared = {case for cases in found.values() for case in cases}
        return tuple(
            dict.fromkeys(
                self._seen[case].case.group
                for case in self._failing
                if case not in shared or not self._explain_or_one(case, found)
            )
        )

    def _explain_or_one(self, case: int, found: Shares) -> bool:
        """Whether mistakes explain a case that failed, together or, by its group, one of them."""
        return self._explain(case, sorted(found)) or any(
            self._of.explains(case, known) for known in found if case in found[known]
        )

    def in_order(self, found: Mapping[int, Sequence[int]]) -> list[int]:
        """Return mistakes in the order in which to mend them.

        What hides others in most cases comes first: a value of another shape, or none at
        all, is compared with nothing.  Then what shows in more cases, an edge last; then the
        one that was declared first.

        Args:
            found: the failing cases that each has a share in.
        """

        def compared(one: int, other: int) -> int:
            hides = self._hidden(one, other, found) - self._hidden(other, one, found)
            shows = len(found[other]) - len(found[one])
            return hides or shows or one - other

        return sorted(found, key=cmp_to_key(compared))

    def _hidden(self, known: int, by: int, found: Mapping[int, Sequence[int]]) -> bool:
        """Whether in most cases where a mistake is wrong another leaves nothing to compare."""
        hiding = 0
        for case in found[known]:
            mine, theirs = self._of.judged(case, known), self._of.judged(case, by)
            parts = [set(parts_of([("", each)]).parts) for each in (mine, theirs)]
            apart = all(parts) and parts[0].isdisjoint(parts[1])
            nothing = theirs.verdict.rank < Verdict.WRONG_TYPE.rank
            hiding += nothing or (theirs.verdict is Verdict.WRONG_SHAPE and not apart)
        return 2 * hiding > len(found[known])

    def _is_whole(self, case: int) -> bool:
        """Whether there is no value to take apart: what goes wrong first is seen alone."""
        seen = self._seen[case]
        return bool(seen.case.check or seen.case.raises or seen.answer.failure)

    def _promising(self, able: Sequence[int], size: int) -> list[tuple[int, ...]]:
        """Return the sets of mistakes that may explain what is looked at first, likely ones first.

        That is all cases of which it is known who is wrong there, and every part of the
        first that has parts.  Mistakes in parts of their own are likelier than those that meet
        in one place, where some cancel each other.
        """
        parts = next((case for case in self._failing if not self._is_whole(case)), None)
        table: list[Leaf] = []
        if parts is not None and not self._of.of_a_class:
            table = leaf_table(self._of, parts, able)
        promising: list[tuple[int, tuple[int, ...]]] = []
        for found in combinations(able, size):
            if self._of.of_a_class and not self._of.can_be_made_at_once(found):
                continue
            mask = sum(1 << known for known in found)
            if all(leaf.may_be_by(mask) for leaf in table) and all(
                any(not self._of.is_right(case, known) for known in found) for case in self._failing
            ):
                met = sum((mask & leaf.wrong).bit_count() > 1 for leaf in table)
                promising.append((met, found))
        return [found for _met, found in sorted(promising)]

    def _explain(self, case: int, found: Sequence[int]) -> bool:
        """Whether mistakes together lead to what was seen in a case that failed."""
        wrong = [known for known in found if not self._of.is_right(case, known)]
        if self._of.of_a_class:
            # One may call what another does otherwise: it is seen only when both are made.
            return self._of.explains(case, *found)
        if len(wrong) < 2:
            return any(self._of.explains(case, known) for known in wrong)
        if self._is_whole(case):
            return any(self._of.explains(case, known) for known in wrong)
        seen, answers = self._seen[case], [self._of.answer(case, known) for known in wrong]
        if any(answer.failure is not None for answer in answers):
            return False
        values = (seen.expected, *(answer.value for answer in answers))
        yardstick = yardstick_of(seen.case, self._of.exercise)
        return led_to(seen.answer.value, values, batch_of(seen), yardstick)


def _covers(sets: Sequence[AbstractSet[str]], everything: AbstractSet[str]) -> bool:
    """Whether sets have everything together, and would not without one of them."""
    counts = Counter(item for each in sets for item in each)
    return counts.keys() == everything and all(
        any(counts[item] == 1 for item in each) for each in sets
    )
