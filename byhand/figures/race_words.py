"""What the figures of lesson 05 say: their pages, their axes, and what became of each walk."""

from byhand.language import text as _

VALLEY, REAL_DATA, SWEEP = _("valley"), _("real data"), _("sweep of rates")
KEEP, FORGET = _("keep this run"), _("forget it")
BETA_1, BETA_2, EPS = _("Adam beta1"), _("Adam beta2"), _("Adam eps")
TURNED_BY, BATCH_SIZE, DATA, PROBLEM = _("turned by"), _("batch size"), _("data"), _("problem")
WALKERS_TOY = _(
    "three walkers that are none of the three optimisers: one steps by the sign of the slope, "
    "one by its root, one straight to the origin."
)
CURVES_TOY = _("curves from a formula; no network is trained, the accuracies mean nothing.")
VALLEY_HINT = _(
    "left the contours of a long valley with the paths of SGD, momentum and Adam; "
    "right the loss of each, step by step, on a logarithmic axis."
)
REAL_DATA_HINT = _(
    "left the training loss over the epochs for SGD, momentum and Adam, on a "
    "logarithmic axis; right their accuracies on the test samples."
)
SWEEP_HINT = _(
    "the loss over the learning rate for SGD, momentum and Adam, both axes "
    "logarithmic, the best rate of each marked by a star."
)
PATHS = _("paths on the contours")
LOSS_AFTER, CROSSES = _("loss after a fixed effort"), _("crosses: diverged")
BEST_BY = {
    "best_rate": _("chosen by your best_rate"),
    "loss": _("the lowest loss"),
    "": "",  # nothing is chosen before all rates are tried
}


def settings(*, lr: float, beta: float, beta1: float, beta2: float, eps: float) -> str:
    return _(
        "rate {lr:.2g}, beta {beta:.2g}, beta1 {beta1:.2g}, beta2 {beta2:.3g}, eps {eps:.0e}"
    ).format(lr=lr, beta=beta, beta1=beta1, beta2=beta2, eps=eps)


def ends_at(name: str, loss: str) -> str:
    return _("{name} ends at a loss of {loss}.").format(name=name, loss=loss)


def walked(steps: int, settings: object, conditioning: str, degrees: float, ends: str) -> str:
    if degrees:
        return _(
            "{steps} steps, {settings}; conditioning {conditioning}, "
            "turned by {degrees:.0f} degrees: {ends}"
        ).format(
            steps=steps, settings=settings, conditioning=conditioning, degrees=degrees, ends=ends
        )
    return _("{steps} steps, {settings}; conditioning {conditioning}: {ends}").format(
        steps=steps, settings=settings, conditioning=conditioning, ends=ends
    )


def pale(settings: object) -> str:
    return _("Pale: {settings}.").format(settings=settings)


def pale_training(data: str, batch: int, settings: object) -> str:
    return _("Pale: {data}, batches of {batch}, {settings}.").format(
        data=data, batch=batch, settings=settings
    )


def training(data: str, epochs: int, batch: int, settings: object, said: str) -> str:
    return _("{data}, {epochs} epochs, batches of {batch}, {settings}: {said}").format(
        data=data, epochs=epochs, batch=batch, settings=settings, said=said
    )


def trained(name: str, loss: str, accuracy: float) -> str:
    return _("{name}: training loss {loss}, test accuracy {accuracy:.3f}.").format(
        name=name, loss=loss, accuracy=accuracy
    )


def diverges_everywhere(name: str) -> str:
    return _("{name} diverges at every rate.").format(name=name)


def best_rate(name: str, rate: float, loss: str, lost: int) -> str:
    return _("{name}: best rate {rate:.2g}, loss {loss}, {lost} rates diverge.").format(
        name=name, rate=rate, loss=loss, lost=lost
    )


def steps(count: int) -> str:
    return _("{count} steps").format(count=count)


def one_pass(samples: int) -> str:
    return _("one pass of {samples}").format(samples=samples)


def swept(problem: str, effort: str, by: str, said: str) -> str:
    return _("{problem}, {effort}; best is {by}. {said}").format(
        problem=problem, effort=effort, by=BEST_BY[by], said=said
    )


WAYS = {
    "creeps": _("creeps"),
    "swings": _("swings"),
    "jumps": _("jumps from side to side"),
    "grows": _("grows"),
}
MAP_AXIS, MAP_TITLE = _("learning rate times curvature"), _("factor a step")
ALONG_FLOOR, UP_WALL = _("along the floor"), _("up the wall")
MOMENTUM_TOY = _("a walker that steps by the root of the slope and keeps no velocity.")
MOMENTUM_HINT = _(
    "left a map over learning rate times curvature and momentum, dark where a direction "
    "shrinks fast, hatched where it grows, with a circle for the floor of the valley and "
    "a square for its wall; right both directions step by step."
)


def descent(
    lr: str, beta: str, conditioning: str, ways: tuple[str, str], factors: tuple[float, float]
) -> str:
    return _(
        "Rate {lr}, momentum {beta}, conditioning {conditioning}. "
        "Floor: {floor}, times {by_floor:.3g} a step; wall: {wall}, times {by_wall:.3g} a step."
    ).format(
        lr=lr,
        beta=beta,
        conditioning=conditioning,
        floor=WAYS[ways[0]],
        wall=WAYS[ways[1]],
        by_floor=factors[0],
        by_wall=factors[1],
    )


def all_diverges(descent: str) -> str:
    return _("{descent} It diverges.").format(descent=descent)


def slower_decides(descent: str, steps: int) -> str:
    return _("{descent} The slower one decides: a thousandth after {steps} steps.").format(
        descent=descent, steps=steps
    )
