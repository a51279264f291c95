"""Right solutions of lesson 02 that look different from the reference."""

import math

import numpy as np

# sigmoid


def sigmoid__masks(z):
    z = np.asarray(z, dtype=float)
    out = np.empty(z.shape)
    right = z >= 0
    out[right] = 1 / (1 + np.exp(-z[right]))
    e = np.exp(z[~right])
    out[~right] = e / (1 + e)
    return out


def sigmoid__logaddexp(z):
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))


def sigmoid__loop_with_math(z):
    z = np.asarray(z)

    def one(value):
        if value >= 0:
            return 1 / (1 + math.exp(-value))
        return math.exp(value) / (1 + math.exp(value))

    return np.array([one(float(value)) for value in z.ravel()]).reshape(z.shape)


def sigmoid__clipped_exponents(z):
    z = np.asarray(z, dtype=np.float64)
    return np.exp(np.minimum(z, 0)) / (np.exp(np.minimum(z, 0)) + np.exp(-np.maximum(z, 0)))


def sigmoid__clipped_where_it_does_no_harm(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -500, 500)))


# activation_prime


def activation_prime__other_formulas(z, kind):
    z = np.asarray(z, dtype=float)
    if kind == "linear":
        return z * 0.0 + 1.0
    if kind == "relu":
        return np.heaviside(z, 0.0)
    if kind == "sigmoid":
        return sigmoid__masks(z) * sigmoid__masks(-z)
    if kind == "tanh":
        return (1 - np.tanh(z)) * (1 + np.tanh(z))
    raise ValueError(kind)


def activation_prime__table_of_functions(z, kind):
    slopes = {
        "linear": lambda z: np.full(z.shape, 1.0),
        "relu": lambda z: (z > 0).astype(float),
        "sigmoid": lambda z: sigmoid__logaddexp(z) - sigmoid__logaddexp(z) ** 2,
        "tanh": lambda z: 1 - np.square(np.tanh(z)),
    }
    if kind not in slopes:
        raise ValueError(f"{kind} is not one of {list(slopes)}")
    return slopes[kind](np.array(z, dtype=float))


def activation_prime__half_argument(z, kind):
    z = np.asarray(z, dtype=float)
    match kind:
        case "linear":
            return np.ones(z.shape)
        case "relu":
            slope = np.zeros(z.shape)
            slope[z > 0] = 1
            return slope
        case "sigmoid":
            return 0.25 * (1 - np.tanh(z / 2) ** 2)
        case "tanh":
            s = sigmoid__masks(2 * z)
            return 4 * s * (1 - s)
        case _:
            raise ValueError("unknown activation")


# softmax


def softmax__column_by_column(Z):
    S = np.zeros(Z.shape)
    for c in range(Z.shape[1]):
        e = np.exp(Z[:, c] - max(Z[:, c]))
        S[:, c] = e / sum(e)
    return S


def softmax__by_logarithms(Z):
    Z = np.asarray(Z, dtype=float)
    top = np.max(Z, axis=0)
    return np.exp(Z - (top + np.log(np.exp(Z - top).sum(axis=0))))


def softmax__transposed(Z):
    rows = np.asarray(Z, dtype=float).T
    rows = rows - rows.max(axis=1)[:, np.newaxis]
    rows = np.exp(rows)
    return (rows / rows.sum(axis=1)[:, np.newaxis]).T


def softmax__einsum(Z):
    E = np.exp(Z - np.amax(Z, axis=0, keepdims=True))
    return np.einsum("ic,c->ic", E, 1 / np.einsum("ic->c", E))


# softmax_jacobian


def softmax_jacobian__loops(s):
    n = len(s)
    J = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            J[i, j] = s[i] * ((1 if i == j else 0) - s[j])
    return J


def softmax_jacobian__broadcast(s):
    return s[:, None] * (np.eye(len(s)) - s[None, :])


def softmax_jacobian__fill_diagonal(s):
    s = np.asarray(s, dtype=float)
    J = -np.einsum("i,j->ij", s, s)
    np.fill_diagonal(J, s * (1 - s))
    return J


# softmax_vjp


def softmax_vjp__bracket_opened(S, dS):
    return S * dS - S * np.einsum("ic,ic->c", S, dS)


def softmax_vjp__sample_by_sample(S, dS):
    dZ = np.empty_like(S)
    for c in range(S.shape[1]):
        s, ds = S[:, c], dS[:, c]
        dZ[:, c] = s * ds - s * (s @ ds)
    return dZ


def softmax_vjp__one_row_of_the_jacobian_at_a_time(S, dS):
    # Rows in blocks, so that the memory stays small and the loop short.
    n, m = S.shape
    if n > 100:
        return softmax_vjp__bracket_opened(S, dS)
    dZ = np.zeros((n, m))
    for c in range(m):
        for j in range(n):
            row = -S[j, c] * S[:, c]
            row[j] += S[j, c]
            dZ[j, c] = row @ dS[:, c]
    return dZ


# l2_loss and l2_grad


def l2_loss__loops(P, T):
    n, m = P.shape
    total = 0.0
    for c in range(m):
        for i in range(n):
            total += (float(P[i, c]) - float(T[i, c])) ** 2 / 2
    return total / m


def l2_loss__mean_of_losses(P, T):
    D = np.asarray(P, dtype=float) - T
    return np.mean(0.5 * np.sum(D * D, axis=0))


def l2_loss__norm(P, T):
    return np.linalg.norm(P - T) ** 2 / (2 * P.shape[1])


def l2_loss__einsum(P, T):
    D = P - T
    return np.einsum("ic,ic->", D, D) / P.shape[1] / 2


def l2_grad__loops(P, T):
    n, m = P.shape
    G = np.zeros((n, m))
    for i in range(n):
        for c in range(m):
            G[i, c] = (P[i, c] - T[i, c]) / m
    return G


def l2_grad__two_quotients(P, T):
    m = len(P[0])
    return P / m - T / m


def l2_grad__times_one_over_m(P, T):
    return (1 / np.shape(P)[1]) * np.subtract(P, T)


# cross_entropy and cross_entropy_grad


def cross_entropy__loops(P, T):
    n, m = P.shape
    total = 0.0
    for c in range(m):
        for i in range(n):
            if T[i, c] != 0:
                total -= T[i, c] * math.log(max(P[i, c], 1e-12))
    return total / m


def cross_entropy__mean_of_losses(P, T):
    safe = np.where(P < 1e-12, 1e-12, P)
    return np.mean(np.einsum("ic,ic->c", T, -np.log(safe)))


def cross_entropy__clip_without_upper_bound(P, T):
    return float((-(T * np.log(np.clip(P, 1e-12, None))).sum(axis=0)).sum() / P.shape[1])


def cross_entropy_grad__loops(P, T):
    n, m = P.shape
    G = np.zeros((n, m))
    for c in range(m):
        for i in range(n):
            G[i, c] = -T[i, c] / (m * max(P[i, c], 1e-12))
    return G


def cross_entropy_grad__reciprocal(P, T):
    return -(T * (1 / np.clip(P, 1e-12, 1.0))) / P.shape[1]


def cross_entropy_grad__masks(P, T):
    P = P.copy()
    P[P < 1e-12] = 1e-12
    return np.divide(T, P) * (-1 / P.shape[1])


# softmax_cross_entropy_grad


def softmax_cross_entropy_grad__in_place_on_its_own_array(Z, T):
    G = softmax__by_logarithms(Z)
    G -= T
    G /= G.shape[1]
    return G


def softmax_cross_entropy_grad__sample_by_sample(Z, T):
    m = Z.shape[1]
    G = np.zeros(Z.shape)
    for c in range(m):
        e = np.exp(Z[:, c] - Z[:, c].max())
        G[:, c] = e / e.sum() / m - T[:, c] / m
    return G


def softmax_cross_entropy_grad__differences_of_logits(Z, T):
    # s_i = 1 / sum_k exp(z_k - z_i): no shift needed where an overflow to inf gives a right 0.
    with np.errstate(over="ignore"):
        S = 1 / np.exp(Z[None, :, :] - Z[:, None, :]).sum(axis=1)
    return (S - T) / Z.shape[1]


# The derivation of section 10


def step_1_log_sum_exp__shifted(Z):
    top = Z.max(axis=0, keepdims=True)
    return top + np.log(np.exp(Z - top).sum(axis=0, keepdims=True))


def step_1_log_sum_exp__two_at_a_time(Z):
    total = Z[0].astype(float)
    for row in Z[1:]:
        total = np.logaddexp(total, row)
    return total.reshape(1, -1)


def step_1_log_sum_exp__sample_by_sample(Z):
    found = []
    for z in Z.T:
        top = max(z)
        found.append(top + math.log(sum(math.exp(value - top) for value in z)))
    return np.array([found])


def step_1_log_sum_exp__reduced_flat(Z):
    return np.logaddexp.reduce(Z)[np.newaxis, :]


def step_2_log_shares__shifted(Z):
    Y = Z - Z.max(axis=0)
    return Y - np.log(np.exp(Y).sum(axis=0))


def step_2_log_shares__differences(Z):
    return -np.logaddexp.reduce(Z[:, None, :] - Z[None, :, :], axis=0)


def step_2_log_shares__columns(Z):
    L = np.empty(Z.shape)
    for c in range(Z.shape[1]):
        L[:, c] = Z[:, c] - np.logaddexp.reduce(Z[:, c])
    return L


def step_2_log_shares__transposed(Z):
    return (Z.T - np.logaddexp.reduce(Z.T, axis=1)[:, None]).T


def step_3_loss__two_terms(Z, T):
    return np.mean(np.logaddexp.reduce(Z) - np.sum(T * Z, axis=0))


def step_3_loss__mean_of_losses(Z, T):
    return float(np.mean(-(T * step_2_log_shares__shifted(Z)).sum(axis=0)))


def step_3_loss__loops(Z, T):
    n, m = Z.shape
    total = 0.0
    for c in range(m):
        end = np.logaddexp.reduce(Z[:, c])
        for j in range(n):
            total += T[j, c] * (end - Z[j, c])
    return total / m


def step_3_loss__einsum(Z, T):
    return np.einsum("jc,jc->", T, -step_2_log_shares__shifted(Z)) / len(T[0])


def step_4_slope_of_log_sum_exp__softmax(Z):
    return softmax__column_by_column(Z)


def step_4_slope_of_log_sum_exp__shifted(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def step_4_slope_of_log_sum_exp__from_step_1(Z):
    return np.exp(Z - np.logaddexp.reduce(Z))


def step_4_slope_of_log_sum_exp__differences(Z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(Z[None, :, :] - Z[:, None, :]).sum(axis=1)


def step_5_sample_slopes__softmax(Z, T):
    return softmax__by_logarithms(Z) - T


def step_5_sample_slopes__in_place_on_its_own_array(Z, T):
    slopes = softmax__transposed(Z)
    slopes -= T
    return slopes


def step_5_sample_slopes__two_terms(Z, T):
    return -T + np.exp(Z - np.logaddexp.reduce(Z))


def step_5_sample_slopes__columns(Z, T):
    return np.stack(
        [softmax__einsum(Z[:, [c]])[:, 0] - T[:, c] for c in range(Z.shape[1])], axis=1
    )


# ---- one more of each: comprehensions, einsum, recursion


def activation_prime__entry_by_entry(z, kind):
    def sigma(x):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    slopes = {
        "linear": lambda x: 1.0,
        "relu": lambda x: float(x > 0),
        "sigmoid": lambda x: sigma(x) * sigma(-x),
        "tanh": lambda x: 1.0 - math.tanh(x) ** 2,
    }
    if kind not in slopes:
        raise ValueError(kind)
    z = np.asarray(z)
    return np.array([slopes[kind](float(x)) for x in z.ravel()], dtype=float).reshape(z.shape)


def l2_grad__columns(P, T):
    m = P.shape[1]
    return np.stack([(p - t) / float(m) for p, t in zip(P.T, T.T)], axis=1)


def softmax_jacobian__einsum(s):
    identity = np.eye(len(s))
    return np.einsum("i,ij->ij", s, identity) - np.einsum("i,j->ij", s, s)


def softmax_vjp__einsum(S, dS):
    weighted = np.einsum("im,im->m", S, dS)
    return S * dS - np.einsum("im,m->im", S, weighted)


def cross_entropy__recursion(P, T):
    def total(columns):
        if not columns:
            return 0.0
        (p, t), *rest = columns
        return total(rest) - float(t @ np.log(np.where(p < 1e-12, 1e-12, p)))

    return total(list(zip(P.T, T.T))) / P.shape[1]


def cross_entropy_grad__columns(P, T):
    columns = [-t / np.clip(p, 1e-12, None) for p, t in zip(P.T, T.T)]
    return np.column_stack(columns) / len(columns)


def softmax_cross_entropy_grad__through_the_jacobian(Z, T):
    columns = []
    for z, t in zip(Z.T, T.T):
        s = np.exp(z - z.max())
        s = s / s.sum()
        # With targets that sum to 1, J.T @ (-t / s) is s - t; s may be 0.
        columns.append(s * t.sum() - t)
    return np.array(columns).T / Z.shape[1]
