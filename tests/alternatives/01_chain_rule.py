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


def total_derivative__loop(dL_du, du_dx):
    k, n = du_dx.shape
    dL_dx = np.zeros(n)
    for j in range(n):
        for i in range(k):
            dL_dx[j] += dL_du[i] * du_dx[i, j]
    return dL_dx


def total_derivative__einsum(dL_du, du_dx):
    return np.einsum("i,ij->j", dL_du, du_dx)


def total_derivative__sum_of_products(dL_du, du_dx):
    return np.sum(dL_du[:, None] * du_dx, axis=0)


def total_derivative__transposed(dL_du, du_dx):
    return du_dx.T @ dL_du


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


def logistic_loss__loop(w, b, X, T):
    n, m = X.shape
    total = 0.0
    for c in range(m):
        z = b + sum(float(w[0, i]) * float(X[i, c]) for i in range(n))
        total += max(z, 0) - z * float(T[0, c]) + math.log1p(math.exp(-abs(z)))
    return total / m


def logistic_loss__by_label(w, b, X, T):
    z = np.dot(w, X) + b
    return np.where(T == 1, np.logaddexp(0, -z), np.logaddexp(0, z)).mean()


def logistic_loss__signed(w, b, X, T):
    margin = (2 * T - 1) * (np.einsum("ri,ij->rj", w, X) + b)
    return np.logaddexp(0, -margin).sum() / X.shape[1]


def logistic_loss__cross_entropy(w, b, X, T):
    z = w @ X + b
    log_a, log_not_a = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    return float(-np.mean(T * log_a + (1 - T) * log_not_a))


def logistic_gradient__loop(w, b, X, T):
    n, m = X.shape
    dw, db = np.zeros((1, n)), 0.0
    for c in range(m):
        z = float(b) + float(w[0].astype(float) @ X[:, c])
        dz = 1 / (1 + math.exp(-z)) - float(T[0, c])
        for i in range(n):
            dw[0, i] += dz * X[i, c] / m
        db += dz / m
    return dw, db


def logistic_gradient__tanh_and_einsum(w, b, X, T):
    a = 0.5 * (1 + np.tanh((w @ X + b) / 2))
    return np.einsum("rj,ij->ri", a - T, X) / X.shape[1], np.mean(a - T)


def logistic_gradient__chain(w, b, X, T):
    m = T.shape[1]
    z = w @ X + b
    a = 1.0 / (1.0 + np.exp(-z))
    dw = np.dot(X, (a - T).T).T / m
    db = (a - T).sum() / m
    return [dw, db]


def logistic_gradient__stable(w, b, X, T):
    z = w @ X + b
    e = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    dz = (a - T) * (1 / a.shape[1])
    return (dz[:, None, :] * X[None, :, :]).sum(axis=2), dz.sum()


def logistic_gradient__through_a(w, b, X, T):
    a = 1 / (1 + np.exp(-(w @ X + b)))
    da = (-T / a + (1 - T) / (1 - a)) / T.shape[1]
    dz = da * a * (1 - a)
    return np.matmul(dz, X.transpose()), float(dz.sum())


# The derivation of section 8, each step alone or built on the ones before it.


def step_1_loss_by_a__one_fraction(A, T):
    return (A - T) / (A * (1 - A))


def step_1_loss_by_a__where(A, T):
    return np.where(T == 1, -1 / A, 1 / (1 - A))


def step_1_loss_by_a__loop(A, T):
    slopes = np.zeros(A.shape)
    for c in range(A.shape[1]):
        slopes[0, c] = -1 / A[0, c] if T[0, c] == 1 else 1 / (1 - A[0, c])
    return slopes


def step_1_loss_by_a__factors(A, T):
    return (1 - T) * np.reciprocal(1 - A) - T * np.reciprocal(A)


def step_2_a_by_z__opened(A):
    return A - A * A


def step_2_a_by_z__loop(A):
    return np.array([[float(a) * (1 - float(a)) for a in row] for row in A])


def step_2_a_by_z__through_z(A):
    # Back to z and forward again: far out this loses a few digits, never seven.
    e = np.exp(-np.abs(np.log(A) - np.log1p(-A)))
    return e / (1 + e) ** 2


def step_2_a_by_z__in_place_on_a_copy(A):
    slopes = A.copy()
    slopes *= 1 - A
    return slopes


def step_3_loss_by_z__rule(A, T):
    return A - T


def step_3_loss_by_z__product(A, T):
    return (-T / A + (1 - T) / (1 - A)) * A * (1 - A)


def step_3_loss_by_z__where(A, T):
    return np.where(T == 1, A - 1, A)


def step_3_loss_by_z__loop(A, T):
    slopes = np.empty(A.shape)
    for place in np.ndindex(A.shape):
        slopes[place] = A[place] - T[place]
    return slopes


def step_4_dZ__by_shape(A, T):
    return (A - T) / A.shape[1]


def step_4_dZ__times_one_over_m(A, T):
    return (1 / len(T[0])) * np.subtract(A, T)


def step_4_dZ__two_quotients(A, T):
    m = np.size(T)
    return A / m - T / m


def step_4_dZ__loop(A, T):
    m = A.shape[1]
    return np.array([[(A[0, c] - T[0, c]) / m for c in range(m)]])


def step_5_dw__einsum(A, T, X):
    return np.einsum("rc,kc->rk", A - T, X) / X.shape[1]


def step_5_dw__sample_by_sample(A, T, X):
    n, m = X.shape
    dw = np.zeros((1, n))
    for c in range(m):
        dw += (A[0, c] - T[0, c]) * X[:, c] / m
    return dw


def step_5_dw__other_order(A, T, X):
    return np.dot(X, (A - T).T).T / A.size


def step_5_dw__mean_of_products(A, T, X):
    return np.mean((A - T) * X, axis=1)[np.newaxis, :]


def step_6_db__mean(A, T):
    return np.mean(A - T)


def step_6_db__python_sum(A, T):
    return sum(float(a) - float(t) for a, t in zip(A[0], T[0])) / len(A[0])


def step_6_db__difference_of_means(A, T):
    return A.mean() - T.mean()


def step_6_db__product_with_ones(A, T):
    m = A.shape[1]
    return ((A - T) @ np.ones((m, 1))).item() / m


def count_paths_and_weights__recursion(widths):
    if len(widths) == 1:
        return widths[0], 0
    paths, weights = count_paths_and_weights__recursion(widths[1:])
    return widths[0] * paths, widths[0] * widths[1] + weights
