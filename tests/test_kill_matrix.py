"""What the hidden cases let through: functions that know nothing, and mutants of the references."""

import os
import random

import pytest

from tests.conftest import LESSONS, LONG, load
from tests.kill_matrix import (
    equivalents,
    fate_of,
    mutants_of,
    passes,
)
from tests.kill_page import EXERCISES as KNOWN
from tests.kill_page import PAGE, page_of, row_of, rows_in

EXERCISES = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
MUTANTS_EACH = 8
# The first of a sample is judged with every other test, the rest by `make thorough`.
PARTS = [pytest.param(slice(1), id="first"), pytest.param(slice(1, None), id="rest", marks=LONG)]
RESAMPLED = int(os.environ.get("SEEDS", "5"))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_sample_of_mutants_loses_points_unless_it_is_listed_as_equivalent(lesson, name, part):
    known = equivalents(lesson)
    found = [m for m in mutants_of(lesson, name) if (name, m.change) not in known]
    for mutant in random.Random(name).sample(found, min(MUTANTS_EACH, len(found)))[part]:
        assert not fate_of(lesson, name, mutant, seeds=1).survived, mutant.change


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_equivalent_mutant_is_still_made_and_has_a_reason(lesson):
    made = {(name, m.change) for name in load(lesson).exercises for m in mutants_of(lesson, name)}
    for key, reason in equivalents(lesson).items():
        assert key in made, f"no mutant is called so any more: {key}"
        assert reason


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_sample_of_equivalent_mutants_is_right_for_students_of_their_own(lesson, part):
    """Seeds that the matrix does not use; a cut can make a mutant's name stand for several."""
    known = equivalents(lesson)
    names = sorted({name for name, _ in known})
    found = [(n, m) for n in names for m in mutants_of(lesson, n) if (n, m.change) in known]
    for name, mutant in random.Random(lesson).sample(found, min(20, len(found)))[part]:
        namespace = dict(load(lesson).reference)
        exec(mutant.source, namespace)  # noqa: S102
        for seed in range(1000, 1000 + RESAMPLED):
            assert passes(lesson, name, namespace, seed), (mutant.change, seed)


# ------------------------------------------------------------------------ the page

ROWS = {(lesson, name): row for lesson, name, row in rows_in(PAGE.read_text(encoding="utf-8"))}
# Measured anew in seconds each; all of them take most of an hour.
SAMPLE = [
    pytest.param(*key, marks=() if key[1] == "one_hot" else LONG)
    for key in ROWS
    if key[1] in ("one_hot", "softmax_vjp", "mse", "best_rate")
]


def test_the_published_matrix_has_a_row_for_each_exercise_and_nothing_open():
    """One that it does not have is named on the page, which `page_of` sees to."""
    assert ROWS.keys() <= set(KNOWN)
    for lesson, name in ROWS:
        made, killed, equivalent, still_open = map(int, ROWS[lesson, name].split(" | ")[1:5])
        assert made == len(mutants_of(lesson, name)), f"{name}: run make kill-matrix"
        assert (killed + equivalent, still_open) == (made, 0), name


@pytest.mark.parametrize(("lesson", "name"), SAMPLE)
def test_a_row_of_the_published_matrix_is_what_a_fresh_run_gives(lesson, name):
    assert ROWS[lesson, name] == row_of(lesson, name).text(f"`{name}`")


def test_the_published_totals_are_those_of_the_rows():
    assert PAGE.read_text(encoding="utf-8") == page_of(ROWS)
