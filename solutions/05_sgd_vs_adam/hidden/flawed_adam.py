"""Adam steps of which a part is not as published."""

import numpy as np
from hidden.nests import each
from solution import adam_step


def adam_variant(
    *,
    new_m=lambda m, g, beta: beta * m + (1 - beta) * g,
    new_v=lambda v, g, beta: beta * v + (1 - beta) * g * g,
    m_share=lambda beta, t: 1 - beta**t,
    v_share=lambda beta, t: 1 - beta**t,
    below=lambda v, share, eps: np.sqrt(v / share) + eps,
    count=lambda t, layer, place: t + 1,
    last_count=lambda t, layers: t + 1,
    keep_m=lambda m, share: m,
    keep_v=lambda v, share: v,
):
    """Return an Adam step of which one or two parts are not as published.

    Args:
        new_m: the new running mean of g, from the old one, g and beta1.
        new_v: that of the square of g, from the old one, g and beta2.
        m_share: what m is divided by, from beta1 and t.
        v_share: what v is divided by, from beta2 and t.
        below: the denominator of the step, from v and its share.
        count: the t that an array uses, from the state's t and where the array stands.
        last_count: the t that the new state holds.
        keep_m: what the new state holds, from m and its share.
        keep_v: what the new state holds, from v and its share.
    """

    def step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        t = state["t"]
        counts = [(count(t, layer, 0), count(t, layer, 1)) for layer in range(len(params))]
        m = each(lambda m, g: new_m(m, g, beta1), state["m"], grads)
        v = each(lambda v, g: new_v(v, g, beta2), state["v"], grads)
        share1 = each(lambda n: m_share(beta1, n), counts)
        share2 = each(lambda n: v_share(beta2, n), counts)
        with np.errstate(all="ignore"):
            denominator = each(lambda v, share: below(v, share, eps), v, share2)
            moved = each(lambda p, m, s, d: p - lr * (m / s) / d, params, m, share1, denominator)
            kept = {"m": each(keep_m, m, share1), "v": each(keep_v, v, share2)}
        return moved, {"t": last_count(t, len(params)), **kept}

    return step


def corrected(array, share):
    return array / share


def uncorrected(beta, t):
    return 1.0


def with_settings(change):
    """Return adam_step called with change(lr, beta1, beta2, eps) for its settings."""

    def step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        return adam_step(params, grads, state, *change(lr, beta1, beta2, eps))

    return step


def adam_in_place(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    moved, after = adam_step(params, grads, state, lr, beta1, beta2, eps)
    state.update(after)
    return moved, state
