"""Honest work loses nothing, and the three commands say the same of it: score and reason."""

import contextlib
import json
import os
import re
import shutil

import nbformat
import pytest

from grader.course.notebook import text_of
from grader.errors import InputError
from grader.report.words import outcome_lines
from grader.run.check import check_notebook
from grader.run.one import open_box
from grader.run.whole_class import grade_class
from grader.sandbox import availability
from tests import classroom, honest
from tests.classroom import copy_of, holdings
from tests.conftest import LONG, LONG_SETUP, load
from tests.corpus import CASES
from tests.corpus.case import hand_in as hand_in_case
from tests.honest import LESSON, LESSONS, NAME, NOT_IN_STOCK

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())

# A few of each kind of attack; ALL=1 takes the whole corpus.
_SAMPLE = (
    "0",
    "1",
    "2",
    "18b",
    "57",
    "58d",
    "20b",
    "23b",
    "30",
    "39a",
    "48",
    "52",
    "55a",
    "58a",
    "59c",
    "64b",
)
ATTACKS = {case.student: case for case in CASES if os.environ.get("ALL") or case.number in _SAMPLE}
# Two classes: one with some of everything, and one, left to `make thorough`, with all others.
_FEW = (
    *("photo_in_the_answer", "ids_dropped", "matplotlib_inline", "helper_reused_below"),
    *("another_name", "own_module", "no_time", "vs_code", "data_file"),
    *(case.student for case in ATTACKS.values() if case.number in ("0", "2", "20b", "39a", "58a")),
)
EVERYBODY = (*LESSONS, *ATTACKS)
CLASSES = {
    "few": [name for name in EVERYBODY if name in _FEW],
    "others": [name for name in EVERYBODY if name not in _FEW],
}
TESTS = ("test_standardize", "test_one_hot")
FULL = {"test_standardize": 10, "test_one_hot": 6}


def each(students):
    """Parametrize a test by students, each of them in their class."""
    chosen = [
        pytest.param(name, student, id=student, marks=LONG if name == "others" else ())
        for name, members in CLASSES.items()
        for student in members
        if student in students
    ]
    return pytest.mark.parametrize(
        ("handed_in", "student"), chosen, indirect=["handed_in"], scope="module"
    )


@pytest.fixture(scope="module")
def handed_in(request, tmp_path_factory):
    """A course with one of `CLASSES`, which has handed in; the notebook of each student."""
    members = CLASSES[request.param]
    course = classroom.make_course(tmp_path_factory.mktemp("handed-in") / "course")
    course.make_secret()
    submitted = course.class_folder / "submitted"
    handed = {name: submitted / name / LESSON for name in LESSONS if name in members}
    paths = {name: honest.hand_in(name, folder) for name, folder in handed.items()}
    released = json.loads((course.notebooks / LESSON / NAME).read_text(encoding="utf-8"))
    places = {"COURSE": course.root, "BAIT": tmp_path_factory.mktemp("bait")}
    right = honest.sample.right(load(LESSON))
    for student in members:
        if case := ATTACKS.get(student):
            folder = submitted / student / LESSON
            paths[student] = hand_in_case(case, folder, released, right, places)
    done = classroom.command(course, "nbgrader", "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr
    return course, paths


@pytest.fixture(scope="module")
def by_grade(handed_in, tmp_path_factory):
    """The course, graded by `grader grade`."""
    course = copy_of(handed_in[0], tmp_path_factory.mktemp("grade") / "course")
    grade_class(course)
    return course


@pytest.fixture(scope="module")
def by_autograde(handed_in, tmp_path_factory):
    """The course, graded by `nbgrader autograde`."""
    course = copy_of(handed_in[0], tmp_path_factory.mktemp("autograde") / "course")
    done = classroom.command(course, "nbgrader", "autograde", LESSON)
    return course, done


@pytest.fixture(scope="module")
def check(by_grade):
    """Check a notebook, in one box for all of them: it takes most of a second to start one."""
    with (
        open_box(by_grade, [load(LESSON)], sandboxed=True) as box,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("grader.run.check.Box", lambda *_, **__: contextlib.nullcontext(box))
        yield lambda path, student: check_notebook(path, student=student, course=by_grade)


@pytest.fixture(scope="module")
def by_stock(handed_in, tmp_path_factory):
    """What a stock nbgrader makes of the honest ones."""
    course = copy_of(handed_in[0], tmp_path_factory.mktemp("stock") / "course")
    classroom.make_stock(course)
    for student in (*ATTACKS, *NOT_IN_STOCK):
        if student in handed_in[1]:
            shutil.rmtree(course.class_folder / "submitted" / student)
    done = classroom.command(course, "nbgrader", "autograde", LESSON)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def said(course, student):
    """Return what a student is told, test by test, and in the summary's notes; None: nothing."""
    if not list((course.class_folder / "autograded" / student).rglob("*.ipynb")):
        return None
    cells = classroom.cells_of(course, student)
    lines = text_of(cells["grader-notes"]).splitlines() if "grader-notes" in cells else []
    notes = [line.removeprefix("Note: ") for line in lines if line.startswith("Note: ")]
    outputs = {name: told("".join(cells[name]["outputs"][0]["text"])) for name in TESTS}
    return outputs, notes


def told(text):
    """Return what is told, but for what differs from run to run and from wall to wall.

    An attack's exception quotes the number of a process; and a file that may not be written
    lies behind one more wall for a class, so that the system refuses it in other words.
    """
    return re.sub(
        r"(?:OSError|PermissionError): \[Errno \d+\] [^:]*:\s+'[^']*'", "refused: a file", text
    )


def rows(course, student):
    """Return a student's scores, and what waits for a person."""
    return [row for row in holdings(course)["grades"] if row[0] == student]


@each(EVERYBODY)
def test_three_commands_give_the_same_score_for_the_same_reason(
    handed_in, by_grade, by_autograde, check, student
):
    _, paths = handed_in
    graded, autograded = by_grade, by_autograde[0]

    assert rows(graded, student) == rows(autograded, student)
    assert said(graded, student) == said(autograded, student)
    if said(graded, student) is None:
        return
    try:
        report, _ = check(paths[student], student)
    except InputError as refusal:
        # A learner who checks what cannot be read is told so at once.
        outputs, notes = said(graded, student)
        reason = str(refusal).removeprefix(f"{paths[student]}: ")
        assert all("unreadable" in text for text in outputs.values())
        assert notes == [f"the notebook could not be read: {reason}"]
        return
    outcomes = {f"test_{outcome.id}": outcome for outcome in report.exercises}
    scores = {name: outcomes[name].score for name in TESTS}
    outputs = {name: told("\n".join(outcome_lines(outcomes[name])) + "\n") for name in TESTS}
    assert scores == {name: classroom.scores(graded)[student][name] for name in TESTS}
    notes = [note for note in said(graded, student)[1] if "the notebook is called" not in note]
    assert (outputs, list(report.notes)) == (said(graded, student)[0], notes)


@each(LESSONS)
def test_honest_work_on_a_lesson_gets_all_points(by_grade, student):
    assert classroom.scores(by_grade)[student] == FULL


@each([name for name in LESSONS if name not in NOT_IN_STOCK])
def test_honest_work_on_a_lesson_gets_no_less_than_in_a_stock_nbgrader(by_grade, by_stock, student):
    ours, stock = classroom.scores(by_grade)[student], classroom.scores(by_stock)[student]

    assert all(ours[name] >= stock[name] for name in TESTS), (ours, stock)


# --------------------------------------------------------- an ordinary assignment

ASSIGNMENT = "all"
AUTOMATIC = {
    name: {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in cells
        if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution
    }
    for name, cells in honest.NOTEBOOKS.items()
}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """A course with the ordinary assignment, handed in as solved and as released."""
    course = classroom.make_course(tmp_path_factory.mktemp("ordinary") / "course", lessons=())
    honest.write_assignment(course.solutions / ASSIGNMENT)
    classroom.configure(course, "c.Engine.processes = 16")
    done = classroom.command(course, "nbgrader", "generate_assignment", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    for student in ("solved", "stub"):
        for name, cells in honest.NOTEBOOKS.items():
            path = course.release / ASSIGNMENT / f"{name}.ipynb"
            released = nbformat.read(path, as_version=4)
            for made, original in zip(released.cells, cells, strict=True):
                if student == "solved" and original.metadata.nbgrader.solution:
                    made["source"] = original.source
            if student == "solved" and name == "answers":
                released.cells[1].update(
                    source="As drawn: ![image.png](attachment:image.png)",
                    attachments={"image.png": {"image/png": honest.picture()}},
                )
            folder = course.class_folder / "submitted" / student / ASSIGNMENT
            folder.mkdir(parents=True, exist_ok=True)
            nbformat.write(released, folder / f"{name}.ipynb")
    return course


@pytest.fixture(scope="module")
def in_the_box(assignment, tmp_path_factory):
    course = copy_of(assignment, tmp_path_factory.mktemp("box") / "course")
    done = classroom.command(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


# One of a stock nbgrader beside ours is in tests/test_plugin.py, with every other test.
@pytest.fixture(scope="module", params=LONG_SETUP)
def outside(assignment, tmp_path_factory):
    course = copy_of(assignment, tmp_path_factory.mktemp("outside") / "course")
    classroom.make_stock(course)
    done = classroom.command(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def graded_notebook(course, name):
    path = course.class_folder / "autograded" / "solved" / ASSIGNMENT / f"{name}.ipynb"
    return nbformat.read(path, as_version=4)


def types_shown(notebook):
    """Return the types of all that is shown in each cell that a person marks."""
    return {
        cell.metadata.nbgrader.grade_id: {
            kind
            for output in cell.get("outputs", [])
            for kind in output.get("data", {})
            if kind != "text/plain"
        }
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
        and cell.metadata.nbgrader.grade
        and cell.cell_type == "code"
    }


def test_an_ordinary_assignment_is_scored_as_in_a_stock_nbgrader(in_the_box, outside):
    """Imports, files, magics, programs, processes; solved, and handed in as it was released."""
    ours, stock = holdings(in_the_box), holdings(outside)

    for table in ("grades", "comments"):
        assert ours[table] == stock[table]
    scores = classroom.scores(in_the_box)["solved"]
    for name, tests in AUTOMATIC.items():
        assert {test: scores[test] for test in tests} == tests, name


@pytest.mark.parametrize("name", ["inline", "plots"])
def test_whoever_marks_sees_every_plot_as_in_a_stock_nbgrader(in_the_box, outside, name):
    ours, stock = (types_shown(graded_notebook(course, name)) for course in (in_the_box, outside))

    assert ours == stock
    assert all("image/png" in kinds for kinds in ours.values())


def test_what_could_run_in_a_browser_leaves_a_sentence(in_the_box):
    (cell,) = [c for c in graded_notebook(in_the_box, "rich").cells if "display(" in c.source]
    shown = [next(iter(output["data"].items())) for output in cell.outputs]

    assert [kind for kind, _ in shown] == [
        *("text/plain", "text/latex", "text/markdown", "text/plain"),
    ]
    assert "HTML is not shown here" in shown[0][1]
    assert "SVG is not shown here" in shown[3][1]


def test_a_picture_in_an_answer_is_on_the_marking_page_and_in_the_feedback(in_the_box):
    data = honest.picture()
    assert graded_notebook(in_the_box, "answers").cells[1].attachments == {
        "image.png": {"image/png": data}
    }

    done = classroom.command(in_the_box, "nbgrader", "generate_feedback", ASSIGNMENT)

    assert done.returncode == 0, done.stderr
    page = in_the_box.class_folder / "feedback" / "solved" / ASSIGNMENT / "answers.html"
    assert f"data:image/png;base64,{data}" in page.read_text(encoding="utf-8")
