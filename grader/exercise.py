"""The author's vocabulary: what a lesson's hidden files say about its exercises.

They only declare.  `exercise` names one; its `cases` take a generator of hidden
cases, its `mistake` an executable misconception.  All are collected while the
files are read; cases are drawn when a submission is judged, and once by a build.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader import words
from grader.shown import Shown

CaseMaker = Callable[[np.random.Generator], Iterator["Case"]]
Check = Callable[..., "str | None"]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_size(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < np.inf


def _is_dict(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value))


def _are(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple | list) and all(map(kind, value))


# What an author may say, by the word for it: the form that is expected, and whether it is that.
_FORMS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("name", "hint", "group"), (words.TEXT, _is_text)),
    **dict.fromkeys(
        ("returns", "builds_on", "not_alone", "withholds"), (words.TUPLE_OF_NAMES, _are(_is_text))
    ),
    **dict.fromkeys(("relative", "absolute"), (words.SIZE, _is_size)),
    **dict.fromkeys(("seconds", "megabytes"), (words.ABOVE_ZERO, lambda x: _is_size(x) and x)),
    **dict.fromkeys(
        ("silent", "fresh", "draws"), (words.TRUE_OR_FALSE, lambda x: isinstance(x, bool))
    ),
    **dict.fromkeys(("shapes", "keywords"), (words.DICT_BY_NAME, _is_dict)),
    **dict.fromkeys(("answer", "check"), (words.FUNCTION, callable)),
    "cases": (words.GENERATOR, inspect.isgeneratorfunction),
    "tolerance": (words.TOLERANCE, lambda x: isinstance(x, Tolerance)),
    "earns": (words.TEXT, lambda x: isinstance(x, str)),
    "stand_in": (words.SHOWN, lambda x: isinstance(x, Shown)),
    "raises": (words.EXCEPTION, lambda x: isinstance(x, type) and issubclass(x, Exception)),
    "then": (words.TUPLE_OF_STEPS, _are(lambda x: isinstance(x, Step))),
}
_MAY_BE_NONE = ("seconds", "megabytes", "check", "tolerance", "raises", "stand_in")


def _expect(where: str, **said: Any) -> None:
    """Refuse what an author says in another form than it is meant; raises TypeError."""
    for name, value in said.items():
        form, fits = _FORMS[name]
        if not fits(value) and not (value is None and name in _MAY_BE_NONE):
            found = getattr(value, "__name__", repr(value))
            raise TypeError(words.another_form(where, name, found, form))


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How far a right float may lie from the reference.

    Attributes:
        relative: allowed error per unit of the reference's entry.
        absolute: allowed error per unit of the largest input entry (1 where
            no input is a float), so that an exact 0 has a tolerance too.

    Without options, from both sides: an operation rounds by 1.1e-16, so a sum of a hundred
    terms that cancel to a tenth comes out within 1e-13 in any order, and `absolute` is ten
    times that; what went through float32 on its way is off by some 3e-8 of its size, and
    `relative` is a thirtieth of that.
    """

    relative: float = 1e-9
    absolute: float = 1e-12

    def __post_init__(self) -> None:
        _expect("Tolerance", relative=self.relative, absolute=self.absolute)


@dataclass(frozen=True)
class Rng:
    """An argument that arrives as `numpy.random.default_rng(seed)`."""

    seed: int


@dataclass(frozen=True)
class Call:
    """A step on an object: call a method; its result is compared."""

    method: str
    arguments: tuple[Any, ...]

    def __init__(self, method: str, *arguments: Any) -> None:
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "arguments", arguments)

    @property
    def plain(self) -> tuple[Any, ...]:
        """The step as it crosses the wire."""
        return ("call", self.method, *self.arguments)


@dataclass(frozen=True)
class Get:
    """A step on an object: read an attribute; its value is compared."""

    attribute: str

    @property
    def plain(self) -> tuple[Any, ...]:
        """The step as it crosses the wire."""
        return ("get", self.attribute)


@dataclass(frozen=True)
class Set:
    """A step on an object: set an attribute; nothing is compared."""

    attribute: str
    value: Any

    @property
    def plain(self) -> tuple[Any, ...]:
        """The step as it crosses the wire."""
        return ("set", self.attribute, self.value)


Step = Call | Get | Set


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One hidden call, and how its result is judged.

    Args:
        arguments: positional arguments: arrays, numbers, strings, None, lists,
            tuples, dicts of these, `Rng`, `Shown`, or functions (answered by the judge).
        group: the name a student sees, "a batch of one"; partial credit is by group.
        shapes: what a student may see of the case, sizes and what tells it apart from
            others: {"n_out": 4, "m": 5, "kind": "relu"}; "m" is the batch size, which
            the judge needs to recognise a missing 1/m.
        keywords: keyword arguments of the call.
        then: for a class: the steps to take on the new object, in order.
        check: judges the result instead of a comparison with the reference:
            called as check(result, *arguments), returns None if right, else one
            sentence for the student, without a hidden input.
        raises: the exception that the contract asks for.
        tolerance: overrides that of the exercise.
        silent: the contract forbids warnings.
        fresh: the result must share no memory with an argument, nor its arrays with each other.
        draws: the call must draw from each generator that it is given.
        seconds: wall clock limit of the call; None for that of all calls, `call_seconds`.
        megabytes: memory that the call may allocate at its peak.
    """

    arguments: tuple[Any, ...]
    group: str
    shapes: Mapping[str, int | str] = field(default_factory=dict)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[Step, ...] = ()
    check: Check | None = None
    raises: type[Exception] | None = None
    tolerance: Tolerance | None = None
    silent: bool = False
    fresh: bool = False
    draws: bool = False
    seconds: float | None = None
    megabytes: float | None = None

    def __init__(self, *arguments: Any, group: str, **options: Any) -> None:
        if unknown := options.keys() - _CASE_DEFAULTS.keys():
            raise TypeError(words.no_option(unknown, _CASE_DEFAULTS))
        _expect("Case", group=group, **options)
        # At one stroke: hundreds are made for each submission.
        vars(self).update(_CASE_DEFAULTS, arguments=arguments, group=group, **options)

    @property
    def title(self) -> str:
        """The group and its shapes, as feedback shows them."""
        sizes = ", ".join(f"{name} {size}" for name, size in self.shapes.items())
        return f'"{self.group}" ({sizes})' if sizes else f'"{self.group}"'


_CASE_DEFAULTS: dict[str, Any] = {
    "shapes": {},
    "keywords": {},
    "then": (),
    "check": None,
    "raises": None,
    "tolerance": None,
    "silent": False,
    "fresh": False,
    "draws": False,
    "seconds": None,
    "megabytes": None,
}


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A misconception as an executable hypothesis: its answer, its name, its hint.

    Attributes:
        earns: why who makes it earns more than a third of the points; "" where they do not.
    """

    name: str
    answer: Callable[..., Any]
    hint: str
    earns: str = ""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise, ready to judge: its hidden cases and its known mistakes.

    Attributes:
        returns: names of the parts of a tuple result, for the feedback.
        builds_on: exercises whose functions this one calls; when one of them
            failed, this one is asked again with that one answered for it.
        not_alone: groups that wrong functions cannot help being right in: they earn only
            together with another one.
        withholds: modules that have the answer ready: the lesson's submissions may not import them.
        stand_in: answers for this exercise where a later one is asked again, in the student's
            process; None if the reference does, from outside.
    """

    id: str
    make_cases: CaseMaker
    returns: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    not_alone: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    stand_in: Shown | None = None
    tolerance: Tolerance = Tolerance()
    mistakes: tuple[Mistake, ...] = ()
    points: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an author wrote something, for messages."""

    file: str
    line: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What an author asks of one exercise; `exercise` makes it.

    Attributes:
        place: where the author named the exercise.
        options: what was said with the name: fields of an Exercise.
        makers: the generators of hidden cases, and where each was declared.
        mistakes: in the order in which the judge tries them.
    """

    id: str
    place: Place
    options: Mapping[str, Any]
    makers: list[tuple[CaseMaker, Place]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def cases(self, make_cases: CaseMaker) -> CaseMaker:
        """Declare the hidden cases, as a decorator; the generator gets a seeded rng."""
        _expect(words.cases_of(self.id), cases=make_cases)
        self.makers.append((make_cases, _written()))
        return make_cases

    def mistake(self, name: str, *, answer: Callable[..., Any], hint: str, earns: str = "") -> None:
        """Declare a known mistake.

        Args:
            name: what the student reads of it.
            answer: computes what a student who makes it gets.
            hint: a question that points at the step that went wrong.
            earns: why it is fair that this student gets more than a third of the points.
        """
        _expect(words.mistake_in(self.id), name=name, answer=answer, hint=hint, earns=earns)
        self.mistakes.append(Mistake(name=name, answer=answer, hint=hint, earns=earns))


_collecting: ContextVar[list[Asked] | None] = ContextVar("asked", default=None)


@contextmanager
def collecting() -> Iterator[list[Asked]]:
    """Collect what is declared inside the with block, in its order."""
    asked: list[Asked] = []
    token = _collecting.set(asked)
    try:
        yield asked
    finally:
        _collecting.reset(token)


def _written() -> Place:
    """Return the line of the author's file that is being run."""
    frame = sys._getframe(1)  # noqa: SLF001 - the way to the caller's line
    while frame.f_code.co_filename == __file__ and frame.f_back:
        frame = frame.f_back
    return Place(file=frame.f_code.co_filename, line=frame.f_lineno)


def exercise(
    name: str,
    *,
    returns: Sequence[str] = (),
    builds_on: Sequence[str] = (),
    not_alone: Sequence[str] = (),
    withholds: Sequence[str] = (),
    stand_in: Shown | None = None,
    tolerance: Tolerance | None = None,
) -> Asked:
    """Name an exercise, once for all its hidden cases and known mistakes.

    Args:
        name: the id of its test cell.
        returns: names of the parts of a tuple result, for the feedback.
        builds_on: earlier exercises whose functions its solution may call.
        not_alone: groups that earn nothing where no other group is right, because zeros, a
            constant or an argument handed back is right there: a perfect prediction.
        withholds: modules, as "byhand.gradcheck", that would solve it, and that the box does not
            offer to this lesson; its text says so.
        stand_in: a right function for where this one failed and a later one calls it with a
            function of its own, which cannot cross to the reference.
        tolerance: of its floats, where the usual one does not fit.
    """
    collected = _collecting.get()
    if collected is None:
        raise RuntimeError(words.OUTSIDE_HIDDEN)
    groups = {"returns": returns, "builds_on": builds_on, "not_alone": not_alone}
    groups |= {"withholds": withholds}
    others = {"stand_in": stand_in, "tolerance": tolerance}
    _expect("exercise", name=name, **others, **groups)
    said = {key: tuple(value) for key, value in groups.items()} | others
    options = {key: value for key, value in said.items() if value}
    collected.append(Asked(id=name, place=_written(), options=options))
    return collected[-1]


def cases(exercise_name: str, **options: Any) -> Callable[[CaseMaker], CaseMaker]:
    """Declare the hidden cases of an exercise: `exercise(...).cases` in one."""
    return exercise(exercise_name, **options).cases


def mistake(
    exercise_name: str, *, name: str, answer: Callable[..., Any], hint: str, earns: str = ""
) -> None:
    """Declare a known mistake of an exercise: `exercise(...).mistake` in one."""
    exercise(exercise_name).mistake(name, answer=answer, hint=hint, earns=earns)
