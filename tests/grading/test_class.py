"""A class is graded as nbgrader would grade it, and once more only where something has changed."""

import dataclasses
from pathlib import Path

import pytest

from grader.gradebook.database import absolute
from grader.report.data import report_data
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, holdings, scores
from tests.grading.honest_class import HONEST, LATE, TASK, autograded, grade, needs_sandbox

pytestmark = needs_sandbox


# ----------------------------------------------------------------------- as nbgrader would grade it


@pytest.fixture(scope="module")
def stock(template, tmp_path_factory):
    """The same class, graded by nbgrader alone, which judges in the kernel."""
    made = copy_of(template, tmp_path_factory.mktemp("stock") / "course")
    classroom.make_stock(made, LATE)
    autograde(made)
    return made


def autograde(course, *words):
    done = classroom.command(course, "nbgrader", "autograde", LESSON, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def mark_by_hand(course):
    """Mark as a person does in Formgrader: a derivation, and a score that is overridden."""
    with classroom.gradebook(course) as book:
        marked = book.find_grade(TASK, LESSON, LESSON, "late")
        marked.manual_score, marked.needs_manual_grade = 3.5, False
        book.find_grade("test_one_hot", LESSON, LESSON, "late").manual_score = 2.0
        book.find_grade("test_standardize", LESSON, LESSON, "late").extra_credit = 0.5
        book.find_comment("one_hot", LESSON, LESSON, "late").manual_comment = "See me."
        book.db.commit()


def unanswered_at_zero(held, students):
    """Return holdings in which what these students did not answer waits for nobody."""
    rows = [
        (who, book, cell, 0.0, manual, extra, int(again and manual is not None))
        if cell == TASK and who in students
        else (who, book, cell, auto, manual, extra, again)
        for who, book, cell, auto, manual, extra, again in held["grades"]
    ]
    return held | {"grades": sorted(rows, key=repr)}


def test_the_gradebook_is_the_one_of_a_stock_nbgrader_but_for_answers_that_nobody_wrote(
    stock, graded
):
    """Scores, manual flags, comments, timestamps, the late penalty: every row of every table."""
    expected, found = holdings(stock), holdings(graded)

    assert found == unanswered_at_zero(expected, set(HONEST) - {"right"})
    assert scores(graded)["right"] == {"test_standardize": 10, "test_one_hot": 6}
    assert scores(graded)["wrong"] == {"test_standardize": 0, "test_one_hot": 0}
    assert 0 < scores(graded)["partly"]["test_standardize"] < 10
    penalties = {student: penalty for _, student, *_, penalty in found["submissions"]}
    assert penalties == {**dict.fromkeys(HONEST), "late": 16.0}


def test_marks_given_by_hand_in_between_are_kept_and_flagged_as_nbgrader_does(
    stock, graded, tmp_path
):
    theirs, ours = copy_of(stock, tmp_path / "theirs"), copy_of(graded, tmp_path / "ours")
    for course in (theirs, ours):
        mark_by_hand(course)
    before = holdings(ours)
    autograde(theirs, "--student=late", "--force")
    grade(ours, students=["late"], force=True)

    assert holdings(ours) == unanswered_at_zero(holdings(theirs), set(HONEST) - {"right"})
    grades = {row[2]: row for row in holdings(ours)["grades"] if row[0] == "late"}
    assert grades["test_one_hot"][3:] == (6.0, 2.0, None, 1)
    assert grades[TASK][3:] == (0.0, 3.5, None, 0)
    assert before["comments"] == holdings(ours)["comments"]


# ------------------------------------------------------------------------------- the same once more


def test_what_has_not_changed_is_skipped_and_force_does_it_anyway(regraded):
    before = autograded(regraded), holdings(regraded)
    skipped = grade(regraded)
    stamp = next((regraded.class_folder / "autograded").glob("*/*/grader.json")).stat()
    assert all(row.skipped for row in skipped)

    forced = grade(regraded, force=True)

    assert not any(row.skipped for row in forced)
    # Compared as data: evidence that was recorded is read back as it was told.
    before_and_after = [
        [dataclasses.replace(row, skipped=False, report=report_data(row.report)) for row in rows]
        for rows in (skipped, forced)
    ]
    assert before_and_after[0] == before_and_after[1]
    assert next((regraded.class_folder / "autograded").glob("*/*/grader.json")).stat() != stamp
    # The same submission, graded twice: the same bytes of notebooks and reports.
    assert (autograded(regraded), holdings(regraded)) == before


def test_only_what_was_handed_in_anew_is_graded_again(regraded):
    hand_in(regraded, "wrong", HONEST["right"], timestamp="2026-03-01 11:59:00 UTC")
    hand_in(regraded, "new", HONEST["partly"])

    rows = {row.student: row for row in grade(regraded)}

    assert {student for student, row in rows.items() if not row.skipped} == {"wrong", "new"}
    assert scores(regraded)["wrong"] == {"test_standardize": 10, "test_one_hot": 6}
    assert scores(regraded)["new"] == scores(regraded)["partly"]


def test_another_lesson_or_another_secret_grades_everything_again(regraded):
    hidden = regraded.solutions / LESSON / "hidden" / "one_hot.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")
    assert not any(row.skipped for row in grade(regraded, students=["right"]))

    (regraded.class_folder / "secret").write_text("another\n")
    assert not any(row.skipped for row in grade(regraded, students=["right"]))


def test_without_a_sandbox_a_grade_is_another_grade(regraded):
    """What was graded with one is not done for a run without, and the other way round."""
    assert not grade(regraded, students=["right"], sandboxed=False)[0].skipped
    assert not grade(regraded, students=["right"])[0].skipped


def test_a_deleted_gradebook_is_filled_again_though_the_notebooks_are_still_there(regraded):
    """ "Delete it to begin anew" is what we say ourselves about one that is broken."""
    before = holdings(regraded)
    (regraded.class_folder / "gradebook.db").unlink()

    rows = grade(regraded)

    assert not any(row.skipped for row in rows)
    for table in ("grades", "comments", "students", "sources", "cells"):
        assert holdings(regraded)[table] == before[table]


# ---------------------------------------------------------------------------------- what is printed


def test_the_table_shows_how_each_student_stands_and_what_the_class_got_wrong(
    regraded, run, monkeypatch
):
    with classroom.gradebook(regraded) as book:
        book.find_grade(TASK, LESSON, LESSON, "late").manual_score = 3.0
        book.db.commit()
    monkeypatch.setenv("COLUMNS", "100")
    code, out, said = run(regraded)

    assert (code, said) == (0, "")
    lines = {words[0]: words[1:] for words in map(str.split, out.splitlines()) if len(words) > 4}
    assert lines["student"] == ["score", "standardize", "one_hot", TASK]
    assert lines["right"] == ["16", "/", "20", "✓", "✓", "?"]
    assert lines["untouched"] == ["0", "/", "20", "–", "–", "–"]
    # Points by hand count, and so does what comes off because it was late.
    assert lines["late"] == ["3", "/", "20", "✓", "✓", "◐"]
    assert lines["partly"] == ["14", "/", "20", "◐", "✓", "–"]
    assert "division by 0 in standardize: partly\n" in out
    assert "\n1 derivation to mark\n" in out
    assert (
        f"next: mark in Formgrader, under Manual Grading, then: nbgrader generate_feedback {LESSON}"
        in out
    )
    assert "0 graded, 5 unchanged, 0 not graded" in out
    assert f"gradebook: {regraded.class_folder}/gradebook.db" in out
    assert f"autograded notebooks: {regraded.class_folder}/autograded" in out


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("sqlite:///class/gradebook.db?timeout=60", "sqlite:////c/class/gradebook.db?timeout=60"),
        ("sqlite:////elsewhere/gradebook.db", "sqlite:////elsewhere/gradebook.db"),
        ("postgresql://host/grades", "postgresql://host/grades"),
    ],
)
def test_a_gradebook_s_relative_path_is_seen_from_the_course(url, seen):
    assert absolute(url, Path("/c")) == seen
