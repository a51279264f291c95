"""What the docstrings of lesson 05 promise, and how each promise is broken."""

import numpy as np

from grader.box.plain import copied
from tests.breaches import fails, gives, gives_where, single, takes, warns, whole, writes
from tests.conftest import load

RIGHT = load("05_sgd_vs_adam").reference


def arrays(nest):
    return [array for pair in nest for array in pair]


def each(change, nest):
    return [tuple(map(change, pair)) for pair in nest]


def every(change, *, part=None):
    """Return a breach: each array of a nest in the result is changed."""
    return gives(lambda nest: each(change, nest), part=part)


def into(place, array_of=lambda nest: nest[0][0]):
    """Return a breach: an array inside an argument is written into."""

    def breach(right):
        def function(*given, **settings):
            result = copied(right(*given, **settings))
            writes(0)(lambda _: None)(array_of(given[place]))
            return result

        return function

    return breach


def aliased(place, *, part=None, where=lambda new, old: True):
    """Return a breach: arrays of the result are those of an argument, filled with what is new."""

    def breach(right):
        def function(*given, **settings):
            result = right(*given, **settings)
            nest = result if part is None else result[part]
            kept = each_pair(
                lambda new, old: old if np.array_equal(new, old) and where(new, old) else new,
                nest,
                given[place],
            )
            return kept if part is None else (*result[:part], kept, *result[part + 1 :])

        return function

    return breach


def still(place):
    """Return a breach: what is given comes back where no gradient moves anything."""

    def breach(right):
        def function(*given, **settings):
            result = right(*given, **settings)
            same = map(np.array_equal, arrays(result[0]), arrays(given[place]))
            return (given[place], *result[1:]) if all(same) else result

        return function

    return breach


def each_pair(function, *nests):
    return [
        tuple(function(*found) for found in zip(*pairs, strict=True))
        for pairs in zip(*nests, strict=True)
    ]


def with_setting(**other):
    """Return a breach: a keyword is overruled."""
    return lambda right: lambda *given, **settings: right(*given, **(settings | other))


def with_default(**other):
    """Return a breach: other settings where none are given."""
    return lambda right: lambda *given, **settings: right(*given, **(other | settings))


def in_state(key, change):
    return gives(lambda state: state | {key: change(state[key])}, part=1)


def pairs_of(layers):
    return {
        "not one unit": fails(lambda *given, **_: given[0][0][0].size == 1),
        "not square ones": fails(lambda *given, **_: len(set(given[0][0][0].shape)) == 1),
        "not four layers": fails(lambda *given, **_: len(given[0]) == layers),
        "the last layer is left out": takes(
            lambda *given, **_: (given[0][:-1] or given[0], given[1][:-1] or given[1], *given[2:])
        ),
    }


def clipped(limit):
    """Return a breach: larger gradients count as a limit."""
    return lambda right: (
        lambda params, grads, *more, **settings: right(
            params, each(lambda g: np.clip(g, -limit, limit), grads), *more, **settings
        )
    )


def cut(limit):
    """Return a breach: smaller gradients count as 0."""
    return lambda right: (
        lambda params, grads, *more, **settings: right(
            params, each(lambda g: np.where(np.abs(g) < limit, 0.0, g), grads), *more, **settings
        )
    )


def named(*names):
    """Return a maker of breaches: arguments are given by name to a change, which may refuse."""

    def only(change):
        def takes_by_name(*given):
            found = dict(zip(names, given, strict=True))
            return tuple((found | (change(found) or {})).values())

        return takes(takes_by_name)

    return only


DATA = "params", "X", "T"
fit_with = named(
    *(*DATA, "X_test", "T_test", "kinds", "loss"),
    *("optimizer", "lr", "epochs", "batch_size", "rng"),
)
sweep_with = named(*DATA, "kinds", "loss", "lrs", "steps")


def refuse(where):
    def change(found):
        if where(found):
            raise ArithmeticError

    return change


def of_the_largest(found):
    """Give each sample of targets wholly to one class."""
    if found["loss"] != "cross_entropy":
        return {}
    return {"T": np.eye(len(found["T"]))[:, found["T"].argmax(axis=0)]}


def slope_by_the_sums(found):
    """Take a softmax's shortcut, whatever the loss."""
    if found["kinds"][-1] == "softmax":
        return {"loss": "cross_entropy"}
    return {}


def one_shuffle(optimizer):
    """Return a breach of fit: the shuffle of the first epoch for all, with one optimiser."""

    class Again:
        """A generator that repeats its first permutation."""

        def __init__(self, rng, m):
            self.order = rng.permutation(m)

        def permutation(self, _):
            return self.order

    return fit_with(
        lambda a: {"rng": Again(a["rng"], a["X"].shape[1])} if a["optimizer"] == optimizer else {}
    )


def corrected_by(change):
    """Return a breach of adam_step: the step uses another count than the state."""

    def breach(right):
        def adam_step(params, grads, state, **settings):
            new, after = right(params, grads, state | {"t": change(state["t"])}, **settings)
            return new, after | {"t": state["t"] + 1}

        return adam_step

    return breach


def long_steps_clipped(right):
    """Move no entry by more than ten times the rate."""

    def adam_step(params, grads, state, lr=1e-3, **settings):
        new, after = right(params, grads, state, lr=lr, **settings)
        return each_pair(lambda q, p: p + np.clip(q - p, -10 * lr, 10 * lr), new, params), after

    return adam_step


def epochs_end(rises):
    """Return a breach of fit: the parameters are those of the epoch in which a loss first rose."""

    def breach(right):
        def fit(*given):
            *before, epochs, batch_size, rng = given
            state = rng.bit_generator.state
            _, history = right(*before, epochs, batch_size, rng)
            losses = history[rises]
            last = next((e for e in range(1, epochs) if losses[e] > losses[e - 1]), epochs - 1)
            rng.bit_generator.state = state
            return right(*before, last + 1, batch_size, rng)[0], history

        return fit

    return breach


def own_generator(optimizer, *seed):
    """Return a breach of fit: a generator of its own, with one optimiser."""
    return fit_with(
        lambda a: {"rng": np.random.default_rng(*seed)} if a["optimizer"] == optimizer else {}
    )


def first_as_given(found):
    """Go through the samples in their order, once."""

    class Later:
        def __init__(self, rng, m):
            self.rng, self.first = rng, np.arange(m)

        def permutation(self, m):
            order, self.first = self.first, None
            return self.rng.permutation(m) if order is None else order

    return {"rng": Later(found["rng"], found["X"].shape[1])}


def first_alone(found):
    """Draw the first shuffle from rng, and those after it from another generator."""

    class First:
        def __init__(self, rng):
            self.rng = rng

        def permutation(self, m):
            order, self.rng = self.rng.permutation(m), np.random.default_rng(0)
            return order

    return {"rng": First(found["rng"])}


def by_turns(found):
    """Go through the samples in two orders, by turns."""

    class Turns:
        def __init__(self, rng, m):
            self.order = rng.permutation(m)

        def permutation(self, _):
            self.order = self.order[::-1]
            return self.order

    return {"rng": Turns(found["rng"], found["X"].shape[1])}


def counted(key, change):
    return gives(lambda history: history | {key: change(history[key])}, part=1)


def like_rates(change):
    """Return a breach of the sweep: change(losses, lrs)."""
    return lambda right: lambda *given: change(right(*given), np.asarray(given[5], dtype=float))


def near_rate(right):
    """Go up from the best rate as long as the next one is as good."""

    def best_rate(lrs, losses):
        lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)
        if np.isnan(losses).all():
            return right(lrs, losses)
        order = np.argsort(lrs)
        lrs, losses, place = lrs[order], losses[order], int(np.nanargmin(losses[order]))
        while place + 1 < len(lrs) and losses[place + 1] <= 1.05 * np.nanmin(losses):
            place += 1
        return float(lrs[place])

    return best_rate


NUMBER = {
    "an array": gives(np.atleast_1d),
    "rounded": gives(lambda number: round(float(number), 6)),
    "in single precision": gives(single),
}
GRADIENTS = {
    "not one alone": fails(lambda g, beta: g.size == 1),
    "not 9": fails(lambda g, beta: g.size == 9),
    "they are written into": writes(0),
    "none is negative": takes(lambda g, beta: (np.abs(g), beta)),
    "the oldest last": takes(lambda g, beta: (g[::-1], beta)),
    "not integers": fails(lambda g, beta: g.dtype.kind == "i"),
    "of integers, an integer": gives_where(lambda g, beta: g.dtype.kind == "i", int),
}
BETA = {
    "not 0": fails(lambda *given: given[-1] == 0),
    "not near 1": fails(lambda *given: given[-1] > 0.995),
}

PROMISES = {
    "sgd_step": {
        "W (n_out, n_in), b (n_out, 1), floats or integers": {
            **pairs_of(4),
            "not integers": fails(lambda params, *_: params[0][0].dtype.kind == "i"),
            "of integers, whole numbers": gives_where(
                lambda params, *_: params[0][0].dtype.kind == "i", lambda new: each(whole, new)
            ),
        },
        "[(dW, db), ...] of the same shapes": {
            "large ones are clipped": clipped(10.0),
            "small ones count as 0": cut(1e-6),
            "db is left out": takes(lambda p, grads, lr: (p, [(g, 0 * h) for g, h in grads], lr)),
        },
        "lr: the learning rate": {"0.1": takes(lambda p, grads, lr: (p, grads, 0.1))},
        "Returns new params, nested the same way": {
            "a flat list": gives(arrays),
            "the given array where nothing moves": aliased(0),
            "flat biases": gives(lambda new: [(W, b[:, 0]) for W, b in new]),
            "float32": every(single),
        },
        "params and grads stay as they are": {
            "a weight is written into": into(0),
            "a bias is written into": into(0, lambda nest: nest[-1][1]),
            "a gradient is written into": into(1),
        },
    },
    "momentum_step": {
        "nested alike, [(W, b), ...]": pairs_of(4),
        "velocity is zeros at the start": {
            "not zeros": fails(lambda p, g, velocity, *_, **__: not velocity[0][0].any()),
            "always zeros": takes(lambda p, g, v, lr, **_: (p, g, each(np.zeros_like, v), lr)),
        },
        "lr: the learning rate": {"0.1": takes(lambda p, g, v, lr, **_: (p, g, v, 0.1))},
        "beta: the share of the old velocity that is kept": {
            "0.9": with_setting(beta=0.9),
            "0.9 for 0": lambda right: lambda *given, beta=0.9: right(*given, beta=beta or 0.9),
            "0.99 where none is given": with_default(beta=0.99),
            "not as a keyword": fails(lambda *given, **settings: bool(settings)),
        },
        "v = beta * v + g": {
            "large gradients are clipped": clipped(10.0),
            "small gradients count as 0": cut(1e-6),
            "the biases have no memory": lambda right: (
                lambda p, g, v, lr, **s: right(p, g, [(vW, 0 * vb) for vW, vb in v], lr, **s)
            ),
        },
        "Returns new params and the new velocity": {
            "exchanged": gives(lambda result: result[::-1]),
            "one memory for both": gives(lambda result: (result[0], result[0])),
            "flat velocity": gives(arrays, part=1),
            "params in single precision": every(single, part=0),
            "velocity in single precision": every(single, part=1),
            "the given params where nothing moves": aliased(0, part=0),
            "the given velocity where it stays": aliased(2, part=1),
        },
        "nothing given is changed": {
            "a weight is": into(0),
            "a gradient is": into(1),
            "a velocity is": into(2),
            "a bias's velocity is": into(2, lambda nest: nest[-1][1]),
        },
    },
    "step_1_weight": {
        "Return the weight of gradient number i": NUMBER,
        "i counts from 1 to step": {
            "not 1": fails(lambda i, step, beta: i == 1 < step),
            "not step": fails(lambda i, step, beta: i == step),
            "not one between": fails(lambda i, step, beta: 1 < i < step),
            "not one step alone": fails(lambda i, step, beta: step == 1),
            "from 0": takes(lambda i, step, beta: (i + 1, step, beta)),
            "not 1000": fails(lambda i, step, beta: step == 1000),
        },
        "beta is the share of the old mean that is kept": BETA,
    },
    "step_2_unrolled": {
        "as a sum with weights": NUMBER,
        "g is (steps,)": GRADIENTS,
        "the running mean": {
            "not of equal ones": fails(lambda g, beta: np.ptp(g) == 0),
            "beta is 0.9": takes(lambda g, beta: (g, 0.9)),
            "beta is not 0": fails(lambda g, beta: beta == 0),
            "zeros are left out": takes(lambda g, beta: (g[g != 0], beta)),
        },
    },
    "step_3_total": {
        "Return the sum of all weights": NUMBER,
        "after some steps": {
            "not one": fails(lambda step, beta: step == 1),
            "not many": fails(lambda step, beta: step > 1000),
            "1 after many": gives_where(lambda step, beta: step > 1000, lambda _: 1.0),
            "beta is not 0": fails(lambda step, beta: beta == 0),
            "beta is not near 1": fails(lambda step, beta: beta > 0.99),
        },
    },
    "step_4_corrected": {
        "Return the corrected mean": {
            **NUMBER,
            "beta is not 0": fails(lambda g, beta: beta == 0),
            "beta is not near 1": fails(lambda g, beta: beta > 0.99),
        },
        "the gradients g (steps,)": GRADIENTS,
    },
    "step_5_first": {
        "the size of Adam's first step without correction": {
            **NUMBER,
            "1 at most": gives(lambda size: min(size, 1.0)),
            "1 at least": gives(lambda size: max(size, 1.0)),
            "beta1 is not 0": fails(lambda beta1, beta2: beta1 == 0),
            "beta1 is not above beta2": fails(lambda beta1, beta2: beta1 > beta2),
            "beta1 is 0.9": takes(lambda beta1, beta2: (0.9, beta2)),
            "beta2 is 0.999": takes(lambda beta1, beta2: (beta1, 0.999)),
        },
        "eps is left out": {"it is added": gives(lambda size: size / (1 + 1e-8))},
    },
    "adam_init": {
        "params: [(W, b), ...]": {
            "not one unit": fails(lambda params: params[0][0].size == 1),
            "not four layers": fails(lambda params: len(params) == 4),
            "a weight is written into": into(0),
        },
        'Returns {"t": 0, "m": zeros, "v": zeros}': {
            "t is a float": gives(lambda state: state | {"t": 0.0}),
            "t is an array": gives(lambda state: state | {"t": np.zeros(1)}),
            "one key more": gives(lambda state: state | {"lr": 1e-3}),
            "a tuple": gives(lambda state: tuple(state.values())),
            "nearly zeros": gives(lambda s: s | {"v": each(lambda v: v + 1e-9, s["v"])}),
            "numbers": gives(lambda s: s | {"m": each(lambda m: 0.0, s["m"])}),
            "integers": gives(lambda s: s | {"m": each(whole, s["m"])}),
        },
        "m and v are nested like params": {
            "flat": gives(lambda state: state | {"v": arrays(state["v"])}),
            "flat biases": gives(lambda s: s | {"m": [(W, b[:, 0]) for W, b in s["m"]]}),
        },
        "share no memory": {
            "m and v do": gives(lambda state: state | {"v": state["m"]}),
            "v is a view of m": gives(lambda s: s | {"v": each(lambda m: m[:], s["m"])}),
            "layers of one shape do": gives(
                lambda s: (
                    s
                    | {
                        "m": [
                            s["m"][[W.shape for W, _ in s["m"]].index(W.shape)] for W, _ in s["m"]
                        ]
                    }
                )
            ),
            "m and params do": lambda right: (
                lambda params: (
                    [p.fill(0.0) for p in arrays(params)],
                    right(params) | {"m": params},
                )[1]
            ),
        },
    },
    "adam_step": {
        "params, grads: nested alike": pairs_of(4),
        "number of steps taken so far": {
            "not 0": fails(lambda p, g, state, **_: state["t"] == 0),
            "not many": fails(lambda p, g, state, **_: state["t"] > 1000),
            "corrected by at most 1000": corrected_by(lambda t: min(t, 1000)),
            "not corrected after 1000": corrected_by(lambda t: t if t < 1000 else 10**6),
            "it stays": in_state("t", lambda t: t - 1),
            "as a float": in_state("t", float),
        },
        "one step of Adam as published": {
            "large gradients are clipped": clipped(4.0),
            "very large gradients are clipped": clipped(1000.0),
            "long steps are clipped": long_steps_clipped,
            "small gradients count as 0": cut(1e-7),
            "what has no gradient stays": lambda right: (
                lambda p, g, s, **k: (
                    each_pair(
                        lambda new, old, g: np.where(g == 0, old, new), right(p, g, s, **k)[0], p, g
                    ),
                    right(p, g, s, **k)[1],
                )
            ),
            "nothing moves without a gradient": lambda right: (
                lambda p, g, s, **k: (
                    right(p, g, s, **k)
                    if any(map(np.any, arrays(g)))
                    else copied((p, s | {"t": s["t"] + 1}))
                )
            ),
            "lr is 0.01": with_setting(lr=0.01),
            "lr is 0.01 where none is given": with_default(lr=0.01),
            "beta1 is 0.9": with_setting(beta1=0.9),
            "beta1 is 0.99 where none is given": with_default(beta1=0.99),
            "beta2 is 0.999": with_setting(beta2=0.999),
            "beta2 is 0.99 where none is given": with_default(beta2=0.99),
            "eps is 1e-8": with_setting(eps=1e-8),
            "eps is 1e-7 where none is given": with_default(eps=1e-7),
            "eps is 0": lambda right: (
                lambda *given, **settings: right(*given, **(settings | {"eps": 0.0}))
            ),
        },
        "m and v nested like params": {
            "m is flat": in_state("m", arrays),
            "exchanged": gives(lambda s: s | {"m": s["v"], "v": s["m"]}, part=1),
            "m in single precision": in_state("m", lambda m: each(single, m)),
            "v in single precision": in_state("v", lambda v: each(single, v)),
        },
        "Returns new params and a new state": {
            "exchanged": gives(lambda result: result[::-1]),
            "params in single precision": every(single, part=0),
            "the given state, brought up to date": lambda right: (
                lambda p, g, state, **k: (
                    lambda found: (found[0], state.update(found[1]) or state)
                )(right(p, g, state, **k))
            ),
        },
        "nothing given is changed": {
            "a weight is": into(0),
            "a gradient is": into(1),
            "m is": into(2, lambda state: state["m"][0][0]),
            "v is": into(2, lambda state: state["v"][-1][1]),
        },
        "nothing returned shares memory with it": {
            "params do where nothing moves": aliased(0, part=0),
            "all params do where nothing moves at all": still(0),
            "m does where it stays": lambda right: (
                lambda p, g, s, **k: (
                    lambda new, after: (
                        new,
                        after
                        | {
                            "m": each_pair(
                                lambda m, old: old if np.array_equal(m, old) else m,
                                after["m"],
                                s["m"],
                            )
                        },
                    )
                )(*right(p, g, s, **k))
            ),
        },
    },
    "fit": {
        "left unchanged": {
            "its list is written into": writes(0),
            "an array is written into": into(0, lambda nest: nest[-1][1]),
        },
        "an activation's name for each layer": {
            "not four": fit_with(refuse(lambda a: len(a["kinds"]) == 4)),
            "no sigmoid": fit_with(refuse(lambda a: "sigmoid" in a["kinds"])),
            "a softmax has no mse": fit_with(
                refuse(lambda a: (a["kinds"][-1], a["loss"]) == ("softmax", "mse"))
            ),
        },
        "samples are columns": {
            "not one alone": fit_with(refuse(lambda a: a["X"].shape[1] == 1)),
            "one class has all of a sample": fit_with(of_the_largest),
            "X is written into": writes(1),
            "T is written into": writes(2),
            "X_test is X": fit_with(lambda a: {"X_test": a["X"], "T_test": a["T"]}),
        },
        'loss: "mse" or "cross_entropy"': {
            "not mse": fit_with(refuse(lambda a: a["loss"] == "mse")),
            "not cross_entropy": fit_with(refuse(lambda a: a["loss"] == "cross_entropy")),
            "cross-entropy after a softmax": fit_with(slope_by_the_sums),
        },
        "momentum and Adam with their default settings": {
            "not sgd": fit_with(refuse(lambda a: a["optimizer"] == "sgd")),
            "not momentum": fit_with(refuse(lambda a: a["optimizer"] == "momentum")),
            "not adam": fit_with(refuse(lambda a: a["optimizer"] == "adam")),
            "Adam's rate is 0.001": fit_with(
                lambda a: {"lr": 1e-3} if a["optimizer"] == "adam" else {}
            ),
        },
        "every epoch draws a new shuffle from it by minibatches": {
            "rng is not used": fit_with(lambda a: {"rng": np.random.default_rng()}),
            "always the same": fit_with(lambda a: {"rng": np.random.default_rng(0)}),
            **{
                f"{what}, {name}": breach(name)
                for name in ("sgd", "momentum", "adam")
                for what, breach in {
                    "one for all": one_shuffle,
                    "a generator of its own": own_generator,
                    "always the same": lambda name: own_generator(name, 0),
                }.items()
            },
            "two by turns": fit_with(by_turns),
            "the first epoch in the order given": fit_with(first_as_given),
            "none after the first": fit_with(first_alone),
            "batches that are too large": fit_with(lambda a: {"batch_size": a["batch_size"] + 1}),
            "no batch larger than the set": fit_with(
                refuse(lambda a: a["batch_size"] > a["X"].shape[1])
            ),
        },
        "The returned params are new arrays": {
            "the given ones where the rate is 0": lambda right: (
                lambda *given: (given[0], right(*given)[1]) if given[8] == 0 else right(*given)
            ),
            "the weights alone": lambda right: (
                lambda *given: (
                    [
                        (W, b0 if given[8] == 0 else b)
                        for (W, b), (_, b0) in zip(right(*given)[0], given[0], strict=True)
                    ],
                    right(*given)[1],
                )
            ),
        },
        "one number an epoch": {
            "those after the training loss rose are not kept": epochs_end("train_loss"),
            "those after the test loss rose are not kept": epochs_end("test_loss"),
            "an epoch more": fit_with(lambda a: {"epochs": a["epochs"] + 1}),
            "the last alone": counted("test_loss", lambda losses: losses[-1:]),
            "arrays": counted("train_loss", lambda losses: [np.array([x]) for x in losses]),
            "in single precision": counted("train_loss", lambda losses: list(map(single, losses))),
            "rounded": counted("test_loss", lambda losses: [round(x, 4) for x in losses]),
        },
        "lr may be 0": {
            "it may not": fit_with(refuse(lambda a: a["lr"] == 0)),
            "0 is no rate": fit_with(lambda a: {} if a["lr"] else {"lr": 0.01}),
        },
    },
    "learning_rate_sweep": {
        "left unchanged": {
            "a weight is written into": into(0),
            "X is written into": writes(1),
            "the rates are sorted": lambda right: (
                lambda *given: (right(*given), given[5].sort())[0]
            ),
        },
        "X (n, m), T (n_out, m)": {
            "not one sample": sweep_with(refuse(lambda a: a["X"].shape[1] == 1)),
            "not one feature": sweep_with(refuse(lambda a: a["X"].shape[0] == 1)),
            "one class has all of a sample": sweep_with(of_the_largest),
        },
        "linear, relu, sigmoid, tanh, and softmax as the last": {
            f"not {kind}": sweep_with(refuse(lambda a, kind=kind: kind in a["kinds"]))
            for kind in ("linear", "relu", "sigmoid", "tanh", "softmax")
        },
        'loss: "mse" or "cross_entropy"': {
            "not mse": sweep_with(refuse(lambda a: a["loss"] == "mse")),
            "not cross_entropy": sweep_with(refuse(lambda a: a["loss"] == "cross_entropy")),
            "cross-entropy after a softmax": sweep_with(slope_by_the_sums),
            "mse after another activation than softmax": sweep_with(
                lambda a: {} if a["kinds"][-1] == "softmax" else {"loss": "mse"}
            ),
        },
        "R rates, in any order": {
            "arrays alone": sweep_with(refuse(lambda a: isinstance(a["lrs"], list))),
            "not one alone": sweep_with(refuse(lambda a: len(a["lrs"]) == 1)),
            "none twice": sweep_with(refuse(lambda a: len(set(a["lrs"])) < len(a["lrs"]))),
            "once for each": like_rates(
                lambda losses, lrs: np.array(list(dict(zip(lrs, losses, strict=True)).values()))
            ),
            "in rising order": like_rates(lambda losses, lrs: losses[np.argsort(lrs)]),
        },
        "steps: 0 or more": {
            "not 0": sweep_with(refuse(lambda a: a["steps"] == 0)),
            "at least 1": sweep_with(lambda a: {"steps": max(1, a["steps"])}),
            "at most 10": sweep_with(refuse(lambda a: a["steps"] > 10)),
        },
        "Returns (R,) floats": {
            "one number for one rate": gives(np.squeeze),
            "a column": gives(lambda losses: losses[:, np.newaxis]),
            "a list": gives(lambda losses: [np.array([x]) for x in losses]),
            "in single precision": gives(single),
        },
        "nan where it is not finite": {
            "infinity": gives(lambda losses: np.where(np.isnan(losses), np.inf, losses)),
            "0": gives(np.nan_to_num),
            "left out": gives(lambda losses: losses[~np.isnan(losses)]),
        },
        "above a million times the loss before the first step": {
            "above the first": lambda right: (
                lambda *given: (
                    lambda last, first: np.where(last > first * (1 + 1e-12), np.nan, last)
                )(right(*given), right(*given[:6], 0))
            ),
            "above a million": gives(lambda losses: np.where(losses > 1e6, np.nan, losses)),
            "above half of that": lambda right: (
                lambda *given: (lambda last, first: np.where(last > first * 5e5, np.nan, last))(
                    right(*given), right(*given[:6], 0)
                )
            ),
        },
        "No warnings": {
            "some": warns(),
            "where a rate diverges": warns(lambda *given: max(given[5]) > 500),
        },
    },
    "best_rate": {
        "the largest rate": {
            "rounded": gives(lambda rate: round(rate, 4)),
            "in single precision": gives(single),
            "its neighbours must be as good": near_rate,
        },
        "at most 1.05 times the best": {
            "1.1": lambda right: (
                lambda lrs, losses: right(
                    lrs,
                    np.where(
                        np.asarray(losses) <= 1.1 * safe_min(losses), safe_min(losses), losses
                    ),
                )
            ),
            "less than": lambda right: (
                lambda lrs, losses: right(
                    lrs, np.where(np.asarray(losses) > safe_min(losses), losses, np.nan)
                )
            ),
            "losses in single precision": takes(lambda lrs, losses: (lrs, single(losses))),
            "not where the best is 0": fails(lambda lrs, losses: safe_min(losses) == 0),
            "not large ones": fails(lambda lrs, losses: safe_min(losses) > 1),
        },
        "R numbers each, in any order of rates": {
            "arrays alone": fails(lambda lrs, losses: isinstance(lrs, list)),
            "rising ones alone": fails(lambda lrs, losses: list(lrs) != sorted(lrs)),
            "the rates are written into": writes(0),
            "the losses are written into": writes(1),
        },
        "a loss may be nan, which never wins": {
            "none may": fails(
                lambda lrs, losses: np.isnan(losses).any() and not np.isnan(losses).all()
            ),
            "it counts as 0": takes(lambda lrs, losses: (lrs, np.nan_to_num(losses))),
        },
        "Raises ValueError if every loss is nan": {
            "nan": lambda right: (
                lambda lrs, losses: np.nan if np.isnan(losses).all() else right(lrs, losses)
            ),
            "another exception": fails(lambda lrs, losses: np.isnan(losses).all()),
        },
    },
}


def safe_min(losses):
    """Return the least loss; 0.1 where there is none."""
    return 0.1 if np.isnan(losses).all() else float(np.nanmin(losses))
