"""The numbers that lesson 05 states in its prose."""

import numpy as np
import pytest

from byhand.datasets import digits
from byhand.experiments import gradients, race, rates
from byhand.figures import momentum
from tests.conftest import load

WRONG = load("05_sgd_vs_adam").exercises["adam_step"].mistakes


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return dict(load("05_sgd_vs_adam").reference)


def printed(work, *arguments, **options):
    """Run an experiment; return the lines that it prints."""
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda *parts: said.extend(" ".join(parts).splitlines()))
        work(*arguments, **options)
    return said


def bounds(text):
    """Return the numbers of an interval, "0.1 to 0.2"."""
    low, _, high = text.partition(" to ")
    return float(low), float(high)


def overlap(*intervals):
    """Say whether there is a number that lies in all intervals."""
    return max(low for low, _ in intervals) <= min(high for _, high in intervals)


def test_the_questions_on_lesson_04():
    weighted = (32 * 0.5 + 32 * 0.3 + 6 * 0.9) / 70
    assert weighted == pytest.approx(0.443, abs=5e-4)
    assert np.mean([0.5, 0.3, 0.9]) == pytest.approx(0.567, abs=5e-4)
    assert 64 * 32 + 32 + 32 * 10 + 10 == 2410


@pytest.mark.parametrize(
    ("lr", "floor", "wall"), [(0.01, 0.740, 0.0002), (0.07, 0.113, 0.0002), (0.082, 0.077, 4.32)]
)
def test_the_walkers_end_where_the_table_says(lr, floor, wall):
    assert (1 - lr) ** 30 == pytest.approx(floor, abs=5e-4)
    assert abs(1 - 25 * lr) ** 30 == pytest.approx(wall, rel=0.15)


# ---- momentum


def steps_to_a_thousandth(lr, beta, conditioning):
    """How many steps with momentum until both directions are below 0.001, from (1, 1)."""
    w, v, curvatures, steps = np.ones(2), np.zeros(2), np.array([1.0, conditioning]), 0
    while np.abs(w).max() > 1e-3:
        v = beta * v + curvatures * w
        w, steps = w - lr * v, steps + 1
    return steps


@pytest.mark.parametrize(("conditioning", "plain", "best"), [(25, 87, 27), (1000, 3454, 204)])
def test_momentum_counts_the_conditioning_by_its_root(conditioning, plain, best):
    root = np.sqrt(conditioning)
    beta, lr = ((root - 1) / (root + 1)) ** 2, (2 / (1 + root)) ** 2

    assert steps_to_a_thousandth(2 / (1 + conditioning), 0.0, conditioning) == plain
    assert steps_to_a_thousandth(lr, beta, conditioning) == pytest.approx(best, abs=1)


def test_the_places_on_the_map_are_those_of_the_text():
    for curvature in (1, 25):
        assert momentum.shrinks(2 / 26 * curvature, 0.0)[0] == pytest.approx(0.92, abs=0.005)
        assert momentum.shrinks(1 / 9 * curvature, 4 / 9)[0] == pytest.approx(0.67, abs=0.005)
    assert (pytest.approx(0.44, abs=0.005), pytest.approx(0.11, abs=0.005)) == (4 / 9, 1 / 9)
    assert np.sqrt(0.9) == pytest.approx(0.95, abs=0.002)
    widest = ((1 + np.sqrt(0.9)) / (1 - np.sqrt(0.9))) ** 2
    assert widest == pytest.approx(1400, rel=0.05)


def test_the_velocity_of_a_steady_gradient_ends_at_ten():
    kept = [1.0]
    for _ in range(300):
        kept.append(0.9 * kept[-1] + 1)
    assert kept[1:4] == pytest.approx([1.9, 2.71, 3.439])
    assert kept[-1] == pytest.approx(10)


# ---- Adam


def test_a_fresh_networks_gradient_spreads_over_more_than_three_powers_of_ten(lesson):
    data = digits()
    params = lesson["init_params"](gradients.DIMS, np.random.default_rng(0), "he")
    P, caches = lesson["model_forward"](data.X_train, params, gradients.KINDS)
    grads = lesson["model_backward"](lesson["cross_entropy_grad"](P, data.T_train), caches)
    for dW, _ in grads:
        low, high = np.quantile(np.abs(dW[dW != 0]), [0.05, 0.95])
        assert high / low > 2000


def test_blank_pixels_make_27_to_45_per_cent_of_all_zeros(lesson):
    data, shares = digits(), []
    assert (data.X_train == 0).all(axis=1).sum() == 4
    for seed in range(10):
        params = lesson["init_params"](gradients.DIMS, np.random.default_rng(seed), "he")
        P, caches = lesson["model_forward"](data.X_train, params, gradients.KINDS)
        grads = lesson["model_backward"](lesson["cross_entropy_grad"](P, data.T_train), caches)
        by_cause = gradients.zeros_by_cause(grads, caches)
        assert sum(by_cause) == sum(int(np.sum(dW == 0)) for dW, _ in grads)
        shares.append(by_cause[0] / sum(by_cause))
    assert (min(shares), max(shares)) == (
        pytest.approx(0.27, abs=0.005),
        pytest.approx(0.45, abs=0.005),
    )


def test_the_table_with_a_pencil_and_the_places_of_epsilon():
    M = G = 0.0
    theta = 1.0
    for step, (g, M_hat, G_hat, length, after) in enumerate(
        [
            (4, 4, 16, 0.1, 0.9),
            (2, 2.667, 9.143, 0.0882, 0.8118),
            (0, 1.143, 5.189, 0.0502, 0.7616),
        ],
        start=1,
    ):
        M, G = M / 2 + g / 2, 0.75 * G + 0.25 * g * g
        corrected = M / (1 - 0.5**step), G / (1 - 0.75**step)
        assert corrected == (pytest.approx(M_hat, abs=5e-4), pytest.approx(G_hat, abs=5e-4))
        taken = 0.1 * corrected[0] / np.sqrt(corrected[1])
        theta -= taken
        assert (taken, theta) == (pytest.approx(length, abs=5e-5), pytest.approx(after, abs=5e-5))
    assert 1e-8 / (1e-8 + 1e-8) == 0.5
    assert 1e-8 / np.sqrt(1e-16 + 1e-8) == pytest.approx(1e-4, rel=1e-3)


def test_without_correction_steps_are_too_long_at_first():
    def too_long(step):
        return (1 - 0.9**step) / np.sqrt(1 - 0.999**step)

    assert too_long(1) == pytest.approx(3.2, abs=0.05)
    assert too_long(1000) == pytest.approx(1.26, abs=0.005)
    assert 4 / np.sqrt(16 / 0.001) == pytest.approx(0.032, abs=5e-4)


def walked(lesson, step, steps, *, odd):
    """Run an Adam step from a zero state; return how the params moved, or None if it raises."""
    rng = np.random.default_rng(5)
    shapes = [((3, 2), (3, 1)), ((1, 3), (1, 1))]
    start = [tuple(rng.normal(size=shape) for shape in pair) for pair in shapes]
    params = [(W.copy(), b.copy()) for W, b in start]
    state = lesson["adam_init"](params)
    try:
        for _ in range(steps):
            grads = [
                tuple(rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape) for shape in pair)
                for pair in shapes
            ]
            if odd:
                grads[0][0][0, 0], grads[0][0][1, 1] = 1e-8 * rng.normal(), 0.0
            with np.errstate(all="ignore"):
                params, state = step(params, grads, state)
    except (ArithmeticError, ValueError, TypeError):
        return None
    moved = [(W - V, b - c) for (W, b), (V, c) in zip(params, start, strict=True)]
    return np.concatenate([np.ravel(array) for pair in moved for array in pair])


def looking_right(lesson, steps, *, odd):
    """Return the names of the known wrong Adams that end where the right one does."""
    right = walked(lesson, lesson["adam_step"], steps, odd=odd)
    found = []
    for known in WRONG:
        moved = walked(lesson, known.answer, steps, odd=odd)
        if moved is not None and np.allclose(moved, right, rtol=1e-5, atol=1e-14):
            found.append(known.name)
    return found


def test_13_of_28_wrong_adams_take_the_right_first_step(lesson):
    found = looking_right(lesson, 1, odd=False)

    assert (len(WRONG), len(found)) == (28, 13)
    assert {
        "v forgets its past",
        "m forgets its past",
        "the betas exchanged",
        "t is not kept",
        "epsilon inside the root",
    } <= set(found)
    assert not {"no bias correction", "the same v on both sides"} & set(found)


def test_after_four_odd_steps_two_wrong_adams_are_left(lesson):
    assert set(looking_right(lesson, 4, odd=True)) == {
        "the defaults whatever is passed",
        "changes its arguments in place",
    }


# ---- races


@pytest.fixture(scope="module")
def raced(lesson):
    """problem -> optimiser -> intervals of training loss, test loss, test accuracy."""
    table, problem = {}, ""
    for line in printed(race.race, lesson):
        if not line.startswith("  "):
            problem = line.split("  ")[0]
            table[problem] = {}
            continue
        optimizer, _, *numbers = line.replace(" to ", "_").split()
        table[problem][optimizer] = [bounds(n.replace("_", " to ")) for n in numbers]
    return table


def test_test_loss_and_accuracy_of_the_three_overlap(raced):
    for rows in raced.values():
        assert overlap(*(row[1] for row in rows.values()))
        assert overlap(*(row[2] for row in rows.values()))


def test_on_the_breast_cancer_data_adam_has_half_of_the_training_loss(raced):
    rows = raced["breast cancer"]
    others = [rows["sgd"][0], rows["momentum"][0]]

    assert all(rows["adam"][0][1] < low for low, _ in others)
    middle = np.mean(rows["adam"][0]) / np.mean(others)
    assert middle == pytest.approx(0.5, abs=0.1)


@pytest.fixture(scope="module")
def adams(lesson):
    """(rate, name) -> last training losses and accuracies of two seeds."""
    right, anew = lesson["adam_step"], lesson["adam_init"]

    def no_correction(params, grads, state, lr=1e-3):
        return right(params, grads, {**state, "t": 10**9}, lr)

    def epsilon_inside(params, grads, state, lr=1e-3):
        def raised(v, amount):
            return [(vW + amount, vb + amount) for vW, vb in v]

        extra = 1e-8 * (1 - 0.999 ** (state["t"] + 1))
        lifted = {**state, "v": raised(state["v"], extra / 0.999)}
        params, after = right(params, grads, lifted, lr, eps=0.0)
        return params, {**after, "v": raised(after["v"], -extra)}

    def state_anew(params, grads, state, lr=1e-3):
        del state
        return right(params, grads, anew(params), lr)

    steps = {
        "as published": right,
        "no correction": no_correction,
        "epsilon inside": epsilon_inside,
        "state anew": state_anew,
    }
    names = lesson["fit"].__globals__
    rows = {}
    for line in printed(race.wrong_adams, names, steps)[2:]:
        rest = line[21:].replace(" to ", "_").split()
        rows[float(line[:6]), line[6:21].strip()] = [
            bounds(n.replace("_", " to ")) for n in rest[1:]
        ]
    assert names["adam_step"] is right
    return rows


def test_at_a_small_rate_all_four_adams_train_and_no_correction_is_lowest(adams):
    last = {name: row[0] for (lr, name), row in adams.items() if lr == 0.001}

    assert max(high for _, high in last.values()) < 0.25
    assert last["no correction"][1] < min(
        low for name, (low, _) in last.items() if name != "no correction"
    )
    assert overlap(last["as published"], last["epsilon inside"])


def test_at_a_large_rate_no_correction_is_ruin(adams):
    last = {name: row[0] for (lr, name), row in adams.items() if lr == 0.03}

    assert last["no correction"][0] > 3 * last["as published"][1]
    assert last["state anew"][0] > 3 * last["as published"][1]


# ---- rates


def test_the_edge_of_the_sweep_is_sharp_and_the_best_rate_hardly_moves(lesson):
    data, lrs = digits(), np.geomspace(1e-3, 30, 32)
    start = lesson["init_params"]([64, 16, 10], np.random.default_rng(0), "he")
    few = data.X_train[:, :200], data.T_train[:, :200], ["relu", "softmax"], "cross_entropy"
    best = []
    for steps in (5, 20, 80):
        losses = lesson["learning_rate_sweep"](start, *few, lrs, steps)
        best.append(lesson["best_rate"](lrs, losses))
    # After 80 steps, within a factor of two beyond the best, little is learnt.
    at = int(np.argmin(np.abs(lrs - best[-1])))
    assert losses[(lrs > best[-1]) & (lrs < 2.05 * best[-1])].max() > 10 * losses[at]
    assert max(best) / min(best) < 1.5
    assert np.isfinite(losses).all()
    assert losses.max() < 27.7
    assert -np.log(1e-12) == pytest.approx(27.63, abs=0.01)
    (lost,) = lesson["learning_rate_sweep"](start, *few, [1e200], 3)
    assert np.isnan(lost)


def test_sgd_and_momentum_do_not_notice_that_the_valley_was_turned(lesson):
    _, straight, turned = printed(rates.turned_valley, lesson)
    along = [float(number) for number in straight.split()[2:]]
    across = [float(number) for number in turned.split()[2:]]

    assert along[:2] == across[:2]
    assert min(along) == along[2]
    assert min(across) == across[1]


def test_standardising_helps_more_than_the_choice_of_the_optimiser(lesson):
    losses, title = {}, ""
    for line in printed(rates.unequal_scales, lesson):
        if not line.startswith("  "):
            title = line.split("  ")[0]
            continue
        name, _, _, low, _, high, *_ = line.split()
        losses[title, name] = (float(low), float(high))

    unequal = {name: row for (title, name), row in losses.items() if title == "unequal scales"}
    equal = {name: row for (title, name), row in losses.items() if title == "equal scales"}
    assert unequal["adam"][1] < min(unequal[name][0] for name in ("sgd", "momentum"))
    assert max(high for _, high in equal.values()) < unequal["adam"][0]


def test_many_rates_at_once_save_the_calls_of_a_small_problem(lesson):
    """Counted, not timed: calls of NumPy's matrix product."""
    start = lesson["init_params"]([30, 4, 2], np.random.default_rng(0), "xavier")
    few = np.ones((30, 16)), np.eye(2)[:, [0, 1] * 8], ["tanh", "softmax"], "cross_entropy"
    calls = []
    sweep = lesson["learning_rate_sweep"]
    names = sweep.__globals__
    counted, kept = names["activation"], names["activation"]

    def counting(Z, kind):
        calls.append(Z.shape)
        return counted(Z, kind)

    names["activation"] = counting
    try:
        sweep(start, *few, np.geomspace(1e-3, 1, 64), 2)
        at_once = len(calls)
        for lr in np.geomspace(1e-3, 1, 64):
            sweep(start, *few, [lr], 2)
    finally:
        names["activation"] = kept
    assert len(calls) - at_once == 64 * at_once
