"""A real JupyterLab in a real browser: what a learner, a student and an instructor see.

One server and one browser for all tests, in a copy of the course with a home of
its own.  Every page that a test opens must end without an error of ours in the
browser's console.  Pictures of what was seen are left in artefacts/.
"""

import json
import re

import pytest
from playwright.sync_api import expect

from grader import sample
from grader.sandbox import availability
from tests import classroom, lab
from tests.conftest import COURSE, LESSONS, ROOT, load

pytestmark = pytest.mark.browser

ARTEFACTS = ROOT / "artefacts"
LESSON = "01_chain_rule"
MANUAL = "derive_dz"
RAN = re.compile(r"\[\d+\]:\s*")  # the prompt of a cell that has run

# A solution that is wrong, in a way that the judge knows.
MISTAKEN = """\
def logistic_gradient(w, b, X, T):
    a = 1 / (1 + np.exp(-(w @ X + b)))
    difference = (T - a) / X.shape[1]
    return difference @ X.T, float(difference.sum())
"""

# A submission that tries to run a script in whoever's browser shows it.
_IMAGE = "<img src=/ onerror=\"window.attacked='{}'\">"
HOSTILE_CODE = f'''\
from IPython.display import HTML, SVG, Javascript, display

ATTACK = """<script>window.attacked='{{0}}'</script>{_IMAGE.format("{0}")}"""
display(HTML(ATTACK.format("html")))
display(Javascript("window.attacked='javascript'"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="window.attacked=1"/>'))
display({{"text/latex": ATTACK.format("latex"), "text/plain": ATTACK.format("plain")}}, raw=True)
display({{"text/markdown": ATTACK.format("markdown")}}, raw=True)
print(ATTACK.format("print"), "\\x1b[31m" + ATTACK.format("ansi"))


def total_derivative(dL_du, du_dx):
    raise ValueError(ATTACK.format("exception"))
'''
HOSTILE_WORDS = f"""\
By the chain rule. <script>window.attacked='words'</script> {_IMAGE.format("words")}
`{_IMAGE.format("code")}` ![x](/ "a" onerror="window.attacked='title'")

    {_IMAGE.format("block")}
"""
_SCRIPT = "javascript:void(window.attacked='link')"
HOSTILE_LINK = f"""\
By the chain rule: [plain]({_SCRIPT}), [loud]({_SCRIPT.replace("java", "JaVa")}),
[spelt]({_SCRIPT.replace("s", "&#115;", 1)}), [spaced]( <{_SCRIPT}> "title"), <{_SCRIPT}>,
[named][n], ![picture]({_SCRIPT}), [![picture](/)]({_SCRIPT}), $\\href{{{_SCRIPT}}}{{x}}$.

[n]: {_SCRIPT}
"""


# ---------------------------------------------------------------------- the place


def solved():
    return sample.right(load(LESSON))


def written(solutions, *extra):
    """Return lesson 01 as a student would save it with these cells filled in."""
    made = sample.notebook(COURSE, load(LESSON), solutions)
    made["cells"] += extra
    return sample.text(made)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course with a home, an exchange, and submissions that wait for a grade."""
    root = tmp_path_factory.mktemp("browser")
    course = classroom.make_course(root / "course", COURSE.lesson_ids())
    (root / "exchange").mkdir()
    classroom.make_home(root / "home", f"c.Exchange.root = {str(root / 'exchange')!r}")

    def hand_in(student, content):
        time = "2026-01-02 03:04:05.000000 UTC"
        classroom.hand_in(course, student, content, LESSON, timestamp=time)

    words = {MANUAL: "Both slopes multiply, and $a(1 - a)$ cancels."}
    note = {"cell_type": "markdown", "id": "note", "metadata": {}, "source": HOSTILE_WORDS}
    hostile = {"total_derivative": HOSTILE_CODE, MANUAL: HOSTILE_WORDS}
    hand_in("mistaken", written({**solved(), "logistic_gradient": MISTAKEN, **words}))
    hand_in("hostile", written({**solved(), **hostile}, note))
    hand_in("linking", written({**solved(), MANUAL: HOSTILE_LINK}))
    hand_in("waiting", written({**solved(), "logistic_gradient": MISTAKEN, **words}))
    mine = course.root / "mine" / LESSON / f"{LESSON}.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text(written(solved()), encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def address(course):
    """The address of a JupyterLab server in the course folder."""
    with lab.serving(course.root, course.root.parent / "home") as address:
        yield address


@pytest.fixture(scope="module")
def graded(course, address):  # noqa: ARG001 - the server starts first, and idles while this works
    """The course after `grader grade` of three submissions, and `nbgrader generate_feedback`."""
    if reason := availability.unavailable():
        pytest.skip(f"grading other people's work needs a sandbox: {reason}")
    students = [f"--student={name}" for name in ("mistaken", "hostile", "linking")]
    for words in (
        ["grader", "grade", LESSON, *students],
        ["nbgrader", "generate_feedback", LESSON],
    ):
        done = classroom.command(course, *words, home=course.root.parent / "home")
        assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}{done.stderr}"
    return course


@pytest.fixture(scope="module")
def profile(chromium, address):
    """One profile for all tests, logged in; JupyterLab is loaded once, and asks nobody outside."""
    context = lab.log_in(chromium, address, 1280, 900)
    asked = set()

    def answer(route):
        asked.add(route.request.url.split("/")[2])
        route.abort()

    context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), answer)
    yield context
    context.close()
    assert asked == set(), "a page asked a public server"


@pytest.fixture
def page(profile):
    """A page that must end without an error of ours."""
    page = profile.new_page()
    errors = lab.listen(page)
    yield page
    page.close()
    assert errors == []


@pytest.fixture(scope="module")
def whole_lab(profile, address):
    """JupyterLab, loaded once."""
    return lab.Lab(profile, address)


@pytest.fixture
def jupyter(whole_lab):
    """JupyterLab with nothing open; it must end without an error of ours."""
    yield whole_lab
    assert whole_lab.close() == []


def look(page, name):
    """Leave a picture of what is on the screen."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


# --------------------------------------------------------------------- notebooks


def place_of(name):
    """Return the place of a cell of lesson 01 in its notebook."""
    path = ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell["id"] for cell in cells].index(name)


def cell_at(page, place):
    return page.locator(f'.jp-Cell[data-windowed-list-index="{place}"]')


def errors_in(cell):
    return cell.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson not in lab.FIGURES])
def test_formulas_of_a_lesson_without_figures_render(jupyter, lesson):
    """Those of the others are looked at where their figures are: to open a lesson takes seconds."""
    path = f"notebooks/{lesson}/{lesson}.ipynb"
    jupyter.open(path)

    assert jupyter.broken_formulas(lab.cells_with_formulas(ROOT / path)) == []


def test_a_broken_formula_is_noticed(jupyter, course):
    """The yardstick of the test above."""
    bad = [r"$\undefined{x}$", r"$a & b$", r"$\left( x$"]
    sources = [r"$x$, `$` and `\frac`", *bad, "$x$ costs 5 $", r"$x$ and \frac{1}{2}"]
    cells = [
        {"cell_type": "markdown", "id": f"c{place}", "metadata": {}, "source": source}
        for place, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (course.root / "broken.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    jupyter.open("broken.ipynb")

    assert len(jupyter.broken_formulas(len(cells))) == len(cells) - 1


def test_what_is_said_of_a_kernel_that_was_taken_is_no_error_of_the_next_test(jupyter, course):
    lab.write_notebook(course.root / "asking.ipynb", ["1"])
    jupyter.open("asking.ipynb")
    jupyter.page.evaluate("""() => {
        const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
        kernel.requestExecute({code: 'import time; time.sleep(60)'}).done.then(() => {});
    }""")

    assert jupyter.close() == []
    jupyter.page.evaluate("() => {}")  # by now whatever was said before has been heard
    assert jupyter.errors == []


def test_a_stub_raises_and_a_pasted_solution_passes_the_visible_test(jupyter):
    jupyter.open(f"notebooks/{LESSON}/{LESSON}.ipynb")
    page = jupyter.page
    stub, test = place_of("numerical_gradient"), place_of("test_numerical_gradient")

    cell_at(page, 0).click()
    for _ in range(test + 1):
        page.keyboard.press("Shift+Enter")
    expect(errors_in(cell_at(page, test))).to_contain_text("NotImplementedError")
    look(page, "visible_test_of_a_stub")
    assert [place for place in range(test) if errors_in(cell_at(page, place)).count()] == []
    pictures = page.locator(".jp-OutputArea-output img[alt]")
    assert pictures.count() > 0, "the pictures before the first exercise are drawn"

    cell_at(page, stub).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(solved()["numerical_gradient"])
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(errors_in(cell_at(page, test))).to_have_count(0)
    expect(cell_at(page, test).locator(".jp-InputPrompt")).to_have_text(RAN)
    look(page, "visible_test_of_a_solution")


def test_a_solved_lesson_runs_from_top_to_bottom_without_an_error(jupyter):
    jupyter.open(f"mine/{LESSON}/{LESSON}.ipynb")
    page = jupyter.page

    jupyter.menu("Run", "Run All Cells")
    prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt")
    last = prompts.last
    expect(last).to_have_text(RAN)
    look(page, "solved_lesson")

    # Text contents: what is scrolled away has no inner text.
    assert [text for text in prompts.all_text_contents() if not RAN.fullmatch(text)] == []
    assert errors_in(page.locator(".jp-Notebook")).all_text_contents() == []


def test_validate_counts_failing_tests_of_stubs_and_passes_a_solved_notebook(jupyter):
    page = jupyter.page
    exercises = len(load(LESSON).exercises)
    dialog = page.locator(".jp-Dialog")

    jupyter.open(f"notebooks/{LESSON}/{LESSON}.ipynb")
    page.get_by_role("button", name="Validate").click()
    expect(dialog).to_contain_text("Validation Results")
    look(page, "validate_stubs")
    said = dialog.inner_text()
    assert said.count("NotImplementedError") >= exercises
    assert said.count("The following cell failed") == exercises

    dialog.get_by_role("button", name="OK").click()
    assert jupyter.close() == []
    jupyter.open(f"mine/{LESSON}/{LESSON}.ipynb")
    page.get_by_role("button", name="Validate").click()
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    look(page, "validate_solved")
    # It would stand before all that the next test does.
    dialog.get_by_role("button", name="OK").click()


# -------------------------------------------------------------------- Formgrader


def scores(course, student):
    """Return what the gradebook holds: (score by the tests, score by hand, waits) by cell."""
    rows = classroom.holdings(course)["grades"]
    return {
        cell: (auto, hand, waits) for who, _, cell, auto, hand, _, waits in rows if who == student
    }


def formgrader(jupyter):
    """Open Formgrader as an instructor does, from JupyterLab's menu."""
    jupyter.page.get_by_role("menuitem", name="Nbgrader").click()
    jupyter.page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    return jupyter.page.frame_locator("iframe")


def submission(page, address, student):
    """Open the page on which an instructor marks a student's notebook."""
    page.goto(f"{address}/formgrader/manage_students/{student}/{LESSON}")
    page.locator("#main-table a", has_text=LESSON).click()
    page.locator("input.score").first.wait_for()
    # Once it is ready it moves to its first field: a click in that moment would hit nothing.
    page.locator(".tabbable:focus").wait_for(state="attached")


def test_the_autograde_button_grades_through_the_box(jupyter, graded):
    page, frame = jupyter.page, formgrader(jupyter)
    lesson = frame.locator("tr", has=frame.get_by_role("link", name=LESSON, exact=True))
    expect(lesson.locator(".num-submissions")).to_have_text("4")
    for name in LESSONS:
        expect(frame.get_by_role("link", name=name, exact=True)).to_be_visible()
    look(page, "formgrader")

    lesson.locator(".num-submissions a").click()
    row = frame.locator("tr", has=frame.locator(".student-id", has_text="waiting"))
    expect(row.locator(".status")).to_have_text("needs autograding")
    row.locator(".autograde a").click()
    dialog = frame.locator(".modal-dialog")
    expect(dialog).to_contain_text("Successfully autograded")
    look(page, "autograded")
    assert "Applying preprocessor: Engine" in dialog.inner_text()
    dialog.get_by_role("button", name="OK").click()
    expect(row.locator(".status")).to_have_text("needs manual grading")
    look(page, "manage_submissions")

    # Both ways of grading say the same of the same work.
    found = scores(graded, "waiting")
    total = sum(score or 0 for score, _, _ in found.values())
    assert found == {**scores(graded, "mistaken"), MANUAL: (None, None, 1)}
    assert 0 < total < sum(exercise.points for exercise in load(LESSON).exercises.values())
    points = sum(cell.points for cell in load(LESSON).cells)
    expect(row.locator(".score")).to_have_text(f"{total:g} / {points:g}")


def test_a_derivation_is_marked_beside_its_mark_scheme(page, address, graded):
    submission(page, address, "mistaken")
    panel = page.locator(".nbgrader_cell", has=page.locator(f"#{MANUAL}"))
    answer = panel.locator(".grader-answer")
    expect(answer).to_contain_text("The student's answer")
    expect(answer).to_contain_text("Both slopes multiply")
    expect(answer.locator("math")).to_have_count(1)
    expect(page.locator("body")).not_to_contain_text("MARK SCHEME")
    panel.scroll_into_view_if_needed()
    # Question, answer, and the fields for points and comment: all on one screen.
    assert panel.bounding_box()["height"] < page.viewport_size["height"] - 60
    look(page, "marking")
    scheme = panel.locator(".grader-scheme")
    expect(scheme.locator("p").first).to_be_hidden()
    # Not by its place: Formgrader moves to its first field, and that would hit nothing meanwhile.
    scheme.locator("summary").evaluate("summary => summary.click()")
    expect(scheme).to_contain_text("Marking scheme")
    expect(scheme.get_by_text("An answer that earns all points", exact=True)).to_be_visible()

    # The mark beside a field is there for a second only, and first of all while it is saved.
    for field, text, saved in (
        (panel.locator(f"#{MANUAL}"), "3", "/api/grade/"),
        (panel.locator("textarea"), "The second step is missing.", "/api/comment/"),
    ):
        with page.expect_response(lambda answer, saved=saved: saved in answer.url) as answered:
            field.fill(text)
            field.blur()
        assert answered.value.ok

    assert scores(graded, "mistaken")[MANUAL] == (None, 3.0, 0)


# ----------------------------------------------------------------------- feedback


def feedback(page, graded, student):
    """Open a feedback page as a student does: a file."""
    path = graded.class_folder / "feedback" / student / LESSON / f"{LESSON}.html"
    page.goto(path.as_uri(), wait_until="load")


def test_feedback_shows_verdict_and_hint(page, graded):
    (mistake,) = [
        m for m in load(LESSON).exercises["logistic_gradient"].mistakes if m.name == "t - a"
    ]

    feedback(page, graded, "mistaken")
    look(page, "feedback")

    row = page.locator("tr", has=page.get_by_role("link", name="logistic_gradient"))
    expect(row).to_contain_text("wrong value")
    expect(row).to_contain_text(mistake.hint)
    row.locator("a").click()
    section = page.locator("section", has=page.locator("h2", has_text="logistic_gradient"))
    expect(section.locator(".evidence")).to_contain_text(f"{mistake.name}. Hint: {mistake.hint}")
    expect(section.locator("h2")).to_be_in_viewport()
    look(page, "feedback_of_a_mistake")


def test_feedback_reads_on_a_phone_in_the_dark_and_prints_on_at_most_five_pages(page, graded):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    feedback(page, graded, "mistaken")
    look(page, "feedback_on_a_phone")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # The path of a file, in an exception's text.
    page.locator(".overview .short").last.evaluate(
        "cell => cell.textContent = '/folder'.repeat(99)"
    )
    page.set_viewport_size({"width": 900, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 900
    ink, paper = page.evaluate(
        "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    )
    assert brightness(ink) > brightness(paper) + 150

    printed = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 5


def brightness(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def test_feedback_and_its_links_work_in_jupyterlab_s_own_viewer(page, address, graded):
    path = graded.class_folder / "feedback" / "mistaken" / LESSON / f"{LESSON}.html"
    page.goto(f"{address}/lab/tree/{path.relative_to(graded.root)}?reset")
    viewer = page.frame_locator(".jp-HTMLViewer iframe")
    expect(viewer.locator("math").first).to_be_attached()

    viewer.locator("tr").get_by_role("link", name="logistic_gradient").click()
    expect(viewer.locator("h2", has_text="logistic_gradient")).to_be_in_viewport()
    look(page, "feedback_in_jupyterlab")


def attacked(page):
    """Click every link that is a script, wait a moment, and say which script ran."""
    for link in page.locator("#notebook a, main a").all():
        # The browser's own reading of an address: entities, case and spaces are gone.
        if link.evaluate("element => element.protocol") == "javascript:":
            link.click()
    page.wait_for_timeout(300)
    return page.evaluate("window.attacked ?? null")


def test_no_script_of_a_student_runs_in_the_feedback_or_in_formgrader(page, address, graded):
    feedback(page, graded, "hostile")
    expect(page.locator("body")).to_contain_text("window.attacked='print'")
    look(page, "feedback_hostile")
    assert attacked(page) is None

    submission(page, address, "hostile")
    expect(page.locator("body")).to_contain_text("window.attacked='print'")
    page.locator(f"#{MANUAL}").scroll_into_view_if_needed()
    look(page, "marking_hostile")
    assert attacked(page) is None


def test_no_link_of_a_student_is_a_script(page, address, graded):
    feedback(page, graded, "linking")
    expect(page.locator("body")).to_contain_text("By the chain rule")
    assert attacked(page) is None

    submission(page, address, "linking")
    expect(page.locator("body")).to_contain_text("By the chain rule")
    assert attacked(page) is None
