"""What is recorded is found again, and recorded again only where something has changed."""

import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3

import pytest
from sqlalchemy import event

from grader.gradebook import folders, sidecar
from grader.judge.outcome import Report
from grader.report.data import report_data
from grader.report.row import brief
from grader.submission.entry import fingerprint
from tests import classroom
from tests.classroom import LESSON, holdings, tree
from tests.conftest import load
from tests.gradebook.recording import (
    CLASS,
    autograded,
    done,
    entry,
    hash_of,
    record,
    record_one,
    recorder,
)

# ----------------------------------------------------------------------------------- the same again


@pytest.mark.parametrize(
    "lost",
    [
        "DELETE FROM grade WHERE id = (SELECT min(id) FROM grade)",
        "DELETE FROM comment WHERE id = (SELECT min(id) FROM comment)",
        "DELETE FROM grade; DELETE FROM comment; DELETE FROM submitted_notebook",
    ],
)
def test_rows_that_were_lost_are_made_again(course, graded, lost):
    record(course, graded)
    before = holdings(course)
    with contextlib.closing(sqlite3.connect(course.class_folder / "gradebook.db")) as db:
        db.executescript(lost)
    assert holdings(course) != before

    record(course, graded)

    assert holdings(course) == before


def test_recorded_twice_a_submission_has_the_same_bytes(course, graded):
    record(course, graded)
    before = autograded(course), holdings(course)
    record(course, graded)

    assert (autograded(course), holdings(course)) == before


def test_however_large_the_class_one_submission_is_found_by_index(course, graded):
    record(course, graded, "right")
    asked = []
    with recorder(course) as book:
        book.register(load(LESSON))
        engine = book._database.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2:4]))
        record_one(book, entry(course, "right"), graded["right"], load(LESSON), "hash")

    with contextlib.closing(sqlite3.connect(course.class_folder / "gradebook.db")) as db:
        plans = [
            (words, [step[3] for step in db.execute(f"EXPLAIN QUERY PLAN {words}", values)])
            for words, values in asked
            if words.startswith("SELECT")
        ]
    assert len(plans) >= 4
    assert [(words, steps) for words, steps in plans if "SCAN" in str(steps)] == []


def test_what_is_recorded_is_done_until_something_that_it_depends_on_changes(course, graded):
    record(course, graded)
    lesson = load(LESSON)
    me = entry(course, "right")
    with recorder(course) as book:
        found = done(book, course).report(me, hash_of(course, "right"))
        assert report_data(found) == report_data(brief(graded["right"].report))
        for changed in (
            fingerprint(me, lesson, "another secret", "a box"),
            fingerprint(me, lesson, "s", "another box"),
            fingerprint(me, dataclasses.replace(lesson, digest="another"), "s", "a box"),
            fingerprint(entry(course, "wrong"), lesson, "s", "a box"),
        ):
            assert done(book, course).report(me, changed) is None
        (me.folder / "timestamp.txt").write_text("2026-03-01 12:30:00 UTC\n")
        assert done(book, course).report(me, hash_of(course, "right")) is None


def test_a_recorded_report_is_read_back_as_a_report(course, graded):
    record(course, graded)

    with recorder(course) as book:
        shown = {s: done(book, course).report(entry(course, s), hash_of(course, s)) for s in CLASS}

    for student, as_a_row_shows_it in shown.items():
        whole = graded[student].report
        assert report_data(as_a_row_shows_it) == report_data(brief(whole))
        place = course.class_folder / "autograded" / student / LESSON
        report = sidecar.read(place, hash_of(course, student))
        assert isinstance(report, Report)
        assert [o.verdict for o in report.exercises] == [
            o.verdict for o in graded[student].report.exercises
        ]
        assert report_data(report) == report_data(graded[student].report)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda _: "{",
        lambda _: "[]",
        lambda made: json.dumps({"content_hash": made["content_hash"]}),
        lambda made: json.dumps({**made, "report": 7}),
        lambda made: json.dumps({**made, "report": {**made["report"], "exercises": [7]}}),
        lambda made: json.dumps(made).replace('"correct"', '"a verdict of another version"'),
    ],
    ids=["empty", "cut off", "a list", "no report", "a number", "no exercise", "no verdict"],
)
def test_a_damaged_record_is_made_anew(course, graded, damage):
    record(course, graded, "right")
    sidecar = course.class_folder / "autograded" / "right" / LESSON / "grader.json"
    made = json.loads(sidecar.read_text())
    sidecar.chmod(0o600)
    sidecar.write_text(damage(made))

    with recorder(course) as book:
        assert done(book, course).report(entry(course, "right"), hash_of(course, "right")) is None


def test_nothing_is_done_for_a_gradebook_that_does_not_hold_it(course, graded, template):
    """It was deleted to begin anew, or restored from a backup."""
    record(course, graded)
    shutil.copy(template.class_folder / "gradebook.db", course.class_folder / "gradebook.db")
    with recorder(course) as book:
        assert done(book, course).report(entry(course, "right"), hash_of(course, "right")) is None

    record(course, graded)
    with classroom.gradebook(course) as book:
        book.find_grade("test_one_hot", LESSON, LESSON, "right").auto_score = 0.0
        book.db.commit()
    with recorder(course) as book:
        assert done(book, course).report(entry(course, "right"), hash_of(course, "right")) is None
        assert (
            done(book, course).report(entry(course, "partly"), hash_of(course, "partly"))
            is not None
        )


# -------------------------------------------------------------------------------------- other files


def test_plain_files_beside_the_notebook_are_kept_for_the_instructor(course, graded):
    folder = entry(course, "right").folder
    (folder / "notes.txt").write_text("mine")
    (folder / "pictures").mkdir()
    (folder / "link.txt").symlink_to("/etc/passwd")
    (folder / "grader.json").write_text("forged")
    (folder / "earlier.py").write_text("forged = True")
    (folder / "other.ipynb").write_text("{}")
    os.mkfifo(folder / "pipe")

    record(course, graded, "right")

    assert set(tree(course.class_folder / "autograded" / "right" / LESSON)) == {
        f"{LESSON}.ipynb",
        "grader.json",
        "notes.txt",
    }


def test_no_file_is_written_twice_since_the_first_time_makes_it_read_only(
    course, graded, monkeypatch
):
    """A fake stands before the disk: root, unlike an instructor, may write where nobody may."""
    plain = folders._write

    def strict(path, content):
        assert not path.exists(), f"{path} is read-only by now"
        plain(path, content)

    monkeypatch.setattr(folders, "_write", strict)
    (entry(course, "right").folder / "earlier.py").write_text("# as released\n")
    lesson = dataclasses.replace(load(LESSON), earlier="def f():\n    return 1\n")

    with recorder(course) as book:
        record_one(book, entry(course, "right"), graded["right"], lesson, "hash")

    made = course.class_folder / "autograded" / "right" / LESSON / "earlier.py"
    assert made.read_text() == lesson.earlier
    assert made.stat().st_mode & 0o777 == 0o444
