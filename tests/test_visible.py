"""Visible tests catch most known mistakes before anybody hands in, and a lesson's own point."""

import pytest

from tests.conftest import LESSONS
from tests.visible import caught

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
def test_every_assertion_has_a_sentence(lesson):
    for name, mistakes in caught(lesson).items():
        for what, sentence in mistakes.items():
            assert sentence != "an assertion without a sentence", (name, what)


@pytest.mark.parametrize(("lesson", "name", "what"), POINTS)
def test_what_a_lesson_is_about_does_not_pass_its_visible_tests(lesson, name, what):
    if lesson not in LESSONS:
        pytest.skip(f"{lesson} is not asked for")
    assert caught(lesson)[name][what] is not None
