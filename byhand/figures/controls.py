"""Controls with a label, of one width, moved by mouse and by keyboard."""

from collections.abc import Iterable
from typing import Any

import ipywidgets as widgets

_LAYOUT = {"width": "270px"}  # two beside each other in a narrow notebook
_STYLE = {"description_width": "92px"}


def slider(label: str, value: float, low: float, high: float, step: float) -> Any:
    """Return a slider; whole numbers where the step is one."""
    whole = all(isinstance(number, int) for number in (value, low, high, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    digits = {} if whole else {"readout_format": ".2f" if step < 0.1 else ".1f"}
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        tooltip=label,
        layout=_LAYOUT,
        style=_STYLE,
        **digits,
    )


def log_slider(label: str, value: float, low: int, high: int, step: float = 0.05) -> Any:
    """Return a slider from 10**low to 10**high that moves in equal factors."""
    return widgets.FloatLogSlider(
        value=value,
        base=10,
        min=low,
        max=high,
        step=step,
        description=label,
        tooltip=label,
        readout_format=".2g",
        layout=_LAYOUT,
        style=_STYLE,
    )


def choice(label: str, options: Iterable[Any], value: Any, *, width: str = "270px") -> Any:
    """Return a drop-down list."""
    return widgets.Dropdown(
        options=list(options),
        value=value,
        description=label,
        tooltip=label,
        layout={"width": width},
        style=_STYLE,
    )


def switch(label: str, *, value: bool) -> Any:
    """Return a check box with its label behind it."""
    return widgets.Checkbox(
        value=value, description=label, tooltip=label, indent=False, layout=_LAYOUT
    )
