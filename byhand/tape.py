"""Record a program while it is written down: operators on Vars append to a tape.

A tape is a plain list of (operation, places of its inputs, options), in the order of
running.  Nothing is computed here: what an operation does, and what it does to a
gradient, is the business of whoever runs the tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from byhand import words

Entry = tuple[str, tuple[int, ...], dict[str, Any]]
Tape = list[Entry]


class Var:
    """A value of a program that has not run yet: a place on a tape.

    `Var(tape)` appends an input.  Operators append what they do: after
    `y = W @ x + b` the tape has a matmul and an add more, and y is the last place.

    Attributes:
        tape: the list that is recorded on.
        place: the number of its entry there.
    """

    __array_ufunc__ = None  # `array + var` asks Var, which then says what to do

    def __init__(self, tape: Tape) -> None:
        """Append an input to a tape.

        Raises:
            ValueError: the tape already holds an operation; inputs come first.
        """
        if any(op != "input" for op, _, _ in tape):
            raise ValueError(words.INPUTS_FIRST)
        self.tape, self.place = tape, len(tape)
        tape.append(("input", (), {}))

    def __repr__(self) -> str:
        op, inputs, options = self.tape[self.place]
        inside = [f"entry {place}" for place in inputs]
        inside += [f"{name}={value!r}" for name, value in options.items()]
        return f"<entry {self.place}: {op}({', '.join(inside)})>"

    def __add__(self, other: Var) -> Var:
        return record("add", self, other)

    def __sub__(self, other: Var) -> Var:
        return record("subtract", self, other)

    def __mul__(self, other: Var) -> Var:
        return record("multiply", self, other)

    def __truediv__(self, other: Var) -> Var:
        return record("divide", self, other)

    def __matmul__(self, other: Var) -> Var:
        return record("matmul", self, other)

    def __radd__(self, other: object) -> Var:
        return record("add", other, self)

    def __rsub__(self, other: object) -> Var:
        return record("subtract", other, self)

    def __rmul__(self, other: object) -> Var:
        return record("multiply", other, self)

    def __rtruediv__(self, other: object) -> Var:
        return record("divide", other, self)

    def __rmatmul__(self, other: object) -> Var:
        return record("matmul", other, self)

    @property
    def T(self) -> Var:  # noqa: N802 - as NumPy calls it
        """Its transpose."""
        return record("transpose", self)

    def sum(self, axis: int | None = None, *, keepdims: bool = False) -> Var:
        """Record its sum, over all entries or over one axis."""
        return record("sum", self, **_chosen(axis=axis, keepdims=keepdims))

    def mean(self, axis: int | None = None, *, keepdims: bool = False) -> Var:
        """Record its mean, over all entries or over one axis."""
        return record("mean", self, **_chosen(axis=axis, keepdims=keepdims))

    def take(self, indices: Sequence[int], axis: int | None = None) -> Var:
        """Record the choice of some rows or columns; without an axis, of some entries."""
        return record("take", self, indices=list(indices), **_chosen(axis=axis))


def record(op: str, *inputs: object, **options: Any) -> Var:
    """Append an operation to the tape of its inputs.

    Args:
        op: its name, such as "relu".
        inputs: Vars of one tape.
        options: what the operation needs besides, such as axis=0.

    Returns:
        The operation's value, as a Var.

    Raises:
        TypeError: an input is no Var; a number or an array has no place on a tape.
        ValueError: the inputs are not on one tape.
    """
    for value in inputs:
        if not isinstance(value, Var):
            raise TypeError(words.no_var(op, value))
    places = [value for value in inputs if isinstance(value, Var)]
    if not places or any(value.tape is not places[0].tape for value in places):
        raise ValueError(words.several_tapes(op, len(places)))
    made = object.__new__(Var)
    made.tape, made.place = places[0].tape, len(places[0].tape)
    made.tape.append((op, tuple(value.place for value in places), options))
    return made


def logsumexp(x: Var, axis: int | None = None, *, keepdims: bool = False) -> Var:
    """Record the logarithm of a sum of exponentials, over all entries or over one axis."""
    return record("logsumexp", x, **_chosen(axis=axis, keepdims=keepdims))


exp = partial(record, "exp")
log = partial(record, "log")
relu = partial(record, "relu")
sigmoid = partial(record, "sigmoid")
tanh = partial(record, "tanh")


def _chosen(**options: Any) -> dict[str, Any]:
    """Return the options that differ from NumPy's defaults: a tape is there to be read."""
    return {
        name: value for name, value in options.items() if value is not None and value is not False
    }
