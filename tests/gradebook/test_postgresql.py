"""The gradebook on a PostgreSQL server, through nbgrader's own db_url."""

import datetime as dt
import pickle
from contextlib import closing
from threading import Thread

import pytest
from nbgrader.api import Gradebook

from grader.errors import InputError, StopError
from grader.gradebook.marks import marks_in
from tests.classroom import _QUERIES, LESSON, copy_of, holdings
from tests.conftest import load
from tests.gradebook import recording, server
from tests.gradebook.recording import CLASS, TASK, done, entry, hash_of, record_one, recorder

pytestmark = server.needs_server


@pytest.fixture(scope="module")
def postgresql():
    with closing(server.Server()) as started:
        yield started


def record(course, graded, url, *students):
    with recorder(course, url=url) as book:
        for student in students or CLASS:
            record_one(
                book,
                entry(course, student),
                graded[student],
                load(LESSON),
                hash_of(course, student),
            )


def held(postgresql, name):
    """Return all that a gradebook on the server holds, as `holdings` does of a file's."""
    return {
        table: sorted(postgresql.execute(query, name), key=repr)
        for table, query in _QUERIES.items()
    }


def plain(rows):
    """Return rows without what the two databases spell differently: truth, times, whole numbers."""
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value):
    if isinstance(value, dt.datetime):
        return f"{value}.000000"
    return value if value is None or isinstance(value, str) else float(value)


def test_the_server_holds_what_a_file_would(course, graded, postgresql, tmp_path):
    url = postgresql.new("same")
    alone = copy_of(course, tmp_path / "alone")
    record(course, graded, url)
    recording.record(alone, graded)

    found, expected = held(postgresql, "same"), holdings(alone)

    assert {table: plain(rows) for table, rows in found.items()} == {
        table: plain(rows) for table, rows in expected.items()
    }
    assert marks_in(url, "backprop_by_hand", [LESSON]) == marks_in(
        recording.url(alone), "backprop_by_hand", [LESSON]
    )
    # Recorded again, nothing is added, and all of it counts as done.
    record(course, graded, url)
    assert held(postgresql, "same") == found
    with recorder(course, url=url) as book:
        found = done(book, course)
        assert all(found.report(entry(course, s), hash_of(course, s)) for s in CLASS)


def test_two_graders_and_formgrader_write_at_once_and_nothing_is_lost(
    course, graded, postgresql, tmp_path
):
    """Two machines with a class folder each begin at the same moment, on an empty database."""
    url = postgresql.new("together")
    courses = [course, copy_of(course, tmp_path / "second")]
    faults = []

    def grade(which):
        try:
            for _ in range(5):
                record(courses[which], pickle.loads(pickle.dumps(graded)), url)  # noqa: S301
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            faults.append(error)

    def mark():
        # Formgrader's own way: nbgrader's objects, in a session that is kept.
        with Gradebook(url, "backprop_by_hand") as book:
            for points in range(20):
                try:
                    grade_ = book.find_grade(TASK, LESSON, LESSON, "right")
                    grade_.manual_score = float(points)
                    book.db.commit()
                except Exception:  # noqa: BLE001 - not there yet
                    book.db.rollback()
            book.find_grade(TASK, LESSON, LESSON, "right").manual_score = 3.0
            book.db.commit()

    writers = [Thread(target=grade, args=(which,)) for which in range(2)]
    for writer in writers:
        writer.start()
    marking = Thread(target=mark)
    for writer in writers[:1]:
        writer.join()
    marking.start()
    for writer in (*writers, marking):
        writer.join()

    assert faults == []
    assert postgresql.execute("SELECT count(*) FROM submitted_assignment", "together") == [
        (len(CLASS),)
    ]
    assert postgresql.execute("SELECT count(*) FROM student", "together") == [(len(CLASS),)]
    assert postgresql.execute("SELECT count(*) FROM alembic_version", "together") == [(1,)]
    assert marks_in(url, "backprop_by_hand", [LESSON])["right", LESSON].cells[TASK].manual == 3.0


def test_a_server_that_goes_away_ends_the_class_with_one_line_and_a_rerun_finishes(
    course, graded, postgresql
):
    url = postgresql.new("gone")
    with recorder(course, url=url) as book:
        record_one(
            book, entry(course, "right"), graded["right"], load(LESSON), hash_of(course, "right")
        )
        postgresql.stop()
        try:
            with pytest.raises(StopError, match="the database server refuses or has gone") as told:
                record_one(
                    book,
                    entry(course, "wrong"),
                    graded["wrong"],
                    load(LESSON),
                    hash_of(course, "wrong"),
                )
            assert "secret" not in str(told.value)
            with pytest.raises(InputError, match="see that it runs and lets you in"):
                marks_in(url, "backprop_by_hand", [LESSON])
        finally:
            postgresql.start()

    record(course, graded, url)
    assert postgresql.execute("SELECT count(*) FROM submitted_notebook", "gone") == [(len(CLASS),)]


def test_an_address_without_a_driver_says_what_to_install(course):
    with pytest.raises(InputError, match=r"MySQLdb.*begin db_url with postgresql\+psycopg://"):
        recorder(course, url="mysql://grader:secret@127.0.0.1/grades")
