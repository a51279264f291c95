"""The pictures can be read: by eye, by the colour-blind, and as words alone."""

import base64
import html
import io
import re
import struct
from functools import cache
from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.image import imread
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from byhand import neuron, paths, picture, shares, slopes
from byhand.plots import (
    Picture,
    before_and_after,
    caches_diagram,
    chain_diagram,
    computational_graph,
    function_fit,
    graph_of,
    heat_map,
    loss_curves,
    outer_product_table,
    paths_on_contours,
    shapes_diagram,
    valley_walks,
)
from byhand.waiting import waiting


def fork(**options):
    """Draw two paths that meet again, the graph of lesson 01."""
    nodes = {
        "x": (0, 0, "$x$"),
        "u": (1, 0.6, "$u = x^2$"),
        "v": (1, -0.6, "$v = 3x$"),
        "L": (2, 0, "$L = uv$"),
    }
    edges = [("x", "u", 2, 24.0), ("x", "v", 2, 12), ("u", "L", 4, 6), ("v", "L", 6, -4.125)]
    return computational_graph(nodes, edges, **options)


def crossing():
    """Draw four edges of which two cross."""
    nodes = {"a": (0, 1, "$a$"), "b": (0, 0, "$b$"), "c": (2, 1, "$c$"), "d": (2, 0, "$d$")}
    edges = [("a", "c", 1, 1), ("a", "d", 1, 1), ("b", "c", 1, 1), ("b", "d", 1, 1)]
    return computational_graph(nodes, edges)


def bowl(x, y):
    """Return a long valley, entry by entry."""
    return 0.5 * (x**2 + 10 * y**2)


NEURON = [
    *[("input", (), {})] * 4,
    ("multiply", (0, 1), {}),
    ("add", (4, 2), {}),
    ("sigmoid", (5,), {}),
    ("subtract", (6, 3), {}),
    ("multiply", (7, 7), {}),
]
LONG_WAY = [("input", (), {}), ("exp", (0,), {}), ("exp", (1,), {}), ("add", (2, 0), {})]

HISTORY = {"train_loss": [2.0, 1.0, 0.5], "test_loss": [2.5, 1.25, 1.5]}
PATH = np.array([[4.0, 2.0, 1.0], [1.0, -0.5, 0.25]])
CLOUD = np.array([[-3.0, 4.0, 10.0], [20.0, 5.0, 1.0]])

PICTURES = {
    "chain backwards": lambda: paths.chain(backward=True),
    "fork backwards": lambda: paths.fork(backward=True),
    "neuron": paths.neuron,
    "six neurons": paths.six_neurons,
    "downhill": slopes.downhill,
    "two chords": slopes.two_chords,
    "loss of a sample": slopes.sample_loss,
    "four activations": slopes.four_activations,
    "one logit rises": shares.one_logit_rises,
    "a neuron learns": neuron.neuron_learns,
    "losses by gradient": lambda: neuron.compare_losses(
        neuron.squared_error, neuron.suspects(neuron.measured)
    ),
    "before and after": lambda: before_and_after(lambda X: X / 10 + 1, CLOUD),
    "graph": fork,
    "graph with a title": lambda: fork(title="Two paths from $x$ to $L$"),
    "crossing edges": crossing,
    "tape": lambda: graph_of(NEURON, names=["w", "x", "b", "t", "u1", "z", "p", "u2", "L"]),
    "tape with a title": lambda: graph_of(LONG_WAY, title="A long way, and a short one"),
    "shapes": lambda: shapes_diagram(3, 4, 5),
    "shapes forward": lambda: shapes_diagram(64, 128, 1024, backward=False),
    "chain": lambda: chain_diagram([64, 32, 10], ["tanh", "softmax"], 5),
    "chain of one layer": lambda: chain_diagram([3, 1], ["linear"], 1000),
    "caches": lambda: caches_diagram([2, 2, 1], ["relu", "linear"], 2),
    "caches with a softmax": lambda: caches_diagram([64, 32, 10], ["tanh", "softmax"], 32),
    "heat map": lambda: heat_map([[0.5, -0.25], [0.0, -1.0]], title="$\\partial s / \\partial z$"),
    "large heat map": lambda: heat_map(np.linspace(-1, 1, 640).reshape(10, 64)),
    "outer product": lambda: outer_product_table([1.0, -2.0, 0.5], [3.0, 4.0]),
    "fit": lambda: function_fit([[0.0, 1.0, 2.0]], [[0.0, 1.0, 4.0]], [[0.5, 1.0, 2.0]], [3, 0.5]),
    "one run": lambda: loss_curves(HISTORY, title="digits"),
    "three runs": lambda: loss_curves(
        dict.fromkeys(["sgd", "momentum", "adam"], HISTORY), log=True
    ),
    "walks": lambda: valley_walks({"slow": PATH.T / 4, "far": 1e9 * PATH.T}, (1, 25)),
    "paths": lambda: paths_on_contours(bowl, {"sgd": PATH, "adam": 0.9 * PATH}, minimum=(0, 0)),
}
every_picture = pytest.mark.parametrize("name", PICTURES)


@cache
def example(name):
    """Draw an example once: the tests that use it only look."""
    return PICTURES[name]()


@cache
def example_png(name):
    return example(name).png()


def texts(shown):
    """Return the texts that are to be seen; Matplotlib keeps tick labels out of view too."""
    hidden = set()
    for axes in shown.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not (axes.axison and low <= tick.get_loc() <= high):
                    hidden |= {tick.label1, tick.label2}
    return [
        text
        for text in shown.figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(first, second):
    """Contrast ratio from 1 to 21, WCAG 2.2."""
    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


# Any picture


@every_picture
def test_a_picture_is_a_png_of_notebook_width(name):
    png = example_png(name)

    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert width == 2 * 672  # two pixels for each of 7 inches of 96 CSS pixels
    assert 200 < height < 1300


@every_picture
def test_a_notebook_gets_png_words_and_html_with_alternative_text(name):
    shown = example(name)

    data, metadata = shown._repr_mimebundle_()

    assert set(data) == {"image/png", "text/plain", "text/html"}
    assert data["text/plain"] == shown.alt == repr(shown)
    assert base64.b64decode(data["image/png"]) == example_png(name)
    assert f'<img alt="{html.escape(shown.alt)}" width="672"' in data["text/html"]
    assert data["text/html"].count(html.escape(shown.alt)) == 2  # and to be unfolded below
    assert metadata["image/png"]["width"] == 672
    assert metadata["image/png"]["alt"] == shown.alt


@every_picture
def test_the_words_are_plain_sentences(name):
    alt = example(name).alt

    assert "$" not in alt
    assert alt.isascii()
    assert all(line.endswith((".", ":")) for line in alt.splitlines())
    assert len(alt) > 40


@every_picture
def test_text_is_at_least_10_points_and_stands_out_from_white(name):
    """Numbers on coloured cells have a test of their own."""
    for text in texts(example(name)):
        assert text.get_fontsize() >= 10, text.get_text()
        if text.get_color() != "white":
            assert contrast(text.get_color(), "white") >= 4.5, text.get_text()


@every_picture
def test_no_text_is_cut_off_at_the_edge(name):
    shown = example(name)

    for text in texts(shown):
        box = text.get_window_extent()
        frame = shown.figure.bbox
        assert box.x0 >= 0, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.x1 <= frame.x1, text.get_text()
        assert box.y1 <= frame.y1, text.get_text()


@every_picture
def test_no_two_texts_overlap(name):
    """Of a slanted text the middle part counts, for its upright box is larger than it."""
    boxes = []
    for text in texts(example(name)):
        box = text.get_window_extent()
        if text.get_rotation() % 90:
            box = Bbox.from_bounds(
                box.x0 + 0.35 * box.width,
                box.y0 + 0.35 * box.height,
                0.3 * box.width,
                0.3 * box.height,
            )
        boxes.append((text.get_text(), box))

    for (label, box), (other, second) in combinations(boxes, 2):
        assert not box.overlaps(second), f"{label!r} lies on {other!r}"


@every_picture
def test_a_dark_notebook_style_changes_nothing_and_is_not_changed(name):
    expected = example_png(name)

    with mpl.rc_context():
        mpl.rcParams.update(
            {
                "figure.facecolor": "black",
                "axes.facecolor": "black",
                "text.color": "white",
                "font.size": 4,
                "savefig.bbox": "tight",
                "savefig.transparent": True,
            }
        )
        before = dict(mpl.rcParams)
        actual = PICTURES[name]().png()
        assert dict(mpl.rcParams) == before

    assert actual == expected


@every_picture
def test_the_background_is_white_and_opaque(name):
    pixels = imread(io.BytesIO(example_png(name)))

    assert np.array_equal(pixels[0, 0, :3], [1, 1, 1])
    assert (pixels[..., 3] == 1).all()


def test_no_figure_stays_open_in_pyplot():
    before = plt.get_fignums()
    fork()

    assert plt.get_fignums() == before


def test_a_picture_can_be_saved(tmp_path):
    shown = fork()

    shown.save(tmp_path / "graph.png")

    assert (tmp_path / "graph.png").read_bytes() == shown.png()


def test_a_figure_drawn_elsewhere_is_as_sharp_as_ours():
    figure, _ = plt.subplots(figsize=(5, 2), dpi=50)
    plt.close(figure)

    png = Picture(figure, "An empty frame.").png()

    assert struct.unpack(">II", png[16:24]) == (2 * 5 * 96, 2 * 2 * 96)


def test_words_with_markup_are_escaped():
    shown = Picture(fork().figure, '<script>"x" & y</script>')

    page = shown._repr_mimebundle_()[0]["text/html"]

    assert "<script>" not in page
    assert "&lt;script&gt;&quot;x&quot; &amp; y" in page


# Colours


def test_lines_differ_by_colour_by_dashes_and_by_marker():
    colours, dashes, markers = zip(*picture.LINES, strict=True)

    assert len(set(colours)) == len(set(dashes)) == len(set(markers)) == len(picture.LINES)


def dichromat(colour, kind):
    """Simulate how a dichromat sees a colour: Machado, Oliveira & Fernandes (2009)."""
    matrix = {
        "protan": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        "deutan": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "tritan": [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    }[kind]
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(matrix @ linear, 0, 1)
    return np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)


def told_apart(colours, kind):
    seen = [dichromat(colour, kind) for colour in colours]
    return all(np.linalg.norm(first - second) > 0.1 for first, second in combinations(seen, 2))


@pytest.mark.parametrize("kind", ["protan", "deutan", "tritan"])
def test_the_colour_blind_can_tell_the_lines_apart(kind):
    assert told_apart([colour for colour, _, _ in picture.LINES], kind)
    assert told_apart([picture.BLUE, picture.GRADIENT], kind)


def test_red_and_green_of_equal_brightness_are_not_told_apart():
    """The yardstick of the test above is able to fail."""
    assert not told_apart(["#c04000", "#608000"], "deutan")


def test_a_number_stands_out_from_its_cell_whatever_its_colour():
    matrix = np.linspace(-1, 1, 144).reshape(12, 12)
    axes = heat_map(matrix, numbers=True).figure.axes[0]
    image = axes.get_images()[0]

    assert len(axes.texts) == matrix.size
    for text in axes.texts:
        column, row = text.get_position()
        cell = to_hex(image.to_rgba(matrix[int(row), int(column)]))
        assert contrast(text.get_color(), cell) >= 4.4


# computational_graph


def test_a_graph_says_every_edge_with_both_numbers():
    lines = fork(title="Two paths").alt.splitlines()

    assert lines == [
        "Computational graph: Two paths.",
        "Nodes: x, u (u = x^2), v (v = 3x), L (L = uv).",
        "From x to u, forward value 2, gradient 24.",
        "From x to v, forward value 2, gradient 12.",
        "From u to L, forward value 4, gradient 6.",
        "From v to L, forward value 6, gradient -4.12.",
    ]


def test_a_value_stands_above_its_edge_and_the_gradient_below():
    labels = texts(fork())
    values = [text for text in labels if text.get_color() == picture.BLUE]
    gradients = [text for text in labels if text.get_color() == picture.GRADIENT]

    assert [text.get_text() for text in values] == ["2", "2", "4", "6"]
    assert [text.get_text() for text in gradients] == ["24", "12", "6", "\N{MINUS SIGN}4.12"]
    for value, gradient in zip(values, gradients, strict=True):
        assert value.get_window_extent().y0 > gradient.get_window_extent().y0


def test_a_graph_writes_text_as_it_is_and_nothing_for_none():
    shown = computational_graph(
        {"x": (0, 0, "$x$"), "y": (1, 0, "$y$")}, [("x", "y", "$w x$", None)]
    )

    assert shown.alt.splitlines()[-1] == "From x to y, forward value w x."
    assert not any("gradient" in text.get_text() for text in texts(shown))


def test_edges_that_run_backwards_keep_their_labels_upright():
    shown = computational_graph({"x": (1, 1, "$x$"), "y": (0, 0, "$y$")}, [("x", "y", 1, 2)])

    labels = {t.get_text(): t for t in texts(shown)}
    assert -90 < (labels["1"].get_rotation() + 180) % 360 - 180 <= 90
    assert labels["1"].get_window_extent().y0 > labels["2"].get_window_extent().y0


def test_labels_do_not_stand_where_two_edges_cross():
    shown = crossing()
    axes = shown.figure.axes[0]

    slanted = [text for text in texts(shown) if text.get_rotation() % 180]
    assert len(slanted) == 4
    for text in slanted:
        assert np.hypot(*(np.array(text.get_position()) - [1.0, 0.5])) > 0.3
    assert axes.get_aspect() == 1  # so that a slanted label runs along its edge


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ({}, [], "at least one node"),
        ({"x": (0, 0, "x")}, [("x", "y")], "'y', expected one of the nodes x"),
        ({"x": (0, 0, "x"), "y": (0, 0, "y")}, [("x", "y")], "stand at one place"),
        ({"x": (0, 0, "x"), "y": (1, 0, "y")}, [("x", "y"), ("x", "y")], "two edges lead"),
    ],
)
def test_a_graph_that_cannot_be_drawn_is_refused(nodes, edges, said):
    with pytest.raises(ValueError, match=said):
        computational_graph(nodes, edges)


# shapes_diagram


def test_a_tape_says_every_entry_with_what_it_uses():
    said = graph_of(LONG_WAY, names=["x", "u", "v", "L"]).alt.splitlines()
    assert said[1:] == ["x is an input.", "u: exp of x.", "v: exp of u.", "L: add of v and x."]


def test_a_tape_runs_to_the_right_with_an_arrow_for_each_use():
    """The same input twice has two arrows, and no arrow runs through a box."""
    picture = graph_of(NEURON)
    axes = picture.figure.axes[0]
    arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == sum(len(places) for _, places, _ in NEURON)
    assert all(arrow.xy[0] > arrow.xyann[0] for arrow in arrows)
    picture = graph_of(LONG_WAY)
    picture.figure.draw_without_rendering()
    axes = picture.figure.axes[0]
    boxes = [text.get_bbox_patch().get_window_extent() for text in axes.texts if text.get_text()]
    for arrow in (text.arrow_patch for text in axes.texts if not text.get_text()):
        for x, y in arrow.get_path().interpolated(20).transformed(arrow.get_transform()).vertices:
            inner = [box.shrunk(0.8, 0.8).contains(x, y) for box in boxes]
            assert not any(inner)


@pytest.mark.parametrize(
    ("tape", "names", "said"),
    [
        ([], [], "found an empty tape"),
        (LONG_WAY, ["x"], "expected 4 names, one an entry, found 1"),
        ([("input", (), {}), ("exp", (1,), {})], [], r"entry 1 \(exp\) uses entries \(1,\)"),
    ],
)
def test_what_is_no_tape_is_refused(tape, names, said):
    with pytest.raises(ValueError, match=said):
        graph_of(tape, names=names)


def test_shapes_are_those_of_numpy():
    n_in, n_out, m = 3, 4, 5
    A, W, b = np.zeros((n_in, m)), np.zeros((n_out, n_in)), np.zeros((n_out, 1))
    alt = shapes_diagram(n_in, n_out, m).alt

    Z = W @ A + b
    for name, array in {"A": A, "W": W, "b": b, "Z": Z, "A_out": np.tanh(Z)}.items():
        size = re.escape(str(array.shape))
        assert re.search(rf"^{name} has shape .* = {size}\.$", alt, re.MULTILINE)
        assert re.search(rf"^d{name} has shape .* = {size}, as {name}\.$", alt, re.MULTILINE)


def test_every_shape_stands_on_the_picture_as_often_as_an_arrow_has_it():
    shown = " ".join(text.get_text() for text in texts(shapes_diagram(3, 4, 5)))

    for shape, times in {"(3, 5)": 1, "(4, 3)": 1, "(4, 1)": 1, "(4, 5)": 2}.items():
        assert shown.count(shape) == 2 * times  # forward and backward


def test_the_activation_stands_in_a_layer_forward_and_backward():
    shown = " ".join(text.get_text() for text in texts(shapes_diagram(3, 4, 5)))

    assert "$\\phi$" in shown
    assert "\\phi'(Z)" in shown


def test_shapes_forward_say_nothing_of_gradients():
    assert "dZ" not in shapes_diagram(3, 4, 5, backward=False).alt


def test_a_layer_without_units_is_refused():
    with pytest.raises(ValueError, match="n_out 0"):
        shapes_diagram(3, 0, 5)


# chain_diagram and caches_diagram


def test_a_chain_says_every_array_with_the_shape_that_numpy_gives_it():
    dims, m = [3, 4, 2], 5
    X, W1, W2 = np.zeros((3, m)), np.zeros((4, 3)), np.zeros((2, 4))
    arrays = {"X": X, "Z1": W1 @ X, "A1": W1 @ X, "Z2": W2 @ W1 @ X, "A2": W2 @ W1 @ X}
    shown = chain_diagram(dims, ["relu", "softmax"], m)
    drawn = [text.get_text() for text in texts(shown)]

    for name, array in arrays.items():
        assert f"{name} {array.shape}" in shown.alt
        assert f"d{name} {array.shape}" in shown.alt
        assert drawn[drawn.index(name) + 1] == drawn[drawn.index(f"d{name}") + 1]
    for name, array in {"dW1": W1, "dW2": W2, "db1": W1[:, :1], "db2": W2[:, :1]}.items():
        assert f"{name} {array.shape}" in shown.alt
        assert any(f"{name} {array.shape}" in text for text in drawn)


def test_a_chain_names_the_activation_on_both_ways():
    drawn = [t.get_text() for t in texts(chain_diagram([3, 4, 2], ["relu", "softmax"], 5))]

    assert "relu" in drawn
    assert "relu$\\,'$" in drawn
    assert "softmax" in drawn
    assert "its Jacobian" in drawn


def test_a_cache_says_what_reads_each_of_its_four_parts():
    _, first, second = caches_diagram([2, 3, 1], ["relu", "linear"], 4).alt.splitlines()

    assert first == (
        "caches[0] belongs to layer 1. It keeps X (2, 4), read for dW1; W1 (3, 2), read for dX; "
        "Z1 (3, 4) and the name relu, read for dZ1."
    )
    assert second == (
        "caches[1] belongs to layer 2. It keeps A1 (3, 4), read for dW2; W2 (1, 3), read for dA1; "
        "Z2 (1, 4) and the name linear, read for dZ2."
    )


@pytest.mark.parametrize("draw", [chain_diagram, caches_diagram])
@pytest.mark.parametrize(("dims", "kinds"), [([3], []), ([3, 2], ["relu", "relu"])])
def test_widths_that_do_not_fit_the_kinds_are_refused(draw, dims, kinds):
    with pytest.raises(ValueError, match="one width more than kinds"):
        draw(dims, kinds, 5)


# heat_map and outer_product_table


def test_a_small_heat_map_is_said_row_by_row():
    alt = heat_map([[1, -0.5], [0, 1234.5]], title="$W$", row_labels=["$z_0$", "$z_1$"]).alt

    assert alt.splitlines() == [
        "Heat map: W, 2 rows and 2 columns.",
        "Columns: 0, 1.",
        "Row z_0: [1, -0.5].",
        "Row z_1: [0, 1234].",
    ]


def test_a_large_heat_map_is_said_by_its_extremes():
    matrix = np.zeros((20, 30))
    matrix[3, 7], matrix[19, 29], matrix[5, 5] = 2.0, -4.0, np.nan

    assert heat_map(matrix).alt.splitlines()[1:] == [
        "Largest entry 2 at row 3, column 7.",
        "Smallest entry -4 at row 19, column 29.",
        "1 of 600 entries are not finite.",
    ]


def test_zero_is_white_and_equal_sizes_are_equally_strong():
    image = heat_map([[-1.0, 0.0, 1.0, 0.25]]).figure.axes[0].get_images()[0]

    assert image.get_clim() == (-1.0, 1.0)
    assert luminance(to_hex(image.to_rgba(0.0))) > 0.9


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 5e-324, 1.7e308])
def test_a_heat_map_of_extreme_entries_is_drawn_without_a_warning(value):
    """Warnings are errors here."""
    shown = heat_map([[value, -1.0], [1.0, -value]])

    assert shown.png()


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 2, 2), ()])
def test_what_is_no_matrix_has_no_heat_map(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        heat_map(np.zeros(shape))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"row_labels": ["a"]}, "expected 2 row_labels, found 1"),
        ({"column_labels": ["a", "b"]}, "expected 3 column_labels, found 2"),
        ({"limit": 0.0}, "limit must be above 0"),
        ({"limit": np.nan}, "limit must be above 0"),
    ],
)
def test_options_that_do_not_fit_the_matrix_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        heat_map(np.ones((2, 3)), **options)


def test_an_outer_product_table_multiplies_row_by_column():
    shown = outer_product_table([1, -2, 0.5], [3, 4])

    assert shown.alt.splitlines() == [
        "Outer product of delta [1, -2, 0.5] and a [3, 4], shape (3, 2).",
        "The entry in row j and column k is delta_j times a_k.",
        "Row 0: [3, 4].",
        "Row 1: [-6, -8].",
        "Row 2: [1.5, 2].",
    ]
    axes = shown.figure.axes[0]
    written = {t.get_position(): t.get_text() for t in axes.texts}
    assert written[1, 1] == "\N{MINUS SIGN}8"  # position is (column, row)
    assert written[0, 2] == "1.5"


@pytest.mark.parametrize(("delta", "a"), [([[1.0]], [1.0]), ([1.0], 1.0), ([], [1.0])])
def test_an_outer_product_of_anything_but_vectors_is_refused(delta, a):
    with pytest.raises(ValueError, match="outer_product_table"):
        outer_product_table(delta, a)


# loss_curves


def test_loss_curves_say_first_last_and_lowest():
    assert loss_curves(HISTORY, title="digits").alt.splitlines() == [
        "loss by epoch: digits.",
        "train loss: 2 after epoch 1, 0.5 after epoch 3, lowest 0.5 after epoch 3.",
        "test loss: 2.5 after epoch 1, 1.5 after epoch 3, lowest 1.25 after epoch 2.",
    ]


def test_epochs_count_from_1_and_values_are_drawn_as_given():
    line = loss_curves(HISTORY).figure.axes[0].get_lines()[1]

    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == HISTORY["test_loss"]


def test_runs_differ_by_line_and_curves_of_a_run_by_filling():
    axes = loss_curves({"sgd": HISTORY, "adam": HISTORY}).figure.axes[0]
    sgd_train, sgd_test, adam_train, _ = axes.get_lines()

    assert sgd_train.get_color() == sgd_test.get_color() != adam_train.get_color()
    assert sgd_train.get_marker() == sgd_test.get_marker() != adam_train.get_marker()
    assert sgd_train.get_markerfacecolor() != sgd_test.get_markerfacecolor() == "white"


def test_loss_curves_of_a_diverging_run_have_gaps_and_say_so():
    shown = loss_curves({"train_loss": [1.0, np.inf, np.nan, 1e200]})

    drawn = shown.figure.axes[0].get_lines()[0].get_ydata()
    assert np.isnan(drawn[1:]).all()
    assert "2 entries are not finite" in shown.alt
    assert shown.png()


@pytest.mark.parametrize("entries", [[0.0, 0.0], [np.nan], [-1.0, 2.0]])
def test_a_logarithmic_axis_leaves_out_what_is_not_positive_without_a_warning(entries):
    assert loss_curves({"train_loss": entries}, log=True).png()


@pytest.mark.parametrize("histories", [{}, {"sgd": {}}, {"a": []}, {"a": [[1.0]]}, {"a": 1.0}])
def test_histories_without_a_curve_are_refused(histories):
    with pytest.raises(ValueError, match="loss_curves"):
        loss_curves(histories)


# function_fit


def test_a_fit_says_where_it_is_worst_and_how_the_loss_fell():
    assert example("fit").alt.splitlines()[1:] == [
        "They differ most at x = 2, by 2.",
        "Right, the loss on a logarithmic axis: 3 before step 1, 0.5 before step 2.",
    ]


def test_a_fit_draws_target_and_prediction_on_the_same_axes():
    lines = example("fit").figure.axes[0].get_lines()

    assert [line.get_ydata().tolist() for line in lines] == [[0, 1, 4], [0.5, 1, 2]]


@pytest.mark.parametrize("P", [[[1.0, 2.0]], [1.0, 2.0, 3.0], [[1.0], [2.0], [3.0]]])
def test_a_fit_of_another_shape_is_refused(P):
    X = np.zeros((1, 3))
    with pytest.raises(ValueError, match=r"one shape \(1, m\)"):
        function_fit(X, X, P, [1.0])


# paths_on_contours


def test_paths_say_start_end_steps_and_the_value_at_the_end():
    shown = paths_on_contours(bowl, {"sgd": PATH}, minimum=(0, 0), title="valley")

    assert shown.alt.splitlines() == [
        "Paths on the contours of a function: valley.",
        "sgd: 2 steps from (4, 1) to (1, 0.25), where the function is 0.812.",
        "The minimum, at (0, 0), is marked with a star.",
    ]


def test_a_path_is_drawn_point_by_point_and_in_view():
    axes = paths_on_contours(bowl, {"sgd": PATH}).figure.axes[0]

    drawn = axes.get_lines()[0]
    assert np.array_equal([drawn.get_xdata(), drawn.get_ydata()], PATH)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert left < PATH[0].min() < PATH[0].max() < right
    assert low < PATH[1].min() < PATH[1].max() < high


def test_a_path_out_of_the_given_range_is_said():
    shown = paths_on_contours(bowl, {"sgd": PATH}, x_range=(-1, 2), y_range=(-2, 2))

    assert "it leaves the picture" in shown.alt
    assert shown.figure.axes[0].get_xlim() == (-1, 2)


@pytest.mark.parametrize(
    "path",
    [
        [[1.0, 1e30, 1.7e308, np.inf, np.nan], [1.0, -1e30, -1.7e308, 1.0, np.nan]],
        [[np.nan], [np.nan]],
        [[1.0], [1.0]],
    ],
    ids=["diverges", "never a number", "does not move"],
)
def test_a_path_that_goes_nowhere_or_everywhere_is_drawn_without_a_warning(path):
    assert paths_on_contours(bowl, {"sgd": path}).png()


@pytest.mark.parametrize("f", [lambda x, y: 0 * x * y + 1, lambda x, _: np.full(x.shape, np.nan)])
def test_a_function_without_contours_is_drawn_without_a_warning(f):
    assert paths_on_contours(f, {"sgd": PATH}).png()


def test_a_function_that_does_not_work_entry_by_entry_is_refused():
    with pytest.raises(ValueError, match=r"entry by entry.*returned shape \(\)"):
        paths_on_contours(lambda x, y: float((x + y).sum()), {"sgd": PATH})


@pytest.mark.parametrize("path", [PATH.T, np.zeros((2, 0)), [1.0, 2.0], 1.0])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match=r"'sgd' should be \(2, steps \+ 1\)"):
        paths_on_contours(bowl, {"sgd": path})


def test_no_path_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one path"):
        paths_on_contours(bowl, {})


# valley_walks


def test_walks_say_where_each_ends_and_share_their_axes():
    shown = valley_walks({"a": [[1, 1], [0.5, 0.25]], "b": [[1, 1]]}, (1, 25))

    assert shown.alt.splitlines()[1:] == [
        "a: 1 steps, ends at (0.5, 0.25).",
        "b: 0 steps, ends at (1, 1).",
    ]
    left, right = shown.figure.axes
    assert left.get_shared_x_axes().joined(left, right)
    assert left.get_shared_y_axes().joined(left, right)


@pytest.mark.parametrize(
    ("paths", "said"), [({}, "at least one"), ({"a": PATH}, "one point a row")]
)
def test_what_is_no_walk_is_refused(paths, said):
    with pytest.raises(ValueError, match=said):
        valley_walks(paths, (1, 25))


# Numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.12345, "0.123"),
        (1234.5, "1234"),
        (-99999, "-99999"),
        (1e6, "1e+06"),
        (1.5e-7, "1.5e-07"),
        (np.nan, "nan"),
        (-1e-12, "-1e-12"),
    ],
)
def test_numbers_are_short_and_keep_three_digits(value, text):
    assert picture.number(value) == text


# Pictures of a learner's functions


def unsolved(*_arguments):
    """Stand for an exercise that is not solved yet."""
    raise NotImplementedError


@pytest.mark.parametrize(
    "draw",
    [
        lambda: before_and_after(unsolved, CLOUD),
        lambda: neuron.neuron_learns(neuron.squared_error, unsolved),
        lambda: neuron.compare_losses(unsolved, {"yours": neuron.measured}),
    ],
)
def test_a_picture_that_waits_for_an_exercise_names_it(draw, capsys):
    assert draw() is None
    assert capsys.readouterr().out == (
        "This cell waits for unsolved. Solve that exercise, then run the cell again.\n"
    )


class Unsolved:
    """An exercise that is a class."""

    def __init__(self):
        raise NotImplementedError


def framed():
    """An exercise of which an inner function is to be written."""

    def inner():
        raise NotImplementedError

    return inner()


@pytest.mark.parametrize("exercise", [Unsolved, framed])
def test_waiting_names_the_class_or_the_outer_function(exercise, capsys):
    with waiting():
        exercise()

    assert f"waits for {exercise.__name__}." in capsys.readouterr().out


def test_waiting_hides_no_other_error():
    with pytest.raises(ZeroDivisionError), waiting():
        1 / 0  # noqa: B018


def test_a_cloud_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"the result should be \(2, m\)"):
        before_and_after(lambda X: X.T, CLOUD)
