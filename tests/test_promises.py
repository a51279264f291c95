"""What a docstring promises is tried: a function that breaks one promise alone loses points.

tests/promises/ walks through each contract, word by word.  A table says what an exercise's
docstring promises, in its own words, and how that is broken: `PROMISES[exercise][words][what]`
is a breach, as tests/breaches.py makes them.  The reference keeps full marks (test_lessons.py).
"""

import functools
import re
import runpy

import numpy as np
import pytest

from grader.in_kernel import KernelRunner
from grader.judge.argument import declared
from grader.judge.compare import leaves
from tests.conftest import LESSONS, ROOT, load
from tests.kill_matrix import _expected, limited, passes

STUDENTS = 3


@functools.cache
def table(lesson):
    """Return the promises of a lesson's exercises, and the breaches of each."""
    path = ROOT / "tests" / "promises" / f"{lesson}.py"
    return runpy.run_path(str(path))["PROMISES"] if path.is_file() else {}


def docstring(lesson, name):
    """Return what an exercise's docstring says, and those of its methods, in one line."""
    reference = load(lesson).reference[name]
    parts = vars(reference).values() if isinstance(reference, type) else ()
    docs = [reference.__doc__, *(getattr(part, "__doc__", None) or "" for part in parts)]
    return " ".join(" ".join(docs).split())


EXERCISES = [(lesson, name) for lesson in LESSONS for name in table(lesson)]


def breaches(lesson, name):
    for words, found in table(lesson)[name].items():
        for what, breach in found.items():
            yield f"{words}: {what}", breach(load(lesson).reference[name])


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_broken_promise_costs_points_for_every_student(lesson, name):
    kept = []
    for what, broken in breaches(lesson, name):
        namespace = {**load(lesson).reference, name: broken}
        for seed in range(STUDENTS):
            with limited(20):
                if passes(lesson, name, namespace, seed):
                    kept.append(f"{what} (student {seed})")
    assert kept == []


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_breach_is_no_function_that_never_works(lesson, name):
    """Else a slip in the table would pass for a breach."""
    cases = [case for case, _ in _expected(lesson, name, 0)]
    for what, broken in breaches(lesson, name):
        answers = KernelRunner({**load(lesson).reference, name: broken}).ask(name, cases, {})
        assert any(answer.failure is None for answer in answers), what


@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_promise_is_in_the_words_of_the_docstring(lesson, name):
    text = docstring(lesson, name)
    for words in table(lesson)[name]:
        assert words in text


@pytest.mark.parametrize("lesson", LESSONS)
def test_arrays_of_integers_come_only_where_the_docstring_speaks_of_them(lesson):
    """Lesson 00 says so of all exercises."""
    silent = set()
    for name in load(lesson).exercises:
        arguments = [declared(case) for case, _ in _expected(lesson, name, 0)]
        given = any(np.asarray(leaf).ndim and leaf.dtype.kind in "iu" for leaf in leaves(arguments))
        if given and not re.search(r"\bintegers?\b", docstring(lesson, name)):
            silent.add(name)
    assert silent == set()


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if table(lesson)])
def test_a_lesson_s_contracts_are_walked_through_whole(lesson):
    assert list(table(lesson)) == list(load(lesson).exercises)
