"""backward_tape: contributions added, each rule once, zeros for what leads nowhere."""

import numpy as np
from hidden.tapes import many_paths, numbers, written
from solution import backward_tape, run_tape, vjp

from byhand.tape import exp, logsumexp, sigmoid, tanh
from grader.exercise import Case, Shown, exercise
from grader.kit import DERIVED

asked = exercise("backward_tape", builds_on=("unbroadcast", "vjp"), tolerance=DERIVED)


def linear_rule(op, inputs, value, gradient, options, log):
    """The rule of a made-up operation, a weighted sum; it refuses to be asked twice."""
    if op == "the loss":
        log.clear()
    if len(inputs) != len(options["weights"]):
        raise ValueError(f"found {len(inputs)} inputs, expected {len(options['weights'])}")
    if options["entry"] in log:
        raise RuntimeError("the rule of one entry was called twice")
    log.append(options["entry"])
    return tuple(weight * gradient for weight in options["weights"])


def weighted(rng, edges):
    """Return a tape of weighted sums, one for each list of places, its values, and its rule."""
    tape, values = [("input", (), {})], [np.array(rng.uniform(0.5, 1.5))]
    for number, places in enumerate(edges, start=1):
        weights = [float(weight) for weight in rng.uniform(0.3, 0.9, size=len(places))]
        op = "the loss" if number == len(edges) else "a weighted sum"
        tape.append((op, tuple(places), {"entry": number, "weights": weights}))
        values.append(np.array(sum(w * values[i] for w, i in zip(weights, places, strict=True))))
    return tape, values, Shown(linear_rule, log=[])


def two_users(x):
    u = sigmoid(x)
    return exp(u) * tanh(u)


def short_and_long(x):
    u = exp(x)
    return tanh(sigmoid(u)) + u


def near_and_far(x, w):
    u = x * w
    return tanh(exp(u) + x) * u


def twice_and_twice(x):
    u = x + x
    return (u * u).sum()


def dead_ends(x, w, _):
    return (exp(w), tanh(x) * w, (x * x).mean())[-1]


def layer(w, x, b, t):
    z = w @ x + b
    return (logsumexp(z, axis=0, keepdims=True) - (t * z).sum(axis=0)).mean()


PROGRAMS = [
    (group, written(program, len(shapes)), shapes)
    for group, program, *shapes in [
        ("one operation after another", lambda x: tanh(exp(sigmoid(x))).sum(), (2, 3)),
        ("a value with two users", two_users, ()),
        ("users at different depths", short_and_long, ()),
        ("users at different depths", near_and_far, (), ()),
        ("the same input twice", twice_and_twice, (3,)),
        ("what leads nowhere", dead_ends, (2, 3), (), (2,)),
        ("stretched arrays", lambda x, b: ((x - b) * b).mean(), (2, 3), ()),
        ("a layer with its loss", layer, (3, 4), (4, 5), (3, 1), (3, 5)),
        ("a long program", many_paths, ()),
    ]
]
LADDER = [
    places for start in range(0, 12, 3) for places in ([start], [start], [start + 1, start + 2])
]
"""Four diamonds: two operations on one value, and their sum."""


@asked.cases
def programs(rng):
    """Forks of every kind, a long program, and operations that nobody has seen."""
    for group, tape, shapes in PROGRAMS:
        yield Case(tape, valued(tape, numbers(rng, *shapes)), group=group)
    yield Case(*weighted(rng, [[0], [1, 1], [2, 0, 2, 1, 2, 2], [3]]), group="a rule of its own")
    yield Case(*weighted(rng, LADDER), group="each rule once")


def valued(tape, inputs):
    """Return the values of a tape, each as the array that a student's process gets."""
    return [np.asarray(value) for value in run_tape(tape, inputs)]


def walked(
    tape,
    values,
    rule,
    *,
    added=lambda old, new: old + new,
    places=lambda tape: reversed(range(len(tape))),
    start=lambda values: {len(values) - 1: np.ones_like(values[-1])},
    pairs=zip,
    nothing=np.zeros_like,
):
    """Walk back as the reference does, with one part changed."""
    rule = vjp if rule is None else rule
    found = start(values)
    for place in places(tape):
        op, inputs, options = tape[place]
        if op == "input" or place not in found:
            continue
        sent = rule(op, [values[i] for i in inputs], values[place], found[place], options)
        for i, contribution in pairs(inputs, sent):
            found[i] = added(found[i], contribution) if i in found else contribution
    return [found[i] if i in found else nothing(value) for i, value in enumerate(values)]


def changed(**parts):
    return lambda tape, values, rule=None: walked(tape, values, rule, **parts)


def depth_first(tape, values, rule=None):
    rule = vjp if rule is None else rule
    found, done = {len(tape) - 1: np.ones_like(values[-1])}, set()

    def visit(place):
        op, inputs, options = tape[place]
        if op == "input" or place in done:
            return
        done.add(place)
        sent = rule(op, [values[i] for i in inputs], values[place], found[place], options)
        for i, contribution in zip(inputs, sent, strict=True):
            found[i] = found[i] + contribution if i in found else contribution
        for i in inputs:
            visit(i)

    visit(len(tape) - 1)
    return [found.get(i, np.zeros_like(value)) for i, value in enumerate(values)]


def along_every_path(tape, values, rule=None):
    rule = vjp if rule is None else rule
    found = {}

    def visit(place, gradient):
        found[place] = found[place] + gradient if place in found else gradient
        op, inputs, options = tape[place]
        if op != "input":
            sent = rule(op, [values[i] for i in inputs], values[place], gradient, options)
            for i, contribution in zip(inputs, sent, strict=True):
                visit(i, contribution)

    if len(tape) > 50:
        raise TimeoutError("more paths than anybody can walk")
    visit(len(tape) - 1, np.ones_like(values[-1]))
    return [found.get(i, np.zeros_like(value)) for i, value in enumerate(values)]


def add_in_place(old, new):
    return np.add(old, new, out=old) if isinstance(old, np.ndarray) else old + new


MOSTLY_RIGHT = "programs in which no value forks, or not in this way, are right"
THE_REST_RIGHT = "the gradients of all that reaches the loss are right"

asked.mistake(
    "overwrites",
    answer=changed(added=lambda old, new: new),
    hint="Where a value has two users, two contributions arrive. What does = do with the first?",
)
asked.mistake(
    "keeps the first contribution alone",
    answer=changed(added=lambda old, new: old),
    hint="Where a value has two users, two contributions arrive. What becomes of the second?",
)
asked.mistake(
    "the same input twice counts once",
    answer=changed(pairs=lambda inputs, sent: dict(zip(inputs, sent, strict=True)).items()),
    hint="What does x + x send to x? A dict has one value for each key.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "depth first",
    answer=depth_first,
    hint="A rule may be called when all users of its entry have sent something. "
    "Where one user is nearer to the end than the other, have they?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "along every path",
    answer=along_every_path,
    hint="The numbers are right. How often do you call the rule of an entry with two users? "
    "Add up first, then call it once.",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "from the beginning of the tape",
    answer=changed(places=lambda tape: range(len(tape))),
    hint="When you come to an entry, what has arrived there? Who sends it, and where on the tape "
    "does the sender stand?",
)
asked.mistake(
    "every entry starts with 1",
    answer=changed(start=lambda values: {i: np.ones_like(value) for i, value in enumerate(values)}),
    hint="The slope of the loss by itself is 1. With what do the other entries begin?",
)
asked.mistake(
    "nothing where the loss is not reached",
    answer=changed(nothing=lambda value: None),
    hint="An entry that leads nowhere has slope 0. In which shape?",
    earns=THE_REST_RIGHT,
)
asked.mistake(
    "0 without a shape",
    answer=changed(nothing=lambda value: 0.0),
    hint="A gradient has the shape of what it is the gradient of, also where it is 0.",
    earns=THE_REST_RIGHT,
)
asked.mistake(
    "adds into a shared array",
    answer=changed(added=add_in_place),
    hint="Two entries may hold the same array: what add sends to both of its inputs. "
    "What does += write into?",
    earns="arrays that nobody shares get the right gradients",
)
asked.mistake(
    "the given rule is not used",
    answer=lambda tape, values, rule=None: backward_tape(tape, values),
    hint="There is a third argument. Which function does your walk call?",
    earns="with the rules of the exercise before, all gradients are right",
)
