"""A declared argument means the same to whoever gets it, however deep it is nested."""

import numpy as np
import pytest

from grader.box.failures import MISSING, NOT_ATTEMPTED, OUT_OF_MEMORY, RAISED, WRONG_TYPE
from grader.exercise import Call, Case, Exercise, Rng, Shown
from grader.in_kernel import KernelRunner
from grader.judge.assess import assess, expect, run
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox.session import Session
from grader.submission.code import Code

# Tells of a value what a function can find out by using it.
LOOK = """
import numpy as np

def look(*arguments, **keywords):
    def seen(value):
        if isinstance(value, np.random.Generator):
            return ["generator", float(value.normal())]
        if callable(value):
            return ["function", value(3.0)]
        if isinstance(value, dict):
            return {key: seen(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [type(value).__name__, *map(seen, value)]
        return value
    return [seen(arguments), seen(keywords)]

class Holder:
    def __init__(self, *arguments, **keywords):
        self.first = look(*arguments, **keywords)
    def tell(self, *arguments):
        return look(*arguments)
"""
NAMESPACE: dict = {}
exec(LOOK, NAMESPACE)  # noqa: S102
LEAVES = {
    "a number": lambda: 2.5,
    "an array": lambda: np.arange(3.0),
    "Rng": lambda: Rng(7),
    "Shown": lambda: Shown(twice, by=2.0),
    "a function": lambda: lambda x: x + 1.0,
}
NESTS = {
    "alone": lambda leaf: leaf(),
    "a list": lambda leaf: [leaf(), 1],
    "a tuple": lambda leaf: (1, leaf()),
    "a dict": lambda leaf: {"a": leaf(), "b": 1},
    "a list in a dict in a tuple": lambda leaf: (0, {"deep": [leaf(), leaf()]}),
}
WAYS = {
    "an argument": lambda value: Case(value, group="it"),
    "a keyword": lambda value: Case(1.0, group="it", keywords={"by": value}),
    "a step's argument": lambda value: Case(group="it", then=(Call("tell", value),)),
}


def twice(x, by):
    return x * by


def asked_of(runner, case):
    name = "Holder" if case.then else "look"
    (answer,) = runner.ask(name, [case], {})
    assert answer.failure is None, answer.message
    return answer.value


def in_the_box(box, case):
    with Session(box, [Code(source=LOOK, name="look")], {}) as session:
        session.run()
        return asked_of(session, case)


def by_a_check(case):
    """Return what a check is given, as `look` tells of it; it gets the positional arguments."""
    given = []
    noting = Case(*case.arguments, group="it", check=lambda _result, *a: given.append(a))
    assess(Answer(value=0.0), None, noting, Exercise(id="look", make_cases=iter))
    return NAMESPACE["look"](*given[0])[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("nest", NESTS)
@pytest.mark.parametrize("leaf", LEAVES)
def test_box_reference_mistakes_kernel_and_checks_get_the_same(box, leaf, nest, way):
    def case():
        return WAYS[way](NESTS[nest](LEAVES[leaf]))

    function = NAMESPACE["Holder" if case().then else "look"]
    reference = expect(function, [case()])[0].value

    assert repr(reference) == repr(run(function, case()).value)
    assert repr(reference) == repr(asked_of(KernelRunner(dict(NAMESPACE)), case()))
    assert repr(reference) == repr(in_the_box(box, case()))
    if way == "an argument":
        assert repr(reference[0]) == repr(by_a_check(case()))


def test_what_the_box_says_of_a_failure_are_the_verdicts_that_it_may_tell():
    said = {MISSING, NOT_ATTEMPTED, OUT_OF_MEMORY, RAISED, WRONG_TYPE}

    assert said == {verdict.value for verdict in Verdict if verdict.told_by_box}
