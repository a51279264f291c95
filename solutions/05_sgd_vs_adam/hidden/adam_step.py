"""adam_step: two running means, and the step that they make."""

import itertools

import numpy as np
from hidden.flawed_adam import adam_in_place, adam_variant, corrected, uncorrected, with_settings
from hidden.nests import each, nested

from grader.exercise import Case, Tolerance, exercise

# A dozen operations round by 1e-15 of what they give.  A gradient of 1e-8 leaves 1e-9 in m: an
# absolute part of 1e-12 would see three of its digits alone.
asked = exercise(
    "adam_step",
    returns=("params", "state"),
    tolerance=Tolerance(absolute=1e-14),
    # Without a gradient, its square and its size are the same.
    not_alone=("late in a run",),
)


def ordinary(rng, dims):
    """Return numbers between 0.5 and 2 in size; as gradients, epsilon plays no part there."""

    def sized(n_out, n_in):
        numbers = rng.uniform(-1.5, 1.5, size=(n_out, n_in))
        return numbers + np.copysign(0.5, numbers)

    return [(sized(n_out, n_in), sized(n_out, 1)) for n_in, n_out in itertools.pairwise(dims)]


def with_odd_entries(rng, dims):
    """Return gradients with an entry of 1e-8 and one of exactly 0 in each layer, and no db."""
    grads = ordinary(rng, dims)
    for dW, _ in grads:
        dW.flat[0] *= 1e-8 / abs(dW.flat[0])
        dW.flat[-1] = 0.0
    grads[-1][1][:] = 0.0
    return grads


def nothing(_rng, dims):
    """Return gradients of 0."""
    return [
        (np.zeros((n_out, n_in)), np.zeros((n_out, 1))) for n_in, n_out in itertools.pairwise(dims)
    ]


def state_after(steps, one, other, beta1=0.9, beta2=0.999, **_):
    """Return a state in the middle of a run, from gradients: one nest for m, another for v."""
    return {
        "t": steps,
        "m": each(lambda g: (1 - beta1**steps) * g, one),
        "v": each(lambda g: (1 - beta2**steps) * g * g, other),
    }


@asked.cases
def adam_steps(rng):
    """From zero and from states in the middle of a run; tiny and zero gradients; settings."""
    usual = {"lr": 0.01}
    other = {"lr": 0.05, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3}
    for group, dims, steps, settings, gradients in [
        ("the first step", [3, 4, 2], 0, usual, ordinary),
        ("the fourth step", [2, 3, 2, 1, 2], 3, {}, ordinary),
        ("square layers", [3, 3, 3], 4, usual, ordinary),
        ("a single unit", [1, 1], 5, usual, ordinary),
        ("tiny and zero gradients", [2, 3, 2], 3, usual, with_odd_entries),
        ("tiny and zero gradients", [3, 2], 0, usual, nothing),
        ("other settings", [2, 3, 2], 2, other, with_odd_entries),
    ]:
        params, grads, *earlier = (
            draw(rng, dims) for draw in (ordinary, gradients, gradients, gradients)
        )
        if group == "square layers":
            grads[0][0].flat[1] *= 1e5
        yield Case(
            params, grads, state_after(steps, *earlier, **settings),
            keywords=settings, group=group, fresh=True,
        )  # fmt: skip
    # Where there were gradients and are none now, parameters go on moving: some, and all.
    dims = [3, 2]
    params = nested(rng, dims)
    params[0][0].flat[:2] = 0.0  # beside no parameter, a step keeps all its digits
    scales = each(lambda p: 10.0 ** rng.uniform(-6, 1, size=p.shape), params)
    earlier = [each(np.multiply, scales, ordinary(rng, dims)) for _ in range(2)]
    quiet = each(lambda s: s * (rng.uniform(size=s.shape) < 0.5), scales)
    quiet[0][0].flat[0] = 10.0
    yield Case(
        params, quiet, state_after(3, *earlier),
        keywords=usual, group="gradients of many sizes", fresh=True,
    )  # fmt: skip
    strong = each(lambda g: 30 * g, ordinary(rng, dims))
    yield Case(
        params, nothing(rng, dims), state_after(5000, strong, ordinary(rng, dims)),
        keywords=usual, group="late in a run", fresh=True,
    )  # fmt: skip


MOSTLY_RIGHT = "gradients of ordinary size move as they should"

asked.mistake(
    "v forgets its past",
    answer=adam_variant(new_v=lambda v, g, beta: (1 - beta) * g * g),
    hint="Right at the first step only. Your new v knows this gradient; where is what the old v "
    "knew?",
)
asked.mistake(
    "m forgets its past",
    answer=adam_variant(new_m=lambda m, g, beta: (1 - beta) * g),
    hint="Right at the first step only. Your new m knows this gradient; where is what the old m "
    "knew?",
)
asked.mistake(
    "the same v on both sides",
    answer=adam_variant(new_v=lambda v, g, beta: g * g),
    hint="Your v is the last squared gradient and nothing else. In the formula two different v's "
    "appear: look at their indices.",
)
asked.mistake(
    "epsilon inside the root",
    answer=adam_variant(below=lambda v, share, eps: np.sqrt(v / share + eps)),
    hint="Ordinary gradients are right, tiny ones are not. Where does epsilon stand in (5)?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "epsilon added before the correction",
    answer=adam_variant(below=lambda v, share, eps: (np.sqrt(v) + eps) / np.sqrt(share)),
    hint="Ordinary gradients are right, tiny ones are not. To which root is epsilon added in (5): "
    "that of v, or that of v-hat?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "no epsilon",
    answer=adam_variant(below=lambda v, share, eps: np.sqrt(v / share)),
    hint="What does your formula give for an entry whose gradient was always 0?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "t counts from 0",
    answer=adam_variant(count=lambda t, layer, place: t),
    hint="What is t in the formulas at the very first step, and what is 1 - beta**t there?",
)
asked.mistake(
    "t is not kept",
    answer=adam_variant(last_count=lambda t, layers: t),
    hint="The parameters are right. What does the state that you return say about the number of "
    "steps?",
)
asked.mistake(
    "t is raised for every array",
    answer=adam_variant(
        count=lambda t, layer, place: t + 1 + 2 * layer + place,
        last_count=lambda t, layers: t + 2 * layers,
    ),
    hint="The first array is right. How often is t raised in one step of your function?",
)
asked.mistake(
    "t is raised for every layer",
    answer=adam_variant(
        count=lambda t, layer, place: t + 1 + layer, last_count=lambda t, layers: t + layers
    ),
    hint="The first layer is right. How often is t raised in one step of your function?",
    earns="the first layer is right, and so is the state of all",
)
asked.mistake(
    "corrected m and v stored back",
    answer=adam_variant(keep_m=corrected, keep_v=corrected),
    hint="The parameters are right, the state is not. Are the hats part of what the next step "
    "starts from?",
)
asked.mistake(
    "corrected m stored back",
    answer=adam_variant(keep_m=corrected),
    hint="The parameters and v are right. Is the hat part of what the next step starts from?",
)
asked.mistake(
    "the betas exchanged",
    answer=with_settings(lambda lr, beta1, beta2, eps: (lr, beta2, beta1, eps)),
    hint="Which of the two running means has the longer memory?",
)
asked.mistake(
    "no bias correction",
    answer=adam_variant(m_share=uncorrected, v_share=uncorrected),
    hint="The state is right, the step is too long early in a run. What happens to m and v "
    "between the state and the step?",
)
asked.mistake(
    "only m is corrected",
    answer=adam_variant(v_share=uncorrected),
    hint="The state is right. Which of the two running means starts from 0?",
)
asked.mistake(
    "only v is corrected",
    answer=adam_variant(m_share=uncorrected),
    hint="The state is right. Which of the two running means starts from 0?",
)
asked.mistake(
    "beta times t instead of its power",
    answer=adam_variant(m_share=lambda beta, t: 1 - beta * t, v_share=lambda beta, t: 1 - beta * t),
    hint="The first step is right. What became of beta, step after step, when you unrolled m in "
    "section 5?",
)
asked.mistake(
    "1 - beta to the power t",
    answer=adam_variant(
        m_share=lambda beta, t: (1 - beta) ** t, v_share=lambda beta, t: (1 - beta) ** t
    ),
    hint="The first step is right. In formula (5), what stands under the power: beta, or 1 - beta?",
)
asked.mistake(
    "the size of g for its square",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + (1 - beta) * np.abs(g)),
    hint="m is right, v is not. Of what is v a running mean?",
)
asked.mistake(
    "g for its square",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + (1 - beta) * g),
    hint="Can your v become negative? Of what is it a running mean?",
)
asked.mistake(
    "v without its factor 1 - beta2",
    answer=adam_variant(new_v=lambda v, g, beta: beta * v + g * g),
    hint="m is right, v is too large. Do the weights of the old v and of the new square add up "
    "to 1?",
)
asked.mistake(
    "no square root",
    answer=adam_variant(below=lambda v, share, eps: v / share + eps),
    hint="The state is right. The step should not depend on the unit of the gradient: what is the "
    "unit of your denominator?",
)
asked.mistake(
    "the defaults whatever is passed",
    answer=with_settings(lambda lr, beta1, beta2, eps: (lr,)),
    hint="Right at the defaults. Which of the arguments does your code never read?",
    earns="an edge: the defaults are right",
)
asked.mistake(
    "uphill",
    answer=with_settings(lambda lr, beta1, beta2, eps: (-lr, beta1, beta2, eps)),
    hint="m points to where the loss grows. Which way does your step go?",
)
asked.mistake(
    "changes its arguments in place",
    answer=adam_in_place,
    hint="The caller may want the old state again. Is what you return a new dictionary, and are "
    "its arrays new?",
)
asked.mistake(
    "v corrected outside the root",
    answer=adam_variant(below=lambda v, share, eps: np.sqrt(v) / share + eps),
    hint="The state is right. Of what does formula (5) take the root: of v, or of v with its hat?",
)
asked.mistake(
    "beta and 1 - beta exchanged",
    answer=adam_variant(
        new_m=lambda m, g, beta: (1 - beta) * m + beta * g,
        new_v=lambda v, g, beta: (1 - beta) * v + beta * g * g,
    ),
    hint="A running mean with beta1 = 0.9 changes slowly. How much of the old one does yours keep?",
)
asked.mistake(
    "m without its factor 1 - beta1",
    answer=adam_variant(new_m=lambda m, g, beta: beta * m + g),
    hint="v is right, m is too large. Do the weights of the old m and of the new gradient add up "
    "to 1?",
)
