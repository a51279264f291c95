"""Reports that have come together are recorded together; each keeps its own fate."""

import pytest
from sqlalchemy import event

from grader.errors import InputError, StopError
from grader.gradebook import recorder as recording_room
from tests import classroom
from tests.classroom import holdings
from tests.gradebook.recording import CLASS, autograded, entry, finished, record, recorder


def test_together_they_leave_what_each_leaves_alone(course, graded, tmp_path):
    record(course, graded)
    alone = autograded(course), holdings(course)
    (course.class_folder / "autograded").rename(tmp_path / "aside")
    (course.class_folder / "gradebook.db").unlink()

    with recorder(course) as book:
        assert book.record_all(finished(course, graded, *CLASS)) == {}

    assert (autograded(course), holdings(course)) == alone


def test_one_commit_is_enough_for_all(course, graded):
    commits = []
    with recorder(course) as book:
        book.record_all(finished(course, graded, "right"))
        event.listen(book._database.session, "after_commit", commits.append)
        book.record_all(finished(course, graded, *CLASS))

    assert len(commits) == 1


@pytest.fixture
def refusing(monkeypatch):
    """Return a function that lets the writing of one student's scores fail."""
    plain = recording_room.save

    def make(student, error):
        def save(session, finished, *rest):
            plain(session, finished, *rest)
            if student in [one.entry.student for one in finished]:
                raise error

        monkeypatch.setattr(recording_room, "save", save)

    return make


@pytest.mark.parametrize("error", [InputError("no room for it"), ZeroDivisionError("a fault")])
def test_one_whose_scores_are_refused_costs_the_others_nothing(course, graded, refusing, error):
    refusing("wrong", error)

    with recorder(course) as book:
        refused = book.record_all(finished(course, graded, *CLASS))

    assert refused == {entry(course, "wrong"): error}
    assert set(classroom.scores(course)) == set(CLASS) - {"wrong"}
    assert {name.split("/")[0] for name in autograded(course)} == set(CLASS) - {"wrong"}


def test_one_whose_folder_is_refused_costs_the_others_nothing(course, graded):
    # Where its folder should stand, a file does.
    (course.class_folder / "autograded").mkdir(exist_ok=True)
    (course.class_folder / "autograded" / "wrong").write_text("in the way", encoding="utf-8")

    with recorder(course) as book:
        refused = book.record_all(finished(course, graded, *CLASS))

    assert [who.student for who in refused] == ["wrong"]
    assert set(classroom.scores(course)) == set(CLASS) - {"wrong"}


def test_a_database_that_has_gone_away_stops_all(course, graded, refusing):
    refusing("wrong", StopError("gone"))

    with recorder(course) as book, pytest.raises(StopError, match="gone"):
        book.record_all(finished(course, graded, *CLASS))

    assert classroom.scores(course) == {}
    assert autograded(course) == {}
