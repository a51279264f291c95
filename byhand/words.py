"""What notebooks are told: by a check, a visible test, a gradient check, and by data."""

from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import Any

from byhand.language import text as _

# ------------------------------------------------------------------ the check and its card

STOPPED = _("stopped before there was a verdict: your function was still at work")
NO_VERDICT = _("no verdict")
A_TEST_FAILS = _("a visible test fails")
TESTS_PASS = _("the visible tests pass")
IS_THE_NAME_RIGHT = _("Is the name right, and was the test cell above run?")
POINTS_ELSEWHERE = _("Points are given by hidden tests, which are not here.")
HIDDEN_TESTS_TRY_MORE = _("Points are given by hidden tests, which are not here: they try more.")
ASSERTION_FAILS = _("An assertion of the test cell above fails.")


def no_tests(exercise: str, folder: str) -> str:
    return _("No tests of {exercise} were found from the folder {folder}.").format(
        exercise=exercise, folder=folder
    )


def not_written(exercise: str) -> str:
    return _("{exercise}, or something that it builds on, is not written yet.").format(
        exercise=exercise
    )


def cell_waits(exercise: str) -> str:
    return _(
        "This cell waits for {exercise}. Solve that exercise, then run the cell again."
    ).format(exercise=exercise)


def headed(symbol: str, title: str, verdict: str) -> str:
    return _("{symbol} {title}: {verdict}").format(symbol=symbol, title=title, verdict=verdict)


def hint(title: str, text: str) -> str:
    return _("{title}: {text}").format(title=title, text=text)


def hints_left(left: int, hints: int, command: str) -> str:
    return _("{left} of {hints} hints left; the next: {command}").format(
        left=left, hints=hints, command=command
    )


# ---------------------------------------------------------------- how far one is

NO_LESSON = _("No lesson was found here. Open this from a lesson's own folder.")
ALL_RIGHT = _("Every exercise is right. What is left, a person marks.")
HEADS = (_("lesson"), _("points"), _("exercises"), _("last change (UTC)"))


def earned(score: float, points: float) -> str:
    return _("{score:g} of {points:g}").format(score=score, points=points)


def some_visible(earned: str, right: int) -> str:
    return _("{earned}, {right} right by the visible tests alone").format(
        earned=earned, right=right
    )


def some_by_hand(earned: str, points: float) -> str:
    return _("{earned}, {points:g} more are marked by a person").format(
        earned=earned, points=points
    )


def last_change(line: str, when: str) -> str:
    return _("{line}  (last change {when} UTC)").format(line=line, when=when)


def together(reached: str) -> str:
    return _("Together: {reached}.").format(reached=reached)


def next_one(exercise: str, lesson: str) -> str:
    return _("Next: {exercise}, in {lesson}.").format(exercise=exercise, lesson=lesson)


# ---------------------------------------------------------------- a notebook that was pushed

NOT_TRIED = _("Not tried")
VISIBLE_ALONE = _("By the visible tests alone; those by which you are graded are stricter.")
EXERCISE, POINTS = _("exercise"), _("points")
PASSED, NOT_YET = _("passed"), _("not yet")
USAGE = _("usage: python -m byhand.pushed NOTEBOOK\n")


def points_of(score: float, points: float) -> str:
    return _("{score:g} of {points:g} points").format(score=score, points=points)


def no_notebook(path: Path, error: Exception) -> str:
    return _("{path}: cannot be read as a notebook ({kind}: {error})").format(
        path=path, kind=type(error).__name__, error=error
    )


def push_again(told: str) -> str:
    return _("{told}; push it again under this name\n").format(told=told)


# ---------------------------------------------------------------- what a result should be

NO_RETURN = _("None (is a return missing?)")
A_NUMBER = _("a number")
NONE = _("none")


def part_of(part: str, what: str) -> str:
    return _("{part} of {what}").format(part=part, what=what)


def all_of(names: Iterable[object]) -> str:
    told = [str(name) for name in names] or [NONE]
    return reduce(lambda first, last: _("{first} and {last}").format(first=first, last=last), told)


def an_array(shape: tuple[int, ...]) -> str:
    return _("an array of shape {shape}").format(shape=shape)


def of_type(name: str) -> str:
    return (_("an {type}") if name[0] in "aeiou" else _("a {type}")).format(type=name)


def should_be(what: str, right: str, found: str) -> str:
    return _("{what} should be {right}, but is {found}.").format(
        what=what, right=right, found=found
    )


def should_be_at(what: str, right: str, index: list[int], found: str) -> str:
    return _("{what} should be {right} at {index}, but is {found}.").format(
        what=what, right=right, index=index, found=found
    )


def should_be_a_dict(what: str, keys: str, found: str) -> str:
    return _("{what} should be a dict with {keys}, but is {found}.").format(
        what=what, keys=keys, found=found
    )


def should_have_keys(what: str, keys: str, found: str) -> str:
    return _("{what} should have the keys {keys}, but has {found}.").format(
        what=what, keys=keys, found=found
    )


def should_be_several(what: str, count: int, found: str) -> str:
    return _("{what} should be a tuple or a list of {count}, but is {found}.").format(
        what=what, count=count, found=found
    )


def should_be_as_many(what: str, count: int, found: int) -> str:
    return _("{what} should be a tuple or a list of {count}, but has {found}.").format(
        what=what, count=count, found=found
    )


def should_hold_numbers(what: str, found: object) -> str:
    return _("{what} should hold numbers, but holds {found}.").format(what=what, found=found)


def should_have_shape(what: str, shape: tuple[int, ...], found: tuple[int, ...]) -> str:
    return _("{what} should have the shape {shape}, but has {found}.").format(
        what=what, shape=shape, found=found
    )


# ---------------------------------------------------------------- the gradient check

A_SINGLE_NUMBER = _("[] (a single number)")


def not_float64(dtype: object) -> str:
    return _(
        "numerical_gradient: x must be float64, found {dtype}; convert it with x.astype(np.float64)"
    ).format(dtype=dtype)


def step_not_positive(step: object) -> str:
    return _("numerical_gradient: step must be a positive number, found {step!r}").format(step=step)


def step_vanishes(step: float, entry: float, place: str) -> str:
    return _(
        "numerical_gradient: a step of {step:g} vanishes beside the entry {entry:g} at {place}; "
        "take a larger step"
    ).format(step=step, entry=entry, place=place)


def shapes_differ(a: tuple[int, ...], n: tuple[int, ...]) -> str:
    return _("relative_error: the shapes differ, {a} and {n}").format(a=a, n=n)


def nothing_to_check(shape: tuple[int, ...]) -> str:
    return _("check_gradient: x has shape {shape}; there is nothing to check").format(shape=shape)


def cannot_be_checked(name: str, value: float) -> str:
    return _("{name} cannot be checked, for f(x) is {value}.").format(name=name, value=value)


def gradient_missing(name: str, shape: tuple[int, ...]) -> str:
    return _("{name} should have the shape {shape}, but is {found}.").format(
        name=name, shape=shape, found=NO_RETURN
    )


def gradient_not_real(name: str, dtype: object) -> str:
    return _("{name} should hold real numbers, but has the dtype {dtype}.").format(
        name=name, dtype=dtype
    )


def gradient_of_another_shape(name: str, shape: tuple[int, ...], found: tuple[int, ...]) -> str:
    return _(
        "{name} should have the shape {shape} of what it is the gradient of, but has {found}."
    ).format(name=name, shape=shape, found=found)


def entry_differs(name: str, right: str, index: list[int], found: str) -> str:
    if not index:
        return _("{name} should be {right} by central differences, but is {found}").format(
            name=name, right=right, found=found
        )
    return _("{name} should be {right} at {index} by central differences, but is {found}").format(
        name=name, right=right, index=index, found=found
    )


def alone(entry: str) -> str:
    return _("{entry}.").format(entry=entry)


def one_of_several(entry: str, count: int, size: int) -> str:
    return _("{entry}; {count} of {size} entries differ.").format(
        entry=entry, count=count, size=size
    )


def one_of_a_ratio(entry: str, count: int, ratio: float) -> str:
    return _(
        "{entry}; all {count} entries that differ are {ratio:.4g} times what they should be."
    ).format(entry=entry, count=count, ratio=ratio)


def not_one_number(value: object, shape: tuple[int, ...], dtype: object) -> str:
    return _(
        "f must return one real number, found {type} of shape {shape} and dtype {dtype}"
    ).format(type=type(value).__name__, shape=shape, dtype=dtype)


# ---------------------------------------------------------------- a program on a tape

INPUTS_FIRST = _("Var: a tape begins with its inputs; make this one before the first +")


def no_var(op: str, found: object) -> str:
    return _(
        "{op}: expected a Var, found {type}; give numbers and arrays to the program as inputs, "
        "each with a Var(tape) of its own"
    ).format(op=op, type=type(found).__name__)


def several_tapes(op: str, count: int) -> str:
    return _("{op}: expected Vars of one tape, found {count} of several").format(op=op, count=count)


# ---------------------------------------------------------------- data sets

INK_OF_16 = _("share of ink in a pixel, 0 to 1 (count of 0 to 16 set bits, divided by 16)")
INK_OF_255 = _("ink in a pixel, 0 to 1 (grey level of 0 to 255, divided by 255)")
UNITS_OF_THE_SOURCE = _("units of the source: data/README.md describes them feature by feature")
STANDARD_DEVIATIONS = _("standard deviations from the mean of the training samples")


def dataset(data: Any) -> str:
    return _(
        "Dataset {name}: {features} features, {classes} classes, {training} training samples, "
        "{test} test samples"
    ).format(
        name=data.name,
        features=data.X_train.shape[0],
        classes=len(data.class_names),
        training=data.X_train.shape[1],
        test=data.X_test.shape[1],
    )


def too_few_samples(m: int) -> str:
    return _("two_moons: m must be at least 2, one sample a class, found {m}").format(m=m)


def noise_out_of_bounds(noise: float) -> str:
    return _("two_moons: noise must be at least 0 and finite, found {noise}").format(noise=noise)
