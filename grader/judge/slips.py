"""Slips that any result may show beside another mistake: a sign, a factor, a transpose, an axis.

A slip relates what a student's function returned to what it should have been a slip of: the
reference's answer, or that of a known mistake.  It is a hypothesis about every case at once;
`candidates` reads off one entry which hypotheses are worth trying, `Slip.holds` tries one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from grader.judge.compare import Array, Yardstick, ratio


class Form(Enum):
    """What became of a result's axes."""

    SAME = "same"
    TRANSPOSED = "transposed"
    LOST_AXIS = "lost axis"
    FLATTENED = "flattened"


class Scale(Enum):
    """By what a result was multiplied; m is the batch size of the case."""

    ONE = "1"
    MINUS = "-1"
    OVER_M = "1/m"
    TIMES_M = "m"


class Numbers(Enum):
    """How a result's numbers are held."""

    SAME = "same"
    WHOLE = "whole"  # cut to integers
    OTHER = "other"  # the right numbers in a dtype that was not asked for


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A hypothesis; `factor` is a constant besides, None where there is none."""

    form: Form = Form.SAME
    scale: Scale = Scale.ONE
    negative: bool = False
    numbers: Numbers = Numbers.SAME
    factor: float | None = None

    @property
    def weight(self) -> int:
        """How many things went wrong."""
        return sum(
            (
                self.form is not Form.SAME,
                self.scale is not Scale.ONE,
                self.negative,
                self.numbers is not Numbers.SAME,
                self.factor is not None,
            )
        )

    def holds(self, found: Any, target: Any, m: int | None, yardstick: Yardstick) -> bool:
        """Whether the slip leads from a target to what was found, in one case.

        Args:
            m: the case's batch size, where it has one.
        """
        if not is_numeric(found) or not is_numeric(target):
            return False
        found, target = np.asarray(found), np.asarray(target)
        if self.scale is not Scale.ONE and m is None:
            return False
        made = _shaped(target, self.form, found.shape)
        if made is None:
            return False
        made = np.asarray(made, dtype=float) * self.scalar(m)
        if self.numbers is Numbers.WHOLE:
            return bool(found.dtype.kind in "iu" and np.array_equal(found, np.trunc(made)))
        if self.numbers is Numbers.SAME and not _same_kind(found, target, yardstick):
            return False
        rough = (
            1e-2 if found.dtype == np.float16 else 1e-4 if _is_single(found, yardstick) else 1e-6
        )
        bound = np.maximum(yardstick.bound(made), rough * np.abs(made))
        with np.errstate(invalid="ignore", over="ignore"):
            close = np.abs(found.astype(float) - made) <= bound
        return bool(np.all(close | (found == made)))

    def scalar(self, m: int | None) -> float:
        """Return what the result was multiplied with, in a case with this batch size."""
        size = float(m or 1)
        scale = {Scale.OVER_M: 1 / size, Scale.TIMES_M: size}.get(self.scale, 1.0)
        return (self.factor or 1.0) * scale * (-1.0 if self.negative else 1.0)


NONE = Slip()


def slipped(slip: Slip, target: Any, m: int | None) -> Array | None:
    """Return what a slip makes of a value; None where its form does not fit the value's."""
    array = np.asarray(target)
    made: Array | None = array
    if slip.form is Form.TRANSPOSED:
        made = array.T if array.ndim == 2 else None
    elif slip.form is Form.LOST_AXIS:
        made = np.squeeze(array)
    elif slip.form is Form.FLATTENED:
        made = np.ravel(array)
    if made is None:
        return None
    with np.errstate(over="ignore"):
        made = np.asarray(made, dtype=float) * slip.scalar(m)
    return np.trunc(made).astype(int) if slip.numbers is Numbers.WHOLE else made


def candidates(found: Any, target: Any, m: int | None, yardstick: Yardstick) -> Iterator[Slip]:
    """Yield the slips that may lead from a target to what was found, simple ones first."""
    if not is_numeric(found) or not is_numeric(target):
        return
    found, target = np.asarray(found), np.asarray(target)
    numbers = _numbers(found, target, yardstick)
    for form in Form:
        made = _shaped(target, form, found.shape)
        if made is None or (form is Form.TRANSPOSED and np.array_equal(made, target)):
            continue
        for slip in _scales(found, made, m, form, numbers, single=_is_single(found, yardstick)):
            if slip.holds(found, target, m, yardstick):
                yield slip


def _scales(
    found: Array, made: Array, m: int | None, form: Form, numbers: Numbers, *, single: bool
) -> Iterator[Slip]:
    for negative in (False, True):
        for scale in (Scale.ONE, *((Scale.OVER_M, Scale.TIMES_M) if m and m > 1 else ())):
            yield Slip(form=form, scale=scale, negative=negative, numbers=numbers)
    factor = ratio(found, made, single=single) if numbers is Numbers.SAME else None
    if factor is not None:
        yield Slip(form=form, numbers=numbers, factor=factor)


def _numbers(found: Array, target: Array, yardstick: Yardstick) -> Numbers:
    if _same_kind(found, target, yardstick):
        return Numbers.SAME
    if found.dtype.kind in "iu" and target.dtype.kind == "f":
        return Numbers.WHOLE
    return Numbers.OTHER


def _same_kind(found: Array, target: Array, yardstick: Yardstick) -> bool:
    if found.dtype.kind == "f" and target.dtype.kind == "f":
        # Half precision is another dtype wherever it comes; single is right for single inputs.
        return found.dtype.itemsize >= min(target.dtype.itemsize, 4 if yardstick.single else 8)
    kinds = {"i": "i", "u": "i"}
    return kinds.get(found.dtype.kind, found.dtype.kind) == kinds.get(
        target.dtype.kind, target.dtype.kind
    )


def _is_single(found: Array, yardstick: Yardstick) -> bool:
    return yardstick.single or found.dtype == np.float32


def _shaped(target: Array, form: Form, shape: tuple[int, ...]) -> Array | None:
    """Return the target with its axes as this form has them; None where that does not fit."""
    if form is Form.SAME:
        return target if target.shape == shape else None
    if form is Form.TRANSPOSED:
        return target.T if target.ndim == 2 and target.T.shape == shape else None
    if target.size != int(np.prod(shape)) or len(shape) >= target.ndim:
        return None
    without_ones = tuple(side for side in target.shape if side != 1)
    lost = tuple(side for side in shape if side != 1) == without_ones
    if (form is Form.LOST_AXIS) == lost and (lost or len(shape) == 1):
        return target.reshape(shape)
    return None


def is_numeric(value: Any) -> bool:
    """Whether a value is a number or an array of numbers; a truth value is none."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) < 2**63
    return isinstance(value, float) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "iuf"
    )
