"""What experiments print, and what stands in their pictures.

The heads of tables stand in columns: a translation keeps each word's place.
"""

from byhand.language import plural
from byhand.language import text as _

EPOCH, LOSS, SHARE, LEARNING_RATE = _("epoch"), _("loss"), _("share"), _("learning rate")

# ---------------------------------------------------------------- what a gradient costs


def costs(*, forward: float, backward: float, central: float, parameters: int) -> str:
    return _(
        "one forward pass and the loss   {forward:9.3f} ms\n"
        "one backward pass               {backward:9.3f} ms\n"
        "central differences, {parameters} parameters, two forward passes each: {central:.0f} ms\n"
        "that is {passes:.0f} backward passes"
    ).format(
        forward=forward * 1e3,
        backward=backward * 1e3,
        central=central * 1e3,
        parameters=parameters,
        passes=central / backward,
    )


# ---------------------------------------------------------------- sizes of gradients

SIZES = _("Sizes of the entries of dW that are not 0, layer by layer.")
LOG_SIZE = _("log10 of the size of an entry of dW")


def layer(number: int) -> str:
    return _("layer {number}").format(number=number)


def layer_has(number: int, *, zero: float, low: float, high: float) -> str:
    return _(
        "layer {number}: {zero:5.1%} exactly 0; middle 90% of the others {low:.0e} to {high:.0e}"
    ).format(number=number, zero=zero, low=low, high=high)


def middle(number: int, low: str, high: str) -> str:
    return _("Layer {number}: the middle 90 per cent from {low} to {high}.").format(
        number=number, low=low, high=high
    )


def zeros(*, pixels: float, units: float, pairs: float) -> str:
    return _(
        "of all zeros {pixels:.0%} belong to pixels that are never inked,\n"
        "{units:.0%} to units that fire for no image,\n"
        "{pairs:.0%} to an input and a unit that are never on together"
    ).format(pixels=pixels, units=units, pairs=pairs)


# ---------------------------------------------------------------- races

INTERRUPTED = _("Interrupted; here is what was finished.")
MEDIANS = _("Median losses by epoch, a panel for each data set, on one loss axis.")
PARTS = {"train": _("train"), "test": _("test")}
ADAMS_HEAD = _("                     training loss")


def interval(low: str, high: str) -> str:
    return _("{low} to {high}").format(low=low, high=high)


def race_head(problem: str) -> str:
    return _("{problem:20} training loss      test loss         test accuracy").format(
        problem=problem
    )


def adams_head(epochs: int) -> str:
    return _("                     epoch 3         epoch {epochs:<10}test accuracy").format(
        epochs=epochs
    )


def curve(optimizer: str, part: str) -> str:
    return _("{optimizer}, {part}").format(optimizer=optimizer, part=PARTS[part])


def median(problem: str, optimizer: str, part: str, *, first: str, last: str, epochs: int) -> str:
    return _(
        "{problem}, {optimizer}, {part} loss: {first} after epoch 1, {last} after epoch {epochs}."
    ).format(
        problem=problem,
        optimizer=optimizer,
        part=PARTS[part],
        first=first,
        last=last,
        epochs=epochs,
    )


# ---------------------------------------------------------------- rates

SWEPT = _("Loss over the learning rate, on logarithmic axes, the best rate marked.")
SWEEPS = (_("30-4-2, 16 samples"), _("30-16-2, 427 samples"))
EQUAL, UNEQUAL = _("equal scales"), _("unequal scales")


def speed(name: str, *, together: float, alone: float) -> str:
    return _(
        "{name:21}{together:6.1f} ms at once, {alone:6.1f} ms singly: {ratio:.1f} times"
    ).format(name=name, together=together * 1e3, alone=alone * 1e3, ratio=alone / together)


def after(steps: int) -> str:
    return _("after {steps} steps").format(steps=steps)


def best(steps: int, rate: float, loss: str) -> str:
    return _("after {steps} steps: best rate {rate:.2f}, loss {loss}").format(
        steps=steps, rate=rate, loss=loss
    )


def best_in_words(steps: int, rate: float, loss: str) -> str:
    return _("After {steps} steps: best rate {rate:.2f}, loss {loss}.").format(
        steps=steps, rate=rate, loss=loss
    )


def turned(degrees: float, losses: str) -> str:
    return _("{degrees:3.0f} degrees {losses}").format(degrees=degrees, losses=losses)


def scales_head(title: str) -> str:
    return _("{title:25}training loss    test accuracy").format(title=title)


def scales_row(optimizer: str, rate: float, losses: str, accuracies: str) -> str:
    return _("  {optimizer:10} rate {rate:<8}{losses:17}{accuracies}").format(
        optimizer=optimizer, rate=rate, losses=losses, accuracies=accuracies
    )


# ---------------------------------------------------------------- suspects and training

SUSPECTS_HEAD = _("                              loss    acc.  guess  angle   check")


def stopped_suspects(count: int) -> str:
    return plural("stopped after {count} suspect", "stopped after {count} suspects", count).format(
        count=count
    )


def stopped_epochs(count: int) -> str:
    return plural("stopped after {count} epoch", "stopped after {count} epochs", count).format(
        count=count
    )


def accuracy(share: float) -> str:
    return _("test accuracy {share:.3f}").format(share=share)


def accuracy_and_wrong(share: float, wrong: int, samples: int) -> str:
    return _("test accuracy {share:.3f}: {wrong} of {samples} are wrong").format(
        share=share, wrong=wrong, samples=samples
    )


def wrong_images(wrong: int, samples: int, shown: int) -> str:
    return _("{wrong} of {samples} test images are wrong; here are {shown}.").format(
        wrong=wrong, samples=samples, shown=shown
    )


def is_says(label: object, answer: object) -> str:
    return _("is {label}\nsays {answer}").format(label=label, answer=answer)


def taken_for(label: object, answer: object) -> str:
    return _("A {label} for which the network says {answer}.").format(label=label, answer=answer)
