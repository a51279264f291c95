"""What authors share: shapes by name, usual draws and checks, mistakes in one part."""

import numpy as np
import pytest

from grader import kit
from grader.exercise import Rng


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_sizes_names_every_axis():
    assert kit.sizes("n m", np.zeros((4, 5)).shape) == {"n": 4, "m": 5}
    with pytest.raises(ValueError, match="shorter"):
        kit.sizes("n m", (4,))


def test_the_families_are_rectangular_square_and_a_batch_of_one():
    for names in ("n m", "n_out n_in m"):
        (_, rectangular), (_, square), (_, one) = kit.families(names)
        assert list(rectangular) == names.split()
        assert len(set(rectangular.values())) == len(rectangular)
        assert len(set(square.values())) == 1
        assert one["m"] == 1


def test_two_sizes_are_the_first_and_the_last_of_three():
    assert list(kit.families("n m")) == [
        ("rectangular", {"n": 4, "m": 5}),
        ("square", {"n": 4, "m": 4}),
        ("a batch of one", {"n": 3, "m": 1}),
    ]


def test_further_families_come_last_with_the_same_names():
    assert list(kit.families("n m", ("tall", 9, 2)))[3:] == [("tall", {"n": 9, "m": 2})]


def test_one_hot_targets_have_one_1_in_each_column(rng):
    T = kit.one_hot_targets(rng, 3, 50, dtype=int)

    assert (T.shape, T.dtype) == ((3, 50), int)
    assert set(T.flat) == {0, 1}
    assert T.sum(axis=0).tolist() == [1] * 50
    assert T.any(axis=1).all()


def test_sums_off_the_kink_have_both_signs_and_none_is_small(rng):
    for _ in range(50):
        Z = kit.off_the_kink(rng, (2, 2))
        assert Z.min() < 0 < Z.max()
        assert np.abs(Z).min() >= 0.2


def test_float32_keeps_every_array_and_shape():
    arrays = kit.float32(np.ones((2, 3)), np.arange(4))

    assert [(a.shape, a.dtype) for a in arrays] == [((2, 3), "f4"), ((4,), "f4")]


def verdicts(function):
    """Judge a function of a generator with the three checks of same_again."""
    seed = kit.new_seed(np.random.default_rng(3))
    return [
        check(function(np.random.default_rng(generator.seed)), generator)
        for generator, check in kit.same_again(seed, lambda result: result[0])
    ]


def test_same_again_accepts_what_is_drawn_from_the_generator_alone():
    assert verdicts(lambda rng: [rng.normal(size=3)]) == [None, None, None]


def test_same_again_tells_of_other_randomness_and_of_none():
    other = np.random.default_rng(1)

    assert verdicts(lambda _: [other.normal(size=3)]) == [
        None,
        "the same state of rng gave two different results: draw from rng alone",
        None,
    ]
    assert verdicts(lambda _: [np.ones(3)]) == [
        None,
        None,
        "another state of rng gave the same result: rng is not used",
    ]


def test_same_again_is_silent_on_a_first_result_that_never_came():
    """A call that raised is never checked: there is nothing to compare the next with."""
    (_, _), (_, as_noted), (_, unlike_noted) = kit.same_again(5, np.asarray)

    assert as_noted([1.0]) is None
    assert unlike_noted([1.0]) is None


def test_same_again_asks_with_the_same_seed_twice():
    assert [generator for generator, _ in kit.same_again(7, list)] == [Rng(7), Rng(7), Rng(8)]


def test_but_for_replaces_the_named_parts_alone():
    answer_with = kit.but_for(divmod, "quotient", "rest")

    assert answer_with()(7, 2) == (3, 1)
    assert answer_with(quotient=lambda a, b: a / b)(7, 2) == (3.5, 1)
    assert answer_with(rest=lambda a, b: a - b, quotient=max)(7, 2) == (7, 5)


def test_but_for_refuses_a_part_that_is_not_there():
    with pytest.raises(TypeError, match=r"no part is called \['dw'\]; the parts are \['dW', 'db'"):
        kit.but_for(divmod, "dW", "db")(dw=min)
    with pytest.raises(ValueError, match="longer"):
        kit.but_for(divmod, "quotient")()(7, 2)
