"""momentum_step: a velocity that collects gradients."""

import numpy as np
from hidden.nests import each, nested, of_many_sizes
from solution import momentum_step, zeros_like

from grader.exercise import Case, exercise
from grader.kit import but_for

asked = exercise("momentum_step", returns=("params", "velocity"), builds_on=("sgd_step",))


@asked.cases
def momentum_steps(rng):
    """The first step, later ones with changing gradients, other settings."""
    dims = [3, 4, 2, 3, 2]
    params, grads = nested(rng, dims), of_many_sizes(rng, nested(rng, dims))
    grads[0] = tuple(map(np.zeros_like, grads[0]))  # where nothing moves, arrays are new
    yield Case(params, grads, zeros_like(params), 0.1, group="the first step", fresh=True)
    for group, dims, settings in [
        ("the fourth step", [2, 3, 1], {}),
        ("square layers", [3, 3, 3], {}),
        ("another beta", [3, 2], {"beta": 0.5}),
        ("another beta", [2, 2], {"beta": 0.0}),
        ("a single unit", [1, 1], {}),
    ]:
        params, grads, velocity = (nested(rng, dims) for _ in range(3))
        yield Case(
            params, grads, velocity, rng.uniform(0.05, 0.3),
            keywords=settings, group=group, fresh=True,
        )  # fmt: skip


def momentum_variant(new_velocity, move):
    """Return a momentum step from v_new(v, g, lr, beta) and p_new(p, v, v_new, g, lr, beta)."""

    def step(params, grads, velocity, lr, beta=0.9):
        new = each(lambda v, g: new_velocity(v, g, lr, beta), velocity, grads)
        moved = each(lambda p, v, w, g: move(p, v, w, g, lr, beta), params, velocity, new, grads)
        return moved, new

    return step


def heavy_ball(v, g, lr, beta):
    return beta * v + g


def downhill(p, v, w, g, lr, beta):
    return p - lr * w


def momentum_in_place(params, grads, velocity, lr, beta=0.9):
    moved, new = momentum_step(params, grads, velocity, lr, beta)
    each(np.copyto, params, moved)
    each(np.copyto, velocity, new)
    return params, velocity


asked.mistake(
    "(1 - beta) times the gradient",
    answer=momentum_variant(lambda v, g, lr, beta: beta * v + (1 - beta) * g, downhill),
    hint="That is a running mean, another form of momentum. Compare with the table of section 3: "
    "what is the velocity after the first step?",
)
asked.mistake(
    "the step uses the old velocity",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p - lr * v),
    hint="The velocity is right. Which velocity moves the parameters: the one you were given, or "
    "the one you have just made?",
)
asked.mistake(
    "Nesterov's step",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p - lr * (beta * w + g)),
    hint="The velocity is right, and the step looks ahead. The formula of section 3 does not.",
)
asked.mistake(
    "uphill",
    answer=momentum_variant(heavy_ball, lambda p, v, w, g, lr, beta: p + lr * w),
    hint="The velocity collects gradients, which point to where the loss grows. "
    "Which way does your step go?",
)
asked.mistake(
    "the rate inside the velocity",
    answer=momentum_variant(
        lambda v, g, lr, beta: beta * v + lr * g, lambda p, v, w, g, lr, beta: p - w
    ),
    hint="The parameters may look right at a constant rate. Look at the velocity itself: "
    "where does the learning rate stand in the formula?",
)
asked.mistake(
    "a velocity that points downhill",
    answer=momentum_variant(
        lambda v, g, lr, beta: beta * v - lr * g, lambda p, v, w, g, lr, beta: p + w
    ),
    hint="This is the convention of some courses. In section 3 the velocity collects the "
    "gradients themselves, with their sign and without the rate.",
)
asked.mistake(
    "the velocity is not kept",
    answer=but_for(momentum_step, "params", "velocity")(
        velocity=lambda params, grads, velocity, lr, beta=0.9: velocity
    ),
    hint="The parameters are right. What will the next step need that it does not get?",
)
asked.mistake(
    "beta is always 0.9",
    answer=lambda params, grads, velocity, lr, beta=0.9: momentum_step(params, grads, velocity, lr),
    hint="Right at the default. What happens when somebody passes another beta?",
    earns="an edge: the default is right",
)
asked.mistake(
    "no memory",
    answer=momentum_variant(lambda v, g, lr, beta: g + 0.0, downhill),
    hint="Right at the first step only. What became of the velocity that you were given?",
)
asked.mistake(
    "changes its arguments in place",
    answer=momentum_in_place,
    hint="Whoever gave you these arrays still uses them. What do `-=`, `+=` and `*=` write into?",
)
asked.mistake(
    "returned in the other order",
    answer=lambda *given, **named: momentum_step(*given, **named)[::-1],
    hint="Both parts are right. In which order does the docstring name them?",
)
asked.mistake(
    "beta times the gradient",
    answer=momentum_variant(lambda v, g, lr, beta: v + beta * g, downhill),
    hint="beta is the share of the old velocity that is kept. What is multiplied by yours?",
)
