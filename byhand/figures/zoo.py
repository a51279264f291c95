"""Lesson 04: a zoo of planted bugs, and the size of a gradient layer by layer.

"It trains" proves nothing: the loss and the accuracy of a network with a planted
bug stand beside those of the learner's own, and the gradient check beside both.
"""

from collections.abc import Mapping
from typing import Any

from byhand.figures import lineup, signal_sizes
from byhand.figures.guard import Functions
from byhand.figures.panel import Panel


def show(namespace: Mapping[str, Any]) -> None:
    """Show the figure of lesson 04 on a notebook's own functions, `show(globals())`."""
    functions = Functions(namespace)
    Panel("zoo", [lineup.view(functions), signal_sizes.view()], functions).show()
