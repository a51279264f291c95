"""What stands in pictures and beside them: titles, labels, and descriptions in words.

Numbers come as the text that stands in the picture, see `byhand.picture.number`.
"""

from byhand.language import plural
from byhand.language import text as _

IN_WORDS = _("The picture in words")

# What several pictures say.
EPOCH, STEP, LOSS, THE_LOSS = _("epoch"), _("step"), _("loss"), _("The loss")
SLOPE, NUMBER = _("slope"), _("number")


def titled(head: str, title: str) -> str:
    return _("{head}: {title}").format(head=head, title=title) if title else head


def sentence(text: str) -> str:
    return _("{text}.").format(text=text)


# ---------------------------------------------------------------- clouds

FEATURES = (_("feature 0"), _("feature 1"))
POINTS, RESULT = _("points"), _("the result")
BEFORE, AFTER = _("before"), _("after")
TWO_CLOUDS = _("Two clouds of samples, before and after a change, on the same axes.")


def feature(label: str, mean: str, spread: str) -> str:
    return _("{label} has mean {mean} and spread {spread}").format(
        label=label, mean=mean, spread=spread
    )


def cloud(name: str, first: str, second: str, low: str, high: str) -> str:
    return _("{name}: {first} and {second}; from {low} to {high}.").format(
        name=name, first=first, second=second, low=low, high=high
    )


# ---------------------------------------------------------------- curves and paths

PATHS = _("Paths on the contours of a function")


def by_epoch(what: str) -> str:
    return _("{what} by epoch").format(what=what)


def curve_of(run: str, curve: str) -> str:
    return _("{run}, {curve}").format(run=run, curve=curve) if run else curve


def curve(label: str, first: str, last: str, epochs: int) -> str:
    return _("{label}: {first} after epoch 1, {last} after epoch {epochs}").format(
        label=label, first=first, last=last, epochs=epochs
    )


def lowest(told: str, best: str, epoch: int) -> str:
    return _("{told}, lowest {best} after epoch {epoch}").format(told=told, best=best, epoch=epoch)


def not_finite(told: str, count: int) -> str:
    return _("{told}; {count} entries are not finite.").format(told=told, count=count)


def steps_of(name: str, steps: int) -> str:
    return _("{name}, {steps} steps").format(name=name, steps=steps)


def path(name: str, steps: int, start: str, end: str) -> str:
    return _("{name}: {steps} steps from {start} to {end}").format(
        name=name, steps=steps, start=start, end=end
    )


def value_there(told: str, value: str) -> str:
    return _("{told}, where the function is {value}").format(told=told, value=value)


def leaves(told: str) -> str:
    return _("{told}; it leaves the picture.").format(told=told)


def minimum(at: str) -> str:
    return _("The minimum, at {at}, is marked with a star.").format(at=at)


WALKS = _("Walks down one valley, each in a panel of its own, on the same axes.")


def walk(name: str, steps: int, end: str) -> str:
    return _("{name}: {steps} steps, ends at ({end}).").format(name=name, steps=steps, end=end)


TARGET, PREDICTION = _("target"), _("prediction")


def fit(x: str, error: str, first: str, last: str, steps: int) -> str:
    return _(
        "Left, the target as a dashed line and the prediction as a solid one, over x.\n"
        "They differ most at x = {x}, by {error}.\n"
        "Right, the loss on a logarithmic axis: {first} before step 1, {last} before step {steps}."
    ).format(x=x, error=error, first=first, last=last, steps=steps)


# ---------------------------------------------------------------- graphs

GRAPH = _("Computational graph")
FORWARD_VALUE = _("above an edge: forward value (blue)")
BACKWARD_VALUE = _("below an edge: gradient (brown)")
FORWARDS, BOTH_WAYS = _("Forwards"), _("Forwards and backwards")
ONE_NEURON = _("A neuron between its inputs and the loss")
SIX_NEURONS = _("Three layers of two neurons")


def nodes(labels: str) -> str:
    return _("Nodes: {labels}.").format(labels=labels)


def edge(start: str, end: str) -> str:
    return _("From {start} to {end}").format(start=start, end=end)


def with_value(edge: str, value: str) -> str:
    return _("{edge}, forward value {value}").format(edge=edge, value=value)


def with_gradient(edge: str, gradient: str) -> str:
    return _("{edge}, gradient {gradient}").format(edge=edge, gradient=gradient)


def entries(count: int) -> str:
    return plural(
        "A graph of {count} entry, running to the right.",
        "A graph of {count} entries, running to the right.",
        count,
    ).format(count=count)


def is_input(name: str) -> str:
    return _("{name} is an input.").format(name=name)


def uses(name: str, op: str, inputs: str) -> str:
    return _("{name}: {op} of {inputs}.").format(name=name, op=op, inputs=inputs)


# ---------------------------------------------------------------- matrices

HEAT_MAP = _("Heat map")
ENTRY_OF_PRODUCT = _("The entry in row j and column k is delta_j times a_k.")
NOTHING_FINITE = _("No entry is finite.")


def of_size(head: str, rows: int, columns: int) -> str:
    return _("{head}, {rows} rows and {columns} columns.").format(
        head=head, rows=rows, columns=columns
    )


def product_title(size: str) -> str:
    return _("$\\delta\\,a^T$ is ${size}$: each $\\delta_j$ times each $a_k$").format(size=size)


def product(delta: str, a: str, shape: tuple[int, ...]) -> str:
    return _("Outer product of delta {delta} and a {a}, shape {shape}.").format(
        delta=delta, a=a, shape=shape
    )


def columns(names: str) -> str:
    return _("Columns: {names}.").format(names=names)


def row(name: object, entries: str) -> str:
    return _("Row {name}: {entries}.").format(name=name, entries=entries)


def largest(value: str, row: str, column: str) -> str:
    return _("Largest entry {value} at row {row}, column {column}.").format(
        value=value, row=row, column=column
    )


def smallest(value: str, row: str, column: str) -> str:
    return _("Smallest entry {value} at row {row}, column {column}.").format(
        value=value, row=row, column=column
    )


def some_not_finite(count: int, size: int) -> str:
    return _("{count} of {size} entries are not finite.").format(count=count, size=size)


# ---------------------------------------------------------------- curves of one variable

DOWNHILL = _("Four steps downhill, from the right")
CHORDS, TANGENT = _("Two chords and the tangent"), _("tangent at 2")
ONE_SIDE, BOTH_SIDES = _("one side"), _("both sides")
CHORDS_IN_WORDS = _(
    "The curve of x^3 from 1.2 to 2.8 with its tangent at x = 2. "
    "Two chords: to one side, from (2, 8) to (2.5, 15.625); "
    "over both sides, from (1.5, 3.375) to (2.5, 15.625)."
)
TARGET_1, TARGET_0 = _("target 1"), _("target 0")
SAMPLE_LOSS, COSTS = _("loss of one sample"), _("What a prediction costs")
COSTS_IN_WORDS = _(
    "Two curves over z from -8 to 8, mirror images of each other. With target 1 the loss "
    "is 8 on the left, 0.693 at z = 0, nearly 0 on the right; with target 0 the reverse."
)
ACTIVATIONS = _(
    "Four panels, each an activation function and its slope, for z from -4 to 4. "
    "Linear: slope 1 everywhere. "
    "Relu: slope 0 on the left, 1 on the right, a jump at 0. "
    "Sigmoid: slope a low hump with its top, 0.25, at 0. "
    "Tanh: slope a hump with its top, 1, at 0."
)


def downhill(weights: str, losses: str) -> str:
    return _(
        "A curve of the loss L over the weight w, a valley with its floor at w = 2.\n"
        "Five points, the start and four steps: w is {weights}, L is {losses}."
    ).format(weights=weights, losses=losses)


# ---------------------------------------------------------------- shares and a neuron

SIGMOIDS, OUTPUT = _("three sigmoids"), _("output")
LN_5, LN_10 = _("third logit ln 5"), _("third logit ln 10")
LOGIT_RISES = _(
    "Bars for three outputs, before and after the third logit rises from ln 5 to ln 10."
)


def change(before: float, after: float) -> str:
    return _("{before:.3f} to {after:.3f}").format(before=before, after=after)


PLANE, BY_EACH = _("Where the neuron divides the plane"), _("Training by each gradient")
NEURON = _("The neuron")
NEURON_IN_WORDS = _(
    "Left 80 samples of two classes in the plane, with the line at which the neuron "
    "changes its mind, after 0, 10 and 200 steps. Right the loss over the steps."
)
LOSSES_IN_WORDS = _("The loss over 200 steps of training, a curve for each gradient.")


def class_of(target: int) -> str:
    return _("class {target}").format(target=target)


def step(number: int) -> str:
    return _("step {number}").format(number=number)


def learns(name: str, losses: tuple[str, str, str], steps: int, right: float) -> str:
    first, tenth, last = losses
    return _(
        "{name}: loss {first} at first, {tenth} after 10 steps, {last} after {steps}; "
        "{right:.0%} on the right side."
    ).format(name=name, first=first, tenth=tenth, last=last, steps=steps, right=right)


# ---------------------------------------------------------------- layers

LAYER = _("A dense layer, a shape on every arrow")
LAYER_FORWARD = _(
    "A dense layer computes Z = W A + b and then A_out = phi(Z).\n"
    "A, W and b enter, Z goes from the first step to the second, A_out leaves."
)
LAYER_BACKWARD = _(
    "On the way back dA_out enters. Times phi'(Z), entry by entry, with Z from the cache, "
    "it becomes dZ. From dZ, and from A and W in the cache, come dA, dW and db."
)
LAYER_STEPS = _("dA = W.T @ dZ\ndW = dZ @ A.T\ndb = sum of dZ\nover the samples")
CACHE_A_W, CACHE_Z = _("cache: A, W"), _("cache: Z")
ITS_JACOBIAN, ITS_SLOPE = _("its Jacobian"), _("its slope")
CACHES = _("The caches of a network, one for each layer, in the order of the way forward.")
CHAIN_END = _(
    "At the end stands the loss L, one number.\n"
    "Backward, from right to left, from the slope of L by itself, which is 1:"
)
TIMES_JACOBIAN, TIMES_SLOPE = _("Jacobian"), _("$\\odot$ slope")


def has_shape(name: str, shape: str) -> str:
    return _("{name} has shape {shape}.").format(name=name, shape=shape)


def has_shape_as(name: str, shape: str, other: str) -> str:
    return _("{name} has shape {shape}, as {other}.").format(name=name, shape=shape, other=other)


def chain_start(layers: int, features: int, m: int) -> str:
    return plural(
        "A chain of {layers} layer. Forward, from left to right: X ({features}, {m}).",
        "A chain of {layers} layers. Forward, from left to right: X ({features}, {m}).",
        layers,
    ).format(layers=layers, features=features, m=m)


def chain_forward(layer: int, kind: str, shape: str) -> str:
    return _(
        "W{layer} and b{layer} give Z{layer} {shape}, and {kind} gives A{layer} {shape}."
    ).format(layer=layer, kind=kind, shape=shape)


def chain_backward(layer: int, kind: str, shape: str, *, width: int, before: int) -> str:
    return _(
        "dA{layer} {shape}, and through the {kind} dZ{layer} {shape}; there "
        "dW{layer} ({width}, {before}) and db{layer} ({width}, 1) branch off."
    ).format(layer=layer, kind=kind, shape=shape, width=width, before=before)


def chain_left(features: int, m: int) -> str:
    return _("At the left end stands dX ({features}, {m}).").format(features=features, m=m)


def cache_title(place: int, layer: int) -> str:
    return _("caches[{place}]: layer {layer}").format(place=place, layer=layer)


def cache(layer: int, kind: str, before: str, *, came: str, went: str, weights: str) -> str:
    return _(
        "caches[{place}] belongs to layer {layer}. It keeps {before} {came}, read for dW{layer}; "
        "W{layer} {weights}, read for d{before}; Z{layer} {went} and the name {kind}, read for "
        "dZ{layer}."
    ).format(
        place=layer - 1,
        layer=layer,
        kind=kind,
        before=before,
        came=came,
        went=went,
        weights=weights,
    )
