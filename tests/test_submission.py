"""Reading what was handed in: malformed files are refused with advice, the rest is matched."""

import copy
import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import sample
from grader.course.notebook import digest_of, text_of
from grader.submission import cells as submission
from grader.submission.cells import UnreadableError, parse_notebook, read_bytes
from grader.submission.code import Ask, Code
from grader.submission.matching import belongs, match, read
from tests.conftest import COURSE, load

LESSON = load("00_start_here")
RIGHT = sample.right(LESSON)
FIRST, SECOND = LESSON.exercises


def notebook():
    return sample.notebook(COURSE, LESSON, RIGHT)


def place(made, name):
    """Return where the cell with this grade_id or cell id stands."""
    return next(
        i
        for i, cell in enumerate(made["cells"])
        if name in (cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["id"])
    )


def matched(made, lesson=LESSON):
    content = json.dumps(made).encode()
    return match("x.ipynb", parse_notebook("x.ipynb", content), lesson)


def code(found):
    """Return what is to be run."""
    return [cell for cell in found.cells if isinstance(cell, Code)]


def extra(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


# ------------------------------------------------------------------------------- files


@pytest.fixture
def path(tmp_path):
    return tmp_path / "00_start_here.ipynb"


def test_an_honest_notebook_is_read(path):
    path.write_text(sample.text(notebook()), encoding="utf-8")
    found = read(path, LESSON)

    assert {name: found.sources[name] for name in RIGHT} == RIGHT
    assert found.notes == ()


def test_what_is_no_plain_file_is_refused_at_once(path):
    """A pipe would be waited for, a link could lead to another's notebook or to an answer."""
    secret = COURSE.solutions / LESSON.id / f"{LESSON.id}.ipynb"
    for make, reason in (
        (lambda: os.mkfifo(path), "is not a file"),
        (path.mkdir, "is not a file"),
        (lambda: path.symlink_to(secret), "is a symbolic link"),
        (lambda: path.symlink_to("/dev/zero"), "is a symbolic link"),
        (lambda: path.symlink_to(path), "is a symbolic link"),
        (lambda: None, "not found"),
    ):
        make()
        with pytest.raises(UnreadableError, match=reason):
            read(path, LESSON)
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def test_a_device_is_refused():
    with pytest.raises(UnreadableError, match="is not a file"):
        read_bytes("/dev/zero")


def test_a_file_that_is_too_large_is_not_read_to_its_end(path):
    with path.open("wb") as file:
        file.truncate(2**40)

    with pytest.raises(UnreadableError, match="more than 100 MiB; clear the outputs"):
        read(path, LESSON)


def test_a_file_is_read_whole_although_its_status_says_that_it_is_empty():
    """As some network file systems say, too."""
    path = Path("/proc/version")
    if not path.exists():
        pytest.skip("needs a file whose status does not say how much it holds")
    assert path.stat().st_size == 0

    assert read_bytes(path) == path.read_bytes() != b""
    with pytest.raises(UnreadableError, match="more than"):
        read_bytes(path, most=5)


MALFORMED = {
    "empty": (b"", "is not a notebook"),
    "cut short": (sample.text(notebook()).encode()[:2000], "is not a notebook"),
    "not UTF-8": (b'{"cells": ["\xff"]}', "is not a notebook"),
    "UTF-16": (sample.text(notebook()).encode("utf-16"), "is not a notebook"),
    "binary": (bytes(range(256)), "is not a notebook"),
    "nested deeply": (b"[" * 200_000, "is not a notebook"),
    "a number of many digits": (b'{"cells": ' + b"9" * 10_000 + b"}", "is not a notebook"),
    "a list": (b"[]", "has no list of cells"),
    "no cells": (b'{"nbformat": 4}', "has no list of cells"),
    "cells that are a dict": (b'{"cells": {}, "nbformat": 4}', "has no list of cells"),
    "format 3": (b'{"cells": [], "nbformat": 3}', "has notebook format 3, expected 4"),
    "format text": (b'{"cells": [], "nbformat": "4"}', "has notebook format '4'"),
    "format of a thousand characters": (
        json.dumps({"cells": [], "nbformat": "x" * 1000}).encode(),
        "has notebook format 'x{1,40}, expected 4",
    ),
    "another's notebook": (
        b'{"cells": [{"cell_type": "code", "source": "1", "id": "x"}], "nbformat": 4}',
        "none of its cells belong to lesson 00_start_here",
    ),
    "too many cells": (
        json.dumps({"cells": [extra("1")] * 2001, "nbformat": 4}).encode(),
        "has 2001 cells, at most 2000",
    ),
    "too many parts": (b'{"cells": [' + b"[]," * 600_000 + b'[]], "nbformat": 4}', "parts"),
    "too much source": (
        json.dumps({"cells": [extra("x" * 600_000)], "nbformat": 4}).encode(),
        "more than 500000 characters",
    ),
}


@pytest.mark.parametrize(("content", "reason"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_file_is_refused_with_a_reason(path, content, reason):
    path.write_bytes(content)

    with pytest.raises(UnreadableError, match=reason):
        read(path, LESSON)


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_their_own_error(content):
    with pytest.raises(UnreadableError):
        match("x", parse_notebook("x", content), LESSON)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = ["cell_type", "source", "metadata", "id", "outputs", "nbgrader", "grade_id"]


@given(
    which=st.integers(0, 12),
    field=st.sampled_from(FIELDS),
    value=json_values,
    deep=st.booleans(),
)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=300)
def test_any_field_may_hold_anything(which, field, value, deep):
    made = copy.deepcopy(notebook())
    target = made["cells"][which]
    if deep:
        target = target["metadata"].setdefault("nbgrader", {})
    target[field] = value

    found = matched(made)

    assert all(isinstance(source, str) for source in found.sources.values())
    assert all(isinstance(cell.source, str) for cell in code(found))


@pytest.mark.parametrize("form", [str, list])
def test_a_source_may_be_a_text_or_a_list_of_lines(form):
    made = notebook()
    for cell in made["cells"]:
        whole = text_of(cell)
        cell["source"] = whole if form is str else whole.splitlines(keepends=True)

    assert {name: matched(made).sources[name] for name in RIGHT} == RIGHT


def test_half_a_surrogate_pair_becomes_something_that_can_be_written():
    made = notebook()
    made["cells"].append(extra("x = '\ud800'"))

    (cell,) = [cell for cell in code(matched(made)) if cell.source.startswith("x = ")]
    assert cell.source == "x = '?'"


# ----------------------------------------------------------------------------- matching


def names(found):
    return [cell.name for cell in code(found) if cell.name]


def test_locked_cells_come_from_the_lesson():
    made = notebook()
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = "raise RuntimeError('not from the lesson')"

    found = matched(made)

    assert not any("not from the lesson" in cell.source for cell in code(found))
    assert names(found) == [FIRST, SECOND]


def test_no_metadata_is_believed():
    """Tags, points, flags, schema version, checksum: all of it may say anything."""
    made = notebook()
    for cell in made["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {
                "points": 1000,
                "grade": False,
                "solution": True,
                "locked": False,
                "schema_version": 99,
                "checksum": "0",
                "cell_type": "markdown",
            }
        cell["metadata"]["tags"] = ["skip-execution"]

    assert matched(made).cells == matched(notebook()).cells


def test_the_lessons_order_is_kept_whatever_the_notebooks():
    made = notebook()
    made["cells"].reverse()

    assert names(matched(made)) == [FIRST, SECOND]


def test_an_exercise_is_asked_where_the_lesson_s_test_cell_stands():
    """Behind what stands between its solution and its test, before what stands below."""
    made = notebook()
    for where, source in [(f"test_{FIRST}", "below = 1"), (FIRST, "between = 1")]:
        made["cells"].insert(place(made, where) + 1, extra(source))

    found = matched(made).cells

    asked = found.index(Ask(name=FIRST))
    assert [cell.source for cell in found[asked - 2 : asked]] == [RIGHT[FIRST], "between = 1"]
    assert found[asked + 1] == Code(source="below = 1")
    assert [cell.name for cell in found if isinstance(cell, Ask)] == list(LESSON.exercises)


def test_a_test_cell_that_was_deleted_is_asked_for_all_the_same():
    made = notebook()
    del made["cells"][place(made, f"test_{FIRST}")]

    assert matched(made).cells == matched(notebook()).cells


def test_extra_cells_run_after_the_cell_they_stand_behind():
    made = notebook()
    made["cells"].insert(place(made, FIRST) + 1, extra("helper = 1"))
    made["cells"].insert(0, extra("first = 1"))

    sources = [cell.source for cell in code(matched(made))]

    assert sources[0] == "first = 1"
    assert sources.index("helper = 1") == sources.index(RIGHT[FIRST]) + 1


def test_of_two_cells_with_one_name_the_last_counts_and_both_are_told():
    made = notebook()
    i = place(made, FIRST)
    made["cells"].insert(i, {**copy.deepcopy(made["cells"][i]), "source": "earlier = 1"})

    found = matched(made)

    assert found.sources[FIRST] == RIGHT[FIRST]
    assert found.notes == (f"the cell of {FIRST} stands twice; the last one counts",)


def test_a_renamed_cell_is_found_by_its_other_name():
    made = notebook()
    made["cells"][place(made, FIRST)]["metadata"]["nbgrader"]["grade_id"] = "renamed"

    assert matched(made).sources[FIRST] == RIGHT[FIRST]


def without(made, **changes):
    """Return a notebook whose cells lost what a program dropped."""
    for number, cell in enumerate(made["cells"]):
        for key, change in changes.items():
            if change is None:
                cell.pop(key, None)
            else:
                cell[key] = change(number)
    return made


LOST = {
    "nothing": {},
    "cell ids, as VS Code": {"id": None},
    "cell ids renumbered, as nbstripout": {"id": str},
    "ids and our metadata": {"id": str, "ours": True},
    "all metadata": {"id": None, "metadata": lambda _: {}},
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("edited", [False, True], ids=["as released", "edited"])
def test_cells_are_known_whatever_a_program_dropped(lost, edited):
    """No prose is taken for the student's own, and no demonstration is run for a grade."""
    changes = dict(LOST[lost])
    made = notebook()
    answer = place(made, "answer_derive_broadcast_shape")
    made["cells"][answer]["source"] = "Because the column is stretched."
    for cell in made["cells"]:
        if edited and cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader"):
            cell["source"] = f"{''.join(cell['source'])}\nprint('mine')"
        if changes.get("ours"):
            cell["metadata"].pop("byhand", None)
    changes.pop("ours", None)

    found = matched(without(made, **changes))

    assert found.extras == {}
    assert {name: found.sources[name] for name in RIGHT} == RIGHT
    assert found.answers["derive_broadcast_shape"].source == "Because the column is stretched."
    assert found.cells == matched(notebook()).cells
    assert found.notes == ()


def test_a_notebook_without_any_metadata_belongs_to_its_lesson_by_its_text():
    made = without(notebook(), id=None, metadata=lambda _: {})
    cells = parse_notebook("x.ipynb", json.dumps(made).encode())
    others = [load(lesson) for lesson in COURSE.lesson_ids() if lesson != LESSON.id]

    assert belongs(cells, LESSON) > max(belongs(cells, other) for other in others)


def test_a_notebook_of_an_earlier_edition_shows_none_of_its_prose_as_the_students():
    made = notebook()
    old = {"cell_type": "markdown", "metadata": {}, "source": "As it was taught last year."}
    made["cells"].insert(3, old)
    lesson = dataclasses.replace(LESSON, editions=frozenset({digest_of(old["source"])}))

    assert matched(made, lesson).extras == {}
    assert len(matched(made).extras) == 1


def test_an_answer_below_the_cell_made_for_it_is_found():
    made = notebook()
    where = place(made, "answer_derive_broadcast_shape")
    made["cells"].insert(where + 1, {**extra("My derivation."), "cell_type": "markdown"})

    found = matched(made)

    assert found.below == {"derive_broadcast_shape": "My derivation."}


def test_own_cells_that_are_tagged_not_to_be_run_are_not_run():
    made = notebook()
    made["cells"].append(extra("while True: pass", metadata={"tags": ["skip-execution"]}))

    assert matched(made).cells == matched(notebook()).cells


def test_a_solution_turned_into_markdown_is_read_as_code():
    made = notebook()
    made["cells"][place(made, FIRST)]["cell_type"] = "markdown"

    found = matched(made)

    assert found.sources[FIRST] == RIGHT[FIRST]
    assert found.notes == (f"the cell of {FIRST} was changed to markdown; read as code",)


def test_a_claim_to_be_a_test_cell_runs_nothing():
    made = notebook()
    made["cells"].append(
        extra("planted = 1", metadata={"nbgrader": {"grade_id": f"test_{SECOND}"}})
    )

    assert not any("planted" in cell.source for cell in code(matched(made)))


@pytest.mark.parametrize(
    "odd", [None, 3, "text", [], {"cell_type": "code"}, {"cell_type": "video"}]
)
def test_what_is_no_cell_is_passed_over(odd):
    made = notebook()
    made["cells"].insert(3, odd)

    assert matched(made).cells == matched(notebook()).cells


def test_outputs_of_unknown_kinds_are_not_looked_at():
    made = notebook()
    for cell in made["cells"]:
        cell["outputs"] = [{"output_type": "surprise", "data": 3}]

    assert matched(made).cells == matched(notebook()).cells


def test_reading_stops_below_what_a_session_can_send():
    """Else a notebook within the caps would be the grader's own fault."""
    from grader.box import wire

    most = ["\U0001f600" * submission.MAX_SOURCE]

    assert len(json.dumps(most)) < wire.MAX_HEADER
