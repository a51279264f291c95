"""The names and hints of the mistakes that are recognised without being declared."""

from __future__ import annotations

from grader.judge.outcome import Diagnosis
from grader.language import text as _

OPPOSITE_SIGN = Diagnosis(
    name=_("opposite sign"), hint=_("Look at the sign: which way does the loss go?")
)
EXTRA_MEAN = Diagnosis(
    name=_("an extra 1/m"),
    hint=_("Every entry is too small by the batch size. Is the mean taken twice?"),
)
NO_MEAN = Diagnosis(
    name=_("no 1/m"),
    hint=_("Every entry is too large by the batch size. Is the loss a sum or a mean?"),
)
TRANSPOSED = Diagnosis(
    name=_("transposed"),
    hint=_(
        "The result is the transpose of what was asked for. "
        "Which index counts the rows, and which the columns?"
    ),
)


def constant_factor(factor: float) -> Diagnosis:
    """Return the mistake of a factor that is the same in all cases."""
    return Diagnosis(
        name=_("a constant factor of {factor:.3g}").format(factor=factor),
        hint=_("Every entry is off by the same factor. Which constant is missing or doubled?"),
    )
