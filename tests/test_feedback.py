"""nbgrader's own generate_feedback and Formgrader's button write the grader's pages."""

import contextlib
import re
import shutil
import sqlite3

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.run.whole_class import grade_class
from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, right, work

pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)

TASK = "derive_broadcast_shape"
MARKUP = "<img src=x onerror=alert(1)>"
CLASS = {"right": right(**{TASK: "It is so."}), "untouched": work(), MARKUP: right()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was graded, nobody's derivation marked yet; nobody changes it."""
    course = classroom.make_course(tmp_path_factory.mktemp("graded") / "course")
    for student, content in CLASS.items():
        hand_in(course, student, content, timestamp="2026-03-01 12:00:00 UTC")
    grade_class(course)
    return course


@pytest.fixture
def course(graded, tmp_path):
    """A copy of the graded class."""
    return copy_of(graded, tmp_path / "course")


def generate(course, *words):
    return classroom.command(course, "nbgrader", "generate_feedback", LESSON, *words)


def page(course, student):
    path = course.class_folder / "feedback" / student / LESSON / f"{LESSON}.html"
    return path.read_text(encoding="utf-8")


def words(course, student):
    return " ".join(re.sub(r"<[^>]*>", " ", page(course, student)).split())


def give(course, student, points):
    """Mark a derivation as a person does in Formgrader."""
    with classroom.gradebook(course) as book:
        grade = book.find_grade(TASK, LESSON, LESSON, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment(TASK, LESSON, LESSON, student).manual_comment = "Say *why*."
        book.db.commit()


def test_the_command_writes_a_page_for_each_student_where_release_looks_for_it(course):
    done = generate(course)

    assert done.returncode == 0, done.stderr
    assert "3 feedback pages written" in done.stderr
    for student in CLASS:
        folder = course.class_folder / "feedback" / student / LESSON
        assert {path.name for path in folder.iterdir()} == {f"{LESSON}.html", "timestamp.txt"}
    assert "16 of 20 points , 4 more are still to be marked by a person" in words(course, "right")
    assert "0 of 20 points" in words(course, "untouched")
    assert "still to be marked" not in words(course, "untouched")
    assert MARKUP not in page(course, MARKUP)


def test_a_page_is_made_anew_from_the_gradebook_as_it_stands_and_needs_no_force(course):
    generate(course)
    give(course, "right", 3.0)

    assert generate(course).returncode == 0

    assert "19 of 20 points" in words(course, "right")
    assert f"{TASK} 3 of 4 marked by hand" in words(course, "right")
    assert "<p>Say <em>why</em>.</p>" in page(course, "right")


def test_the_points_of_a_page_are_those_that_nbgrader_exports(course):
    give(course, "right", 2.5)
    generate(course)
    with classroom.gradebook(course) as book:
        total = book.find_submission(LESSON, "right").score

    assert f"{total:g} of 20 points" in words(course, "right")


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_formgrader_s_button_writes_the_same_page(course, monkeypatch):
    generate(course)
    expected = page(course, "right")
    monkeypatch.chdir(course.root)
    config = course.nbgrader_config()
    api = NbGraderAPI(CourseDirectory(config=config, root=str(course.root)), config=config)

    result = api.generate_feedback(LESSON, "right")

    assert result["success"], result
    assert page(course, "right") == expected


def test_one_student_may_be_picked_and_others_excluded(course):
    assert generate(course, "--student=right").returncode == 0
    made = {path.name for path in (course.class_folder / "feedback").iterdir()}
    classroom.configure(course, "c.CourseDirectory.student_id_exclude = 'right'")
    assert generate(course).returncode == 0
    all_made = {path.name for path in (course.class_folder / "feedback").iterdir()}

    assert made == {"right"}
    assert all_made == set(CLASS)


def test_how_it_is_marked_is_shown_where_the_configuration_asks_for_it(course):
    generate(course)
    without = page(course, "right")
    classroom.configure(course, "c.FeedbackPages.schemes = True")
    generate(course)

    assert "An answer that earns all points" not in without
    assert "An answer that earns all points" in page(course, "right")


def test_a_locked_gradebook_is_one_clear_line_and_the_pages_stay_as_they_were(course):
    # A second of patience instead of a minute: the other one never ends while this test waits.
    address = f"sqlite:///{course.class_folder}/gradebook.db?timeout=1"
    classroom.configure(course, f"c.CourseDirectory.db_url = {address!r}")
    generate(course)
    before = classroom.tree(course.class_folder / "feedback")
    with contextlib.closing(sqlite3.connect(course.class_folder / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = generate(course, "--force")
        other.rollback()

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (told,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert "cannot be used (database is locked); close Formgrader" in told
    assert classroom.tree(course.class_folder / "feedback") == before


def test_a_submission_that_was_never_graded_here_is_named_and_the_others_get_their_pages(course):
    (course.class_folder / "autograded" / "right" / LESSON / "grader.json").unlink()

    done = generate(course)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "no report that can be read; grade it again: grader grade" in done.stderr
    made = {path.name for path in (course.class_folder / "feedback").iterdir()}
    assert made == {"untouched", MARKUP}


# ---------------------------------------------------------------- the grader's own commands


@pytest.fixture
def exchange(course, tmp_path):
    """An exchange in which the lesson was released; what was handed in came through it."""
    root = tmp_path / "exchange"
    for folder in ("inbound", "outbound", "feedback"):
        (root / "backprop_by_hand" / folder).mkdir(parents=True)
    classroom.configure(course, f"c.Exchange.root = {str(root)!r}")
    for place in ("submitted", "autograded"):
        for folder in (course.class_folder / place).glob(f"*/{LESSON}"):
            (folder / "submission_secret.txt").write_text(folder.parent.name)
    return root / "backprop_by_hand"


def test_the_grader_s_own_command_writes_the_same_pages_for_all_lessons_at_once(course):
    generate(course)
    expected = classroom.tree(course.class_folder / "feedback")
    shutil.rmtree(course.class_folder / "feedback")

    done = classroom.command(course, "grader", "feedback")

    assert (done.returncode, done.stderr) == (0, "")
    assert "3 feedback pages written" in done.stdout
    assert classroom.tree(course.class_folder / "feedback") == expected


def test_pages_are_released_where_students_fetch_them(course, exchange):
    done = classroom.command(course, "grader", "feedback", "--release", "--student=right")
    mine = list((exchange / "feedback").iterdir())
    assert (done.returncode, done.stderr) == (0, "")

    classroom.command(course, "grader", "feedback", "--release")

    assert [path.read_text() for path in mine] == [page(course, "right")]
    assert len(list((exchange / "feedback").iterdir())) == len(CLASS)


def test_a_page_whose_submission_came_another_way_is_named_and_the_others_are_sent(
    course, exchange
):
    (course.class_folder / "autograded" / "right" / LESSON / "submission_secret.txt").unlink()

    done = classroom.command(course, "grader", "feedback", "--release")

    assert done.returncode == 1
    assert "cannot be released: its submission did not come through the exchange" in done.stderr
    assert len(list((exchange / "feedback").iterdir())) == len(CLASS) - 1


def test_an_exchange_that_cannot_be_written_is_one_clear_line(course):
    classroom.configure(course, "c.Exchange.root = '/nowhere/at/all'")

    for words_ in (("feedback", "--release"), ("grade", "--collect")):
        done = classroom.command(course, "grader", *words_)

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        (told,) = done.stderr.splitlines()
        assert "/nowhere/at/all; check Exchange.root in nbgrader_config.py" in told


def test_what_is_new_in_the_exchange_is_collected_and_graded(course, exchange):
    for added in (course.class_folder / "submitted").rglob("submission_secret.txt"):
        # The fixture put it there after grading; a file more is something new to grade.
        added.unlink()
    time = "2026-03-02 12:00:00.000000 UTC"
    for student, content in {"untouched": CLASS["right"], "new": work()}.items():
        folder = exchange / "inbound" / f"{student}+{LESSON}+{time}"
        folder.mkdir()
        (folder / f"{LESSON}.ipynb").write_text(content)
        (folder / "timestamp.txt").write_text(time)

    done = classroom.command(course, "grader", "grade", "--collect")

    assert done.returncode == 0, done.stderr
    assert "2 graded, 2 unchanged, 0 not graded" in done.stdout
    assert classroom.scores(course)["untouched"] == classroom.scores(course)["right"]


def test_where_nothing_is_graded_the_command_says_to_grade_first(course):
    shutil.rmtree(course.class_folder / "autograded")

    done = classroom.command(course, "grader", "feedback")

    assert done.returncode == 1
    assert "nothing of 00_start_here is graded yet; grade first: grader grade" in done.stderr
