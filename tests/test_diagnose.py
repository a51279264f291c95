"""A misconception is named when it explains every failing case, and nowhere else.

The student's function runs in this process, through `run`, as a known mistake
does: what a box answers is the matter of test_judge.
"""
# ruff: noqa: ARG001, ARG005 - a student's function has the signature that was asked for

import dataclasses
import warnings

import numpy as np
import pytest

from grader.box.plain import same
from grader.exercise import Call, Case, Exercise, Get, Mistake, Rng, Set, Tolerance
from grader.judge.assess import assess, run
from grader.judge.diagnose import Search, diagnose
from grader.judge.outcome import Answer, Observation
from grader.judge.verdict import Verdict
from grader.report.evidence import told


def weights_gradient(dZ, A):
    """The reference of most tests: dW (n_out, n_in), db (n_out, 1) of dZ and A."""
    return dZ @ A.T, dZ.sum(axis=1, keepdims=True)  # (n_out, m) (m, n_in) -> (n_out, n_in)


SIZES = (("rectangular", 4, 3, 5), ("square", 4, 4, 4), ("a batch of one", 3, 2, 1))


def layers(rng, *, dtype=np.float64):
    for group, n_out, n_in, m in SIZES:
        dZ, A = rng.normal(size=(n_out, m)), rng.normal(size=(n_in, m))
        shapes = {"n_out": n_out, "n_in": n_in, "m": m}
        yield Case(dZ.astype(dtype), A.astype(dtype), group=group, shapes=shapes)


def exercise(make_cases=layers, *mistakes, **options):
    known = tuple(
        Mistake(name=name, answer=answer, hint=f"hint for {name}") for name, answer in mistakes
    )
    return Exercise(id="it", make_cases=make_cases, mistakes=known, points=6.0, **options)


def observations(of, student, reference=weights_gradient):
    """Return what the judge would see of a student's function."""
    seen = []
    for case in of.make_cases(np.random.default_rng(0)):
        expected = run(reference, case)
        answer = run(student, case)
        comparison = assess(answer, expected.value, case, of)
        seen.append(
            Observation(case=case, answer=answer, expected=expected.value, comparison=comparison)
        )
    return seen


def recognised(of, student, reference=weights_gradient):
    """Return the name of the diagnosis, None if there is none."""
    found = diagnose(of, observations(of, student, reference)).mistakes
    return found[0].name if found else None


def said(seen):
    """Return the evidence of an observation in words, "" if it is right."""
    return told(seen.comparison.evidence) if seen.comparison.evidence else ""


def one(value, **options):
    """Return an exercise with a single case that is called without arguments."""
    return exercise(lambda _: iter([Case(group="the case", **options)])), (lambda: value)


# --------------------------------------------------------------- known mistakes


def no_sum(dZ, A):
    return dZ @ A.T, dZ[:, :1]


def reversed_product(dZ, A):
    return (A @ dZ.T).T[::-1], dZ.sum(axis=1, keepdims=True)


def test_a_known_mistake_is_named_with_its_hint_from_whoever_makes_it():
    known = exercise(layers, ("reversed", reversed_product), ("db not summed", no_sum))

    def in_other_words(dZ, A):
        return np.einsum("ik,jk->ij", dZ, A), np.array(dZ.T[0])[:, np.newaxis]

    (found,) = diagnose(known, observations(known, in_other_words)).mistakes

    assert (found.name, found.hint) == ("db not summed", "hint for db not summed")


def test_right_work_makes_no_mistake():
    known = exercise(layers, ("db not summed", no_sum))

    assert recognised(known, weights_gradient) is None


def test_what_a_mistake_leaves_unexplained_is_told():
    def wrong_in_the_batch_of_one_too(dZ, A):
        dW, db = no_sum(dZ, A)
        return (dW + 1 if dZ.shape[1] == 1 else dW), db

    known = exercise(layers, ("db not summed", no_sum))
    seen = observations(known, wrong_in_the_batch_of_one_too)

    assert [o.comparison.right for o in seen] == [False, False, False]
    assert not Search(known, seen).explains(0)
    found = diagnose(known, seen)
    assert [mistake.name for mistake in found.mistakes] == ["db not summed"]
    assert found.unexplained == ("a batch of one",)


def test_a_mistake_that_would_be_wrong_where_the_student_is_right_is_not_named():
    def right_for_squares(dZ, A):
        return weights_gradient(dZ, A) if len(dZ) == len(A) else no_sum(dZ, A)

    known = exercise(layers, ("db not summed", no_sum))
    seen = observations(known, right_for_squares)

    assert [o.comparison.right for o in seen] == [False, True, True]
    assert diagnose(known, seen).mistakes == ()


def test_of_mistakes_that_share_a_symptom_the_one_that_fits_every_case_is_named():
    """All three give db of shape (n_out,); the entries tell them apart."""
    flat = ("no keepdims", lambda dZ, A: (dZ @ A.T, dZ.sum(axis=1)))
    first = ("first sample", lambda dZ, A: (dZ @ A.T, dZ[:, 0]))
    mean = ("mean, no keepdims", lambda dZ, A: (dZ @ A.T, dZ.mean(axis=1)))

    for order in ((flat, first, mean), (mean, first, flat)):
        known = exercise(layers, *order)
        for name, answer in (flat, first, mean):
            assert recognised(known, answer) == name


def test_of_mistakes_that_fit_alike_the_first_declared_is_named():
    known = exercise(layers, ("one name", no_sum), ("another name", no_sum))

    assert recognised(known, no_sum) == "one name"


def test_a_value_that_fits_within_the_tolerance_fits():
    known = exercise(layers, ("db not summed", no_sum), tolerance=Tolerance(relative=1e-3))

    def nearly(dZ, A):
        dW, db = no_sum(dZ, A)
        return dW * (1 + 1e-4), db * (1 - 1e-4)

    assert recognised(known, nearly) == "db not summed"


# ------------------------------------------------------ other things than values


def test_a_mistake_may_raise_and_is_told_by_the_exception():
    def product_the_wrong_way(dZ, A):
        return dZ @ A, dZ.sum(axis=1, keepdims=True)

    def cases_that_never_fit(rng):
        yield from (case for case in layers(rng) if case.group != "square")

    known = exercise(cases_that_never_fit, ("A not transposed", product_the_wrong_way))

    def misspelt(dZ, A):
        return {}["dZ"]

    def value_error(dZ, A):
        raise ValueError("of my own")

    assert recognised(known, lambda dZ, A: (np.dot(dZ, A), 0.0)) == "A not transposed"
    # Both raise a ValueError: a message in other words is no other symptom.
    assert recognised(known, value_error) == "A not transposed"
    assert recognised(known, misspelt) is None


def test_a_mistake_that_raises_in_some_cases_must_be_wrong_alike_in_the_others():
    known = exercise(layers, ("A not transposed", lambda dZ, A: (dZ @ A, dZ.sum(1, keepdims=True))))

    def always_raises(dZ, A):
        raise ValueError

    assert recognised(known, known.mistakes[0].answer) == "A not transposed"
    assert recognised(known, always_raises) is None


def changing(X):
    X -= X.mean()
    return X + 0.0


def test_a_changed_input_is_recognised_as_such():
    def means(rng):
        yield Case(rng.normal(size=4), group="a vector")

    known = exercise(means, ("changes X", changing), tolerance=Tolerance(relative=1e-6))

    def same_but_on_a_copy(X):
        return changing(X.copy())

    def touched(X):
        result = X - X.mean()
        X[:] = 0
        return result

    def reference(X):
        return X - X.mean()

    found = observations(known, changing, reference)
    assert [o.comparison.verdict for o in found] == [Verdict.CHANGED_INPUT]
    assert recognised(known, touched, reference) == "changes X"
    assert recognised(known, same_but_on_a_copy, reference) is None


def test_writing_into_an_argument_and_handing_it_back_are_two_mistakes():
    def steps(rng):
        yield Case(rng.normal(size=4), 0.0, group="no step", fresh=True)

    def in_place_step(p, lr):
        p -= lr
        p += 0.5
        return p.copy() - 0.5

    def handed_back(p, lr):
        return p if lr == 0 else p - lr

    def reference(p, lr):
        return p - lr

    known = exercise(steps, ("in place", in_place_step), ("the same array", handed_back))

    for student, name in ((in_place_step, "in place"), (handed_back, "the same array")):
        (seen,) = observations(known, student, reference)
        assert seen.comparison.verdict is Verdict.CHANGED_INPUT
        assert recognised(known, student, reference) == name


def test_a_warning_that_the_contract_forbids_is_recognised():
    def large(rng):
        yield Case(np.array([-1000.0, 0.0]), group="large z", silent=True)

    def naive(z):
        return 1 / (1 + np.exp(-z))

    def stable(z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    def warns_of_something_else(z):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return stable(z)

    known = exercise(large, ("naive exp", naive))

    (seen,) = observations(known, naive, stable)
    assert seen.comparison.verdict is Verdict.NOT_FINITE
    assert said(seen).startswith("the value is right, but the call warned (overflow")
    assert recognised(known, naive, stable) == "naive exp"
    assert recognised(known, warns_of_something_else, stable) == "naive exp"
    assert recognised(known, stable, stable) is None


def test_a_warning_is_no_fault_where_the_contract_does_not_forbid_it():
    def large(rng):
        yield Case(np.array([-1000.0]), group="large z")

    def warns(z):
        return 1 / (1 + np.exp(-z))

    (seen,) = observations(exercise(large), warns, lambda z: np.zeros(1))

    assert seen.answer.warned
    assert seen.comparison.right


def test_a_missing_exception_is_recognised():
    def kinds(rng):
        yield Case("relu", group="known kinds")
        yield Case("cube", group="an unknown kind", raises=ValueError)

    def reference(kind):
        if kind != "relu":
            raise ValueError(kind)
        return 0.0

    def silent(kind):
        return 0.0

    def key_error(kind):
        return {"relu": 0.0}[kind]

    known = exercise(kinds, ("no exception", silent), ("a KeyError", key_error))

    assert recognised(known, reference, reference) is None
    assert recognised(known, silent, reference) == "no exception"
    assert recognised(known, key_error, reference) == "a KeyError"
    evidence = [said(o) for o in observations(known, key_error, reference)]
    assert evidence == ["", "KeyError: 'cube'; expected a ValueError"]


def test_a_subclass_of_the_exception_asked_for_is_right():
    def cases(rng):
        yield Case(group="the case", raises=ValueError)

    def raises_a_subclass():
        raise UnicodeError

    def raises_lookalike():
        raise type("MyValueError", (Exception,), {})

    assert observations(exercise(cases), raises_a_subclass, None)[0].comparison.right
    assert not observations(exercise(cases), raises_lookalike, None)[0].comparison.right


# ------------------------------------------------------------------------ checks


def shuffled_once(result, items):
    if sorted(result) != sorted(items):
        return f"{len(set(items) - set(result))} of {len(items)} samples are missing"
    return None


def batches(rng):
    for n in (5, 7):
        yield Case([int(i) for i in rng.permutation(n)], group="all", check=shuffled_once)


def test_a_check_judges_a_result_that_has_no_single_right_value():
    known = exercise(batches, ("last one dropped", lambda items: items[:-1]))

    assert recognised(known, lambda items: items[::-1], None) is None
    seen = observations(known, lambda items: items[1:], None)
    assert [said(o) for o in seen] == [
        "1 of 5 samples are missing",
        "1 of 7 samples are missing",
    ]
    # The same sentence with other numbers is the same symptom.
    assert recognised(known, lambda items: items[1:], None) == "last one dropped"
    assert recognised(known, lambda items: items[2:] + items[2:], None) == "last one dropped"


@pytest.mark.parametrize("nonsense", [None, 7, [[], 1], [None, 1]])
def test_a_check_that_trips_over_the_result_says_that_its_structure_is_wrong(nonsense):
    for seen in observations(exercise(batches), lambda items: nonsense, None):
        assert seen.comparison.verdict is Verdict.WRONG_TYPE
        assert said(seen) == (
            "the result has not the structure asked for (TypeError while looking at it)"
        )


def test_a_number_too_large_for_a_check_is_the_student_s_fault():
    def mean_is_near(result, wanted):
        return None if abs(float(result) - wanted) < 1 else "another mean"

    def means(rng):
        yield Case(2.0, group="all", check=mean_is_near)

    (seen,) = observations(exercise(means), lambda wanted: 10**400, None)

    assert seen.comparison.verdict is Verdict.WRONG_TYPE
    assert "OverflowError" in said(seen)


def test_a_check_sees_copies_of_its_own():
    def spoils(result, items):
        result.clear()
        items.clear()

    def spoiled(rng):
        yield Case([1, 2], group="all", check=spoils)

    (seen,) = observations(exercise(spoiled), lambda items: items, None)

    assert seen.case.arguments == ([1, 2],)
    assert seen.answer.value == [1, 2]


# ----------------------------------------------------------------------- classes


class Layer:
    def __init__(self, n):
        self.W = np.ones(n)

    def forward(self, A):
        return self.W * A

    def update(self, lr):
        self.W = self.W - lr


class Accumulating(Layer):
    def update(self, lr):
        self.W -= lr


def steps(rng):
    W, A = rng.normal(size=3), rng.normal(size=3)
    then = (Set("W", W), Call("forward", A), Call("update", 0.5), Get("W"), Call("forward", A))
    yield Case(3, group="steps", then=then)


def test_a_class_is_judged_by_what_its_calls_and_attributes_give():
    class Wrong(Layer):
        def update(self, lr):
            self.W = self.W + lr

    known = exercise(steps, ("plus sign", Wrong))
    (seen,) = observations(known, Wrong, Layer)

    assert recognised(known, Layer, Layer) is None
    assert recognised(known, Wrong, Layer) == "plus sign"
    assert said(seen).startswith(
        "forward(...) and update(...) are right; each of W and forward(...): it has "
    )


def test_a_step_that_is_set_is_a_copy_for_each_who_takes_it():
    """An update in place must not reach the declared weights, or the next one to be judged."""
    (before,) = steps(np.random.default_rng(0))
    declared = before.then[0].value.copy()

    first, second = run(Accumulating, before), run(Accumulating, before)

    np.testing.assert_array_equal(before.then[0].value, declared)
    np.testing.assert_array_equal(first.value[2], second.value[2])


def test_what_an_earlier_step_returned_does_not_follow_a_later_one():
    case = Case(3, group="steps", then=(Get("W"), Call("update", 1.0), Get("W")))

    before, _, after = run(Accumulating, case).value

    np.testing.assert_array_equal(before, np.ones(3))
    np.testing.assert_array_equal(after, np.zeros(3))


# ----------------------------------------------------------------------- generic


def scaled(factor):
    def student(dZ, A):
        dW, db = weights_gradient(dZ, A)
        return dW * factor(dZ.shape[1]), db

    return student


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        (lambda m: -1, "opposite sign"),
        (lambda m: 1 / m, "an extra 1/m"),
        (lambda m: m, "no 1/m"),
        (lambda m: 2, "a constant factor of 2"),
        (lambda m: -0.5, "a constant factor of -0.5"),
        (lambda m: 1 / (m + 1), None),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_signs_constants_and_a_missing_or_doubled_mean_need_no_declaration(factor, name, dtype):
    undeclared = exercise(lambda rng: layers(rng, dtype=dtype))

    assert recognised(undeclared, scaled(factor)) == name


def test_in_a_batch_of_one_a_mean_is_a_sum_and_the_case_is_right():
    seen = observations(exercise(), scaled(lambda m: 1 / m))

    assert [o.comparison.right for o in seen] == [False, False, True]


def test_a_transpose_needs_no_declaration():
    def transposed(dZ, A):
        dW, db = weights_gradient(dZ, A)
        return dW.T, db

    seen = observations(exercise(), transposed)

    assert [o.comparison.verdict for o in seen][:2] == [Verdict.WRONG_SHAPE, Verdict.WRONG_VALUE]
    assert recognised(exercise(), transposed) == "transposed"


def test_a_known_mistake_is_named_before_a_generic_one():
    negated = ("T - A", scaled(lambda m: -1))

    assert recognised(exercise(layers, negated), scaled(lambda m: -1)) == "T - A"


def test_parts_that_are_right_do_not_hide_the_factor_of_the_others():
    """In float32 a right part is off by rounding, which is no factor of its own."""

    def mean_in_db(dZ, A):
        dW, db = weights_gradient(dZ, A)
        return dW.astype(np.float64) * (1 + 3e-7), db / dZ.shape[1]

    single = exercise(lambda rng: layers(rng, dtype=np.float32))

    assert recognised(single, mean_in_db) == "an extra 1/m"


def test_the_exercise_s_own_tolerance_says_which_parts_are_right():
    def rough(dZ, A):
        dW, db = weights_gradient(dZ, A)
        return dW * (1 + 1e-4 * np.arange(len(dW))[:, np.newaxis]), -db

    loose = exercise(layers, tolerance=Tolerance(relative=1e-2))

    assert recognised(loose, rough) == "opposite sign"
    assert diagnose(loose, observations(loose, rough)).unexplained == ()
    assert diagnose(exercise(), observations(exercise(), rough)).unexplained == tuple(
        group for group, *_ in SIZES
    )


@pytest.mark.parametrize(
    "odd",
    [
        lambda dZ, A: (np.ones((2, 2)), np.ones((3, 1))),
        lambda dZ, A: (dZ @ A.T, dZ.sum(axis=1, keepdims=True), 0.0),
        lambda dZ, A: (np.cbrt(dZ @ A.T), -dZ.sum(axis=1, keepdims=True)),
        lambda dZ, A: None,
        lambda dZ, A: 1 / 0,
    ],
)
def test_a_factor_in_some_cases_does_not_explain_the_others(odd):
    """All cases but one have the opposite sign; that one is wrong in another way."""

    def student(dZ, A):
        return odd(dZ, A) if dZ.shape[1] == 1 else scaled(lambda m: -1)(dZ, A)

    seen = observations(exercise(), student)

    assert not any(o.comparison.right for o in seen)
    found = diagnose(exercise(), seen)
    assert [mistake.name for mistake in found.mistakes] == ["opposite sign"]
    assert found.unexplained == ("a batch of one",)


def test_a_changed_input_beside_a_wrong_sign_is_not_explained_by_the_sign():
    def student(dZ, A):
        if dZ.shape[1] > 1:
            return scaled(lambda m: -1)(dZ, A)
        result = weights_gradient(dZ, A)
        dZ += 1.0
        return result

    assert recognised(exercise(), student) is None


def test_one_number_alone_is_no_constant_factor():
    (of, reference), (_, student) = one(3.0), one(6.0)

    assert recognised(of, student, reference) is None
    assert recognised(of, lambda: -3.0, reference) == "opposite sign"


def test_one_case_alone_shows_no_constant_factor():
    """All entries may be divided by one number of the input, which the function forgot."""
    of = exercise(lambda _: iter([Case(np.arange(1.0, 6.0), 1.04, group="the case")]))

    assert recognised(of, lambda x, g: x, lambda x, g: x * g) is None


# ---------------------------------------------------------------- what is skipped


def test_a_hang_is_never_explained_by_running_a_mistake():
    """The mistake would hang the judge as it hung the box."""

    calls = []

    def hangs(*arguments):
        calls.append(arguments)

    known = exercise(layers, ("endless", hangs))
    seen = [
        dataclasses.replace(
            o,
            answer=Answer(failure=Verdict.TIMED_OUT),
            comparison=assess(Answer(failure=Verdict.TIMED_OUT), Answer(), o.case, known),
        )
        for o in observations(known, weights_gradient)
    ]

    assert diagnose(known, seen).mistakes == ()
    assert calls == []


def test_a_mistake_is_not_run_on_a_case_with_a_memory_cap():
    def large(rng):
        yield Case(2.0, group="small")
        yield Case(1e9, group="large", megabytes=10)

    def answers(x):
        assert x < 1e9
        return -x

    known = exercise(large, ("minus", answers))

    assert recognised(known, lambda x: -x, lambda x: x) == "minus"


# ---------------------------------------------------------------- trusted running


def test_running_leaves_the_declared_arguments_alone():
    case = Case(np.ones(3), [np.ones(2)], group="g", keywords={"k": np.ones(1)})

    def spoils(a, b, k):
        a[:] = b[0][:] = k[:] = 5.0
        return 0.0

    assert run(spoils, case).changed
    for array in (case.arguments[0], case.arguments[1][0], case.keywords["k"]):
        assert set(array) == {1.0}


def test_a_seed_arrives_as_a_fresh_generator_each_time():
    case = Case(Rng(3), group="g")

    draws = [run(lambda rng: rng.normal(), case).value for _ in range(2)]

    assert draws[0] == draws[1] == np.random.default_rng(3).normal()


def test_a_numpy_scalar_arrives_as_the_wire_would_deliver_it():
    answer = run(lambda: {"a": [np.float64(1)], "b": (np.int64(2), "x")}, Case(group="g"))

    assert isinstance(answer.value["a"][0], np.ndarray)
    assert isinstance(answer.value["b"][0], np.ndarray)
    assert answer.value["b"][1] == "x"


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.array([0.0]), np.array([-0.0]), False),
        (np.array([1.0]), np.array([1.0], np.float32), False),
        (np.ones(2), np.ones((2, 1)), False),
        ([np.ones(1), {"a": 1}], [np.ones(1), {"a": 1}], True),
        ([np.ones(1), {"a": 1}], [np.ones(1), {"a": True}], False),
        ([1], [1, 1], False),
        ({"a": 1}, {"b": 1}, False),
        (float("nan"), float("nan"), True),
        (print, repr, True),
    ],
)
def test_an_argument_is_unchanged_when_it_is_so_bit_for_bit(before, after, alike):
    assert same(before, after) is alike


# -------------------------------------------------------------------- two at once


def names(of, student, reference=weights_gradient):
    return [mistake.name for mistake in diagnose(of, observations(of, student, reference)).mistakes]


KNOWN = exercise(
    layers,
    ("reversed rows", lambda dZ, A: (dZ[::-1] @ A.T, dZ.sum(axis=1, keepdims=True))),
    ("db not summed", no_sum),
    ("all ones", lambda dZ, A: (np.ones((len(dZ), len(A))), np.ones((len(dZ), 1)))),
)


def mixed(dW=weights_gradient, db=weights_gradient):
    return lambda dZ, A: (dW(dZ, A)[0], db(dZ, A)[1])


def test_each_part_may_have_a_mistake_of_its_own():
    student = mixed(dW=KNOWN.mistakes[0].answer, db=KNOWN.mistakes[1].answer)

    assert names(KNOWN, student) == ["reversed rows", "db not summed"]


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        (lambda a, m: -a, "opposite sign"),
        (lambda a, m: a / m, "an extra 1/m"),
        (lambda a, m: a * m, "no 1/m"),
        (lambda a, m: 3 * a, "a constant factor of 3"),
        (lambda a, m: np.squeeze(a), "a lost axis"),
        (lambda a, m: a.astype(np.float16), "another dtype"),
        (lambda a, m: a.astype(np.float32), "another dtype"),
        (lambda a, m: (9 * a).astype(int), None),
    ],
)
def test_a_slip_on_top_of_a_known_mistake_is_named_with_it(slip, name):
    def student(dZ, A):
        dW, db = no_sum(dZ, A)
        return dW, slip(db, dZ.shape[1])

    expected = [name, "db not summed"] if name == "a lost axis" else ["db not summed", name]
    assert names(KNOWN, student) == (expected if name else [])


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        (lambda a, m: -a * m, ["no 1/m", "opposite sign"]),
        (lambda a, m: -a.T, ["transposed", "opposite sign"]),
        (lambda a, m: a.T / m, ["transposed", "an extra 1/m"]),
        (lambda a, m: np.ravel(a), ["flattened"]),
        (lambda a, m: (-a).astype(int), ["opposite sign", "cut to integers"]),
    ],
)
def test_two_slips_are_named_the_value_before_the_type(slip, expected):
    def student(dZ, A):
        dW, db = weights_gradient(dZ, A)
        return slip(dW, dZ.shape[1]), db

    assert names(exercise(), student) == expected


def sums(rng):
    for m in (3, 5):
        w, x = rng.uniform(1, 2, size=m), rng.uniform(1, 2, size=m)
        yield Case(w, x, group=f"{m} paths", shapes={"m": m})


SUMMED = exercise(
    sums,
    ("mean instead of sum", lambda w, x: np.mean(w * x)),
    ("sums multiplied", lambda w, x: w.sum() * x.sum()),
    ("one added", lambda w, x: w @ x + 1.0),
    ("first path only", lambda w, x: w[0] * x[0]),
)


def four_sums(rng):
    yield from (*sums(rng), *sums(rng))
    yield Case(rng.uniform(1, 2, size=4), rng.uniform(1, 2, size=4), group="4 paths")


def only_for(*lengths):
    def answer(w, x):
        if len(w) not in lengths:
            raise ValueError
        return w @ x

    return answer


@pytest.mark.parametrize(
    ("student", "first", "second"),
    [
        (lambda w, x: w * x / len(w), lambda w, x: w * x, lambda w, x: np.mean(w * x)),
        (lambda w, x: only_for(4)(w, x) + 1.0, only_for(4), lambda w, x: w @ x + 1.0),
        (lambda w, x: only_for(3, 4)(w, x) + 1.0, lambda w, x: w @ x + 1.0, only_for(3, 4)),
    ],
)
def test_of_two_mistakes_the_one_that_hides_the_other_is_named_first(student, first, second):
    """A value of another shape, or none at all; else what shows in more cases comes first."""
    for known in ([("first", first), ("second", second)], [("second", second), ("first", first)]):
        assert names(exercise(four_sums, *known), student, np.dot) == ["first", "second"]


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        # A factor that differs from case to case, on top of another value.
        (lambda w, x: w.mean() * x.sum(), ["mean instead of sum", "sums multiplied"]),
        (lambda w, x: w.sum() * x.sum() + 1.0, ["sums multiplied", "one added"]),
        (lambda w, x: w[0] * x[0] * 1.01, []),
    ],
)
def test_two_mistakes_in_one_place_are_named_where_together_they_explain_it(student, expected):
    assert names(SUMMED, student, lambda w, x: w @ x) == expected


def test_two_mistakes_in_parts_of_which_one_has_another_structure_are_named():
    def states(rng):
        for n in (2, 3):
            yield Case([rng.normal(size=2) for _ in range(n)], group=f"{n} layers")

    def reference(params):
        return {"t": 0, "m": [0 * p for p in params]}

    known = exercise(
        states,
        ("t from 1", lambda params: {**reference(params), "t": 1}),
        ("a flat list", lambda params: {"t": 0, "m": np.concatenate(params) * 0}),
    )

    def student(params):
        return {"t": 1, "m": np.concatenate(params) * 0}

    assert names(known, student, reference) == ["t from 1", "a flat list"]


def test_one_mistake_may_explain_some_groups_and_another_the_others():
    def student(dZ, A):
        return (KNOWN.mistakes[0] if len(dZ) == len(A) else KNOWN.mistakes[2]).answer(dZ, A)

    found = diagnose(KNOWN, observations(KNOWN, student))

    assert [mistake.name for mistake in found.mistakes] == ["all ones", "reversed rows"]
    assert found.unexplained == ()


def test_parts_of_the_layers_of_a_network_are_explained_together():
    """A list of layers has the same parts in each: one name, whatever their number."""

    def depths(rng):
        for count in (1, 3):
            yield Case([rng.normal(size=3) for _ in range(count)], group=f"{count} layers")

    def reference(layers):
        return [(2 * a, a.sum()) for a in layers]

    def student(layers):
        return [(2 * a, -a.sum()) for a in layers]

    assert names(exercise(depths), student, reference) == ["opposite sign"]


def test_a_choice_between_two_values_has_no_factor():
    def chosen(rng):
        yield Case(rng.normal(size=9), group="a choice")

    def reference(x):
        return np.where(x > 0, 1.0, 0.0)

    assert names(exercise(chosen), lambda x: np.where(x > 0, 7.0, 0.0), reference) == []


# ------------------------------------------------------------ what a mistake explains


NAMED = dataclasses.replace(KNOWN, returns=("dW", "db"))


def explained(of, student, reference=weights_gradient):
    found = diagnose(of, observations(of, student, reference)).mistakes
    return {mistake.name: told(mistake.explains) for mistake in found}


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        (no_sum, {"db not summed": 'db in "rectangular" and "square"'}),
        (
            mixed(dW=KNOWN.mistakes[0].answer, db=no_sum),
            {
                "reversed rows": 'dW in "rectangular", "square" and "a batch of one"',
                "db not summed": 'db in "rectangular" and "square"',
            },
        ),
        (
            mixed(dW=lambda dZ, A: (-dZ @ A.T, None), db=no_sum),
            {
                "db not summed": 'db in "rectangular" and "square"',
                "opposite sign": 'dW in "rectangular", "square" and "a batch of one"',
            },
        ),
        (
            lambda dZ, A: (NAMED.mistakes[0] if len(dZ) == len(A) else NAMED.mistakes[2]).answer(
                dZ, A
            ),
            {
                "reversed rows": 'dW in "square"',
                "all ones": 'dW and db in "rectangular" and "a batch of one"',
            },
        ),
    ],
)
def test_each_mistake_is_told_with_the_parts_and_groups_that_it_explains(student, expected):
    assert explained(NAMED, student) == expected


def test_of_a_result_without_parts_the_groups_are_told():
    found = explained(SUMMED, lambda w, x: w.sum() * x.sum() + 1.0, lambda w, x: w @ x)

    assert found == dict.fromkeys(
        ("sums multiplied", "one added"), 'the result in "3 paths" and "5 paths"'
    )


def test_a_part_of_every_layer_is_told_once():
    def depths(rng):
        yield Case([rng.normal(size=3) for _ in range(3)], group="deep")

    def of_layers(sign):
        return lambda layers: [{"dW": 2 * a, "db": (a[:1], sign * a.sum())} for a in layers]

    assert explained(exercise(depths), of_layers(-1), of_layers(1)) == {
        "opposite sign": '[i].db[1] in "deep"'
    }
