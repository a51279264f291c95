"""Whatever is handed in or returned gets a verdict: no exception but our own, no fault.

A sample runs with all tests; `make fuzz` tries 10,000 notebooks and 10,000 values.
"""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import sample
from grader.box import wire
from grader.judge.judging import Judging
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.report.data import report_data, report_of
from grader.report.notebook import autograded_notebook
from grader.report.words import outcome_lines
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from tests.conftest import COURSE, load

NOTEBOOKS = int(os.environ.get("FUZZ", "60"))
VALUES = int(os.environ.get("FUZZ", "300"))
MANNERS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
    "database": None,
}
LESSON = load("00_start_here")
SMALL = [
    (lesson, name)
    for lesson in ("00_start_here", "01_chain_rule", "03_dense_layer")
    for name in load(lesson).exercises
]

# ---------------------------------------------------------------------- notebooks

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["code", "markdown", "raw", "standardize", "test_one_hot", "\ud800", "\0"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
sources = st.sampled_from(
    [
        *sample.right(LESSON).values(),
        *LESSON.stubs.values(),
        "def one_hot(labels, n_classes):\n    return {'a': 10**5000}",
        "def standardize(X):\n    return [X] * 3",
        "1/0",
        "x = (",
        "%matplotlib inline",
        "!ls",
        "%%bash\nls",
        "\0",
        "\ufeffx = 1",
        "one_hot = 3",
        "del standardize",
        "raise SystemExit",
        "import numpy as np; np.array = None",
        "![x](attachment:a.png)",
        "![x](data:image/png;base64,AAAA)",
        "<script>alert(1)</script>",
        "class standardize:\n    pass",
        "async def one_hot(a, b):\n    return a",
        "lambda: 0",
    ]
)
FIELDS = ["cell_type", "source", "metadata", "id", "outputs", "attachments", "execution_count"]
edits = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 40), st.sampled_from(FIELDS), json_values),
        st.tuples(st.just("source"), st.integers(0, 40), st.none(), sources),
        st.tuples(st.just("nbgrader"), st.integers(0, 40), st.text(max_size=10), json_values),
        st.tuples(st.just("drop"), st.integers(0, 40), st.none(), st.none()),
        st.tuples(st.just("twice"), st.integers(0, 40), st.none(), st.none()),
        st.tuples(st.just("move"), st.integers(0, 40), st.none(), st.integers(0, 40)),
        st.tuples(st.just("top"), st.none(), st.text(max_size=10), json_values),
    ),
    min_size=1,
    max_size=6,
)


def edited(changes):
    """Return a solved notebook's text after some changes."""
    made = json.loads(json.dumps(sample.notebook(COURSE, LESSON, sample.right(LESSON))))
    for what, where, key, value in changes:
        cells = made.get("cells")
        if what == "top":
            made[key] = value
        elif isinstance(cells, list) and cells:
            at = where % len(cells)
            if what == "drop":
                del cells[at]
            elif what == "twice":
                cells.insert(at, cells[at])
            elif what == "move":
                cells.insert(value % len(cells), cells.pop(at))
            elif isinstance(cells[at], dict):
                change(cells[at], what, key, value)
    return json.dumps(made)


def change(cell, what, key, value):
    if what == "source":
        cell["source"] = value
    elif what == "set":
        cell[key] = value
    elif isinstance(cell.get("metadata"), dict):
        cell["metadata"].setdefault("nbgrader", {})
        if isinstance(cell["metadata"]["nbgrader"], dict):
            cell["metadata"]["nbgrader"][key] = value


@pytest.fixture(scope="module")
def box():
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    with open_box(COURSE, [LESSON], sandboxed=True) as made:
        yield made


def test_every_notebook_gets_a_report(box, tmp_path):
    path = tmp_path / f"{LESSON.id}.ipynb"

    @settings(max_examples=NOTEBOOKS, **MANNERS)
    @given(edits)
    def try_one(changes):
        path.write_text(edited(changes), encoding="utf-8", errors="surrogatepass")
        graded = grade_file(LESSON, path, box, student="s", secret="a test")  # noqa: S106
        report = report_data(graded.report)
        assert [outcome["id"] for outcome in report["exercises"]] == [
            *LESSON.exercises,
            "derive_broadcast_shape",
        ]
        assert 0 <= report["score"] <= report["max_score"]
        assert report_data(report_of(json.loads(json.dumps(report)))) == report
        json.dumps(autograded_notebook(LESSON, graded)).encode()

    try_one()


# ------------------------------------------------------------------------- values

arrays = hnp.arrays(
    st.sampled_from(["?", "i1", "i8", "u8", "f2", "f4", "f8", "c16"]),
    hnp.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=4),
)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**4400, 10**4500),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.binary(max_size=20),
    arrays,
)
keys = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.floats(), st.none())
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=8,
)


class Returning:
    """A runner whose every function returns one value, as the wire delivers it."""

    sandbox = "none"

    def __init__(self, value):
        self._value = value

    def ask(self, name, cases, substitutes):
        del name, substitutes
        for _ in cases:
            try:
                arrived = wire.decode_frame(wire.encode(self._value))
            except wire.UnplainError as error:
                yield Answer(failure=Verdict.WRONG_TYPE, message=f"returned {error}")
            else:
                yield Answer(value=arrived)


@settings(max_examples=VALUES, **MANNERS)
@given(values, st.sampled_from(SMALL))
def test_every_value_gets_a_verdict_and_nothing_for_free(value, where):
    lesson, name = where
    judging = Judging(load(lesson), Returning(value), student="s", secret="a test")  # noqa: S106
    judging.exercise(load(lesson).exercises[name])
    outcome = judging.carry(load(lesson).exercises[name])

    assert isinstance(outcome.verdict, Verdict)
    assert 0 <= outcome.score <= outcome.points
    assert all(len(line) < 2_000 for line in outcome_lines(outcome))
