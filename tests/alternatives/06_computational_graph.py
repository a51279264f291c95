"""Right solutions of lesson 06 that look different from the reference.

Other people's styles: each must get full marks from every seed.
"""

import heapq
import itertools
from collections import defaultdict, deque
from functools import partial, reduce

import numpy as np

from byhand.tape import Var, exp, logsumexp, record, relu, sigmoid, tanh


def logsumexp_of(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True)
    total = top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))
    return total if keepdims else total.squeeze() if axis is None else total.squeeze(axis)


FORWARD = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "matmul": lambda a, b: a.dot(b),
    "transpose": lambda a: a.T,
    "sum": lambda a, **o: np.asarray(a).sum(**o),
    "mean": lambda a, **o: np.asarray(a).mean(**o),
    "take": lambda a, indices, axis=None: np.take(a, indices, axis=axis),
    "exp": np.exp,
    "log": np.log,
    "relu": lambda a: np.where(a > 0, a, 0.0),
    "sigmoid": lambda a: np.exp(-np.logaddexp(0.0, -a)),
    "tanh": np.tanh,
    "logsumexp": logsumexp_of,
}


# ---- run_tape


def run_tape__dictionary(tape, inputs):
    values, given = {}, iter(inputs)
    for place, (op, places, options) in enumerate(tape):
        if op == "input":
            values[place] = next(given)
        else:
            values[place] = FORWARD[op](*(values[i] for i in places), **options)
    return [values[place] for place in range(len(tape))]


def run_tape__recursive_with_memory(tape, inputs):
    known = dict(enumerate(inputs))

    def value(place):
        if place not in known:
            op, places, options = tape[place]
            known[place] = FORWARD[op](*map(value, places), **options)
        return known[place]

    return tuple(value(place) for place in range(len(tape)))


def run_tape__reduce(tape, inputs):
    def step(values, entry):
        op, places, options = entry
        return [*values, partial(FORWARD[op], **options)(*[values[i] for i in places])]

    return reduce(step, tape[len(inputs):], [np.array(x) for x in inputs])


def run_tape__preallocated(tape, inputs):
    values = [None] * len(tape)
    k = 0
    for i in range(len(tape)):
        name, where, options = tape[i]
        if name == "input":
            values[i] = np.copy(inputs[k])
            k += 1
            continue
        arguments = []
        for w in where:
            arguments.append(values[w])
        values[i] = FORWARD[name](*arguments, **options)
    return values


# ---- unbroadcast


def unbroadcast__one_axis_at_a_time(gradient, shape):
    while np.ndim(gradient) > len(shape):
        gradient = np.sum(gradient, axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = np.sum(gradient, axis=axis, keepdims=True)
    return gradient


def unbroadcast__pad_sum_reshape(gradient, shape):
    padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i in range(gradient.ndim) if padded[i] != gradient.shape[i])
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)


def unbroadcast__add_at(gradient, shape):
    result = np.zeros(shape)
    places = np.broadcast_to(np.arange(result.size).reshape(shape), gradient.shape)
    np.add.at(result.reshape(-1), places, gradient)
    return result


def unbroadcast__loops(gradient, shape):
    result = np.zeros(shape)
    skipped = gradient.ndim - len(shape)
    for index in np.ndindex(gradient.shape):
        short = index[skipped:]
        result[tuple(0 if size == 1 else i for i, size in zip(short, shape))] += gradient[index]
    return result


def unbroadcast__bincount(gradient, shape):
    count = int(np.prod(shape))
    places = np.broadcast_to(np.arange(count).reshape(shape), gradient.shape)
    return np.bincount(places.ravel(), gradient.ravel(), count).reshape(shape)


# ---- the steps


def shares(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def step_1_sum__through_the_value(z, g):
    return g * np.exp(z.max() - logsumexp_of(z))


def step_1_sum__loop(z, g):
    largest = max(z)
    return g / sum(np.exp(x - largest) for x in z)


def step_1_sum__largest_share(z, g):
    return g * shares(z).max()


def step_1_sum__dot(z, g):
    return g * (np.exp(z - np.amax(z)) @ np.ones(len(z))) ** -1


def step_2_exponentials__broadcast(z, g):
    return np.broadcast_to(step_1_sum__loop(z, g), z.shape)


def step_2_exponentials__ones(z, g):
    return step_1_sum__dot(z, g) * np.ones_like(z)


def step_2_exponentials__list(z, g):
    return np.array([step_1_sum__loop(z, g) for _ in z])


def step_2_exponentials__zeros_plus(z, g):
    return 0.0 * np.exp(z - z.max()) + g * shares(z).max()


def step_3_shifted__softmax(z, g):
    return g * shares(z)


def step_3_shifted__one_exponential(z, g):
    return g * np.exp(z - logsumexp_of(z))


def step_3_shifted__entry_by_entry(z, g):
    sent = step_1_sum__loop(z, g)
    return np.array([sent * np.exp(x - z.max()) for x in z])


def step_3_shifted__logarithms(z, g):
    return np.sign(g) * np.exp(z - logsumexp_of(z) + np.log(abs(g)))


def step_4_largest__exactly_nothing(z, g):
    return 0.0


def step_4_largest__two_paths(z, g):
    through_the_shift = (-step_3_shifted__softmax(z, g)).sum()
    return through_the_shift + g


def step_4_largest__one_minus_the_shares(z, g):
    return g * (1.0 - sum(shares(z)))


def step_4_largest__zero_dimensional(z, g):
    return np.asarray(g - step_3_shifted__one_exponential(z, g) @ np.ones(z.size))


def step_5_logits__of_the_differences(z, value, g):
    return np.exp(np.subtract(z, value)) * g


def step_5_logits__quotient_of_shifted(z, value, g):
    return g * np.exp(z - z.max()) / np.exp(value - z.max())


def step_5_logits__comprehension(z, value, g):
    return np.array([g * np.exp(x - value) for x in z])


def step_5_logits__signed_logarithm(z, value, g):
    return np.copysign(np.exp(z - value + np.log(np.abs(g))), g)


# ---- vjp


def as_it_was(gradient, x, axis=None, keepdims=False):
    """Copy a gradient over the axis that was summed away."""
    if axis is not None and not keepdims:
        shape = list(x.shape)
        shape[axis] = 1
        gradient = gradient.reshape(shape)
    return np.broadcast_to(gradient, x.shape)


def put_back(gradient, x, indices, axis=None):
    places = np.take(np.arange(x.size).reshape(x.shape), indices, axis=axis)
    return np.bincount(places.ravel(), gradient.ravel(), x.size).reshape(x.shape)


RULES = {
    "add": lambda g, v, a, b: (g, g),
    "subtract": lambda g, v, a, b: (g, np.negative(g)),
    "multiply": lambda g, v, a, b: (g * b, g * a),
    "divide": lambda g, v, a, b: (g / b, -(g * a) / (b * b)),
    "matmul": lambda g, v, a, b: (g.dot(b.T), a.T.dot(g)),
    "transpose": lambda g, v, a: (np.swapaxes(g, 0, 1),),
    "sum": lambda g, v, a, **o: (as_it_was(g, a, **o),),
    "mean": lambda g, v, a, **o: (
        as_it_was(g, a, **o) / (a.size if o.get("axis") is None else a.shape[o["axis"]]),
    ),
    "take": lambda g, v, a, indices, axis=None: (put_back(g, a, indices, axis),),
    "exp": lambda g, v, a: (g * np.exp(a),),
    "log": lambda g, v, a: (g * np.exp(-v),),
    "relu": lambda g, v, a: (np.where(a > 0, g, 0.0),),
    "sigmoid": lambda g, v, a: (g * (v - v * v),),
    "tanh": lambda g, v, a: (g / np.cosh(a) ** 2,),
    "logsumexp": lambda g, v, a, **o: (as_it_was(g, a, **o) * np.exp(a - as_it_was(v, a, **o)),),
}


def vjp__table_of_rules(op, inputs, value, gradient, options):
    sent = RULES[op](gradient, value, *inputs, **options)
    return tuple(unbroadcast__pad_sum_reshape(s, x.shape) for s, x in zip(sent, inputs))


def vjp__lists_and_ifs(op, inputs, value, gradient, options):
    a = inputs[0]
    if op in ("add", "subtract", "multiply", "divide"):
        b = inputs[1]
        full_a, full_b = np.broadcast_arrays(a, b)
        slopes = {
            "add": (1.0, 1.0),
            "subtract": (1.0, -1.0),
            "multiply": (full_b, full_a),
            "divide": (1.0 / full_b, -value / full_b),
        }[op]
        return [
            unbroadcast__loops(np.asarray(gradient * slope), x.shape) for slope, x in zip(slopes, (a, b))
        ]
    if op == "matmul":
        b = inputs[1]
        return [np.einsum("im,km->ik", gradient, b), np.einsum("ik,im->km", a, gradient)]
    if op == "transpose":
        return [np.transpose(gradient).copy()]
    if op == "take":
        result = np.zeros(a.shape)
        axis = options.get("axis")
        if axis is None:
            for place, number in zip(options["indices"], gradient):
                result[np.unravel_index(place, a.shape)] += number
        else:
            for k, place in enumerate(options["indices"]):
                chosen = [slice(None)] * a.ndim
                source = [slice(None)] * a.ndim
                chosen[axis], source[axis] = place, k
                result[tuple(chosen)] += gradient[tuple(source)]
        return [result]
    if op in ("sum", "mean", "logsumexp"):
        axis = options.get("axis")
        lifted, top = gradient, value
        if axis is not None and not options.get("keepdims"):
            lifted, top = np.expand_dims(gradient, axis), np.expand_dims(value, axis)
        if op == "sum":
            return [lifted + np.zeros_like(a)]
        if op == "mean":
            return [lifted + np.zeros_like(a)] if value.size == a.size else [
                np.ones_like(a) * lifted / (a.size // value.size)
            ]
        return [lifted * np.exp(a - top)]
    if op == "exp":
        return [gradient * value]
    if op == "log":
        return [np.divide(gradient, a)]
    if op == "relu":
        return [gradient * np.heaviside(a, 0.0)]
    if op == "sigmoid":
        return [gradient * value * (1 - value)]
    return [gradient - gradient * value * value]


def vjp__jacobians(op, inputs, value, gradient, options):
    """The whole Jacobian by complex steps where that can be, the table of rules elsewhere."""
    if op in ("relu", "take", "logsumexp", "transpose", "sigmoid"):
        return vjp__table_of_rules(op, inputs, value, gradient, options)
    h, sent = 1e-30, []
    for k, x in enumerate(inputs):
        slopes = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            moved = [np.array(a, dtype=complex) for a in inputs]
            moved[k][index] += 1j * h
            slopes[index] = np.sum(gradient * (FORWARD[op](*moved, **options)).imag / h)
        sent.append(slopes)
    return tuple(sent)


class Rules:
    """A method for each operation."""

    def __init__(self, inputs, value, g, options):
        self.inputs, self.value, self.g, self.options = inputs, value, g, options
        self.x = inputs[0]

    def both(self, left, right):
        a, b = self.inputs
        return unbroadcast__add_at(left, a.shape), unbroadcast__add_at(right, b.shape)

    def spread(self, array):
        return as_it_was(array, self.x, **self.options)

    add = lambda self: self.both(self.g, self.g)
    subtract = lambda self: self.both(self.g, 0.0 - self.g)
    multiply = lambda self: self.both(self.g * self.inputs[1], self.inputs[0] * self.g)
    divide = lambda self: self.both(self.g / self.inputs[1], -self.g * self.inputs[0] * self.inputs[1] ** -2.0)
    matmul = lambda self: (np.inner(self.g, self.inputs[1]), (self.g.T @ self.x).T)
    transpose = lambda self: (self.g.T,)
    sum = lambda self: (self.spread(self.g) + 0.0,)
    mean = lambda self: (self.spread(self.g / (self.x.size / self.value.size)),)
    logsumexp = lambda self: (self.spread(self.g) * np.exp(self.x - self.spread(self.value)),)
    exp = lambda self: (self.value * self.g,)
    log = lambda self: (self.g * self.x**-1.0,)
    relu = lambda self: (self.g * (self.value > 0),)
    sigmoid = lambda self: (self.g * self.value * FORWARD["sigmoid"](-self.x),)
    tanh = lambda self: (self.g * (1 - self.value) * (1 + self.value),)

    def take(self):
        result = np.zeros(self.x.size)
        numbers = np.arange(self.x.size).reshape(self.x.shape)
        chosen = np.take(numbers, self.options["indices"], self.options.get("axis"))
        for place, number in zip(chosen.flat, self.g.flat):
            result[place] = result[place] + number
        return (result.reshape(self.x.shape),)


def vjp__class_of_methods(op, inputs, value, gradient, options):
    return getattr(Rules(inputs, value, gradient, options), op)()


# ---- backward_tape


def contributions(rule, tape, values, place, gradient):
    op, places, options = tape[place]
    return zip(places, rule(op, [values[i] for i in places], values[place], gradient, options))


def backward_tape__zeros_first(tape, values, rule=None):
    rule = rule or vjp__table_of_rules
    gradients = [np.zeros(np.shape(value)) for value in values]
    gradients[-1] = gradients[-1] + 1.0
    reached = [False] * (len(tape) - 1) + [True]
    for place in range(len(tape) - 1, -1, -1):
        if tape[place][0] != "input" and reached[place]:
            for i, sent in contributions(rule, tape, values, place, gradients[place]):
                reached[i] = True
                gradients[i] = gradients[i] + sent
    return gradients


def backward_tape__every_entry_even_without_need(tape, values, rule=None):
    rule = rule or vjp__class_of_methods
    gradients = [np.zeros_like(value) for value in values]
    gradients[-1] = np.array(1.0)
    for place, (op, _, _) in reversed(list(enumerate(tape))):
        if op != "input":
            for i, sent in contributions(rule, tape, values, place, gradients[place]):
                gradients[i] = gradients[i] + sent
    return tuple(gradients)


def backward_tape__collects_then_adds(tape, values, rule=None):
    rule = rule or vjp__table_of_rules
    mail = defaultdict(list)
    mail[len(tape) - 1].append(np.ones(()))
    gradients = {}
    while mail:
        place = max(mail)
        gradients[place] = reduce(np.add, mail.pop(place))
        if tape[place][0] != "input":
            for i, sent in contributions(rule, tape, values, place, gradients[place]):
                mail[i].append(sent)
    return [gradients.get(i, np.zeros(np.shape(value))) for i, value in enumerate(values)]


def backward_tape__heap(tape, values, rule=None):
    rule = rule or vjp__lists_and_ifs
    found, heap = {len(tape) - 1: np.array(1.0)}, [-(len(tape) - 1)]
    while heap:
        place = -heapq.heappop(heap)
        if tape[place][0] == "input":
            continue
        for i, sent in contributions(rule, tape, values, place, found[place]):
            if i in found:
                found[i] = found[i] + sent
            else:
                found[i] = sent
                heapq.heappush(heap, -i)
    return [found[i] if i in found else np.zeros_like(values[i]) for i in range(len(tape))]


def backward_tape__counts_users(tape, values, rule=None):
    rule = rule or vjp__table_of_rules
    last = len(tape) - 1
    needed, todo = {last}, [last]
    while todo:
        for i in tape[todo.pop()][1]:
            if i not in needed:
                needed.add(i)
                todo.append(i)
    missing = [0] * len(tape)
    for place in needed:
        for i in tape[place][1]:
            missing[i] += 1
    gradients = [np.zeros(np.shape(value)) for value in values]
    gradients[last] = np.ones(np.shape(values[last]))
    ready = deque([last])
    while ready:
        place = ready.popleft()
        if tape[place][0] == "input":
            continue
        for i, sent in contributions(rule, tape, values, place, gradients[place]):
            gradients[i] = np.add(gradients[i], sent)
            missing[i] -= 1
            if not missing[i]:
                ready.append(i)
    return gradients


# ---- topological_order


def topological_order__count_missing_inputs(inputs_of, output):
    needed, todo = {output}, [output]
    while todo:
        for before in inputs_of[todo.pop()]:
            if before not in needed:
                needed.add(before)
                todo.append(before)
    users, missing = defaultdict(list), {}
    for node in needed:
        missing[node] = len(inputs_of[node])
        for before in inputs_of[node]:
            users[before].append(node)
    ready = deque(node for node in needed if not missing[node])
    order = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for user in users[node]:
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    return order


def topological_order__iterators_on_a_stack(inputs_of, output):
    order, seen = [], {output}
    stack = [(output, iter(inputs_of[output]))]
    while stack:
        node, rest = stack[-1]
        for before in rest:
            if before not in seen:
                seen.add(before)
                stack.append((before, iter(inputs_of[before])))
                break
        else:
            stack.pop()
            order.append(node)
    return tuple(order)


def topological_order__longest_way(inputs_of, output):
    """Sort by the longest way to an input, found by passes over the nodes that wait."""
    depth, stack = {}, [output]
    while stack:
        node = stack[-1]
        waiting = [before for before in inputs_of[node] if before not in depth]
        if waiting:
            stack.extend(waiting)
        else:
            depth[node] = 1 + max((depth[before] for before in inputs_of[node]), default=0)
            stack.pop()
    return np.array(sorted(depth, key=depth.get))


def topological_order__generators_in_a_trampoline(inputs_of, output):
    order, done = [], set()

    def visit(node):
        for before in inputs_of[node]:
            if before not in done:
                yield visit(before)
        if node not in done:
            done.add(node)
            order.append(node)

    calls = [visit(output)]
    while calls:
        try:
            calls.append(next(calls[-1]))
        except StopIteration:
            calls.pop()
    return order


# ---- network_tape


def flat_tape(params, kinds, loss):
    """Return the tape of a network, written by hand with places."""
    tape = [("input", (), {})] * (2 + 2 * len(params))

    def put(op, *places, **options):
        tape.append((op, places, options))
        return len(tape) - 1

    A, n = 0, 2
    for kind in kinds:
        Z = put("add", put("matmul", n, A), n + 1)
        n += 2
        if kind == "softmax":
            S = put("subtract", Z, put("logsumexp", Z, axis=0, keepdims=True))
            A = S if loss == "cross_entropy" else put("exp", S)
        elif kind == "linear":
            A = Z
        else:
            A = put(kind, Z)
    if loss == "mse":
        D = put("subtract", 1, A)
        put("mean", put("multiply", D, D))
    else:
        cost = put("sum", put("multiply", 1, A), axis=0)
        put("mean", put("subtract", put("subtract", cost, cost), cost))
    return tape


def network_tape__places_by_hand(params, kinds, loss):
    return flat_tape(params, kinds, loss)


def network_tape__formula_4(params, kinds, loss):
    """Targets sum to 1, so the log-sum-exp need not be multiplied by them."""
    tape = []
    X, T = Var(tape), Var(tape)
    arrays = [Var(tape) for _ in itertools.chain(*params)]
    functions = {"exp": exp, "linear": lambda z: z, "relu": relu, "sigmoid": sigmoid, "tanh": tanh}
    functions["softmax"] = lambda z: exp(z - logsumexp(z, axis=0, keepdims=True))
    A = X
    for layer, kind in enumerate(kinds):
        Z = arrays[2 * layer] @ A + arrays[2 * layer + 1]
        A = functions[kind](Z)
    if loss == "cross_entropy":
        (logsumexp(Z, axis=0) - (T * Z).sum(axis=0)).mean()
    else:
        ((A - T) * (A - T)).mean()
    return tape


def network_tape__means_of_means(params, kinds, loss):
    tape = []
    X, T = Var(tape), Var(tape)
    layers = [(Var(tape), Var(tape)) for _ in params]
    for (W, b), kind in zip(layers, kinds):
        Z = b + W @ X
        if kind == "softmax":
            X = exp(Z) / exp(Z).sum(axis=0) if loss == "mse" else Z
        else:
            X = Z if kind == "linear" else record(kind, Z)
    if loss == "mse":
        D = T - X
        (D * D).mean(axis=0).mean(axis=0)
    else:
        (T * (logsumexp(X, axis=0) - X)).sum(axis=0).mean()
    return tuple(tape)


def network_tape__rows_are_samples(params, kinds, loss):
    """Everything transposed, and back at no place: the loss does not care."""
    tape = []
    X, T = Var(tape), Var(tape)
    layers = [(Var(tape), Var(tape)) for _ in params]
    A, wanted = X.T, T.T
    for (W, b), kind in zip(layers, kinds):
        Z = A @ W.T + b.T
        if kind == "softmax":
            A = exp(Z - logsumexp(Z, axis=1, keepdims=True))
        elif kind == "linear":
            A = Z
        else:
            A = record(kind, Z)
    if loss == "mse":
        ((wanted - A) * (wanted - A)).mean()
    else:
        (wanted * (logsumexp(Z, axis=1, keepdims=True) - Z)).sum(axis=1).mean()
    return [list(entry) for entry in tape]


# ---- gradients_of_a_network


def gradients_of_a_network__pairs(params, X, T, kinds, loss):
    tape = flat_tape(params, kinds, loss)
    arrays = [X, T]
    for W, b in params:
        arrays += [W, b]
    gradients = backward_tape__zeros_first(tape, run_tape__dictionary(tape, arrays))
    return [(gradients[2 + 2 * l], gradients[3 + 2 * l]) for l in range(len(params))]


def gradients_of_a_network__iterators(params, X, T, kinds, loss):
    tape = network_tape__formula_4(params, kinds, loss)
    values = run_tape__preallocated(tape, [X, T, *itertools.chain(*params)])
    found = iter(backward_tape__heap(tape, values)[2:])
    return [[next(found), next(found)] for _ in params]


def gradients_of_a_network__by_place(params, X, T, kinds, loss):
    tape = network_tape__rows_are_samples(params, kinds, loss)
    values = run_tape__recursive_with_memory(tape, [X, T] + [a for pair in params for a in pair])
    gradients = backward_tape__counts_users(tape, values)
    inputs = [place for place, entry in enumerate(tape) if entry[0] == "input"][2:]
    return list(zip([gradients[p] for p in inputs[0::2]], [gradients[p] for p in inputs[1::2]]))


def gradients_of_a_network__by_hand(params, X, T, kinds, loss):
    """No engine at all: the recursion of lesson 04, with the fused delta on top."""
    A, kept = X, []
    for (W, b), kind in zip(params, kinds):
        Z = W @ A + b
        kept.append((A, W, Z, kind))
        if kind == "softmax":
            A = np.exp(Z - logsumexp_of(Z, axis=0))
        else:
            A = Z if kind == "linear" else FORWARD[kind](Z)
    fused = loss == "cross_entropy"
    dA = (A * T.sum(axis=0) - T) / T.shape[1] if fused else 2 * (A - T) / A.size
    grads = []
    for A_prev, W, Z, kind in reversed(kept):
        if kind == "softmax" and fused:
            dZ, fused = dA, False
        elif kind == "softmax":
            S = np.exp(Z - logsumexp_of(Z, axis=0))
            dZ = S * (dA - (S * dA).sum(axis=0))
        elif kind == "linear":
            dZ = dA
        else:
            dZ = RULES[kind](dA, FORWARD[kind](Z), Z)[0]
        grads.insert(0, (dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)))
        dA = W.T @ dZ
    return grads


# ---- name_the_bug


def tried(backward, program, *inputs, calls=2):
    """Run a program; return for each call whether the engine is wrong, and what it said."""
    tape = []
    program(*(Var(tape) for _ in inputs))
    values = run_tape__dictionary(tape, inputs)
    right = backward_tape__zeros_first(tape, values)
    said = [list(backward(tape, values)) for _ in range(calls)]
    return [
        any(np.shape(a) != np.shape(b) or np.abs(a - b).max() > 1e-9 for a, b in zip(found, right))
        for found in said
    ], said, right


def name_the_bug__pattern_of_failures(backward):
    """Try all programs first, then read the pattern."""
    x, w = np.array(0.4), np.array(-0.8)
    wide, column = np.ones((2, 3)), np.ones((2, 1))
    fails = [
        tried(backward, lambda a, b: exp(tanh(a) * sigmoid(b)), x, w)[0],
        tried(backward, lambda a: a + a, x)[0],
        tried(backward, lambda a: (lambda u: tanh(u) + exp(u))(sigmoid(a)), x)[0],
        tried(backward, lambda a, b: (a - b).mean(), wide, column)[0],
    ]
    first = [pair[0] for pair in fails]
    names = ["changes a value", "overwrites", "depth first", "no unbroadcast"]
    if any(first):
        return names[first.index(True)]
    return "not reset" if any(pair[1] for pair in fails) else "right"


def name_the_bug__shapes_first(backward):
    _, (once, again), right = tried(
        backward, lambda a, b: (a * b).sum(), np.full((3, 2), 0.5), np.full((3, 1), 2.0)
    )
    if any(np.shape(a) != np.shape(b) for a, b in zip(once, right)):
        return "no unbroadcast"
    if not all(map(np.allclose, once, again)):
        return "not reset"
    twice, _, _ = tried(backward, lambda a: (a + a).sum(), np.ones(2))
    if twice[0]:
        return "overwrites"
    product, _, _ = tried(
        backward, lambda a, b: exp(exp(a) * exp(b)), np.array(0.3), np.array(0.6)
    )
    if product[0]:
        return "changes a value"
    fork, _, _ = tried(backward, lambda a: (lambda u: sigmoid(u) - exp(u))(exp(a)), np.array(0.2))
    return "depth first" if fork[0] else "right"


def name_the_bug__reads_the_numbers(backward):
    """No engine of one's own: the gradients of these programs are known."""
    tape = [("input", (), {}), ("add", (0, 0), {})]
    values = [np.array(3.0), np.array(6.0)]
    if float(backward(tape, values)[0]) == 1.0:
        return "overwrites"
    if float(backward(tape, values)[0]) != 2.0:
        return "not reset"
    tape = [("input", (), {}), ("input", (), {}), ("add", (0, 1), {}), ("sum", (2,), {})]
    a, b = np.zeros(2), np.zeros(())
    if np.shape(backward(tape, [a, b, a + b, np.array(0.0)])[1]) != ():
        return "no unbroadcast"
    # u = exp(x), L = exp(u v) with v = exp(w): dL/dx is L u v, and so is dL/dw.
    tape = [
        ("input", (), {}), ("input", (), {}), ("exp", (0,), {}), ("exp", (1,), {}),
        ("multiply", (2, 3), {}), ("exp", (4,), {}),
    ]
    one = np.array(1.0)
    values = [0 * one, 0 * one, one, one, one, np.exp(one)]
    if not np.allclose(backward(tape, values)[:2], np.e):
        return "changes a value"
    # u = 2x, and exp(u) + tanh(u) at x = 0: the slope is 2 + 2.
    tape = [
        ("input", (), {}), ("add", (0, 0), {}), ("exp", (1,), {}), ("tanh", (1,), {}),
        ("add", (2, 3), {}),
    ]
    zero = np.array(0.0)
    slope = backward(tape, [zero, zero, one, zero, one])[0]
    return "right" if np.isclose(float(slope), 4.0) else "depth first"


def name_the_bug__by_measured_slopes(backward):
    """Right is what central differences say."""

    def wrong(tape, inputs, calls=1):
        values = [np.asarray(v) for v in run_tape__dictionary(tape, inputs)]
        for _ in range(calls):
            found = backward(tape, values)
        for k, x in enumerate(inputs):
            if np.shape(found[k]) != x.shape:
                return True
            for index in np.ndindex(x.shape):
                ends = []
                for h in (1e-6, -1e-6):
                    moved = [np.array(v) for v in inputs]
                    moved[k][index] += h
                    ends.append(run_tape__dictionary(tape, moved)[-1])
                slope = (ends[0] - ends[1]) / 2e-6
                if abs(slope - np.asarray(found[k])[index]) > 1e-5 * max(1.0, abs(slope)):
                    return True
        return False

    def taped(program, count):
        tape = []
        program(*[Var(tape) for _ in range(count)])
        return tape

    x = np.array(0.9)
    line = taped(lambda a: tanh(exp(a)), 1)
    if wrong(line, [x]):
        return "?"
    if wrong(line, [x], calls=2):
        return "not reset"
    if wrong(taped(lambda a, b: tanh(sigmoid(a) * exp(b)), 2), [x, -x]):
        return "changes a value"
    if wrong(taped(lambda a, b: (a + b).sum(), 2), [np.ones(3), x]):
        return "no unbroadcast"
    if wrong(taped(lambda a: a + a, 1), [x]):
        return "overwrites"
    return "depth first" if wrong(taped(lambda a: (lambda u: exp(u) - sigmoid(u))(exp(a)), 1), [x]) else "right"
