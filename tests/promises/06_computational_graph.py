"""What the docstrings of lesson 06 promise, and how each promise is broken."""

import numpy as np

from grader.box.plain import copied
from tests.breaches import fails, gives, gives_where, single, takes, writes
from tests.conftest import load

RIGHT = load("06_computational_graph").reference
OPERATIONS = ("add", "subtract", "multiply", "divide", "matmul", "transpose", "sum", "mean", "take",
              "exp", "log", "relu", "sigmoid", "tanh", "logsumexp")  # fmt: skip


def into(place, thing_of):
    """Return a breach: something inside an argument is written into."""

    def breach(right):
        def function(*given, **settings):
            result = copied(right(*given, **settings))
            writes(0)(lambda _: None)(thing_of(given[place]))
            return result

        return function

    return breach


def each(change):
    """Return a breach: each array of a list is changed."""
    return gives(lambda found: [change(array) for array in found])


def each_pair(change):
    return gives(lambda found: [change(*pair) for pair in found])


def operations(tape):
    return {op for op, _, _ in tape}


def has(option, op=None):
    """Return whether a tape gives an option, to one operation."""
    return lambda tape, inputs: any(
        option in options and op in (None, name) for name, _, options in tape
    )


def without_options(op):
    """Return a breach of run_tape: one operation's options but indices are left out."""

    def cut(tape, inputs):
        return [
            (name, places, {k: v for k, v in o.items() if k == "indices" or name != op})
            for name, places, o in tape
        ], inputs

    return takes(cut)


def sums_over(gradient, shape):
    """Return how many axes were missing, and how many of size 1 were stretched."""
    missing = gradient.ndim - len(shape)
    grown = [a != b for a, b in zip(gradient.shape[missing:], shape, strict=True)]
    return missing, sum(grown)


def shifted(by):
    """Return a breach of the gradient by shifted logits: another shift than the largest."""
    return lambda right: lambda z, *more: more[-1] * ((lambda E: E / E.sum())(np.exp(z - by(z))))


def of(op, where=lambda inputs, value, gradient, options: True):
    """Return whether a call of vjp asks for one operation, with certain arguments."""
    return lambda name, *given: name == op and bool(where(*given))


def axis_of(*wanted):
    return lambda inputs, value, gradient, options: options.get("axis", "none") in wanted


def any_of(*ops, where):
    return lambda name, *given: name in ops and bool(where(*given))


def places_of(tape):
    """Yield each use of an entry: its place."""
    return (place for _, places, _ in tape for place in places)


def is_used(tape, place):
    return place == len(tape) - 1 or place in places_of(tape)


def counted(missing_of):
    """Return an order by the number of inputs that are missing, of all nodes up to the output."""

    def breach(right):
        def order(inputs_of, output):
            if len(inputs_of) > 100:
                return right(inputs_of, output)  # this way takes too long there
            missing = [missing_of(inputs) for inputs in inputs_of]
            ready, found = [i for i, count in enumerate(missing) if not count], []
            while ready and output not in found[-1:]:
                found.append(ready.pop())
                for node, inputs in enumerate(inputs_of):
                    if found[-1] in inputs:
                        missing[node] -= inputs.count(found[-1])
                        ready += [node] if missing[node] <= 0 and node not in found + ready else []
            return found

        return order

    return breach


def in_middle(name, inputs, value, gradient, options):
    """Whether an axis between two others was summed away."""
    axis = options.get("axis")
    return (
        name in ("sum", "mean", "logsumexp")
        and axis is not None
        and 0 < axis % inputs[0].ndim < inputs[0].ndim - 1
    )


def last_of_three(name, inputs, value, gradient, options):
    axis = options.get("axis")
    return (
        name in ("sum", "mean", "logsumexp")
        and axis is not None
        and (inputs[0].ndim == 3 and axis % 3 == 2)
    )


def rule_given(change):
    """Return a breach of backward_tape: another rule, change(rule), is called."""
    return lambda right: (
        lambda tape, values, rule=None: right(
            tape, values, change(RIGHT["vjp"] if rule is None else rule)
        )
    )


def twice(rule):
    """Call a rule once more for each entry."""
    return lambda *given: (rule(*given), rule(*given))[1]


def only_given(right):
    """Go on without a rule where none is given."""
    return lambda tape, values, rule=None: right(tape, values, rule.__call__)


def recursive(right):
    """Call itself for the inputs of a node, and theirs."""

    def order(inputs_of, output):
        found = []

        def visit(node):
            if node not in found:
                for before in inputs_of[node]:
                    visit(before)
                found.append(node)

        visit(output)
        return found

    return order


def without_multiples(inputs_of, output):
    return [list(dict.fromkeys(inputs)) for inputs in inputs_of], output


def unlike(where, name):
    """Return a breach of name_the_bug: what is asked for is called something else."""
    return lambda right: (
        lambda backward: (lambda said: name if where(said) else said)(right(backward))
    )


LOGITS = {
    "z is (n,), the logits": {
        "not one": fails(lambda z, *_: z.size == 1),
        "not many": fails(lambda z, *_: z.size > 20),
        "not equal ones": fails(lambda z, *_: z.size > 1 and np.ptp(z) == 0),
        "not large ones": fails(lambda z, *_: z.max() > 710),
        "not ones far below 0": fails(lambda z, *_: z.max() < -710),
        "not both ends of an array": fails(lambda z, *_: np.ptp(z) > 710),
        "they are written into": writes(0),
    },
    "g is a number, the gradient by L": {
        "its sign is lost": takes(lambda z, *more: (z, *more[:-1], abs(more[-1]))),
        "1": takes(lambda z, *more: (z, *more[:-1], 1.0)),
        "a whole number": takes(lambda z, *more: (z, *more[:-1], round(more[-1]))),
    },
}
NUMBER = {
    "an array": gives(np.atleast_1d),
    "in single precision": gives(single),
    "rounded": gives(lambda number: round(float(number), 6) + 1e-7),
}
ARRAY = {
    "a number for one logit": gives_where(lambda z, *_: z.size == 1, np.squeeze),
    "a column": gives(lambda found: found[:, np.newaxis]),
    "in single precision": gives(single),
    "not large ones": fails(lambda z, *_: z.max() > 710),
    "its sign is lost": gives(np.abs),
}
SHIFTS = {
    "shifted by the mean": shifted(np.mean),
    "shifted by the least": shifted(np.min),
    "shifted by the first": shifted(lambda z: z[0]),
    "shifted by the last": shifted(lambda z: z[-1]),
    "not shifted": shifted(lambda z: 0.0),
    "cut at 20": lambda right: (
        lambda z, *more: right(np.maximum(z, z.max() - 20), *more[:-1], more[-1])
    ),
}

PROMISES = {
    "run_tape": {
        "return the value of each entry, a list": {
            "the last alone": gives(lambda values: values[-1:]),
            "a dict": gives(lambda values: dict(enumerate(values))),
            "arrays of at least one axis": each(np.atleast_1d),
            "no axis of size 1 is kept": each(np.squeeze),
            "in single precision": each(single),
            "those of operations alone": lambda right: (
                lambda tape, inputs: right(tape, inputs)[len(inputs) :]
            ),
            "not where it leads nowhere": lambda right: (
                lambda tape, inputs: [
                    value if op == "input" or is_used(tape, place) else 0 * value
                    for place, ((op, _, _), value) in enumerate(
                        zip(tape, right(tape, inputs), strict=True)
                    )
                ]
            ),
            "60 at most": lambda right: lambda tape, inputs: right(tape[:60], inputs),
        },
        'op is "input" or a key of OPERATIONS': {
            f"not {op}": fails(lambda tape, inputs, op=op: op in operations(tape))
            for op in OPERATIONS
        },
        "[(op, places, options), ...]": {
            "places in rising order": takes(
                lambda tape, inputs: ([(op, sorted(p), o) for op, p, o in tape], inputs)
            ),
            "the same place once": fails(
                lambda tape, inputs: any(len(set(p)) < len(p) for _, p, _ in tape)
            ),
            **{
                f"no options of {op}": without_options(op)
                for op in ("sum", "mean", "take", "logsumexp")
            },
            "no keepdims": fails(has("keepdims")),
            "rows where take has no axis": takes(
                lambda tape, inputs: (
                    [(op, p, {"axis": 0} | o if op == "take" else o) for op, p, o in tape],
                    inputs,
                )
            ),
        },
        'one for each entry "input", in their order': {
            "turned round": takes(lambda tape, inputs: (tape, inputs[::-1])),
            "none that nobody uses": lambda right: (
                lambda tape, inputs: [
                    value if any(place in p for _, p, _ in tape) or place == len(tape) - 1 else None
                    for place, value in enumerate(right(tape, inputs))
                ]
            ),
        },
        "they stay unchanged": {
            "the list grows": writes(1),
            "an array is written into": into(1, lambda inputs: inputs[0]),
        },
    },
    "unbroadcast": {
        "an array of the stretched shape": {
            "not three axes": fails(lambda gradient, shape: gradient.ndim == 3),
            "not four axes": fails(lambda gradient, shape: gradient.ndim == 4),
            "not one": fails(lambda gradient, shape: gradient.ndim == 1),
            "it is written into": writes(0),
        },
        "it may be equal to the stretched one": {
            "it may not": fails(lambda gradient, shape: gradient.shape == shape),
            "where as many entries are": lambda right: (
                lambda gradient, shape: (
                    gradient if gradient.size == np.prod(shape) else right(gradient, shape)
                )
            ),
        },
        "the tuple that was stretched": {
            "not ()": fails(lambda gradient, shape: shape == ()),
            "not one axis missing": fails(lambda g, s: sums_over(g, s)[0] == 1),
            "not two axes missing": fails(lambda g, s: sums_over(g, s)[0] == 2),
            "not three axes missing": fails(lambda g, s: sums_over(g, s)[0] == 3),
            "not one missing and two of size 1": fails(lambda g, s: sums_over(g, s) == (1, 2)),
            "not two axes of size 1": fails(lambda g, s: sums_over(g, s)[1] == 2),
            "not both at once": fails(lambda g, s: all(sums_over(g, s))),
            "not equal sizes": fails(lambda g, s: g.ndim > 1 and len(set(g.shape)) == 1 < g.size),
        },
        "Returns an array of that shape": {
            "a column in place of a number": gives_where(
                lambda gradient, shape: shape == (), lambda total: np.reshape(total, (1,))
            ),
            "no axis of size 1 is kept": gives(np.squeeze),
            "in single precision": gives(single),
            "a mean": lambda right: (
                lambda gradient, shape: (
                    right(gradient, shape) * max(1, int(np.prod(shape))) / gradient.size
                )
            ),
        },
    },
    "step_1_sum": {**LOGITS, "the gradient by E of formula (2), a number": NUMBER},
    "step_2_exponentials": {
        "the gradient by u3 of formula (2), an array (n,)": {
            **ARRAY,
            **LOGITS["z is (n,), the logits"],
            **LOGITS["g is a number, the gradient by L"],
        },
    },
    "step_3_shifted": {
        "the gradient by u2 of formula (2), an array (n,)": {
            **ARRAY,
            **SHIFTS,
            **LOGITS["z is (n,), the logits"],
            **LOGITS["g is a number, the gradient by L"],
        },
    },
    "step_4_largest": {
        "the gradient by u1 of formula (2), a number": {
            "an array": gives(np.atleast_1d),
            "a path of two": lambda right: lambda z, g: g,
            **LOGITS["z is (n,), the logits"],
        },
    },
    "step_5_logits": {
        "the gradient by z, an array (n,)": {
            **ARRAY,
            **SHIFTS,
            **LOGITS["z is (n,), the logits"],
        },
        "out of z, the value and g alone": LOGITS["g is a number, the gradient by L"],
        "value is log_sum_exp(z), a number": {
            "0": takes(lambda z, value, g: (z, 0.0, g)),
            "the largest": takes(lambda z, value, g: (z, z.max(), g)),
        },
    },
    "vjp": {
        "op: a key of OPERATIONS": {f"not {op}": fails(of(op)) for op in OPERATIONS},
        "a list of its input arrays": {
            "the list is written into": writes(1),
            "an array of it is written into": into(1, lambda inputs: inputs[0]),
            "not three axes": fails(lambda op, inputs, *_: inputs[0].ndim == 3),
            **{
                f"no number for {op}": fails(of(op, lambda inputs, *_: inputs[0].ndim == 0))
                for op in ("add", "subtract", "multiply", "divide", "exp", "sigmoid", "tanh")
            },
            "not a sigmoid that is saturated": fails(
                of("sigmoid", lambda inputs, *_: np.abs(inputs[0]).max() > 710)
            ),
            "not a tanh that is saturated": fails(
                of("tanh", lambda inputs, *_: np.abs(inputs[0]).max() > 710)
            ),
            "not three axes for operands": fails(
                any_of("add", "subtract", "multiply", "divide", where=lambda x, *_: x[0].ndim == 3)
            ),
            "not one axis for operands": fails(
                any_of("add", "subtract", "multiply", "divide", where=lambda x, *_: x[1].ndim == 1)
            ),
            "not two numbers": fails(lambda op, inputs, value, *_: len(inputs) > value.ndim + 1),
            **{
                f"no number on the right for {op}": fails(
                    of(op, lambda inputs, *_: inputs[0].ndim > inputs[1].ndim == 0)
                )
                for op in ("add", "subtract", "multiply", "divide")
            },
            "no small exponents": fails(of("exp", lambda inputs, *_: np.min(inputs[0]) < -20)),
            "no small logarithms": fails(of("log", lambda inputs, *_: np.min(inputs[0]) < 1e-3)),
            "no large logarithms": fails(of("log", lambda inputs, *_: np.max(inputs[0]) > 1e3)),
            "no negative divisors": fails(of("divide", lambda inputs, *_: np.min(inputs[1]) < 0)),
            "no relu of 0": fails(of("relu", lambda inputs, *_: (inputs[0] == 0).any())),
            "no large logits": fails(of("logsumexp", lambda x, *_: np.max(x[0]) > 710)),
            "no logits at both ends of an array": fails(
                of("logsumexp", lambda x, *_: np.ptp(x[0]) > 710)
            ),
        },
        "of the shape of value": {
            "it is written into": writes(3),
            "the value is written into": writes(2),
            "no negative ones": takes(lambda *a: (*a[:3], np.abs(a[3]), a[4])),
        },
        "axis (None or an integer)": {
            **{
                f"not None for {op}": fails(of(op, axis_of(None)))
                for op in ("sum", "mean", "logsumexp")
            },
            **{
                f"not -1 for {op}": fails(of(op, axis_of(-1)))
                for op in ("sum", "mean", "logsumexp")
            },
            **{f"not 1 for {op}": fails(of(op, axis_of(1))) for op in ("sum", "mean", "logsumexp")},
            "none between others": fails(in_middle),
            "its sign is lost": takes(
                lambda *a: (
                    *a[:4],
                    a[4] | {"axis": abs(a[4]["axis"])} if a[4].get("axis") else a[4],
                )
            ),
            "not the last of three": fails(last_of_three),
        },
        "keepdims for sum, mean and logsumexp": {
            **{
                f"not for {op}": fails(of(op, lambda *given: given[-1].get("keepdims")))
                for op in ("sum", "mean", "logsumexp")
            },
            "not without an axis": fails(
                lambda *given: given[-1].get("keepdims") and given[-1].get("axis") is None
            ),
            "True where it is given": fails(lambda *given: given[-1].get("keepdims", 1) is False),
        },
        "indices (from 0 on) and axis for take": {
            f"no axis {axis}": fails(of("take", axis_of(axis))) for axis in (0, 2, -1, "none")
        }
        | {
            "none twice": fails(
                of(
                    "take",
                    lambda *given: len(set(given[-1]["indices"])) < len(given[-1]["indices"]),
                )
            ),
        },
        "what is not there has NumPy's default": {
            "all must be there": fails(
                lambda op, *given: op in ("sum", "mean", "logsumexp") and not given[-1]
            ),
            "the axis must be": fails(
                lambda op, *given: given[-1].get("keepdims") is True and "axis" not in given[-1]
            ),
        },
        "Returns a tuple: for each input the gradient by it": {
            "the first alone": gives(lambda sent: sent[:1]),
            "no tuple for one": gives(lambda sent: sent if len(sent) > 1 else sent[0]),
        },
        "of its shape": {
            "arrays of at least one axis": gives(lambda sent: tuple(map(np.atleast_1d, sent))),
            "no axis of size 1 is kept": gives(lambda sent: tuple(map(np.squeeze, sent))),
            "in single precision": gives(lambda sent: tuple(map(single, sent))),
            "not where it was stretched": fails(
                lambda op, inputs, *_: len({x.shape for x in inputs}) > 1 and op != "matmul"
            ),
        },
    },
    "backward_tape": {
        "the gradient of the last value by each entry": {
            "by the inputs alone": lambda right: (
                lambda tape, values, rule=None: [
                    g
                    for g, (op, _, _) in zip(right(tape, values, rule), tape, strict=True)
                    if op == "input"
                ]
            ),
            "of three contributions at most": lambda right: (
                lambda tape, values, rule=None: [
                    g if [*places_of(tape)].count(place) < 4 else 0.9 * g
                    for place, g in enumerate(right(tape, values, rule))
                ]
            ),
            "not where an entry is used twice by one": fails(
                lambda tape, *_: any(len(set(p)) < len(p) for _, p, _ in tape)
            ),
            "not of a long tape": fails(lambda tape, *_: len(tape) > 60),
            "not of a short one": fails(lambda tape, *_: len(tape) < 5),
            "doubled": each(lambda g: 2 * g),
        },
        "[(op, places, options), ...]": {
            "it is written into": writes(0),
            "no options": rule_given(lambda rule: lambda *given: rule(*given[:4], {})),
            "no keepdims": rule_given(
                lambda rule: (
                    lambda *given: rule(
                        *given[:4], {k: v for k, v in given[4].items() if k != "keepdims"}
                    )
                )
            ),
        },
        "what run_tape returned": {
            "it is written into": writes(1),
            "an array of it is": into(1, lambda values: values[0]),
        },
        "rule(op, inputs, value, gradient, options)": {
            "vjp all the same": lambda right: lambda tape, values, rule=None: right(tape, values),
            "one must be given": only_given,
            "inputs turned round": rule_given(
                lambda rule: lambda op, inputs, *more: rule(op, inputs[::-1], *more)
            ),
        },
        "never twice for one": {"twice for each": rule_given(twice)},
        "an entry that does not reach the last one has zeros": {
            "None": lambda right: (
                lambda tape, values, rule=None: [
                    g if np.any(g) else None for g in right(tape, values, rule)
                ]
            ),
            "one zero": each(lambda g: g if np.any(g) else 0.0),
            "a row of one zero for a number": each(lambda g: g if np.any(g) else np.atleast_1d(g)),
            "no such entry": fails(
                lambda tape, *_: {*range(len(tape) - 1)} - {i for _, p, _ in tape for i in p}
            ),
        },
        "Returns a list like values": {
            "arrays of at least one axis": each(np.atleast_1d),
            "in single precision": each(single),
            "a dict": gives(lambda found: dict(enumerate(found))),
        },
    },
    "topological_order": {
        "each after all of its inputs": {
            "after the first of them": takes(
                lambda inputs_of, output: ([inputs[:1] for inputs in inputs_of], output)
            ),
            "after the first two": takes(
                lambda inputs_of, output: ([inputs[:2] for inputs in inputs_of], output)
            ),
            "where distinct ones are counted": counted(lambda inputs: len(set(inputs))),
            "the leaves last": lambda right: (
                lambda inputs_of, output: sorted(
                    right(inputs_of, output), key=lambda node: not inputs_of[node]
                )
            ),
            "by their numbers": gives(sorted),
        },
        "perhaps one of them twice": {
            "none twice": fails(lambda inputs_of, _: any(len(set(i)) < len(i) for i in inputs_of)),
        },
        "a list; inputs_of[i] is the list of the nodes that node i uses": {
            "it is written into": writes(0),
            "one of them is": into(
                0,
                lambda inputs_of: next(i for i in inputs_of if i) if any(inputs_of) else inputs_of,
            ),
            "calls inside each other": recursive,
            "not 1000 nodes": fails(lambda inputs_of, _: len(inputs_of) > 1000),
            "no node without inputs alone": fails(lambda inputs_of, output: not inputs_of[output]),
        },
        "it comes last": {
            "first": gives(lambda order: order[-1:] + order[:-1]),
            "it is missing": gives(lambda order: order[:-1]),
            "the last number in its place": takes(lambda i, _: (i, len(i) - 1)),
        },
        "a list of numbers, each once": {
            "text": gives(lambda order: [str(node) for node in order]),
            "floats": gives(lambda order: [float(node) for node in order]),
            "the first twice": gives(lambda order: order[:1] + order),
        },
        "nodes that do not reach the output are left out": {
            "those that come behind it": counted(len),
            "all": lambda right: (
                lambda inputs_of, output: (
                    lambda order: [*(set(range(len(inputs_of))) - {*order}), *order]
                )(right(inputs_of, output))
            ),
        },
    },
    "network_tape": {
        "one name a layer, as in lesson 04, or exp": {
            **{
                f"not {kind}": fails(lambda params, kinds, loss, kind=kind: kind in kinds)
                for kind in ("linear", "relu", "sigmoid", "tanh", "exp")
            },
            "not four layers": fails(lambda params, kinds, loss: len(kinds) == 4),
            "not one layer": fails(lambda params, kinds, loss: len(kinds) == 1),
            "not square ones": fails(lambda p, kinds, loss: len(set(p[0][0].shape)) == 1),
            "they are written into": writes(1),
            "params are written into": writes(0),
        },
        "only the last may be softmax": {
            "it may not": fails(lambda params, kinds, loss: kinds[-1] == "softmax"),
            "not with mse": fails(lambda p, kinds, loss: (kinds[-1], loss) == ("softmax", "mse")),
        },
        '"mse", or "cross_entropy"': {
            "not mse": fails(lambda params, kinds, loss: loss == "mse"),
            "not cross_entropy": fails(lambda params, kinds, loss: loss == "cross_entropy"),
            "mse alone": takes(lambda params, kinds, loss: (params, kinds, "mse")),
        },
        "The inputs of the tape are X, T, then W and b of each layer": {
            "one more": gives(
                lambda tape: [
                    ("input", (), {}),
                    *((op, tuple(i + 1 for i in places), options) for op, places, options in tape),
                ]
            ),
            "T, X": gives(
                lambda tape: [
                    (op, tuple({0: 1, 1: 0}.get(i, i) for i in places), options)
                    for op, places, options in tape
                ]
            ),
        },
        "the arrays of params are not on it": {
            "they are": lambda right: (
                lambda params, kinds, loss: [
                    *right(params, kinds, loss)[:-1],
                    (*right(params, kinds, loss)[-1][:2], {"W": params[0][0]}),
                ]
            ),
        },
        "The last entry is the loss": {
            "an entry more": gives(lambda tape: [*tape, ("exp", (len(tape) - 1,), {})]),
            "an entry less": gives(lambda tape: tape[:-1]),
            "its sign": gives(
                lambda tape: [
                    *tape,
                    ("subtract", (len(tape) - 1, len(tape) - 1), {}),
                    ("subtract", (len(tape), len(tape) - 1), {}),
                ]
            ),
        },
    },
    "gradients_of_a_network": {
        "Return [(dW, db), ...]": {
            "the last layer first": gives(lambda grads: grads[::-1]),
            "flat": gives(lambda grads: [g for pair in grads for g in pair]),
            "flat biases": each_pair(lambda dW, db: (dW, db[:, 0])),
            "in single precision": each_pair(lambda dW, db: (single(dW), db)),
        },
        "by your engine": {
            "by lesson 04": lambda right: by_lesson_04,
        },
        "as for network_tape": {
            "not exp": fails(lambda params, X, T, kinds, loss: "exp" in kinds),
            "a weight is written into": into(0, lambda params: params[0][0]),
        },
        "X (n, m) and T (n_out, m): samples are columns": {
            "not one alone": fails(lambda params, X, *_: X.shape[1] == 1),
            "not as many as features": fails(lambda params, X, *_: len(set(X.shape)) == 1),
            "X is written into": writes(1),
            "T is written into": writes(2),
            "one class has all of a sample": takes(
                lambda params, X, T, kinds, loss: (
                    params,
                    X,
                    np.eye(len(T))[:, T.argmax(axis=0)] if loss[0] == "c" else T,
                    kinds,
                    loss,
                )
            ),
            "not large logits": fails(lambda params, *_: np.abs(params[0][0]).max() > 100),
        },
    },
    "name_the_bug": {
        "Return the name of the bug that an engine has": {
            **{
                f"not {name}": unlike(lambda said, name=name: said == name, "right")
                for name in (
                    *("overwrites", "depth first", "no unbroadcast", "changes a value"),
                    "not reset",
                )
            },
            "in capitals": gives(str.upper),
            "a tuple": gives(lambda said: (said,)),
        },
        'or "right"': {
            "none is right": unlike(lambda said: said == "right", "not reset"),
            "all are": gives(lambda said: "right"),
        },
        "backward(tape, values) returns a list of gradients": {
            "it is called once": lambda right: lambda backward: right(_kept(backward)),
        },
    },
}


def _kept(backward):
    """Return an engine that is asked once about each program."""
    known = {}

    def once(tape, values):
        if repr(tape) not in known:
            known[repr(tape)] = backward(tape, values)
        return known[repr(tape)]

    return once


def by_lesson_04(params, X, T, kinds, loss):
    """Return the gradients by the functions that the notebook has from lesson 04."""
    P, caches = RIGHT["model_forward"](X, params, kinds)
    if loss == "mse":
        return RIGHT["model_backward"](RIGHT["mse_grad"](P, T), caches)
    *below, (A, W, _, _) = caches
    dZ = (P - T) / T.shape[1]
    top = dZ @ A.T, dZ.sum(axis=1, keepdims=True)
    return [*(RIGHT["model_backward"](W.T @ dZ, below) if below else ()), top]
