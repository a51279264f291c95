"""Judge as a box does, without one: the functions that cases give are at work in another process.

What they remember there, no check here can see; a check that relied on it would hold in every
test, and never for a student.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from grader.box.plain import mapped
from grader.exercise import Case
from grader.in_kernel import KernelRunner
from grader.judge.draw import drawn, draws_of
from grader.judge.outcome import Answer
from grader.sandbox.replier import generator


class RedrawnRunner(KernelRunner):
    """Calls functions of this process with the functions of cases that were drawn once more."""

    def ask(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> Iterator[Answer]:
        """Call `name` for each case; the cases were drawn by `grader.judge.draw.drawn`."""
        again: dict[int, Callable[..., Any]] = {}
        for draw in draws_of(cases):
            (other,) = draws_of(drawn(draw.make_cases, generator(draw.before)))
            functions = zip(draw.functions, other.functions, strict=True)
            again |= {id(function): twin for function, twin in functions}
        return super().ask(name, [_with(case, again) for case in cases], substitutes)


def _with(case: Case, again: Mapping[int, Callable[..., Any]]) -> Case:
    """Return a case that gives the other functions."""
    if not again:
        return case
    found = copy.copy(case)
    given = {"arguments": case.arguments, "keywords": case.keywords, "then": case.then}
    vars(found).update(mapped(given, lambda leaf: again.get(id(leaf), leaf)))
    return found
