"""What stands beside a figure that moves: its pages, what each shows, and how things are."""

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
