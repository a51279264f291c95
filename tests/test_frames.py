"""What the box says of itself is looked at before it is used: every field, every wrong kind."""

import copy
import itertools

import numpy as np
import pytest

from grader.box import wire
from grader.exercise import Case
from grader.judge.outcome import Answer
from grader.sandbox.oracle import Bounds, Oracle
from grader.sandbox.outputs import read_answer, read_outputs
from grader.sandbox.replier import Replier

WRONG = [
    None,
    True,
    -1,
    2**70,
    1.5,
    float("nan"),
    1j,
    "",
    "text",
    b"bytes",
    [],
    [[]],
    (),
    {},
    {"a": 1},
    np.array(1),
    np.array([1, 2]),
    np.array([True, False]),
    np.zeros((0, 3)),
    np.array(["stream"] * 1).astype("S6").view("u1"),
]
OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": "x"},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}},
    {"output_type": "execute_result", "data": {"image/png": "AAAA"}, "execution_count": 1},
]
ANSWER = {
    "call": 7,
    "value": 1.0,
    "failure": "wrong type",
    "message": "m",
    "exceptions": ["E"],
    "changed": True,
    "undrawn": False,
    "shares": False,
    "warned": "w",
}


def crossed(value):
    """Return a value as it arrives from the box; None if it cannot be sent at all."""
    try:
        return wire.decode_frame(wire.encode(value))
    except wire.UnplainError:
        return None


def places(value, path=()):
    """Yield the path of every value in nested data."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, item in list(inner):
            yield from (
                places(item, (*path, key)) if isinstance(item, dict | list) else [(*path, key)]
            )


def with_wrong(value, path, wrong):
    made = copy.deepcopy(value)
    if not path:
        return wrong
    target = made
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = wrong
    return made


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_outputs_with_a_field_of_the_wrong_kind_are_read_or_refused(wrong):
    for output in OUTPUTS:
        for path in places([output]):
            arrived = crossed(with_wrong([output], path, wrong))
            try:
                made = read_outputs(arrived)
            except wire.WireError:
                continue
            assert all(type(item["output_type"]) is str for item in made)


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_an_answer_with_a_field_of_the_wrong_kind_is_read_or_refused(wrong):
    for path in places(ANSWER):
        arrived = crossed(with_wrong(ANSWER, path, wrong))
        try:
            answer = read_answer(arrived, 7)
        except wire.WireError:
            continue
        assert isinstance(answer, Answer)
        assert (type(answer.message), type(answer.warned)) == (str, str)


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_call_with_a_field_of_the_wrong_kind_is_answered_or_refused(wrong):
    ask = {"ask": 0, "arguments": (1.0,), "keywords": {}, "generators": {}}
    with Replier() as replier:
        oracle = Oracle(replier, [lambda x: x])
        for key in ask:
            arrived = crossed({**ask, key: wrong})
            if not isinstance(arrived, dict):
                continue
            try:
                call = wire.encode(arrived)
                said = wire.decode_frame(oracle.answer(arrived, call, lambda: 5.0))
            except wire.WireError:
                continue
            assert {"value", "error"} & said.keys()


# ------------------------------------------------------- what a reference may be asked

CASE = Case(np.ones((4, 3)), [np.ones((2, 4))], 5, group="it", keywords={"kind": "relu"})


def ask(*arguments, **keywords):
    return [arguments, keywords]


@pytest.mark.parametrize(
    "call",
    [
        ask(np.ones((4, 3)), [np.ones((2, 4))], 5),
        ask(np.ones((3, 4))),
        ask(np.ones((4, 12)), kind="relu"),
        ask([np.ones((4, 4))] * 10),
        ask(-7, 2.5, None),
    ],
)
def test_what_an_honest_solution_asks_is_within_bounds(call):
    assert Bounds.of([CASE.arguments, CASE.keywords]).hold(call)


@pytest.mark.parametrize(
    "call",
    [
        ask(np.ones((0, 2**25))),
        ask(np.ones((2**25, 0))),
        ask(np.ones(20_000)),
        ask([np.ones((4, 3))] * 1_000),
        ask([1.0] * 5_000),
        ask(10**6),
        ask(2**80),
        ask(kind="x" * 100_000),
        ask([np.ones((0, 60))] * 60, [np.ones((60, 60))] * 60),
    ],
)
def test_what_no_case_holds_is_out_of_bounds(call):
    assert not Bounds.of([CASE.arguments, CASE.keywords]).hold(call)


def test_a_reference_is_not_asked_out_of_bounds():
    asked = []
    with Replier() as replier:
        oracle = Oracle(replier, [lambda *a: asked.append(a)], references=1)
        frame = {"ask": 0, "arguments": (np.ones((0, 2**25)),), "keywords": {}}
        call, bounds = wire.encode(frame), Bounds.of([CASE.arguments])
        with pytest.raises(wire.WireError, match="more than its case holds"):
            oracle.answer(frame, call, lambda: 5.0, bounds=bounds)

    assert asked == []


def test_fields_and_kinds_make_many_frames():
    """The yardstick: the tests above try each field with each kind."""
    tried = list(itertools.chain(*(places([output]) for output in OUTPUTS), places(ANSWER)))

    assert len(tried) * len(WRONG) > 500
