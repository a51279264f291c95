"""learning_rate_sweep: many rates from the same start; some diverge."""

import numpy as np
from hidden.runs import loss_and_grads, loss_at, problem
from solution import sgd_step

from grader.exercise import Case, Tolerance, exercise

# Ten steps of some hundred operations round by 1e3 * 1.1e-16 = 1e-13, logits of 1000 as much;
# one slope that went through float32 shows by 1e-10.
asked = exercise(
    "learning_rate_sweep",
    builds_on=("sgd_step",),
    tolerance=Tolerance(relative=1e-11, absolute=1e-13),
)


def steepest(X, n_out):
    """Return the largest curvature of the mse of one linear layer with inputs X."""
    inputs = np.vstack([X, np.ones((1, X.shape[1]))])
    return 2 * np.linalg.eigvalsh(inputs @ inputs.T).max() / (n_out * X.shape[1])


@asked.cases
def sweeps(rng):
    """Each activation, both losses; rates that certainly converge or certainly diverge."""
    # One linear layer: a rate of c / curvature multiplies the steepest error by 1 - c.
    params, X, T, _, _ = problem(rng, [3, 4], 6, "mse")
    lrs = np.array([0.3, 60.0, 0.9, 2.6, 0.1]) / steepest(X, 4)
    yield Case(params, X, T, ["linear"], "mse", lrs, 4, group="some rates diverge", silent=True)
    # Two linear layers: everything overflows within a few steps.
    params, X, T, _, _ = problem(rng, [3, 4, 3], 5, "mse")
    yield Case(
        params, X, T, ["linear", "linear"], "mse", np.array([1e4, 0.02, 0.05]), 12,
        group="some rates overflow", silent=True,
    )  # fmt: skip
    # A small first loss: growing 1e9 times it is still below a million.  In three steps it
    # grows (4 lr - 1)**6 times: at 2.75 a million times, and to either side a millionth more.
    start = [(np.array([[rng.uniform(0.008, 0.012)]]), np.zeros((1, 1)))]
    lrs = [8.0, 0.1, 1.4, 2.75 - 1e-7, 2.75 + 1e-7]
    yield Case(
        start, np.array([[1.0]]), np.array([[0.0]]), ["linear"], "mse", lrs, 3,
        group="a million times the first loss", silent=True,
    )  # fmt: skip
    # The first loss is that of the prediction 1/2, not of the sum 0 that leads to it.
    start = [(np.zeros((1, 1)), np.zeros((1, 1)))]
    yield Case(
        start, np.array([[1.0]]), np.array([[0.5 + 1e-5]]), ["sigmoid"], "mse", [0.1, 1e6], 1,
        group="a million times the first loss", silent=True,
    )  # fmt: skip
    # A perfect start: 0 is no more than a million times 0.
    start = [(np.full((2, 1), 1000.0), np.array([[0.0], [-1000.0]]))]
    X, T = np.array([[1.0, -1.0]]), np.array([[1.0, 1.0], [0.0, 0.0]])
    yield Case(
        start, X, T, ["softmax"], "cross_entropy", [0.1, 0.5], 1,
        group="a network", shapes={"rates": 2, "m": 2, "steps": 1}, silent=True,
    )  # fmt: skip
    # Logits that lie far apart in a sample and between samples; the second class gets a share
    # of 0, a little more than the clip at 1e-12, and a little less.
    start = [(np.array([[1000.0, 0.0], [1000.0, -0.38]]), np.array([[0.0], [-27.61]]))]
    X, T = np.array([[0.0, 1.0, -1.0], [3000.0, -1.0, 1.0]]), np.repeat([[0.75], [0.25]], 3, axis=1)
    yield Case(
        start, X, T, ["softmax"], "cross_entropy", [0.1, 0.5], 2,
        group="a network", shapes={"rates": 2, "m": 3, "steps": 2}, silent=True,
    )  # fmt: skip
    # A million times the first loss overflows: an infinite last one is no more than that.  (The
    # outputs stay finite, and their squares overflow: it is not nan.)
    start = [(np.array([[rng.uniform(1e152, 2e152)]]), np.zeros((1, 1)))]
    yield Case(
        start, np.array([[1.0]]), np.array([[0.0]]), ["linear"], "mse", [0.1, 1e3], 1,
        group="some rates overflow", silent=True,
    )  # fmt: skip
    deep = ["relu", "sigmoid", "tanh", "linear"]
    for group, dims, m, kinds, loss, lrs, steps in [
        ("a network", [3, 4, 3], 5, ["tanh", "softmax"], "cross_entropy", [0.05, 0.4, 0.2, 0.4], 3),
        ("a network", [2, 4, 2, 3, 3], 6, deep, "mse", [0.3, 0.1], 3),
        ("square layers", [4, 4, 4], 4, ["tanh", "softmax"], "mse", [0.02, 0.2, 0.1], 3),
        ("a single sample", [3, 2, 3], 1, ["relu", "sigmoid"], "cross_entropy", [0.2], 3),
        ("no step at all", [2, 3, 3], 5, ["relu", "softmax"], "cross_entropy", [0.1, 0.3], 0),
    ]:
        params, X, T, _, _ = problem(rng, dims, m, loss)
        yield Case(
            params, X, T, kinds, loss, np.array(lrs), steps,
            group=group, shapes={"rates": len(lrs), "m": m, "steps": steps}, silent=True,
        )  # fmt: skip


def sweep_variant(flaw):
    """Return a sweep by a loop, with one flaw."""

    def sweep(params, X, T, kinds, loss, lrs, steps):
        quiet = {"all": "warn"} if flaw == "warns" else {"all": "ignore"}
        results, current, stopped = [], params, False
        with np.errstate(**quiet):
            first = loss_at(params, X, T, kinds, loss)
            for lr in lrs:
                if flaw != "goes on":
                    current = params
                path = [first] if flaw != "goes on" else []
                for _ in range(steps + (flaw == "one step too many")):
                    value, grads = loss_and_grads(current, X, T, kinds, loss)
                    current = sgd_step(current, grads, lr)
                    path.append(value)
                last = loss_at(current, X, T, kinds, loss)
                if flaw == "before the last step":
                    last = path[-1]
                if flaw == "lowest on the way":
                    last = np.nanmin([*path, last])
                limit = {"first": first, "absolute": 1e6, "finite": np.inf}.get(flaw, 1e6 * first)
                diverged = not (np.isfinite(last) and last <= limit)
                stopped = stopped or (diverged and flaw == "stops")
                bad = diverged or stopped
                results.append(last if flaw == "left" else (np.nan if bad else last))
                if flaw == "inf" and bad:
                    results[-1] = np.inf
        if flaw == "left out":
            return np.array([r for r in results if np.isfinite(r)])
        return np.array(results)

    return sweep


EDGE = "an edge: rates that do not diverge are right"

asked.mistake(
    "goes on from the last rate's parameters",
    answer=sweep_variant("goes on"),
    hint="The first rate is right. From where does the second one start?",
)
asked.mistake(
    "stops at the first divergence",
    answer=sweep_variant("stops"),
    hint="The rates before the first diverging one are right. May a large rate, early in the "
    "list, decide about a small one after it?",
    earns=EDGE,
)
asked.mistake(
    "the loss before the last step",
    answer=sweep_variant("before the last step"),
    hint="Count for one step: how many losses does your loop compute, and before or after which "
    "update is the one that you return?",
)
asked.mistake(
    "one step too many",
    answer=sweep_variant("one step too many"),
    hint="What does your function return for steps=0?",
)
asked.mistake(
    "the lowest loss on the way",
    answer=sweep_variant("lowest on the way"),
    hint="Rates that converge are right. Which loss is asked for: the lowest, or the last?",
    earns=EDGE,
)
asked.mistake(
    "nan as soon as the loss has grown",
    answer=sweep_variant("first"),
    hint="Some of your nans are too strict. How much may the loss grow before it counts as "
    "diverged? See section 8.",
    earns=EDGE,
)
asked.mistake(
    "a limit that ignores the first loss",
    answer=sweep_variant("absolute"),
    hint="Diverged means: compared with what? See section 8.",
    earns=EDGE,
)
asked.mistake(
    "huge losses are left as they are",
    answer=sweep_variant("finite"),
    hint="What overflows is nan. And a loss that is finite but a million times the first?",
    earns=EDGE,
)
asked.mistake(
    "diverged rates are not marked",
    answer=sweep_variant("left"),
    hint="The rates that converge are right. What should stand where one diverged? See section 8.",
    earns=EDGE,
)
asked.mistake(
    "infinity for nan",
    answer=sweep_variant("inf"),
    hint="The rates that converge are right. Which of the two, infinity or nan, is asked for?",
    earns=EDGE,
)
asked.mistake(
    "diverged rates are left out",
    answer=sweep_variant("left out"),
    hint="How many rates go in, and how many losses come out? Which loss then belongs to which "
    "rate?",
    earns=EDGE,
)
asked.mistake(
    "warns about overflow",
    answer=sweep_variant("warns"),
    hint="The losses are right. In a sweep divergence is expected: around which lines may NumPy "
    "be silent?",
    earns="all values are right",
)
