"""Visible tests catch nearly all known mistakes, and say in one sentence what is off."""

import pytest

from tests.conftest import LESSONS
from tests.kill_page import alternatives
from tests.visible import ODD, caught, failures, refused

MOST_LETTERS = 200  # three lines of a notebook on half a screen

# What a lesson is about may not pass its own visible tests.
POINTS = [
    ("04_full_backprop", "train", "the softmax counted twice"),
    ("04_full_backprop", "train", "unweighted mean of the batch losses"),
    ("04_full_backprop", "check_backward", "only a batch of one"),
    ("05_sgd_vs_adam", "fit", "the state is made anew for each batch"),
    ("05_sgd_vs_adam", "fit", "the state is made anew for each epoch"),
    ("05_sgd_vs_adam", "adam_step", "t is raised for every layer"),
]


@pytest.mark.parametrize("lesson", LESSONS)
def test_visible_tests_catch_nine_of_ten_known_mistakes(lesson):
    found = [
        (name, what, sentence)
        for name, mistakes in caught(lesson).items()
        for what, sentence in mistakes.items()
    ]
    passed = [(name, what) for name, what, sentence in found if sentence is None]
    assert len(passed) <= 0.1 * len(found), passed


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_test_that_fails_says_one_sentence(lesson):
    """Of its own, without a table or a helper's frames; a learner's own exception is shown."""
    found = {
        (name, what): failure.sentence
        for name, tried in failures(lesson).items()
        for what, failure in tried
        if failure is not None
        and not (
            failure.plain
            and failure.sentence
            and "\n" not in failure.sentence
            and len(failure.sentence) <= MOST_LETTERS
        )
    }
    assert found == {}


@pytest.mark.parametrize("lesson", LESSONS)
def test_none_nan_a_list_and_a_wrong_shape_are_told(lesson):
    passed = [
        (name, what)
        for name, tried in failures(lesson).items()
        for what, failure in tried
        if what in ODD and failure is None
    ]
    assert passed == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_right_solution_in_another_style_passes(lesson):
    assert refused(lesson, alternatives(lesson)) == {}


@pytest.mark.parametrize(("lesson", "name", "what"), POINTS)
def test_what_a_lesson_is_about_does_not_pass_its_visible_tests(lesson, name, what):
    if lesson not in LESSONS:
        pytest.skip(f"{lesson} is not asked for")
    assert caught(lesson)[name][what] is not None
