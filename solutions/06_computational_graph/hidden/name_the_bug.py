"""name_the_bug: engines with one bug or none, looked at from outside."""

import numpy as np
from hidden.backward_tape import walked
from solution import backward_tape, name_the_bug, run_tape, vjp

from byhand.tape import Var, exp
from grader.exercise import Case, exercise

asked = exercise("name_the_bug", builds_on=("run_tape", "unbroadcast", "vjp", "backward_tape"))


@asked.cases
def engines(rng):
    """Each bug, where it has two forms in both, written otherwise than in the visible test."""
    del rng  # it is the student's programs that vary
    for name, forms in ENGINES.items():
        for form in forms:
            yield engine(name, form)


def engine(name, form):
    """Ask about one engine, which works on copies and forgets between two askings."""
    memory = {}

    def backward(tape, values):
        return form(tape, [np.array(value, dtype=float) for value in values], memory)

    def named(result, backward):
        memory.clear()
        if not isinstance(result, str):
            raise TypeError
        return None if result == name else f"an engine that is {name!r} is called {result!r}"

    return Case(backward, group=name, check=named)


def right_in_another_order(tape, values, memory):
    """Adds what came last first; differs in rounding alone, and a tuple is as good as a list."""
    came = {len(tape) - 1: [np.ones_like(values[-1])]}
    for place in reversed(range(len(tape))):
        op, inputs, options = tape[place]
        if op != "input" and place in came:
            total = sum(came[place][::-1])
            sent = vjp(op, [values[i] for i in inputs], values[place], total, options)
            for i, contribution in zip(inputs, sent, strict=True):
                came.setdefault(i, []).append(contribution)
    return tuple(sum(came[i][::-1]) if i in came else 0.0 * v for i, v in enumerate(values))


def last_stays(tape, values, memory):
    return walked(tape, values, None, added=lambda old, new: new)


def hasty(turn):
    """Return an engine that goes on from an entry as soon as it is reached, inputs in turn."""

    def backward(tape, values, memory):
        found, done = {len(tape) - 1: np.ones_like(values[-1])}, set()
        waiting = [len(tape) - 1]
        while waiting:
            place = waiting.pop()
            op, inputs, options = tape[place]
            if op == "input" or place in done:
                continue
            done.add(place)
            sent = vjp(op, [values[i] for i in inputs], values[place], found[place], options)
            for i, contribution in zip(inputs, sent, strict=True):
                found[i] = found[i] + contribution if i in found else contribution
            waiting += inputs[::turn]
        return [found.get(i, np.zeros_like(value)) for i, value in enumerate(values)]

    return backward


def with_rule(rule):
    return lambda tape, values, memory: backward_tape(tape, values, rule)


def as_stretched(op, inputs, value, gradient, options):
    if op in {"add", "subtract", "multiply", "divide"}:
        inputs = np.broadcast_arrays(*inputs)
    return vjp(op, inputs, value, gradient, options)


def writes_into(which):
    """Return the rules, of which that of multiply writes into the array of a value."""

    def rule(op, inputs, value, gradient, options):
        sent = vjp(op, inputs, value, gradient, options)
        if op == "multiply" and inputs[which].shape == gradient.shape:
            inputs[which][...] = gradient * inputs[which]
        return sent

    return rule


def remembering(kept):
    """Return an engine that adds to what an earlier call with the same tape left."""

    def backward(tape, values, memory):
        found = backward_tape(tape, values)
        before = memory.get(repr(tape))
        if before is not None and len(before) == len(found):
            found = [
                new + old if kept(op) else new
                for (op, _, _), new, old in zip(tape, found, before, strict=True)
            ]
        memory[repr(tape)] = found
        return found

    return backward


ENGINES = {
    "right": [right_in_another_order],
    "overwrites": [last_stays],
    "depth first": [hasty(1), hasty(-1)],
    "no unbroadcast": [with_rule(as_stretched)],
    "changes a value": [with_rule(writes_into(0)), with_rule(writes_into(1))],
    "not reset": [remembering(lambda op: op == "input")],
}


def differs(backward, program, *inputs):
    """Say whether an engine is wrong on a program, at the first call and at the second."""
    tape = []
    program(*[Var(tape) for _ in inputs])
    values = run_tape(tape, inputs)
    expected = backward_tape(tape, values)
    return [
        any(
            np.shape(a) != np.shape(b) or not np.allclose(a, b)
            for a, b in zip(backward(tape, values), expected, strict=True)
        )
        for _ in range(2)
    ]


ONE, TWO = np.array(0.7), np.array(1.3)


def asks(**probes):
    """Return a student's function that tries some programs, in their order."""

    def answer(backward):
        later = False
        for name, (program, *inputs) in probes.items():
            first, second = differs(backward, program, *inputs)
            if first:
                return name.replace("_", " ")
            later = later or second
        return "not reset" if later else "right"

    return answer


def forked(x):
    u = exp(x)
    return exp(u) + (u + u)


PROBES = {
    "changes_a_value": (lambda x, w: exp(exp(x) * exp(w)), ONE, TWO),
    "overwrites": (lambda x: x + x, ONE),
    "depth_first": (forked, ONE),
    "no_unbroadcast": (lambda x, w: (x + w).sum(), np.ones((2, 1)), np.ones((2, 3))),
}


FORK_FIRST = ("changes_a_value", "depth_first", "overwrites", "no_unbroadcast")


def without(name):
    return asks(**{key: probe for key, probe in PROBES.items() if key != name})


def asked_once(backward):
    said = name_the_bug(backward)
    return "right" if said == "not reset" else said


MOSTLY_RIGHT = "one bug of five is not found"

asked.mistake(
    "asked once only",
    answer=asked_once,
    hint="One of the bugs cannot be seen by a single call.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "no program with a fork",
    answer=without("depth_first"),
    hint="One engine passes for right. Has one of your programs a value with two different users?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "the fork before x + x",
    answer=asks(**{key: PROBES[key] for key in FORK_FIRST}),
    hint="Two bugs fail on a fork. Which program tells them apart, and which must be tried first?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "nothing is stretched",
    answer=without("no_unbroadcast"),
    hint="One engine passes for right. Do your programs have arrays of different shapes?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "no product in the middle",
    answer=without("changes_a_value"),
    hint="One engine passes for right. Where must a multiply stand so that g is not 1, and "
    "what must have made its inputs?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "every engine is right",
    answer=lambda backward: "right",
    hint="Does your function call the engine at all?",
)
asked.mistake(
    "True or False",
    answer=lambda backward: name_the_bug(backward) == "right",
    hint="The answer is a name, one of the six in section 9.",
)
