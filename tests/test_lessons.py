"""Every lesson: references, stubs, known mistakes and alternatives get what they deserve.

The judge runs in this process: the same cases and comparisons as in the box.
One student's cases are judged with every other test, those of four more by `make thorough`;
SEEDS=200 tries as many in all.
"""

import os

import pytest

from grader.course.cells import Kind
from grader.judge.judging import Judging
from grader.judge.verdict import Verdict
from tests.conftest import LESSONS, LONG, load
from tests.kill_page import alternatives
from tests.redrawn import RedrawnRunner

SEEDS = range(int(os.environ.get("SEEDS", "5")))
STUDENTS = [pytest.param(SEEDS[:1], id="one"), pytest.param(SEEDS[1:], id="more", marks=LONG)]

EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
MISTAKES = [
    pytest.param(lesson, name, known, id=f"{lesson}-{name}-{known.name}")
    for lesson, name in EXERCISES
    for known in load(lesson).exercises[name].mistakes
]


def styles():
    for lesson, name in EXERCISES:
        for key, function in alternatives(lesson).items():
            if key.startswith(f"{name}__"):
                yield pytest.param(lesson, name, function, id=f"{lesson}-{key}")


ALTERNATIVES = list(styles())


def judged(lesson, name, answer, student):
    """Judge one exercise answered by a given function, all else by the reference."""
    namespace = {**load(lesson).reference, name: answer}
    judging = Judging(load(lesson), RedrawnRunner(namespace), student=student, secret="a test")  # noqa: S106
    judging.exercise(load(lesson).exercises[name], untouched_stub=False)
    return judging.carry(load(lesson).exercises[name])


@pytest.mark.parametrize("students", STUDENTS)
@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_the_reference_gets_full_marks_from_every_seed(lesson, name, students):
    for seed in students:
        outcome = judged(lesson, name, load(lesson).reference[name], f"student {seed}")
        assert outcome.verdict is Verdict.CORRECT, (seed, outcome.evidence)
        assert outcome.score == outcome.points


@pytest.mark.parametrize("students", STUDENTS)
@pytest.mark.parametrize(("lesson", "name", "answer"), ALTERNATIVES)
def test_a_right_solution_in_another_style_gets_full_marks(lesson, name, answer, students):
    for seed in students:
        outcome = judged(lesson, name, answer, f"student {seed}")
        assert outcome.verdict is Verdict.CORRECT, (seed, outcome.evidence)


@pytest.mark.parametrize("students", STUDENTS)
@pytest.mark.parametrize(("lesson", "name", "known"), MISTAKES)
def test_a_known_mistake_is_rejected_and_named(lesson, name, known, students):
    for seed in students:
        outcome = judged(lesson, name, known.answer, f"student {seed}")
        assert outcome.score < outcome.points, seed
        assert outcome.mistake == known.name, (seed, outcome.evidence)
        assert outcome.hint == known.hint


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_an_untouched_stub_gets_nothing(lesson, name):
    cell = next(c for c in load(lesson).cells if (c.kind, c.name) == (Kind.SOLUTION, name))
    namespace = dict(load(lesson).reference)
    exec(load(lesson).stubs[cell.name], namespace)  # noqa: S102
    outcome = judged(lesson, name, namespace[name], "a student")
    assert (outcome.score, outcome.verdict) == (0, Verdict.NOT_ATTEMPTED)


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_an_exercise_has_at_least_four_alternatives(lesson, name):
    known = [p for p in ALTERNATIVES if p.id.startswith(f"{lesson}-{name}__")]
    assert len(known) >= 4


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_worth_20_to_40_points(lesson):
    total = sum(cell.points for cell in load(lesson).cells)
    assert 20 <= total <= 40


# ------------------------------------------------------------- one error costs once


def calls(function, namespace):
    """Return the names of all functions that a function calls, directly or through others."""
    found, todo = set(), [function]
    while todo:
        current = todo.pop()
        codes = [
            getattr(part, "__code__", None)
            for part in (vars(current).values() if isinstance(current, type) else [current])
        ]
        while codes:
            code = codes.pop()
            if code is None:
                continue
            codes += [const for const in code.co_consts if hasattr(const, "co_names")]
            for name in set(code.co_names) - found:
                found.add(name)
                todo.append(namespace.get(name))
    return found


def one_namespace(lesson):
    """Return a learner's functions, right ones, which call each other."""
    namespace = dict(load(lesson).reference)
    for cell in load(lesson).cells:
        if cell.kind is Kind.SOLUTION:
            exec(cell.source, namespace)  # noqa: S102
    return namespace


BROKEN = [
    pytest.param(lesson, name, known, id=f"{lesson}-{name}-{known.name}")
    for lesson, name in EXERCISES
    for known in load(lesson).exercises[name].mistakes
    # Every mistake with ALL=1; the gravest and the slightest tell most.
    if "ALL" in os.environ
    or known
    in (load(lesson).exercises[name].mistakes[0], load(lesson).exercises[name].mistakes[-1])
]


@pytest.mark.parametrize(("lesson", "wrong", "known"), BROKEN)
def test_an_error_in_one_exercise_costs_that_exercise_alone(lesson, wrong, known):
    ours, right = load(lesson), one_namespace(lesson)
    later = list(ours.exercises)[list(ours.exercises).index(wrong) + 1 :]
    # What does not call the wrong one cannot notice.
    asked = [wrong, *(name for name in later if wrong in calls(right[name], right))]
    namespace = one_namespace(lesson)
    namespace[wrong] = known.answer
    judging = Judging(ours, RedrawnRunner(namespace), student="a student", secret="a test")  # noqa: S106
    for name in asked:
        judging.exercise(ours.exercises[name], untouched_stub=False)
    for name in asked[1:]:
        outcome = judging.carry(ours.exercises[name])
        assert outcome.score == outcome.points, (name, outcome.evidence, outcome.mistakes)
