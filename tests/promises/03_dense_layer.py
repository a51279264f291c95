"""What the docstrings of lesson 03 promise, and how each promise is broken."""

import numpy as np

from tests.breaches import fails, gives, gives_where, single, takes, whole, writes

KINDS = ("linear", "relu", "sigmoid", "tanh")


def is_whole(place):
    """Return a question: is the argument at this place an array of integers?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype.kind == "i"


def is_single(place):
    """Return a question: is the argument at this place an array in single precision?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype == np.float32


def squeezed(*parts):
    """Return a breach for each part of a result: its axes of size 1 are not kept."""
    return {
        f"no axis of size 1 is kept in {part}": gives(np.squeeze, part=place)
        for place, part in enumerate(parts)
    }


def of_kinds(place):
    """Return a breach for each kind of activation, which is refused."""
    return {
        f"not {kind}": fails(lambda *arguments, kind=kind: arguments[place] == kind)
        for kind in KINDS
    }


def sizes(place, rows, columns):
    """Return breaches that refuse an array of some sizes."""
    return {
        f"not one of the {rows} alone": fails(lambda *a: a[place].shape[0] == 1),
        f"not one of the {columns} alone": fails(lambda *a: a[place].shape[1] == 1),
        "not a square": fails(lambda *a: a[place].shape[0] == a[place].shape[1]),
        "it is written into": writes(place),
    }


def large(place):
    return lambda *arguments: np.abs(arguments[place]).max() > 500


TABLE = {
    "no axis of size 1 is kept": gives(np.squeeze),
    "float32": gives(single),
    "transposed where it fits": gives_where(
        lambda first, *_: first.shape[0] == first.shape[1], np.transpose
    ),
}
NUMBER = {"an array": gives(np.atleast_1d), "in single precision": gives(single)}
DZ = {"dZ is (n_out, m)": sizes(0, "units", "samples")}
DZ_W = {
    "dZ is (n_out, m), W is (n_out, n_in)": {
        "not one sample alone": fails(lambda dZ, *_: dZ.shape[1] == 1),
        "not one unit alone": fails(lambda dZ, *_: len(dZ) == 1),
        "not as many inputs as units": fails(lambda dZ, W, *_: len(set(W.shape)) == 1),
        "not more inputs than units": fails(lambda dZ, W, *_: W.shape[1] > len(W)),
        "dZ is written into": writes(0),
        "W is written into": writes(1),
        "not float32": fails(is_single(0)),
    }
}


# ------------------------------------------------------------------------------ the layer


def layer(**parts):
    """Return a breach: the right layer, in which some methods are others, given the right one."""

    def breach(right):
        made = {name: part(getattr(right, name)) for name, part in parts.items()}
        return type("DenseLayer", (right,), made)

    return breach


def begins(change):
    """Return a breach: a layer that is changed when it has been made."""

    def initial(init):
        def begin(self, n_in, n_out, kind, rng):
            init(self, n_in, n_out, kind, rng)
            change(self, n_in, n_out, kind, rng)

        return begin

    return layer(__init__=initial)


def scaled_where(wanted, factor):
    """Return a breach: the first weights of one kind are too large, or too small."""

    def change(self, n_in, n_out, kind, rng):
        if kind == wanted:
            self.W = self.W * factor

    return begins(change)


def with_seed(self, n_in, n_out, kind, rng):
    spread = np.sqrt((2 if kind == "relu" else 1) / n_in)
    self.W = np.random.default_rng(n_in).normal(size=(n_out, n_in)) * spread


def uniform(self, n_in, n_out, kind, rng):
    self.W = rng.uniform(-1, 1, size=(n_out, n_in)) * np.sqrt(3) * self.W.std()


def global_numbers(self, n_in, n_out, kind, rng):
    self.W = np.random.default_rng().normal(size=(n_out, n_in)) * self.W.std()


def method(name, after):
    """Return a breach: a method does something else at its end, and may change its result."""

    def changed(original):
        def function(self, *arguments):
            result = original(self, *arguments)
            return after(self, result, *arguments)

        return function

    return layer(**{name: changed})


def sets(**values):
    """Return what a method does at its end: it sets attributes, each from the layer."""

    def after(self, result, *_):
        for name, value in values.items():
            setattr(self, name, value(self))
        return result

    return after


def keeps_first(self, result, A):
    """Remember the first batch alone."""
    if not hasattr(self, "first"):
        self.first = (self.Z, self.cache)
    self.Z, self.cache = self.first
    return result


def first_gradients(self, result, _):
    if not hasattr(self, "kept"):
        self.kept = self.dW, self.db
    self.dW, self.db = self.kept
    return result


def adds_up(self, result, _):
    self.summed = getattr(self, "summed", 0) + self.db
    self.db = self.summed
    return result


def adds_up_weights(self, result, _):
    self.summed = getattr(self, "summed", 0) + self.dW
    self.dW = self.summed
    return result


def spoils(self, result, argument):
    argument += 1
    return result.copy()


def once(self, result, lr):
    """Move the bias in the first step alone."""
    if hasattr(self, "kept"):
        self.b = self.kept
    self.kept = self.b
    return result


PROMISES = {
    "dense_forward": {
        "A is (n_in, m)": {
            **sizes(0, "inputs", "samples"),
            "not large numbers": fails(lambda A, W, b: np.abs(A).max() > 1e5),
            "not float32": fails(is_single(0)),
        },
        "W is (n_out, n_in)": sizes(1, "units", "inputs"),
        "b is (n_out, 1)": {
            "left out": takes(lambda A, W, b: (A, W, 0 * b)),
            "it is written into": writes(2),
        },
        "Z = W A + b is (n_out, m)": {
            "no axis of size 1 is kept": gives(np.squeeze, part=0),
            "float32": gives(single, part=0),
        },
        "cache is the tuple (A, W)": {
            "W first": gives(lambda cache: cache[::-1], part=1),
            "b, too": lambda right: lambda A, W, b: (right(A, W, b)[0], (A, W, b)),
            "A alone": gives(lambda cache: cache[0], part=1),
            "a dict": gives(lambda cache: dict(zip("AW", cache, strict=True)), part=1),
            "A of one sample without its axis": gives(
                lambda cache: (np.squeeze(cache[0]), cache[1]), part=1
            ),
        },
    },
    "weights_gradient_by_index": {
        "delta is (n_out,)": {
            "not one unit": fails(lambda delta, a: delta.size == 1),
            "not as many as inputs": fails(lambda delta, a: delta.size == a.size),
            "not more than inputs": fails(lambda delta, a: delta.size > a.size),
            "not 0": fails(lambda delta, a: np.any(delta == 0)),
            "1e-9 at least": lambda right: (
                lambda delta, a: right(delta, a) + 1e-9 * (right(delta, a) == 0)
            ),
            "not float32": fails(is_single(0)),
            "it is written into": writes(0),
        },
        "a is (n_in,), floats or integers": {
            "not one input": fails(lambda delta, a: a.size == 1),
            "not integers": fails(is_whole(1)),
            "of integers, whole numbers": gives_where(is_whole(1), whole),
            "not 0": fails(lambda delta, a: np.any(a == 0)),
            "it is written into": writes(1),
        },
        "an array (n_out, n_in)": TABLE | {"transposed where it fits": gives(np.transpose)},
    },
    "step_1_slope": {
        "a number": NUMBER,
        "W is (n_out, n_in)": {
            "not one input": fails(lambda W, j, k: W.shape[1] == 1),
            "not one unit": fails(lambda W, j, k: len(W) == 1),
            "not as many as units": fails(lambda W, j, k: len(set(W.shape)) == 1),
            "none below 0": gives(abs),
            "it is written into": writes(0),
        },
        "j and k count from 0": {
            "j from 1": takes(lambda W, j, k: (W, j - 1, k)),
            "k from 1": takes(lambda W, j, k: (W, j, k - 1)),
        },
    },
    "step_2_path": {
        "a number": NUMBER,
        "dZ is (n_out, m), W is (n_out, n_in)": {
            "not one sample alone": fails(lambda dZ, *_: dZ.shape[1] == 1),
            "not as many inputs as units": fails(lambda dZ, W, *_: len(set(W.shape)) == 1),
            "not more inputs than units": fails(lambda dZ, W, *_: W.shape[1] > len(W)),
            "dZ is written into": writes(0),
            "W is written into": writes(1),
            "none below 0": gives(abs),
        },
    },
    "step_3_paths": {
        "a number": NUMBER,
        "the sum over all paths": {
            "those of a size of 1 or more": takes(lambda dZ, *more: (np.trunc(dZ), *more)),
            "those above 0": takes(lambda dZ, *more: (np.maximum(dZ, 0), *more)),
        },
        **{
            words: {what: breach for what, breach in found.items() if what != "not float32"}
            for words, found in DZ_W.items()
        },
    },
    "step_4_column": {
        "Return column c of dA": {"the last": takes(lambda dZ, W, c: (dZ, W, dZ.shape[1] - 1))},
        "shape (n_in,)": {
            "a column": gives(lambda column: column[:, np.newaxis]),
            "a number for one input": gives(lambda column: column.sum()),
            "float32": gives(single),
        },
        **DZ_W,
    },
    "step_5_bias": {"a number": NUMBER, **DZ},
    "dense_backward": {
        "dZ is (n_out, m)": {
            **sizes(0, "units", "samples"),
            "not zeros": fails(lambda dZ, cache: not np.any(dZ)),
            "large entries cut": takes(lambda dZ, cache: (np.clip(dZ, -1e3, 1e3), cache)),
            "not float32": fails(is_single(0)),
        },
        "cache is the tuple (A, W)": {
            "not of as many inputs as units": fails(lambda dZ, c: len(set(c[1].shape)) == 1),
            "not of one input": fails(lambda dZ, cache: len(cache[0]) == 1),
            "it is written into": writes(1),
        },
        "floats or integers": {
            "integers are refused": fails(lambda dZ, cache: cache[0].dtype.kind == "i"),
            "of integers, whole numbers": gives_where(
                lambda dZ, cache: cache[0].dtype.kind == "i",
                lambda parts: (parts[0], whole(parts[1]), parts[2]),
            ),
        },
        "dA is (n_in, m), dW is (n_out, n_in), db is (n_out, 1)": {
            **squeezed("dA", "dW", "db"),
            "float32 in db": gives(single, part=2),
            "float32 in dA": gives(single, part=0),
        },
    },
    "activation_backward": {
        "dA and Z are (n, m)": {
            **sizes(1, "units", "samples"),
            "dA is written into": writes(0),
            "small ones are 0": takes(lambda dA, *more: (dA * (np.abs(dA) > 1e-5), *more)),
            "not float32": fails(is_single(0)),
            "not 0": fails(lambda dA, Z, kind: np.any(Z == 0)),
            "not large ones": fails(large(1)),
        },
        "Z floats or integers": {
            "integers are refused": fails(is_whole(1)),
            "of integers, whole numbers": gives_where(is_whole(1), whole),
        },
        "kind is linear, relu, sigmoid or tanh": of_kinds(2),
        "Returns dZ (n, m)": TABLE,
    },
    "output_delta": {
        "A, Z and T are (n, m)": {
            **sizes(1, "units", "samples"),
            "A is written into": writes(0),
            "T is written into": writes(2),
            "not float32": fails(is_single(1)),
        },
        "T floats or integers": {
            "integers are refused": fails(is_whole(2)),
            "of integers, whole numbers": gives_where(is_whole(2), whole),
        },
        "kind is linear, relu, sigmoid or tanh": of_kinds(3),
        "by Z, shape (n, m)": TABLE,
    },
    "hidden_delta": {
        "W_next is (n_next, n)": sizes(0, "units above", "units")
        | {"not one of the units alone": fails(lambda W, *_: W.shape[1] == 1)},
        "delta_next is (n_next, m)": {
            "not one sample alone": fails(lambda W, delta, *_: delta.shape[1] == 1),
            "it is written into": writes(1),
            "not float32": fails(is_single(1)),
        },
        "Z is (n, m) and is this layer's own": {
            "not all below 0": fails(lambda W, delta, Z, kind: Z.size > 1 and Z.max() < 0),
            "it is written into": writes(2),
        },
        "kind, linear, relu, sigmoid or tanh": of_kinds(3),
        "Returns (n, m)": TABLE,
    },
    "to_columns": {
        "X_rows is (m, n_in), a sample in each row": {
            **sizes(0, "samples", "inputs"),
            "not float32": fails(is_single(0)),
        },
        "W_ij is (n_in, n_out)": sizes(1, "inputs", "units"),
        "A is (n_in, m), W is (n_out, n_in)": {
            **squeezed("A", "W"),
            "float32 in A": gives(single, part=0),
            "float32 in W": gives(single, part=1),
        },
    },
    "DenseLayer": {
        "n_in and n_out are its widths": {
            "not one input": fails(lambda n_in, n_out, kind, rng: n_in == 1),
            "not one unit": fails(lambda n_in, n_out, kind, rng: n_out == 1),
            "not as many inputs as units": fails(lambda n_in, n_out, kind, rng: n_in == n_out),
        },
        "kind is linear, relu, sigmoid or tanh": of_kinds(2),
        "drawn from rng": {
            "from a generator of its own": begins(with_seed),
            "from another each time": begins(global_numbers),
        },
        "normal, mean 0": {
            "uniform": begins(uniform),
            "mean 1": begins(sets(W=lambda self: self.W + self.W.std())),
            "none below 0": begins(sets(W=lambda self: np.abs(self.W))),
        },
        "variance 2/n_in for relu and 1/n_in for the other kinds": {
            f"{size} for {kind}": scaled_where(kind, factor)
            for kind in KINDS
            for size, factor in [("twice", np.sqrt(2)), ("half", np.sqrt(0.5))]
        },
        "b (n_out, 1), zeros": {
            "tiny numbers": begins(sets(b=lambda self: self.b + 1e-3)),
            "flat": begins(sets(b=lambda self: self.b[:, 0])),
            "integers": begins(sets(b=lambda self: self.b.astype(int))),
        },
        "the gradients that the last call of backward computed": {
            "of the first": method("backward", first_gradients),
            "db of all calls": method("backward", adds_up),
            "dW of all calls": method("backward", adds_up_weights),
        },
        "Return A_out (n_out, m) for A (n_in, m)": {
            "no axis of size 1 is kept": method("forward", lambda self, out, A: np.squeeze(out)),
            "float32": method("forward", lambda self, out, A: single(out)),
            "A is written into": method("forward", spoils),
            "the sums": method("forward", lambda self, out, A: self.Z),
        },
        "and remember what backward needs": {"of the first batch": method("forward", keeps_first)},
        "Return dA_in (n_in, m) for dA (n_out, m)": {
            "no axis of size 1 is kept": method("backward", lambda self, dA, _: np.squeeze(dA)),
            "float32": method("backward", lambda self, dA, _: single(dA)),
            "nothing": method("backward", lambda self, dA, _: None),
            "dA is written into": method("backward", spoils),
        },
        "Sets self.dW (n_out, n_in) and self.db (n_out, 1)": {
            "db flat": method("backward", sets(db=lambda self: self.db[:, 0])),
            "db in float32": method("backward", sets(db=lambda self: single(self.db))),
            "dW in float32": method("backward", sets(dW=lambda self: single(self.dW))),
            "dW without its axes of size 1": method(
                "backward", sets(dW=lambda self: np.squeeze(self.dW))
            ),
            "dW transposed where it fits": method(
                "backward",
                sets(dW=lambda self: self.dW.T if len(set(self.W.shape)) == 1 else self.dW),
            ),
        },
        "changes no parameter": {
            "W": method("backward", sets(W=lambda self: self.W - 0.1 * self.dW)),
            "b": method("backward", sets(b=lambda self: self.b - 0.1 * self.db)),
        },
        "Take one step of gradient descent with learning rate lr": {
            "of 0.01": layer(update=lambda update: lambda self, lr: update(self, 0.01)),
            "the first step alone for b": method("update", once),
            "b stays": layer(
                update=lambda update: lambda self, lr: setattr(self, "W", self.W - lr * self.dW)
            ),
        },
        "returns nothing": {"W": method("update", lambda self, _, lr: self.W)},
    },
}
