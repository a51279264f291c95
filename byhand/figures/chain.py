"""Lesson 01: a fork, step by step backwards; counting paths; the step h.

Three pages.  On the first, the contributions of two paths add up, beside a
measured slope.  On the second, the products that a sum over paths needs run away
from those of a backward pass.  On the third, the error of a central difference
falls with h, and rises again.
"""

from collections.abc import Mapping
from typing import Any

from byhand.figures import counting, fork, stepsize
from byhand.figures.guard import Functions
from byhand.figures.panel import Panel


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 01 on a notebook's own functions, `show(globals())`."""
    views = [fork.view(), counting.view(), stepsize.view()]
    Panel("chain", views, Functions(namespace)).show()
