"""gradient_check: the largest relative error of all gradients."""

import numpy as np
from hidden.landscapes import landscape, spoiled

from grader.exercise import Case, Shown, Tolerance, exercise


def of_all_entries(loss, params, grads, h=1e-5):
    """Return what gradient_check is asked for; a later exercise gives it a loss of its own."""
    moved = [[np.array(p, dtype=float) for p in pair] for pair in params]
    errors = []
    for pair, gradients in zip(moved, grads, strict=True):
        for p, g in zip(pair, gradients, strict=True):
            for place in np.ndindex(p.shape):
                kept, ends = p[place], []
                for step in (h, -h):
                    p[place] = kept + step
                    ends.append(loss([tuple(arrays) for arrays in moved]))
                p[place] = kept
                slope = (ends[0] - ends[1]) / (2 * h)
                errors.append(abs(g[place] - slope) / max(1e-8, abs(g[place]) + abs(slope)))
    return float(np.max(errors))


asked = exercise(
    "gradient_check",
    withholds=("byhand.gradcheck",),
    stand_in=Shown(of_all_entries),
    # The slopes round by 1.1e-16 * 5 / (2e-5 * 0.4) = 7e-11, and in the wildest case, where a step
    # is 2e-8, by 1e-8 of their size: that much the error of a right gradient may differ by.
    tolerance=Tolerance(relative=1e-4, absolute=1e-6),
    not_alone=("small gradients",),
)


@asked.cases
def landscapes(rng):
    """Right gradients; one wrong entry in each place; small, zero; a step of the caller's."""
    for group, shapes, scale, layer, part, index in [
        ("one wrong weight", [(1, 1), (1, 1), (1, 1), (1, 2)], 1, 3, 0, (0, 1)),
        ("one wrong weight", [(1, 1), (1, 1)], -1, 0, 0, (0, 0)),
        ("one wrong bias", [(1, 1), (2, 1)], -1, 1, 1, (1, 0)),
        ("one wrong bias", [(1, 1), (2, 1), (1, 1)], 1, 1, 1, (0, 0)),
    ]:
        loss, params, grads = landscape(rng, shapes, scale=scale)
        wrong = spoiled(grads, layer, part, index, lambda g: 1.5 * g)
        yield Case(loss, params, wrong, group=group)
    loss, params, grads = landscape(rng, [(1, 1)] * 4, scale=1e-5)
    wrong = spoiled(grads, 2, 0, (0, 0), lambda g: -2 * g)
    yield Case(loss, params, wrong, group="small gradients")
    silent = [(0, 0, (0, 0)), (0, 1, (0, 0))]
    loss, params, grads = landscape(rng, [(1, 2), (1, 1), (1, 1)], silent=silent)
    wrong = spoiled(grads, 0, 1, (0, 0), lambda g: 5e-10)
    yield Case(loss, params, wrong, group="gradients of zero")
    loss, params, grads = landscape(rng, [(1, 1), (1, 6), (1, 1)])
    wrong = spoiled(grads, 1, 0, (0, 4), lambda g: 1.5 * g)
    yield Case(loss, params, wrong, group="a large step", keywords={"h": 0.3})
    loss, params, grads = landscape(rng, [(2, 2)])
    turned = [(grads[0][0].T.copy(), grads[0][1])]
    yield Case(loss, params, turned, group="right gradients, and transposed ones")
    # So wild that a parameter put back in single precision spoils the slopes of the others.
    for shapes, frequency, scale, step in [
        ([(1, 1), (1, 1)], 2e3, -5e-4, {}),
        ([(2, 1), (1, 1)], 1e6, 1e-6, {"h": 2e-8}),
    ]:
        loss, params, grads = landscape(rng, shapes, scale=scale, frequency=frequency)
        yield Case(loss, params, grads, group="right gradients, and transposed ones", keywords=step)


def relative(a, n):
    """Return the error of the exercise."""
    return abs(a - n) / max(1e-8, abs(a) + abs(n))


def check_with(
    *,
    difference=lambda above, below, here, h: (above() - below()) / (2 * h),
    error=relative,
    whole=np.max,
    layers=slice(None),
    parts=(0, 1),
    step=lambda h: h,
):
    """Return a gradient_check in which one choice is changed; params are moved in place."""

    def answer(loss, params, grads, h=1e-5):
        found = []
        chosen = list(zip(params, grads, strict=True))[layers]
        for pair, gradients in chosen:
            for part in parts:
                p = pair[part]
                for index in np.ndindex(p.shape):
                    n = difference(*probes(loss, params, p, index, step(h)), step(h))
                    found.append(error(gradients[part][index], n))
        return float(whole(found))

    return answer


def probes(loss, params, p, index, h):
    """Return three functions: the loss with entry p[index] up by h, down by h, and as it is."""
    kept = p[index]

    def at(value):
        p[index] = value
        result = loss(params)
        p[index] = kept
        return result

    return lambda: at(kept + h), lambda: at(kept - h), lambda: at(kept)


def leaves_params_changed(loss, params, grads, h=1e-5):
    """Step up, two steps down, one step up: rounding leaves a trace."""
    found = []
    for pair, gradients in zip(params, grads, strict=True):
        for p, gradient in zip(pair, gradients, strict=True):
            for index in np.ndindex(p.shape):
                p[index] += h
                above = loss(params)
                p[index] -= 2 * h
                below = loss(params)
                p[index] += h
                found.append(relative(gradient[index], (above - below) / (2 * h)))
    return float(np.max(found))


def no_floor(a, n):
    """Divide without a floor."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.float64(abs(a - n)) / np.float64(abs(a) + abs(n))


MOSTLY_RIGHT = "the errors of the entries that are looked at are right"
EDGE = "an edge: ordinary gradients are right"

asked.mistake(
    "absolute error",
    answer=check_with(error=lambda a, n: abs(a - n)),
    hint="All gradients a thousand times smaller, and just as wrong. Does your number shrink?",
)
asked.mistake(
    "mean instead of largest",
    answer=check_with(whole=np.mean),
    hint="One wrong entry among thousands of right ones: what does your number say?",
)
asked.mistake(
    "first layer only",
    answer=check_with(layers=slice(0, 1)),
    hint="Spoil an entry in the last layer. Does your check see it?",
)
asked.mistake(
    "last layer only",
    answer=check_with(layers=slice(-1, None)),
    hint="Spoil an entry in the first layer. Does your check see it?",
)
asked.mistake(
    "weights only",
    answer=check_with(parts=(0,)),
    hint="Spoil an entry of a db. Does your check see it?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "params left changed",
    answer=leaves_params_changed,
    hint="Up by h, down by 2h, up by h: with floats, is that where you started? "
    "What could you remember instead?",
)
asked.mistake(
    "forward difference",
    answer=check_with(difference=lambda above, below, here, h: (above() - here()) / h),
    hint="Is the point in the middle of your two losses? See formula (6).",
    earns="errors of ordinary gradients are right to the tolerance",
)
asked.mistake(
    "divided by h instead of 2h",
    answer=check_with(difference=lambda above, below, here, h: (above() - below()) / h),
    hint="How far apart are the two points at which you measured the loss?",
)
asked.mistake(
    "h ignored",
    answer=check_with(step=lambda h: 1e-5),
    hint="The caller may choose the step. Where does your code use the argument h?",
    earns=EDGE,
)
asked.mistake(
    "no floor",
    answer=check_with(error=no_floor),
    hint="What happens where both gradients are exactly 0?",
    earns=EDGE,
)
asked.mistake(
    "floor added",
    answer=check_with(error=lambda a, n: abs(a - n) / (abs(a) + abs(n) + 1e-8)),
    hint="The formula takes the larger of two numbers. What does yours do with them?",
    earns=EDGE,
)
asked.mistake(
    "divided by the larger of the two",
    answer=check_with(error=lambda a, n: abs(a - n) / max(1e-8, abs(a), abs(n))),
    hint="a = 0.003 and n = 0.002 make 0.2 in the text. What do they make in your code?",
)
asked.mistake(
    "sign of the error kept",
    answer=check_with(error=lambda a, n: (a - n) / max(1e-8, abs(a) + abs(n))),
    hint="A gradient that is too small is as wrong as one that is too large.",
)
