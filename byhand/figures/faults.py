"""What is told of a learner's function that a figure cannot show, in one line each."""

from collections.abc import Iterable

from byhand.language import text as _

Shape = tuple[int, ...]

THE_COMPUTATION = _("The computation")
NAN, INFINITE = _("NaN"), _("an infinite number")
FORWARD_NOT_TWO = _("model_forward should return two things, (P, caches).")
RULE_NOT_OF_TAPE = _("backward_tape gave its rule a value that is none of the tape's.")


def waits_for_exercise(name: str) -> str:
    return _("This figure waits for the exercise {name}.").format(name=name)


def waits_for_cell(name: str) -> str:
    return _("This figure waits for the cell that defines {name}.").format(name=name)


def overdue(name: str, seconds: float) -> str:
    return _("{name} did not return within {seconds:g} s; is there a loop that never ends?").format(
        name=name, seconds=seconds
    )


def no_function(name: str, found: object) -> str:
    return _("{name} is {type}, not a function.").format(name=name, type=type(found).__name__)


def interrupted(name: str) -> str:
    return _("{name} was interrupted.").format(name=name)


def returned_none(name: str) -> str:
    return _("{name} returned None; does it end with return?").format(name=name)


def raised(name: str, kind: str, message: str) -> str:
    if not message:
        return _("{name} raised {kind}").format(name=name, kind=kind)
    return _("{name} raised {kind}: {message}").format(name=name, kind=kind, message=message)


def raised_in_line(name: str, kind: str, message: str, line: int | None) -> str:
    if not message:
        return _("{name} raised {kind} in line {line} of its cell").format(
            name=name, kind=kind, line=line
        )
    return _("{name} raised {kind} in line {line} of its cell: {message}").format(
        name=name, kind=kind, line=line, message=message
    )


def no_array(name: str, problem: Exception) -> str:
    return _("{name} returned something that is no array ({kind}).").format(
        name=name, kind=type(problem).__name__
    )


def no_numbers(name: str, found: object) -> str:
    return _("{name} returned {type}, expected an array of numbers.").format(
        name=name, type=type(found).__name__
    )


def other_shape(name: str, found: Shape, expected: Shape) -> str:
    return _("{name} returned shape {found}, expected {expected}.").format(
        name=name, found=found, expected=expected
    )


def not_finite(name: str, found: str) -> str:
    return _("{name} returned {found}, expected finite numbers.").format(name=name, found=found)


def part_of(part: str, name: str) -> str:
    return _("{part} of {name}").format(part=part, name=name)


def not_two_numbers(name: str, found: object) -> str:
    return _("{name} should return two whole numbers, found {found:.60}.").format(
        name=name, found=repr(found)
    )


def no_suspect(name: object) -> str:
    return _("there is no suspect {name!r}; run this cell again.").format(name=name)


def suspect(name: str) -> str:
    return _("suspect {name}").format(name=name)


def other_number_of_pairs(name: str, found: int, expected: int) -> str:
    return _("{name} returned {found} pairs, expected {expected}.").format(
        name=name, found=found, expected=expected
    )


def no_params_and_state(exercise: str) -> str:
    return _("{exercise} should return two things, (params, state).").format(exercise=exercise)


def no_params(exercise: str) -> str:
    return _("{exercise} should return params as [(W, b), ...].").format(exercise=exercise)


def other_params(exercise: str, found: Iterable[object], expected: Iterable[object]) -> str:
    return _("{exercise} returned params of shapes {found}, expected {expected}.").format(
        exercise=exercise, found=found, expected=expected
    )


def not_three_arrays(name: str) -> str:
    return _("{name} should return three arrays, (dA, dW, db).").format(name=name)


def other_number_of_values(entries: int) -> str:
    return _("run_tape should return a list of {entries} values, one an entry.").format(
        entries=entries
    )


def other_number_of_gradients(entries: int) -> str:
    return _("backward_tape should return {entries} gradients, one an entry.").format(
        entries=entries
    )


def too_many_rules(most: int) -> str:
    return _("backward_tape called its rule more than {most} times.").format(most=most)


def itself(kind: str, message: str) -> str:
    return _("The figure itself failed: {kind}: {message}").format(kind=kind, message=message)


NOT_BUILT = _("Surface: build the figure inside a with block first")


def no_canvas(found: object) -> str:
    return _("Surface: expected an Agg canvas, found {type}").format(type=type(found).__name__)
