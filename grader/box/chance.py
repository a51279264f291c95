"""The state of the global random generators, alike in two processes.

A test that seeds `random` or `numpy.random` and then calls a function expects that the
function draws from the same sequence, also where it runs in another process.
"""

from __future__ import annotations

import contextlib
import random
from typing import Any

import numpy as np

_WORDS = 624  # of the state of a Mersenne Twister


class Chance:
    """This process's end: tells what has changed, and takes up what is told."""

    def __init__(self) -> None:
        self._known: tuple[Any, ...] = ()

    def news(self) -> dict[str, Any] | None:
        """Return the state, if it is not the one that the other process knows."""
        now = _state()
        if now is None or _key(now) == self._known:
            return None
        self._known = _key(now)
        return now

    def hear(self, state: Any) -> None:
        """Take up the state of the other process; anything else is passed over."""
        if state is None:
            return
        with contextlib.suppress(Exception):
            state_words, position = np.asarray(state["words"]), state["position"]
            # NumPy itself would read beyond its words.
            if state_words.shape == (_WORDS,) and type(position) is int and 0 <= position <= _WORDS:
                random.setstate((3, tuple(state["python"].tolist()), state["gauss"]))
                np.random.set_state(  # noqa: NPY002 - it is what notebooks use
                    (
                        "MT19937",
                        state_words,
                        position,
                        int(state["has_gauss"]),
                        float(state["cached"]),
                    )
                )
                self._known = _key(state)


def _state() -> dict[str, Any] | None:
    _, python, gauss = random.getstate()
    name, words, position, has_gauss, cached = np.random.get_state()  # noqa: NPY002
    if name != "MT19937":
        return None
    return {
        "python": np.array(python, np.int64),
        "gauss": gauss,
        "words": np.array(words, np.uint32),
        "position": int(position),
        "has_gauss": int(has_gauss),
        "cached": float(cached),
    }


def _key(state: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(v.tobytes() if isinstance(v, np.ndarray) else v for v in state.values())


CHANCE = Chance()
