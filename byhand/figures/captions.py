"""What stands beside a figure that moves: its pages, what each shows, and how things are."""

from byhand.language import plural
from byhand.language import text as _

PAGE, COMPUTING = _("page"), _("computing")
KERNEL_LOST = _("The kernel was restarted or lost. Run this cell again to move the figure.")
STILL = _("A still picture: no kernel moves it.")


def with_demonstration(trouble: str, shown: str) -> str:
    return _("{trouble} Until then, a demonstration: {shown}").format(trouble=trouble, shown=shown)


def with_last_result(trouble: str) -> str:
    return _("{trouble} The picture still shows the last result.").format(trouble=trouble)


def computing(percent: int) -> str:
    return _("computing, {percent} %").format(percent=percent)


def page(title: str, hint: str) -> str:
    return _("{title}: {hint}").format(title=title, hint=hint)


# What several figures say.
EPOCH, STEP, STEPS, LOSS, SLOPE = _("epoch"), _("step"), _("steps"), _("loss"), _("slope")
LAYER, LAYERS, UNITS_A_LAYER = _("layer"), _("layers"), _("units a layer")
LEARNING_RATE, MOMENTUM, CONDITIONING = _("learning rate"), _("momentum"), _("conditioning")
TRAINING_LOSS, TEST_ACCURACY = _("training loss"), _("test accuracy")
MEASURED, SUM = _("measured"), _("sum")


def diverges(name: str) -> str:
    return _("{name} diverges.").format(name=name)


# ---------------------------------------------------------------- lesson 01

PRODUCTS_TITLE, PRODUCTS_NEEDED = _("counting products"), _("products needed for all slopes")
PATH_BY_PATH, ONE_PASS = _("path by path"), _("one backward pass")
PRODUCTS_TOY = _("numbers noted down for layers of two units; the first slider has no effect.")
PRODUCTS_HINT = _(
    "two curves over the number of layers, on a logarithmic axis: the products of a sum "
    "over paths run away, those of a backward pass grow slowly."
)


def products_counted(depth: int, width: int, *, by_paths: float, back: float) -> str:
    return _(
        "{depth} layers of {width} units: path by path {by_paths:,.0f} products, "
        "one backward pass {back:,.0f}, {ratio:,.1f} times fewer."
    ).format(depth=depth, width=width, by_paths=by_paths, back=back, ratio=by_paths / max(back, 1))


FORK_STEPS = (
    _("Forwards: values, no slope yet."),
    _("One step back: the slopes of L = u_1 u_2."),
    _("Two steps back: along a path, multiply."),
    _("Three steps back: at x the paths add up."),
)
FORK_TITLE, FORK_SLOPE = _("two paths"), _("slope of $L$ by $x$")
OVER_U = (_("over $u_1$"), _("over $u_2$"))
ABOVE, BELOW = _("above: value"), _("below: slope")
FORK_R, STEPS_BACK = _("r, of u_2 = r x"), _("steps back")
FORK_TOY = _("the same graph, its slope taken from a table instead of from your functions.")
FORK_HINT = _(
    "left a graph in which x feeds u_1 and u_2 and both feed L, with values and slopes on "
    "its arrows; right bars for the contribution of each path, their sum, and the "
    "measured slope."
)


def slope_is(value: str) -> str:
    return _("slope {value}").format(value=value)


def fork_values(x: str, r: str, loss: str) -> str:
    return _("At x = {x} and r = {r}, L is {loss}.").format(x=x, r=r, loss=loss)


def fork_by_u(first: str, second: str) -> str:
    return _("By u_1 the slope is {first}, by u_2 {second}.").format(first=first, second=second)


def fork_over_u(first: str, second: str) -> str:
    return _("Over u_1 comes {first}, over u_2 {second}.").format(first=first, second=second)


def fork_sum(total: str, measured: str) -> str:
    return _("Their sum is {total}; measured: {measured}.").format(total=total, measured=measured)


STEP_H_TITLE, STEP_H, FUNCTION = _("the step h"), _("step h"), _("function")
STEP_H_AXIS, STEP_H_ERROR = _("step $h$"), _("error of the central difference")
YOUR_YARDSTICK, YOUR_H = _("your yardstick"), _("your $h$")
STEP_H_TOY = _("errors noted down from another run, the same for each function.")
STEP_H_HINT = _(
    "the error over the step h, both axes logarithmic: it falls with h squared, is "
    "smallest near 1e-5, and rises again below."
)


def errors(
    curve: str, x: str, slope: str, *, h: float, error: float, best: float, least: float
) -> str:
    return _(
        "{curve} at x = {x} has the slope {slope}. With h = {h:.1e} the error is {error:.1e}. "
        "Of the steps shown, h = {best:.0e} has the smallest, {least:.0e}; "
        "to the left rounding grows, to the right h squared."
    ).format(curve=curve, x=x, slope=slope, h=h, error=error, best=best, least=least)


# ---------------------------------------------------------------- lesson 02

LOGITS_TITLE, CLASS = _("softmax and its Jacobian"), _("class")
SHARES_TITLE = _("shares $s$  (and $s - t$, hatched)")
JACOBIAN_TITLE, LOGIT_K, SHARE_J = (
    _("Jacobian $J$ and its row sums"),
    _("logit $k$"),
    _("share $j$"),
)
BY_SHARES = _("ds: cross-entropy by the shares")
PRODUCT = _("product: J transposed times ds")
AT_ONCE = _("s - t, your function at once")
SWITCH_ON = _("Switch the cross-entropy on to see what becomes of the product.")
TARGET_CLASS, CROSS_ENTROPY = _("target class"), _("cross-entropy behind the softmax")
SPOILT = _("The division by a tiny share has spoilt the product.")
LOGITS_TOY = _(
    "shares of squares instead of a softmax, with a squared distance behind them, "
    "every slope measured. Its rows do not sum to 0."
)
LOGITS_HINT = _(
    "left a bar for each share, right the Jacobian as a heat map with its row sums, "
    "below three rows of numbers that show how the product with the Jacobian becomes "
    "s minus t."
)


def class_of(number: int) -> str:
    return _("class {number}").format(number=number)


def logit_of(name: str) -> str:
    return _("logit {name}").format(name=name)


def shares_are(logits: str, shares: str, *, largest: str, row_sum: str) -> str:
    return _(
        "Logits {logits} give the shares {shares}. The Jacobian's largest entry is {largest}, "
        "its largest row sum in size {row_sum}."
    ).format(logits=logits, shares=shares, largest=largest, row_sum=row_sum)


def with_target(target: int, at_once: str, apart: str) -> str:
    return _(
        "With target class {target}, s - t is {at_once}; "
        "the product with the Jacobian differs from it by at most {apart}."
    ).format(target=target, at_once=at_once, apart=apart)


# ---------------------------------------------------------------- lesson 03

FITS = {
    "right": _("right"),
    "wrong": _("fits, and is wrong"),
    "misfit": _("wrong shape"),
    "impossible": _("does not multiply"),
}
ORDER_TITLE, FACTORS = _("order and transposes"), _("the two factors, to scale")
ERROR_OF_ENTRIES, NO_ERROR = _("error of each entry"), _("no error to show: the shapes differ")
WANTED, LEFT_FACTOR = _("wanted"), _("left factor")
TRANSPOSE_LEFT, TRANSPOSE_RIGHT = _("transpose the left factor"), _("transpose the right factor")
ORDER_TOY = _("the wanted result is made of sums of rows, so that no product is right.")
ORDER_HINT = _(
    "above the two factors as boxes to scale and the error of each entry as a heat map; "
    "below eight tiles, one for each product, that say whether it multiplies, has the "
    "right shape, and is right."
)


def product_is(name: str, shapes: tuple[object, object], fit: str) -> str:
    return _("{name}, shapes {first} and {second}: {fit}.").format(
        name=name, first=shapes[0], second=shapes[1], fit=FITS[fit]
    )


def products_fitting(wanted: str, shape: tuple[int, ...], *, fitting: int, right: int) -> str:
    return plural(
        "{wanted} has shape {shape}; {fitting} of 8 products have it, {right} of them is right.",
        "{wanted} has shape {shape}; {fitting} of 8 products have it, {right} of them are right.",
        right,
    ).format(wanted=wanted, shape=shape, fitting=fitting, right=right)


def largest_error(size: str) -> str:
    return _("The largest error of an entry is {size}.").format(size=size)


def size(rows: int, columns: int) -> str:
    return _("{rows} by {columns}").format(rows=rows, columns=columns)


def multiply(first: int, second: int) -> str:
    if first == second:
        return _("inner sizes {first} and {second}: they multiply").format(
            first=first, second=second
        )
    return _("inner sizes {first} and {second}: they do not multiply").format(
        first=first, second=second
    )


# ---------------------------------------------------------------- lesson 04

BUGS_TITLE, SUSPECT, FIRST_WEIGHTS = _("planted bugs"), _("suspect"), _("first weights")
GRADIENT_CHECK, PASSES, FAILS = _("gradient check"), _("passes"), _("fails")
WITH_BUG, YOURS = _("with the planted bug"), _("your model_backward")
NOT_KNOWN = _("not known yet")
BUGS_TOY = _("one number that learns, with two made-up bugs; the accuracies mean nothing.")
BUGS_HINT = _(
    "left the training loss of a network with a planted bug and of yours, in the middle "
    "their accuracies on the test samples, right their gradient checks on a logarithmic "
    "axis with the limit as a dotted line."
)


def suspected(name: str, loss: str, *, accuracy: float, error: float, passes: bool) -> str:
    return _(
        "{name}: loss {loss}, test accuracy {accuracy:.3f}, gradient check {error:.0e}: {verdict}."
    ).format(
        name=name, loss=loss, accuracy=accuracy, error=error, verdict=PASSES if passes else FAILS
    )


SIZES_TITLE, SIZE_OF_ENTRY = _("size by depth"), _("typical size of an entry of dW")
INITIALISATION = _("initialisation")
SIZES_TOY = _("sizes from a formula that halve, shrink by a tenth, or stay.")
SIZES_HINT = _(
    "the size of the gradient over the number of the layer, on a logarithmic axis, one "
    "line for sigmoid, tanh and relu."
)


def network_of(depth: int, width: int, scheme: str) -> str:
    return _("{depth} layers of {width} units, scheme {scheme}.").format(
        depth=depth, width=width, scheme=scheme
    )


def sizes(kind: str, *, last: float, first: float, ratio: float) -> str:
    return _(
        "{kind}: {last:.1e} in the last layer, {first:.1e} in the first, a factor of {ratio:.2g}."
    ).format(kind=kind, last=last, first=first, ratio=ratio)


# ---------------------------------------------------------------- lesson 06

DIAMOND_TITLE, CALLS = _("a deep diamond"), _("calls of rules on the way back")
DIAMONDS_AXIS, EVERY_PATH = _("diamonds, one after another"), _("along every path")
YOUR_TAPE, BRANCHES, DIAMONDS = _("your backward_tape"), _("branches"), _("diamonds")
COUNTS = ("", "", _("two"), _("three"), _("four"))
DIAMOND_TOY = _("the operations are counted, and no gradient is computed.")
DIAMOND_HINT = _(
    "two curves over the number of diamonds, on a logarithmic axis: the calls of a walk "
    "along every path run away, those of your engine grow slowly."
)


def along_every_path(depth: int, calls: int) -> str:
    return _("{depth} diamonds along every path: {calls:,}").format(depth=depth, calls=calls)


def calls_made(depth: int, forks: int, *, few: int, many: int, ratio: str) -> str:
    return _(
        "{depth} diamonds, each of {forks} branches: your backward_tape calls {few:,} rules, "
        "a walk along every path {many:,}, {ratio} times as many."
    ).format(depth=depth, forks=COUNTS[forks], few=few, many=many, ratio=ratio)


PASSES_TITLE, PROGRAM = _("forward and backward"), _("program")
INPUTS = _("The inputs. Move the slider: forward first, then backward.")
PASSES_TOY = _("numbers that were noted down; what the rules send is left out.")
PASSES_HINT = _(
    "a graph of a small program running to the right; above each box its value, below it "
    "the contributions that its users have sent, and their sum."
)


def forward(name: str, value: str) -> str:
    return _("Forward: {name} = {value}.").format(name=name, value=value)


def part_to(part: str, name: str) -> str:
    return _("{part} to {name}").format(part=part, name=name)


def rule(name: str, got: str) -> str:
    return _("Backward: the rule of {name} gets {got}.").format(name=name, got=got)


def rule_sends(name: str, got: str, sent: str) -> str:
    return _("Backward: the rule of {name} gets {got} and sends {sent}.").format(
        name=name, got=got, sent=sent
    )


def gradients(parts: str) -> str:
    return _("Gradients so far: {parts}.").format(parts=parts)
