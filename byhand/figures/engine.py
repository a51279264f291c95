"""Lesson 06: a graph that fills forward and backward, and a chain of diamonds.

Two pages.  On the first, values run forward through a small program and gradients
backward, in the order in which the learner's engine calls its rules.  On the second,
the calls of that engine are counted beside those of a walk along every path.
"""

from collections.abc import Mapping
from typing import Any

from byhand.figures import diamonds, passes
from byhand.figures.guard import Functions
from byhand.figures.panel import Panel


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 06 on a notebook's own functions, `show(globals())`."""
    Panel("engine", [passes.view(), diamonds.view()], Functions(namespace)).show()
