"""Every way to cheat or to break the grader that we know of, through the real entry points.

The corpus says what must come of each case; here it is handed in: one by one into
a box that is shared, followed by an honest submission, and by `make thorough` all at once
as a class; tests/test_honest.py has a class with some of them.
"""

import json
import re
import shutil
import sqlite3

import pytest

from grader import sample
from grader.course.folders import Course
from grader.course.loading import load
from grader.course.notebook import text_of
from grader.errors import InputError
from grader.report.data import report_data
from grader.report.notebook import autograded_notebook
from grader.report.words import report_lines
from grader.run.check import check_notebook
from grader.run.one import grade_file, open_box
from grader.sandbox import availability, processes
from grader.sandbox.limits import Limits
from tests import classroom
from tests.conftest import LONG_SETUP, ROOT
from tests.corpus import CASES
from tests.corpus.case import ATTACKED, HONEST, LESSON, POINTS, hand_in

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())
FULL = sum(POINTS.values())
GRADED = [case for case in CASES if not case.refused]
REFUSED = [case for case in CASES if case.refused]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A course of our own, with a class, and a folder that nobody may write to."""
    course = classroom.make_course(tmp_path_factory.mktemp("course"))
    return {"COURSE": course.root, "BAIT": tmp_path_factory.mktemp("bait")}


@pytest.fixture(scope="module")
def course(places):
    return Course(root=places["COURSE"])


@pytest.fixture(scope="module")
def lesson(course):
    return load(course, LESSON)


@pytest.fixture(scope="module")
def hand(lesson, places):
    """A function that writes a case's submission into a folder and returns its notebook's path."""
    path = ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb"
    released = json.loads(path.read_text(encoding="utf-8"))
    return lambda case, folder: hand_in(case, folder, released, sample.right(lesson), places)


@pytest.fixture(scope="module")
def honest_text(course, lesson):
    """The content of a notebook in which every exercise is solved."""
    return sample.text(sample.notebook(course, lesson, sample.right(lesson)))


@pytest.fixture(scope="module")
def box(course, lesson):
    # Shorter and smaller than a class gets: what hangs or hoards is noticed all the same.
    limits = Limits(call_seconds=3.0, cell_seconds=8.0, memory=400 * 2**20, files=300)
    with open_box(course, [lesson], sandboxed=True, limits=limits) as made:
        yield made


@pytest.fixture(scope="module")
def desk(tmp_path_factory, honest_text):
    """A folder to hand in from, with one honest notebook in it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "honest.ipynb").write_text(honest_text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def grade_here(box, lesson):
    """A function that grades a notebook in the one box that all cases share."""
    return lambda path: grade_file(lesson, path, box, student=path.stem, secret="a test")  # noqa: S106


def told(report):
    """Return what a report says of the two exercises: verdict and points each."""
    found = {outcome["id"]: outcome for outcome in report["exercises"]}
    return {name: (found[name]["verdict"], found[name]["score"]) for name in POINTS}


def expected(case):
    return {ATTACKED: (case.verdict, case.points), HONEST: (case.other, case.other_points)}


def shown(notebook):
    """Return what a graded notebook shows besides its code."""
    cells = notebook["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    prose = [text_of(cell) for cell in cells if cell["cell_type"] != "code"]
    return json.dumps([outputs, prose])


# ------------------------------------------------------------------------ one by one


@pytest.mark.parametrize("case", GRADED, ids=[f"{case.number} {case.title}" for case in GRADED])
def test_a_case_gets_its_report_and_the_next_student_loses_nothing(
    case, hand, grade_here, box, desk
):
    graded = grade_here(hand(case, desk / case.student))
    # The next one is there already, and runs nothing: whatever else there is was left.
    box.end_ahead()
    box.bury()
    left = [process.pid for process in processes.descendants(box.pid)]
    honest = grade_here(desk / "honest.ipynb")

    assert told(report_data(graded.report)) == expected(case), report_lines(graded.report)
    assert case.note in " ".join(graded.report.notes)
    assert left == []
    assert honest.report.score == FULL


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.also], ids=[case.number for case in CASES if case.also]
)
def test_what_is_shown_afterwards_is_harmless(case, hand, grade_here, lesson, tmp_path):
    graded = grade_here(hand(case, tmp_path / "case"))
    seen = shown(autograded_notebook(lesson, graded)) + "\n".join(report_lines(graded.report))

    assert case.also(seen) == ""


def test_nothing_was_written_where_nobody_may_write(places):
    assert list(places["BAIT"].iterdir()) == []


# --------------------------------------------------------------------- as one class


@pytest.fixture(scope="module", params=LONG_SETUP)
def graded_class(course, hand, honest_text):
    """All cases as one class, with honest students before, between and behind them."""
    submitted = course.class_folder / "submitted"
    for i in range(6):
        classroom.hand_in(course, f"honest-{i}", honest_text)
    for case in CASES:
        hand(case, submitted / case.student / LESSON)
    # Not one drawn at random: whoever is right in the first call only earns something where
    # that is the only one of its group.
    (course.class_folder / "secret").write_text("a test\n", encoding="ascii")
    before = {path: path.read_bytes() for path in submitted.rglob("*") if path.is_file()}
    # More than two at once: most of their time, they wait for an attack's time to be over.
    return classroom.program(course, "grader", "grade", "--jobs=4"), before


def report_of(course, student):
    path = course.class_folder / "autograded" / student / LESSON / "grader.json"
    return json.loads(path.read_text(encoding="utf-8"))["report"]


def test_the_class_is_graded_to_its_end(graded_class):
    done, _ = graded_class

    assert done.returncode == 1, done.stderr[-2000:]
    said = done.stderr.splitlines()
    assert len(said) == len(REFUSED) + 1
    assert all(any(c.student in line and c.refused in line for line in said) for c in REFUSED)


@pytest.mark.usefixtures("graded_class")
@pytest.mark.parametrize("case", GRADED, ids=[case.number for case in GRADED])
def test_a_case_gets_the_same_report_in_the_class(case, course):
    assert told(report_of(course, case.student)) == expected(case)


@pytest.mark.usefixtures("graded_class")
@pytest.mark.parametrize("i", range(6))
def test_an_honest_student_in_that_class_gets_full_marks(i, course):
    assert report_of(course, f"honest-{i}")["score"] == FULL


@pytest.mark.usefixtures("graded_class")
def test_the_gradebook_holds_exactly_what_was_earned(course):
    """Written to by nobody else, whatever was tried: no manual score, no changed maximum."""
    query = """
        select assignment.student_id, sum(grade.auto_score), count(grade.manual_score)
        from grade
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment as assignment
            on submitted_notebook.assignment_id = assignment.id
        group by assignment.student_id
    """
    with sqlite3.connect(course.class_folder / "gradebook.db") as gradebook:
        found = {student: (score, manual) for student, score, manual in gradebook.execute(query)}
        points = dict(
            gradebook.execute("select name, max_score from grade_cells join base_cell using (id)")
        )

    earned = {case.student: case.points + case.other_points for case in GRADED}
    earned |= {f"honest-{i}": FULL for i in range(6)}
    assert {student: score for student, (score, _) in found.items()} == earned
    assert {manual for _, manual in found.values()} == {0}
    assert {points[f"test_{name}"] for name in POINTS} == set(POINTS.values())


def test_no_submission_was_changed_and_nothing_was_left_outside(graded_class, course, places):
    _, before = graded_class
    submitted = course.class_folder / "submitted"

    assert {p: p.read_bytes() for p in submitted.rglob("*") if p.is_file()} == before
    assert list(places["BAIT"].iterdir()) == []


HARM = re.compile(
    r"""<script[^>]*>\s*alert|<img src=x|<[^>]+(javascript|data)\s*:(?!image)|<svg onload""",
    re.IGNORECASE,
)


@pytest.mark.usefixtures("graded_class")
@pytest.mark.parametrize("number", ["64a", "64b", "45a"])
def test_a_graded_notebook_carries_no_script_to_an_instructors_browser(number, course):
    """As Formgrader and the feedback pages show it: converted by nbconvert."""
    from nbconvert import HTMLExporter

    path = course.class_folder / "autograded" / f"case-{number}" / LESSON / f"{LESSON}.ipynb"
    page, _ = HTMLExporter(template_name="basic").from_filename(str(path))

    assert [found.group() for found in HARM.finditer(page)] == []


@pytest.mark.usefixtures("graded_class")
def test_a_second_run_grades_nothing_again(course):
    done = classroom.command(course, "grader", "grade")
    assert done.returncode == 1, done.stderr[-2000:]
    assert f"0 graded, {len(GRADED) + 6} unchanged, {len(REFUSED)} not graded" in done.stdout
    assert told(report_of(course, "case-2")) == {
        ATTACKED: ("wrong type", 0.0),
        HONEST: ("correct", 6.0),
    }


# ------------------------------------------------------------- a gradebook that refuses (62)


@pytest.mark.usefixtures("graded_class")
def test_a_locked_gradebook_loses_nothing(course):
    """62: the command says so in one line; what was graded stays, and the next run goes on."""
    folder = course.class_folder
    before = report_of(course, "honest-0")
    shutil.rmtree(folder / "autograded" / "honest-0")
    config = course.root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("gradebook.db", "gradebook.db?timeout=1"), encoding="utf-8")
    grade = ("grader", "grade", "--student=honest-0")
    try:
        with sqlite3.connect(folder / "gradebook.db") as lock:
            lock.execute("begin exclusive")
            refused = classroom.command(course, *grade)
            lock.rollback()
        went_on = classroom.command(course, *grade)
    finally:
        config.write_text(text, encoding="utf-8")

    assert refused.returncode == 1
    assert "locked" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert went_on.returncode == 0, went_on.stderr
    assert told(report_of(course, "honest-0")) == told(before)


# ---------------------------------------------------------------------- a learner's check


def by_number(number):
    return next(case for case in CASES if case.number == number)


@pytest.mark.parametrize("number", ["2", "39a", "wire-e"])
def test_the_command_for_one_notebook_gives_the_same_report(number, course, hand):
    case = by_number(number)
    path = hand(case, course.root / "desk" / case.student)
    done = classroom.command(course, "grader", "check", "--json", path)

    assert done.returncode == 0, done.stderr
    assert told(json.loads(done.stdout)) == expected(case)


@pytest.mark.parametrize("number", ["58a", "58b", "59b", "32"])
def test_a_notebook_that_cannot_be_read_is_bad_input_with_a_reason(number, course, hand):
    case = by_number(number)
    path = hand(case, course.root / "desk" / case.student)

    with pytest.raises(InputError, match=case.note):
        check_notebook(path, student="learner", course=course)


# ------------------------------------------------------------------------- what is left


def test_every_line_of_the_list_has_its_case():
    """1 to 64; the locked gradebook, 62, is no submission and has a test of its own."""
    numbers = {int("".join(filter(str.isdigit, c.number)) or 0) for c in CASES}

    assert set(range(1, 65)) - numbers == {62}
