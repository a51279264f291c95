"""A visible test's one sentence: what was tried, the first thing that is off, both numbers."""

import numpy as np
import pytest

from byhand.expect import Unexpected, expect_close, expect_shape

RIGHT = np.array([[1.0, 2.0], [3.0, 4.0]])
WHAT = "dW of the worked example"


def said(found, right=RIGHT, what=WHAT, **tolerances):
    with pytest.raises(Unexpected) as caught:
        expect_close(found, right, what, **tolerances)
    return str(caught.value)


def test_the_first_entry_that_is_off_is_said_with_both_numbers():
    found = np.array([[1.0, 2.123456], [0.0, 0.0]])

    assert said(found) == "dW of the worked example should be 2 at [0, 1], but is 2.123."


def test_numbers_are_rounded_no_further_than_they_differ():
    assert said(np.float64(0.1234567), 0.1234561, "the loss", rtol=0, atol=0) == (
        "the loss should be 0.123456, but is 0.123457."
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (None, "should be an array of shape (2, 2), but is None (is a return missing?)."),
        ([[1, 2], [3, 4]], "should be an array of shape (2, 2), but is a list."),
        (3.0, "should be an array of shape (2, 2), but is a number."),
        (RIGHT[0], "should have the shape (2, 2), but has (2,)."),
        (RIGHT[None], "should have the shape (2, 2), but has (1, 2, 2)."),
        (RIGHT.astype(str), "should hold numbers, but holds <U32."),
        (np.nan * RIGHT, "should be 1 at [0, 0], but is nan."),
        ({}, "should be an array of shape (2, 2), but is a dict."),
    ],
)
def test_the_form_is_looked_at_before_the_values(found, sentence):
    assert said(found) == f"{WHAT} {sentence}"


@pytest.mark.parametrize("found", [np.full((2, 1), 7.0), np.full((1, 1), 7.0), np.float64(7)])
def test_nothing_is_broadcast(found):
    assert "shape (2, 2)" in said(found, np.full((2, 2), 7.0))


@pytest.mark.parametrize("found", [2.0, 2, np.float64(2), np.array(2.0), np.int64(2)])
def test_a_number_may_be_of_python_or_of_numpy(found):
    expect_close(found, 2.0, "the loss")


@pytest.mark.parametrize(
    ("found", "is_"), [([2.0], "a list"), (np.array([2.0]), "an array of shape (1,)")]
)
def test_a_number_is_no_array_of_one_entry(found, is_):
    assert said(found, 2.0, "the loss") == f"the loss should be a number, but is {is_}."


def test_an_expected_nan_is_met_by_nan_alone():
    expect_close(np.array([np.nan, np.inf]), [np.nan, np.inf], "the losses")
    assert said(np.array([1.0]), [np.nan], "the losses") == (
        "the losses should be nan at [0], but is 1."
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ((RIGHT, RIGHT[:1]), "b should have the shape (2,), but has (1, 2)."),
        ((RIGHT, RIGHT[0] + 1), "b should be 1 at [0], but is 2."),
        ((RIGHT, None), "b should be an array of shape (2,), but is None (is a return missing?)."),
        (RIGHT, "(W, b) should be a tuple or a list of 2, but is an array of shape (2, 2)."),
        ([RIGHT], "(W, b) should be a tuple or a list of 2, but has 1."),
    ],
)
def test_one_of_several_results_is_called_by_its_name(found, sentence):
    assert said(found, (RIGHT, RIGHT[0]), "(W, b)") == sentence


def test_names_may_be_nested_and_the_rest_of_the_subject_stays():
    right = [(RIGHT, RIGHT[0]), (RIGHT, RIGHT[1])]
    found = [(RIGHT, RIGHT[0]), (RIGHT, RIGHT[0])]

    named = said(found, right, "((W1, b1), (W2, b2)) after a step,")
    placed = said((found, 0), (right, 0), "(params, t)")
    of_all = said(found, right, "what update gives")

    assert named == "b2 after a step, should be 3 at [0], but is 1."
    assert placed == "params[1][1] should be 3 at [0], but is 1."
    assert of_all == "[1][1] of what update gives should be 3 at [0], but is 1."


def test_a_dict_is_compared_key_by_key():
    right = {"t": 0, "m": (RIGHT,)}

    expect_close({"m": [RIGHT], "t": 0}, right, "state")
    assert said({"t": 1, "m": [RIGHT]}, right, "state") == "state['t'] should be 0, but is 1."
    assert said({"t": 0}, right, "state") == "state should have the keys t and m, but has t."
    assert said(None, right, "state").startswith("state should be a dict with t and m, but is None")


def test_a_name_is_compared_letter_by_letter():
    assert said((1.0, "tanh"), (1.0, "relu"), "(Z, kind)") == "kind should be relu, but is tanh."


def test_a_row_of_numbers_is_the_same_in_a_list_and_in_an_array():
    expect_close(np.array([1.0, 2.0]), (1.0, 2.0), "history")
    expect_close([1.0, 2.0], (1.0, 2.0), "history")


def test_what_has_the_right_form_is_handed_back():
    found = [RIGHT + 1, RIGHT[0]]

    assert expect_shape(found, (RIGHT, RIGHT[0]), "(W, b)") is found


def test_a_notebook_shows_the_sentence_and_no_frames():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell()
    with capture_output() as shown:
        shell.run_cell(
            "from byhand.expect import expect_close\nexpect_close(0.5, 1 / 3, 'the share')"
        )

    assert shown.stdout.strip() == "the share should be 0.3333, but is 0.5."
    assert shown.stderr == ""
