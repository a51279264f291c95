"""What cannot be recorded is told in one line, and nothing is half written."""

import contextlib
import dataclasses
import errno
import fcntl
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

import nbgrader.api
import pytest
from sqlalchemy import text

from grader.errors import InputError, StopError
from grader.gradebook.disk import refusals_told
from tests import classroom
from tests.classroom import LESSON, holdings
from tests.conftest import load
from tests.gradebook.recording import autograded, entry, record, record_one, recorder, url


def refusal(course, graded, student="right", **options):
    """Return the one line with which recording is refused."""

    def register_and_record():
        with recorder(course, **options) as book:
            book.register(load(LESSON))
            record_one(book, entry(course, student), graded[student], load(LESSON), "hash")

    with pytest.raises(InputError) as caught:
        register_and_record()
    told = str(caught.value)
    assert "\n" not in told
    return told


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
                    record_one(book, me, graded["wrong"], load(LESSON), "hash")
                except InputError as error:
                    assert "nothing graded so far is lost" in str(error)  # noqa: PT017
                    # The disk is full for each who comes then, and the class goes on.
                    with contextlib.suppress(InputError):
                        record_one(book, me, graded["wrong"], load(LESSON), "hash")
                    return
        raise AssertionError("the disk never was full")

    assert classroom.in_a_child(child) == 0
    kept = {path.parent.parent.name for path in Path(course.class_folder).glob("autograded/*/*/*")}
    assert kept - {"autograded"} == set(classroom.scores(course))
    assert {k: v for k, v in autograded(course).items() if k.startswith("right/")} == before[0]
    for name, what in before[1].items():
        assert set(what) <= set(holdings(course)[name])
    assert not (course.class_folder / "autograded" / ".new").exists()


@pytest.mark.parametrize(("met", "kind"), [(errno.ENOSPC, StopError), (errno.EACCES, InputError)])
def test_a_full_disk_ends_the_class_and_a_folder_that_is_closed_does_not(tmp_path, met, kind):
    with pytest.raises(InputError) as caught, refusals_told(tmp_path):
        raise OSError(met, os.strerror(met))

    assert type(caught.value) is kind
    assert f"{tmp_path}: cannot be written" in str(caught.value)


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
                record_one(book, me, graded["wrong"], load(LESSON), "hash")

        # The class ends there: each that came after would be graded for nothing.
        with pytest.raises(StopError) as caught:
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
