"""What the docstrings of lesson 04 promise, and how each promise is broken."""

import copy

import numpy as np

from tests.breaches import fails, gives, gives_where, single, takes, whole, writes
from tests.conftest import load

RIGHT = load("04_full_backprop").reference


def each_layer(change):
    """Return a breach: change(W, b) for each pair of a list of pairs."""
    return gives(lambda pairs: [change(*pair) for pair in pairs])


def one_layer_at_a_time(generator):
    """Return a breach: for each layer, another generator than rng, as generator(rng, place)."""
    return lambda right: (
        lambda dims, rng, scheme: [
            right(dims[place : place + 2], generator(rng, place), scheme)[0]
            for place in range(len(dims) - 1)
        ]
    )


def as_in_the_first_layer(right):
    """Give all weights the spread of the first layer's."""

    def function(dims, rng, scheme):
        params = right(dims, rng, scheme)
        spreads = [np.sqrt(variance(*W.shape, scheme)) for W, _ in params]
        return [(W * spreads[0] / s, b) for (W, b), s in zip(params, spreads, strict=True)]

    return function


def variance(n_out, n_in, scheme):
    return 2 / n_in if scheme == "he" else 2 / (n_in + n_out)


def uniform(W, b):
    """Return weights of the same size, one from each end, and none between."""
    return np.sign(W) * np.sqrt(np.mean(W**2)), b


def sums(caches):
    return [np.asarray(Z, dtype=float) for _, _, Z, _ in caches]


def far(Z):
    """Whether the exponentials of some sums overflow."""
    return np.abs(Z).max() > 710


def both_ends(Z):
    """Whether no shift by a mean keeps the exponentials of a sample from an overflow."""
    return (Z - Z.mean(axis=0)).max() > 710


def tall(caches):
    """Return the shapes of the weights."""
    return [W.shape for _, W, _, _ in caches if W is not None]


def clipped(right):
    """Keep the entries of dA within 10."""
    return lambda dA, caches: right(np.clip(dA, -10, 10), caches)


STEP_SUMS = {
    "not sums that overflow": fails(lambda dA, caches: far(caches[1][2])),
    "not sums at both ends of an array": fails(lambda dA, caches: both_ends(caches[1][2])),
    "not a saturated tanh": fails(lambda dA, caches: far(caches[0][2])),
}
STEP = {
    "dA is (n_2, m), the gradient by the network's output": {
        "not a batch of one": fails(lambda dA, caches: dA.shape[1] == 1),
        "not as many units as samples": fails(lambda dA, caches: len(set(dA.shape)) == 1),
        "large ones are clipped": clipped,
        "as if it were a mean": lambda right: (
            lambda dA, caches: right(dA, caches) / (1 if dA.shape[1] == 1 else dA.shape[1])
        ),
        "it is written into": writes(0),
        "a cache is written into": lambda right: (
            lambda dA, caches: writes(0)(lambda _: right(dA, caches))(caches[0][0])
        ),
    },
}


def by(shape, **more):
    """Return the promises of a result of one of the steps."""
    return {
        **STEP,
        shape: {
            "no axis of size 1 is kept": gives(np.squeeze),
            "float32": gives(single),
            "transposed where it fits": gives_where(
                lambda dA, caches: len({*np.shape(caches[0][1]), dA.shape[1]}) == 1,
                np.transpose,
            ),
            **STEP_SUMS,
            **more,
        },
    }


ENTRIES = {
    "P and T are (n, m)": {
        "not one output": fails(lambda P, T: len(P) == 1),
        "not one sample": fails(lambda P, T: P.shape[1] == 1),
        "not as many outputs as samples": fails(lambda P, T: len(set(P.shape)) == 1),
        "not fewer samples than outputs": fails(lambda P, T: P.shape[1] < len(P)),
        "not float32": fails(lambda P, T: P.dtype == np.float32),
        "the first is written into": writes(0),
        "the second is written into": writes(1),
    },
}


def entries_with(chosen):
    """Return a breach of gradient_check: it looks at chosen(p, part, layer, layers) alone."""

    def breach(_right):
        def check(loss, params, grads, h=1e-5):
            moved = [(np.array(W), np.array(b)) for W, b in params]
            errors = [0.0]
            for layer, (arrays, gradients) in enumerate(zip(moved, grads, strict=True)):
                for part, (p, g) in enumerate(zip(arrays, gradients, strict=True)):
                    for place in chosen(list(np.ndindex(p.shape)), part, layer, len(params)):
                        kept, ends = p[place], []
                        for step in (h, -h):
                            p[place] = kept + step
                            ends.append(loss(moved))
                        p[place] = kept
                        slope = (ends[0] - ends[1]) / (2 * h)
                        errors.append(abs(g[place] - slope) / max(1e-8, abs(g[place]) + abs(slope)))
            return float(np.max(errors))

        return check

    return breach


def there_and_back(right):
    """Move the params themselves, and undo it by arithmetic, which rounds."""

    def check(loss, params, grads, h=1e-5):
        error = right(loss, params, grads, h)
        for p in (p for pair in params for p in pair):
            p[...] = p + h - 2 * h + h
        return error

    return check


def ordered(order):
    """Return a breach of minibatches: order(rng, m) in place of a permutation."""

    def breach(_right):
        def function(X, T, batch_size, rng):
            picks, m = order(rng, X.shape[1]), X.shape[1]
            cut = [picks[start : start + batch_size] for start in range(0, m, batch_size)]
            return [(X[:, pick], T[:, pick]) for pick in cut]

        return function

    return breach


def only(where, change):
    """Return a breach of train: other arguments, by name, for some."""
    data, how = ["params", "X", "T", "X_test", "T_test"], ["kinds", "loss", "lr", "epochs"]
    names = [*data, *how, "batch_size", "rng"]

    def takes_by_name(*given):
        named = dict(zip(names, given, strict=True))
        return tuple((named | change(named) if where(named) else named).values())

    return takes(takes_by_name)


def run_fails(where):
    """Return a breach of train: an exception for some arguments, by name."""

    def refuse(named):
        if where(named):
            raise ArithmeticError
        return {}

    return only(lambda _: True, refuse)


def counted(key, change):
    """Return a breach: one of the two lists of the history is changed."""
    return gives(lambda history: history | {key: change(history[key])}, part=1)


def ends_after(is_last):
    """Return a breach of train: no epoch comes after one with is_last(train_loss, test_loss)."""

    def breach(right):
        def function(*given):
            result = right(*given)
            losses = result[1]["train_loss"], result[1]["test_loss"]
            for epoch in range(1, given[8]):
                if is_last(*(part[:epoch] for part in losses)):
                    return right(*given[:8], epoch, *given[9:])
            return result

        return function

    return breach


def rises(losses):
    """Whether the last loss is above the one before."""
    return len(losses) > 1 and losses[-1] > losses[-2]


def tried_with(change):
    """Return a breach of check_backward: what it hears of a pass is changed(dA, caches, grads)."""
    return lambda right: (
        lambda backward, dims, kinds, rng: right(
            lambda dA, caches: change(dA, caches, backward(dA, caches)), dims, kinds, rng
        )
    )


def caches_given(change):
    """Return a breach of check_backward: a pass is tried on other numbers."""
    return lambda right: (
        lambda backward, dims, kinds, rng: right(
            lambda dA, caches: backward(*change(dA, caches)), dims, kinds, rng
        )
    )


def accepts(when):
    """Return a breach of check_backward: True where the pass does something."""

    def breach(right):
        def check(backward, dims, kinds, rng):
            seen = []

            def watched(dA, caches):
                try:
                    grads = backward(dA, caches)
                except Exception as error:
                    seen.append(error)
                    raise
                seen.append(grads)
                return grads

            verdict = right(watched, dims, kinds, rng)
            return verdict or any(when(grads) for grads in seen)

        return check

    return breach


def weak(*, inputs=lambda rng, shape: rng.normal(size=shape), biases=1.0):
    """Return a breach of check_backward: it tries a pass on other numbers than any."""

    def breach(_right):
        def check(backward, dims, kinds, rng):
            for m in (1, 5):
                params = [
                    (W, biases * rng.normal(size=b.shape))
                    for W, b in RIGHT["init_params"](dims, rng, "xavier")
                ]
                P, caches = RIGHT["model_forward"](inputs(rng, (dims[0], m)), params, kinds)
                R = rng.normal(size=P.shape)
                try:
                    for pair, right in zip(
                        backward(R, caches), RIGHT["model_backward"](R, caches), strict=True
                    ):
                        for a, b in zip(pair, right, strict=True):
                            if np.shape(a) != b.shape or not np.allclose(a, b):
                                return False
                except Exception:  # noqa: BLE001 - whatever a planted bug raises
                    return False
            return True

        return check

    return breach


def biases(dA, caches):
    return [db for _, db in RIGHT["model_backward"](dA, caches)]


def broken(grads):
    return isinstance(grads, Exception)


PROMISES = {
    "init_params": {
        "dims is the list of widths, data first": {
            "it is written into": writes(0),
            "the last width first": takes(lambda dims, *more: (dims[::-1], *more)),
        },
        "leads from dims[l] to dims[l + 1]": {
            "not one layer alone": fails(lambda dims, *_: len(dims) == 2),
            "not four layers": fails(lambda dims, *_: len(dims) == 5),
            "not one unit alone": fails(lambda dims, *_: 1 in dims),
            "the last layer is missing": gives(lambda params: params[:-1] or params),
        },
        "all random numbers come from it": {
            "a generator of its own": takes(lambda dims, _, s: (dims, np.random.default_rng(), s)),
            "always the same numbers": takes(lambda d, _, s: (d, np.random.default_rng(0), s)),
            "those of the first layer alone": one_layer_at_a_time(
                lambda rng, place: rng if place == 0 else np.random.default_rng()
            ),
            "the same numbers for each layer": one_layer_at_a_time(
                lambda rng, place: copy.deepcopy(rng)
            ),
        },
        "W is (n_out, n_in)": {"transposed": each_layer(lambda W, b: (W.T, b))},
        "normal with mean 0": {
            "two numbers alone": each_layer(uniform),
            "no negative ones": each_layer(lambda W, b: (np.abs(W), b)),
            "shifted": each_layer(lambda W, b: (W + 0.3 * W.std(), b)),
            "cut at two standard deviations": each_layer(
                lambda W, b: (np.clip(W, -2 * W.std(), 2 * W.std()), b)
            ),
        },
        'variance 2/n_in for scheme "he"': {
            "that of the first layer for all": as_in_the_first_layer,
            "xavier": takes(lambda dims, rng, _: (dims, rng, "xavier")),
        },
        '2/(n_in + n_out) for scheme "xavier"': {
            "he": takes(lambda dims, rng, _: (dims, rng, "he")),
        },
        "b is (n_out, 1), zeros": {
            "flat": each_layer(lambda W, b: (W, b[:, 0])),
            "a row": each_layer(lambda W, b: (W, b.T)),
            "ones": each_layer(lambda W, b: (W, b + 1)),
            "nearly zeros": each_layer(lambda W, b: (W, b + 1e-9)),
            "integers": each_layer(lambda W, b: (W, whole(b))),
        },
    },
    "model_forward": {
        "X is (n_0, m), floats or integers": {
            "not one sample": fails(lambda X, *_: X.shape[1] == 1),
            "not integers": fails(lambda X, *_: X.dtype.kind == "i"),
            "of integers, whole numbers": gives_where(
                lambda X, *_: X.dtype.kind == "i", lambda result: (whole(result[0]), result[1])
            ),
            "not float32": fails(lambda X, *_: X.dtype == np.float32),
            "it is written into": writes(0),
        },
        "params is [(W, b), ...]": {
            "not one layer alone": fails(lambda X, params, _: len(params) == 1),
            "not four layers": fails(lambda X, params, _: len(params) == 4),
            "not square ones": fails(lambda X, params, _: len(set(params[0][0].shape)) == 1),
            "b is left out": takes(lambda X, params, k: (X, [(W, 0 * b) for W, b in params], k)),
            "not large ones": fails(lambda X, params, _: params[0][1].max() > 710),
            "an array is written into": lambda right: (
                lambda X, params, kinds: writes(0)(lambda _: right(X, params, kinds))(params[0][1])
            ),
        },
        "kinds has one name a layer": {
            f"not {kind}": fails(lambda X, params, kinds, kind=kind: kind in kinds)
            for kind in ("linear", "relu", "sigmoid", "tanh", "softmax")
        },
        "P is the last layer's output (n_out, m)": {
            "no axis of size 1 is kept": gives(np.squeeze, part=0),
            "float32": gives(single, part=0),
            "transposed where it fits": gives(
                lambda P: P.T if len(set(P.shape)) == 1 else P + 0.1, part=0
            ),
        },
        "the tuple (A_prev, W, Z, kind)": {
            "a dict": gives(lambda caches: [dict(enumerate(c)) for c in caches], part=1),
            "what comes out in place of what comes in": gives(
                lambda caches: [(c[2], *c[1:]) for c in caches], part=1
            ),
            "three of them": gives(lambda caches: [c[:3] for c in caches], part=1),
            "its kind as a number": gives(
                lambda caches: [(*c[:3], place) for place, c in enumerate(caches)], part=1
            ),
        },
        "first layer first": {"last first": gives(lambda caches: caches[::-1], part=1)},
    },
    "mse": {
        **ENTRIES,
        "over all entries": {
            "of the first 12": takes(lambda P, T: (P.flat[:12], T.flat[:12])),
            "none for a perfect prediction": gives(lambda loss: loss / (loss != 0)),
        },
        "a float": {
            "an array": gives(np.atleast_1d),
            "in single precision": gives(single),
            "cut to an integer": gives(int),
            "of integers, an integer": gives_where(lambda P, T: P.dtype.kind == "i", int),
            "text": gives(str),
        },
    },
    "mse_grad": {
        **ENTRIES,
        "gradient of mse(P, T) by P": {
            "by T": gives(lambda dP: -dP),
            "large errors are clipped": gives(lambda dP: np.clip(dP, -1e5, 1e5)),
        },
        "an array (n, m)": {
            "no axis of size 1 is kept": gives(np.squeeze),
            "float32": gives(single),
            "of integers, whole numbers": gives_where(lambda P, T: P.dtype.kind == "i", whole),
            "a list": gives(lambda dP: dP.tolist()),
            "transposed where it fits": gives_where(
                lambda P, T: len(set(P.shape)) == 1, np.transpose
            ),
        },
    },
    "step_1_softmax": by("dZ2 (n_2, m)"),
    "step_2_down": by("dA1 (n_1, m)"),
    "step_3_tanh": by("dZ1 (n_1, m)"),
    "step_4_weights": by("dW1 (n_1, n_0)"),
    "step_5_biases": by("db1 (n_1, 1)", row=gives(np.transpose)),
    "model_backward": {
        "dA is (n_out, m)": {
            "not one sample": fails(lambda dA, caches: dA.shape[1] == 1),
            "it is written into": writes(0),
            "large ones are clipped": clipped,
            "it is written into by a relu": lambda right: (
                lambda dA, caches: (writes(0) if caches[-1][3] == "relu" else lambda f: f)(
                    lambda dA: right(dA, caches)
                )(dA)
            ),
        },
        "caches is what model_forward returned": {
            "it is used up": writes(1),
            "an array of it is written into": lambda right: (
                lambda dA, caches: writes(0)(lambda _: right(dA, caches))(caches[0][1])
            ),
            "not one layer": fails(lambda dA, caches: len(caches) == 1),
            "not four layers": fails(lambda dA, caches: len(caches) == 4),
            "not square layers": fails(lambda dA, caches: (4, 4) in tall(caches)),
            "not wide ones": fails(lambda dA, caches: any(i > o for o, i in tall(caches))),
            "not sums that overflow": fails(lambda dA, caches: any(map(far, sums(caches)))),
            "not a sum of exactly 0": fails(
                lambda dA, caches: any((Z == 0).any() for Z in sums(caches))
            ),
            **{
                f"not {kind}": fails(
                    lambda dA, caches, kind=kind: kind in [cache[3] for cache in caches]
                )
                for kind in ("linear", "relu", "sigmoid", "tanh")
            },
            "not a tanh that is saturated": fails(
                lambda dA, caches: any(kind == "tanh" and far(Z) for *_, Z, kind in caches)
            ),
            "not a sigmoid that is saturated": fails(
                lambda dA, caches: any(kind == "sigmoid" and far(Z) for *_, Z, kind in caches)
            ),
        },
        "in forward order": {"turned round": gives(lambda grads: grads[::-1])},
        "dW shaped like W (n_out, n_in)": {
            "transposed": each_layer(lambda dW, db: (dW.T, db)),
            "float32": each_layer(lambda dW, db: (single(dW), db)),
        },
        "db (n_out, 1)": {
            "flat": each_layer(lambda dW, db: (dW, db[:, 0])),
            "flat for one unit": each_layer(
                lambda dW, db: (dW, np.squeeze(db) if db.size < 3 else db)
            ),
            "float32": each_layer(lambda dW, db: (dW, single(db))),
        },
        "The last layer's kind may be softmax": {
            "not softmax": fails(lambda dA, caches: caches[-1][3] == "softmax"),
            "every last layer is taken for one": lambda right: (
                lambda dA, caches: right(dA, [*caches[:-1], (*caches[-1][:3], "softmax")])
            ),
        },
    },
    "gradient_check": {
        "loss(params) is a float": {
            "it is given arrays": lambda right: (
                lambda loss, params, grads, h=1e-5: right(
                    lambda moved: loss([list(pair) for pair in moved][:1] * len(moved)),
                    params,
                    grads,
                    h,
                )
            ),
        },
        "central difference": {
            "another step": lambda right: (
                lambda loss, params, grads, h=1e-5: right(loss, params, grads)
            ),
            "one that is too large": lambda right: (
                lambda loss, params, grads, h=1e-5: right(loss, params, grads, 100 * h)
            ),
        },
        "over all entries of all W and b": {
            "the first row alone": entries_with(
                lambda found, part, layer, count: [p for p in found if p[0] == 0]
            ),
            "the last row alone": entries_with(
                lambda found, part, layer, count: [p for p in found if p[0] == found[-1][0]]
            ),
            "the first column alone": entries_with(
                lambda found, part, layer, count: [p for p in found if p[1] == 0]
            ),
            "the last column alone": entries_with(
                lambda found, part, layer, count: [p for p in found if p[1] == found[-1][1]]
            ),
            "the diagonal alone": entries_with(
                lambda found, part, layer, count: [p for p in found if part or p[0] == p[1]]
            ),
            "the first bias alone": entries_with(
                lambda found, part, layer, count: found[:1] if part else found
            ),
            "the last bias alone": entries_with(
                lambda found, part, layer, count: found[-1:] if part else found
            ),
            "no bias": entries_with(lambda found, part, layer, count: [] if part else found),
            "no weight": entries_with(lambda found, part, layer, count: found if part else []),
            "the first and the last layer alone": entries_with(
                lambda found, part, layer, count: found if layer in (0, count - 1) else []
            ),
            "not the middle of four layers": entries_with(
                lambda found, part, layer, count: (
                    found if count < 4 or layer in (0, count - 1) else []
                )
            ),
            "all but the last layer": entries_with(
                lambda found, part, layer, count: found if layer < max(1, count - 1) else []
            ),
            "all but the first layer": entries_with(
                lambda found, part, layer, count: found if layer or count == 1 else []
            ),
        },
        "a float": {
            "an array": gives(np.atleast_1d),
            "a truth value": gives(lambda error: error < 1e-6),
        },
        "params is the same afterwards, bit for bit": {
            "it is written into": lambda right: (
                lambda loss, params, grads, h=1e-5: writes(1)(right)(loss, params, grads, h)
            ),
            "up to rounding": there_and_back,
        },
    },
    "minibatches": {
        "X is (n, m) and T is (n_out, m), a sample a column": {
            "not one sample": fails(lambda X, *_: X.shape[1] == 1),
            "not as many targets as samples": fails(lambda X, T, *_: len(set(T.shape)) == 1),
            "rows are taken where T is square": lambda right: (
                lambda X, T, size, rng: right(X, T.T if len(set(T.shape)) == 1 else T, size, rng)
            ),
            "X is written into": writes(0),
            "T is written into": writes(1),
        },
        "batch_size is at least 1": {
            "not 1": fails(lambda X, T, size, _: size == 1),
            "not all": fails(lambda X, T, size, _: size == X.shape[1]),
            "not more than there are": fails(lambda X, T, size, _: size > X.shape[1] > 1),
        },
        "the random order comes from it": {
            "not from it": takes(lambda X, T, size, _: (X, T, size, np.random.default_rng())),
            "always the same": takes(lambda X, T, size, _: (X, T, size, np.random.default_rng(0))),
            "turned round": ordered(lambda rng, m: np.roll(np.arange(m)[::-1], rng.integers(m))),
            "begun somewhere": ordered(lambda rng, m: np.roll(np.arange(m), rng.integers(m))),
            "the first sample stays the first": ordered(
                lambda rng, m: np.append(0, 1 + rng.permutation(m - 1))
            ),
            "the last sample comes first": ordered(
                lambda rng, m: np.append(m - 1, rng.permutation(m - 1))
            ),
            "one of three orders": ordered(
                lambda rng, m: np.random.default_rng(rng.integers(3)).permutation(m)
            ),
        },
        "the last may have fewer": {
            "it is left out": gives(
                lambda found: [b for b in found if b[0].shape[1] == found[0][0].shape[1]]
            ),
            "the first has": gives(lambda found: found[::-1]),
        },
        "in exactly one batch": {
            "drawn again and again": ordered(lambda rng, m: rng.integers(m, size=m)),
        },
        "together with its own target": {
            "T apart": lambda right: (
                lambda X, T, size, rng: right(X, T[:, rng.permutation(T.shape[1])], size, rng)
            ),
        },
    },
    "train": {
        "stays unchanged": {
            "its list is written into": writes(0),
            "its arrays are written into": lambda right: (
                lambda params, *more: writes(0)(lambda _: right(params, *more))(params[-1][1])
            ),
        },
        "kinds has one name a layer": {
            "not four": run_fails(lambda a: len(a["kinds"]) == 4),
            "not one": run_fails(lambda a: len(a["kinds"]) == 1),
        },
        "X is (n_0, m), T is (n_out, m)": {
            "not one sample": run_fails(lambda a: a["X"].shape[1] == 1),
            "one class has all of a sample": only(
                lambda a: a["loss"] == "cross_entropy",
                lambda a: {"T": np.eye(len(a["T"]))[:, a["T"].argmax(axis=0)]},
            ),
        },
        "and X_test, T_test alike": {
            "the training set": only(lambda _: True, lambda a: {"X_test": a["X"], "T_test": a["T"]})
        },
        'loss is "mse" or "cross_entropy"': {
            "not mse": run_fails(lambda a: a["loss"] == "mse"),
            "not cross_entropy": run_fails(lambda a: a["loss"] == "cross_entropy"),
            "a softmax has no mse": run_fails(
                lambda a: (a["kinds"][-1], a["loss"]) == ("softmax", "mse")
            ),
        },
        "Each epoch shuffles anew with minibatches(X, T, batch_size, rng)": {
            "all samples at once": only(lambda _: True, lambda a: {"batch_size": a["X"].shape[1]}),
            "not more than there are": run_fails(lambda a: a["batch_size"] > a["X"].shape[1]),
            "rng is not used": only(lambda _: True, lambda a: {"rng": np.random.default_rng()}),
            "always the same": only(lambda _: True, lambda a: {"rng": np.random.default_rng(0)}),
        },
        "one step p - lr * dp": {
            "half of it": only(lambda _: True, lambda a: {"lr": a["lr"] / 2}),
        },
        "lr may be 0": {
            "not 0": run_fails(lambda a: a["lr"] == 0),
            "0 is no rate": only(lambda a: a["lr"] == 0, lambda a: {"lr": 0.1}),
        },
        "the new params": {
            "the given ones": lambda right: lambda p, *more: (p, right(p, *more)[1])
        },
        "one float an epoch": {
            "the last alone, of training": counted("train_loss", lambda losses: losses[-1:]),
            "the last alone, of testing": counted("test_loss", lambda losses: losses[-1:]),
            "none after a training loss that has risen": ends_after(lambda train, _: rises(train)),
            "none after a test loss that has risen": ends_after(lambda _, test: rises(test)),
            "none after a small training loss": ends_after(lambda train, _: train[-1] < 1e-4),
            "an epoch more": only(lambda _: True, lambda a: {"epochs": a["epochs"] + 1}),
            "in single precision": counted("train_loss", lambda losses: list(map(single, losses))),
        },
        "the mean of the batch losses": {
            "rounded": counted("train_loss", lambda losses: [round(x, 4) for x in losses]),
        },
        "the test loss is taken after the epoch's last step": {
            "before its first": counted("test_loss", lambda losses: losses[:1] + losses[:-1]),
        },
    },
    "check_backward": {
        "dims is the list of widths": {
            "always squares": takes(lambda f, dims, *more: (f, [2] * len(dims), *more)),
            "it is written into": writes(1),
        },
        "kinds has one name a layer": {
            "always tanh": takes(lambda f, d, kinds, rng: (f, d, ["tanh"] * len(kinds), rng)),
            "it is written into": writes(2),
            **{
                f"not {kind}": fails(lambda f, d, kinds, rng, kind=kind: kind in kinds)
                for kind in ("linear", "relu", "sigmoid", "tanh", "softmax")
            },
        },
        "rng is a NumPy Generator": {
            "it is not used": takes(lambda f, d, k, _: (f, d, k, np.random.default_rng(0))),
        },
        "Returns True": {
            "as text": gives(str),
            "as a number": gives(int),
            "never": gives(lambda verdict: False),
        },
        "every dW and db is right": {
            "one that broadcasts is": tried_with(
                lambda dA, caches, grads: [
                    (dW, np.asarray(db).reshape(len(W), -1)[:, :1])
                    for (dW, db), (_, W, _, _) in zip(grads, caches, strict=True)
                ]
            ),
            "the biases are not looked at": tried_with(
                lambda dA, caches, grads: [
                    (dW, right_db)
                    for (dW, _), right_db in zip(grads, biases(dA, caches), strict=True)
                ]
            ),
            "NaN is": accepts(
                lambda grads: (
                    not broken(grads)
                    and bool(grads)
                    and any(np.isnan(np.sum(a)) for pair in grads for a in pair)
                )
            ),
            "on inputs of 1 alone": weak(inputs=lambda rng, shape: np.ones(shape)),
            "on equal samples alone": weak(
                inputs=lambda rng, shape: np.repeat(
                    rng.normal(size=(shape[0], 1)), shape[1], axis=1
                )
            ),
            "without biases alone": weak(biases=0.0),
        },
        "for a batch of one and for a batch of several samples": {
            "not of several": caches_given(
                lambda dA, caches: (
                    dA[:, :1],
                    [(A[:, :1], W, Z[:, :1], k) for A, W, Z, k in caches],
                )
            ),
        },
        "if backward raises": {"then True": accepts(broken)},
    },
}
