"""Right solutions of lesson 01 in other styles."""

import functools
import math
import operator

import numpy as np


def numerical_gradient__restored_from_a_saved_value(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    grad = np.zeros(point.shape)
    walk = np.nditer(point, flags=["multi_index"])
    while not walk.finished:
        i = walk.multi_index
        saved = float(point[i])
        point[i] = saved + h
        plus = f(point)
        point[i] = saved - h
        minus = f(point)
        point[i] = saved
        grad[i] = (plus - minus) / (2 * h)
        walk.iternext()
    return grad


def numerical_gradient__flat(f, x, h=1e-5):
    shape = np.shape(x)
    flat = np.asarray(x).astype(np.float64).flatten()
    grad = np.empty(flat.size)
    for i in range(flat.size):
        step = np.zeros(flat.size)
        step[i] = h
        grad[i] = (f((flat + step).reshape(shape)) - f((flat - step).reshape(shape))) / 2 / h
    return grad.reshape(shape)


def numerical_gradient__there_and_back(f, x, h=1e-5):
    grad = np.zeros_like(x, dtype=np.float64)
    for i in np.ndindex(*x.shape):
        point = x.astype(np.float64)
        point[i] += h
        up = f(point)
        point[i] -= 2 * h
        grad[i] = 0.5 * (up - f(point)) / h
    return grad


def numerical_gradient__width_as_taken(f, x, h=1e-5):
    x = np.array(x, dtype=np.float64, order="C")
    entries = []
    for i in range(x.size):
        left, right = x.copy(), x.copy()
        left.flat[i] -= h
        right.flat[i] += h
        entries.append((f(right) - f(left)) / (right.flat[i] - left.flat[i]))
    return np.array(entries, dtype=float).reshape(x.shape)


def numerical_gradient__basis_vectors(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    basis = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in basis]).reshape(x.shape)


def total_derivative__loop(dw_du, du_dx):
    k, n = du_dx.shape
    dw_dx = np.zeros(n)
    for j in range(n):
        for i in range(k):
            dw_dx[j] += dw_du[i] * du_dx[i, j]
    return dw_dx


def total_derivative__einsum(dw_du, du_dx):
    return np.einsum("i,ij->j", dw_du, du_dx)


def total_derivative__sum_of_products(dw_du, du_dx):
    return np.sum(dw_du[:, None] * du_dx, axis=0)


def total_derivative__transposed(dw_du, du_dx):
    return du_dx.T @ dw_du


def neuron_delta__loop(z, w_out, delta_next):
    total = 0.0
    for weight, delta in zip(w_out, delta_next):
        total += float(weight) * float(delta)
    a = 1 / (1 + math.exp(-z))
    return a * (1 - a) * total


def neuron_delta__exponentials(z, w_out, delta_next):
    e = np.exp(-z)
    return np.sum(w_out * delta_next) * e / (1 + e) ** 2


def neuron_delta__cosh(z, w_out, delta_next):
    return np.dot(w_out, delta_next) / (4 * np.cosh(z / 2) ** 2)


def neuron_delta__tanh(z, w_out, delta_next):
    t = np.tanh(z / 2)
    return float(np.sum([w * d * 0.25 * (1 + t) * (1 - t) for w, d in zip(w_out, delta_next)]))


def count_paths_and_weights__prod(widths):
    return math.prod(widths), sum(a * b for a, b in zip(widths[:-1], widths[1:]))


def count_paths_and_weights__reduce(widths):
    paths = functools.reduce(operator.mul, widths, 1)
    weights = 0
    for i in range(1, len(widths)):
        weights += widths[i - 1] * widths[i]
    return paths, weights


def count_paths_and_weights__objects(widths):
    w = np.array(widths, dtype=object)
    return int(np.prod(w)), int(np.sum(w[:-1] * w[1:]))


def logistic_loss__loop(w, b, X, y):
    n, m = X.shape
    total = 0.0
    for j in range(m):
        z = b + sum(float(w[0, i]) * float(X[i, j]) for i in range(n))
        total += max(z, 0) - z * float(y[0, j]) + math.log1p(math.exp(-abs(z)))
    return total / m


def logistic_loss__by_label(w, b, X, y):
    z = np.dot(w, X) + b
    return np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z)).mean()


def logistic_loss__signed(w, b, X, y):
    margin = (2 * y - 1) * (np.einsum("ri,ij->rj", w, X) + b)
    return np.logaddexp(0, -margin).sum() / X.shape[1]


def logistic_loss__cross_entropy(w, b, X, y):
    z = w @ X + b
    log_a, log_not_a = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    return float(-np.mean(y * log_a + (1 - y) * log_not_a))


def logistic_gradient__loop(w, b, X, y):
    n, m = X.shape
    dw, db = np.zeros((1, n)), 0.0
    for j in range(m):
        z = float(b) + float(w[0].astype(float) @ X[:, j])
        dz = 1 / (1 + math.exp(-z)) - float(y[0, j])
        for i in range(n):
            dw[0, i] += dz * X[i, j] / m
        db += dz / m
    return dw, db


def logistic_gradient__tanh_and_einsum(w, b, X, y):
    a = 0.5 * (1 + np.tanh((w @ X + b) / 2))
    return np.einsum("rj,ij->ri", a - y, X) / X.shape[1], np.mean(a - y)


def logistic_gradient__chain(w, b, X, y):
    m = y.shape[1]
    z = w @ X + b
    a = 1.0 / (1.0 + np.exp(-z))
    dw = np.dot(X, (a - y).T).T / m
    db = (a - y).sum() / m
    return [dw, db]


def logistic_gradient__stable(w, b, X, y):
    z = w @ X + b
    e = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    dz = (a - y) * (1 / a.shape[1])
    return (dz[:, None, :] * X[None, :, :]).sum(axis=2), dz.sum()


def logistic_gradient__through_a(w, b, X, y):
    a = 1 / (1 + np.exp(-(w @ X + b)))
    da = (-y / a + (1 - y) / (1 - a)) / y.shape[1]
    dz = da * a * (1 - a)
    return np.matmul(dz, X.transpose()), float(dz.sum())
