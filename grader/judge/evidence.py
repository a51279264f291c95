"""What was seen of a result, as values; `grader.report.words` puts them into sentences.

Two pieces of evidence are equal when they tell of the same difference, so a known mistake
is recognised by comparing them.  None holds an input, a value of the reference, or a name
that the student chose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Label = str | int  # the name of a part, or its place in a sequence


@dataclass(frozen=True, kw_only=True)
class Sort:
    """What sort of value it is, without its content.

    Attributes:
        type: "array", "list", "float", ...; of an object, its class's name.
        dtype, shape: of an array.
        length: of a list or a tuple.
    """

    type: str
    dtype: str = ""
    shape: tuple[int, ...] | None = None
    length: int | None = None

    @classmethod
    def of(cls, value: Any) -> Sort:
        """Return what sort of value this is."""
        if isinstance(value, np.ndarray):
            return cls(type="array", dtype=str(value.dtype), shape=value.shape)
        if isinstance(value, list | tuple):
            return cls(type=type(value).__name__, length=len(value))
        return cls(type="None" if value is None else type(value).__name__)


@dataclass(frozen=True, kw_only=True)
class OtherSort:
    """Another type or dtype than asked for; parts are the names of an expected tuple's."""

    found: Sort
    expected: Sort
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherKeys:
    """A dict with other keys; `missing` and `extra` may both be there."""

    expected: tuple[str, ...]
    missing: tuple[str, ...]
    extra: int


@dataclass(frozen=True, kw_only=True)
class OtherLength:
    """A tuple or list of another length."""

    found: int
    expected: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherShape:
    """An array of another shape; nothing broadcasts."""

    found: tuple[int, ...]
    expected: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class NotFinite:
    """NaN or infinity where the reference is finite."""

    shape: tuple[int, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class OtherValues:
    """The right shape with other entries.

    Attributes:
        count: how many differ by more than the tolerance.
        factor: by which all entries differ, where it is one and gives nothing away.
        digits: to how many the values agree, where they nearly do.
    """

    shape: tuple[int, ...]
    count: int
    factor: float | None = None
    digits: int | None = None


@dataclass(frozen=True, kw_only=True)
class OtherNumber:
    """An exact integer that differs."""

    too_large: bool


@dataclass(frozen=True, kw_only=True)
class OtherExact:
    """A string, a truth value or None that differs."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A result of several parts.

    Attributes:
        right: labels of the parts that are right.
        wrong: the others, each with its evidence.
    """

    right: tuple[Label, ...]
    wrong: tuple[tuple[Label, Evidence], ...]


@dataclass(frozen=True, kw_only=True)
class Failed:
    """There is no value; message is what the box, or Python, says of it."""

    message: str


@dataclass(frozen=True, kw_only=True)
class NoException:
    """The contract asks for an exception; message tells of another failure, if there is one."""

    expected: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Warned:
    """The value is right, and the call warned where the contract forbids it."""

    warning: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The value is right, and an argument was changed in place."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The value is right, and shares memory with an argument where it must not."""


@dataclass(frozen=True, kw_only=True)
class Twins:
    """The value is right, and two of its arrays share memory where they must not."""


@dataclass(frozen=True, kw_only=True)
class Undrawn:
    """The value is right, and nothing was drawn from a generator that the call was given."""


@dataclass(frozen=True, kw_only=True)
class Unsteady:
    """Of two equal questions one was answered rightly, and the other not."""


@dataclass(frozen=True, kw_only=True)
class NoStructure:
    """A check could not find its way in the result; exception is what it met."""

    exception: str


@dataclass(frozen=True, kw_only=True)
class AsReleased:
    """The cell is as it was released."""


@dataclass(frozen=True, kw_only=True)
class NoAnswer:
    """Of a task that is answered in writing: nothing is written, or its cell is gone."""

    deleted: bool


_NUMBER = re.compile(r"[-+]?\d[\d.,e+-]*")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What an author's check says is wrong: a finding, and the numbers of this one case.

    Attributes:
        finding: the sentence without its numbers, in the pieces between them.
        numbers: they vary from case to case, and do not make it another finding.
    """

    finding: tuple[str, ...]
    numbers: tuple[str, ...] = field(compare=False)

    @classmethod
    def of(cls, sentence: str) -> Checked:
        """Take a check's sentence apart."""
        return cls(finding=tuple(_NUMBER.split(sentence)), numbers=tuple(_NUMBER.findall(sentence)))


@dataclass(frozen=True, kw_only=True)
class AsTold:
    """What a report said that was read back; its values are gone."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What a misconception explains of what is wrong.

    Attributes:
        parts: of the result, each by its labels from outside in; None is any place in a list.
            None of them where it is the result as a whole, or there is none.
        groups: of cases.
    """

    parts: tuple[tuple[Label | None, ...], ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InCase:
    """Evidence, and the case that it was seen in: its group, and the sizes that may be shown."""

    group: str
    shapes: tuple[tuple[str, int | str], ...]
    evidence: Evidence


Evidence = (
    OtherSort
    | OtherKeys
    | OtherLength
    | OtherShape
    | NotFinite
    | OtherValues
    | OtherNumber
    | OtherExact
    | Parts
    | Failed
    | NoException
    | Warned
    | Changed
    | Shares
    | Twins
    | Undrawn
    | Unsteady
    | NoStructure
    | AsReleased
    | NoAnswer
    | AsTold
    | Checked
    | Explained
    | InCase
)


# What says plainly where to look comes first; an exception may come from far away.
_CLEAR: tuple[type, ...] = (
    *(OtherShape, OtherLength, OtherKeys, OtherSort, Changed, Undrawn, Shares, Twins, Checked),
    *(
        NoException,
        Unsteady,
        OtherValues,
        OtherNumber,
        OtherExact,
        NotFinite,
        Warned,
        NoStructure,
        Failed,
        AsTold,
    ),
)


def clarity(evidence: Evidence) -> int:
    """Return how plainly a piece of evidence says where to look; smaller is clearer."""
    if isinstance(evidence, InCase):
        return clarity(evidence.evidence)
    if isinstance(evidence, Parts):
        return min(clarity(inner) for _label, inner in evidence.wrong)
    if isinstance(evidence, OtherValues) and evidence.factor:
        return 0
    if isinstance(evidence, OtherValues) and evidence.digits is not None:
        # Where other values are wholly off, that some are nearly right leads astray.
        return 2 * _CLEAR.index(OtherExact) + 2
    return 2 * (_CLEAR.index(type(evidence)) if type(evidence) in _CLEAR else len(_CLEAR)) + 1
