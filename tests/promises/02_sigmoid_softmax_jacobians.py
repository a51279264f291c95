"""What the docstrings of lesson 02 promise, and how each promise is broken."""

import numpy as np

from tests.breaches import fails, gives, gives_where, instead, single, takes, warns, whole, writes

KINDS = ("linear", "relu", "sigmoid", "tanh")


def is_whole(place=0):
    """Return a question: is the argument at this place an array of integers?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype.kind == "i"


def is_single(place=0):
    """Return a question: is the argument at this place an array in single precision?"""
    return lambda *arguments: np.asarray(arguments[place]).dtype == np.float32


def has(axes, place=0):
    """Return a question: how many axes has the argument at this place?"""
    return lambda *arguments: np.ndim(arguments[place]) == axes


def reaches(size):
    """Return a question: is one number of the first argument so large?"""
    return lambda Z, *_: np.abs(Z).max() > size


def both_ends(Z, *_):
    """Return whether a sample has logits near 1000 and near -1000."""
    return np.any((Z.max(axis=0) > 900) & (Z.min(axis=0) < -900))


def shifted(by):
    """Return a breach: a softmax whose exponentials are taken of logits less something else."""

    def softmax(Z):
        E = np.exp(Z - by(Z))
        return E / E.sum(axis=0)

    return lambda _: softmax


def log_sum(by):
    """Return a breach of the same kind, of the logarithm of the sum."""

    def answer(Z):
        shift = by(Z)
        return np.log(np.exp(Z - shift).sum(axis=0, keepdims=True)) + shift

    return lambda _: answer


def mean(Z):
    return Z.mean(axis=0, keepdims=True)


def smallest(Z):
    return Z.min(axis=0, keepdims=True)


def clipped(Z):
    return Z - np.minimum(Z, 700.0)


MATRIX = {
    "not as many rows as columns": fails(lambda Z, *_: Z.shape[0] == Z.shape[1]),
    "not one sample alone": fails(lambda Z, *_: Z.shape[1] == 1),
    "not fewer samples than rows": fails(lambda Z, *_: Z.shape[1] < Z.shape[0]),
    "it is written into": writes(0),
}
SECOND = {"it is written into": writes(1)}
SAME_SHAPE = {
    "no axis of size 1 is kept": gives(np.squeeze),
    "transposed where it fits": gives_where(lambda Z, *_: Z.shape[0] == Z.shape[1], np.transpose),
    "float32": gives(single),
}
NUMBER = {
    "an array": gives(np.atleast_1d),
    "in single precision": gives(single),
    "cut to an integer": gives(whole),
}
ANY_SIZE = {
    "it overflows at 1000": fails(lambda Z, *_: Z.max() > 900),
    "nothing is left at -1000": fails(lambda Z, *_: np.any(Z.max(axis=0) < -900)),
    "both ends in one sample": fails(both_ends),
    "clipped": takes(lambda Z, *T: (np.clip(Z, -500, 500), *T)),
}
LOGITS = {"Z: (n, m), logits of any size": {**MATRIX, **ANY_SIZE}}
TARGETS = {
    "one-hot or soft": {
        "not soft ones": fails(lambda Z, T: np.any((T > 0) & (T < 1))),
        "the largest counts as 1": takes(
            lambda Z, T: (Z, (T.max(axis=0, keepdims=True) == T).astype(float))
        ),
        "it is written into": writes(1),
    }
}
PROBABILITIES = {
    "P: (n, m), probabilities": {
        **MATRIX,
        "not float32": fails(is_single()),
        "clipped above": takes(lambda P, T: (np.minimum(P, 1 - 1e-7), T)),
    },
    "those below 1e-12 count as 1e-12": {
        "not 0": fails(lambda P, T: P.min() == 0),
        "those below 1e-11": takes(lambda P, T: (np.maximum(P, 1e-11), T)),
        "those below 1e-13": instead(
            lambda P, T: np.any((P > 0) & (P < 1e-12) & (T > 0)), lambda P, T: 0 * P
        ),
        "as 0": gives_where(lambda P, T: np.any((P < 1e-12) & (T > 0)), lambda _: 0.0),
    },
    "one-hot or soft, floats or integers": {
        **TARGETS["one-hot or soft"],
        "not integers": fails(is_whole(1)),
        "the result in integers, too": gives_where(is_whole(1), np.trunc),
    },
    "finite even where P is 0": {
        "nan where both are 0": gives_where(
            lambda P, T: np.any((P == 0) & (T == 0)), lambda result: result * np.nan
        ),
        "infinite": gives_where(
            lambda P, T: np.any((P == 0) & (T > 0)), lambda result: result * np.inf
        ),
    },
}

PROMISES = {
    "sigmoid": {
        "array of any shape": {
            "not a vector": fails(has(1)),
            "not three axes": fails(has(3)),
            "no axis of size 1 is kept": gives(np.squeeze),
            "it is written into": lambda right: (
                lambda z: writes(0)(right)(z) if np.ndim(z) else right(z)
            ),
        },
        "floats or integers": {
            "integers are refused": fails(is_whole()),
            "of integers, whole numbers": gives_where(is_whole(), whole),
            "float32 is refused": fails(is_single()),
        },
        "or one number": {
            "not a number of Python": fails(lambda z: isinstance(z, float)),
            "not an array without axes": fails(lambda z: isinstance(z, np.ndarray) and z.ndim == 0),
            "one number becomes an array": gives_where(has(0), np.atleast_1d),
        },
        "floats of the shape of z": {"float32": gives(single)},
        "without a warning, however large z is": {
            "a warning above": warns(lambda z: np.max(z) > 710),
            "a warning below": warns(lambda z: np.min(z) < -710),
            "a warning where both ends are in one array": warns(lambda z: np.ptp(z) > 1400),
        },
        "a relative error of at most 1e-9 for z from -30 to 30": {
            "1e-8 at -30": lambda right: (
                lambda z: np.where(np.asarray(z) < -29, right(z) * (1 + 1e-8), right(z))
            ),
            "1e-8 at 30": lambda right: (
                lambda z: np.where(np.asarray(z) > 29, right(z) * (1 + 1e-8), right(z))
            ),
            "0 below -20": lambda right: lambda z: np.where(np.asarray(z) < -20, 0.0, right(z)),
        },
    },
    "activation_prime": {
        "array of any shape": {
            "not without axes": fails(has(0)),
            "not three axes": fails(has(3)),
            "not a vector": fails(has(1)),
            "it is written into": writes(0),
            "no axis of size 1 is kept": gives(np.squeeze),
            "an array without axes becomes a vector": gives_where(has(0), np.atleast_1d),
        },
        "floats or integers": {
            "float32 is refused": fails(is_single()),
            **{
                f"integers are refused, for {known}": fails(
                    lambda z, kind, known=known: is_whole()(z) and kind == known
                )
                for known in KINDS
            },
            **{
                f"of integers, whole numbers, for {known}": gives_where(
                    lambda z, kind, known=known: is_whole()(z) and kind == known, whole
                )
                for known in KINDS
            },
        },
        'kind: "linear", "relu", "sigmoid" or "tanh"': {
            f"not {known}": fails(lambda z, kind, known=known: kind == known) for known in KINDS
        },
        "anything else is a ValueError": {
            "a TypeError": lambda right: (
                lambda z, kind: right(z, kind) if kind in KINDS else np.zeros(1, kind)
            ),
            "is linear": takes(lambda z, kind: (z, kind if kind in KINDS else "linear")),
            "is None": instead(lambda z, kind: kind not in KINDS, lambda z, kind: None),
        },
        "floats of the shape of z": {
            "float32": gives(single),
            **{
                f"one number, for {known}": gives_where(
                    lambda z, kind, known=known: kind == known, np.max
                )
                for known in KINDS
            },
        },
        "the slope of relu at 0 is 0": {
            "1": lambda right: lambda z, kind: right(z + (z == 0) * 1, kind),
            "a half": lambda right: (
                lambda z, kind: right(z, kind) + (kind == "relu") * 0.5 * (z == 0)
            ),
        },
        "phi'(z)": {
            "not for large z": fails(lambda z, kind: np.size(z) and np.abs(z).max() > 500),
            "1e-15 at least": lambda right: (
                lambda z, kind: (
                    np.maximum(right(z, kind), 1e-15)
                    if kind in {"sigmoid", "tanh"}
                    else right(z, kind)
                )
            ),
        },
    },
    "l2_loss": {
        "P, T: (n, m), predictions and targets": {
            **MATRIX,
            "the targets are written into": writes(1),
            "not one feature alone": fails(lambda P, T: len(P) == 1),
        },
        "floats or integers": {
            "integers are refused": fails(is_whole()),
            "both of one kind": fails(lambda P, T: P.dtype != T.dtype),
            "of integers, a whole number": gives_where(is_whole(), np.trunc),
            "not float32": fails(is_single()),
        },
        "returns: one float": NUMBER,
        "half the squared error": {"not where it is 0": fails(lambda P, T: np.all(P == T))},
    },
    "l2_grad": {
        "P, T: (n, m), predictions and targets": {
            **MATRIX,
            "the targets are written into": writes(1),
            "not one feature alone": fails(lambda P, T: len(P) == 1),
        },
        "floats or integers": {
            "integers are refused": fails(is_whole()),
            "both of one kind": fails(lambda P, T: P.dtype != T.dtype),
            "of integers, whole numbers": gives_where(is_whole(1), whole),
            "not float32": fails(is_single()),
        },
        "returns: (n, m)": SAME_SHAPE,
        "the derivative of the loss": {"not where it is 0": fails(lambda P, T: np.all(P == T))},
    },
    "softmax": {
        "Z: (n, m), logits": {**MATRIX, "not one class alone": fails(lambda Z: len(Z) == 1)},
        "floats or integers of any size": {
            **ANY_SIZE,
            "less their mean": shifted(mean),
            "less their smallest": shifted(smallest),
            "at most 700": shifted(clipped),
            "less the largest of all": shifted(np.max),
            "integers are refused": fails(is_whole()),
            "integers are small": fails(lambda Z: is_whole()(Z) and Z.max() > 900),
            "of integers, whole numbers": gives_where(is_whole(), whole),
            "not float32": fails(is_single()),
            "not where all are equal": fails(lambda Z: len(Z) > 1 and np.all(Z[:1] == Z)),
        },
        "returns: S, (n, m)": SAME_SHAPE,
        "each column sums to 1": {
            "up to 1e-6": gives(lambda S: S * (1 + 1e-6)),
            "a share is 1e-12 at least": gives(lambda S: np.maximum(S, 1e-12)),
        },
    },
    "softmax_jacobian": {
        "s: (n,), one column of softmax outputs": {
            "not one class": fails(lambda s: s.size == 1),
            "not two": fails(lambda s: s.size == 2),
            "not many": fails(lambda s: s.size > 5),
            "not a certain one": fails(lambda s: s.size > 1 and s.max() == 1),
            "not float32": fails(is_single()),
            "it is written into": writes(0),
        },
        "J, (n, n)": {"a number for one class": gives(np.squeeze), "float32": gives(single)},
        "J[j, k] is the derivative of s_j by z_k": {
            "0 on the diagonal": gives(lambda J: J - np.diag(np.diag(J))),
            "0 below it": gives(np.triu),
        },
    },
    "softmax_vjp": {
        "S: (n, m), softmax outputs": {
            **MATRIX,
            "not one class alone": fails(lambda S, dS: len(S) == 1),
            "not a certain one": fails(lambda S, dS: len(S) > 1 and S.max() == 1),
            "not float32": fails(is_single()),
        },
        "dS: (n, m), the gradient of the loss by S": {
            "it is written into": writes(1),
            "not where all are equal": fails(lambda S, dS: np.all(dS == dS[:1])),
        },
        "returns: dZ, (n, m)": SAME_SHAPE,
        "memory grows like n * m, never like n * n": {
            "by the whole Jacobian": lambda _: (
                lambda S, dS: np.stack(
                    [
                        (np.diag(s) - np.outer(s, s)) @ d if s.size < 5000 else (s, np.zeros(10**8))
                        for s, d in zip(S.T, dS.T, strict=True)
                    ],
                    axis=1,
                )
            ),
            "many classes are refused": fails(lambda S, dS: len(S) > 1000),
        },
    },
    "cross_entropy": {**PROBABILITIES, "returns: one float": NUMBER},
    "cross_entropy_grad": {
        **PROBABILITIES,
        "returns: (n, m)": SAME_SHAPE,
        "exactly 0 where T is 0": {
            "nearly": lambda right: lambda P, T: right(P, T) - 1e-6 * (T == 0),
        },
    },
    "step_1_log_sum_exp": {
        "Z: (n, m), logits of any size": {
            **MATRIX,
            **ANY_SIZE,
            "less their mean": log_sum(mean),
            "less their smallest": log_sum(smallest),
            "less the largest of all": log_sum(np.max),
        },
        "returns: (1, m)": {
            "flat": gives(lambda result: result[0]),
            "one number for one sample": gives(np.squeeze),
            "float32": gives(single),
        },
        "1000 where it is 1000": {"at most 709": gives(lambda result: np.minimum(result, 709.0))},
    },
    "step_2_log_shares": {
        **LOGITS,
        "returns: (n, m)": SAME_SHAPE,
        "without a quotient": {
            "none below -745": gives(lambda result: np.maximum(result, -745.0)),
            "none below ln 1e-12": gives(lambda result: np.maximum(result, np.log(1e-12))),
        },
    },
    "step_3_loss": {
        **LOGITS,
        **TARGETS,
        "returns: one float": {
            **NUMBER,
            "through shares of 1e-300 at least": lambda _: (
                lambda Z, T: (
                    -np.sum(T * np.maximum(Z - np.logaddexp.reduce(Z), np.log(1e-300))) / Z.shape[1]
                )
            ),
        },
    },
    "step_4_slope_of_log_sum_exp": {**LOGITS, "returns: (n, m)": SAME_SHAPE},
    "step_5_sample_slopes": {**LOGITS, **TARGETS, "returns: (n, m)": SAME_SHAPE},
    "softmax_cross_entropy_grad": {
        **LOGITS,
        **TARGETS,
        "both are floats or integers": {
            "integer logits are refused": fails(is_whole()),
            "integer targets are refused": fails(is_whole(1)),
            "of integers, whole numbers": gives_where(is_whole(1), whole),
        },
        "returns: dZ, (n, m)": SAME_SHAPE,
    },
}
