"""Lesson 06's figure without a notebook: it shows what the learner's own engine does."""

import numpy as np
import pytest

from byhand.figures import diamonds, passes, spy
from byhand.figures.guard import Functions, Trouble
from tests.conftest import load

LESSON = "06_computational_graph"


def functions(**changed):
    return Functions(load(LESSON).reference | changed)


def last(work):
    return list(work)[-1][0]


def steps(program, *, names=None):
    """Return what the page says at each step of a program."""
    painter = passes.view().paint
    found = names or functions()
    return [
        painter(last(passes.compute(found, program=program, step=step)))
        for step in range(passes.MOST_STEPS + 1)
    ]


def test_values_come_forward_one_by_one_and_gradients_back_with_their_sums():
    said = steps("the three lines")

    assert "The inputs." in said[0]
    assert "Forward: u1 = 6." in said[1]
    assert "Forward: L = 48." in said[3]
    assert "the rule of L gets 1 and sends 8 to u1 and 6 to u2" in said[4]
    assert "u1 8 + 6;" in said[5], "two contributions, not added yet: the rule was not called"
    assert "x 6 + 42 = 48; w 28; u1 8 + 6 = 14;" in said[6]
    assert said[7:] == [said[6]] * 4, "beyond the end nothing changes"


@pytest.mark.parametrize("program", passes.PROGRAMS)
def test_every_program_ends_with_the_gradients_of_the_engine(program):
    found = last(passes.compute(functions(), program=program, step=passes.MOST_STEPS))

    reference = load(LESSON).reference
    chosen = passes.PROGRAMS[program]
    expected = reference["backward_tape"](chosen.tape, found.values)
    np.testing.assert_allclose(found.gradients, expected)
    assert len(found.made) == found.operations


def test_an_engine_that_goes_depth_first_is_seen_to_do_so():
    """u1 is asked with 8 alone, and what comes later is lost."""
    reference = load(LESSON).reference

    def hasty(tape, values, rule):
        found, done = {len(tape) - 1: np.array(1.0)}, set()

        def visit(place):
            op, inputs, options = tape[place]
            if op == "input" or place in done:
                return
            done.add(place)
            sent = rule(op, [values[i] for i in inputs], values[place], found[place], options)
            for i, part in zip(inputs, sent, strict=True):
                found[i] = found.get(i, 0.0) + part
            for i in inputs:
                visit(i)

        visit(len(tape) - 1)
        return [found[place] for place in range(len(tape))]

    said = steps("the three lines", names=Functions(reference | {"backward_tape": hasty}))

    assert "the rule of u1 gets 8" in said[5]
    assert "the rule of u2 gets 6" in said[6]


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("run_tape", lambda _tape, inputs: inputs, "run_tape should return a list of 5 values"),
        (
            "run_tape",
            lambda tape, _: [np.zeros(2) for _ in tape],
            r"run_tape returned shape \(2,\)",
        ),
        ("backward_tape", lambda _tape, _values: [], "backward_tape raised TypeError"),
        ("backward_tape", lambda *_: [], "backward_tape should return 5 gradients"),
        ("backward_tape", lambda _, v, rule: rule("exp", [v[0]], 3.0, 1.0, {}), "none of the tape"),
        ("vjp", lambda *_: [None], "vjp returned NoneType, expected an array of numbers"),
        ("vjp", lambda *_: None, r"vjp returned None; does it end with return\?"),
    ],
)
def test_an_engine_that_is_no_engine_is_one_readable_line(name, function, said):
    with pytest.raises(Trouble, match=said):
        last(passes.compute(functions(**{name: function}), program="the three lines", step=10))


def test_an_engine_that_never_ends_is_stopped_by_its_calls():
    def endless(_tape, values, rule):
        while True:
            rule("add", values[:2], values[-1], np.array(1.0), {})

    with pytest.raises(Trouble, match="called its rule more than 200 times"):
        last(passes.compute(functions(backward_tape=endless), program="the three lines", step=10))


@pytest.mark.parametrize(("forks", "rules"), [(2, 3), (3, 5), (4, 7)])
def test_a_right_engine_calls_each_rule_of_a_chain_once(forks, rules):
    found = last(diamonds.compute(functions(), forks=forks, depth=12))

    assert found.made.tolist() == [rules * depth for depth in found.depths]


@pytest.mark.parametrize("forks", [2, 3, 4])
def test_a_walk_along_every_path_makes_as_many_calls_as_the_curve_says(forks):
    def walk(tape, values, rule):
        def visit(place, gradient):
            op, inputs, options = tape[place]
            if op != "input":
                sent = rule(op, [values[i] for i in inputs], values[place], gradient, options)
                for i, part in zip(inputs, sent, strict=True):
                    visit(i, part)

        visit(len(tape) - 1, np.array(1.0))
        return [np.array(0.0) for _ in tape]

    for depth in (1, 2, 4):
        tape = diamonds.chain(forks, depth)
        walker = functions(backward_tape=walk)
        values = spy.forward(walker, tape, [0.5])
        visits, _ = spy.backward(walker, tape, values, most=5_000)
        assert len(visits) == diamonds.by_paths(forks, depth)

    with pytest.raises(Trouble, match="called its rule more than 3000 times"):
        last(diamonds.compute(walker, forks=forks, depth=30))


@pytest.mark.parametrize("program", passes.PROGRAMS)
def test_the_demonstration_shows_right_numbers_and_no_way_to_them(program):
    """They were noted down; of what the rules send nothing is told."""
    shown = last(passes.compute(passes.toy(), program=program, step=passes.MOST_STEPS))
    own = last(passes.compute(functions(), program=program, step=passes.MOST_STEPS))

    np.testing.assert_allclose(shown.values, own.values)
    np.testing.assert_allclose(shown.gradients, own.gradients)
    assert all(visit.sent == () for visit in shown.visits)
