"""Every lesson: references, stubs, known mistakes and alternatives get what they deserve.

The judge runs in this process: the same cases and comparisons as in the box.
SEEDS=200 tries as many students; the default keeps `make test` short.
"""

import os
import re
import runpy

import pytest

from grader.course.cells import Kind
from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging
from grader.judge.verdict import Verdict
from tests.conftest import LESSONS, ROOT, load

SEEDS = int(os.environ.get("SEEDS", "5"))

EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
MISTAKES = [
    pytest.param(lesson, name, known, id=f"{lesson}-{name}-{known.name}")
    for lesson, name in EXERCISES
    for known in load(lesson).exercises[name].mistakes
]


def alternatives():
    for lesson, name in EXERCISES:
        path = ROOT / "tests" / "alternatives" / f"{lesson}.py"
        found = runpy.run_path(str(path)) if path.is_file() else {}
        for key, function in found.items():
            if key.startswith(f"{name}__"):
                yield pytest.param(lesson, name, function, id=f"{lesson}-{key}")


ALTERNATIVES = list(alternatives())


def judged(lesson, name, answer, student):
    """Judge one exercise answered by a given function, all else by the reference."""
    namespace = {**load(lesson).reference, name: answer}
    judging = Judging(load(lesson), KernelRunner(namespace), student=student, secret="a test")  # noqa: S106
    return judging.exercise(load(lesson).exercises[name], untouched_stub=False)


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_the_reference_gets_full_marks_from_every_seed(lesson, name):
    for seed in range(SEEDS):
        outcome = judged(lesson, name, load(lesson).reference[name], f"student {seed}")
        assert outcome.verdict is Verdict.CORRECT, (seed, outcome.evidence)
        assert outcome.score == outcome.points


@pytest.mark.parametrize(("lesson", "name", "answer"), ALTERNATIVES)
def test_a_right_solution_in_another_style_gets_full_marks(lesson, name, answer):
    for seed in range(SEEDS):
        outcome = judged(lesson, name, answer, f"student {seed}")
        assert outcome.verdict is Verdict.CORRECT, (seed, outcome.evidence)


@pytest.mark.parametrize(("lesson", "name", "known"), MISTAKES)
def test_a_known_mistake_is_rejected_and_named(lesson, name, known):
    for seed in range(SEEDS):
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
def test_an_exercise_has_at_least_two_alternatives(lesson, name):
    known = [p for p in ALTERNATIVES if p.id.startswith(f"{lesson}-{name}__")]
    assert len(known) >= 2


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_worth_20_to_40_points(lesson):
    total = sum(cell.points for cell in load(lesson).cells)
    assert 20 <= total <= 40


STEPS = [(lesson, name) for lesson, name in EXERCISES if re.match(r"step_\d_", name)]


@pytest.mark.parametrize(("lesson", "wrong"), STEPS)
def test_an_error_in_one_step_of_a_derivation_costs_that_step_alone(lesson, wrong):
    """The learner's functions call each other, and one of them holds a known mistake."""
    ours = load(lesson)
    namespace = dict(ours.reference)
    for cell in ours.cells:
        if cell.kind is Kind.SOLUTION and (lesson, cell.name) in STEPS:
            exec(cell.source, namespace)  # noqa: S102
    namespace[wrong] = ours.exercises[wrong].mistakes[0].answer
    judging = Judging(ours, KernelRunner(namespace), student="a student", secret="a test")  # noqa: S106
    for lesson_of, name in STEPS:
        if lesson_of == lesson:
            judging.exercise(ours.exercises[name], untouched_stub=False)
            outcome = judging.carry(ours.exercises[name])
            assert (outcome.verdict is Verdict.CORRECT) == (name != wrong), outcome.evidence
