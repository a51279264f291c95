"""The graphs that lessons 01 and 02 walk through, forwards and backwards."""

from byhand import captions
from byhand.diagrams import computational_graph
from byhand.picture import Picture


def chain(*, backward: bool = False) -> Picture:
    """Draw u = 3x, then L = u^2, at x = 2; with backward also the slopes of L."""
    nodes = {"x": (0, 0, "$x$"), "u": (1.5, 0, "$u = 3x$"), "L": (3, 0, "$L = u^2$")}
    slopes = (36, 12) if backward else (None, None)
    edges = [("x", "u", 2, slopes[0]), ("u", "L", 6, slopes[1])]
    return computational_graph(nodes, edges, title=_way(backward=backward))


def fork(*, backward: bool = False) -> Picture:
    """Draw u_1 = x^2 and u_2 = 3x, then L = u_1 u_2, at x = 2; with backward also the slopes.

    The two arrows that leave x carry each path's contribution to the slope of L by x.
    """
    nodes = {
        "x": (0, 0, "$x$"),
        "u_1": (1.6, 0.6, "$u_1 = x^2$"),
        "u_2": (1.6, -0.6, "$u_2 = 3x$"),
        "L": (3.2, 0, "$L = u_1 u_2$"),
    }
    slopes = ("6*4 = 24", "4*3 = 12", 6, 4) if backward else (None,) * 4
    values = {("x", "u_1"): 2, ("x", "u_2"): 2, ("u_1", "L"): 4, ("u_2", "L"): 6}
    edges = [
        (*ends, value, slope) for (ends, value), slope in zip(values.items(), slopes, strict=True)
    ]
    return computational_graph(nodes, edges, title=_way(backward=backward))


def neuron() -> Picture:
    """Draw a neuron with two inputs, the two neurons that it feeds, and the loss."""
    nodes = {
        "x_1": (0, 0.6, "$x_1$"),
        "x_2": (0, -0.6, "$x_2$"),
        "z_1": (1.5, 0, "$z_1 = w_1 x_1$\n$+\\, w_2 x_2 + b_1$"),
        "a_1": (3.1, 0, "$a_1 = \\sigma(z_1)$"),
        "z_2": (4.7, 0.6, "$z_2 = w_{21} a_1 + \\dots$"),
        "z_3": (4.7, -0.6, "$z_3 = w_{31} a_1 + \\dots$"),
        "L": (6.2, 0, "$L$"),
    }
    wires = ["x_1 z_1", "x_2 z_1", "z_1 a_1", "a_1 z_2", "a_1 z_3", "z_2 L", "z_3 L"]
    edges = [tuple(wire.split()) for wire in wires]
    return computational_graph(nodes, edges, title=captions.ONE_NEURON)


def six_neurons() -> Picture:
    """Draw three layers of two neurons, each neuron joined to both of the next layer."""
    nodes = {f"z_{i}": (1.6 * ((i - 1) // 2), 0.5 - (i - 1) % 2, f"$z_{i}$") for i in range(1, 7)}
    pairs = [(1, 3), (1, 4), (2, 3), (2, 4), (3, 5), (3, 6), (4, 5), (4, 6)]
    edges = [(f"z_{start}", f"z_{end}") for start, end in pairs]
    return computational_graph(nodes, edges, title=captions.SIX_NEURONS)


def _way(*, backward: bool) -> str:
    return captions.BOTH_WAYS if backward else captions.FORWARDS
