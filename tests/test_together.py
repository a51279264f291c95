"""Three mistakes at once, mistakes of a class, and how much is asked before nothing is named."""
# ruff: noqa: ARG001, ARG005 - a student's function has the signature that was asked for

import numpy as np
import pytest

from grader.exercise import Call, Case, Exercise, Get, Mistake
from grader.judge.diagnose import diagnose
from tests.test_diagnose import exercise, names, observations


def batches(rng):
    for group, m in (("several", 5), ("two", 2), ("a batch of one", 1)):
        yield Case(rng.uniform(1, 2, size=(3, m)), group=group, shapes={"m": m})


def three_parts(x):
    return {"sum": x.sum(), "rows": x.sum(axis=1), "largest": x.max()}


def with_parts(**parts):
    return lambda x: {**three_parts(x), **{name: part(x) for name, part in parts.items()}}


WRONG_PARTS = {
    "sum": lambda x: x.sum() + x[0, 0],
    "rows": lambda x: x[:, 0] ** 2,
    "largest": lambda x: x.min() / 3,
}


def test_three_mistakes_in_parts_of_their_own_are_named():
    known = exercise(batches, *((name, with_parts(**{name: f})) for name, f in WRONG_PARTS.items()))

    assert set(names(known, with_parts(**WRONG_PARTS), three_parts)) == set(WRONG_PARTS)


def total(x):
    return x.sum() ** 2 / x.shape[1]


IN_ONE_PLACE = {
    "no mean": lambda x: x.sum() ** 2,
    "no square": lambda x: x.sum() / x.shape[1],
    "first column doubled": lambda x: (x.sum() + x[:, 0].sum()) ** 2 / x.shape[1],
    "downhill": lambda x: -total(x),
    "one more": lambda x: total(x) + 1,
}


@pytest.mark.parametrize(
    ("student", "made"),
    [
        (lambda x: -x.sum(), {"no mean", "no square", "downhill"}),
        (lambda x: -(x.sum() ** 2) - 1, {"no mean", "downhill", "one more"}),
        (
            lambda x: -((x.sum() + x[:, 0].sum()) ** 2),
            {"no mean", "first column doubled", "downhill"},
        ),
        (lambda x: x.sum() ** 1.9, set()),
    ],
)
def test_three_mistakes_in_one_place_are_named_where_together_they_explain_it(student, made):
    """A batch of one shows no missing mean, and another batch does."""
    assert set(names(exercise(batches, *IN_ONE_PLACE.items()), student, total)) == made


def test_what_three_mistakes_leave_unexplained_is_told():
    known = exercise(batches, *((name, with_parts(**{name: f})) for name, f in WRONG_PARTS.items()))

    def student(x):
        made = with_parts(**WRONG_PARTS)(x)
        return {**made, "sum": 17.0} if x.shape[1] == 1 else made

    found = diagnose(known, observations(known, student, three_parts))

    assert {mistake.name for mistake in found.mistakes} == set(WRONG_PARTS)
    assert found.unexplained == ("a batch of one",)


def tables(rng):
    for group, n, m in (("wide", 2, 5), ("tall", 4, 3)):
        yield Case(rng.normal(size=(n, m)), group=group, shapes={"m": m})


def sums(x):
    return x.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("one", "other", "student"),
    [
        # One changes the shape of what the other got wrong, which had another shape already.
        (lambda x: sums(x)[:, 0], lambda x: sums(x.T), lambda x: sums(x.T)[:, 0]),
        (lambda x: sums(x).T, lambda x: sums(x.T), lambda x: sums(x.T).T),
        # One changes the type alone.
        (
            lambda x: sums(x).astype(np.float32),
            lambda x: sums(x).T * x[0, 0],
            lambda x: (sums(x).T * x[0, 0]).astype(np.float32),
        ),
    ],
)
def test_a_shape_or_a_type_may_slip_on_top_of_another_mistake(one, other, student):
    known = exercise(tables, ("first", one), ("second", other))

    assert set(names(known, student, sums)) == {"first", "second"}


# ----------------------------------------------------------------------------- a class


class Scale:
    """Multiplies by w; each part may be done otherwise."""

    def __init__(self, w):
        self.w, self.grad = w, None

    def forward(self, x):
        self.x = x
        return self.out()

    def out(self):
        return self.w * self.x

    def backward(self, g):
        self.grad = g * self.slope()
        self.after()
        return g * self.w

    def slope(self):
        return self.x

    def after(self):
        """Nothing: what moves, moves in update."""

    def update(self, rate):
        self.w = self.w - rate * self.grad


def scale_with(**parts):
    return type("Scale", (Scale,), parts)


PARTS = {
    "no weight": {"out": lambda self: self.x},
    "slope of one": {"slope": lambda self: 1.0},
    "uphill": {"update": lambda self, rate: Scale.update(self, -rate)},
    "moves in backward": {"after": lambda self: self.update(1.0)},
    "the input squared": {"out": lambda self: self.w * self.x**2},
}


def lives(rng):
    for group, steps in (("forward", 0), ("forward and backward", 1), ("learning", 2)):
        w, x, g = rng.uniform(2, 3, size=3)
        then = [Call("forward", x)]
        then += [Call("backward", g), Get("grad")][: 2 * steps]
        then += [Call("update", 0.1), Get("w"), Call("forward", x)] if steps == 2 else []
        yield Case(w, group=group, then=tuple(then))


SCALE = exercise(lives, *((name, scale_with(**parts)) for name, parts in PARTS.items()))


@pytest.mark.parametrize(
    "made",
    [
        ("no weight", "slope of one"),
        ("no weight", "uphill"),
        ("uphill", "moves in backward"),  # one calls what the other does otherwise
        ("no weight", "slope of one", "uphill"),
        ("slope of one", "moves in backward", "the input squared"),
    ],
)
def test_mistakes_of_a_class_are_named_where_one_class_with_all_of_them_does_the_same(made):
    parts = {name: part for mistake in made for name, part in PARTS[mistake].items()}

    assert set(names(SCALE, scale_with(**parts), Scale)) == set(made)


def test_two_classes_that_do_the_same_part_otherwise_are_no_pair():
    """One hides the other: there is no class with both."""
    odd = scale_with(out=lambda self: self.w * self.x**3)

    assert not {"no weight", "the input squared"} <= set(names(SCALE, odd, Scale))


# --------------------------------------------------------------------------- what is asked


def counted(answer, calls):
    def function(*arguments):
        calls.append(answer)
        return answer(*arguments)

    return function


def test_where_every_case_raised_a_mistake_that_returns_is_run_once():
    calls = []
    known = {name: counted(answer, calls) for name, answer in IN_ONE_PLACE.items()}

    def raising(x):
        raise TypeError

    assert names(exercise(batches, *known.items()), raising, total) == []
    assert len(calls) == len(known)


def test_what_checks_say_alike_of_several_triples_names_none_of_them():
    """One sentence of a check is true of many a value: which three it were is a guess."""

    def judged(limit):
        return lambda result, x: None if result < limit else f"the result is above {limit}"

    def cases(rng):
        for number in range(3):
            x = np.arange(3.0) == number
            yield Case(x, group=f"case {number}", check=judged(0.5))

    def wrong_for(number):
        return lambda x: float(x[number])

    mistakes = tuple(
        Mistake(name=name, answer=wrong_for(int(name[0])), hint="Look.")
        for name in ("0 a", "1 a", "2 a", "2 b")
    )
    ambiguous = Exercise(id="it", make_cases=cases, mistakes=mistakes, points=1.0)
    plain = Exercise(id="it", make_cases=cases, mistakes=mistakes[:3], points=1.0)

    assert names(ambiguous, lambda x: 1.0, lambda x: 0.0) == []
    assert names(plain, lambda x: 1.0, lambda x: 0.0) == ["0 a", "1 a", "2 a"]


@pytest.mark.parametrize("odd", [[[1.0], [2.0, 3.0]], "text", None, [], {"a": [1]}, 10**400])
def test_whatever_a_part_is_nobody_trips_over_it(odd):
    """A list of lists of several lengths has no shape."""
    known = exercise(batches, *((name, with_parts(**{name: f})) for name, f in WRONG_PARTS.items()))

    assert isinstance(names(known, with_parts(rows=lambda x: odd), three_parts), list)


# ------------------------------------------------------------------- what is only half like it


def shaped(rng):
    for group, rows in (("wide", 2), ("square", 3), ("tall", 4)):
        yield Case(rng.normal(size=(rows, 3)), group=group)


def turned(x):
    return x @ x.T


def times(x, other):
    if x.shape != (3, 3):
        raise ValueError(other)
    return x @ np.ones((3, 3)) if other == "ones" else x * x


def test_an_exception_alone_is_no_name_where_the_values_speak_against_it():
    """Shapes that do not fit raise the same in many a mistake; a square matrix tells them apart."""
    one = ("all ones", lambda x: times(x, "ones"))
    two = ("entry by entry", lambda x: times(x, "itself"))

    assert names(exercise(shaped, one), two[1], turned) == []
    assert names(exercise(shaped, one, two), two[1], turned) == ["entry by entry"]


def test_of_mistakes_that_raise_alike_none_is_named_where_more_is_wrong():
    def raising(*lengths):
        def answer(x):
            if len(x) in lengths:
                raise ValueError
            return turned(x)

        return answer

    def student(x):
        return raising(2)(x) + (len(x) == 4)

    alike = [("wide rows", raising(2)), ("few rows", raising(2))]

    assert names(exercise(shaped, *alike), student, turned) == []
    found = diagnose(exercise(shaped, alike[0]), observations(exercise(shaped), student, turned))
    assert [mistake.name for mistake in found.mistakes] == ["wide rows"]
    assert found.unexplained == ("tall",)
