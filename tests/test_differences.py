"""A gradient that is measured does not pass where its derivation is asked for."""

import re
import warnings
from fractions import Fraction

import numpy as np
import pytest

from grader.judge.judging import _earning
from tests.conftest import LESSONS, ROOT, load
from tests.differences import IMAGINARY, MEASURED, STEPS, measured
from tests.kill_matrix import limited, right_groups
from tests.pairs import judged

# A function of what is moved alone, linear, and asked for at no point: its difference quotient
# is the formula itself, for any step, and with the step 1 at 0 it takes the same products.  No
# input can make it lose digits that the formula keeps.  Or the measuring is what is asked for.
EXACT = {
    "total_derivative": "a product of what is given",
    "weights_gradient_by_index": "linear in W, and W is not given",
    "step_1_slope": "an entry of W",
    "step_2_path": "a product of two entries",
    "step_3_paths": "linear in A, and A is not given",
    "step_4_column": "linear in A, and A is not given",
    "step_5_bias": "linear in b, and b is not given",
    "numerical_gradient": "to be measured",
    "gradient_check": "to be measured",
    "check_backward": "to be measured",
    "unbroadcast": "a gradient is given, and no function",
    "step_4_largest": "the answer is 0",
}
ALL = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
TRIED = [(lesson, name) for lesson, name in ALL if (lesson[:2], name) in MEASURED]
_ASKS = re.compile(
    r"\b(the|a) (gradient|slope|derivative|delta|jacobian)\b(?! descent)", re.IGNORECASE
)


@pytest.mark.parametrize(("lesson", "name"), TRIED)
def test_a_measured_gradient_earns_next_to_nothing_whatever_its_step(lesson, name):
    """Not more than a third, as any known mistake: a coarse step is right for a straight line."""
    exercise, reference = load(lesson).exercises[name], load(lesson).reference
    for h in STEPS:
        with limited(60), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            groups = right_groups(lesson, name, {**reference, name: measured(lesson, name, h)}, 0)
        share = Fraction(_earning(exercise, groups), len(groups))
        assert share <= Fraction(1, 3), (h, [group for group, right in groups.items() if right])


@pytest.mark.parametrize(("lesson", "name"), TRIED[::7])
def test_an_imaginary_step_loses_no_digits_and_the_page_of_what_is_noticed_says_so(lesson, name):
    reference = load(lesson).reference
    with limited(60), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        groups = right_groups(
            lesson, name, {**reference, name: measured(lesson, name, IMAGINARY)}, 0
        )
    assert all(groups.values())
    page = (ROOT / "docs" / "kill-matrix.md").read_text(encoding="utf-8")
    assert "measured with an imaginary step" in page


@pytest.mark.parametrize(("lesson", "name"), ALL)
def test_whatever_asks_for_a_gradient_is_tried_or_says_why_not(lesson, name):
    text = (load(lesson).reference[name].__doc__ or "").partition("\n")[0]
    if _ASKS.search(text):
        assert (lesson[:2], name) in MEASURED or name in EXACT, text


@pytest.mark.parametrize(
    ("lesson", "name"),
    [
        ("02_sigmoid_softmax_jacobians", "softmax_cross_entropy_grad"),
        ("03_dense_layer", "hidden_delta"),
        ("04_full_backprop", "step_3_tanh"),
    ],
)
def test_the_report_on_a_measured_gradient_asks_where_its_digits_are_lost(lesson, name):
    outcome = judged(lesson, name, measured(lesson, name, 1e-5), "a student")
    assert [found.name for found in outcome.mistakes] == ["digits lost"]


def test_two_mistakes_that_undo_each_other_are_not_named_where_digits_are_lost():
    """In single precision, `sign` and `opposite sign` would explain it together."""
    name = "step_5_sample_slopes"
    right = load("02_sigmoid_softmax_jacobians").reference[name]

    def in_single(Z, T):
        return right(Z, np.asarray(T, dtype=np.float32))

    outcome = judged("02_sigmoid_softmax_jacobians", name, in_single, "a student")
    assert [found.name for found in outcome.mistakes] == ["digits lost"]
