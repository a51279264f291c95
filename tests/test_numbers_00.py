"""The numbers that lesson 00 states in its prose."""

import re

import numpy as np
import pytest

from grader.report.words import outcome_lines
from tests.conftest import load
from tests.prose import Lesson
from tests.test_lessons import judged


def test_the_layer_with_a_pencil_gives_114_125_136():
    Z = np.array([[10, 1]]) @ np.array([[1, 2, 3], [4, 5, 6]]) + np.array([[100]])
    assert Z.tolist() == [[114, 125, 136]]


def test_the_perfect_prediction_seems_to_have_an_error_of_two_and_a_half():
    P = np.array([[1.0], [2.0], [3.0], [4.0]])
    assert np.mean((P - P[:, 0]) ** 2) == 2.5
    assert np.allclose(np.ones((4, 1)), np.ones((4, 4)))


def test_standardizing_one_two_three_gives_the_numbers_of_the_worked_example():
    deviations = np.array([1.0, 2.0, 3.0]) - 2
    assert np.mean(deviations**2) == pytest.approx(2 / 3)
    assert round(float(np.sqrt(2 / 3)), 4) == 0.8165
    assert (deviations / np.sqrt(2 / 3)).round(4).tolist() == [-1.2247, 0, 1.2247]


def test_a_feature_that_is_a_tenth_everywhere_becomes_minus_one():
    feature = np.full(3, 0.1)
    assert feature.std() != 0
    assert ((feature - feature.mean()) / feature.std()).tolist() == [-1, -1, -1]


def test_the_flowers_spread_by_what_the_text_says():
    rng = np.random.default_rng(0)
    lengths = rng.normal(4, 1.2, size=200)
    flowers = np.vstack([lengths, 0.3 * lengths + rng.normal(0, 0.15, size=200)])
    assert flowers.std(axis=1).round(2).tolist() == [1.15, 0.37]
    after = load("00_start_here").reference["standardize"](flowers)
    np.testing.assert_allclose(after.std(axis=1), 1)
    assert np.corrcoef(after)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("classes", "samples", "outcome"), [(4, 4, (4, 4)), (4, 6, IndexError), (4, 3, (3, 3))]
)
def test_the_shuffle_of_the_bug_hunt_does_what_its_answer_says(classes, samples, outcome):
    """The new order of the samples, used on the rows, which are the classes."""
    T, order = np.zeros((classes, samples)), np.roll(np.arange(samples), 1)
    if outcome is IndexError:
        with pytest.raises(IndexError):
            T[order]
    else:
        assert T[order].shape == outcome


def test_the_report_that_the_lesson_shows_is_what_the_grader_says():
    exercise = load("00_start_here").exercises["standardize"]
    known = next(mistake for mistake in exercise.mistakes if mistake.name == "division by 0")
    with np.errstate(all="ignore"):
        said = outcome_lines(judged("00_start_here", "standardize", known.answer, "a student"))
    prose = "\n".join(cell.source for cell in Lesson("00_start_here").prose)
    shown = re.search(r"```\n(standardize   .*?)```", prose, re.DOTALL)
    assert shown[1].split() == " ".join(said).split()
