"""The names and hints of the mistakes that are recognised without being declared.

A name is the same in every language: reports are told apart by it.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.judge.outcome import Diagnosis
from grader.judge.slips import Form, Numbers, Scale, Slip
from grader.language import later
from grader.language import text as _


def reference_fails(exercise: str, case: str, message: str) -> str:
    return _("the reference of {exercise} fails on {case} ({message}); correct the lesson").format(
        exercise=exercise, case=case, message=message
    )


OPPOSITE_SIGN = Diagnosis(
    name=later("opposite sign"),
    hint=_(
        "The sign is the other one. Which difference is taken the other way round, or which "
        "minus is missing?"
    ),
)
_SCALES = {
    Scale.OVER_M: Diagnosis(
        name=later("an extra 1/m"),
        hint=_("Every entry is too small by the batch size. Is the mean taken twice?"),
    ),
    Scale.TIMES_M: Diagnosis(
        name=later("no 1/m"),
        hint=_(
            "Every entry is too large by the batch size. Is what is asked for a sum over the "
            "samples, or a mean?"
        ),
    ),
}
_FORMS = {
    Form.TRANSPOSED: Diagnosis(
        name=later("transposed"),
        hint=_(
            "The result is the transpose of what was asked for. "
            "Which index counts the rows, and which the columns?"
        ),
    ),
    Form.LOST_AXIS: Diagnosis(
        name=later("a lost axis"),
        hint=_(
            "The numbers are in their order, and an axis of length 1 is gone. Which step, a sum "
            "or an index, takes an axis away, and how is it told to keep it?"
        ),
    ),
    Form.FLATTENED: Diagnosis(
        name=later("flattened"),
        hint=_(
            "The numbers are in their order, in one row. Where does your function forget the "
            "shape of its argument?"
        ),
    ),
}
_NUMBERS = {
    Numbers.WHOLE: Diagnosis(
        name=later("cut to integers"),
        hint=_(
            "What stands behind the decimal point is lost. Which array was made with integers, "
            "and what happens to a float that is put into it?"
        ),
    ),
    Numbers.OTHER: Diagnosis(
        name=later("another dtype"),
        hint=_("The numbers are held in another dtype than asked for. Where does it come from?"),
    ),
}


DIGITS_LOST = Diagnosis(
    name=later("digits lost"),
    hint=_(
        "The values are right to some digits, and then no more. Is a slope measured by a "
        "difference quotient where it is to be derived, a constant rounded, or a small number "
        "computed as the difference of two large ones?"
    ),
)


def of_slip(slip: Slip) -> Iterator[Diagnosis]:
    """Yield the name and hint of each thing that slipped; the value's come before the type's."""
    if slip.form is not Form.SAME:
        yield _FORMS[slip.form]
    if slip.scale is not Scale.ONE:
        yield _SCALES[slip.scale]
    if slip.negative:
        yield OPPOSITE_SIGN
    if slip.factor is not None:
        yield Diagnosis(
            name=later("a constant factor of {factor:.3g}").format(factor=slip.factor),
            factor=slip.factor,
            hint=_("Every entry is off by the same factor. Which constant is missing or doubled?"),
        )
    if slip.numbers is not Numbers.SAME:
        yield _NUMBERS[slip.numbers]
