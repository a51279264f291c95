"""What counts as right, line by line as the curriculum has it; comparing is pure."""

import copy
import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.box.plain import same
from grader.exercise import Tolerance
from grader.judge.compare import Yardstick, compare, leaves, ratio
from grader.judge.evidence import Failed, OtherSort, Sort, clarity
from grader.judge.verdict import Verdict
from grader.report.evidence import told

STRICT = Tolerance()


def judged(actual, expected, *arguments, tolerance=STRICT, names=()):
    """Compare as the judge does for a call with these arguments."""
    return compare(actual, expected, Yardstick.of(tolerance, list(arguments)), names=names)


def verdict(actual, expected, *arguments):
    return judged(actual, expected, *arguments).verdict


def column(*values):
    return np.array(values, dtype=float)[:, np.newaxis]


numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3)
arrays = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=numbers
)
plain = st.one_of(
    numbers, st.integers(-(10**30), 10**30), st.booleans(), st.none(), st.text(max_size=5), arrays
)
nested = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=6,
)


def exchanged(value):
    """Return nested data with every tuple made a list and every list a tuple."""
    if isinstance(value, tuple):
        return [exchanged(item) for item in value]
    if isinstance(value, list):
        return tuple(exchanged(item) for item in value)
    if isinstance(value, dict):
        return {key: exchanged(item) for key, item in value.items()}
    return value


# --------------------------------------------------------------------- structure


@given(nested)
def test_what_the_reference_returned_is_right(value):
    assert verdict(copy.deepcopy(value), value) is Verdict.CORRECT


@given(nested)
def test_tuples_and_lists_are_interchangeable(value):
    assert verdict(exchanged(value), value) is Verdict.CORRECT


@given(nested)
def test_comparing_changes_neither_side(value):
    actual, expected = copy.deepcopy(value), copy.deepcopy(value)
    judged(actual, expected)

    assert repr(actual) == repr(value)
    assert repr(expected) == repr(value)


def test_a_tuple_of_another_length_has_the_wrong_shape():
    found = judged((1.0, 2.0, 3.0), (1.0, 2.0), names=("dw", "db"))

    assert found.verdict is Verdict.WRONG_SHAPE
    assert told(found.evidence) == "found 3 parts, expected 2 (dw, db)"


def test_an_array_is_no_tuple_and_a_list_is_no_array():
    assert verdict(np.ones((2, 3)), (np.ones(3), np.ones(3))) is Verdict.WRONG_TYPE
    assert verdict([1.0, 2.0], np.array([1.0, 2.0])) is Verdict.WRONG_TYPE


@pytest.mark.parametrize(
    ("found", "expected", "right"),
    [
        (0, 0.0, Verdict.CORRECT),
        (3, np.float64(3), Verdict.CORRECT),
        (2, 2.5, Verdict.WRONG_VALUE),
        (True, 1.0, Verdict.WRONG_TYPE),
        (10**400, 1.0, Verdict.WRONG_TYPE),
        (2**53 + 1, 2.0**53, Verdict.WRONG_TYPE),
        (1.0, 1, Verdict.WRONG_TYPE),
    ],
)
def test_a_whole_number_is_right_where_a_float_is_asked_for_and_not_the_other_way(
    found, expected, right
):
    assert verdict(found, expected) is right


def test_evidence_names_the_parts_that_are_right_and_says_what_is_wrong_with_the_others():
    expected = (np.ones((2, 3)), np.arange(6.0).reshape(2, 3), column(1, 2))
    actual = (np.ones((2, 3)), np.arange(6.0).reshape(2, 3), column(1, 2) / 5)
    found = judged(actual, expected, names=("dA", "dW", "db"))

    assert told(found.evidence) == (
        "dA and dW are right; db: it has the right shape (2, 1), and every entry is "
        "0.200 times the reference"
    )


def test_of_several_wrong_parts_the_gravest_gives_the_verdict():
    found = judged((np.zeros(2), np.ones(3), [1]), (np.ones(2), np.ones(2), 1.0))

    assert found.verdict is Verdict.WRONG_TYPE
    assert told(found.evidence).count("; ") == 2


def test_nested_parts_are_located():
    inner = np.array([2.0, 3.0])
    found = judged(
        [(1.0, inner), ([4.0], [inner, 0.5])], [(1.0, inner), ([np.array(5.0)], [-inner, inner])]
    )

    assert found.verdict is Verdict.WRONG_TYPE
    assert told(found.evidence) == (
        "[0] is right; [1][0][0]: the value differs from the reference; "
        "[1][1][0]: it has the right shape (2,), and every entry is minus the reference; "
        "[1][1][1]: found a float, expected a float64 array of shape (2,)"
    )


def test_what_is_wrong_alike_in_several_parts_is_told_once():
    def told_of(*wrong):
        return told(judged([*wrong, 0.0], [*(1.0 + x for x in wrong), 0.0]).evidence)

    two = np.arange(1.0, 5.0).reshape(2, 2)
    assert told(judged((3 * two, 3 * two[0]), (two, two[0])).evidence) == (
        "each of [0] and [1]: it has the right shape, and every entry is 3.000 times the reference"
    )
    off = np.arange(4.0).reshape(2, 2) ** 2
    both = told(judged([off, off[0], 0.0], [-1 - off, 5 - off[0], 0.0]).evidence)
    rest = "it has the right shape, and every entry differs from the reference"
    assert both == f"[2] is right; each of [0] and [1]: {rest}"

    rest = "the value differs from the reference"
    assert told_of(2.0) == f"[1] is right; [0]: {rest}"
    assert told_of(2.0, 3.0, 4.0) == f"[3] is right; each of [0], [1] and [2]: {rest}"
    assert told_of(2.0, 3.0, 4.0, 5.0, 6.0) == f"[5] is right; each of [0], [1] and 3 more: {rest}"


@pytest.mark.parametrize("dtype", [int, np.int8, np.uint64])
def test_where_a_list_of_integers_is_shown_an_array_of_them_is_right(dtype):
    assert verdict(np.array([3, 1, 2], dtype=dtype), [3, 1, 2]) is Verdict.CORRECT
    assert verdict(np.array([3, 1, 1], dtype=dtype), [3, 1, 2]) is Verdict.WRONG_VALUE
    assert verdict(np.array([3, 1], dtype=dtype), [3, 1, 2]) is Verdict.WRONG_SHAPE
    assert verdict(np.array([[3, 1, 2]], dtype=dtype), [3, 1, 2]) is Verdict.WRONG_TYPE
    assert verdict(np.array([1, 0, 1], dtype=bool), [1, 0, 1]) is Verdict.WRONG_TYPE


def test_a_message_uses_the_contract_s_own_word():
    assert told(judged(7, [1, 2]).evidence) == "found an int, expected a list of 2"
    assert told(judged(7, (1, 2)).evidence) == "found an int, expected a tuple of 2"
    assert told(judged((7,), (1, 2)).evidence) == "found 1 part, expected 2"


HURTFUL = {
    "a long integer": 10**5000,
    "a long integer in a dict": {"a": 10**5000},
    "many axes": np.zeros((2,) * 20),
    "many axes in a list": [np.zeros((2,) * 20)],
    "not a number": math.nan,
    "nested": [[[[[[[[[[]]]]]]]]]],
    "bytes": b"x" * 10_000,
    "complex": 1j,
    "half": np.float16(1),
    "no entries": np.zeros((0, 2**24)),
}


@pytest.mark.parametrize("expected", [1, 1.0, "s", None, True, [1], (1.0, 2), {"a": 1}, np.ones(2)])
@pytest.mark.parametrize("actual", HURTFUL.values(), ids=HURTFUL)
def test_a_value_that_is_hard_to_print_or_compare_gets_a_verdict(actual, expected):
    found = judged(actual, expected)

    assert not found.right
    assert len(told(found.evidence)) < 500
    assert not same(actual, expected)


# ----------------------------------------------------------------------- scalars


@pytest.mark.parametrize("scalar", [2.5, np.float64(2.5), np.array(2.5)], ids=type)
@pytest.mark.parametrize("expected", [2.5, np.float64(2.5), np.array(2.5)], ids=type)
def test_a_scalar_may_be_a_float_a_numpy_float_or_0_d(scalar, expected):
    assert verdict(scalar, expected) is Verdict.CORRECT


@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_a_scalar_is_never_an_array(shape):
    found = judged(np.full(shape, 2.5), 2.5)

    assert found.verdict is Verdict.WRONG_SHAPE
    assert told(found.evidence).endswith("; a scalar is a float, not an array")


@pytest.mark.parametrize("expected", [np.array([2.5]), np.array([[2.5]])])
def test_an_array_is_never_a_scalar(expected):
    assert verdict(2.5, expected) is Verdict.WRONG_TYPE
    assert verdict(np.array(2.5), expected) is Verdict.WRONG_SHAPE


@pytest.mark.parametrize("other", [True, None, "2.0", [2.0], (2.0,), 2 + 0j], ids=repr)
def test_a_float_is_asked_for_where_the_reference_gives_one(other):
    assert verdict(other, 2.0) is Verdict.WRONG_TYPE


# -------------------------------------------------------------- shapes, broadcasting


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=numbers))
def test_nothing_broadcasts(array):
    """What np.allclose lets pass: an axis more, an axis less, an axis of 1."""
    for other in (array[np.newaxis], np.array([array, array]), array.sum(axis=0, keepdims=True)):
        if other.shape != array.shape:
            assert verdict(other, array) in (Verdict.WRONG_SHAPE, Verdict.WRONG_TYPE)
            assert verdict(array, other) in (Verdict.WRONG_SHAPE, Verdict.WRONG_TYPE)


def test_the_shapes_that_np_allclose_confuses_are_told_apart():
    ones = np.ones((4, 1))

    assert np.allclose(ones, np.ones(4))
    assert told(judged(np.ones(4), ones).evidence) == "found shape (4,), expected (4, 1)"
    assert verdict(np.ones((4, 4)), ones) is Verdict.WRONG_SHAPE
    assert verdict(np.ones((1, 4)), ones) is Verdict.WRONG_SHAPE


def test_empty_arrays_of_another_shape_are_wrong():
    assert verdict(np.ones((0, 3)), np.ones((3, 0))) is Verdict.WRONG_SHAPE
    assert verdict(np.ones((0, 3)), np.ones((0, 3))) is Verdict.CORRECT


# ------------------------------------------------------------------------ dtypes


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float16, np.int64, np.bool_, np.complex128, np.uint8]
)
def test_float64_in_asks_for_float64_out(dtype):
    found = judged(np.ones((2, 3), dtype), np.ones((2, 3)), np.ones(3))

    assert found.verdict is Verdict.WRONG_TYPE
    assert told(found.evidence) == (
        f"found {'an' if dtype is np.int64 else 'a'} {np.dtype(dtype)} array of shape (2, 3), "
        "expected a float64 array of shape (2, 3)"
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_in_allows_float32_and_float64_out(dtype):
    single = np.ones(3, np.float32)

    assert verdict(np.ones((2, 3), dtype), np.ones((2, 3)), single) is Verdict.CORRECT
    assert verdict(np.float64(1).astype(dtype), 1.0, single) is Verdict.CORRECT
    assert verdict(np.ones((2, 3), np.float16), np.ones((2, 3)), single) is Verdict.WRONG_TYPE


def test_float32_in_is_right_to_1e_5():
    single = np.ones(3, np.float32)
    expected = np.array([1.0, 100.0])

    assert verdict(expected * (1 + 0.9e-5), expected, single) is Verdict.CORRECT
    assert verdict(expected * (1 + 2e-5), expected, single) is Verdict.WRONG_VALUE
    assert verdict(expected * (1 + 0.9e-5), expected, np.ones(3)) is Verdict.WRONG_VALUE


def test_one_float32_argument_among_others_is_enough():
    given_one = (np.ones(3), [{"w": np.ones(2, np.float32)}])

    assert verdict(np.ones(2, np.float32), np.ones(2), *given_one) is Verdict.CORRECT


def test_an_integer_argument_does_not_allow_an_integer_result():
    assert verdict(np.ones(3, np.int64), np.ones(3), np.arange(3)) is Verdict.WRONG_TYPE
    assert verdict(np.ones(3), np.ones(3), np.arange(3)) is Verdict.CORRECT


# -------------------------------------------------------------------- tolerances


@given(arrays, st.floats(0, 0.99), st.sampled_from([-1, 1]))
def test_an_error_below_1e_9_of_the_value_is_right(expected, part, sign):
    assert verdict(expected * (1 + sign * part * 1e-9), expected, expected) is Verdict.CORRECT


@given(arrays, st.data())
def test_an_error_beyond_the_bound_in_a_single_entry_is_wrong(expected, data):
    assume(expected.size)
    index = np.unravel_index(data.draw(st.integers(0, expected.size - 1)), expected.shape)
    bound = 1e-9 * abs(expected[index]) + 1e-12 * (np.abs(expected).max() or 1.0)
    actual = expected.copy()
    actual[index] += data.draw(st.sampled_from([-1, 1])) * 1.01 * bound
    assume(abs(actual[index] - expected[index]) > bound)

    assert verdict(actual, expected, expected) is Verdict.WRONG_VALUE


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_where_0_is_right_the_tolerance_is_absolute_and_measured_in_the_inputs(scale):
    arguments, expected = np.array([-scale, 0.0, scale / 2]), np.zeros(3)

    assert verdict(expected + 0.9e-12 * scale, expected, arguments) is Verdict.CORRECT
    assert verdict(expected + 1.1e-12 * scale, expected, arguments) is Verdict.WRONG_VALUE


def test_inputs_without_a_size_measure_as_1():
    for arguments in ([], [np.zeros(3)], ["relu", None, True], [np.array([np.inf, np.nan])]):
        assert Yardstick.of(STRICT, arguments).scale == 1.0


def test_the_size_of_the_inputs_is_sought_in_nested_data_of_any_number_type():
    arguments = [np.array([1, -7]), [{"b": (3.0, np.float32(2))}], 10**30, float("inf"), "x"]

    assert Yardstick.of(STRICT, arguments).scale == 7.0
    assert len(list(leaves(arguments))) == 4


def test_an_exercise_may_state_its_own_tolerance():
    loose = Tolerance(relative=1e-2, absolute=0.0)

    assert judged(1.009, 1.0, tolerance=loose).right
    assert not judged(1.011, 1.0, tolerance=loose).right
    assert not judged(1e-15, 0.0, tolerance=loose).right


# ----------------------------------------------------------------- NaN, infinity


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_never_close_to_a_number(bad):
    found = judged(np.array([1.0, bad, 3.0]), np.array([1.0, 2.0, 3.0]))

    assert found.verdict is Verdict.NOT_FINITE
    assert told(found.evidence) == "1 of 3 entries is NaN or infinite where the reference is finite"
    assert verdict(bad, 2.0) is Verdict.NOT_FINITE


def test_the_pattern_of_nan_and_infinity_must_be_that_of_the_reference():
    expected = np.array([np.nan, np.inf, -np.inf, 1.0])

    assert verdict(expected.copy(), expected) is Verdict.CORRECT
    for i, j in [(0, 1), (1, 2), (2, 0)]:
        swapped = expected.copy()
        swapped[[i, j]] = swapped[[j, i]]
        assert verdict(swapped, expected) is Verdict.WRONG_VALUE
    for i in range(3):
        finite = expected.copy()
        finite[i] = 1e300
        assert verdict(finite, expected) is Verdict.WRONG_VALUE
    assert verdict(np.array([np.nan, np.inf, -np.inf, 2.0]), expected) is Verdict.WRONG_VALUE


def test_huge_numbers_are_compared_without_a_warning():
    expected = np.array([1e308, -1e308])

    assert verdict(-expected, expected, expected) is Verdict.WRONG_VALUE
    assert verdict(expected * (1 + 1e-9), expected, expected) is Verdict.CORRECT


# -------------------------------------------------------------- integers and others


@given(st.integers(-(10**40), 10**40))
def test_integers_are_exact_at_any_size(number):
    assert verdict(number, number) is Verdict.CORRECT
    assert told(judged(number + 1, number).evidence) == "the number is too large"
    assert told(judged(number - 1, number).evidence) == "the number is too small"
    assert verdict(float(number), number) is Verdict.WRONG_TYPE


@pytest.mark.parametrize("expected", [3, np.int64(3), np.array(3)], ids=type)
def test_an_integer_may_be_python_s_or_numpy_s_on_either_side(expected):
    for actual in (3, np.array(3), np.array(3, np.uint8)):
        assert verdict(actual, expected) is Verdict.CORRECT
    for actual in (3.0, True, np.array(3.0), np.array(True), "3"):
        assert verdict(actual, expected) is Verdict.WRONG_TYPE


def test_arrays_of_integers_are_exact_and_may_be_of_any_width():
    expected = np.array([1, 2, 3])

    assert verdict(expected.astype(np.uint8), expected) is Verdict.CORRECT
    assert verdict(expected.astype(float), expected) is Verdict.WRONG_TYPE
    assert told(judged(np.array([1, 2, 4]), expected).evidence) == (
        "it has the right shape (3,), and 1 of 3 entries differs from the reference"
    )


@pytest.mark.parametrize("expected", [True, np.bool_(True), np.array(True)], ids=type)
def test_a_truth_value_may_be_python_s_or_numpy_s_on_either_side(expected):
    assert verdict(True, expected) is Verdict.CORRECT
    assert verdict(np.array(True), expected) is Verdict.CORRECT
    assert verdict(False, expected) is Verdict.WRONG_VALUE
    for other in (1, 1.0, "True", None):
        assert verdict(other, expected) is Verdict.WRONG_TYPE


@given(st.dictionaries(st.text(max_size=3), numbers, min_size=1), st.data())
def test_a_dict_has_the_keys_of_the_reference_in_any_order(expected, data):
    turned = dict(reversed(expected.items()))
    key = data.draw(st.sampled_from(sorted(expected)))
    without = {k: v for k, v in expected.items() if k != key}

    assert verdict(turned, expected) is Verdict.CORRECT
    assert verdict(without, expected) is Verdict.WRONG_TYPE
    assert verdict({**expected, "more": 1.0}, expected) is Verdict.WRONG_TYPE
    assert verdict({**expected, key: expected[key] + 1e3}, expected) is Verdict.WRONG_VALUE
    assert verdict(list(expected.values()), expected) is Verdict.WRONG_TYPE


def test_a_dict_that_lacks_keys_is_told_which():
    expected = {"t": 0, "m": [], "v": []}

    assert told(judged({"t": 0}, expected).evidence) == (
        "found a dict without m and v, expected keys ['t', 'm', 'v']"
    )
    assert told(judged({**expected, "secret": 1}, expected).evidence) == (
        "found a dict of 4, expected the keys ['t', 'm', 'v'] alone"
    )


# ---------------------------------------------------------------------- evidence


def spelled(value):
    """Return the ways in which a sentence could show the numbers of a value."""
    for leaf in leaves(value):
        for number in np.ravel(leaf):
            for form in ("{!r}", "{:.3f}", "{:.6g}", "{:.12g}", "{:.4e}"):
                yield form.format(float(number))


distinctive = st.floats(1e3, 1e6).map(lambda x: x + 0.123456)
shown = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=3), elements=distinctive)


@given(shown, shown, st.sampled_from(["array", "tuple", "dict", "scalar"]))
def test_evidence_shows_no_value_of_the_input_or_of_the_reference(expected, actual, form):
    made = {
        "array": lambda a: a,
        "tuple": lambda a: (a, a * 1.5),
        "dict": lambda a: {"w": a},
        "scalar": lambda a: float(a.flat[0]),
    }[form]
    found = judged(made(actual), made(expected), expected)
    evidence = told(found.evidence) if found.evidence else ""

    assert [text for text in spelled(made(expected)) if text in evidence] == []
    assert [text for text in spelled(made(actual)) if text in evidence] == []


@pytest.mark.parametrize("probe", [1.0, 1e3, 1e9])
@pytest.mark.parametrize(
    "expected", [0.25, np.array([0.25]), np.array([0.0, 0.25]), np.full((2, 2), 0.25)]
)
def test_a_known_number_does_not_bring_back_its_ratio_to_a_single_hidden_one(probe, expected):
    """The ratio of a chosen number to the reference would be the reference in disguise."""
    actual = probe * (np.asarray(expected) != 0)
    evidence = told(judged(actual, expected).evidence)

    assert "times" not in evidence
    assert re.findall(r"\d+\.\d", evidence) == []


def test_keys_chosen_by_the_student_are_not_repeated():
    evidence = told(judged({"0.8414709848": 1.0}, {"w": 1.0}).evidence)

    assert "0.84" not in evidence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.ones((3, 4), np.float32), "a float32 array of shape (3, 4)"),
        (np.array(1.0), "a float64 scalar"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        (None, "None"),
        (1, "an int"),
        (1.5, "a float"),
        ({}, "a dict"),
    ],
)
def test_a_value_is_described_by_its_kind(value, words):
    evidence = OtherSort(found=Sort.of(value), expected=Sort.of(1.0))

    assert told(evidence) == f"found {words}, expected a float"


@pytest.mark.parametrize(
    ("error", "digits"), [(3e-4, "3 digits"), (2e-7, "6 digits"), (5e-2, None)]
)
def test_values_that_nearly_agree_are_told_by_their_digits(error, digits):
    expected = np.array([1.0, -2.0, 3.0])
    words = told(judged(expected * (1 + error), expected).evidence)

    assert "1.000 times" not in words
    assert (f"to about {digits}, the contract asks for more" in words) is (digits is not None)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (-1, "the value is minus the reference"),
        (2, "the value is 2 times the reference"),
        (1.7, "the value differs from the reference"),
    ],
)
def test_a_number_s_ratio_is_told_where_it_gives_nothing_away(factor, words):
    assert told(judged(factor * 0.37, 0.37).evidence) == words


def test_the_plainest_evidence_is_the_clearest():
    shape = judged(np.ones(80), column(*range(80))).evidence
    value = judged(np.arange(3.0) ** 2, np.arange(3.0)).evidence
    digits = judged(np.arange(3.0) * (1 + 1e-5 * np.arange(3.0)), np.arange(3.0)).evidence
    message = Failed(message="operands could not be broadcast together")

    factor = judged(np.arange(3.0) * 3, np.arange(3.0)).evidence
    found = [message, digits, value, shape, factor]

    assert sorted(found, key=clarity) == found[::-1]


# ------------------------------------------------------------------------- ratio


# Near 1 it is rounding and no factor, and near -1 a sign.
FACTORS = st.floats(-100, 100).filter(lambda f: abs(f) > 1e-2 and abs(abs(f) - 1) > 1e-3)


@given(arrays, FACTORS)
def test_one_factor_is_found_whatever_the_values(expected, factor):
    assume(np.any(expected))

    assert math.isclose(ratio(factor * expected, expected), factor, rel_tol=1e-9)


def test_entries_that_are_0_up_to_rounding_carry_no_evidence_about_a_factor():
    expected = np.array([1.0, 2.0, 1e-17])

    assert ratio(np.array([0.5, 1.0, 3e-17]), expected) == 0.5
    assert ratio(np.array([-1.0, -2.0, 0.0]), expected) == -1.0


def test_a_factor_is_found_through_the_rounding_of_float32():
    expected = np.array([1.0, 3.0, 7.0])
    noisy = (expected / 5 * (1 + np.array([1e-5, -1e-5, 0]))).astype(np.float32)

    assert ratio(noisy, expected) is None
    assert ratio(noisy, expected, single=True) == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1.0, 2.0], [1.0, 3.0]),
        ([1.0, 2.0], [0.0, 2.0]),
        ([0.0, 0.0], [1.0, 2.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([np.nan, 1.0], [1.0, 1.0]),
        ([[1.0], [2.0]], [1.0, 2.0]),
    ],
)
def test_where_there_is_no_one_factor_none_is_named(actual, expected):
    assert ratio(np.array(actual), np.array(expected)) is None


# ------------------------------------------------------------------------ what is told


def test_of_one_entry_it_is_told_as_of_one():
    wanted, single = np.array([[2.0, 3.0]]), np.array([[2.0]])

    assert told(judged(single + 1, single).evidence).endswith(
        "and its one entry differs from the reference"
    )
    assert told(judged(-single, single).evidence).endswith("its one entry is minus the reference")
    assert told(judged(wanted + 1, wanted).evidence).endswith(
        "and every entry differs from the reference"
    )


def test_what_is_wrong_inside_a_part_is_told_as_shortly_as_what_is_beside_it():
    """Three kinds of what is wrong in all; a part that stands alone has three of its own."""
    wanted = {"a": np.arange(3.0), "b": {"p": np.arange(4.0), "q": 1.0, "r": np.arange(5.0)}}
    found = {"a": np.zeros(2), "b": {"p": np.zeros(3), "q": 2.0, "r": np.arange(5.0)[::-1]}}

    both = told(judged(found, wanted).evidence)
    alone = told(judged({"b": found["b"]}, {"b": wanted["b"]}).evidence)

    assert both == (
        "a: found shape (2,), expected (3,); b: p: found shape (3,), expected (4,); "
        "q: the value is 2 times the reference; and 1 more part"
    )
    assert "r: it has the right shape (5,), and 4 of 5 entries differ" in alone


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [((4, 3), (5, 2), "3 entries in a row, the right one 5 in a column"), ((2,), (3,), "2 ent")],
)
def test_a_product_that_does_not_fit_is_told_in_the_terms_of_a_matrix(left, right, said):
    with pytest.raises(ValueError, match="matmul") as raised:
        np.ones(left) @ np.ones(right)

    sentence = told(Failed(message=f"ValueError: {raised.value} (line 3 of the cell)"))

    assert said in sentence
    assert sentence.endswith("(line 3 of the cell)")
    assert "gufunc" not in sentence
