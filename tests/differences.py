"""Answers that measure a gradient where its derivation is asked for, by exercise.

Each makes its gradient from a forward function, by central differences with a step that
is given: nothing in it has been derived.  An imaginary step loses no digits, for nothing is
taken away: where the forward function can be called so, it measures the slope to the last one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.conftest import load

Answer = Callable[..., Any]
STEPS = (1e-6, 1e-5, 1e-4, 1e-3, 1.0)
IMAGINARY = 1e-20j
Step = float | complex


def slopes(f: Callable[[Any], Any], x: Any, h: Step) -> Any:
    """Return the gradient of a scalar f at x, in the shape of x."""
    x = np.array(x, dtype=np.result_type(float, type(h)))
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] += h
        below[place] -= h
        gradient[place] = np.real((f(above) - f(below)) / (2 * h))
    return gradient


def _entrywise(f: Callable[[Any], Any], x: Any, h: Step) -> Any:
    """Return the slope of each entry of f(x) by the same entry of x."""
    x = np.asarray(x, dtype=float)
    return np.real((f(x + h) - f(x - h)) / (2 * h))


def measured(lesson: str, name: str, h: Step) -> Answer:
    """Return an answer to an exercise that measures with step h."""
    return MEASURED[lesson[:2], name](load(lesson).reference, h)


MEASURED: dict[tuple[str, str], Callable[[dict[str, Any], Step], Answer]] = {}


def _of(lesson: str, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(make: Callable[..., Any]) -> Callable[..., Any]:
        MEASURED[lesson, name] = make
        return make

    return keep


def _sigmoid(z: Any) -> Any:
    z = np.asarray(z)
    e = np.exp(np.where(z.real >= 0, -z, z))
    return np.where(z.real >= 0, 1.0, e) / (1 + e)


def _softmax(Z: Any) -> Any:
    E = np.exp(Z - np.max(np.real(Z), axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _log_sum(Z: Any) -> Any:
    """Return the logarithm of each column's sum of exponentials, right for any size."""
    top = np.max(np.real(Z), axis=0)
    return np.log(np.sum(np.exp(Z - top), axis=0)) + top


def _softplus(z: Any) -> Any:
    """Return ln(1 + exp(z)), entry by entry."""
    return _log_sum(np.stack([np.zeros_like(z), z]))


def _half_square(P: Any, T: Any) -> Any:
    return np.sum((P - T) ** 2) / 2 / T.shape[1]


def _entropy_of(P: Any, T: Any) -> Any:
    return -np.sum(T * np.log(np.where(np.real(P) < 1e-12, 1e-12, P))) / T.shape[1]


def _phi(Z: Any, kind: str) -> Any:
    known = {"linear": lambda z: z, "relu": lambda z: z * (np.real(z) > 0), "tanh": np.tanh}
    return {**known, "sigmoid": _sigmoid, "softmax": _softmax}[kind](Z)


def _sample_loss(A: Any, T: Any) -> Any:
    return -(T * np.log(A) + (1 - T) * np.log(1 - A))


@_of("01", "neuron_delta")
def _neuron_delta(_: Any, h: Step) -> Answer:
    return lambda z, w_out, delta: float(
        _entrywise(lambda x: np.sum(w_out * delta) * _sigmoid(x), z, h)
    )


@_of("01", "step_1_loss_by_a")
def _step_1(_: Any, h: Step) -> Answer:
    return lambda A, T: _entrywise(lambda x: _sample_loss(x, T), A, h)


@_of("01", "step_2_a_by_z")
def _step_2(_: Any, h: Step) -> Answer:
    return lambda A: _entrywise(_sigmoid, np.log(A / (1 - A)), h)


@_of("01", "step_3_loss_by_z")
def _step_3(_: Any, h: Step) -> Answer:
    return lambda A, T: _entrywise(lambda z: _softplus(z) - T * z, np.log(A / (1 - A)), h)


@_of("01", "step_4_dZ")
def _step_4(_: Any, h: Step) -> Answer:
    return lambda A, T: slopes(lambda z: np.mean(_softplus(z) - T * z), np.log(A / (1 - A)), h)


@_of("01", "step_5_dw")
def _step_5(_: Any, h: Step) -> Answer:
    def answer(A: Any, T: Any, X: Any) -> Any:
        Z = np.log(A / (1 - A))

        def loss(w: Any) -> Any:
            return np.mean(_softplus(Z + w @ X) - T * (Z + w @ X))

        return slopes(loss, np.zeros((1, X.shape[0])), h)

    return answer


@_of("01", "step_6_db")
def _step_6(_: Any, h: Step) -> Answer:
    def answer(A: Any, T: Any) -> Any:
        Z = np.log(A / (1 - A))
        return float(_entrywise(lambda b: np.mean(_softplus(Z + b) - T * (Z + b)), 0.0, h))

    return answer


@_of("01", "logistic_gradient")
def _logistic(_: Any, h: Step) -> Answer:
    def loss(w: Any, b: Any, X: Any, T: Any) -> Any:
        return np.mean(_softplus(w @ X + b) - T * (w @ X + b))

    return lambda w, b, X, T: (
        slopes(lambda v: loss(v, b, X, T), w, h),
        float(_entrywise(lambda c: loss(w, c, X, T), b, h)),
    )


@_of("02", "activation_prime")
def _prime(_: Any, h: Step) -> Answer:
    def answer(z: Any, kind: str) -> Any:
        if kind not in ("linear", "relu", "sigmoid", "tanh"):
            raise ValueError(kind)
        slope = _entrywise(lambda x: _phi(x, kind), z, h)
        return np.where(np.asarray(z) == 0, 0.0, slope) if kind == "relu" else slope

    return answer


@_of("02", "l2_grad")
def _l2(_: Any, h: Step) -> Answer:
    return lambda P, T: slopes(lambda x: _half_square(x, T), P, h)


@_of("02", "softmax_jacobian")
def _jacobian(_: Any, h: Step) -> Answer:
    def answer(s: Any) -> Any:
        z = np.log(s)[:, None]
        ends = np.eye(len(s)) * h
        return (_softmax(z + ends) - _softmax(z - ends)) / (2 * h)

    return answer


@_of("02", "softmax_vjp")
def _vjp(_: Any, h: Step) -> Answer:
    def answer(S: Any, dS: Any) -> Any:
        if S.size > 10_000:
            raise MemoryError
        return slopes(lambda z: np.sum(dS * _softmax(z)), np.log(S), h)

    return answer


@_of("02", "cross_entropy_grad")
def _entropy(_: Any, h: Step) -> Answer:
    return lambda P, T: slopes(lambda x: _entropy_of(x, T), P, h)


@_of("02", "step_4_slope_of_log_sum_exp")
def _lse(_: Any, h: Step) -> Answer:
    return lambda Z: slopes(lambda z: np.sum(_log_sum(z)), Z, h)


@_of("02", "step_5_sample_slopes")
def _samples(_: Any, h: Step) -> Answer:
    return lambda Z, T: slopes(lambda z: np.sum(_log_sum(z)) - np.sum(T * z), Z, h)


@_of("02", "softmax_cross_entropy_grad")
def _both(_: Any, h: Step) -> Answer:
    return lambda Z, T: slopes(lambda z: (np.sum(_log_sum(z)) - np.sum(T * z)) / T.shape[1], Z, h)


@_of("03", "dense_backward")
def _dense(_: Any, h: Step) -> Answer:
    def answer(dZ: Any, cache: Any) -> Any:
        A, W = cache
        b = np.zeros((len(W), 1))
        return (
            slopes(lambda x: np.sum(dZ * (W @ x + b)), A, h),
            slopes(lambda x: np.sum(dZ * (x @ A + b)), W, h),
            slopes(lambda x: np.sum(dZ * (W @ A + x)), b, h),
        )

    return answer


@_of("03", "activation_backward")
def _activation(_: Any, h: Step) -> Answer:
    return lambda dA, Z, kind: slopes(lambda z: np.sum(dA * _phi(z, kind)), Z, h)


@_of("03", "output_delta")
def _output(_: Any, h: Step) -> Answer:
    return lambda _A, Z, T, kind: slopes(lambda z: _half_square(_phi(z, kind), T), Z, h)


@_of("03", "hidden_delta")
def _hidden(_: Any, h: Step) -> Answer:
    return lambda W, delta, Z, kind: slopes(lambda z: np.sum(delta * (W @ _phi(z, kind))), Z, h)


@_of("03", "DenseLayer")
def _layer(ref: Any, h: Step) -> Any:
    class DenseLayer(ref["DenseLayer"]):  # type: ignore[misc]
        def forward(self, A: Any) -> Any:
            self.A = A
            return super().forward(A)

        def backward(self, dA: Any) -> Any:
            def loss(A: Any, W: Any, b: Any) -> Any:
                return np.sum(dA * _phi(W @ A + b, self.kind))

            self.dW = slopes(lambda W: loss(self.A, W, self.b), self.W, h)
            self.db = slopes(lambda b: loss(self.A, self.W, b), self.b, h)
            return slopes(lambda A: loss(A, self.W, self.b), self.A, h)

    return DenseLayer


@_of("04", "mse_grad")
def _mse(_: Any, h: Step) -> Answer:
    return lambda P, T: slopes(lambda x: np.mean((x - T) ** 2), P, h)


def _network(caches: Any, params: Any) -> Any:
    A = caches[0][0]
    for (W, b), (*_, kind) in zip(params, caches, strict=True):
        A = _phi(W @ A + b, kind)
    return A


def _gradients(dA: Any, caches: Any, h: Step) -> Any:
    params = []
    for A_prev, W, Z, _ in caches:
        params.append([W, (Z - W @ A_prev)[:, :1]])
    grads = []
    for layer in range(len(params)):
        pair = []
        for part in (0, 1):

            def loss(x: Any, layer: int = layer, part: int = part) -> Any:
                moved = [list(p) for p in params]
                moved[layer][part] = x
                return np.sum(dA * _network(caches, moved))

            pair.append(slopes(loss, params[layer][part], h))
        grads.append(tuple(pair))
    return grads


@_of("04", "model_backward")
def _model(_: Any, h: Step) -> Answer:
    return lambda dA, caches: _gradients(dA, caches, h)


@_of("04", "step_1_softmax")
def _04_1(_: Any, h: Step) -> Answer:
    return lambda dA, caches: slopes(lambda z: np.sum(dA * _softmax(z)), caches[1][2], h)


@_of("04", "step_2_down")
def _04_2(_: Any, h: Step) -> Answer:
    def answer(dA: Any, caches: Any) -> Any:
        _, W, Z, _ = caches[1]
        zero = np.zeros((W.shape[1], Z.shape[1]))
        return slopes(lambda a: np.sum(dA * _softmax(Z + W @ a)), zero, h)

    return answer


@_of("04", "step_3_tanh")
def _04_3(_: Any, h: Step) -> Answer:
    def answer(dA: Any, caches: Any) -> Any:
        _, W, Z, _ = caches[1]
        below = caches[0][2]
        return slopes(
            lambda z: np.sum(dA * _softmax(Z + W @ (np.tanh(z) - np.tanh(below)))), below, h
        )

    return answer


@_of("04", "step_4_weights")
def _04_4(_: Any, h: Step) -> Answer:
    return lambda dA, caches: _gradients(dA, caches, h)[0][0]


@_of("04", "step_5_biases")
def _04_5(_: Any, h: Step) -> Answer:
    return lambda dA, caches: _gradients(dA, caches, h)[0][1]


@_of("06", "vjp")
def _06_vjp(ref: Any, h: Step) -> Answer:
    def answer(op: str, inputs: Any, _value: Any, gradient: Any, options: Any) -> Any:
        run = ref["OPERATIONS"][op]

        def by(place: int) -> Any:
            def loss(x: Any) -> Any:
                return np.sum(gradient * run(*inputs[:place], x, *inputs[place + 1 :], **options))

            return slopes(loss, inputs[place], h)

        return tuple(map(by, range(len(inputs))))

    return answer


@_of("06", "backward_tape")
def _06_tape(ref: Any, h: Step) -> Answer:
    def answer(tape: Any, values: Any, rule: Any = None) -> Any:  # noqa: ARG001 - not asked
        def onward(place: int, x: Any) -> Any:
            new = list(values)
            new[place] = x
            for at in range(place + 1, len(tape)):
                op, places, options = tape[at]
                if op != "input":
                    new[at] = ref["OPERATIONS"][op](*[new[i] for i in places], **options)
            return new[-1]

        return [
            slopes(functools.partial(onward, place), value, h) for place, value in enumerate(values)
        ]

    return answer


@_of("06", "gradients_of_a_network")
def _06_network(ref: Any, h: Step) -> Answer:
    def answer(params: Any, X: Any, T: Any, kinds: Any, loss: str) -> Any:
        _, caches = ref["model_forward"](X, params, kinds)
        loss_of = ref[loss]
        arrays = [list(pair) for pair in params]

        def by(layer: int, part: int) -> Any:
            def moved(x: Any) -> Any:
                new = [list(pair) for pair in arrays]
                new[layer][part] = x
                return loss_of(_network(caches, new), T)

            return slopes(moved, arrays[layer][part], h)

        return [(by(layer, 0), by(layer, 1)) for layer in range(len(params))]

    return answer


@_of("06", "step_1_sum")
def _06_1(_: Any, h: Step) -> Answer:
    def answer(z: Any, g: Any) -> Any:
        total = np.sum(np.exp(z - np.max(z)))
        return float(_entrywise(lambda E: g * np.log(E), total, h))

    return answer


@_of("06", "step_2_exponentials")
def _06_2(_: Any, h: Step) -> Answer:
    return lambda z, g: slopes(lambda u: g * np.log(np.sum(u)), np.exp(z - np.max(z)), h)


@_of("06", "step_3_shifted")
def _06_3(_: Any, h: Step) -> Answer:
    return lambda z, g: slopes(lambda u: g * np.log(np.sum(np.exp(u))), z - np.max(z), h)


@_of("06", "step_5_logits")
def _06_5(_: Any, h: Step) -> Answer:
    return lambda z, _value, g: slopes(lambda u: g * _log_sum(u), z, h)
