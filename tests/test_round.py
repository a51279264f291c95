"""The whole round in a browser: an instructor's JupyterLab, a student's, and an exchange between.

Every step is a button that a person presses.  Pictures of each screen are left in artefacts/;
with PICTURES=1 those that docs/pictures.md shows are made anew.
"""

import os
import re
import subprocess

import pytest
from playwright.sync_api import expect

from grader import sample
from grader.sandbox import availability
from tests import classroom, lab
from tests.classroom import LESSON, environment
from tests.conftest import LONG, ROOT, load

pytestmark = [pytest.mark.browser, LONG]

ARTEFACTS = ROOT / "artefacts"
PATH = f"{LESSON}/{LESSON}.ipynb"
MANUAL = "derive_broadcast_shape"
ANSWER = "Both arrays end with an axis of length 3, and the missing axis counts as 1."
COMMENT = "Say also what happens to an axis of length 1."
# What stands in the screens of both: JupyterLab, and each of nbgrader's own.
SEEN = re.compile(r"^\d\d_[a-z_]+$")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A class that `grader setup` set up, and a student who typed what it says."""
    if reason := availability.unavailable():
        pytest.skip(f"grading other people's work needs a sandbox: {reason}")
    root = tmp_path_factory.mktemp("round")
    course = classroom.make_course(root / "course", [LESSON])
    for home in ("instructor", "student/desk"):
        (root / home).mkdir(parents=True)
    said = classroom.command(
        course,
        *("grader", "setup", "--exchange", root / "exchange", "--no-trial"),
        home=root / "instructor",
    )
    assert said.returncode == 0, said.stderr
    typed = said.stdout[said.stdout.index("mkdir -p ~/.jupyter") :]
    done = subprocess.run(
        ["bash", "-euc", typed],
        env=environment(root / "student"),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Both share one account of this machine.
    with (root / "student/.jupyter/nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.CourseDirectory.student_id = 'anna'\n")
    return course, root


@pytest.fixture(scope="module")
def instructor(chromium, place):
    """The instructor's JupyterLab, in the course folder."""
    course, root = place
    with lab.serving(course.root, root / "instructor") as address:
        context = lab.log_in(chromium, address, 1280, 800)
        yield lab.Lab(context, address)
        context.close()


@pytest.fixture(scope="module")
def student(chromium, place):
    """The student's JupyterLab, in a folder of theirs."""
    _, root = place
    with lab.serving(root / "student/desk", root / "student", lab.ALL_CELLS) as address:
        context = lab.log_in(chromium, address, 1280, 800)
        yield lab.Lab(context, address)
        context.close()


def look(jupyter, name):
    assert SEEN.match(name)
    folders = [ARTEFACTS, *([ROOT / "docs/pictures"] if os.environ.get("PICTURES") else [])]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        jupyter.page.screenshot(path=folder / f"{name}.png")


def assignment_list(jupyter):
    """Open the Assignment List from the menu, and wait for it; return the page."""
    jupyter.close()
    jupyter.menu("Nbgrader", "Assignment List")
    expect(jupyter.page.get_by_text("Loading, please wait").locator("visible=true")).to_have_count(
        0
    )
    expect(jupyter.page.get_by_text("Released assignments")).to_be_visible()
    return jupyter.page


def formgrader(jupyter):
    jupyter.close()
    jupyter.menu("Nbgrader", "Formgrader")
    frame = jupyter.page.frame_locator("iframe")
    return frame, frame.locator("tr", has=frame.get_by_role("link", name=LESSON, exact=True))


def press(frame, row, button, *, until):
    """Press one of Formgrader's buttons, and wait until it says that it is done."""
    row.locator(f".{button} a").click()
    dialog = frame.locator(".modal-dialog")
    expect(dialog).to_contain_text(until)
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_have_count(0)


def solve(jupyter):
    """Type the solutions and the answer into the open notebook, and save it."""
    written = {**sample.right(load(LESSON)), f"answer_{MANUAL}": ANSWER}
    typed = jupyter.page.evaluate(
        """texts => {
            const open = window.jupyterapp.shell.currentWidget;
            const cells = open.content.widgets.filter(cell => cell.model.id in texts);
            cells.forEach(cell => cell.model.sharedModel.setSource(texts[cell.model.id]));
            return open.context.save().then(() => cells.length);
        }""",
        written,
    )
    assert typed == len(written)


def test_a_lesson_goes_round_by_buttons_alone(  # noqa: PLR0915 - one story, step by step
    place, instructor, student
):
    course, root = place

    # The instructor generates and releases it.
    frame, row = formgrader(instructor)
    press(frame, row, "assign", until="Successfully created")
    press(frame, row, "release", until="Successfully released")
    expect(row.locator(".status")).to_have_text("released")
    look(instructor, "01_released")

    # The student finds no button of an instructor's, fetches, works, validates, submits.
    student.page.click('.lm-MenuBar-itemLabel:text-is("Nbgrader")')
    entries = student.page.locator(".lm-Menu-itemLabel").all_text_contents()
    assert "Assignment List" in entries
    assert {"Formgrader", "Course List", "Create Assignment"} & set(entries) == set()
    student.page.keyboard.press("Escape")
    lists = assignment_list(student)
    expect(lists.get_by_role("button", name="Fetch", exact=True)).to_be_visible()
    look(student, "02_assignment_list")
    lists.get_by_role("button", name="Fetch", exact=True).click()
    expect(lists.get_by_role("button", name="Submit")).to_be_visible()
    student.close()
    student.open(PATH)
    look(student, "03_lesson")
    solve(student)
    student.page.get_by_role("button", name="Validate").click()
    dialog = student.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    look(student, "04_validated")
    dialog.get_by_role("button", name="OK").click()
    lists = assignment_list(student)
    lists.get_by_role("button", name="Submit").click()
    expect(lists.locator("#submitted_assignments_list")).to_contain_text(LESSON)
    look(student, "05_submitted")

    # The instructor collects, grades, and marks the derivation.
    frame, row = formgrader(instructor)
    press(frame, row, "collect", until="Successfully collected")
    expect(row.locator(".num-submissions")).to_have_text("1")
    row.locator(".num-submissions a").click()
    mine = frame.locator("tr", has=frame.locator(".student-id", has_text="anna"))
    mine.locator(".autograde a").click()
    modal = frame.locator(".modal-dialog")
    expect(modal).to_contain_text("Successfully autograded")
    modal.get_by_role("button", name="OK").click()
    expect(mine.locator(".status")).to_have_text("needs manual grading")
    expect(mine.locator(".score")).to_have_text("16 / 20")
    look(instructor, "06_graded")
    mark(instructor)

    # Feedback goes out, and is read.
    frame, row = formgrader(instructor)
    press(frame, row, "generate-feedback", until="Successfully generated feedback")
    press(frame, row, "release-feedback", until="Successfully released feedback")
    lists = assignment_list(student)
    lists.get_by_role("button", name="Fetch Feedback").click()
    expect(lists.locator("body")).to_contain_text("(view feedback)")
    look(student, "08_feedback_fetched")
    (page,) = (root / "student/desk" / LESSON / "feedback").glob("*/*.html")
    student.page.goto(f"{student.address}/lab/tree/{page.relative_to(root / 'student/desk')}?reset")
    viewer = student.page.frame_locator(".jp-HTMLViewer iframe")
    expect(viewer.locator("body")).to_contain_text("18 of 20")
    expect(viewer.locator("body")).to_contain_text(COMMENT)
    look(student, "09_feedback")
    assert classroom.scores(course)["anna"] == {"test_standardize": 10, "test_one_hot": 6}


def mark(jupyter):
    """Give two points and a comment to the derivation, on Formgrader's own page."""
    page = jupyter.page
    page.goto(f"{jupyter.address}/formgrader/manage_students/anna/{LESSON}")
    page.locator("#main-table a", has_text=LESSON).click()
    page.locator("input.score").first.wait_for()
    # The fields are there before what listens to them.
    page.wait_for_load_state("networkidle")
    panel = page.locator(".nbgrader_cell", has=page.locator(f"#{MANUAL}"))
    expect(panel.locator(".grader-answer")).to_contain_text(ANSWER)
    for field, text, saved in (
        (panel.locator(f"#{MANUAL}"), "2", "/api/grade/"),
        (panel.locator("textarea"), COMMENT, "/api/comment/"),
    ):
        with page.expect_response(lambda answer, saved=saved: saved in answer.url) as answered:
            field.click()
            field.fill(text)
            field.blur()
        assert answered.value.ok
    panel.scroll_into_view_if_needed()
    look(jupyter, "07_marked")
    page.goto(f"{jupyter.address}/lab?reset")
    jupyter.until("() => window.jupyterapp?.restored.then(() => true)")
