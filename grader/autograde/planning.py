"""Find by the reference which test cells can be judged outside a student's process.

Those that the reference passes there as it does beside its own code, and quickly: what
takes long because of its many calls would be too slow on a busier machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbgrader.utils import is_grade, is_locked, is_solution

from grader.autograde.outside import NOTHING, Outside, Plan, Setup, defines

_MOST_USED = 0.25  # of a cell's time
Trial = Callable[[Plan], tuple[Outside, Mapping[str, float]]]


def plan_of(notebook: Any, to_run: Callable[[Any], Iterator[Any]], seconds: Any) -> Plan:
    """Return the plan to judge all test cells of an instructor's notebook outside.

    A cell that is not locked is the student's, whatever the instructor wrote there.

    Args:
        to_run: yields the cells of a notebook that are run.
        seconds: returns the time limit of a cell.
    """
    names: set[str] = set()
    setup: list[Setup] = []
    tests: dict[str, int] = {}
    for place, cell in enumerate(to_run(notebook)):
        if is_solution(cell) or not is_locked(cell):
            names |= defines(cell.source)
        elif is_grade(cell):
            tests[cell.metadata.nbgrader["grade_id"]] = place
        else:
            setup.append(Setup(place=place, source=cell.source, seconds=seconds(cell)))
    return Plan(names=frozenset(names), setup=tuple(setup), tests=tests)


def tried(plan: Plan, expected: Mapping[str, float], trial: Trial) -> Plan:
    """Return what is left of a plan when the reference has been judged by it.

    Args:
        expected: what the reference's test cells earn inside, by grade_id.
        trial: runs the reference by a plan; returns what happened outside, and what it earns.
    """
    while plan.tests:
        outside, scores = trial(plan)
        kept = {
            name
            for name in outside.runs
            if scores.get(name) == expected[name] and outside.used[name] <= _MOST_USED
        }
        plan = replace(plan, tools=dict(outside.tools))
        if kept == plan.tests.keys():
            return plan if scores == expected else NOTHING
        plan = plan.only(kept)
    return NOTHING
