"""The figures without a notebook: their numbers, and how they bear bad functions."""

import asyncio
import importlib.util
import threading
import time
import warnings

import numpy as np
import pytest

from byhand.figures import (
    chain,
    counting,
    engine,
    fork,
    lineup,
    logits,
    momentum,
    optimisers,
    panel,
    products,
    race,
    signal_sizes,
    stepsize,
    sweep,
    training,
    valley,
)
from byhand.figures.controls import slider
from byhand.figures.guard import Functions, Trouble, Waiting, as_array, watched
from byhand.figures.surface import Surface
from tests.conftest import ROOT, load

RATES = {"lr": 0.03, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def names_of(lesson):
    """Return what a notebook's namespace holds after its solutions have run."""
    path = ROOT / "solutions" / lesson / "earlier.py"
    names = {}
    if path.exists():
        spec = importlib.util.spec_from_file_location(f"earlier_{lesson[:2]}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        names |= vars(module)
    return names | load(lesson).reference


def last(work):
    return list(work)[-1][0]


# -------------------------------------------------------------------- the numbers


def test_the_fork_adds_two_contributions_to_the_measured_slope():
    found = last(fork.compute(Functions(names_of("01_chain_rule")), x=2.0, r=3.0, steps=3))

    assert found.contributions == (24.0, 12.0)
    assert found.total == pytest.approx(36)
    assert found.measured == pytest.approx(36, abs=1e-6)


def test_counting_gives_one_product_a_weight_backwards():
    found = last(counting.compute(Functions(names_of("01_chain_rule")), width=4, depth=6))

    assert found.by_paths[4] == 4**6 * 5
    assert found.backward[4] == 80


def test_the_error_of_a_difference_falls_with_h_squared_and_rises_again():
    functions = Functions(names_of("01_chain_rule"))
    found = last(stepsize.compute(functions, curve="exp(x)", x=1.0, h=1e-5))

    large = found.steps >= 1e-3
    np.testing.assert_allclose(found.errors[large], found.truncation[large], rtol=0.06)
    assert found.errors[0] > 1e3 * found.errors.min()


def test_row_sums_of_the_jacobian_are_0_and_the_product_collapses():
    functions = Functions(names_of("02_sigmoid_softmax_jacobians"))
    values = {"z0": 0.0, "z1": 0.7, "z2": 1.6, "z3": 0.7}
    found = last(logits.compute(functions, target=1, cross_entropy=True, **values))

    np.testing.assert_allclose(found.row_sums, 0, atol=1e-15)
    np.testing.assert_allclose(found.product, found.shares - np.eye(4)[1], atol=1e-14)
    np.testing.assert_allclose(found.product, found.at_once, atol=1e-14)


def test_at_extreme_logits_the_division_spoils_the_product():
    functions = Functions(names_of("02_sigmoid_softmax_jacobians"))
    values = {"z0": 30.0, "z1": -30.0, "z2": -30.0, "z3": -30.0}
    found = last(logits.compute(functions, target=1, cross_entropy=True, **values))

    assert found.at_once[1] == pytest.approx(-1)
    assert abs(found.product[1]) < 1e-9


@pytest.mark.parametrize("wanted", ["dW", "dA"])
def test_in_a_square_layer_every_product_fits_and_one_is_right(wanted):
    found = last(eight(wanted=wanted, n_out=4, n_in=4, m=4))

    verdicts = [product.verdict for product in found.products]
    assert verdicts.count(products.RIGHT) == 1
    assert verdicts.count(products.WRONG) == 7


@pytest.mark.parametrize("wanted", ["dW", "dA"])
def test_with_three_sizes_only_the_right_product_fits(wanted):
    found = last(eight(wanted=wanted, n_out=4, n_in=3, m=5))

    fitting = [p.name for p in found.products if p.verdict in (products.RIGHT, products.WRONG)]
    assert fitting == [{"dW": "dZ @ A.T", "dA": "W.T @ dZ"}[wanted]]


def eight(**options):
    choice = {"first": "dZ", "transpose_first": False, "transpose_second": True}
    return products.compute(Functions(names_of("03_dense_layer")), **choice, **options)


def test_a_planted_bug_trains_as_well_and_fails_the_gradient_check():
    names = names_of("04_full_backprop")
    right = names["model_backward"]
    names["suspects"] = {
        "A  no db": lambda dA, caches: [(dW, 0 * db) for dW, db in right(dA, caches)]
    }
    results = [r for r, _ in lineup.compute(Functions(names), suspect="A  no db", lr=0.15, seed=0)]

    found = results[-1]
    assert len(results) > 1, "there should be partial curves"
    assert min(found.accuracy) > 0.93
    assert found.errors[0] > 0.5
    assert found.errors[1] < lineup.PASSES


def test_a_sigmoid_lets_gradients_fade_and_a_relu_keeps_them():
    functions = Functions(names_of("04_full_backprop"))
    found = last(signal_sizes.compute(functions, scheme="he", depth=10, width=50))

    assert found.sizes["sigmoid"][0] < 1e-3 * found.sizes["sigmoid"][-1]
    assert found.sizes["relu"][0] > 0.2 * found.sizes["relu"][-1]


def test_the_walk_of_sgd_is_the_one_of_the_formula():
    functions = Functions(names_of("05_sgd_vs_adam"))
    found = last(valley.compute(functions, conditioning=25.0, degrees=0.0, **RATES))

    steps = np.arange(valley.STEPS + 1)
    np.testing.assert_allclose(found.paths["SGD"][:, 0], (1 - 0.03) ** steps, rtol=1e-12)
    np.testing.assert_allclose(found.paths["SGD"][:, 1], (1 - 0.75) ** steps, atol=1e-12)
    ratio = found.paths["Adam"][:20, 1] / found.paths["Adam"][:20, 0]
    np.testing.assert_allclose(ratio, 1, rtol=1e-5, err_msg="Adam should walk along the diagonal")


@pytest.mark.parametrize("lr", [0.01, 0.03, 0.07, 0.1])
@pytest.mark.parametrize("beta", [0.0, 0.4, 0.9])
def test_momentum_shrinks_a_direction_by_the_factor_that_the_map_shows(lr, beta):
    """In the long run: over 120 steps, once the first ones are forgotten."""
    functions = Functions(names_of("05_sgd_vs_adam"))
    settings = {"lr": lr, "beta": beta, "conditioning": 25.0}
    found = last(momentum.compute(functions, steps=400, **settings))

    sizes = np.abs(found.path)
    if max(found.factors) > 1:
        assert found.ways[1] == momentum.GROWS
        assert sizes[-1, 1] > 1e3
        return
    for i, factor in enumerate(found.factors):
        # What swings passes 0 now and then: its highest points count.
        early, late = sizes[40:140, i].max(), sizes[160:260, i].max()
        assert (late / early) ** (1 / 120) == pytest.approx(factor, rel=0.01)


def test_momentum_swings_between_its_two_lines_and_grows_beyond_the_third():
    for beta in (0.0, 0.25, 0.81):
        dotted, end, edge = (1 - beta**0.5) ** 2, (1 + beta**0.5) ** 2, 2 * (1 + beta)
        assert momentum.shrinks(0.99 * dotted, beta)[1] == momentum.CREEPS
        assert momentum.shrinks(0.5 * (end + edge), beta)[1] == momentum.JUMPS
        assert momentum.shrinks(1.01 * edge, beta)[1] == momentum.GROWS
        assert momentum.shrinks(edge, beta)[0] == pytest.approx(1)
        if beta:
            middle = momentum.shrinks(0.5 * (dotted + end), beta)
            assert middle == (pytest.approx(beta**0.5), momentum.SWINGS)


def test_divergence_is_shown_as_such():
    functions = Functions(names_of("05_sgd_vs_adam"))
    found = last(valley.compute(functions, conditioning=1e3, degrees=30.0, **RATES | {"lr": 10.0}))

    assert found.diverged("SGD")
    assert found.diverged("momentum")
    assert "SGD diverges" in valley.Painter().paint(found)


@pytest.mark.parametrize("data", ["digits", "breast cancer"])
def test_three_networks_learn_and_the_curves_grow(data):
    functions = Functions(names_of("05_sgd_vs_adam"))
    settings = RATES | {"lr": 0.01}
    results = list(training.compute(functions, data=data, batch_size=32, epochs=3, **settings))

    shares = [share for _, share in results]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert results[-1][0].losses["Adam"].size == 12
    assert results[-1][0].accuracy["Adam"] > 0.85


def test_the_sweep_marks_a_best_rate_below_the_edge():
    functions = Functions(names_of("05_sgd_vs_adam"))
    rest = {name: value for name, value in RATES.items() if name != "lr"}
    found = last(
        sweep.compute(
            functions, problem="valley", conditioning=25.0, degrees=0, batch_size=32, **rest
        )
    )

    assert found.by == sweep.BEST_RATE
    assert 0.02 < found.best["SGD"] < 2 / 25
    assert np.isnan(found.losses["SGD"][found.rates > 0.09]).all()


# -------------------------------------------------------------- what can go wrong


def bad(body):
    space = {"np": np}
    exec(f"def softmax(Z):\n    {body}", space)  # noqa: S102
    return Functions(names_of("02_sigmoid_softmax_jacobians") | {"softmax": space["softmax"]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return Z[:2]", r"softmax returned shape \(2, 1\), expected \(4, 1\)\."),
        ("return Z * np.nan", "softmax returned NaN, expected finite numbers."),
        ("return Z * np.inf", "expected finite numbers"),
        ("pass", r"softmax returned None; does it end with return\?"),
        ("return 'text'", "softmax returned str, expected an array of numbers"),
        ("return [[1], [2, 3]]", "softmax returned something that is no array"),
        ("raise ValueError('two\\n lines')", r"softmax raised ValueError: two lines$"),
        ("raise SystemExit", "softmax raised SystemExit"),
        ("raise KeyboardInterrupt", "softmax was interrupted"),
        ("return softmax(Z)", "softmax raised RecursionError"),
        ("raise NotImplementedError", "waits for the exercise softmax"),
        ("while True: pass", r"softmax did not return within 0.2 s"),
    ],
)
def test_whatever_a_function_does_is_one_readable_line(body, said):
    functions = bad(body)
    with pytest.raises(Trouble, match=said) as found, watched(functions, 0.2):
        next(logits.compute(functions, target=0, cross_entropy=False, **dict.fromkeys("abcd", 0.0)))

    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 230


def test_the_deadline_also_holds_outside_the_main_thread():
    functions = bad("while True: pass")
    said = []

    def work():
        try:
            with watched(functions, 0.2):
                functions.call("softmax", np.zeros(2))
        except Trouble as trouble:
            said.append(str(trouble))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert said == ["softmax did not return within 0.2 s; is there a loop that never ends?"]


def test_except_exception_does_not_swallow_the_deadline():
    functions = bad("while True:\n        try: 1 / 0\n        except Exception: pass")
    with pytest.raises(Trouble, match="did not return"), watched(functions, 0.2):
        functions.call("softmax", np.zeros(2))


def test_prints_and_warnings_of_a_function_do_not_pile_up(capsys):
    functions = bad("print('here'); np.log(-1.0); return Z")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with watched(functions, 1.0):
            functions.call("softmax", np.zeros(2))

    assert capsys.readouterr() == ("", "")


def test_a_finished_function_that_calls_a_stub_waits_for_the_stub():
    def stub():
        raise NotImplementedError

    def finished():
        return stub() + 1

    with pytest.raises(Waiting) as found:
        Functions({"done": finished}).call("done")

    assert found.value.exercise == "stub"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sgd_step", lambda *_: None, "sgd_step returned None"),
        ("sgd_step", lambda p, *_: [(W.T, b) for W, b in p], "sgd_step returned params of"),
        ("adam_step", lambda *a: a[0], "adam_step should return two things"),
        ("momentum_step", lambda *_: (3, 4), "momentum_step should return params as"),
        ("adam_init", 7, "adam_init is int, not a function"),
    ],
)
def test_a_bad_optimiser_is_named(name, value, said):
    functions = Functions(names_of("05_sgd_vs_adam") | {name: value})
    with pytest.raises(Trouble, match=said):
        last(valley.compute(functions, conditioning=25.0, degrees=0.0, **RATES))


def test_bools_and_lists_count_as_numbers():
    np.testing.assert_array_equal(as_array("f", [True, 2], shape=(2,)), [1.0, 2.0])


# ---------------------------------------------------------------------- the panel


@pytest.fixture
def shown(monkeypatch):
    """Show a figure without a notebook; what would be displayed is collected."""
    displayed = []
    monkeypatch.setattr(panel, "display", lambda data, **_: displayed.append(data))

    def show(module, namespace):
        module.show(namespace)
        return panel.opened()[module.__name__.rpartition(".")[2]], displayed

    yield show
    for figure in list(panel.opened().values()):
        figure.close()
    panel.opened().clear()


LESSONS_OF = {
    chain: "01_chain_rule",
    logits: "02_sigmoid_softmax_jacobians",
    products: "03_dense_layer",
    lineup: "04_full_backprop",
    signal_sizes: "04_full_backprop",
    momentum: "05_sgd_vs_adam",
    race: "05_sgd_vs_adam",
    engine: "06_computational_graph",
}


@pytest.mark.parametrize("module", LESSONS_OF)
def test_every_page_draws_and_says_something(module, shown):
    names = names_of(LESSONS_OF[module])
    if module is lineup:
        names["suspects"] = {"L  right": names["model_backward"]}
    figure, _ = shown(module, names)
    for view in figure.views:
        figure.tabs.value = view.title if len(figure.views) > 1 else figure.tabs.value
        assert bytes(figure.picture.value).startswith(b"\x89PNG")
        assert 'class="byhand-line "' in figure.line.value
        assert len(figure.summary) > 40


@pytest.mark.parametrize("module", LESSONS_OF)
def test_without_functions_every_page_waits_and_demonstrates(module, shown):
    figure, _ = shown(module, {})
    for view in figure.views:
        figure.tabs.value = view.title
        assert "This figure waits for the" in figure.line.value
        assert "a demonstration:" in figure.line.value
        assert len(figure.summary) > 40


@pytest.mark.parametrize("module", LESSONS_OF)
def test_every_extreme_of_every_control_gives_a_picture(module, shown):
    """Extremes one at a time, on pages that compute at once."""
    names = names_of(LESSONS_OF[module])
    figure, _ = shown(module, names)
    for view in figure.views:
        if view.title in ("real data", "sweep of rates", "planted bugs"):
            continue
        figure.tabs.value = view.title if len(figure.views) > 1 else figure.tabs.value
        for control in view.controls.values():
            ends = getattr(control, "options", None)
            if ends is None and hasattr(control, "max"):
                base = getattr(control, "base", None)
                ends = [base**e if base else e for e in (control.min, control.max)]
            for end in ends or (True, False):
                control.value = end
                assert 'class="byhand-line "' in figure.line.value, figure.line.value


def test_a_repaired_function_counts_from_the_next_move_on(shown):
    names = names_of("02_sigmoid_softmax_jacobians")
    good = names["softmax"]
    figure, _ = shown(logits, names)
    before = bytes(figure.picture.value)
    names["softmax"] = lambda Z: Z * np.nan
    figure.view.controls["z0"].value = 3.0
    assert "softmax returned NaN" in figure.line.value
    assert bytes(figure.picture.value) == before, "the last picture that was right should stay"
    names["softmax"] = good
    figure.view.controls["z0"].value = 4.0
    assert "NaN" not in figure.line.value
    assert bytes(figure.picture.value) != before


@pytest.mark.parametrize(
    ("body", "patience"),
    [("while True: pass", 0.1), ("raise ValueError('not within reach')", 0.2)],
)
def test_only_a_function_that_overstays_gets_less_time_at_the_next_move(
    body, patience, shown, monkeypatch
):
    """What the learner's own message says does not matter."""
    monkeypatch.setattr(panel, "PATIENCE", 0.2)
    monkeypatch.setattr(panel, "_IMPATIENCE", 0.1)
    figure, _ = shown(logits, bad(body)._namespace)

    assert "softmax" in figure.line.value
    assert figure._patience == patience


def test_an_error_message_cannot_bring_markup_into_the_page(shown):
    names = names_of("02_sigmoid_softmax_jacobians")

    def softmax(_):
        raise ValueError("<img src=x onerror=alert(1)>")

    figure, _ = shown(logits, names | {"softmax": softmax})
    assert "<img" not in figure.line.value
    assert "&lt;img" in figure.line.value


def test_the_still_picture_has_alternative_text(shown):
    _, displayed = shown(logits, names_of("02_sigmoid_softmax_jacobians"))
    still = next(data["text/html"] for data in displayed if "text/html" in data)

    assert 'alt="softmax and its Jacobian: left a bar' in still
    assert "no kernel" in still


def test_a_kept_run_stays_for_comparison(shown):
    figure, _ = shown(race, names_of("05_sgd_vs_adam"))
    view = figure.views[0]
    view.buttons["keep this run"]()
    view.controls["lr"].value = 0.05
    assert "Pale: rate 0.03" in figure.summary
    view.buttons["forget it"]()
    view.controls["lr"].value = 0.06
    assert "Pale" not in figure.summary


def test_of_fast_moves_the_last_one_wins_and_few_are_drawn():
    """On a loop, as in a kernel: fifty moves before the loop turns make one redraw."""

    async def scenario():
        figure = panel.Panel(
            "logits", [logits.view()], Functions(names_of("02_sigmoid_softmax_jacobians"))
        )
        drawn = []
        figure.picture.observe(drawn.append, "value")
        for i in range(50):
            figure.view.controls["z0"].value = i / 10
        await asyncio.sleep(0.5)
        figure.close()
        return figure, drawn

    figure, drawn = asyncio.run(scenario())
    assert len(drawn) == 1
    assert figure.view.result.logits[0] == pytest.approx(4.9)


def test_a_move_cancels_a_long_computation():
    closed = []

    def compute(_functions, *, x):
        try:
            for i in range(1000):
                time.sleep(0.002)
                yield x, min(i / 1000, 0.99)
            yield x, 1.0
        finally:
            closed.append(x)

    async def scenario():
        surface = Surface(1.0)
        with surface as figure:
            figure.add_subplot()
        view = panel.View(
            title="t",
            controls={"x": slider("x", 0, 0, 9, 1)},
            compute=compute,
            toy=Functions({}),
            toy_says="",
            surface=surface,
            paint=str,
            hint="",
        )
        figure = panel.Panel("t", [view], Functions({}))
        view.controls["x"].value = 1
        await asyncio.sleep(0.1)
        view.controls["x"].value = 2
        await asyncio.sleep(0.1)
        result = view.result
        figure.close()
        return result

    assert asyncio.run(scenario()) == 2
    assert closed[0] == 1


def test_a_surface_draws_what_moved_over_what_did_not():
    surface = Surface(1.0)
    with surface as figure:
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        line = surface.moving(axes.plot([0, 1], [0.5, 0.5], color="red")[0])
    first = surface.png()
    line.set_ydata([0.1, 0.1])
    assert surface.png() != first
    line.set_ydata([0.5, 0.5])
    assert surface.png() == first, "nothing of the moved line may stay behind"


def test_no_demonstration_reveals_a_solution():
    """None of the toys gives what the references give."""
    Z, T = np.array([[0.0], [1.0], [2.0], [0.5]]), np.eye(4)[:, [1]]
    names = names_of("02_sigmoid_softmax_jacobians")
    toy = logits.toy()
    assert not np.allclose(toy.call("softmax", Z), names["softmax"](Z))
    assert not np.allclose(toy.call("softmax_cross_entropy_grad", Z, T), names["softmax"](Z) - T)
    found = last(
        products.compute(
            products.toy(),
            wanted="dW",
            first="dZ",
            transpose_first=False,
            transpose_second=True,
            n_out=4,
            n_in=4,
            m=4,
        )
    )
    assert all(product.verdict != products.RIGHT for product in found.products)
    walk = last(valley.compute(optimisers.toy(), conditioning=25.0, degrees=0.0, **RATES))
    own = last(
        valley.compute(
            Functions(names_of("05_sgd_vs_adam")), conditioning=25.0, degrees=0.0, **RATES
        )
    )
    for name in optimisers.NAMES:
        assert not np.allclose(walk.paths[name][5], own.paths[name][5])
