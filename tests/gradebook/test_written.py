"""Reports reach nbgrader's gradebook as nbgrader would write them."""
# ruff: noqa: DTZ001 - nbgrader's times are in UTC and carry no zone

import dataclasses
import datetime as dt
import json

import nbformat
import pytest
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from traitlets.config import Config

from grader.errors import InputError
from grader.gradebook import cells
from grader.report.data import report_data
from grader.report.notebook import autograded_notebook
from tests import classroom
from tests.classroom import LESSON, holdings
from tests.conftest import load
from tests.gradebook.recording import CLASS, HALF, TASK, TESTS, entry, hash_of, record, recorder

# ----------------------------------------------------------------------- as nbgrader would write it


def test_registering_a_lesson_writes_what_generate_assignment_writes(course, lesson):
    by_us = holdings(course)
    with classroom.gradebook(course) as book:
        book.remove_assignment(LESSON)
    done = classroom.command(course, "nbgrader", "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr
    by_nbgrader = holdings(course)
    assert by_us == by_nbgrader

    with recorder(course) as book:
        book.register(lesson)

    assert holdings(course) == by_nbgrader


def test_a_lesson_that_stands_in_the_gradebook_is_not_saved_again(course, lesson, monkeypatch):
    before = holdings(course)
    monkeypatch.setattr(cells, "_steps", lambda: pytest.fail("saved again"))

    with recorder(course) as book:
        book.register(lesson)

    assert holdings(course) == before


def test_the_file_is_the_notebook_s_json_to_the_byte(course, graded, lesson):
    """Parts of it are written once for a whole class, and nothing tells."""
    record(course, graded)
    for student, one in graded.items():
        whole = json.dumps(autograded_notebook(lesson, one), ensure_ascii=False, sort_keys=True)
        path = course.class_folder / "autograded" / student / LESSON / f"{LESSON}.ipynb"

        assert path.read_text(encoding="utf-8") == f"{whole}\n"


def is_test(about):
    return about["grade"]


def is_task(about):
    return about["task"]


def is_setup(about):
    return not (about["grade"] or about["solution"] or about["task"])


CHANGES = {
    "points": (is_test, lambda cell: cell["metadata"]["nbgrader"].update(points=3)),
    "a task's points": (is_task, lambda cell: cell["metadata"]["nbgrader"].update(points=3)),
    "a lock": (is_setup, lambda cell: cell["metadata"]["nbgrader"].update(locked=False)),
    "a text": (is_test, lambda cell: cell["source"].append("\n# more")),
}


@pytest.mark.parametrize(("where", "change"), CHANGES.values(), ids=CHANGES.keys())
def test_a_lesson_that_changed_is_saved_again(course, lesson, where, change):
    changed = json.loads(json.dumps(lesson.notebook))
    for cell in changed["cells"]:
        if "nbgrader" in cell["metadata"] and where(cell["metadata"]["nbgrader"]):
            change(cell)
    assert changed != lesson.notebook
    before = holdings(course)

    with recorder(course) as book:
        book.register(dataclasses.replace(lesson, notebook=changed))

    assert holdings(course) != before


def test_the_gradebook_holds_no_solution(course):
    """nbgrader compares its copy with what students hand in, and may paste it into theirs."""
    sources = {name: source for _, name, _, _, source, _ in holdings(course)["sources"]}

    assert "raise NotImplementedError" in sources["standardize"]
    assert "keepdims" not in sources["standardize"]


def saved_by_nbgrader(course, config):
    """Let nbgrader's own last steps write the autograded notebooks into the gradebook."""
    for student in CLASS:
        path = course.class_folder / "autograded" / student / LESSON / f"{LESSON}.ipynb"
        resources = {
            "nbgrader": {
                "student": student,
                "assignment": LESSON,
                "notebook": LESSON,
                "db_url": f"sqlite:///{course.class_folder}/gradebook.db",
            }
        }
        # What nbgrader compares with, to see an answer that was never written.
        checksums = {name: sum_ for _, name, *_, sum_ in holdings(course)["sources"]}
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader["checksum"] = checksums[cell.metadata.nbgrader.grade_id]
        for step in (SaveAutoGrades, AssignLatePenalties):
            notebook, resources = step(config=config).preprocess(notebook, resources)


def test_scores_flags_comments_and_penalties_are_those_that_nbgrader_writes(course, graded):
    """The same autograded notebooks, once through nbgrader's own SaveAutoGrades."""
    config = Config({"LateSubmissionPlugin": {"penalty_method": "zero"}})
    due = dt.datetime(2026, 3, 1, 12)
    for student, minutes in (("right", 1), ("partly", -1)):
        handed_in = due + dt.timedelta(minutes=minutes)
        (entry(course, student).folder / "timestamp.txt").write_text(f"{handed_in} UTC\n")
    with classroom.gradebook(course) as book:
        book.update_or_create_assignment(LESSON, duedate=due)
    record(course, graded)
    # A person marks the derivation, overrides one score, and adds a point to another.
    with classroom.gradebook(course) as book:
        book.find_grade(TASK, LESSON, LESSON, "right").manual_score = 3.0
        book.find_grade(TASK, LESSON, LESSON, "right").needs_manual_grade = False
        book.find_grade("test_one_hot", LESSON, LESSON, "right").manual_score = 1.5
        book.find_grade("test_standardize", LESSON, LESSON, "right").extra_credit = 0.5
        book.find_grade(TASK, LESSON, LESSON, "partly").extra_credit = 2.0
        book.db.commit()

    record(course, graded, config=config)
    by_us = holdings(course)
    saved_by_nbgrader(course, config)

    assert by_us == holdings(course)
    penalties = {student: penalty for _, student, *_, penalty in by_us["submissions"]}
    assert penalties == {"right": 15.0, "wrong": None, "partly": None, "untouched": None}
    flags = {(student, cell): flag for student, _, cell, *_, flag in by_us["grades"]}
    assert [flags["right", cell] for cell in (*TESTS, TASK)] == [0, 1, 0]
    assert [flags["wrong", cell] for cell in (*TESTS, TASK)] == [0, 0, 0]
    blank = {(student, cell) for student, _, cell, said, _ in by_us["comments"] if said}
    assert blank == {
        ("untouched", "standardize"),
        ("untouched", "one_hot"),
        ("wrong", "standardize"),
    }


def test_scores_are_those_of_the_reports(course, graded):
    record(course, graded)
    found = classroom.scores(course)

    for student, made in graded.items():
        expected = {f"test_{o.id}": o.score for o in made.report.exercises if o.cases}
        assert found[student] == expected
    assert found["right"] == {"test_standardize": 10, "test_one_hot": 6}
    assert found["untouched"] == {"test_standardize": 0, "test_one_hot": 0}
    assert 0 < found["partly"]["test_standardize"] + found["partly"]["test_one_hot"] < 16


def test_what_a_person_gave_stays_when_a_submission_is_graded_again(course, graded):
    record(course, graded)
    with classroom.gradebook(course) as book:
        book.find_grade(TASK, LESSON, LESSON, "wrong").manual_score = 2.0
        book.find_comment(TASK, LESSON, LESSON, "wrong").manual_comment = "Which row?"
        book.db.commit()

    record(course, graded)

    with classroom.gradebook(course) as book:
        assert book.find_grade(TASK, LESSON, LESSON, "wrong").manual_score == 2.0
        assert book.find_comment(TASK, LESSON, LESSON, "wrong").manual_comment == "Which row?"
        assert book.find_submission(LESSON, "wrong").score == 2.0


def test_a_resubmission_without_a_timestamp_keeps_the_one_before_as_in_nbgrader(course, graded):
    stamp = entry(course, "right").folder / "timestamp.txt"
    for content, expected in [
        ("2026-03-01 12:30:00 CET\n", dt.datetime(2026, 3, 1, 11, 30)),
        (None, dt.datetime(2026, 3, 1, 11, 30)),
        ("not a date", dt.datetime(2026, 3, 1, 11, 30)),
        ("2026-03-02 10:00:00 UTC", dt.datetime(2026, 3, 2, 10, 0)),
    ]:
        stamp.unlink(missing_ok=True)
        if content:
            stamp.write_text(content)
        record(course, graded, "right")
        with classroom.gradebook(course) as book:
            assert book.find_submission(LESSON, "right").timestamp == expected


def test_an_extension_counts_before_a_penalty_does(course, graded):
    due = dt.datetime(2026, 3, 1, 12)
    late = due + dt.timedelta(hours=1)
    (entry(course, "right").folder / "timestamp.txt").write_text(f"{late} UTC\n")
    record(course, graded, "right")
    config = Config({"LateSubmissionPlugin": {"penalty_method": "zero"}})
    found = []
    for hours in (0, 2, 0):
        with classroom.gradebook(course) as book:
            book.update_or_create_assignment(LESSON, duedate=due)
            book.grant_extension(LESSON, "right", hours=hours)
        record(course, graded, "right", config=config)
        with classroom.gradebook(course) as book:
            found.append(book.find_submission(LESSON, "right").late_submission_penalty)

    assert found == [16.0, 0.0, 16.0]


def test_a_lesson_that_lost_a_cell_after_submissions_is_refused_with_what_to_do(course, graded):
    record(course, graded)
    before = holdings(course)
    lesson = load(LESSON)
    cells_ = lesson.notebook["cells"]
    kept = [c for c in cells_ if c["metadata"].get("nbgrader", {}).get("grade_id") != TASK]
    notebook = {**lesson.notebook, "cells": kept}

    with recorder(course) as book, pytest.raises(InputError) as caught:
        book.register(dataclasses.replace(lesson, notebook=notebook))

    assert str(caught.value) == (
        f"{LESSON}: Cannot add or remove cells for notebook '{LESSON}' because there are "
        "submissions associated with it; restore the lesson, or delete its submissions from "
        "the gradebook"
    )
    assert holdings(course) == before


# ------------------------------------------------------------------------------ the graded notebook


def test_the_graded_notebook_shows_the_report_and_the_score_as_nbgrader_reads_it(course, graded):
    record(course, graded, "partly")
    path = course.class_folder / "autograded" / "partly" / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)

    cells = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    outcome = {o.id: o for o in graded["partly"].report.exercises}["standardize"]
    shown, score = cells["test_standardize"].outputs
    assert shown.name == "stdout"
    assert "Hint: " in shown.text
    assert float(score.data["text/plain"]) == outcome.score
    assert cells["standardize"].source == HALF["standardize"]


def test_the_record_holds_the_report_that_programs_read(course, graded):
    record(course, graded, "partly")
    path = course.class_folder / "autograded" / "partly" / LESSON / "grader.json"

    assert json.loads(path.read_text()) == {
        "content_hash": hash_of(course, "partly"),
        "report": report_data(graded["partly"].report),
    }
