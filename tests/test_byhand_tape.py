"""A tape that writes itself, and engines with planted bugs, without a lesson around them."""

import numpy as np
import pytest

from byhand.planted import planted
from byhand.tape import Var, exp, log, logsumexp, record, relu, sigmoid, tanh
from tests.conftest import load

LESSON = "06_computational_graph"


def inputs(count):
    tape = []
    return tape, [Var(tape) for _ in range(count)]


@pytest.mark.parametrize(
    ("write", "entry"),
    [
        (lambda *v: v[0] + v[1], ("add", (0, 1), {})),
        (lambda *v: v[1] - v[0], ("subtract", (1, 0), {})),
        (lambda *v: v[0] * v[0], ("multiply", (0, 0), {})),
        (lambda *v: v[1] / v[0], ("divide", (1, 0), {})),
        (lambda *v: v[0] @ v[1], ("matmul", (0, 1), {})),
        (lambda *v: v[1].T, ("transpose", (1,), {})),
        (lambda *v: v[0].sum(), ("sum", (0,), {})),
        (lambda *v: v[0].sum(axis=0, keepdims=True), ("sum", (0,), {"axis": 0, "keepdims": True})),
        (lambda *v: v[0].mean(axis=1), ("mean", (0,), {"axis": 1})),
        (lambda *v: v[0].take((2, 0), axis=1), ("take", (0,), {"indices": [2, 0], "axis": 1})),
        (lambda *v: v[0].take([5]), ("take", (0,), {"indices": [5]})),
        (lambda *v: exp(v[0]), ("exp", (0,), {})),
        (lambda *v: log(v[1]), ("log", (1,), {})),
        (lambda *v: relu(v[0]), ("relu", (0,), {})),
        (lambda *v: sigmoid(v[0]), ("sigmoid", (0,), {})),
        (lambda *v: tanh(v[0]), ("tanh", (0,), {})),
        (lambda *v: logsumexp(v[0], axis=0), ("logsumexp", (0,), {"axis": 0})),
        (lambda *v: record("softplus", v[0], sharp=2), ("softplus", (0,), {"sharp": 2})),
    ],
)
def test_an_operator_appends_what_it_does_and_returns_its_place(write, entry):
    tape, (a, b) = inputs(2)

    result = write(a, b)

    assert tape == [("input", (), {}), ("input", (), {}), entry]
    assert result.place == 2


def test_every_operation_of_the_lesson_can_be_recorded_by_name_and_run():
    """Names on tapes are the lesson's: a tape that is recorded can be run."""
    reference = load(LESSON).reference
    tape, (a, b) = inputs(2)
    total = logsumexp(sigmoid(tanh(relu(a.T @ b))) / exp(b), axis=0) * log(exp(a)).mean(axis=0)
    (total - total.take([0]) + a.sum()).sum()

    values = reference["run_tape"](tape, [np.eye(3), np.full((3, 3), 0.5)])

    assert {op for op, _, _ in tape} - {"input"} == set(reference["OPERATIONS"])
    assert np.isfinite(values[-1])


@pytest.mark.parametrize(
    "write",
    [
        lambda a: 2 * a,
        lambda a: a - 1.0,
        lambda a: np.ones(3) + a,
        lambda a: a @ np.eye(2),
        lambda a: np.float64(3.0) / a,
        lambda a: exp(2.0) + a,
    ],
)
def test_numbers_and_arrays_are_refused_with_the_way_out(write):
    """They have no place on a tape."""
    tape, (a,) = inputs(1)
    with pytest.raises(TypeError, match=r"expected a Var, found .* with a Var\(tape\) of its own"):
        write(a)
    assert len(tape) == 1


def test_an_input_after_an_operation_is_refused():
    tape, (a,) = inputs(1)
    exp(a)
    with pytest.raises(ValueError, match="a tape begins with its inputs"):
        Var(tape)


def test_values_of_two_tapes_do_not_meet():
    _, (a,) = inputs(1)
    _, (b,) = inputs(1)
    with pytest.raises(ValueError, match="add: expected Vars of one tape"):
        a + b


def test_a_var_says_where_it_stands_and_what_it_does():
    _, (a, b) = inputs(2)
    assert repr((a @ b).sum(axis=0)) == "<entry 3: sum(entry 2, axis=0)>"


# ---- engines with planted bugs


@pytest.fixture(scope="module")
def engines():
    reference = load(LESSON).reference
    return planted(reference["backward_tape"], reference["vjp"])


def forked(x):
    u = exp(x)
    return exp(u) + tanh(u)


PROGRAMS = {
    "a chain": (lambda x: exp(tanh(x)), [np.array(0.3)], {"not reset"}),
    "x + x": (lambda x: x + x, [np.array(0.3)], {"overwrites", "not reset"}),
    "a fork": (
        forked,
        [np.array(0.3)],
        {"overwrites", "depth first", "not reset"},
    ),
    "stretched": (
        lambda x, w: (x - w).sum(),
        [np.ones((2, 1)), np.ones((2, 3))],
        {"no unbroadcast", "not reset"},
    ),
    "a product in the middle": (
        lambda x, w: exp(exp(x) * exp(w)),
        [np.array(0.3), np.array(0.6)],
        {"changes a value", "not reset"},
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_planted_bug_shows_on_its_own_programs_and_on_no_other(engines, program):
    """Called twice, for one of them shows at the second call only."""
    reference = load(LESSON).reference
    write, arrays, shown = PROGRAMS[program]
    tape, given = inputs(len(arrays))
    write(*given)
    values = [np.array(value) for value in reference["run_tape"](tape, arrays)]
    kept = [value.copy() for value in values]
    right = reference["backward_tape"](tape, values)

    wrong = set()
    for name, backward in engines.items():
        for _ in range(2):
            found = backward(tape, values)
            if any(
                np.shape(a) != np.shape(b) or not np.allclose(a, b)
                for a, b in zip(found, right, strict=True)
            ):
                wrong.add(name)

    assert wrong == shown
    assert all(map(np.array_equal, values, kept)), "an engine leaves the given values as they are"
