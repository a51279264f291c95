"""Every cell says what it is: code in its first line, what is filled in by the heading above."""

import copy
import json
import re

import pytest

from grader.course.cells import Kind
from grader.course.notebook import kind_of, text_of
from grader.submission.cells import parse_notebook
from grader.submission.matching import match
from tests.conftest import COURSE, load

LESSONS = COURSE.lesson_ids()
TAG = re.compile(r"# ── .+ ──")


def released(lesson):
    path = COURSE.notebooks / lesson / f"{lesson}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_cell_with_code_of_ours_says_in_its_first_line_what_it_is(lesson):
    for cell in released(lesson)["cells"]:
        kind, name = kind_of(cell)
        first = text_of(cell).partition("\n")[0]
        if kind is Kind.TEST:
            points = cell["metadata"]["nbgrader"]["points"]
            assert first == f"# ── test, locked, {points} point{'s' * (points != 1)}: run it ──"
        elif kind is Kind.SETUP:
            assert first == "# ── given, locked: run it ──"
        elif kind is Kind.EXPLORE and f'check("{name.removeprefix("explore_check-")}")' in text_of(
            cell
        ):
            assert first == "# ── your verdict: run it as often as you like ──"
        elif kind is Kind.EXPLORE:
            assert first == "# ── to try out: change what you like, nothing is graded ──"


@pytest.mark.parametrize("lesson", LESSONS)
def test_above_what_is_filled_in_stands_its_heading_with_its_points(lesson):
    points = {o.id: o.points for o in load(lesson).exercises.values()}
    above = ""
    for cell in released(lesson)["cells"]:
        kind, name = kind_of(cell)
        if kind is Kind.SOLUTION:
            unit = "point" if points[name] == 1 else "points"
            assert f"### Exercise: `{name}` ({points[name]:g} {unit})" in above
        elif kind is Kind.ANSWER:
            assert re.match(r"### .+ \(\d+ points, marked by hand\)\n", above)
        if cell["cell_type"] == "markdown":
            above = text_of(cell)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_notebook_from_before_the_captions_is_known_without_any_metadata(lesson):
    before = copy.deepcopy(released(lesson))
    for cell in before["cells"]:
        if TAG.match(text_of(cell)):
            cell["source"] = text_of(cell).partition("\n")[2]
        cell["metadata"] = {}
    read = match("x", parse_notebook("x", json.dumps(before).encode()), load(lesson))

    assert read.extras == {}
    assert set(read.sources) == set(load(lesson).exercises)
