"""Two or three known mistakes in one function, as learners make them, and what the judge calls it.

Where one of them is right, the others' answer stands: another part of the result, another
group of cases.  Where two are wrong in one place, they compose if one of them is a slip (a
sign, a factor, 1/m, a transpose, a lost axis): it slips from what the other would give.
Classes that each do another part otherwise are one class that does all of them so.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.box.plain import copied, same
from grader.exercise import Case, Exercise, Mistake
from grader.judge.assess import assess, run, yardstick_of
from grader.judge.compare import Yardstick, compare
from grader.judge.judging import Judging
from grader.judge.outcome import Answer, Outcome
from grader.judge.slips import NONE, Slip, candidates, is_numeric
from grader.judge.words import of_slip
from tests.conftest import load
from tests.redrawn import RedrawnRunner

# What the function of a case remembers, three functions that ask it one after another share.
NOT_PAIRED = ("name_the_bug",)
_MOST_LOOKED_AT = 40  # sets for each that is wanted; of triples there are thousands
_OF_EVERY_CLASS = ("__module__", "__doc__", "__dict__", "__weakref__")
_SECRET = "pairs of mistakes"  # noqa: S105 - of nobody


class _DoNotComposeError(Exception):
    """Two mistakes are wrong in one place, and neither is a slip there."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What became of two or three mistakes in one function.

    Attributes:
        named: how many of them are among the names given.
        wrong: the names given that are none of theirs.
    """

    names: tuple[str, ...]
    named: int
    wrong: tuple[str, ...]


def judged(lesson: str, name: str, answer: Callable[..., Any], student: str) -> Outcome:
    """Judge one exercise answered by a given function, all else by the reference."""
    namespace = {**load(lesson).reference, name: answer}
    judging = Judging(load(lesson), RedrawnRunner(namespace), student=student, secret=_SECRET)
    judging.exercise(load(lesson).exercises[name])
    return judging.carry(load(lesson).exercises[name])


def pairs(lesson: str, name: str, count: int, *, size: int = 2, seed: int = 0) -> Iterator[Pair]:
    """Judge a sample of the pairs of an exercise's known mistakes that compose.

    Args:
        count: of pairs at most.
        size: how many mistakes meet; 3 for triples.
    """
    exercise, reference = load(lesson).exercises[name], load(lesson).reference[name]
    if name in NOT_PAIRED:
        return
    tried = _Tried(reference, exercise, list(exercise.make_cases(np.random.default_rng(seed))))
    distinct = list({known.name: known for known in exercise.mistakes}.values())
    order = list(itertools.combinations(distinct, size))
    random.Random(f"{name} {seed}").shuffle(order)
    made = 0
    for these in order[: _MOST_LOOKED_AT * count]:
        if made < count and (all_made := tried.shown(these)):
            made += 1
            found = judged(lesson, name, all_made, f"student {seed}").mistakes
            yield tried.named([diagnosis.name for diagnosis in found], all_made, these)


@dataclass(frozen=True)
class _Tried:
    """An exercise with the cases that functions are told apart by."""

    reference: Callable[..., Any]
    exercise: Exercise
    cases: list[Case]

    def named(
        self, found: list[str], all_made: Callable[..., Any], these: Sequence[Mistake]
    ) -> Pair:
        """Say which of some mistakes are among the names found, and which names are not theirs."""
        # A mistake of the list may be all of them, and a slip may be one of them.
        whole = {
            known.name
            for known in self.exercise.mistakes
            if known.name in found and self.alike(known.answer, all_made)
        }
        said = [({known.name} | self.as_slips(known)) & set(found) for known in these]
        if len(found) > 1 and not all(said):
            others = [known for known in self.exercise.mistakes if known.name in found]
            made = composed(self.reference, others, self.exercise)
            if len(others) == len(found) and made and self.alike(made, all_made):
                # Others that together do the same: nothing tells them apart.
                whole = set(found)
        return Pair(
            names=tuple(known.name for known in these),
            named=len(these) if whole else sum(map(bool, said)),
            wrong=tuple(name for name in found if name not in whole.union(*said)),
        )

    def as_slips(self, known: Mistake) -> set[str]:
        """Return the names of slips that a mistake is, in every place where it is wrong."""
        found: list[set[str]] = []
        for case in self.cases:
            if case.check:
                continue
            right, wrong = run(self.reference, case), run(known.answer, case)
            if right.failure or wrong.failure:
                continue
            yardstick, m = yardstick_of(case, self.exercise), case.shapes.get("m")
            for a, b in _leaf_pairs(right.value, wrong.value):
                if not _equal(a, b, yardstick):
                    slips = candidates(b, a, m if isinstance(m, int) else None, yardstick)
                    found.append({said.name for slip in slips for said in of_slip(slip)})
        return set.intersection(*found) if found else set()

    def shown(self, these: Sequence[Mistake]) -> Callable[..., Any] | None:
        """Return a function with all of these mistakes, if each of them shows in some case."""
        all_made = composed(self.reference, these, self.exercise)
        if all_made is None:
            return None
        for case in self.cases:
            if case.megabytes is not None:
                return None
            if run(all_made, case).exceptions[:1] == ("_DoNotComposeError",):
                return None
        for fewer in itertools.combinations(these, len(these) - 1):
            made = composed(self.reference, fewer, self.exercise)
            if made is None or self.alike(made, all_made):
                return None
        return all_made

    def alike(self, one: Callable[..., Any], other: Callable[..., Any]) -> bool:
        """Whether two functions cannot be told apart by the cases."""
        return all(self._alike(run(one, case), run(other, case), case) for case in self.cases)

    def _alike(self, a: Answer, b: Answer, case: Case) -> bool:
        flags = [(x.changed, x.undrawn, x.shares, x.twins, bool(x.warned)) for x in (a, b)]
        if a.failure is not b.failure or a.exceptions[:1] != b.exceptions[:1]:
            return False
        if flags[0] != flags[1]:
            return False
        if a.failure is not None:
            return True
        if case.check:
            one, other = (assess(x, None, case, self.exercise) for x in (a, b))
            return one.evidence == other.evidence
        return compare(b.value, a.value, yardstick_of(case, self.exercise)).right


def _leaf_pairs(a: Any, b: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from _leaf_pairs(a[key], b[key])
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for one, other in zip(a, b, strict=True):
            yield from _leaf_pairs(one, other)
    else:
        yield a, b


def composed(
    reference: Callable[..., Any], these: Sequence[Mistake], exercise: Exercise
) -> Callable[..., Any] | None:
    """Return a function in which some mistakes are made; None of classes that cannot be one."""
    first, *others = [known.answer for known in these]
    if isinstance(reference, type):
        classes = [known.answer for known in these]
        own = [{part for part in vars(each) if part not in _OF_EVERY_CLASS} for each in classes]
        apart = len(set().union(*own)) == sum(map(len, own))
        return type(reference.__name__, tuple(classes), {}) if apart else None
    for other in others:
        first = _both(reference, first, other, exercise)
    return first


def _both(
    reference: Callable[..., Any],
    one: Callable[..., Any],
    other: Callable[..., Any],
    exercise: Exercise,
) -> Callable[..., Any]:
    def function(*arguments: Any, **keywords: Any) -> Any:
        changes: list[tuple[Any, Any]] = []
        states: list[tuple[Any, list[Any]]] = [(a, []) for a in filter(_is_generator, arguments)]

        def asked(answer: Callable[..., Any]) -> Any:
            given = copy.deepcopy(arguments) if _is_plain(arguments) else _apart(arguments)
            made = answer(*given, **copied(dict(keywords)))
            changes.extend(_changed(arguments, given))
            for (_, found), rng in zip(states, filter(_is_generator, given), strict=True):
                found.append(rng.bit_generator.state)
            return made

        yardstick = Yardstick.of(exercise.tolerance, list(arguments))
        right = asked(reference)
        # What one of the two raises, the function that makes both raises.
        both = _joined(right, asked(one), asked(other), yardstick)
        for array, content in changes:
            array[...] = content
        for rng, found in states:
            # One of the two that draws nothing is a mistake that the other does not undo.
            if rng.bit_generator.state not in found:
                rng.bit_generator.state = found[-1]
        return both

    return function


def _changed(arguments: tuple[Any, ...], given: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    """Yield the arrays among the arguments that a call has changed, with what they hold now."""
    for array, content in zip(arguments, given, strict=True):
        if isinstance(array, np.ndarray) and not same(array, content):
            yield array, content


def _is_generator(argument: Any) -> bool:
    return isinstance(argument, np.random.Generator)


def _is_plain(arguments: tuple[Any, ...]) -> bool:
    return not any(callable(argument) for argument in arguments)


def _apart(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a if callable(a) else copy.deepcopy(a) for a in arguments)


def _joined(right: Any, one: Any, other: Any, yardstick: Yardstick) -> Any:
    if isinstance(right, dict):
        if _dicts_alike(right, one, other):
            return {k: _joined(right[k], one[k], other[k], yardstick) for k in right}
    elif isinstance(right, list | tuple) and all(
        isinstance(part, list | tuple) and len(part) == len(right) for part in (one, other)
    ):
        parts = zip(right, one, other, strict=True)
        return type(right)(_joined(*part, yardstick) for part in parts)
    if _equal(right, one, yardstick):
        return other
    if _equal(right, other, yardstick) or _equal(one, other, yardstick):
        return one
    for wrong, target in ((one, other), (other, one)):
        slip = next(iter(candidates(wrong, right, None, yardstick)), NONE)
        # The number of a node or of a path is not a multiple of another one.
        if slip != NONE and is_numeric(target) and not isinstance(right, int):
            return _slipped(slip, target)
    raise _DoNotComposeError


def _dicts_alike(right: dict[Any, Any], *others: Any) -> bool:
    return all(isinstance(o, dict) and o.keys() == right.keys() for o in others)


def _slipped(slip: Slip, target: Any) -> Any:
    """Return what a slip makes of a value; the forms that candidates finds without a batch."""
    array = np.asarray(target)
    made = array * (slip.factor or 1.0) * (-1.0 if slip.negative else 1.0)
    if slip.form.value == "transposed":
        return made.T
    if slip.form.value == "lost axis":
        return np.squeeze(made)
    if slip.form.value == "flattened":
        return np.ravel(made)
    if slip.numbers.value == "whole":
        return np.trunc(made).astype(int)
    return made if isinstance(target, np.ndarray) else float(made)


def _equal(a: Any, b: Any, yardstick: Yardstick) -> bool:
    return compare(_received(b), _received(a), yardstick).right


def _received(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, np.generic) else value
