"""run_tape: each entry's value, from the arrays that its places name."""

from hidden.tapes import many_paths, numbers, written
from solution import OPERATIONS, run_tape

from byhand.tape import exp, log, logsumexp, relu, sigmoid, tanh
from grader.exercise import Case, exercise

asked = exercise("run_tape")


def dead_end(x, w, b, c):
    return (exp(w), (c + x).sum())[-1]


PROGRAMS = [
    (group, written(program, len(shapes)), shapes)
    for group, program, *shapes in [
        ("one operation after another", lambda x: log(exp(tanh(sigmoid(relu(x).T)))), (2, 3)),
        ("operands in their order", lambda x, w: w / (x - w), (2, 3), (2, 3)),
        ("operands in their order", lambda x, w, b: (w @ x + b) - x, (3, 3), (3, 3), (3, 1)),
        ("options", lambda x: x.sum(axis=1, keepdims=True) * x.mean(axis=0), (3, 3)),
        (
            "options",
            lambda x: x.take([1, 1, 0], axis=1) * x.take([7, 0, 11]) - logsumexp(x, axis=1).mean(),
            (4, 3),
        ),
        ("a value used again", lambda x, w: (x * x + exp(w)) * (x - w) / x, (2, 2), (2, 2)),
        ("inputs that are not used", dead_end, (2,), (3,), (2, 2), (2,)),
        ("inputs that are not used", lambda x, w: None, (2,), (3,)),
        ("a long program", many_paths, ()),
    ]
]


@asked.cases
def programs(rng):
    """Operands that may not be exchanged, options, values used again, a long program."""
    for group, tape, shapes in PROGRAMS:
        yield Case(tape, numbers(rng, *shapes), group=group)


def along(tape, inputs, *, operands=lambda found: found, options=lambda found: found):
    """Run a tape with operands or options changed on their way."""
    values = list(inputs)
    for op, places, given in tape[len(values) :]:
        arrays = operands([values[place] for place in places])
        values.append(OPERATIONS[op](*arrays, **options(given)))
    return values


def the_last_ones(tape, inputs):
    values = list(inputs)
    for op, places, options in tape[len(values) :]:
        values.append(OPERATIONS[op](*values[-len(places) :], **options))
    return values


def into_its_input(tape, inputs):
    values = list(inputs)
    for op, places, options in tape[len(values) :]:
        arrays = [values[place] for place in places]
        value = OPERATIONS[op](*arrays, **options)
        if op in {"add", "subtract", "multiply", "divide"} and value.shape == arrays[0].shape:
            arrays[0][...] = value
            value = arrays[0]
        values.append(value)
    return values


asked.mistake(
    "operands exchanged",
    answer=lambda tape, inputs: along(tape, inputs, operands=lambda found: found[::-1]),
    hint="Which operand of a subtract comes first: the one whose place is named first, or last?",
    earns="programs in which the order does not matter are right",
)
asked.mistake(
    "options ignored",
    answer=lambda tape, inputs: along(
        tape,
        inputs,
        options=lambda given: {k: v for k, v in given.items() if k == "indices"},
    ),
    hint="An entry has three parts. What becomes of the third?",
    earns="programs without options are right",
)
asked.mistake(
    "the inputs are missing",
    answer=lambda tape, inputs: run_tape(tape, inputs)[len(inputs) :],
    hint="How many entries has the tape, and how many values do you return?",
)
asked.mistake(
    "the last value alone",
    answer=lambda tape, inputs: run_tape(tape, inputs)[-1],
    hint="The way back will need every value. What does the docstring ask for?",
)
asked.mistake(
    "the latest values in place of those that are named",
    answer=the_last_ones,
    hint="An entry may use any earlier one. Where does it say which?",
)
asked.mistake(
    "written into an input",
    answer=into_its_input,
    hint="Somebody else may still need that array. Do you use +=, or out=?",
)
