"""The figures in a real JupyterLab: moved by mouse and keyboard, and broken on purpose.

Pictures of every page of every figure are left in artefacts/figures/.
"""

import re

import pytest
from playwright.sync_api import expect

from tests import classroom, lab
from tests.conftest import COURSE, LESSONS, LONG, ROOT

pytestmark = pytest.mark.browser

ARTEFACTS = ROOT / "artefacts" / "figures"
SOFTMAX = "import numpy as np\n"
GOOD = """
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
def softmax_jacobian(s):
    return np.diag(s) - np.outer(s, s)
def cross_entropy_grad(P, T):
    return -T / np.maximum(P, 1e-12) / T.shape[1]
def softmax_cross_entropy_grad(Z, T):
    return (softmax(Z) - T) / T.shape[1]
"""
BAD = {
    "raises": ("def softmax(Z):\n    raise ValueError('too\\nmany words')", "raised ValueError"),
    "shape": ("def softmax(Z):\n    return Z[:2]", "shape (2, 1), expected (4, 1)"),
    "nan": ("def softmax(Z):\n    return Z * np.nan", "returned NaN"),
    "none": ("def softmax(Z):\n    Z.sum()", "returned None"),
    "never": ("def softmax(Z):\n    while True:\n        pass", "did not return within"),
    "exits": ("def softmax(Z):\n    raise SystemExit", "raised SystemExit"),
    "stub": ("def softmax(Z):\n    raise NotImplementedError", "waits for the exercise softmax"),
}


@pytest.fixture(scope="module")
def jupyter(chromium, tmp_path_factory):
    """JupyterLab in a copy of the course, 1,000 pixels wide."""
    root = tmp_path_factory.mktemp("figures")
    course = classroom.make_course(root / "course", COURSE.lesson_ids())
    cells = [SOFTMAX, GOOD, "from byhand.figures.logits import show\nshow(globals())", ""]
    lab.write_notebook(course.root / "bad.ipynb", cells)
    (root / "home").mkdir()
    with lab.serving(course.root, root / "home", lab.ALL_CELLS) as address:
        context = lab.log_in(chromium, address, 1000, 1000)
        yield lab.Lab(context, address)
        context.close()


@pytest.fixture
def opened(jupyter):
    """A function that opens a notebook; what it leaves running ends with the test."""

    def run(path):
        jupyter.open(path)
        return jupyter

    yield run
    jupyter.close()


def look(page, name, at=0):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    figure = page.locator(lab.FIGURE).nth(at)
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    figure.screenshot(path=ARTEFACTS / f"{name}.png")
    page.mouse.move(0, 0)


def settled(jupyter, at=0):
    """Wait until the picture of a page's figure is final: no progress bar, and loaded."""
    jupyter.until(
        """([figure, line, at]) => {
            const shown = document.querySelectorAll(figure)[at];
            const image = shown && shown.querySelector('img');
            return image && image.complete && image.naturalWidth > 0
                && !shown.querySelector(line + ' progress');
        }""",
        *(lab.FIGURE, lab.LINE, at),
    )


def changed(jupyter, move, at=0):
    """Make a move; fail unless picture and words change."""
    settled(jupyter, at)
    figure = jupyter.page.locator(lab.FIGURE).nth(at)
    before = figure.locator("img").get_attribute("src")
    words = figure.locator(lab.WORDS).inner_text()
    move()
    jupyter.until(
        """([figure, words, src, text, at]) => {
            const shown = document.querySelectorAll(figure)[at];
            return shown.querySelector('img').src != src
                && shown.querySelector(words).innerText != text;
        }""",
        *(lab.FIGURE, lab.WORDS, before, words, at),
    )
    settled(jupyter, at)


def run_figure(jupyter):
    """Run a notebook and wait for its figures; return the same JupyterLab."""
    jupyter.run_all()
    expect(jupyter.page.locator(lab.PICTURE).first).to_be_visible()
    return jupyter


def drag(page, handle):
    """Drag a slider's handle to the right by mouse, or to the left where it stands at the end."""
    box = handle.bounding_box()
    track = handle.locator("xpath=ancestor::*[contains(@class, 'slider-container')]").bounding_box()
    room = track["x"] + track["width"] - box["x"] - box["width"]
    by = 25 if room > 40 else -35
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()


def press(page, handle):
    """Move a slider by keyboard: one step up, or down where it stands at the end."""
    now, end = (float(handle.get_attribute(f"aria-value{which}")) for which in ("now", "max"))
    handle.focus()
    page.keyboard.press("ArrowRight" if now < end else "ArrowLeft")


def theme(page):
    return {"true": "Light", "false": "Dark"}[page.get_attribute("body", "data-jp-theme-light")]


def turn_theme(jupyter):
    """Change from light to dark, or back.  It takes seconds: the next test begins where it ends."""
    other = {"Light": "Dark", "Dark": "Light"}[theme(jupyter.page)]
    jupyter.menu("Settings", "Theme", f"JupyterLab {other}")
    light = str(other == "Light").lower()
    expect(jupyter.page.locator("body")).to_have_attribute("data-jp-theme-light", light)


def assert_legible(page):
    """The words are light in the dark, and dark in the light."""
    colour = page.locator(lab.WORDS).first.evaluate("e => getComputedStyle(e).color")
    parts = [int(part) for part in re.findall(r"\d+", colour)[:3]]
    assert min(parts) > 150 if theme(page) == "Dark" else max(parts) < 105, colour


def each(lessons, *always):
    """Return parameters, of which all but some are left to `make thorough`."""
    known = [lesson for lesson in lessons if lesson in LESSONS]
    return [pytest.param(lesson, marks=() if lesson in always else LONG) for lesson in known]


@pytest.mark.parametrize("lesson", each(lab.FIGURES, "03_dense_layer"))
def test_a_lesson_runs_and_its_figure_answers_mouse_and_keyboard(lesson, opened):
    """From top to bottom with its solutions, at 1,000 pixels, in light and in dark.

    Its formulas are all set: those that students see, and those of the mark schemes.
    """
    path = f"solutions/{lesson}/{lesson}.ipynb"
    jupyter = opened(path)
    assert jupyter.broken_formulas(lab.cells_with_formulas(ROOT / path)) == []
    page = run_figure(jupyter).page
    assert page.locator(lab.FIGURE).count() == len(lab.FIGURES[lesson])
    for at, pages in enumerate(lab.FIGURES[lesson]):
        figure = page.locator(lab.FIGURE).nth(at)
        for number, title in enumerate(pages):
            if number:
                changed(jupyter, figure.locator(f'button:text-is("{title}")').click, at)
            settled(jupyter, at)
            assert figure.locator(lab.LINE).inner_text().strip() == ""
            handles = figure.locator(".noUi-handle")
            handles.first.scroll_into_view_if_needed()
            changed(jupyter, lambda handles=handles: drag(page, handles.first), at)
            changed(jupyter, lambda handles=handles: press(page, handles.last), at)
            look(page, f"{lesson}-{at}{number}", at)
        picture = figure.locator("img").bounding_box()
        assert picture["x"] + picture["width"] <= 1000, "the picture leaves the page"
    for still in page.locator("[id^=byhand-still]").all():
        assert not still.is_visible(), "the still picture stands beside the live one"
    assert_legible(page)
    turn_theme(jupyter)
    assert_legible(page)
    look(page, f"{lesson}-{theme(page)}")
    assert [error for error in jupyter.errors if "favicon" not in error] == []


@pytest.mark.parametrize(
    "lesson",
    each(["01_chain_rule", "05_sgd_vs_adam", "06_computational_graph"], "01_chain_rule"),
)
def test_an_unsolved_lesson_shows_what_its_figure_waits_for(lesson, opened):
    """And a demonstration that moves."""
    jupyter = opened(f"notebooks/{lesson}/{lesson}.ipynb")
    page = jupyter.page
    # Every cell by itself: the tests of an unsolved notebook fail, and Run All would stop.
    cell = page.locator(".jp-CodeCell", has_text="byhand.figures").last
    for text in ("import numpy", "NotImplementedError"):
        for one in page.locator(".jp-CodeCell", has_text=text).all():
            one.locator(".jp-InputArea-editor").click()
            page.keyboard.press("Control+Enter")
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    settled(jupyter)
    assert "waits for the exercise" in page.locator(lab.LINE).inner_text()
    assert "demonstration" in page.locator(lab.LINE).inner_text()
    page.locator(f"{lab.FIGURE} .noUi-handle").first.focus()
    changed(jupyter, lambda: page.keyboard.press("ArrowRight"))
    look(page, f"{lesson}-waiting")


def test_a_bad_function_is_one_line_and_the_figure_lives_on(opened):
    """Each of the ways to go wrong, repaired in between without running the figure again."""
    jupyter = run_figure(opened("bad.ipynb"))
    page = jupyter.page
    handle = page.locator(f"{lab.FIGURE} .noUi-handle").first
    editor = page.locator(".jp-CodeCell .cm-content").last

    def redefine(source):
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
        page.keyboard.press("Control+Enter")
        jupyter.idle()
        handle.focus()

    for name, (source, said) in BAD.items():
        redefine(source)
        page.keyboard.press("ArrowRight")
        expect(page.locator(lab.LINE)).to_contain_text(said)
        line = page.locator(lab.LINE).inner_text()
        assert "softmax" in line
        assert "Traceback" not in page.locator(lab.FIGURE).inner_text()
        look(page, f"bad-{name}")
        redefine(GOOD)
        page.keyboard.press("ArrowRight")
        expect(page.locator(lab.LINE)).to_have_text("")
    assert page.locator(lab.FIGURE).count() == 1
    assert jupyter.errors == []


def test_after_a_restart_the_figure_says_what_to_do(opened):
    """The picture stays, a line appears, and running the cell again brings the figure back."""
    jupyter = run_figure(opened("bad.ipynb"))
    page = jupyter.page
    jupyter.menu("Kernel", "Restart Kernel…")
    page.click('.jp-Dialog button:has-text("Restart")')
    jupyter.until(
        """([figure]) => getComputedStyle(document.querySelector(figure), '::before')
            .content.includes('Run this cell again')""",
        lab.FIGURE,
    )
    look(page, "restarted")
    run_figure(jupyter)
    page.locator(f"{lab.FIGURE} .noUi-handle").first.focus()
    changed(jupyter, lambda: page.keyboard.press("ArrowRight"))
