"""In which order an exercise is asked, what is asked twice, and what a hang costs."""

import numpy as np
import pytest

from grader.exercise import Case, Exercise, Rng
from grader.in_kernel import KernelRunner
from grader.judge.evidence import Unsteady
from grader.judge.outcome import Answer
from grader.judge.questions import Questions, observe
from grader.judge.verdict import Verdict
from grader.report.evidence import told

GROUPS = ("a few", "many", "none", "one")


def doubles(rng):
    for group in GROUPS:
        for _ in range(2):
            yield Case(rng.normal(size=3), group=group)


EXERCISE = Exercise(id="double", make_cases=doubles)


def drawn(student):
    return Questions.drawn(EXERCISE, np.random.default_rng(student))


def observed(function, student=0, name="double"):
    """Judge a function as a student's kernel would answer."""
    questions = drawn(student)
    runner = KernelRunner({name: function})

    def ask(cases):
        return runner.ask("double", cases, {})

    expected = [Answer(value=2 * case.arguments[0]) for case in questions.cases]
    return observe(EXERCISE, questions, expected, ask(questions.asked), ask)


def test_each_student_is_asked_in_an_order_of_their_own():
    assert len({tuple(drawn(student).order) for student in range(20)}) == 20


def test_a_student_is_asked_in_the_same_order_again():
    first, again = drawn(3), drawn(3)
    assert first.order == again.order
    for one, other in zip(first.asked, again.asked, strict=True):
        np.testing.assert_array_equal(one.arguments[0], other.arguments[0])


def test_every_case_is_asked_and_one_of_them_twice():
    twice = {max(range(8), key=drawn(student).order.count) for student in range(40)}
    assert all(sorted(set(drawn(student).order)) == list(range(8)) for student in range(40))
    assert all(len(drawn(student).order) == 9 for student in range(40))
    assert len(twice) > 4


@pytest.mark.parametrize(
    "once",
    [
        Case(lambda x: x, group="a function of the judge's, which may remember"),
        Case(1.0, group="judged by a check, which may remember", check=lambda *_: None),
        Case(1.0, group="much time", seconds=3.0),
        Case(1.0, group="much memory", megabytes=50),
    ],
)
def test_what_may_remember_or_costs_much_is_asked_once(once):
    exercise = Exercise(id="once", make_cases=lambda _: iter([once]))
    assert Questions.drawn(exercise, np.random.default_rng(0)).order == [0]


def test_a_generator_is_a_new_one_each_time_and_its_case_may_be_asked_twice():
    exercise = Exercise(id="draw", make_cases=lambda _: iter([Case(Rng(3), group="draws")]))
    assert Questions.drawn(exercise, np.random.default_rng(0)).order == [0, 0]


def test_a_right_function_is_right_in_any_order():
    for student in range(5):
        assert all(seen.right for seen in observed(lambda x: 2 * x, student))


def test_who_counts_the_questions_does_not_know_which_one_is_asked():
    """Wrong for the third question of a student is wrong for another case of the next."""
    found = set()
    for student in range(20):
        count = iter(range(100))
        seen = observed(lambda x, count=count: 2 * x + (next(count) == 2), student)
        found |= {number for number, one in enumerate(seen) if not one.right}
    assert len(found) > 4


def test_who_answers_an_equal_question_otherwise_is_told_so():
    known = []

    def forgetful(x):
        known.append(x.tobytes())
        return 2 * x + (known.count(x.tobytes()) - 1)

    wrong = [seen for seen in observed(forgetful) if not seen.right]
    assert [seen.comparison.evidence for seen in wrong] == [Unsteady()]
    assert "gave two answers" in told(wrong[0].comparison.evidence)


class _Hanging:
    """A runner whose function hangs, or crashes, in some groups."""

    def __init__(self, *groups):
        self.groups, self.asked = groups, []

    def ask(self, cases):
        for case in cases:
            self.asked.append(case.group)
            hangs = case.group in self.groups
            yield (
                Answer(failure=Verdict.TIMED_OUT) if hangs else Answer(value=2 * case.arguments[0])
            )


def judged(runner, student):
    questions = drawn(student)
    expected = [Answer(value=2 * case.arguments[0]) for case in questions.cases]
    seen = observe(EXERCISE, questions, expected, runner.ask(questions.asked), runner.ask)
    return {one.case.group for one in seen if one.right}


def test_a_hang_in_one_group_costs_that_group_alone_whatever_the_order():
    for student in range(20):
        runner = _Hanging("many")
        assert judged(runner, student) == {"a few", "none", "one"}
        assert runner.asked.count("many") == 1


def test_after_hangs_in_two_groups_no_further_question_is_asked():
    for student in range(20):
        runner = _Hanging(*GROUPS)
        assert judged(runner, student) == set()
        assert len(runner.asked) == 2
