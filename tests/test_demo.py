"""The demonstration: the whole of it, as `make demo` runs it, in a copy of the repository."""

import re
import shutil
import subprocess
import sys

import pytest

from grader import demo
from grader.course.folders import Course
from grader.judge.verdict import Verdict
from grader.sandbox import availability
from tests import classroom
from tests.conftest import LONG_SETUP
from tests.workshop import Workshop

pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)


@pytest.fixture(scope="module", params=LONG_SETUP)
def shown(tmp_path_factory):
    """What the demonstration left: its course and what it printed."""
    workshop = Workshop(tmp_path_factory.mktemp("demo"))
    source = Course(root=workshop.course)
    # A real class, which the demonstration must leave alone.
    classroom.hand_in(source, "anna", classroom.work())
    return source, workshop.run("make demo")


@pytest.fixture(scope="module")
def table(shown):
    """The rows of the table that was printed, by student: the score, then a sign an exercise."""
    rows = re.findall(r"^(\S+) +([\d.]+) / 37 +([✓◐✗–?](?: +[✓◐✗–?])*) *$", shown[1], re.MULTILINE)
    return {student: (float(score), signs.split()) for student, score, signs in rows}


def test_at_least_twelve_students_of_every_kind_stand_in_the_table(table):
    assert len(table) >= 12
    assert {len(signs) for _, signs in table.values()} == {13}
    assert {sign for _, signs in table.values() for sign in signs} == set("✓◐✗–?")


def test_below_the_table_stands_what_the_class_got_wrong_and_what_to_do_next(shown):
    for verdict in ("raised an exception", "timed out", "crashed"):
        assert re.search(rf"^{verdict} in \w+: ", shown[1], re.MULTILINE)
    assert "goro-broken-file: the notebook could not be read: " in shown[1]
    assert re.search(r"^\d derivations? to mark$", shown[1], re.MULTILINE)
    assert f"nbgrader generate_feedback {demo.LESSON}\n" in shown[1]


def test_right_work_gets_all_that_is_not_marked_by_hand_and_nobody_gets_more(table):
    score = {student: score for student, (score, _) in table.items()}

    assert sorted(table["amira-right"][1]) == [*"?", *"✓" * 12]
    assert max(score.values()) == score["amira-right"] > 0
    assert score["chen-untouched"] == score["goro-broken-file"] == 0
    for hostile in ("hana-forger", "ivan-killer", "jun-reads-answers", "eli-endless-loop"):
        assert 0 < score[hostile] < score["amira-right"]


def test_every_exercise_s_mistake_is_recognised(shown):
    for name in demo._MISTAKEN:
        student = f"wrong-{name.replace('_', '-')}"
        (told,) = re.findall(rf"^(.+) in {name}: .*{student}", shown[1], re.MULTILINE)
        assert told not in {verdict.value for verdict in Verdict}


def test_the_gradebook_the_feedback_and_the_export_are_where_it_says(shown, table):
    source, said = shown
    root = source.root / "class" / "demo" / "class"
    paths = dict(
        re.findall(r"^(gradebook|feedback pages|grades as a table): (.+)$", said, re.MULTILINE)
    )

    assert paths == {
        "gradebook": str(root / "gradebook.db"),
        "feedback pages": str(root / "feedback"),
        "grades as a table": str(root / "grades.csv"),
    }
    pages = {path.parent.parent.name for path in root.glob("feedback/*/*/*.html")}
    assert pages == set(table)
    course = type(source)(root=source.root / "class" / "demo")
    assert set(classroom.scores(course)) == set(table)
    assert (root / "grades.csv").read_text().count("\n") == len(table) + 1


def test_a_real_class_is_left_alone(shown):
    source, _ = shown

    assert sorted(path.name for path in source.class_folder.iterdir()) == ["demo", "submitted"]
    assert [path.name for path in (source.class_folder / "submitted").iterdir()] == ["anna"]


def test_where_a_step_fails_the_demonstration_says_which_and_ends_with_2(tmp_path):
    source = classroom.make_course(tmp_path / "repository", (demo.LESSON,))
    shutil.rmtree(source.notebooks)
    source.notebooks.write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-m", "grader.demo"],
        cwd=source.root,
        env=classroom.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "grader: the grader's own fault: 'grader build' ended with 1; see above"
    )
