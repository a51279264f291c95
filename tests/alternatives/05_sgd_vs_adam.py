"""Right solutions of lesson 05 that look different from the reference.

Other people's styles: each must get full marks from every seed.
"""

import math
from copy import deepcopy

import numpy as np


# ---- sgd_step


def sgd_step__plain_loops(params, grads, lr):
    stepped = []
    for layer in range(len(params)):
        W, b = params[layer]
        dW, db = grads[layer]
        W_new = np.empty(W.shape)
        b_new = np.empty(b.shape)
        for i in range(W.shape[0]):
            b_new[i, 0] = b[i, 0] - lr * db[i, 0]
            for j in range(W.shape[1]):
                W_new[i, j] = W[i, j] - lr * dW[i, j]
        stepped.append((W_new, b_new))
    return stepped


def sgd_step__copy_then_subtract(params, grads, lr):
    stepped = []
    for (W, b), (dW, db) in zip(params, grads):
        W, b = W.astype(float), b.astype(float)  # astype copies
        W -= lr * dW
        b -= lr * db
        stepped.append((W, b))
    return stepped


def sgd_step__lists_of_lists(params, grads, lr):
    return [[np.add(p, -lr * g) for p, g in zip(*pairs)] for pairs in zip(params, grads)]


# ---- momentum_step


def momentum_step__fused_update(params, grads, velocity, lr, beta=0.9):
    """p - lr g - lr beta v: another order of operations."""
    new_params, new_velocity = [], []
    for (W, b), (dW, db), (vW, vb) in zip(params, grads, velocity):
        new_params.append((W - lr * dW - lr * beta * vW, b - lr * db - lr * beta * vb))
        new_velocity.append((dW + vW * beta, db + vb * beta))
    return new_params, new_velocity


def momentum_step__deep_copies(params, grads, velocity, lr, beta=0.9):
    params, velocity = deepcopy(params), deepcopy(velocity)
    for layer, gradients in enumerate(grads):
        for place, g in enumerate(gradients):
            velocity[layer][place][...] = beta * velocity[layer][place] + g
            params[layer][place][...] -= lr * velocity[layer][place]
    return params, velocity


def momentum_step__by_the_running_mean(params, grads, velocity, lr, beta=0.9):
    """Through v / (1 - beta)'s mean and back: equal up to rounding."""
    mean = [
        tuple(beta * ((1 - beta) * v) + (1 - beta) * g for v, g in zip(*pairs))
        for pairs in zip(velocity, grads)
    ]
    velocity = [tuple(u / (1 - beta) for u in pair) for pair in mean]
    params = [tuple(p - lr / (1 - beta) * u for p, u in zip(*pairs)) for pairs in zip(params, mean)]
    return params, velocity


# ---- adam_init


def adam_init__zero_times(params):
    return {
        "m": [(0.0 * W, 0.0 * b) for W, b in params],
        "v": [(0.0 * W, 0.0 * b) for W, b in params],
        "t": 0,
    }


def adam_init__dict_of_lists(params):
    state = dict(t=0, m=[], v=[])
    for layer in params:
        for name in ("m", "v"):
            state[name].append([np.zeros_like(array) for array in layer])
    return state


# ---- adam_step


def adam_step__scalar_loops(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state["t"] + 1
    new_params, new_m, new_v = deepcopy(params), deepcopy(state["m"]), deepcopy(state["v"])
    for layer in range(len(params)):
        for place in (0, 1):
            p, m, v = new_params[layer][place], new_m[layer][place], new_v[layer][place]
            for index in np.ndindex(p.shape):
                g = grads[layer][place][index]
                m[index] = beta1 * m[index] + (1 - beta1) * g
                v[index] = beta2 * v[index] + (1 - beta2) * g**2
                m_hat = m[index] / (1 - beta1**t)
                v_hat = v[index] / (1 - beta2**t)
                p[index] -= lr * m_hat / (math.sqrt(v_hat) + eps)
    return new_params, {"t": t, "m": new_m, "v": new_v}


def adam_step__correction_in_the_rate(
    params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The efficient order of the paper, with eps scaled so that it means the same."""
    t = state["t"] + 1
    root = np.sqrt(1 - beta2**t)
    rate = lr * root / (1 - beta1**t)
    new_params, m, v = [], [], []
    for pairs in zip(params, grads, state["m"], state["v"]):
        triples = []
        for p, g, m_old, v_old in zip(*pairs):
            m_new = m_old + (1 - beta1) * (g - m_old)
            v_new = v_old + (1 - beta2) * (np.square(g) - v_old)
            triples.append((p - rate * m_new / (np.sqrt(v_new) + eps * root), m_new, v_new))
        for kept, arrays in zip((new_params, m, v), zip(*triples)):
            kept.append(arrays)
    return new_params, {"t": t, "m": m, "v": v}


def adam_step__plain_and_slow(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = 1 + state["t"]
    new = {"t": t, "m": [], "v": []}
    new_params = []
    for i, (W, b) in enumerate(params):
        dW, db = grads[i]
        mW = beta1 * state["m"][i][0] + (1 - beta1) * dW
        mb = beta1 * state["m"][i][1] + (1 - beta1) * db
        vW = beta2 * state["v"][i][0] + (1 - beta2) * dW * dW
        vb = beta2 * state["v"][i][1] + (1 - beta2) * db * db
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        new_params.append(
            (W - lr * (mW / c1) / ((vW / c2) ** 0.5 + eps), b - lr * (mb / c1) / ((vb / c2) ** 0.5 + eps))
        )
        new["m"].append((mW, mb))
        new["v"].append((vW, vb))
    return new_params, new


# ---- what a whole training needs, without the lesson's functions


def _phi(Z, kind):
    if kind == "softmax":
        E = np.exp(Z - Z.max(axis=0))
        return E / E.sum(axis=0)
    return {
        "linear": lambda Z: Z,
        "relu": lambda Z: Z * (Z > 0),
        "sigmoid": lambda Z: np.exp(-np.logaddexp(0.0, -Z)),
        "tanh": np.tanh,
    }[kind](Z)


def _forward(params, X, kinds):
    As = [X]
    for (W, b), kind in zip(params, kinds):
        As.append(_phi(np.einsum("ij,jk->ik", W, As[-1]) + b, kind))
    return As


def _loss(P, T, loss):
    if loss == "mse":
        return float(((P - T) ** 2).sum() / T.size)
    return float((-T * np.log(np.clip(P, 1e-12, None))).sum(axis=0).mean())


def _slope(P, T, loss):
    if loss == "mse":
        return 2 / T.size * (P - T)
    return -T / (np.clip(P, 1e-12, None) * T.shape[1])


def _grads(params, X, T, kinds, loss):
    """Return the loss and the gradients."""
    As = _forward(params, X, kinds)
    return _loss(As[-1], T, loss), _backward(_slope(As[-1], T, loss), params, As, kinds)


def _backward(dA, params, As, kinds):
    """Return the gradients, sample by sample through each layer's Jacobian."""
    grads = []
    for (W, b), kind, A_in, A in zip(params[::-1], kinds[::-1], As[-2::-1], As[:0:-1]):
        if kind == "softmax":
            J = np.einsum("im,ij->mij", A, np.eye(len(A))) - np.einsum("im,jm->mij", A, A)
            dZ = np.einsum("mij,jm->im", J, dA)
        else:
            dZ = dA * {
                "linear": np.ones_like(A),
                "relu": (A > 0) * 1.0,
                "sigmoid": A - A**2,
                "tanh": 1 - A**2,
            }[kind]
        grads.insert(0, (np.einsum("im,jm->ij", dZ, A_in), dZ.sum(axis=1)[:, None]))
        dA = np.einsum("ij,im->jm", W, dZ)
    return grads


def _zeros(params):
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]


# ---- fit


def fit__plain_and_slow(
    params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    """Nothing of the lesson is called; the samples are drawn in another way."""
    velocity, state = _zeros(params), {"t": 0, "m": _zeros(params), "v": _zeros(params)}
    train_loss, test_loss = [], []
    m = X.shape[1]
    for _ in range(epochs):
        order = np.argsort(rng.random(m))
        seen = 0.0
        for start in range(0, m, batch_size):
            pick = order[start : start + batch_size]
            value, grads = _grads(params, X[:, pick], T[:, pick], kinds, loss)
            seen += len(pick) / m * value
            if optimizer == "adam":
                params, state = adam_step__scalar_loops(params, grads, state, lr=lr)
            elif optimizer == "momentum":
                params, velocity = momentum_step__fused_update(params, grads, velocity, lr)
            else:
                params = sgd_step__lists_of_lists(params, grads, lr)
        train_loss.append(seen)
        test_loss.append(_loss(_forward(params, X_test, kinds)[-1], T_test, loss))
    return params, {"train_loss": train_loss, "test_loss": test_loss}


def fit__one_closure_a_name(
    params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    """The optimiser is chosen once; the state is one variable, whatever it holds."""
    steps = {
        "sgd": (None, lambda p, g, s: (sgd_step__copy_then_subtract(p, g, lr), None)),
        "momentum": (
            _zeros(params),
            lambda p, g, s: momentum_step__deep_copies(p, g, s, lr),
        ),
        "adam": (
            adam_init__zero_times(params),
            lambda p, g, s: adam_step__correction_in_the_rate(p, g, s, lr),
        ),
    }
    memory, step = steps[optimizer]
    history = {"train_loss": [], "test_loss": []}
    X, T = X.copy(), T.copy()
    for _ in range(epochs):
        order = rng.permutation(X.shape[1])
        losses, sizes = [], []
        for pick in np.split(order, range(batch_size, X.shape[1], batch_size)):
            value, grads = _grads(params, X[:, pick], T[:, pick], kinds, loss)
            params, memory = step(params, grads, memory)
            losses.append(value)
            sizes.append(pick.size)
        history["train_loss"].append(float(np.average(losses, weights=sizes)))
        history["test_loss"].append(_loss(_forward(params, X_test, kinds)[-1], T_test, loss))
    return params, history


# ---- learning_rate_sweep


def learning_rate_sweep__plain_and_slow(params, X, T, kinds, loss, lrs, steps):
    results = []
    with np.errstate(all="ignore"):
        first = _loss(_forward(params, X, kinds)[-1], T, loss)
        for lr in lrs:
            current = params
            for _ in range(steps):
                As = _forward(current, X, kinds)
                grads = _backward(_slope(As[-1], T, loss), current, As, kinds)
                current = sgd_step__lists_of_lists(current, grads, lr)
            last = _loss(_forward(current, X, kinds)[-1], T, loss)
            good = math.isfinite(last) and last <= 1e6 * first
            results.append(last if good else math.nan)
    return np.array(results)


def learning_rate_sweep__stop_where_not_finite(params, X, T, kinds, loss, lrs, steps):
    """A loop that gives a rate up as soon as its loss is not finite."""
    losses = np.full(len(lrs), np.nan)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        first, _ = _grads(params, X, T, kinds, loss)
        for i, lr in enumerate(lrs):
            current = [(W.copy(), b.copy()) for W, b in params]
            value = first
            for _ in range(steps):
                _, grads = _grads(current, X, T, kinds, loss)
                current = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(current, grads)]
                value = _loss(_forward(current, X, kinds)[-1], T, loss)
                if not np.isfinite(value):
                    break
            if np.isfinite(value) and not value > 1e6 * first:
                losses[i] = value
    return losses


def learning_rate_sweep__einsum_stack(params, X, T, kinds, loss, lrs, steps):
    """The rates on a leading axis, by einsum, with in-place steps on own copies."""
    rates = np.array(lrs, dtype=float)[:, None, None]
    Ws = [np.tile(W, (len(rates), 1, 1)).astype(float) for W, _ in params]
    bs = [np.tile(b, (len(rates), 1, 1)).astype(float) for _, b in params]
    X = np.broadcast_to(X, (len(rates), *X.shape))
    m = X.shape[2]

    def act(Z, kind):
        if kind == "softmax":
            E = np.exp(Z - Z.max(axis=1, keepdims=True))
            return E / E.sum(axis=1, keepdims=True)
        return _phi(Z, kind)

    def run():
        As = [X]
        for W, b, kind in zip(Ws, bs, kinds):
            As.append(act(np.einsum("rij,rjm->rim", W, As[-1]) + b, kind))
        return As

    def losses(P):
        if loss == "mse":
            return ((P - T) ** 2).mean(axis=2).mean(axis=1)
        return -(T * np.log(np.clip(P, 1e-12, None))).sum(axis=1).mean(axis=1)

    with np.errstate(all="ignore"):
        first = losses(run()[-1])[0] if len(rates) else 0.0
        for _ in range(steps):
            As = run()
            P = As[-1]
            dA = 2 * (P - T) / T.size if loss == "mse" else -T / np.clip(P, 1e-12, None) / m
            for i in range(len(kinds) - 1, -1, -1):
                A = As[i + 1]
                if kinds[i] == "softmax":
                    dZ = A * dA - A * np.einsum("rim,rim->rm", A, dA)[:, None, :]
                elif kinds[i] == "relu":
                    dZ = np.where(A > 0, dA, 0.0)
                else:
                    dZ = dA * {"linear": 1.0, "sigmoid": A * (1 - A), "tanh": 1 - A**2}[kinds[i]]
                dA = np.einsum("rij,rim->rjm", Ws[i], dZ)
                Ws[i] -= rates * np.einsum("rim,rjm->rij", dZ, As[i])
                bs[i] -= rates * dZ.sum(axis=2, keepdims=True)
        last = losses(run()[-1])
        last[~np.isfinite(last) | (last > 1e6 * first)] = np.nan
    return last


# ---- best_rate


def best_rate__plain_loop(lrs, losses):
    best = None
    for loss in losses:
        if not math.isnan(loss) and (best is None or loss < best):
            best = loss
    if best is None:
        raise ValueError("no rate converged")
    chosen = -math.inf
    for lr, loss in zip(lrs, losses):
        if loss <= best * 1.05 and lr > chosen:
            chosen = lr
    return chosen


def best_rate__from_the_largest_down(lrs, losses):
    lrs, losses = np.asarray(lrs), np.asarray(losses)
    finite = losses[np.isfinite(losses)]
    if finite.size == 0:
        raise ValueError("all losses are nan")
    for i in np.argsort(lrs)[::-1]:
        if losses[i] <= finite.min() * 1.05:
            return lrs[i]


def best_rate__nan_to_infinity(lrs, losses):
    filled = np.where(np.isnan(losses), np.inf, losses)
    if np.isinf(filled).all():
        raise ValueError("all rates diverged")
    return max(np.asarray(lrs)[filled <= 1.05 * filled.min()])


# The bias correction, step by step


def step_1_weight__product(i, step, beta):
    weight = 1 - beta
    for _ in range(step - i):
        weight *= beta
    return weight


def step_1_weight__difference(i, step, beta):
    return beta ** (step - i) - beta ** (step - i + 1)


def step_1_weight__np_power(i, step, beta):
    return np.power(beta, step - i) * (1.0 - beta)


def step_1_weight__of_a_unit_gradient(i, step, beta):
    mean = 0.0
    for number in range(1, step + 1):
        mean = beta * mean + (1 - beta) * (number == i)
    return mean


def step_2_unrolled__recursion(g, beta):
    mean = 0.0
    for gradient in g:
        mean = beta * mean + (1 - beta) * gradient
    return mean


def step_2_unrolled__dot(g, beta):
    ages = np.arange(len(g))[::-1]
    return (1 - beta) * beta**ages @ g


def step_2_unrolled__polynomial(g, beta):
    return (1 - beta) * np.polyval(g, beta)


def step_2_unrolled__enumerate(g, beta):
    return sum((1 - beta) * beta**age * gradient for age, gradient in enumerate(reversed(list(g))))


def step_3_total__sum(step, beta):
    return sum((1 - beta) * beta**age for age in range(step))


def step_3_total__minus(step, beta):
    return -(beta**step - 1)


def step_3_total__recursion(step, beta):
    total = 0.0
    for _ in range(step):
        total = beta * total + (1 - beta)
    return total


def step_3_total__np(step, beta):
    return 1.0 - np.power(float(beta), step)


def step_4_corrected__average(g, beta):
    return np.average(g, weights=beta ** np.arange(len(g))[::-1])


def step_4_corrected__recursion(g, beta):
    return step_2_unrolled__recursion(g, beta) / (1 - beta ** len(g))


def step_4_corrected__two_sums(g, beta):
    weights = [beta ** (len(g) - i) for i in range(1, len(g) + 1)]
    return sum(w * x for w, x in zip(weights, g)) / sum(weights)


def step_4_corrected__minus(g, beta):
    return step_2_unrolled__dot(g, beta) / step_3_total__minus(len(g), beta)


def step_5_first__plain(beta1, beta2):
    return (1 - beta1) / np.sqrt(1 - beta2)


def step_5_first__power(beta1, beta2):
    return (1 - beta1) * (1 - beta2) ** -0.5


def step_5_first__a_gradient(beta1, beta2):
    g = -7.0
    M, G = (1 - beta1) * g, (1 - beta2) * g * g
    return abs(M) / G**0.5


def step_5_first__hypot(beta1, beta2):
    return float(np.exp(np.log1p(-beta1) - 0.5 * np.log1p(-beta2)))


# ---- one more of each: comprehensions, classes, recursion


def sgd_step__recursion(params, grads, lr):
    if not params:
        return []
    (W, b), (dW, db) = params[0], grads[0]
    return [(W - lr * dW, b - lr * db), *sgd_step__recursion(params[1:], grads[1:], lr)]


class _Velocity:
    """A velocity that remembers beta."""

    def __init__(self, beta):
        self.beta = beta

    def after(self, v, g):
        return np.add(np.multiply(self.beta, v), g)


def momentum_step__a_class(params, grads, velocity, lr, beta=0.9):
    memory = _Velocity(beta)
    new = [
        tuple(memory.after(v, g) for v, g in zip(vs, gs)) for vs, gs in zip(velocity, grads)
    ]
    return [tuple(p - lr * v for p, v in zip(ps, vs)) for ps, vs in zip(params, new)], new


def adam_init__loops(params):
    state = {"v": [], "m": [], "t": 0}
    for key in ("m", "v"):
        for W, b in params:
            state[key].append((np.zeros(np.shape(W)), np.zeros(np.shape(b))))
    return state


def adam_init__full_like(params):
    def nothing():
        return [tuple(np.full_like(p, 0.0, dtype=float) for p in pair) for pair in params]

    return dict(t=0, m=nothing(), v=nothing())


def adam_step__one_array_at_a_time(
    params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    t = state["t"] + 1

    def moved(p, g, m, v):
        m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g**2 - v)
        return p - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps), m, v

    layers = [
        list(zip(*(moved(*four) for four in zip(*pairs))))
        for pairs in zip(params, grads, state["m"], state["v"])
    ]
    new, m, v = ([tuple(layer[part]) for layer in layers] for part in range(3))
    return new, {"t": t, "m": m, "v": v}


class _Fitter:
    """One optimiser with its memory."""

    def __init__(self, name, params, lr):
        self.name, self.lr = name, lr
        self.params = [[np.array(p) for p in pair] for pair in params]
        self.m, self.v, self.t = _zeros(params), _zeros(params), 0

    def step(self, grads):
        self.t += 1
        m, v, new = [], [], []
        for ps, gs, ms, vs in zip(self.params, grads, self.m, self.v):
            if self.name == "adam":
                ms = [0.9 * a + 0.1 * g for a, g in zip(ms, gs)]
                vs = [0.999 * c + 0.001 * g * g for c, g in zip(vs, gs)]
                steps = [
                    a / (1 - 0.9**self.t) / (np.sqrt(c / (1 - 0.999**self.t)) + 1e-8)
                    for a, c in zip(ms, vs)
                ]
            elif self.name == "momentum":
                ms = steps = [0.9 * a + g for a, g in zip(ms, gs)]
            else:
                steps = gs
            new.append([p - self.lr * s for p, s in zip(ps, steps)])
            m.append(ms)
            v.append(vs)
        self.params, self.m, self.v = new, m, v


def fit__a_class(
    params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    fitter = _Fitter(optimizer, params, lr)
    history = {"train_loss": [], "test_loss": []}
    for _ in range(epochs):
        order, total = rng.permutation(X.shape[1]), 0.0
        for start in range(0, len(order), batch_size):
            pick = order[start : start + batch_size]
            value, grads = _grads(fitter.params, X[:, pick], T[:, pick], kinds, loss)
            total += value * len(pick)
            fitter.step(grads)
        history["train_loss"].append(total / X.shape[1])
        P = _forward(fitter.params, X_test, kinds)[-1]
        history["test_loss"].append(_loss(P, T_test, loss))
    return [tuple(pair) for pair in fitter.params], history


def fit__samples_weighted(
    params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng
):
    """The mean over samples of the loss of the batch that each was in."""
    fitter, told, tests = _Fitter(optimizer, params, lr), [], []
    for _ in range(epochs):
        seen = np.zeros(X.shape[1])
        waiting = rng.permutation(X.shape[1])
        while len(waiting):
            pick, waiting = waiting[:batch_size], waiting[batch_size:]
            seen[pick], grads = _grads(fitter.params, X[:, pick], T[:, pick], kinds, loss)
            fitter.step(grads)
        told.append(float(seen.mean()))
        tests.append(_loss(_forward(fitter.params, X_test, kinds)[-1], T_test, loss))
    return fitter.params, {"train_loss": told, "test_loss": tests}


def learning_rate_sweep__recursion(params, X, T, kinds, loss, lrs, steps):
    def after(current, lr, left):
        if not left:
            return _loss(_forward(current, X, kinds)[-1], T, loss)
        _, grads = _grads(current, X, T, kinds, loss)
        moved = [
            tuple(p - lr * g for p, g in zip(ps, gs)) for ps, gs in zip(current, grads)
        ]
        return after(moved, lr, left - 1)

    with np.errstate(all="ignore"):
        first = after(params, 0.0, 0)
        found = [after(params, lr, steps) for lr in lrs]
    return np.array([x if math.isfinite(x) and x <= 1e6 * first else math.nan for x in found])


def best_rate__sorted(lrs, losses):
    pairs = [(loss, rate) for loss, rate in zip(losses, lrs) if loss == loss]
    best, _ = min(pairs)  # of an empty list: a ValueError
    return float(sorted(rate for loss, rate in pairs if loss <= 1.05 * best)[-1])
