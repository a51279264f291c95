"""What a class gets wrong, summed up: counts are of students, and of each the last attempt."""

from itertools import pairwise

import pytest

from grader.judge.outcome import CaseResult, Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.attempt import Attempt, attempt_of
from grader.report.classwide import plots
from grader.report.classwide.page import class_page
from grader.report.classwide.summary import Work, summed_up
from grader.report.code import without_remarks
from grader.report.marks import Mark, Marks
from grader.report.standing import Standing


def outcome(name="f", score=1.0, *, mistakes=(), cases=(), verdict=None, carried=False):
    right = Verdict.CORRECT if score == 4 else Verdict.WRONG_VALUE
    return Outcome(
        id=name,
        score=score,
        points=4.0,
        verdict=verdict or right,
        mistakes=tuple(Diagnosis(name=each, hint=f"about {each}") for each in mistakes),
        cases=[
            CaseResult(group=group, verdict=Verdict.CORRECT if good else Verdict.WRONG_VALUE)
            for group, good in cases
        ],
        carried=carried,
    )


def work(student, *outcomes, earlier=(), marks=None):
    report = Report(lesson="l", student=student, exercises=outcomes, version="1", sandbox="s")
    return Work(
        student=student,
        report=report,
        marks=marks or Marks(),
        attempts=[*earlier, attempt_of(report)],
    )


def earlier(score, *mistakes):
    return Attempt(score=score, points=4.0, mistakes=frozenset(("f", each) for each in mistakes))


def test_a_misconception_is_counted_by_student_and_by_who_left_it():
    found = summed_up(
        "l",
        [
            work("ada", outcome(score=4), earlier=[earlier(1, "y - a"), earlier(1, "y - a")]),
            work("bob", outcome(mistakes=["y - a"]), earlier=[earlier(0)]),
            work("cyd", outcome(mistakes=["y - a", "no 1/m"])),
            work("dan", outcome(mistakes=["no 1/m"]), earlier=[earlier(4), earlier(1, "no 1/m")]),
        ],
    )

    told = [(m.name, m.made, m.still, m.attempts, m.hint) for m in found.misconceptions]
    assert told == [
        ("y - a", 3, 2, 2, "about y - a"),
        ("no 1/m", 2, 2, None, "about no 1/m"),
    ]
    assert list(found.misconceptions[0].holders) == ["bob", "cyd"]


def test_groups_that_almost_nobody_passes_are_named_among_those_who_tried():
    hard = [("plain", True), ("twins", True), ("twins", False)]
    found = summed_up(
        "l",
        [
            *(work(f"s{n}", outcome(cases=hard)) for n in range(3)),
            work("one", outcome(cases=[("plain", True), ("twins", True)])),
            work("none", outcome(score=0.0, verdict=Verdict.NOT_ATTEMPTED)),
        ],
    )

    assert [(g.exercise, g.name, g.passed, g.tried) for g in found.groups] == [("f", "twins", 1, 4)]


def test_of_two_who_tried_a_group_nothing_is_said():
    some = [work(f"s{n}", outcome(cases=[("twins", False)])) for n in range(2)]

    assert summed_up("l", some).groups == []


def test_movement_is_of_those_with_several_attempts():
    found = summed_up(
        "l",
        [
            work("ada", outcome(score=4), earlier=[earlier(1), earlier(2)]),
            work("bob", outcome(score=1), earlier=[earlier(3)]),
            work("cyd", outcome(score=0)),
        ],
    ).movement

    assert list(found.shares) == [(0.5, 2), (0.375, 2), (1.0, 1)]
    assert (found.better, found.same, found.worse) == (1, 0, 1)


def test_points_given_by_hand_count_and_who_has_most_stands_first():
    by_hand = Mark(auto=1.0, manual=4.0, extra=0.0, points=4.0, waits=False)
    found = summed_up(
        "l",
        [
            work("ada", outcome(score=2)),
            work("bob", outcome(carried=True), marks=Marks(cells={"test_f": by_hand})),
        ],
    )

    assert [w.student for w in found.works] == ["bob", "ada"]
    assert found.exercises[0].standings == {Standing.RIGHT: 1, Standing.PARTLY: 1}
    assert (found.exercises[0].carried, found.median) == (1, 0.75)


@pytest.mark.parametrize("students", [1, 3, 100])
def test_each_plot_says_in_words_what_it_shows(students):
    found = summed_up(
        "l",
        [
            work(f"s{n}", outcome(), outcome("g", 4), earlier=[earlier(0)] * (n % 3))
            for n in range(students)
        ],
    )
    names = {w.student: w.student for w in found.works}

    assert plots.distribution(found).text == (
        f"Distribution of scores. Median 62 %; students: {students} from 60 to 70 %."
    )
    assert plots.heat_map(found, names).text.startswith(f"Heat map of {students} students")
    page = class_page("t", [found], names, lambda _lesson, _each: "", made="today")
    assert page.count("<img ") == page.count(' alt="') == (2 if students == 1 else 3)


def test_what_differs_in_colour_differs_in_lightness():
    def lightness(colour):
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    found = sorted(map(lightness, plots.COLOURS.values()))

    # As the contrast of two colours is told: 1.3 and less can hardly be told apart.
    ratios = [(b + 0.05) / (a + 0.05) for a, b in pairwise(found)]
    assert min(ratios) > 1.25
    assert len(found) == len(Standing)


CODE = '''
import numpy as np  # Ada's
def f(x):
    """By Ada Lovelace."""
    # as Bob said
    return x + 1
'''


def test_an_example_has_neither_comment_nor_docstring():
    assert without_remarks(CODE, "f") == "def f(x):\n    return x + 1"


@pytest.mark.parametrize("source", ["def f(:", "x = 1", "", "-" * 3999 + "1", "def g(): pass"])
def test_what_is_no_function_of_that_name_is_no_example(source):
    assert without_remarks(source, "f") == ""
