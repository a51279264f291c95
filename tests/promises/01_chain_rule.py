"""What the docstrings of lesson 01 promise, and how each promise is broken."""

import numpy as np

from tests.breaches import fails, gives, gives_where, instead, single, takes, whole, writes


def kind(place):
    """Return a question: is the argument at this place an array of integers?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype.kind in "iu"


def of_float32(place):
    """Return a question: is the argument at this place an array in single precision?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype == np.float32


def steps(f, x, h=1e-5, *, to=np.float64, order="C"):
    """Measure on a copy of x of some dtype and memory layout."""
    x = np.array(x, dtype=to, order=order)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] += h
        below[place] -= h
        gradient[place] = (f(above) - f(below)) / (2 * h)
    return gradient


def there_and_back(right):
    """Move the entries of x itself, and undo it by arithmetic, which rounds."""

    def function(f, x, h=1e-5):
        gradient = right(f, x, h)
        if x.dtype == np.float64:
            x[...] = x + h - 2 * h + h
        return gradient

    return function


def flat_points(right):
    """Give f a flat array, as is right for a vector."""
    return lambda f, x, h=1e-5: right(lambda flat: f(flat.ravel() if flat.ndim > 1 else flat), x, h)


def with_default(step):
    """Return a breach: another step where none is given."""
    return lambda right: lambda f, x, h=step: right(f, x, h)


def targets(T):
    """Return whether the targets are integers."""
    return np.asarray(T).dtype.kind == "i"


def z_of(w, b, X, _):
    return w @ X + b


BATCH = {
    "w: (1, n)": {
        "not one feature alone": fails(lambda w, b, X, T: w.size == 1),
        "it is written into": writes(0),
    },
    "b: a float": {"left out": takes(lambda w, b, X, T: (w, 0.0, X, T))},
    "X: (n, m), samples are columns; floats or integers": {
        "not as many samples as features": fails(lambda w, b, X, T: X.shape[0] == X.shape[1]),
        "not one sample alone": fails(lambda w, b, X, T: X.shape[1] == 1),
        "not fewer samples than features": fails(lambda w, b, X, T: X.shape[1] < X.shape[0]),
        "it is written into": writes(2),
        "not integers": fails(kind(2)),
        "not float32": fails(of_float32(2)),
    },
    "T: (1, m), targets 0 or 1, floats or integers": {
        "not integers": fails(kind(3)),
        "integers counted as classes from 1": takes(
            lambda w, b, X, T: (w, b, X, T - 1 if targets(T) else T)
        ),
        "both must occur": fails(lambda w, b, X, T: T.min() == T.max()),
        "it is written into": writes(3),
    },
}

STEP_T = {
    "A: (1, m), between 0 and 1": {
        "not near 0": fails(lambda A, *_: A.min() < 1e-5),
        "not near 1": fails(lambda A, *_: A.max() > 1 - 1e-5),
        "clipped": takes(lambda A, *more: (np.clip(A, 1e-5, 1 - 1e-5), *more)),
        "not a sample alone": fails(lambda A, *_: A.size == 1),
        "not float32": fails(of_float32(0)),
        "it is written into": writes(0),
    },
    "T: (1, m), targets 0 or 1, floats or integers": {
        "both must occur": fails(lambda A, T, *_: T.min() == T.max()),
        "integers are refused": fails(kind(1)),
        "it is written into": writes(1),
    },
}
SLOPES = {
    "returns: (1, m)": {
        "flat": gives(lambda slopes: slopes[0]),
        "float32": gives(single),
        "of integers, whole numbers": gives_where(kind(1), whole),
        "no axis of size 1 is kept": gives_where(lambda A, *_: A.size == 1, np.squeeze),
    }
}

PROMISES = {
    "numerical_gradient": {
        "central differences": {"forward": lambda _: lambda f, x, h=1e-5: forward(f, x, h)},
        "takes an array of the shape of x": {"it is given a flat one": flat_points},
        "returns one number": {
            "none larger than 100": gives_where(lambda f, x, h=1e-5: abs(f(x)) > 10, np.zeros_like)
        },
        "an array of any shape": {
            "not a matrix": fails(lambda f, x, h=1e-5: x.ndim == 2),
            "not three axes": fails(lambda f, x, h=1e-5: x.ndim == 3),
            "no axis of size 1 is kept": gives(np.squeeze),
        },
        "() included": {"not ()": fails(lambda f, x, h=1e-5: x.ndim == 0)},
        "float64, float32 or integers": {
            "float32 is refused": fails(of_float32(1)),
            "integers are refused": fails(kind(1)),
            "steps are cut to integers": instead(
                kind(1), lambda f, x, h=1e-5: steps(f, x, h, to=int)
            ),
            "steps are cut to float32": instead(
                of_float32(1), lambda f, x, h=1e-5: steps(f, x, h, to=np.float32)
            ),
            "of integers, whole numbers": gives_where(kind(1), whole),
        },
        "any memory layout": {
            "contiguous ones alone": fails(lambda f, x, h=1e-5: not x.flags.c_contiguous),
            "entries in the order of memory": gives_where(
                lambda f, x, h=1e-5: not x.flags.c_contiguous,
                lambda g: g.T.ravel().reshape(g.shape),
            ),
        },
        "unchanged afterwards, bit for bit": {
            "it is written into": writes(1),
            "up to rounding": there_and_back,
        },
        "how far an entry is moved to each side": {
            "half of it": takes(lambda f, x, h=1e-5: (f, x, h / 2)),
            "1e-5 is given, another is taken": takes(lambda f, x, h=1e-5: (f, x)),
            "1e-3 where none is given": with_default(1e-3),
            "1e-9 where none is given": with_default(1e-9),
            "not as a keyword": lambda right: lambda f, x, step=1e-5: right(f, x, step),
        },
        "returns: the shape of x, float64": {
            "flat": gives(np.ravel),
            "one number for one entry": gives_where(
                lambda f, x, h=1e-5: x.ndim == 0, lambda g: g.reshape(1)
            ),
            "float32": gives(single),
        },
    },
    "total_derivative": {
        "dL_du: (n_out,)": {
            "not float32": fails(of_float32(0)),
            "not one path alone": fails(lambda dL_du, du_dx: dL_du.size == 1),
            "it is written into": writes(0),
        },
        "du_dx: (n_out, n_in)": {
            "not one input alone": fails(lambda dL_du, du_dx: du_dx.shape[1] == 1),
            "not as many inputs as paths": fails(lambda _, du_dx: len(set(du_dx.shape)) == 1),
            "not more inputs than paths": fails(lambda _, du_dx: du_dx.shape[1] > len(du_dx)),
            "it is written into": writes(1),
        },
        "returns: (n_in,)": {
            "a number for one input": gives_where(
                lambda _, du_dx: du_dx.shape[1] == 1, lambda result: result[0]
            ),
            "as a row": gives(lambda result: result[np.newaxis]),
            "float32": gives(single),
        },
        "over all paths": {
            "those with a negative dL_du left out": takes(lambda a, b: (np.maximum(a, 0), b)),
            "paths that cancel are no number": gives(lambda result: result / (result != 0)),
        },
    },
    "neuron_delta": {
        "z: a float from -15 to 15": {
            "not below -8": fails(lambda z, *_: z < -8),
            "not above 8": fails(lambda z, *_: z > 8),
            "not 0": fails(lambda z, *_: z == 0),
            "a slope of 1e-5 at least": gives(
                lambda delta: delta + np.copysign(2e-6, delta) * (abs(delta) < 1e-5)
            ),
            "clipped at 7": takes(lambda z, *more: (np.clip(z, -7, 7), *more)),
            "a whole number": takes(lambda z, *more: (round(z), *more)),
        },
        "w_out: (n_out,)": {
            "not one neuron alone": fails(lambda z, w_out, _: w_out.size == 1),
            "it is written into": writes(1),
        },
        "delta_next: (n_out,)": {
            "negative ones left out": takes(lambda z, w, delta: (z, w, np.maximum(delta, 0))),
            "it is written into": writes(2),
        },
        "returns: a float": {
            "an array": gives(np.atleast_1d),
            "in single precision": gives(single),
            "an array of one neuron": gives_where(lambda z, w, _: w.size == 1, np.atleast_1d),
        },
    },
    "count_paths_and_weights": {
        "list of ints": {"it is written into": writes(0)},
        "at least one layer": {
            "not one alone": fails(lambda widths: len(widths) == 1),
            "not two": fails(lambda widths: len(widths) == 2),
            "one layer alone has a weight for each unit": lambda right: (
                lambda widths: right(widths) if len(widths) > 1 else (widths[0], widths[0])
            ),
            "one layer alone has one path": lambda right: (
                lambda widths: right(widths) if len(widths) > 1 else (1, 0)
            ),
        },
        "returns: (paths, weights)": {"weights first": gives(lambda pair: pair[::-1])},
        "exact Python ints of any size": {
            "paths as floats": gives(float, part=0),
            "weights as floats": gives(float, part=1),
            "paths rounded to a float's digits": gives(lambda n: int(float(n)), part=0),
            "weights rounded to a float's digits": gives(lambda n: int(float(n)), part=1),
            "paths of many layers rounded to a float's digits": lambda right: (
                lambda widths: (
                    (int(float(right(widths)[0])), right(widths)[1])
                    if len(widths) > 20
                    else right(widths)
                )
            ),
            "paths in 64 bits": gives(lambda n: n % 2**64, part=0),
            "weights in 63 bits": gives(lambda n: n % 2**63, part=1),
        },
        "biases not counted": {
            "one for each layer": gives(lambda n: n + 1, part=1),
        },
    },
    "logistic_loss": {
        **BATCH,
        "returns: a float": {
            "an array": gives(np.atleast_1d),
            "a table": gives(np.atleast_2d),
            "in single precision": gives(single),
        },
        "it is right for any z, 1000 where it is 1000": {
            "not far below 0": fails(lambda *batch: z_of(*batch).min() < -700),
            "not far above 0": fails(lambda *batch: z_of(*batch).max() > 700),
            "not both in one batch": fails(
                lambda *batch: z_of(*batch).min() < -700 and z_of(*batch).max() > 700
            ),
            "36 at most for each sample": gives(lambda loss: min(loss, 36.0)),
            "an infinite loss": gives_where(
                lambda *batch: np.abs(z_of(*batch)).max() > 709, lambda _: np.inf
            ),
        },
    },
    "step_1_loss_by_a": {**STEP_T, **SLOPES},
    "step_2_a_by_z": {
        "A: (1, m), what the sigmoid returned": {
            "not where it has rounded to 0": fails(lambda A: A.min() == 0),
            "not where it has rounded to 1": fails(lambda A: A.max() == 1),
            "clipped": takes(lambda A: (np.clip(A, 1e-7, 1 - 1e-7),)),
            "not a sample alone": fails(lambda A: A.size == 1),
            "not float32": fails(of_float32(0)),
            "not 0.5": fails(lambda A: np.any(A == 0.5)),
            "it is written into": writes(0),
        },
        "returns: (1, m)": {
            "flat": gives(lambda slopes: slopes[0]),
            "float32": gives(single),
        },
    },
    "step_3_loss_by_z": {**STEP_T, **SLOPES},
    "step_4_dZ": {
        **STEP_T,
        "mean loss": {
            "its first axis is counted": lambda right: lambda A, T: right(A, T) * A.size / len(A),
        },
        "returns: dZ, (1, m)": SLOPES["returns: (1, m)"],
    },
    "step_5_dw": {
        "A: (1, m), between 0 and 1": {
            "not a sample alone": fails(lambda A, *_: A.size == 1),
            "it is written into": writes(0),
        },
        "T: (1, m), targets 0 or 1, floats or integers": {
            "integers are refused": fails(kind(1)),
            "both must occur": fails(lambda A, T, X: T.min() == T.max()),
            "it is written into": writes(1),
        },
        "X: (n, m), samples are columns; floats or integers": {
            "not one feature alone": fails(lambda A, T, X: len(X) == 1),
            "not as many as samples": fails(lambda A, T, X: len(set(X.shape)) == 1),
            "not more features than samples": fails(lambda A, T, X: len(X) > X.shape[1]),
            "not integers": fails(kind(2)),
            "it is written into": writes(2),
        },
        "returns: dw, (1, n)": {
            "flat": gives(lambda dw: dw[0]),
            "a number for one feature": gives_where(lambda A, T, X: len(X) == 1, np.squeeze),
            "float32": gives(single),
        },
    },
    "step_6_db": {
        **STEP_T,
        "returns: db, a float": {
            "an array": gives(np.atleast_1d),
            "in single precision": gives(single),
        },
    },
    "logistic_gradient": {
        **BATCH,
        "returns: (dw, db)": {"db first": gives(lambda pair: pair[::-1])},
        "dw of shape (1, n)": {
            "flat": gives(lambda dw: dw[0], part=0),
            "a number for one feature": lambda right: (
                lambda w, b, X, T: (
                    np.squeeze(right(w, b, X, T)[0]) if w.size == 1 else right(w, b, X, T)[0],
                    right(w, b, X, T)[1],
                )
            ),
            "float32": gives(single, part=0),
        },
        "db a float": {
            "an array": gives(np.atleast_1d, part=1),
            "in single precision": gives(single, part=1),
        },
    },
}


def forward(f, x, h):
    """Measure one-sided differences."""
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        above = x.copy()
        above[place] += h
        gradient[place] = (f(above) - f(x)) / h
    return gradient
