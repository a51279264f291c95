"""The demonstration: the whole of it, as `make demo` runs it, in a copy of the repository."""

import re
import shutil
import subprocess
import sys

import pytest

from grader import demo
from grader.course.folders import Course
from grader.sandbox import availability
from tests import classroom
from tests.workshop import Workshop

pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What the demonstration left: its course and what it printed."""
    workshop = Workshop(tmp_path_factory.mktemp("demo"))
    source = Course(root=workshop.course)
    # A real class, which the demonstration must leave alone.
    classroom.hand_in(source, "anna", classroom.work())
    return source, workshop.run("make demo")


@pytest.fixture(scope="module")
def table(shown):
    """The rows of the table that was printed, by student; one may go on in the next line."""
    rows = []
    for line in shown[1].splitlines():
        if line.startswith("│"):
            cells = [cell.strip() for cell in line.split("│")[1:-1]]
            if cells[0]:
                rows.append(cells)
            else:
                pairs = zip(rows[-1], cells, strict=True)
                rows[-1] = [f"{start} {more}".strip() for start, more in pairs]
    return {student: rest for student, *rest in rows}


def test_at_least_twelve_students_of_every_kind_stand_in_the_table(table):
    assert len(table) >= 12
    assert {lesson for lesson, *_ in table.values()} == {demo.LESSON}
    verdicts = " ".join(row[2] for row in table.values())
    for verdict in (
        *("correct", "wrong value", "raised an exception", "timed out", "crashed"),
        *("not attempted", "unreadable", "needs manual grading"),
    ):
        assert verdict in verdicts


def test_right_work_gets_all_that_is_not_marked_by_hand_and_nobody_gets_more(table):
    score = {student: float(row[1].split(" / ")[0]) for student, row in table.items()}

    assert table["amira-right"][2] == "12 correct, 1 needs manual grading"
    assert max(score.values()) == score["amira-right"] > 0
    assert score["chen-untouched"] == score["goro-broken-file"] == 0
    for hostile in ("hana-forger", "ivan-killer", "jun-reads-answers", "eli-endless-loop"):
        assert 0 < score[hostile] < score["amira-right"]


def test_every_exercise_s_mistake_is_recognised(table):
    wrong = {student: row[3] for student, row in table.items() if student.startswith("wrong-")}

    assert len(wrong) == len(demo._MISTAKEN)
    for student, recognised in wrong.items():
        assert recognised.startswith(student.removeprefix("wrong-").replace("-", "_") + ": ")


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
        f"grader: the grader's own fault: 'grader build {demo.LESSON}' ended with 1; see above"
    )
