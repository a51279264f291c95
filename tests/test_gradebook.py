"""Reports reach nbgrader's gradebook as nbgrader would write them, whole or not at all."""
# ruff: noqa: DTZ001 - nbgrader's times are in UTC and carry no zone

import contextlib
import dataclasses
import datetime as dt
import fcntl
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import nbformat
import nbgrader.api
import pytest
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy import event, text
from traitlets.config import Config

from grader.errors import InputError
from grader.gradebook import cells, folders
from grader.gradebook.recorder import Recorder
from grader.judge.outcome import Report
from grader.report.data import report_data
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.submission.entry import Entry, fingerprint
from tests import classroom
from tests.classroom import LESSON, holdings, right, tree, work
from tests.conftest import load

HALF = {
    "standardize": (
        "def standardize(X):\n"
        "    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)"
    ),
    "one_hot": "def one_hot(labels, n_classes):\n    return np.eye(n_classes)[:, labels]",
}
CLASS = {
    "right": right(derive_broadcast_shape="It is so."),
    "wrong": work(one_hot="def one_hot(labels, n_classes):\n    return labels"),
    "partly": right(**HALF),
    "untouched": work(),
}
TESTS = ("test_standardize", "test_one_hot")
TASK = "derive_broadcast_shape"


@pytest.fixture(scope="module")
def lesson():
    return load(LESSON)


@pytest.fixture(scope="module")
def template(tmp_path_factory, lesson):
    """A course with a class that has handed in, and a gradebook that knows the lesson."""
    course = classroom.make_course(tmp_path_factory.mktemp("template") / "course")
    for student, content in CLASS.items():
        classroom.hand_in(course, student, content)
    with pytest.MonkeyPatch.context() as patch:
        # As where the environment is not activated: nbgrader starts alembic by its name.
        patch.setenv("PATH", "/usr/bin:/bin")
        (course.class_folder / "gradebook.db").touch()
        with recorder(course) as book:
            book.register(lesson)
        assert os.environ["PATH"] == "/usr/bin:/bin"
    return course


@pytest.fixture(scope="module")
def graded(template, lesson):
    """The class, judged in a real box: what there is to record."""
    with open_box(template, [lesson], sandboxed=not availability.unavailable()) as box:
        return {
            student: grade_file(
                lesson,
                entry(template, student).notebook,
                box,
                student=student,
                secret="s",  # noqa: S106
            )
            for student in CLASS
        }


@pytest.fixture
def course(template, tmp_path):
    """A copy of the template: each test has a class of its own."""
    return classroom.copy_of(template, tmp_path / "course")


def recorder(course, *, url=None, config=None):
    return Recorder(
        course,
        db_url=url or f"sqlite:///{course.class_folder}/gradebook.db",
        course_id="backprop_by_hand",
        config=config or Config(),
    )


def entry(course, student):
    folder = course.class_folder / "submitted" / student / LESSON
    return Entry(student=student, lesson=LESSON, folder=folder)


def hash_of(course, student):
    return fingerprint(entry(course, student), load(LESSON), "s", "a box")


def record(course, graded, *students, config=None):
    """Record some of the class, as `grader grade` does."""
    with recorder(course, config=config) as book:
        for student in students or CLASS:
            book.record(
                entry(course, student), graded[student], load(LESSON), hash_of(course, student)
            )


def autograded(course):
    return tree(course.class_folder / "autograded")


# ------------------------------------------------------- as nbgrader would write it


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


# ----------------------------------------------------------------- the same again


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
        book.record(entry(course, "right"), graded["right"], load(LESSON), "hash")

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
        found = book.done().report(me, hash_of(course, "right"))
        assert report_data(found) == report_data(graded["right"].report)
        for changed in (
            fingerprint(me, lesson, "another secret", "a box"),
            fingerprint(me, lesson, "s", "another box"),
            fingerprint(me, dataclasses.replace(lesson, digest="another"), "s", "a box"),
            fingerprint(entry(course, "wrong"), lesson, "s", "a box"),
        ):
            assert book.done().report(me, changed) is None
        (me.folder / "timestamp.txt").write_text("2026-03-01 12:30:00 UTC\n")
        assert book.done().report(me, hash_of(course, "right")) is None


def test_a_recorded_report_is_read_back_as_a_report(course, graded):
    record(course, graded)

    with recorder(course) as book:
        found = {s: book.done().report(entry(course, s), hash_of(course, s)) for s in CLASS}

    for student, report in found.items():
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
        assert book.done().report(entry(course, "right"), hash_of(course, "right")) is None


def test_nothing_is_done_for_a_gradebook_that_does_not_hold_it(course, graded, template):
    """It was deleted to begin anew, or restored from a backup."""
    record(course, graded)
    shutil.copy(template.class_folder / "gradebook.db", course.class_folder / "gradebook.db")
    with recorder(course) as book:
        assert book.done().report(entry(course, "right"), hash_of(course, "right")) is None

    record(course, graded)
    with classroom.gradebook(course) as book:
        book.find_grade("test_one_hot", LESSON, LESSON, "right").auto_score = 0.0
        book.db.commit()
    with recorder(course) as book:
        assert book.done().report(entry(course, "right"), hash_of(course, "right")) is None
        assert book.done().report(entry(course, "partly"), hash_of(course, "partly")) is not None


# -------------------------------------------------------------------- other files


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
        book.record(entry(course, "right"), graded["right"], lesson, "hash")

    made = course.class_folder / "autograded" / "right" / LESSON / "earlier.py"
    assert made.read_text() == lesson.earlier
    assert made.stat().st_mode & 0o777 == 0o444


# ------------------------------------------------------------------------- killed


def killed_at(number, deed):
    """Run deed in a child that kills itself at its number-th step on the disk; tell if it did.

    Its steps are what Python's audit hooks see of files, and each commit.
    """

    def child():
        steps = iter(range(number))

        def step(*_):
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        names = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod")
        sys.addaudithook(lambda name, _: step() if name in names else None)
        deed(step)

    status = classroom.in_a_child(child)
    assert status in (0, -signal.SIGKILL)
    return status != 0


@pytest.mark.parametrize("before", ["never graded", "graded another submission"])
def test_killed_at_any_step_and_started_again_nothing_differs(course, graded, tmp_path, before):
    if before == "graded another submission":
        with recorder(course) as book:
            old = dataclasses.replace(graded["wrong"])
            book.record(entry(course, "right"), old, load(LESSON), "an older hash")
    pristine = tmp_path / "pristine"
    shutil.copytree(course.class_folder, pristine)
    record(course, graded, "right")
    expected = autograded(course), holdings(course)

    def begin_anew():
        shutil.rmtree(course.class_folder)
        shutil.copytree(pristine, course.class_folder)

    def deed(step):
        with recorder(course) as book:
            for moment in ("before_commit", "after_commit"):
                event.listen(book._database.session, moment, step)
            book.record(
                entry(course, "right"), graded["right"], load(LESSON), hash_of(course, "right")
            )

    kills = 0
    while kills < 200:
        begin_anew()
        if not killed_at(kills, deed):
            break
        kills += 1
        with recorder(course) as book:
            done = book.done().report(entry(course, "right"), hash_of(course, "right"))
        if done is None:
            record(course, graded, "right")
        assert (autograded(course), holdings(course)) == expected, f"killed at step {kills}"
        assert not (course.class_folder / "autograded" / ".new").exists()

    assert (autograded(course), holdings(course)) == expected
    assert kills > 10, "the test does not reach what it is about"


def test_killed_while_the_gradebook_is_made_no_half_of_it_stands_in_the_way(
    course, graded, monkeypatch
):
    """Without its version number, which nbgrader writes last, no gradebook can be upgraded."""
    (course.class_folder / "gradebook.db").unlink()

    def killed():
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        # At the moment when nbgrader has made its tables and asks alembic for the version.
        patch.setattr(nbgrader.api, "get_alembic_version", killed)
        status = classroom.in_a_child(lambda: recorder(course))
    assert status == -signal.SIGKILL
    assert not (course.class_folder / "gradebook.db").exists()

    with recorder(course) as book:
        book.register(load(LESSON))
    record(course, graded)

    assert holdings(course)["version"]
    assert sorted(p.name for p in course.class_folder.iterdir()) == [
        *(".grading", "autograded", "gradebook.db", "submitted"),
    ]


def test_a_gradebook_is_made_where_the_environment_is_not_activated(course):
    """The template's was; an empty file counts as none."""
    assert holdings(course)["version"]
    assert [path.name for path in course.class_folder.glob("*gradebook*")] == ["gradebook.db"]


# --------------------------------------------------------------------- refusals


def refusal(course, graded, student="right", **options):
    """Return the one line with which recording is refused."""

    def register_and_record():
        with recorder(course, **options) as book:
            book.register(load(LESSON))
            book.record(entry(course, student), graded[student], load(LESSON), "hash")

    with pytest.raises(InputError) as caught:
        register_and_record()
    told = str(caught.value)
    assert "\n" not in told
    return told


def url(course):
    return f"sqlite:///{course.class_folder}/gradebook.db"


@pytest.mark.parametrize("kind", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_locked_gradebook_is_told_with_what_to_do_and_nothing_is_lost(course, graded, kind):
    record(course, graded, "right")
    before = autograded(course), holdings(course)
    # A timeout of 0.2 s instead of a minute: the other one never ends while this test waits.
    with contextlib.closing(sqlite3.connect(course.class_folder / "gradebook.db")) as other:
        other.execute(f"BEGIN {kind}")
        told = refusal(course, graded, "wrong", url=f"{url(course)}?timeout=0.2")

    assert told == (
        f"{url(course)}?timeout=0.2: cannot be used (database is locked); close Formgrader and "
        "other nbgrader commands, then run this again"
    )
    assert (autograded(course), holdings(course)) == before


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(course, graded):
    path = course.class_folder / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.5, other.rollback)
        release.start()
        record(course, graded, "right")
        release.join()

    assert set(classroom.scores(course)) == {"right"}


@pytest.mark.parametrize(("asked", "milliseconds"), [("", 60_000), ("?timeout=7", 7_000)])
def test_nbgrader_waits_a_minute_for_another_writer_unless_told_otherwise(
    course, asked, milliseconds
):
    """The course's configuration is all that says so, to each of nbgrader's commands."""
    program = f"""
        from nbgrader.api import Gradebook
        from nbgrader.apps import NbGrader
        from sqlalchemy import text
        app = NbGrader()
        app.initialize([])
        with Gradebook({url(course) + asked!r}) as book:
            print(book.db.execute(text("PRAGMA busy_timeout")).scalar())
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=course.root,
        env=classroom.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == [str(milliseconds)], done.stderr


def test_a_file_that_is_no_database_is_left_as_it_is(course, graded):
    path = course.class_folder / "gradebook.db"
    path.write_bytes(b"a list of marks, in a format of its own\n" * 40)
    before = path.read_bytes()

    told = refusal(course, graded)

    assert told == (
        f"{url(course)}: cannot be used (file is not a database); move it away and restore a "
        "backup, or delete it to begin anew"
    )
    assert path.read_bytes() == before
    assert not (course.class_folder / "autograded").exists()


def test_a_database_of_something_else_is_left_as_it_is(course, graded):
    path = course.class_folder / "gradebook.db"
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmarks (name TEXT)")
        db.commit()
    before = path.read_bytes()

    told = refusal(course, graded)

    assert told == (
        f"{url(course)}: is a database of something else, with the tables bookmarks; move it "
        "away, or correct db_url in nbgrader_config.py"
    )
    assert path.read_bytes() == before


def test_a_gradebook_of_another_nbgrader_asks_for_an_upgrade(course, graded):
    with contextlib.closing(sqlite3.connect(course.class_folder / "gradebook.db")) as db:
        db.execute("ALTER TABLE submitted_assignment DROP COLUMN extension")
        db.commit()

    told = refusal(course, graded)

    assert told.endswith(
        "another version of nbgrader made it: copy it, then run 'nbgrader db upgrade'"
    )


def test_a_gradebook_of_an_older_nbgrader_is_upgraded_with_the_shipped_configuration(
    course, graded
):
    """nbgrader's own tests hold one of its version 0.5."""
    path = course.class_folder / "gradebook.db"
    shutil.copy(Path(nbgrader.api.__file__).parent / "tests/apps/files/gradebook.db", path)
    told = refusal(course, graded)
    assert told.endswith("copy it, then run 'nbgrader db upgrade'")

    done = classroom.command(course, "nbgrader", "db", "upgrade")

    assert done.returncode == 0, done.stderr
    record(course, graded, "right")
    assert set(classroom.scores(course)) == {"right"}
    assert len(list(course.class_folder.glob("gradebook.db.*"))) == 1, "nbgrader's own copy"


def test_a_folder_in_the_gradebook_s_place_is_told(course, graded):
    path = course.class_folder / "gradebook.db"
    path.unlink()
    path.mkdir()

    told = refusal(course, graded)

    assert told.endswith(
        "(unable to open database file); check the permissions of the file and its folder"
    )


def test_an_address_that_is_none_is_told(course, graded):
    told = refusal(course, graded, url="not an address")

    assert told.startswith("not an address: cannot be used (Could not parse SQLAlchemy URL")


@pytest.mark.parametrize("place", ["autograded", "autograded/right"])
def test_a_file_where_a_folder_should_be_is_told_before_a_score_is_written(course, graded, place):
    (course.class_folder / place).parent.mkdir(exist_ok=True)
    (course.class_folder / place).write_text("in the way")
    before = holdings(course)

    told = refusal(course, graded)

    assert told.endswith("run this again; nothing graded so far is lost")
    assert str(course.class_folder / "autograded") in told
    assert holdings(course)["grades"] == before["grades"] == []
    assert not list((course.class_folder / "autograded").glob(".new/*"))


def test_a_file_in_the_place_of_one_submission_is_replaced(course, graded):
    place = course.class_folder / "autograded" / "right" / LESSON
    place.parent.mkdir(parents=True)
    place.write_text("in the way")

    record(course, graded)

    assert (place / "grader.json").is_file()
    assert not (course.class_folder / "autograded" / ".new").exists()


@pytest.mark.parametrize("room", [10_000, 60_000, 170_000])
def test_on_a_full_disk_nothing_is_half_written(course, graded, room):
    """The kernel's limit on a file's size stands for the disk: it stops writes midway.

    10 kB hold no notebook, 60 kB no gradebook that grows, 170 kB no journal to speak of.
    """
    record(course, graded, "right")
    before = autograded(course), holdings(course)

    def child():
        # Python ignores the signal; the write fails with EFBIG.
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with recorder(course) as book:
            for number in range(60):
                me = dataclasses.replace(entry(course, "wrong"), student=f"new-{number}")
                try:
                    book.record(me, graded["wrong"], load(LESSON), "hash")
                except InputError as error:
                    assert "nothing graded so far is lost" in str(error)  # noqa: PT017
                    # The disk is full for each who comes then, and the class goes on.
                    with contextlib.suppress(InputError):
                        book.record(me, graded["wrong"], load(LESSON), "hash")
                    return
        raise AssertionError("the disk never was full")

    assert classroom.in_a_child(child) == 0
    kept = {path.parent.parent.name for path in Path(course.class_folder).glob("autograded/*/*/*")}
    assert kept - {"autograded"} == set(classroom.scores(course))
    assert {k: v for k, v in autograded(course).items() if k.startswith("right/")} == before[0]
    for name, what in before[1].items():
        assert set(what) <= set(holdings(course)[name])
    assert not (course.class_folder / "autograded" / ".new").exists()


def test_a_gradebook_that_cannot_grow_is_told_and_keeps_what_it_has(course, graded):
    """SQLite's own limit on pages gives the very error that a full disk gives."""
    record(course, graded, "right")
    before = holdings(course)
    with recorder(course) as book:
        db = book._database.session
        pages = db.execute(text("PRAGMA page_count")).scalar()
        db.execute(text(f"PRAGMA max_page_count = {pages}"))

        def record_many():
            for number in range(60):
                me = dataclasses.replace(entry(course, "wrong"), student=f"new-{number}")
                book.record(me, graded["wrong"], load(LESSON), "hash")

        with pytest.raises(InputError) as caught:
            record_many()

    assert str(caught.value).endswith(
        "cannot be used (database or disk is full); free some space, then run this again; "
        "nothing graded so far is lost"
    )
    assert set(before["grades"]) < set(holdings(course)["grades"])
    assert set(classroom.scores(course)) == {
        path.name for path in (course.class_folder / "autograded").iterdir()
    }


def test_one_class_is_graded_by_one_at_a_time(course):
    with recorder(course):
        # A lock of this kind does not hold against the process that has it.
        assert classroom.in_a_child(lambda: _is_refused(course)) == 0
    with recorder(course):
        pass


def _is_refused(course):
    with pytest.raises(InputError) as caught:
        recorder(course)
    assert str(caught.value) == (
        f"{course.class_folder}: another 'grader grade' is at work here; wait for it to end, "
        "then run this again"
    )


def test_a_lock_ends_with_the_process_even_where_its_workers_live_on(course):
    """A worker inherits the open file; the lock must not live in it."""
    reading, writing = os.pipe()

    def child():
        book = recorder(course)
        assert book
        worker = os.fork()
        if worker == 0:
            signal.sigwait([signal.SIGUSR1])
        os.write(writing, str(worker).encode())
        os.kill(os.getpid(), signal.SIGKILL)

    assert classroom.in_a_child(child) == -signal.SIGKILL
    worker = int(os.read(reading, 20))
    try:
        with recorder(course) as book:
            assert book
    finally:
        os.kill(worker, signal.SIGKILL)
        for end in (reading, writing):
            os.close(end)


def test_a_file_system_without_locks_is_no_reason_to_refuse(course, monkeypatch):
    """Some network file systems know none; a fake says so, for there is none here."""

    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", no_locks)

    with recorder(course) as book:
        assert book


# -------------------------------------------------------------- the graded notebook


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
