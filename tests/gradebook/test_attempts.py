"""Every attempt is remembered, once, and the report of a class is made of them."""

import csv
import json

import pytest

from grader.errors import InputError
from grader.gradebook import attempts
from grader.run.class_report import write_report
from tests import classroom
from tests.classroom import LESSON
from tests.gradebook.recording import record


def noted(course):
    """Return the scores of the attempts that are remembered, by student."""
    found = attempts.read(course.class_folder)
    return {student: [attempt.score for attempt in some] for (student, _), some in found.items()}


def test_a_submission_that_is_graded_again_is_one_attempt(course, graded):
    record(course, graded, "wrong")
    record(course, graded, "wrong")

    assert noted(course) == {"wrong": [0.0]}
    # The file grows by what is new alone, however often a class is graded by force.
    assert len((course.class_folder / attempts.NAME).read_bytes().splitlines()) == 1


def test_a_submission_that_comes_to_something_else_counts_as_it_was_graded_last(course, graded):
    """As when a lesson was mended, and mended back."""
    for outcome in ("wrong", "right", "wrong"):
        record(course, {"wrong": graded[outcome]}, "wrong")

    assert noted(course) == {"wrong": [0.0]}
    assert len((course.class_folder / attempts.NAME).read_bytes().splitlines()) == 3


def test_what_is_handed_in_again_is_another_attempt_also_the_same_at_another_time(course, graded):
    record(course, graded, "wrong")
    classroom.hand_in(course, "wrong", classroom.right())
    record(course, {"wrong": graded["right"]}, "wrong")
    classroom.hand_in(course, "wrong", classroom.right(), timestamp="2026-01-02 03:04:05 UTC")
    record(course, {"wrong": graded["right"]}, "wrong")

    assert noted(course) == {"wrong": [0.0, 16.0, 16.0]}


@pytest.mark.parametrize("torn", [b'{"student": "wro', b"\xff\xfe\n", b"[]\n", b"{}\n"])
def test_a_line_that_was_torn_costs_no_other_attempt(course, graded, torn):
    record(course, graded, "wrong")
    with (course.class_folder / attempts.NAME).open("ab") as file:
        file.write(torn)
    record(course, graded, "right")

    assert noted(course) == {"wrong": [0.0], "right": [16.0]}


@pytest.fixture
def recorded(course, graded):
    record(course, graded)
    return course


def test_the_report_is_one_page_without_a_script_and_a_table(recorded):
    page, table = (path.read_text("utf-8-sig") for path in write_report(recorded, LESSON))
    rows = list(csv.DictReader(table.splitlines()))

    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "4 students, median score" in page
    assert {row["student"] for row in rows} == {"right", "wrong", "partly", "untouched"}
    assert {row["how it stands"] for row in rows if row["student"] == "untouched"} == {
        "nothing there"
    }
    assert len(rows) == 4 * 3


def test_an_anonymous_report_names_nobody_and_leaves_the_other_alone(recorded):
    named = write_report(recorded, None)
    before = named[0].read_bytes()
    page, table = write_report(recorded, None, anonymous=True)

    students = {row["student"] for row in csv.DictReader(table.read_text("utf-8-sig").splitlines())}
    assert students == {f"student {number}" for number in range(1, 5)}
    assert ">untouched<" not in page.read_text(encoding="utf-8")
    assert named[0].read_bytes() == before


def test_an_example_is_the_code_of_one_who_is_not_named(recorded):
    place = recorded.class_folder / "autograded" / "partly" / LESSON
    told = json.loads((place / "grader.json").read_text(encoding="utf-8"))
    (axis,) = [e for e in told["report"]["exercises"] if e["id"] == "standardize"]
    page = write_report(recorded, LESSON)[0].read_text(encoding="utf-8")

    assert axis["mistake"] is not None
    assert f"<strong>{axis['mistake']}</strong>" in page
    assert "X</span><span" in page or "X.mean" in page
    assert page.count("An example, without its comments and its author") >= 1


def test_what_is_not_graded_is_told_in_one_line(template, tmp_path):
    course = classroom.copy_of(template, tmp_path / "new")
    done = classroom.command(course, "grader", "report")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "grade first: grader grade" in done.stderr
    with pytest.raises(InputError, match="no lesson is called"):
        write_report(course, "99_x")
